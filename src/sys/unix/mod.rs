//! Linux, Android, Apple's systems, the BSDs, illumos, Haiku.

mod abort;
mod ask;
mod blocked;
mod calls;
mod container;
mod copies;
mod error_queue;
mod further;
mod host;
mod inherited;
mod limits;
mod local;
#[cfg(vanish)]
mod options;
mod processor;
mod pty;
mod sigpipe;
mod stop;
#[cfg(sysctl)]
mod sysctl;
mod tcp_timeouts;
#[cfg(vanish)]
mod vanish;

use std::{
    io,
    os::fd::{IntoRawFd, OwnedFd},
    process::Stdio,
    time::Duration,
};

use socket2::Socket;

use super::ErrorName;
use crate::catalogue::{Axes, Sigpipe, SocketOption};

#[cfg(not(epoll))]
pub(crate) use super::fallback::ask_nothing;
#[cfg(not(vanish))]
pub(crate) use super::fallback::{NO_SILENT_CLOSE, returns, vanish};
#[cfg(not(socket_flags))]
pub(crate) use super::fallback::{accept, stream_socket};
pub(crate) use abort::{destroy, disconnect};
#[cfg(epoll)]
pub(crate) use ask::ask_nothing;
pub(crate) use ask::look;
pub(crate) use blocked::{
    Alias, CAN_INTERRUPT, SIGPIPE_IS_SHARED, ThreadId, close_restarts_calls, hold_sigpipe, interrupt, is_asleep,
    local_endpoint, std_write, thread_id,
};
pub(crate) use calls::{read_by, write_by};
pub(crate) use copies::{copy_process, kill_group, shared_counter};
pub(crate) use error_queue::{read_error, set_recverr};
pub(crate) use further::{fifo, local_datagram, local_listener, local_pair, local_socket, open_fifo};
pub use host::host;
pub(crate) use inherited::free_descriptors;
pub use inherited::set_inherited;
pub use limits::answer_limits;
pub(crate) use local::pipe;
pub(crate) use sigpipe::{
    inherit_sigpipe, killed_by_sigpipe, restore_sigpipe, set_sigpipe, take_sigpipe, write_stdout,
};
pub(crate) use stop::{lock_folder, on_stop};
pub(crate) use tcp_timeouts::{set_keepalive_fast, set_user_timeout};
#[cfg(vanish)]
pub(crate) use vanish::{NO_SILENT_CLOSE, returns, vanish};

pub(crate) fn unsupported_reason(axes: Axes) -> Option<&'static str> {
    if let Some(reason) = further::missing_transport(axes.transport) {
        return Some(reason);
    }
    if !calls::has_call(axes.call) {
        return Some("this system does not have the call");
    }
    if let Some(reason) = ask::cannot_wait_with(axes.wait) {
        return Some(reason);
    }
    match axes.option {
        SocketOption::SoNosigpipe | SocketOption::ListenerNosigpipe if !cfg!(nosigpipe) => {
            Some("this system does not have SO_NOSIGPIPE")
        }
        SocketOption::FSetnosigpipe if !cfg!(f_setnosigpipe) => Some("this system does not have F_SETNOSIGPIPE"),
        _ => None,
    }
}

pub(crate) fn has_sigpipe(_: Sigpipe) -> bool {
    true
}

#[cfg(nosigpipe)]
pub(crate) fn set_nosigpipe(socket: &Socket) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_socket_nosigpipe(socket, true)?)
}

#[cfg(not(nosigpipe))]
pub(crate) use super::fallback::set_nosigpipe;

/// socket2 and mio set it by themselves on Apple's systems (socket2 src/sys/unix.rs, mio src/sys/unix/net.rs), and a
/// case that names a system call and no option is about a socket as the system makes it.
#[cfg(target_vendor = "apple")]
pub(crate) fn clear_nosigpipe(socket: &Socket) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_socket_nosigpipe(socket, false)?)
}

/// No library sets it elsewhere.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn clear_nosigpipe(_: &Socket) -> io::Result<()> {
    Ok(())
}

/// The descriptor's flag, fcntl(2).
#[cfg(f_setnosigpipe)]
pub(crate) fn set_nosigpipe_flag(socket: &Socket) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open while it is borrowed, and this command takes an int.
    let failed = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_SETNOSIGPIPE, on) };
    if failed == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(not(f_setnosigpipe))]
pub(crate) use super::fallback::set_nosigpipe_flag;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use super::fallback::program;

/// std reads /proc/self/exe. Where /proc is not mounted, the kernel has still handed over the name that execve(2) was
/// called with: AT_EXECFN of getauxval(3). It is relative to the folder that this program was started in, which it
/// never leaves.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn program() -> Option<std::path::PathBuf> {
    use std::{
        ffi::{CStr, OsStr, c_char},
        os::unix::ffi::OsStrExt,
    };
    std::env::current_exe().ok().or_else(|| {
        // SAFETY: getauxval reads what the kernel left on the stack.
        let name = std::ptr::with_exposed_provenance::<c_char>(unsafe { libc::getauxval(libc::AT_EXECFN) } as usize);
        if name.is_null() {
            return None;
        }
        // SAFETY: what AT_EXECFN points to is NUL-terminated, and nothing changes it for as long as the program runs.
        let name = OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes());
        std::path::absolute(name).ok().filter(|path| path.is_file())
    })
}

/// The terminal sends SIGINT to the foreground process group (termios(3)), which such a child is not in.
pub(crate) fn new_process_group(command: &mut std::process::Command) -> &mut std::process::Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

