//! SIGPIPE: what it does in this process, and whether it came.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::catalogue::Sigpipe;

static DELIVERED: AtomicU64 = AtomicU64::new(0);
static HANDLED: AtomicBool = AtomicBool::new(false);
static BLOCKED: AtomicBool = AtomicBool::new(false);

/// Counting is all that a handler may do here: it is safe in a signal handler (signal-safety(7)).
extern "C" fn count(_signal: libc::c_int) {
    DELIVERED.fetch_add(1, Ordering::Relaxed);
}

/// Sets what SIGPIPE does in this process, or for `blocked` in this thread. For a process of its own.
pub(crate) fn set_sigpipe(mode: Sigpipe) -> io::Result<()> {
    let action = match mode {
        Sigpipe::Ignore => libc::SIG_IGN,
        Sigpipe::Default | Sigpipe::Blocked => libc::SIG_DFL,
        Sigpipe::Handler => count as extern "C" fn(libc::c_int) as libc::sighandler_t,
    };
    // SAFETY: the handler touches nothing but an atomic, and the other two are what signal(2) names.
    if unsafe { libc::signal(libc::SIGPIPE, action) } == libc::SIG_ERR {
        return Err(io::Error::last_os_error());
    }
    HANDLED.store(mode == Sigpipe::Handler, Ordering::Relaxed);
    BLOCKED.store(mode == Sigpipe::Blocked, Ordering::Relaxed);
    if mode == Sigpipe::Blocked {
        // SAFETY: the set is whole, and no old mask is asked for.
        let failed = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &sigpipe_alone(), std::ptr::null_mut()) };
        if failed != 0 {
            return Err(io::Error::from_raw_os_error(failed));
        }
    }
    Ok(())
}

/// Whether a SIGPIPE was handled, or became pending, since the last call. A pending one is taken away.
pub(crate) fn take_sigpipe() -> bool {
    if HANDLED.load(Ordering::Relaxed) {
        return DELIVERED.swap(0, Ordering::Relaxed) > 0;
    }
    if !BLOCKED.load(Ordering::Relaxed) {
        return false;
    }
    let mut pending = sigpipe_alone();
    // SAFETY: both sets are whole; sigwait returns at once since the signal is pending.
    unsafe {
        let is_pending = libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, libc::SIGPIPE) == 1;
        if is_pending {
            let mut taken = 0;
            libc::sigwait(&sigpipe_alone(), &mut taken);
        }
        is_pending
    }
}

/// The set of SIGPIPE and nothing else.
fn sigpipe_alone() -> libc::sigset_t {
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: sigemptyset writes the whole set before it is taken as made.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
        set.assume_init()
    }
}

/// The signal that killed a process, if it was SIGPIPE.
pub(crate) fn killed_by_sigpipe(status: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(libc::SIGPIPE)
}
