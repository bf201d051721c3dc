//! What the program inherits from whoever starts it changes no result, and what it lacks stops no run.

#![cfg(unix)]
// Only code between fork and exec can make such an environment.
#![allow(unsafe_code)]

mod common;

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    thread,
};
#[cfg(target_os = "linux")]
use std::{path::Path, time::Duration};

use common::{BROKENPIPE, Bytes, Folder, RUN, contents, distinct};

/// Families that start processes, wait for signals and use every kind of socket.
const FAMILIES: [&str; 6] = ["sigpipe", "peer-crash", "unix", "peer-close", "connect", "udp"];

/// A bad environment: its name, and what makes it.
type Environment = (&'static str, fn() -> io::Result<()>);

fn check(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Every signal in the mask, and some of them pending.
fn block_all() -> io::Result<()> {
    let mut all = std::mem::MaybeUninit::uninit();
    // SAFETY: sigfillset writes the whole set.
    unsafe {
        check(libc::sigfillset(all.as_mut_ptr()))?;
        check(libc::sigprocmask(libc::SIG_SETMASK, all.as_ptr(), std::ptr::null_mut()))?;
        for signal in [libc::SIGPIPE, libc::SIGALRM, libc::SIGUSR1, libc::SIGCHLD] {
            check(libc::raise(signal))?;
        }
    }
    Ok(())
}

fn ignore(signals: impl IntoIterator<Item = libc::c_int>) -> io::Result<()> {
    for signal in signals {
        // SAFETY: SIG_IGN is a value that signal(2) names. It fails for what cannot be ignored.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    Ok(())
}

fn close(descriptors: &[libc::c_int]) -> io::Result<()> {
    // SAFETY: nothing uses the standard streams between fork and exec.
    descriptors.iter().try_for_each(|&fd| check(unsafe { libc::close(fd) }))
}

fn umask(mask: libc::mode_t) -> io::Result<()> {
    // SAFETY: umask only takes a number.
    unsafe { libc::umask(mask) };
    Ok(())
}

/// Long enough for the program to begin, and much shorter than it runs.
#[cfg(target_os = "linux")]
const SOON: Duration = Duration::from_millis(400);

/// A timer that ends the program after [`SOON`] of its time, unless it is stopped.
#[cfg(target_os = "linux")]
fn timer(which: libc::c_int) -> io::Result<()> {
    let time = libc::timeval { tv_sec: 0, tv_usec: SOON.as_micros() as libc::suseconds_t };
    let timer = libc::itimerval { it_interval: time, it_value: time };
    // SAFETY: the struct lives through the call, and the old value is not asked for.
    check(unsafe { libc::setitimer(which, &raw const timer, std::ptr::null_mut()) })
}

/// Few descriptors at first, and as many as before up to the hard limit.
fn few_descriptors() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: Some(20), maximum })?)
}

const ENVIRONMENTS: &[Environment] = &[
    ("every signal blocked and some pending", block_all),
    ("SIGPIPE ignored", || ignore([libc::SIGPIPE])),
    ("SIGCHLD ignored", || ignore([libc::SIGCHLD])),
    ("SIGALRM ignored", || ignore([libc::SIGALRM])),
    ("SIGTERM ignored", || ignore([libc::SIGTERM])),
    ("every signal ignored", || ignore(1..32)),
    ("umask 0777", || umask(0o777)),
    ("umask 0477", || umask(0o477)),
    ("umask 0077", || umask(0o077)),
    ("no standard input", || close(&[0])),
    ("no standard output", || close(&[1])),
    ("no standard error", || close(&[2])),
    ("no standard streams", || close(&[0, 1, 2])),
    ("20 descriptors until more are asked for", few_descriptors),
    #[cfg(target_os = "linux")]
    ("a timer of real time", || timer(0)),
    #[cfg(target_os = "linux")]
    ("a timer of the processor's time", || timer(2)),
    // SAFETY: the call only takes a number.
    ("the least priority", || check(unsafe { libc::nice(19) })),
    #[cfg(target_os = "linux")]
    // SAFETY: the call only takes a number; this one is UNAME26, with which uname(2) tells of a kernel 2.6.
    ("another personality", || check(unsafe { libc::personality(0x0020000) })),
];

