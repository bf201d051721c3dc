//! The contract on a system that belongs to no family: what mio, std and socket2 do everywhere, and for all else the
//! error [`Unsupported`](io::ErrorKind::Unsupported). A family takes from here what its systems lack.

use std::{
    io,
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use mio::{
    Registry, Token,
    net::{TcpListener, TcpStream},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::{AnswerLimit, CallError, Endpoint, ErrorName, Host, KeptName, Listener, Signal};
use crate::{
    catalogue::{Asked, Axes, Call, ReadCall, Sigpipe, SocketOption, Transport, Wait},
    outcome::RawFlags,
};

/// Nothing is known about the selector that mio uses here.
pub const SELECTOR: &str = "unknown";

/// Registering again is right with every selector, though some do not need it.
pub(crate) const REARM: Option<Duration> = Some(Duration::from_millis(1));

/// Another poll is right with every selector.
pub(crate) const SPLIT_EVENTS: bool = true;

pub(crate) const MOVED_SOCKETS_MAY_END: bool = true;

/// accept(2), with an address of any length; the connection is made non-blocking afterwards.
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    let (socket, address) = SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((TcpStream::from_std(socket.into()), address.len() as usize))
}

/// A socket, made non-blocking afterwards. On Apple's systems `Socket::new` sets SO_NOSIGPIPE, as mio and std do.
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// SO_KEEPALIVE, TCP_KEEPIDLE (on Apple's systems TCP_KEEPALIVE), TCP_KEEPINTVL, TCP_KEEPCNT.
#[cfg(keepalive_times)]
pub(crate) fn set_keepalive_fast(socket: &Socket) -> io::Result<()> {
    use crate::catalogue::Setting;
    let times = socket2::TcpKeepalive::new()
        .with_time(Setting::KEEPALIVE_IDLE)
        .with_interval(Setting::KEEPALIVE_INTERVAL)
        .with_retries(Setting::KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&times)
}

/// Error codes differ from system to system.
pub fn error_name(_: i32) -> Option<ErrorName> {
    None
}

pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory
}

pub(crate) fn is_lacking(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

/// `ErrorKind::InProgress` cannot be named in stable Rust, so its `Debug` form is compared.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || format!("{:?}", error.kind()) == "InProgress"
}

pub(crate) fn unsupported_reason(axes: Axes) -> Option<&'static str> {
    if matches!(axes.transport, Transport::Unix | Transport::Pipe) {
        Some("mio has no Unix sockets or pipes on this system")
    } else if axes.call != Call::Std || axes.read_call != ReadCall::Std || axes.wait != Wait::Mio {
        Some("this system does not have the call")
    } else if axes.option != SocketOption::None {
        Some("this system does not have the option")
    } else {
        None
    }
}

/// No other call is known here.
pub(crate) fn write_by(_: Call, _: &Socket, _: &[u8]) -> Option<Result<usize, CallError>> {
    None
}

/// Nor is a call that reads.
pub(crate) fn read_by(_: ReadCall, _: &Socket, _: &mut [u8]) -> Option<io::Result<usize>> {
    None
}

/// A system without SIGPIPE is like one where it is ignored.
pub(crate) fn has_sigpipe(mode: Sigpipe) -> bool {
    mode == Sigpipe::Ignore
}

pub(crate) fn take_sigpipe() -> Signal {
    Signal::None
}

pub(crate) fn killed_by_sigpipe(_: ExitStatus) -> bool {
    false
}

/// No library sets an option that does not exist.
pub(crate) fn clear_nosigpipe(_: &Socket) -> io::Result<()> {
    Ok(())
}

/// A firewall could cut a connection off, but its rules are those of the whole machine.
pub(crate) fn vanish(_: &Socket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no socket option that cuts a connection off"))
}

/// What such a selector reports comes from the interests of mio, each of which asks for something.
pub(crate) fn ask_nothing(_: &Registry, _: &Socket, _: Token) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system's selector reports nothing without being asked for it"))
}

/// No socket vanishes here.
pub(crate) const NO_SILENT_CLOSE: Option<&str> = None;

/// No file is one as far as std knows.
pub(crate) fn is_named_pipe(_: &std::fs::Metadata) -> bool {
    false
}

/// No outcome is known to depend on what a process inherits here.
pub extern "C" fn set_inherited() {}

pub(crate) fn free_descriptors() -> Option<usize> {
    None
}

/// Files get their permissions from their folder.
pub(crate) fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// There is no known way to keep Ctrl-C from a child.
pub(crate) fn new_process_group(command: &mut Command) -> &mut Command {
    command
}

/// Nothing is known about the system.
pub fn host() -> Host {
    let evidence = "nothing is known about this system".to_owned();
    Host { runtime: "unknown", evidence, container: NO_CONTAINER.to_owned(), ..Host::default() }
}

/// No limit is known.
pub fn answer_limits() -> Vec<AnswerLimit> {
    Vec::new()
}

/// [`Host::container`] where this program knows no sign of a container.
pub(super) const NO_CONTAINER: &str = "not looked for: no sign of one is known for this system";

macro_rules! unsupported {
    ($($(#[$doc:meta])* fn $name:ident $(<$socket:ident>)? ($($argument:ty),*) -> $output:ty;)*) => {
        $($(#[$doc])* pub(crate) fn $name $(<$socket>)? ($(_: $argument),*) -> io::Result<$output> {
            Err(io::ErrorKind::Unsupported.into())
        })*
    };
}

unsupported! {
    fn on_stop<H>(H) -> ();
    fn lock_folder(&std::path::Path) -> Option<std::fs::File>;
    fn look(Wait, &Socket, Option<Asked>) -> RawFlags;
    fn set_sigpipe(Sigpipe) -> ();
    fn inherit_sigpipe(&mut Command) -> ();
    fn restore_sigpipe() -> ();
    fn write_stdout(&[u8]) -> usize;
    fn set_nosigpipe(&Socket) -> ();
    fn set_nosigpipe_flag(&Socket) -> ();
    fn set_user_timeout(&Socket) -> ();
    #[cfg(not(keepalive_times))]
    fn set_keepalive_fast(&Socket) -> ();
    fn local_listener(i32) -> (Box<dyn Listener>, SockAddr, KeptName);
    fn local_socket() -> Box<dyn Endpoint>;
    fn pipe(&Registry, Token) -> (Box<dyn Endpoint>, Box<dyn Endpoint>);
    fn into_stdio<S>(S) -> Stdio;
    /// Dropping a socket closes it without telling what the call returned, which must not pass for success.
    fn close<S>(S) -> ();
}
