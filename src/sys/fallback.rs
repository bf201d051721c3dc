//! Any other system that mio and std know: no names, no facts, but the same program.

use std::{io, process::Stdio, time::Duration};

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, SockAddr, Socket, Type};

use super::{ErrorName, Host};
use crate::{
    catalogue::{Axes, Call, Sigpipe, SocketOption, Transport},
    driver::endpoint::{Endpoint, Listener},
};

/// Nobody says.
pub const SELECTOR: &str = "unknown";

/// Asking again is right on every selector, if slower than needed on some.
pub(crate) const REARM: Option<Duration> = Some(Duration::from_millis(1));

/// Numbers mean something else on every system.
pub fn error_name(_code: i32) -> Option<ErrorName> {
    None
}

pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory
}

/// The address is taken as it comes.
pub(crate) fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    let (socket, _) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// A socket, and then made non-blocking.
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// `ErrorKind::InProgress` is not stable; its text is.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || format!("{:?}", error.kind()) == "InProgress"
}

/// What this system does not have of a case.
pub(crate) fn lacks(axes: Axes) -> Option<&'static str> {
    if matches!(axes.transport, Transport::Unix | Transport::Pipe) {
        Some("mio knows no Unix sockets or pipes of this system")
    } else if axes.call != Call::Std {
        Some("this system does not have the call")
    } else if axes.option != SocketOption::None {
        Some("this system does not have SO_NOSIGPIPE")
    } else {
        None
    }
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
pub(crate) fn take_sigpipe() -> bool {
    false
}

/// Nothing is killed by it.
pub(crate) fn killed_by_sigpipe(_status: std::process::ExitStatus) -> bool {
    false
}

/// There is no SO_NOSIGPIPE to set.
pub(crate) fn set_nosigpipe(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No Unix sockets here.
pub(crate) fn local_listener() -> io::Result<(Box<dyn Listener>, SockAddr)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No Unix sockets here.
pub(crate) fn local_socket() -> io::Result<Box<dyn Endpoint>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No pipes that mio could poll here.
pub(crate) fn pipe() -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No call is known by its name.
pub(crate) fn write_by(_call: Call, _socket: &Socket, _data: &[u8]) -> Option<io::Result<usize>> {
    None
}

/// Nothing is known that would keep it.
pub(crate) fn keep_from_ctrl_c(command: &mut std::process::Command) -> &mut std::process::Command {
    command
}

/// How a socket becomes a standard stream is not known.
pub(crate) fn into_stdio<S>(_socket: S) -> io::Result<Stdio> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Dropping closes, but does not say what the call returned; that is not success.
pub(crate) fn close<S>(socket: S) -> io::Result<()> {
    drop(socket);
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing is known of the system.
pub fn host() -> Host {
    Host {
        version: String::new(),
        kernel: String::new(),
        runtime: "native",
        evidence: "nothing is known of this system".to_owned(),
    }
}