pub(crate) fn is_named_pipe(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

pub(crate) fn into_stdio(socket: impl Into<OwnedFd>) -> io::Result<Stdio> {
    Ok(Stdio::from(socket.into()))
}

/// The selector that mio takes, by the `cfg`s of its `src/sys/unix/mod.rs`.
pub const SELECTOR: &str = if cfg!(epoll) {
    "epoll"
} else if SPLIT_EVENTS {
    "kqueue"
} else {
    "poll"
};

/// kqueue has a filter for each direction, and mio makes an event of each: kqueue(2), EVFILT_READ and EVFILT_WRITE.
pub(crate) const SPLIT_EVENTS: bool = cfg!(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
));

/// A connection lasts as long as one descriptor of its socket: close(2).
pub(crate) const MOVED_SOCKETS_MAY_END: bool = false;

/// mio asks epoll (EPOLLET) and kqueue (EV_CLEAR) for edges: every change is a new event.
pub(crate) const REARM: Option<Duration> = None;

/// The BSDs and Apple's systems refuse more than some 2000 bytes with EMSGSIZE (net.local.dgram.maxdgram;
/// `unpdg_sendspace` in their sys/kern/uipc_usrreq.c), and where the smallest datagrams no longer fit, none does. Linux
/// counts datagrams, of any size (net.unix.max_dgram_qlen in unix(7)).
pub(crate) const LOCAL_DATAGRAM: usize =
    if cfg!(any(target_os = "linux", target_os = "android")) { 1 << 16 } else { 1 };

/// epoll and poll report a hang-up once both directions have ended, kqueue the end of its own writing (EV_EOF of
/// EVFILT_WRITE): mio's src/sys/unix/selector/epoll.rs and kqueue.rs, `is_write_closed`.
pub(crate) const SHUTDOWN_CLOSES_WRITING: bool = true;

macro_rules! error_names {
    ($($(#[$cfg:meta])? $name:ident)*) => {
        /// The names of the errors of sockets, descriptors and files, by libc's numbers for the target; both spellings
        /// are the same.
        pub fn error_name(code: i32) -> Option<ErrorName> {
            let name = match code {
                $($(#[$cfg])? libc::$name => stringify!($name),)*
                _ => return None,
            };
            Some(ErrorName { canonical: name, native: name })
        }
    };
}

error_names! {
    EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBUSY ECANCELED ECHILD ECONNABORTED
    ECONNREFUSED ECONNRESET
    EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR
    ELOOP EMFILE EMLINK EMSGSIZE ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOEXEC
    ENOLCK ENOMEM ENOPROTOOPT ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTSOCK ENOTTY ENXIO EOPNOTSUPP EPERM EPFNOSUPPORT
    EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS ESHUTDOWN ESPIPE ESRCH ESTALE ETIMEDOUT
    EXDEV
    #[cfg(not(target_os = "haiku"))] ESOCKTNOSUPPORT
    #[cfg(not(target_os = "haiku"))] ETOOMANYREFS
}

/// The errors of a process, or a system, that has no more descriptors, memory or buffers.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM | libc::ENOSPC))
}

/// What the receiver's socket causes, and neither scarcity nor a lack of rights: where its queue is full, the BSDs and
/// Apple's systems answer with ENOBUFS (`uipc_send` in their sys/kern/uipc_usrreq.c; Linux with EAGAIN), and where it is
/// connected to somebody else, Linux with EPERM (`unix_may_send` in net/unix/af_unix.c).
pub(crate) fn is_of_receiver(error: &io::Error) -> bool {
    let refusal = if cfg!(any(target_os = "linux", target_os = "android")) { libc::EPERM } else { libc::ENOBUFS };
    error.raw_os_error() == Some(refusal)
}

/// ENOSYS for a system call, ENOPROTOOPT for an option (setsockopt(2)), EOPNOTSUPP for what a socket of this kind
/// cannot do. ENOTSUP is another number in some places. What this program knows to be missing has no code.
pub(crate) fn is_lacking(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    [libc::ENOSYS, libc::ENOPROTOOPT, libc::EOPNOTSUPP, libc::ENOTSUP].iter().any(|&lacking| code == Some(lacking))
        || (code.is_none() && error.kind() == io::ErrorKind::Unsupported)
}

/// One call, since the type can carry the flags, as mio makes it.
#[cfg(socket_flags)]
pub(crate) fn stream_socket(domain: socket2::Domain) -> io::Result<mio::net::TcpStream> {
    let socket = Socket::new_raw(domain, socket2::Type::STREAM.nonblocking().cloexec(), None)?;
    Ok(mio::net::TcpStream::from_std(socket.into()))
}

/// accept4(2), with an address of any length.
#[cfg(socket_flags)]
pub(crate) fn accept(listener: &mio::net::TcpListener) -> io::Result<(mio::net::TcpStream, usize)> {
    use rustix::net::{SocketFlags, acceptfrom_with};
    let (socket, address) = acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)?;
    Ok((socket.into(), address.map_or(0, |address| address.addr_len() as usize)))
}

/// connect(2): EINPROGRESS.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS)
}

/// close(2). Linux and most others free the descriptor whatever they return; FreeBSD may return ECONNRESET.
pub(crate) fn close(socket: impl IntoRawFd) -> io::Result<()> {
    let fd = socket.into_raw_fd();
    // SAFETY: into_raw_fd gave up the ownership, so that nothing else uses or closes this descriptor.
    if unsafe { libc::close(fd) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
