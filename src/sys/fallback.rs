//! Any other system that mio and std know: no names, no facts, but the same program.

use std::{io, time::Duration};

use mio::net::TcpStream;
use socket2::{Domain, Socket, Type};

use super::{ErrorName, Host};

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

pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// `ErrorKind::InProgress` is not stable; its text is.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || format!("{:?}", error.kind()) == "InProgress"
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
