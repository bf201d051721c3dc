//! What a process inherits that would change what it observes, or would end it half-way.
//!
//! execve(2) lists what a program keeps of the one before it: ignored signals, the mask and what is pending, interval
//! timers, limits, the umask, the niceness. None of it is restored, save what SIGPIPE was for the operation `exec`.

use std::{io, mem::MaybeUninit, ptr};

use libc::c_int;
use nix::sys::signal::SigSet;
use rustix::{
    fs::Mode,
    process::{Resource, Rlimit},
};

use super::sigpipe;

/// No system here has more signals. signal(2) and sigaction(2) answer EINVAL for a number that is no signal.
const MOST_SIGNALS: c_int = 128;

/// Sets what a process inherits to what this program depends on. It runs before std's runtime, where
/// [`set_inherited_at_start`](crate::set_inherited_at_start) puts it. What cannot be set stays as it is.
pub extern "C" fn set_inherited() {
    stop_timers();
    let mask = SigSet::thread_get_mask().unwrap_or_else(|_| SigSet::empty());
    sigpipe::note_sigpipe(mask);
    set_signals();
    // Last, when no signal can arrive that the program before this one was to get.
    let _ = SigSet::empty().thread_set_mask();

    let _ = raise_descriptors();
    // The results keep the permissions that the user wants for others. Without the owner's, this program could not use
    // its own temporary folders.
    let umask = rustix::process::umask(Mode::empty());
    rustix::process::umask(umask - Mode::RWXU);
    set_scheduling();
    #[cfg(target_os = "linux")]
    plain_personality();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    save_memory();
}

/// A timer that the program before this one has set would end this one: setitimer(2), alarm(2).
fn stop_timers() {
    // SAFETY: alarm only takes a number.
    unsafe { libc::alarm(0) };
    // Those that count processor time, where libc has setitimer: ITIMER_VIRTUAL and ITIMER_PROF by POSIX's order, which
    // all of these systems use.
    #[cfg(any(
        target_os = "linux",
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "dragonfly"
    ))]
    for timer in [1, 2] {
        // SAFETY: the struct has integers only, for which zeros are values; they stop the timer. The old value is not
        // asked for.
        unsafe { libc::setitimer(timer, &MaybeUninit::zeroed().assume_init(), ptr::null_mut()) };
    }
}

/// Gives every signal that is ignored its default, and discards what is pending.
fn set_signals() {
    let mut pending = MaybeUninit::uninit();
    // SAFETY: sigpending writes the whole set unless it fails.
    let pending = unsafe { (libc::sigpending(pending.as_mut_ptr()) == 0).then(|| pending.assume_init()) };
    for signal in 1..=MOST_SIGNALS {
        // SAFETY: sigismember only reads the set. For a number that is no signal it fails, or answers 0.
        let is_pending = pending.is_some_and(|pending| unsafe { libc::sigismember(&raw const pending, signal) } == 1);
        match signal {
            // Rust's runtime ignores SIGPIPE. A file larger than the limit is an error rather than the end of the
            // program: setrlimit(2), RLIMIT_FSIZE.
            libc::SIGPIPE | libc::SIGXFSZ => set(signal, libc::SIG_IGN),
            // nohup(1) has it ignored, and no outcome depends on it.
            libc::SIGHUP => {}
            _ => {
                // These ask this program to end; what else is pending was for the one before it. A signal that is
                // ignored is discarded (POSIX.1-2017, 2.4.3).
                if is_pending && !matches!(signal, libc::SIGINT | libc::SIGTERM | libc::SIGQUIT) {
                    set(signal, libc::SIG_IGN);
                }
                // A handler is not inherited, so that one which is there belongs to a library in this process.
                if is_ignored(signal) {
                    set(signal, libc::SIG_DFL);
                }
            }
        }
    }
}

fn set(signal: c_int, handler: libc::sighandler_t) {
    // SAFETY: both handlers that are passed are values that signal(2) names. It fails for what is no signal, and for
    // SIGKILL and SIGSTOP.
    unsafe { libc::signal(signal, handler) };
}

/// Whether a signal is ignored; not so for a number that is no signal.
pub(super) fn is_ignored(signal: c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is set, and sigaction writes the whole action unless it fails.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// As many descriptors as this process may have. Where the hard limit is none, macOS takes no more than OPEN_MAX:
/// setrlimit(2).
fn raise_descriptors() -> rustix::io::Result<()> {
    /// Apple's `sys/syslimits.h`.
    const OPEN_MAX: u64 = 10240;
    let Rlimit { current, maximum } = rustix::process::getrlimit(Resource::Nofile);
    if current == maximum {
        return Ok(());
    }
    let raise = |current| rustix::process::setrlimit(Resource::Nofile, Rlimit { current, maximum });
    raise(maximum).or_else(|error| match current {
        Some(current) if current < OPEN_MAX => raise(Some(maximum.map_or(OPEN_MAX, |most| most.min(OPEN_MAX)))),
        _ => Err(error),
    })
}

/// Without priority over others or yielding to them: an event that comes late could pass for none. A user who is not
/// root may not raise a priority again (setpriority(2)), unless by RLIMIT_NICE.
fn set_scheduling() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call reads a sched_param, which is the priority alone (sched_setscheduler(2)). musl's function of that
    // name always fails.
    unsafe {
        libc::syscall(libc::SYS_sched_setscheduler, 0, libc::SCHED_OTHER, &raw const NO_PRIORITY);
    }
    if rustix::process::getpriority_process(None).is_ok_and(|niceness| niceness > 0) {
        let _ = rustix::process::setpriority_process(None, 0);
    }
}

/// The only one with SCHED_OTHER: sched(7).
#[cfg(target_os = "linux")]
static NO_PRIORITY: c_int = 0;

/// PER_LINUX without flags: with another, uname(2) tells of another kernel or processor (personality(2)), and both are
/// facts of a platform.
#[cfg(target_os = "linux")]
fn plain_personality() {
    // SAFETY: personality only takes a number.
    unsafe { libc::personality(0) };
}

/// One arena for all threads where memory is limited: each arena of glibc takes 64 MiB of addresses beforehand, and the
/// threads of a run would leave none for the rest (mallopt(3), M_ARENA_MAX).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn save_memory() {
    if rustix::process::getrlimit(Resource::As).current.is_some() {
        // SAFETY: mallopt only takes numbers, and no other thread runs yet.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    }
}

/// How many more descriptors this process may open, if they can be counted in no time.
pub(crate) fn free_descriptors() -> Option<usize> {
    /// More than a run ever has open.
    const MANY: u64 = 8192;
    let limit = rustix::process::getrlimit(Resource::Nofile).current.filter(|&limit| limit <= MANY)?;
    let is_free = |&fd: &c_int| {
        // SAFETY: F_GETFD only asks, and answers EBADF for what is no descriptor.
        unsafe {
            libc::fcntl(fd, libc::F_GETFD) == -1 && io::Error::last_os_error().raw_os_error() == Some(libc::EBADF)
        }
    };
    Some((0..c_int::try_from(limit).ok()?).filter(is_free).count())
}
