//! SIGPIPE: what it does in this process, and whether it came.

use std::{
    io,
    os::unix::process::CommandExt,
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use crate::{catalogue::Sigpipe, sys::Signal};

static DELIVERED: AtomicU64 = AtomicU64::new(0);
static HANDLED: AtomicBool = AtomicBool::new(false);
static BLOCKED: AtomicBool = AtomicBool::new(false);

/// The thread that does not block SIGPIPE, where there is one.
static OTHER_THREAD: Mutex<Option<OtherThread>> = Mutex::new(None);

/// Counting is all that a handler may do here: it is safe in a signal handler (signal-safety(7)).
extern "C" fn count(_signal: libc::c_int) {
    DELIVERED.fetch_add(1, Ordering::Relaxed);
}

/// Sets what SIGPIPE does in this process, or for `blocked` in this thread. For a process of its own.
pub(crate) fn set_sigpipe(mode: Sigpipe) -> io::Result<()> {
    let action = match mode {
        Sigpipe::Ignore => libc::SIG_IGN,
        Sigpipe::Default | Sigpipe::Blocked => libc::SIG_DFL,
        Sigpipe::Handler | Sigpipe::OtherThread => count as extern "C" fn(libc::c_int) as libc::sighandler_t,
    };
    // SAFETY: the handler touches nothing but an atomic, and the other two are what signal(2) names.
    if unsafe { libc::signal(libc::SIGPIPE, action) } == libc::SIG_ERR {
        return Err(io::Error::last_os_error());
    }
    HANDLED.store(mode == Sigpipe::Handler, Ordering::Relaxed);
    if mode == Sigpipe::OtherThread {
        let thread = OtherThread::start();
        *OTHER_THREAD.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }
    if matches!(mode, Sigpipe::Blocked | Sigpipe::OtherThread) {
        BLOCKED.store(true, Ordering::Relaxed);
        mask(libc::SIG_BLOCK)?;
    }
    Ok(())
}

/// Blocks or unblocks SIGPIPE in this thread.
fn mask(how: libc::c_int) -> io::Result<()> {
    // SAFETY: the set is whole, and no old mask is asked for.
    match unsafe { libc::pthread_sigmask(how, &sigpipe_alone(), std::ptr::null_mut()) } {
        0 => Ok(()),
        failed => Err(io::Error::from_raw_os_error(failed)),
    }
}

/// A thread that would take a SIGPIPE meant for the process.
struct OtherThread {
    ask: Sender<()>,
    answer: Receiver<()>,
}

impl OtherThread {
    fn start() -> Self {
        let ((ask, asked), (answers, answer)) = (channel(), channel());
        // It inherits that nothing is blocked, and ends with the process.
        thread::spawn(move || while asked.recv().is_ok() && answers.send(()).is_ok() {});
        OtherThread { ask, answer }
    }

    /// Returns once the thread has run: a signal that was waiting for it has been handled before it answers, since
    /// signals are delivered on the way back from the kernel.
    fn meet(&self) {
        if self.ask.send(()).is_ok() {
            // It only ends with the process.
            let _ = self.answer.recv();
        }
    }
}

/// What became of SIGPIPE since the last call. A pending one is taken away.
pub(crate) fn take_sigpipe() -> Signal {
    if HANDLED.load(Ordering::Relaxed) {
        return if DELIVERED.swap(0, Ordering::Relaxed) > 0 { Signal::Delivered } else { Signal::None };
    }
    if !BLOCKED.load(Ordering::Relaxed) {
        return Signal::None;
    }
    if let Some(thread) = &*OTHER_THREAD.lock().unwrap_or_else(PoisonError::into_inner) {
        thread.meet();
        if DELIVERED.swap(0, Ordering::Relaxed) > 0 {
            return Signal::Elsewhere;
        }
    }
    if take_pending() { Signal::Delivered } else { Signal::None }
}

/// Whether a SIGPIPE is pending; it is taken away.
fn take_pending() -> bool {
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

/// Whether SIGPIPE was ignored when the program began.
static WAS_IGNORED: AtomicBool = AtomicBool::new(false);

/// Looks at SIGPIPE before std's runtime sets it to "ignore", which it does before `main`.
extern "C" fn note_sigpipe() {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is set, and sigaction writes the whole of what was set before it is taken as made.
    let ignored = unsafe {
        libc::sigaction(libc::SIGPIPE, std::ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    };
    WAS_IGNORED.store(ignored, Ordering::Relaxed);
}

/// The functions that run before the program's own code: the System V ABI's list, and Apple's.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static AT_START: extern "C" fn() = note_sigpipe;

/// Sets SIGPIPE to what it was when the program began: nobody hands a handler on through exec (exec(3)), and std
/// leaves what is blocked alone. A signal that comes while it is blocked is found by [`take_sigpipe`].
pub(crate) fn restore_sigpipe() -> io::Result<()> {
    let action = if WAS_IGNORED.load(Ordering::Relaxed) { libc::SIG_IGN } else { libc::SIG_DFL };
    // SAFETY: both are what signal(2) names.
    if unsafe { libc::signal(libc::SIGPIPE, action) } == libc::SIG_ERR {
        return Err(io::Error::last_os_error());
    }
    BLOCKED.store(true, Ordering::Relaxed);
    Ok(())
}

/// write(2) on standard output, once, with nothing between.
pub(crate) fn write_stdout(data: &[u8]) -> io::Result<usize> {
    Ok(rustix::io::write(io::stdout(), data)?)
}

/// Has a command begin with SIGPIPE as it is in this thread.
pub(crate) fn inherit_sigpipe(command: &mut Command) -> io::Result<()> {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    let mut blocked = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: nothing is set; both calls write the whole of what is asked for, or fail.
    let (action, blocked) = unsafe {
        if libc::sigaction(libc::SIGPIPE, std::ptr::null(), action.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        match libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), blocked.as_mut_ptr()) {
            0 => (action.assume_init(), blocked.assume_init()),
            failed => return Err(io::Error::from_raw_os_error(failed)),
        }
    };
    let here = Inherited { action, blocked };
    let pass_on = move || here.set();
    // SAFETY: sigaction and pthread_sigmask may be called between fork and exec (signal-safety(7)); nothing is
    // allocated there. std sets SIGPIPE back before it runs this.
    unsafe { command.pre_exec(pass_on) };
    Ok(())
}

/// What SIGPIPE does in a thread.
struct Inherited {
    action: libc::sigaction,
    blocked: libc::sigset_t,
}

// SAFETY: on Haiku an action has a pointer for its handler's argument, which nobody follows here.
unsafe impl Send for Inherited {}
// SAFETY: as above; and nothing of it changes.
unsafe impl Sync for Inherited {}

impl Inherited {
    fn set(&self) -> io::Result<()> {
        // SAFETY: both are what this process has; a handler's code is there until exec replaces it.
        let failed = unsafe {
            libc::sigaction(libc::SIGPIPE, &self.action, std::ptr::null_mut()) != 0
                || libc::pthread_sigmask(libc::SIG_SETMASK, &self.blocked, std::ptr::null_mut()) != 0
        };
        if failed { Err(io::Error::last_os_error()) } else { Ok(()) }
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
