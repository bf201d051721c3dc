//! The contract on a system that belongs to no family: what mio, std and socket2 do everywhere, and for all else the
//! error [`Unsupported`](io::ErrorKind::Unsupported). A family takes from here what its systems lack.

use std::{
    io,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::AtomicUsize,
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

/// Nothing is known of what mio reports.
pub(crate) const SHUTDOWN_CLOSES_WRITING: bool = true;

/// There are no local datagrams here.
pub(crate) const LOCAL_DATAGRAM: usize = 1;

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
    if let Some(reason) = missing_transport(axes.transport) {
        Some(reason)
    } else if axes.call != Call::Std || axes.read_call != ReadCall::Std || axes.wait != Wait::Mio {
        Some("this system does not have the call")
    } else if axes.option != SocketOption::None {
        Some("this system does not have the option")
    } else {
        None
    }
}

fn missing_transport(transport: Transport) -> Option<&'static str> {
    match transport {
        Transport::Tcp4 | Transport::Tcp6 | Transport::Udp4 | Transport::Udp6 => None,
        Transport::Unix | Transport::Pipe => Some("mio has no Unix sockets or pipes on this system"),
        _ => Some("this program knows no such transport on this system"),
    }
}

/// No such error is known here.
pub(crate) fn is_of_receiver(_: &io::Error) -> bool {
    false
}

/// No other system than Linux keeps the errors that the network sends.
pub(crate) fn read_error(_: &Socket) -> io::Result<i32> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no queue of errors (MSG_ERRQUEUE)"))
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

/// Linux's SOCK_DESTROY.
pub(crate) fn destroy(_: &Socket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no call that destroys a socket"))
}

/// The socket that a call in another thread is made on; there is none here, as nothing is known that would end it.
pub(crate) struct Alias(std::convert::Infallible);

impl Alias {
    pub(crate) fn new(_: &Socket) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "a call that blocks could not be ended on this system"))
    }

    pub(crate) fn read(&self, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }
}

impl std::ops::Deref for Alias {
    type Target = Socket;
    fn deref(&self) -> &Socket {
        match self.0 {}
    }
}

/// std's own call.
pub(crate) fn std_write(_: bool) -> Call {
    Call::Std
}

/// Nothing is known of a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadId;

pub(crate) fn thread_id() -> ThreadId {
    ThreadId
}

pub(crate) fn is_asleep(_: ThreadId) -> Option<bool> {
    None
}

/// Closing its socket is what ends a call.
pub(crate) fn interrupt(_: &std::thread::JoinHandle<()>) {}

pub(crate) const CAN_INTERRUPT: bool = false;

/// There is no SIGPIPE.
pub(crate) struct HeldSigpipe;

pub(crate) fn hold_sigpipe() -> io::Result<HeldSigpipe> {
    Ok(HeldSigpipe)
}

impl HeldSigpipe {
    pub(crate) fn release(self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) const SIGPIPE_IS_SHARED: Option<&str> = None;

pub(crate) fn close_restarts_calls() -> Option<&'static str> {
    None
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

pub(crate) fn shared_counter() -> io::Result<&'static AtomicUsize> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn copy_process() -> io::Result<Option<ExitStatus>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There are no copies.
pub(crate) fn kill_group(child: &mut Child) -> io::Result<()> {
    child.kill()
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
    fn set_user_timeout(&Socket, Duration) -> ();
    fn disconnect(&Socket) -> ();
    fn returns(&Socket) -> ();
    fn local_endpoint(Socket) -> Box<dyn Endpoint>;
    #[cfg(not(keepalive_times))]
    fn set_keepalive_fast(&Socket) -> ();
    fn set_recverr(&Socket) -> ();
    fn local_listener(Transport, i32) -> (Box<dyn Listener>, SockAddr, KeptName);
    fn local_socket(Transport) -> Box<dyn Endpoint>;
    fn local_datagram() -> (Box<dyn Endpoint>, SockAddr, KeptName);
    fn local_pair(Transport) -> (Box<dyn Endpoint>, Box<dyn Endpoint>);
    fn fifo() -> (PathBuf, KeptName);
    fn open_fifo(&std::path::Path, bool) -> Box<dyn Endpoint>;
    fn pipe(&Registry, Token) -> (Box<dyn Endpoint>, Box<dyn Endpoint>);
    fn into_stdio<S>(S) -> Stdio;
    /// Dropping a socket closes it without telling what the call returned, which must not pass for success.
    fn close<S>(S) -> ();
}
