//! Linux, Android, Apple's systems, the BSDs, illumos.

mod calls;
mod host;
mod local;
mod processor;
mod sigpipe;
mod tcp_timeouts;

use std::{
    io,
    os::fd::{IntoRawFd, OwnedFd},
    process::Stdio,
    time::Duration,
};

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, Socket, Type};

use super::ErrorName;
use crate::catalogue::{Axes, Sigpipe, SocketOption};

pub(crate) use calls::write_by;
pub use host::host;
pub(crate) use local::{local_listener, local_socket, pipe};
pub(crate) use sigpipe::{
    inherit_sigpipe, killed_by_sigpipe, restore_sigpipe, set_sigpipe, take_sigpipe, write_stdout,
};
pub(crate) use tcp_timeouts::{set_keepalive_fast, set_user_timeout, vanish};

/// What this system does not have of a case.
pub(crate) fn unsupported_reason(axes: Axes) -> Option<&'static str> {
    if !calls::has_call(axes.call) {
        Some("this system does not have the call")
    } else {
        match axes.option {
            SocketOption::SoNosigpipe | SocketOption::ListenerNosigpipe if !cfg!(nosigpipe) => {
                Some("this system does not have SO_NOSIGPIPE")
            }
            SocketOption::FSetnosigpipe if !cfg!(f_setnosigpipe) => Some("this system does not have F_SETNOSIGPIPE"),
            _ => None,
        }
    }
}

/// Whether SIGPIPE can be set to this.
pub(crate) fn has_sigpipe(_mode: Sigpipe) -> bool {
    true
}

/// Sets SO_NOSIGPIPE.
#[cfg(nosigpipe)]
pub(crate) fn set_nosigpipe(socket: &socket2::Socket) -> io::Result<()> {
    switch_nosigpipe(socket, true)
}

/// Unsets SO_NOSIGPIPE, which socket2 and mio set by themselves on Apple's systems (socket2 src/sys/unix.rs, mio
/// src/sys/unix/net.rs): a case that names a system call and no option is about a socket as the system makes it.
pub(crate) fn clear_nosigpipe(socket: &socket2::Socket) -> io::Result<()> {
    #[cfg(target_vendor = "apple")]
    switch_nosigpipe(socket, false)?;
    let _ = socket;
    Ok(())
}

#[cfg(nosigpipe)]
fn switch_nosigpipe(socket: &socket2::Socket, on: bool) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let on = libc::c_int::from(on);
    // SAFETY: the pointer is to an int that lives through the call, and the length is that int's.
    let failed = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_NOSIGPIPE,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// There is no SO_NOSIGPIPE to set.
#[cfg(not(nosigpipe))]
pub(crate) fn set_nosigpipe(_socket: &socket2::Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
}

/// Sets the descriptor's flag, fcntl(2)'s F_SETNOSIGPIPE.
#[cfg(f_setnosigpipe)]
pub(crate) fn set_nosigpipe_flag(socket: &socket2::Socket) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open while it is borrowed, and this command takes an int.
    let failed = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_SETNOSIGPIPE, on) };
    if failed == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// There is no F_SETNOSIGPIPE to set.
#[cfg(not(f_setnosigpipe))]
pub(crate) fn set_nosigpipe_flag(_socket: &socket2::Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::EINVAL))
}

/// A process group of its own: the terminal sends SIGINT to the foreground group (termios(3)).
pub(crate) fn new_process_group(command: &mut std::process::Command) -> &mut std::process::Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

/// What the umask leaves of 0666: a temporary file is its owner's alone by default.
pub(crate) fn results_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

/// Makes a socket a child's standard stream.
pub(crate) fn into_stdio(socket: impl Into<OwnedFd>) -> io::Result<Stdio> {
    Ok(Stdio::from(socket.into()))
}

/// What mio polls with here, after the `cfg`s of its `src/sys/unix/mod.rs`.
pub const SELECTOR: &str = if cfg!(any(target_os = "linux", target_os = "android", target_os = "illumos")) {
    "epoll"
} else if cfg!(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
)) {
    "kqueue"
} else {
    "poll"
};

/// mio registers edges with epoll (EPOLLET) and kqueue (EV_CLEAR): every change is a new event.
pub(crate) const REARM: Option<Duration> = None;

macro_rules! error_names {
    ($($(#[$cfg:meta])? $name:ident)*) => {
        /// Names of the errors of sockets, descriptors and files; numbers are the target's own, from libc.
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
    EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECANCELED ECONNABORTED ECONNREFUSED ECONNRESET
    EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR
    ELOOP EMFILE EMLINK EMSGSIZE ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOEXEC
    ENOLCK ENOMEM ENOPROTOOPT ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTSOCK ENOTTY ENXIO EOPNOTSUPP EPERM EPFNOSUPPORT
    EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS ESHUTDOWN ESPIPE ESRCH ESTALE ETIMEDOUT
    EXDEV
    #[cfg(not(target_os = "haiku"))] ESOCKTNOSUPPORT
    #[cfg(not(target_os = "haiku"))] ETOOMANYREFS
}

/// What says that this process, or the system, has no more of something.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM | libc::ENOSPC))
}

/// One call where the type can carry the flags, as mio does it.
#[cfg(socket_flags)]
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new_raw(domain, Type::STREAM.nonblocking().cloexec(), None)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// On Apple's systems `Socket::new` sets SO_NOSIGPIPE, as mio and std do.
#[cfg(not(socket_flags))]
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// accept4(2). The address is taken as it comes.
#[cfg(socket_flags)]
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    use rustix::net::{SocketFlags, acceptfrom_with};
    let (socket, address) = acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)?;
    Ok((TcpStream::from(socket), address.map_or(0, |address| address.addr_len() as usize)))
}

/// accept(2), and then what accept4 does at once.
#[cfg(not(socket_flags))]
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    let (socket, address) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((TcpStream::from_std(socket.into()), address.len() as usize))
}

/// connect(2): EINPROGRESS.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS)
}

/// close(2). On Linux and most others the descriptor is gone whatever is returned; FreeBSD may return ECONNRESET.
pub(crate) fn close(socket: impl IntoRawFd) -> io::Result<()> {
    let fd = socket.into_raw_fd();
    // SAFETY: into_raw_fd gave up the ownership, so nothing else closes this descriptor or uses it.
    if unsafe { libc::close(fd) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
