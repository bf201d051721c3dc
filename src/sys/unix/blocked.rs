//! Calls that block in a thread of their own: the descriptor without its owner, whether the thread is in the call, and
//! how to get it out of there.

use std::{
    io,
    mem::ManuallyDrop,
    ops::Deref,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::thread::JoinHandleExt,
    },
    ptr,
    sync::Once,
    thread::JoinHandle,
};

use nix::sys::signal::{SigSet, Signal};
use socket2::Socket;

use crate::{catalogue::Call, sys::Endpoint};

/// A descriptor that somebody else owns, and may close while a call on it goes on: no copy, which would keep the socket
/// open when its owner closes it.
pub(crate) struct Alias(ManuallyDrop<Socket>);

impl Alias {
    pub(crate) fn new(socket: &Socket) -> io::Result<Self> {
        // SAFETY: the descriptor is open, and is not closed by this, which is never dropped. Whoever has this makes one
        // call on it, and the owner closes the descriptor only when that call is in the kernel, which keeps what it
        // works on.
        Ok(Alias(ManuallyDrop::new(unsafe { Socket::from_raw_fd(socket.as_raw_fd()) })))
    }

    /// read(2), which takes a pipe, too.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(&*self.0, buffer)?)
    }
}

impl Deref for Alias {
    type Target = Socket;
    fn deref(&self) -> &Socket {
        &self.0
    }
}

/// What std's write calls, by its name: on Apple's systems send without a flag, and on a pipe write(2).
pub(crate) fn std_write(is_pipe: bool) -> Call {
    match is_pipe {
        true => Call::Write,
        false if cfg!(target_vendor = "apple") => Call::Send,
        false => Call::SendNosignal,
    }
}

/// A Unix socket that was accepted without mio.
pub(crate) fn local_endpoint(socket: Socket) -> io::Result<Box<dyn Endpoint>> {
    let stream = std::os::unix::net::UnixStream::from(OwnedFd::from(socket));
    Ok(Box::new(mio::net::UnixStream::from_std(stream)))
}

/// A thread, as the system numbers it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadId(
    #[cfg(any(target_os = "linux", target_os = "android"))] libc::pid_t,
    #[cfg(target_vendor = "apple")] libc::mach_port_t,
);

/// The present thread.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn thread_id() -> ThreadId {
    // SAFETY: gettid has no argument and does not fail.
    ThreadId(unsafe { libc::gettid() })
}

/// The present thread.
#[cfg(target_vendor = "apple")]
pub(crate) fn thread_id() -> ThreadId {
    // SAFETY: a thread is known to itself.
    ThreadId(unsafe { libc::pthread_mach_thread_np(libc::pthread_self()) })
}

/// The present thread.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn thread_id() -> ThreadId {
    ThreadId()
}

/// Whether a thread sleeps, which one that does nothing but a call does only in that call: its state in proc(5).
/// `None` where /proc is not mounted.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn is_asleep(ThreadId(thread): ThreadId) -> Option<bool> {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).ok()?;
    // The name of the thread is between parentheses, and may have some of its own.
    let (_, state) = stat.rsplit_once(") ")?;
    Some(state.starts_with('S'))
}

/// The same by Mach's thread_info: a wait that a signal can end. `None` for a thread that has ended.
#[cfg(target_vendor = "apple")]
pub(crate) fn is_asleep(ThreadId(thread): ThreadId) -> Option<bool> {
    let mut info = std::mem::MaybeUninit::<libc::thread_basic_info>::uninit();
    let mut count = libc::THREAD_BASIC_INFO_COUNT;
    let flavor = libc::THREAD_BASIC_INFO as libc::thread_flavor_t;
    // SAFETY: there is room for the struct of this flavor, whose length in integers is `count`.
    let result = unsafe { libc::thread_info(thread, flavor, info.as_mut_ptr().cast(), &raw mut count) };
    if result != libc::KERN_SUCCESS {
        return None;
    }
    // SAFETY: the call has succeeded and filled it in.
    Some(unsafe { info.assume_init() }.run_state == libc::TH_STATE_WAITING)
}

