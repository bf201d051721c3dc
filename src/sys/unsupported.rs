//! What only Unix has: SIGPIPE, SO_NOSIGPIPE, Unix sockets and the umask. Elsewhere this stands for it.

use std::io;

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::{
    catalogue::Sigpipe,
    sys::{Endpoint, Listener},
};

/// The address is taken as it comes.
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    let (socket, address) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((TcpStream::from_std(socket.into()), address.len() as usize))
}

/// A socket, and then made non-blocking.
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// Whether SIGPIPE can be set to this: there is none, and nothing to set.
pub(crate) fn has_sigpipe(mode: Sigpipe) -> bool {
    mode == Sigpipe::Ignore
}

/// There is no SIGPIPE.
pub(crate) fn set_sigpipe(_mode: Sigpipe) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// None ever comes.
pub(crate) fn take_sigpipe() -> Signal {
    Signal::None
}

/// There is nothing to pass on.
pub(crate) fn inherit_sigpipe(_command: &mut std::process::Command) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There was nothing when the program began.
pub(crate) fn restore_sigpipe() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no such child.
pub(crate) fn write_stdout(_data: &[u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing is killed by it.
pub(crate) fn killed_by_sigpipe(_status: std::process::ExitStatus) -> bool {
    false
}

/// No library sets SO_NOSIGPIPE where there is none.
pub(crate) fn clear_nosigpipe(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

/// There is no SO_NOSIGPIPE to set.
pub(crate) fn set_nosigpipe(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no F_SETNOSIGPIPE to set.
pub(crate) fn set_nosigpipe_flag(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no TCP_USER_TIMEOUT to set.
pub(crate) fn set_user_timeout(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A firewall could, but it is the whole machine's.
pub(crate) fn vanish(_socket: &Socket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no socket option that cuts a connection off"))
}

/// No Unix sockets here.
pub(crate) fn local_listener(_backlog: i32) -> io::Result<(Box<dyn Listener>, SockAddr)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No Unix sockets here.
pub(crate) fn local_socket() -> io::Result<Box<dyn Endpoint>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no umask: a file has the rights of its folder.
pub(crate) fn results_permissions(_builder: &mut tempfile::Builder<'_, '_>) {}
