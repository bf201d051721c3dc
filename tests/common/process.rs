//! The program while it runs, for tests that interrupt or kill it.

use std::{
    fs,
    io::Read,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
};

use super::{BROKENPIPE, LIMIT, until};

/// A running program, which is killed if the test fails before the program ends.
pub struct Process {
    child: Child,
    /// Standard output and error once they end. They are read meanwhile, since a program that fills a pipe waits.
    pipes: [Receiver<Vec<u8>>; 2],
}

fn read(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        // Nobody receives it if the test has failed.
        let _ = sender.send(bytes);
    });
    receiver
}

impl Process {
    /// Starts the program in a folder.
    pub fn begin(folder: &Path, args: &[&str]) -> Self {
        Self::begin_program(Path::new(BROKENPIPE), folder, args)
    }

    /// Starts a copy of the program in a folder.
    pub fn begin_program(program: &Path, folder: &Path, args: &[&str]) -> Self {
        let mut command = with_usual_sighup(program);
        command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let pipes = [read(child.stdout.take().expect("it is piped")), read(child.stderr.take().expect("it is piped"))];
        Process { child, pipes }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Whether the program has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.ended().is_none()
    }

    /// Sends SIGINT, as Ctrl-C does. The program may have ended already.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends this signal. The program may have ended already.
    pub fn signal(&self, name: &str) {
        // A process that has ended keeps its number until it is waited for.
        let sent = Command::new("sh").args(["-c", r#"kill -"$1" "$2""#, "sh", name, &self.id().to_string()]).status();
        assert!(sent.expect("there is a shell").success(), "SIG{name} could not be sent");
    }

    /// Sends SIGKILL. The program may have ended already.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed until it is waited for");
    }

    /// Waits for the end of the program, and panics if that takes longer than [`LIMIT`].
    #[track_caller]
    pub fn output(mut self) -> Output {
        let mut status = None;
        until("the end of the program", || {
            status = self.ended();
            status.is_some()
        });
        let [stdout, stderr] =
            self.pipes.each_ref().map(|pipe| pipe.recv_timeout(LIMIT).expect("the pipes end with the program"));
        Output { status: status.expect("it has ended"), stdout, stderr }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that starts a program with SIGHUP as it usually is: the program leaves it ignored if these tests run under
/// `nohup`.
fn with_usual_sighup(program: &Path) -> Command {
    const SIGHUP: u64 = 1;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    if ignored & (1 << (SIGHUP - 1)) == 0 {
        return Command::new(program);
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP").arg(program);
    command
}
