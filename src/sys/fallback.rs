//! Any other system that mio and std know: no names, no facts, but the same program.

use std::{io, process::Stdio, time::Duration};

use mio::{Registry, Token};
use socket2::Socket;

use super::{ErrorName, Host};
use crate::{
    catalogue::{Axes, Call, SocketOption, Transport},
    sys::Endpoint,
};

pub(crate) use super::unsupported::{
    accept, clear_nosigpipe, has_sigpipe, inherit_sigpipe, killed_by_sigpipe, local_listener, local_socket,
    restore_sigpipe, results_permissions, set_nosigpipe, set_nosigpipe_flag, set_sigpipe, set_user_timeout,
    stream_socket, take_sigpipe, vanish, write_stdout,
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

/// `ErrorKind::InProgress` is not stable; its text is.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || format!("{:?}", error.kind()) == "InProgress"
}

/// What this system does not have of a case.
pub(crate) fn unsupported_reason(axes: Axes) -> Option<&'static str> {
    if matches!(axes.transport, Transport::Unix | Transport::Pipe) {
        Some("mio knows no Unix sockets or pipes of this system")
    } else if axes.call != Call::Std {
        Some("this system does not have the call")
    } else if axes.option != SocketOption::None {
        Some("this system does not have the option")
    } else {
        None
    }
}

/// No call is known by its name.
pub(crate) fn write_by(_call: Call, _socket: &Socket, _data: &[u8]) -> Option<io::Result<usize>> {
    None
}

/// How the times are set is not known.
pub(crate) fn set_keepalive_fast(_socket: &Socket) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No pipes that mio could poll.
pub(crate) fn pipe(_registry: &Registry, _token: Token) -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing is known that would keep it.
pub(crate) fn new_process_group(command: &mut std::process::Command) -> &mut std::process::Command {
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
        runtime_version: String::new(),
        kernel: String::new(),
        runtime: "unknown",
        evidence: "nothing is known of this system".to_owned(),
        container: "not looked for: no sign of one is known here".to_owned(),
    }
}
