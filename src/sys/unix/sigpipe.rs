//! SIGPIPE: what it does in this process, and whether it came.

use std::{
    io,
    mem::MaybeUninit,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Command, ExitStatus},
    ptr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use libc::sighandler_t;
use nix::sys::signal::{SigSet, Signal::SIGPIPE};

use crate::{catalogue::Sigpipe, sys::Signal};

static DELIVERED: AtomicU64 = AtomicU64::new(0);
static HANDLED: AtomicBool = AtomicBool::new(false);
static BLOCKED: AtomicBool = AtomicBool::new(false);

/// The thread that does not block SIGPIPE, where there is one.
static OTHER_THREAD: Mutex<Option<OtherThread>> = Mutex::new(None);

/// The handler only counts, which is safe in one (signal-safety(7)).
extern "C" fn count(_signal: libc::c_int) {
    DELIVERED.fetch_add(1, Ordering::Relaxed);
}

/// Sets what SIGPIPE does in this process, or for `blocked` in this thread. It is never set back: this is for a process
/// that runs one case.
pub(crate) fn set_sigpipe(mode: Sigpipe) -> io::Result<()> {
    set_handler(match mode {
        Sigpipe::Ignore => libc::SIG_IGN,
        Sigpipe::Default | Sigpipe::Blocked => libc::SIG_DFL,
        Sigpipe::Handler | Sigpipe::OtherThread => count as extern "C" fn(libc::c_int) as sighandler_t,
    })?;
    HANDLED.store(mode == Sigpipe::Handler, Ordering::Relaxed);
    if mode == Sigpipe::OtherThread {
        let thread = OtherThread::start()?;
        *OTHER_THREAD.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }
    if matches!(mode, Sigpipe::Blocked | Sigpipe::OtherThread) {
        BLOCKED.store(true, Ordering::Relaxed);
        SigSet::from(SIGPIPE).thread_block()?;
    }
    Ok(())
}

/// Sets SIGPIPE to SIG_DFL, to SIG_IGN, or to a handler that does nothing but what is safe in one.
fn set_handler(handler: sighandler_t) -> io::Result<()> {
    // SAFETY: signal(2) takes these two and the address of such a function.
    if unsafe { libc::signal(libc::SIGPIPE, handler) } == libc::SIG_ERR {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Of a thread that only answers, and runs a handler that counts.
const STACK: usize = 128 << 10;

/// A thread that would take a SIGPIPE meant for the process.
struct OtherThread {
    ask: Sender<()>,
    answer: Receiver<()>,
}

impl OtherThread {
    fn start() -> io::Result<Self> {
        let ((ask, asked), (answers, answer)) = (channel(), channel());
        // It inherits a mask that blocks nothing, and ends with the process.
        let answer_all = move || while asked.recv().is_ok() && answers.send(()).is_ok() {};
        thread::Builder::new().stack_size(STACK).spawn(answer_all)?;
        Ok(OtherThread { ask, answer })
    }

    /// Returns once the thread has run. It has then handled every signal that was pending for it: the kernel delivers
    /// signals before it returns to the thread.
    fn meet(&self) {
        if self.ask.send(()).is_ok() {
            // Nothing but the end of the process ends the thread.
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
    let mut pending = MaybeUninit::uninit();
    // SAFETY: sigpending writes the whole set unless it fails.
    let is_pending = unsafe {
        libc::sigpending(pending.as_mut_ptr()) == 0
            && SigSet::from_sigset_t_unchecked(pending.assume_init()).contains(SIGPIPE)
    };
    // sigwait returns at once since the signal is pending.
    is_pending && SigSet::from(SIGPIPE).wait().is_ok()
}

/// What SIGPIPE was set to when the program began; SIG_ERR while that is not known.
static AT_START: AtomicUsize = AtomicUsize::new(libc::SIG_ERR);
static BLOCKED_AT_START: AtomicBool = AtomicBool::new(false);

/// Notes what SIGPIPE is set to, and whether the program's mask blocks it, and has it ignored, as std's runtime does
/// right afterwards, before `main`.
pub(super) fn note_sigpipe(mask: SigSet) {
    // SAFETY: SIG_IGN is what signal(2) names.
    AT_START.store(unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) }, Ordering::Relaxed);
    BLOCKED_AT_START.store(mask.contains(SIGPIPE), Ordering::Relaxed);
}

/// Sets SIGPIPE to what it was when the program began, which is not a handler (exec(3)), and blocks it if it was
/// blocked: [`take_sigpipe`] finds a signal that comes while it is.
///
/// # Errors
///
/// The program did not note what it was.
pub(crate) fn restore_sigpipe() -> io::Result<()> {
    match AT_START.load(Ordering::Relaxed) {
        libc::SIG_ERR => return Err(io::ErrorKind::Unsupported.into()),
        handler => set_handler(handler)?,
    }
    if BLOCKED_AT_START.load(Ordering::Relaxed) {
        SigSet::from(SIGPIPE).thread_block()?;
    }
    BLOCKED.store(true, Ordering::Relaxed);
    Ok(())
}

/// write(2).
pub(crate) fn write_stdout(data: &[u8]) -> io::Result<usize> {
    Ok(rustix::io::write(io::stdout(), data)?)
}

/// What SIGPIPE does, and what is blocked, is what it is in this thread now.
pub(crate) fn inherit_sigpipe(command: &mut Command) -> io::Result<()> {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is set, and sigaction writes the whole action unless it fails.
    let handler = unsafe {
        if libc::sigaction(libc::SIGPIPE, ptr::null(), action.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        action.assume_init().sa_sigaction
    };
    let blocked = SigSet::thread_get_mask()?;
    let pass_on = move || {
        set_handler(handler)?;
        Ok(blocked.thread_set_mask()?)
    };
    // SAFETY: signal and pthread_sigmask may be called between fork and exec (signal-safety(7)), and nothing allocates
    // there. std sets SIGPIPE to SIG_DFL before it runs this.
    unsafe { command.pre_exec(pass_on) };
    Ok(())
}

pub(crate) fn killed_by_sigpipe(status: ExitStatus) -> bool {
    status.signal() == Some(libc::SIGPIPE)
}