/// Other systems have ways of their own, such as KERN_PROC with threads (sysctl(3)), which this program does not use.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn is_asleep(_: ThreadId) -> Option<bool> {
    None
}

/// A signal that is ignored unless a program wants it, and that the kernel sends only to who asks for it (F_SETOWN).
const INTERRUPT: Signal = Signal::SIGURG;

/// Has the call of this thread return, with EINTR: a handler that does nothing, without SA_RESTART, and a signal for this
/// thread alone. Nothing else reaches a call on a descriptor that has been closed. The signal is lost if the thread is
/// not in the call yet, so that this may have to be repeated.
pub(crate) fn interrupt(thread: &JoinHandle<()>) {
    extern "C" fn nothing(_: libc::c_int) {}
    static HANDLER: Once = Once::new();
    HANDLER.call_once(|| {
        // SAFETY: zero is a value of every field, and the action has no flags and an empty mask.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
        // SAFETY: the action lives through the call, and its handler does nothing, which is safe in one. Without the
        // handler the signal is ignored, so that nothing is lost if this fails.
        unsafe { libc::sigaction(INTERRUPT as libc::c_int, &raw const action, ptr::null_mut()) };
    });
    // SAFETY: a thread that has not been joined is known to pthread_kill, also when it has ended.
    unsafe { libc::pthread_kill(thread.as_pthread_t() as libc::pthread_t, INTERRUPT as libc::c_int) };
}

pub(crate) const CAN_INTERRUPT: bool = true;

/// Keeps SIGPIPE pending in the present thread until it is released, and lets [`interrupt`] through.
pub(crate) struct HeldSigpipe(SigSet);

/// Holds SIGPIPE back.
pub(crate) fn hold_sigpipe() -> io::Result<HeldSigpipe> {
    SigSet::from(INTERRUPT).thread_unblock()?;
    let mask = SigSet::thread_get_mask()?;
    SigSet::from(Signal::SIGPIPE).thread_block()?;
    Ok(HeldSigpipe(mask))
}

impl HeldSigpipe {
    /// Lets a signal that is pending do what it does in this process.
    pub(crate) fn release(self) -> io::Result<()> {
        Ok(self.0.thread_set_mask()?)
    }
}

/// Apple's systems and NetBSD send SIGPIPE to the process (`sendit` and `do_sys_sendmsg_so` in their
/// uipc_syscalls.c: `psignal`), so that any thread that does not block it may take it.
pub(crate) const SIGPIPE_IS_SHARED: Option<&str> = if cfg!(any(target_vendor = "apple", target_os = "netbsd")) {
    Some("on this system SIGPIPE is sent to the process, so that it would come during another step")
} else {
    None
};

/// Waking is not to restart the call: on NetBSD close(2) has other threads' calls on the descriptor start anew
/// (`fd_close` in sys/kern/kern_descrip.c: `fo_restart`), and the new one may find another trial's socket there.
pub(crate) fn close_restarts_calls() -> Option<&'static str> {
    if cfg!(target_os = "netbsd") {
        Some("on this system a close restarts the calls of other threads, which could meet another trial's descriptor")
    } else {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{
        os::unix::net::UnixStream,
        sync::mpsc::channel,
        thread,
        time::{Duration, Instant},
    };

    use super::*;

    #[test]
    fn a_thread_in_a_call_is_seen_and_interrupted_though_the_descriptor_is_closed() {
        let (own, _other) = UnixStream::pair().unwrap();
        let own = Socket::from(OwnedFd::from(own));
        let alias = Alias::new(&own).unwrap();
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            sender.send(thread_id()).unwrap();
            assert_eq!(alias.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::Interrupted);
        });
        let id = receiver.recv().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while is_asleep(id) != Some(true) {
            assert!(Instant::now() < end, "it never sleeps");
            thread::yield_now();
        }
        drop(own);
        thread::sleep(Duration::from_millis(20));
        assert!(!thread.is_finished(), "a close wakes no read on Linux");
        interrupt(&thread);
        thread.join().unwrap();
    }
}
