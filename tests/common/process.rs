//! The program while it runs, for tests that interrupt or kill it.

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
};

use super::{BROKENPIPE, LIMIT};

/// A running program, which is killed if the test fails before the program ends.
pub struct Process(Option<Child>);

impl Process {
    /// Starts the program in a folder.
    pub fn begin(folder: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(BROKENPIPE);
        command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Process(Some(command.spawn().expect("the program runs")))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("only `output` takes it")
    }

    pub fn id(&self) -> u32 {
        self.0.as_ref().expect("only `output` takes it").id()
    }

    /// Whether the program has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child().try_wait().expect("a child can be waited for").is_none()
    }

    /// Sends SIGINT, as Ctrl-C does. The program may have ended already.
    pub fn interrupt(&self) {
        // A process that has ended keeps its number until it is waited for.
        let sent = Command::new("sh").args(["-c", r#"kill -INT "$1""#, "sh", &self.id().to_string()]).status();
        assert!(sent.expect("there is a shell").success(), "SIGINT could not be sent");
    }

    /// Sends SIGKILL. The program may have ended already.
    pub fn kill(&mut self) {
        self.child().kill().expect("a child can be killed until it is waited for");
    }

    /// Waits for the end of the program, and panics if that takes longer than [`LIMIT`].
    #[track_caller]
    pub fn output(mut self) -> Output {
        let child = self.0.take().expect("only this takes it");
        let id = child.id().to_string();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait_with_output()));
        let output = receiver.recv_timeout(LIMIT).unwrap_or_else(|_| {
            let killed = Command::new("sh").args(["-c", r#"kill -KILL "$1""#, "sh", &id]).status();
            panic!("process {id} has not ended within {LIMIT:?}; killing it: {killed:?}");
        });
        output.expect("a child can be waited for")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // Both fail only where it has been waited for.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