/// Runs the families in this environment, and returns the files of results.
fn results(prepare: fn() -> io::Result<()>, variables: &[(&str, &str)]) -> std::collections::BTreeMap<String, Bytes> {
    let folder = Folder::new();
    let mut command = Command::new(BROKENPIPE);
    command.current_dir(folder.path()).envs(variables.iter().copied());
    command.args(RUN).args(FAMILIES).args(["--repeat", "3"]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    // SAFETY: what these functions call may be called between fork and exec (signal-safety(7)), and none allocates.
    unsafe { command.pre_exec(prepare) };
    let status = command.status().expect("the program runs");
    assert!(status.success(), "{status}");
    contents(&folder.join("out"))
}

#[test]
fn no_result_depends_on_what_is_inherited() {
    let usual = results(|| Ok(()), &[]);
    assert_eq!(usual.keys().collect::<Vec<_>>(), ["here.csv", "platforms.csv"]);
    let csv = usual["here.csv"].0.clone();
    let csv = String::from_utf8(csv).expect("results are UTF-8");
    assert!(distinct(&csv, "outcome").contains(&"killed SIGPIPE".to_owned()));
    // Most of the time the runs wait, so a few of them wait together.
    for some in ENVIRONMENTS.chunks(3) {
        thread::scope(|scope| {
            let runs: Vec<_> =
                some.iter().map(|(name, prepare)| (name, scope.spawn(|| results(*prepare, &[])))).collect();
            for (name, run) in runs {
                let results = run.join().unwrap_or_else(|_| panic!("{name}: the run failed"));
                assert!(results == usual, "{name}: other results");
            }
        });
    }
}

#[test]
fn no_result_depends_on_environment_variables() {
    let usual = results(|| Ok(()), &[]);
    let odd = [
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "no-such-locale"),
        ("TMPDIR", "/no/such/folder"),
        ("RUST_MIN_STACK", "1000000000000000"),
        ("TZ", "nowhere"),
    ];
    assert!(results(|| Ok(()), &odd) == usual, "other results");
}

/// Runs the families by this command, whose last arguments are the program and its.
#[cfg(target_os = "linux")]
fn results_by(mut command: Command, folder: &Folder, program: &Path) -> String {
    command.current_dir(folder.path()).arg(program).args(RUN).args(FAMILIES).args(["--repeat", "3"]);
    let ran = common::Ran::of(command.output().expect("util-linux is installed"));
    ran.exits(0).silent();
    folder.read("out/here.csv")
}

#[cfg(target_os = "linux")]
#[test]
fn little_memory_changes_no_result() {
    let (usual, folder) = (Folder::new(), Folder::new());
    let program = Path::new(BROKENPIPE);
    let usual = results_by(Command::new("env"), &usual, program);
    let mut command = Command::new("prlimit");
    command.arg("--as=300000000");
    assert_eq!(results_by(command, &folder, program), usual);
}

/// The limit counts the processes and threads of a user, of whom there must be no others; root has no limit.
#[cfg(target_os = "linux")]
#[test]
fn few_processes_change_no_result() {
    use std::{fs, os::unix::fs::PermissionsExt};
    /// Of no user.
    const NOBODY_ELSE: u32 = 54_321;

    let usual = results_by(Command::new("env"), &Folder::new(), Path::new(BROKENPIPE));
    let folder = Folder::new();
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(folder.path(), everybody.clone()).expect("it is one's own folder");
    // The user may not be allowed to see where the program was built.
    let program = folder.join("brokenpipe");
    fs::copy(BROKENPIPE, &program).expect("there is room for a copy");
    fs::set_permissions(&program, everybody).expect("it is one's own file");
    let command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("prlimit");
        command.uid(NOBODY_ELSE).gid(NOBODY_ELSE).arg("--nproc=10");
        command
    } else {
        // A user namespace counts its own processes: user_namespaces(7).
        let mut command = Command::new("unshare");
        command.args(["-r", "prlimit", "--nproc=10"]);
        command
    };
    assert_eq!(results_by(command, &folder, &program), usual);
}

/// Where few descriptors make a run slow it says so, and how many trials run at a time.
#[cfg(target_os = "linux")]
#[test]
fn a_run_with_few_descriptors_says_that_it_is_slow_and_why() {
    let folder = Folder::new();
    let args = ["run", "--out", "out", "--platform", "here", "peer-close/read-read-write"];
    let said = common::sh(folder.path(), r#"ulimit -n 20 && exec "$0" "$@""#, &args).exits(0).err;
    let (note, summary) = said.split_once('\n').expect("two lines");
    assert!(note.starts_with("note: only 1") && note.contains(" trials run at a time, "), "{said}");
    assert!(summary.starts_with("here: "), "{said}");
    let said = common::sh(folder.path(), r#"ulimit -Sn 20 && exec "$0" "$@""#, &args).exits(0).err;
    assert!(said.starts_with("here: "), "{said}");
}
