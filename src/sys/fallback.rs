//! What a system has that no family is written for: what mio, std and socket2 do everywhere, and for all else the error
//! [`Unsupported`](io::ErrorKind::Unsupported). A family takes from here what it lacks.

use std::{
    io,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use mio::{
    Registry, Token,
    net::{TcpListener, TcpStream},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::{Endpoint, ErrorName, Host, Listener, Signal};
use crate::catalogue::{Axes, Call, Sigpipe, SocketOption, Transport};

/// The selector that mio takes here is not known.
pub const SELECTOR: &str = "unknown";

/// Registering again is right with every selector, and with some slower than need be.
pub(crate) const REARM: Option<Duration> = Some(Duration::from_millis(1));

/// A connection whose address is taken as it comes, made non-blocking once it is there.
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    let (socket, address) = SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((TcpStream::from_std(socket.into()), address.len() as usize))
}

/// A socket, made non-blocking once it is there. On Apple's systems `Socket::new` sets SO_NOSIGPIPE, as mio and std do.
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

/// A code means something else on every system.
pub fn error_name(_: i32) -> Option<ErrorName> {
    None
}

pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory
}

/// `ErrorKind::InProgress` is unstable, but its `Debug` can be read.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || format!("{:?}", error.kind()) == "InProgress"
}

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
pub(crate) fn write_by(_: Call, _: &Socket, _: &[u8]) -> Option<io::Result<usize>> {
    None
}

/// Without SIGPIPE a program is where one that ignores it is.
pub(crate) fn has_sigpipe(mode: Sigpipe) -> bool {
    mode == Sigpipe::Ignore
}

pub(crate) fn take_sigpipe() -> Signal {
    Signal::None
}

pub(crate) fn killed_by_sigpipe(_: ExitStatus) -> bool {
    false
}

/// There is no option that a library could have set.
pub(crate) fn clear_nosigpipe(_: &Socket) -> io::Result<()> {
    Ok(())
}

/// A firewall could cut a connection off, but it belongs to the whole machine.
pub(crate) fn vanish(_: &Socket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no socket option that cuts a connection off"))
}

/// A file has the permissions of its folder.
pub(crate) fn results_permissions(_: &mut tempfile::Builder<'_, '_>) {}

/// Ctrl-C reaches a child if it reaches the parent.
pub(crate) fn new_process_group(command: &mut Command) -> &mut Command {
    command
}

/// Nothing is known of the system.
pub fn host() -> Host {
    let evidence = "nothing is known of this system".to_owned();
    Host { runtime: "unknown", evidence, container: NO_CONTAINER.to_owned(), ..Host::default() }
}

/// What [`Host::container`] is where containers leave no sign that this program knows of.
pub(super) const NO_CONTAINER: &str = "not looked for: no sign of one is known here";

macro_rules! unsupported {
    ($($(#[$doc:meta])* fn $name:ident $(<$socket:ident>)? ($($argument:ty),*) -> $output:ty;)*) => {
        $($(#[$doc])* pub(crate) fn $name $(<$socket>)? ($(_: $argument),*) -> io::Result<$output> {
            Err(io::ErrorKind::Unsupported.into())
        })*
    };
}

unsupported! {
    fn set_sigpipe(Sigpipe) -> ();
    fn inherit_sigpipe(&mut Command) -> ();
    fn restore_sigpipe() -> ();
    fn write_stdout(&[u8]) -> usize;
    fn set_nosigpipe(&Socket) -> ();
    fn set_nosigpipe_flag(&Socket) -> ();
    fn set_user_timeout(&Socket) -> ();
    #[cfg(not(keepalive_times))]
    fn set_keepalive_fast(&Socket) -> ();
    fn local_listener(i32) -> (Box<dyn Listener>, SockAddr);
    fn local_socket() -> Box<dyn Endpoint>;
    fn pipe(&Registry, Token) -> (Box<dyn Endpoint>, Box<dyn Endpoint>);
    fn into_stdio<S>(S) -> Stdio;
    /// Dropping it closes it without telling what the call returned, which must not pass for success.
    fn close<S>(S) -> ();
}
