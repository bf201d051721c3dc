//! The listener of a trial, its port once it is closed, and the listeners that one trial leaves to another.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use mio::net::{TcpListener, UdpSocket};
use socket2::{Domain, SockAddr, Socket, Type};

use super::{
    next::{Abort, done},
    watched::Watched,
};
use crate::{
    catalogue::{Actor, Axes, Call, Case, Operation, SocketOption, Step, Transport},
    outcome::Outcome,
    sys::{self, Listener},
};

/// A listener and its address.
type Bound = (Watched<dyn Listener>, SockAddr);

/// Listeners without pending connections, ready for another trial.
#[derive(Default)]
pub(in crate::driver) struct SpareListeners(HashMap<Transport, Vec<Bound>>);

impl SpareListeners {
    /// Closes them all to free their descriptors, and returns whether there were any.
    pub(in crate::driver) fn clear(&mut self) -> bool {
        let kept = std::mem::take(&mut self.0);
        kept.values().any(|listeners| !listeners.is_empty())
    }
}

/// The listener of a trial. Dropping it gives the port free.
#[derive(Default)]
pub(super) struct Listening {
    pub(super) listener: Option<Watched<dyn Listener>>,
    /// Where the listener listens, or did.
    pub(super) address: Option<SockAddr>,
    /// Whether the trial leaves the listener other than it was.
    altered: bool,
    /// Holds the port of a closed listener, so that it stays closed: nothing listens here, and nobody else can.
    reserved: Option<Socket>,
}

impl Listening {
    /// The listener for a trial of this case: one that an earlier trial left, or a new one. A pipe needs none.
    pub(super) fn start(case: Case<'_>, spare: &mut SpareListeners) -> Result<Self, Abort> {
        let transport = case.axes.transport;
        if transport == Transport::Pipe {
            return Ok(Listening::default());
        }
        // A port to be closed must be one that no earlier connection still holds, or it could not be reserved.
        let altered = alters_listener(case);
        let kept = if altered { None } else { spare.0.get_mut(&transport).and_then(Vec::pop) };
        let bound = kept.map_or_else(|| listen(transport), Ok)?;
        let mut listening = Listening { altered, ..Listening::default() };
        listening.install(bound, case.axes).map_err(Abort::because("SO_NOSIGPIPE on the listener"))?;
        Ok(listening)
    }

    /// Makes it the trial's listener, with the case's option.
    fn install(&mut self, (listener, address): Bound, axes: Axes) -> io::Result<()> {
        match axes.option {
            SocketOption::ListenerNosigpipe => sys::set_nosigpipe(&listener.source.socket())?,
            // A listener that is written to is not left to a later trial, so that it may be changed: `altered`.
            SocketOption::None if axes.call != Call::Std && self.altered => {
                sys::clear_nosigpipe(&listener.source.socket())?;
            }
            _ => {}
        }
        self.listener = Some(listener);
        self.address = Some(address);
        Ok(())
    }

    /// Replaces the listener by one with a queue of this length.
    pub(super) fn replace(&mut self, axes: Axes, backlog: u32) -> Result<(), Abort> {
        let bound = bind(axes.transport, Some(backlog));
        bound.and_then(|bound| self.install(bound, axes)).map_err(Abort::because("a listener"))
    }

    /// Closes the listener and keeps its port from others. In between, somebody else's socket may get it: then a
    /// listener with another port takes its place, if it `may_move`.
    pub(super) fn close(&mut self, axes: Axes, may_move: bool) -> Result<Outcome, Abort> {
        let may_move = may_move && axes.transport != Transport::Unix;
        let mut ports = if may_move { PORTS } else { 1 };
        loop {
            let closed = done(self.listener.take().map(|listener| listener.source.close()));
            self.keep_port(axes.transport);
            ports -= 1;
            if self.reserved.is_some() || closed != Outcome::Done || ports == 0 {
                return Ok(closed);
            }
            self.install(listen(axes.transport)?, axes).map_err(Abort::because("another listener"))?;
        }
    }

    /// Keeps the port of a listener that no longer listens from others, unless a connection holds it.
    pub(super) fn keep_port(&mut self, transport: Transport) {
        if self.reserved.is_none() {
            self.reserved = self.address.as_ref().and_then(|address| reserve(address, transport).ok());
        }
    }

    /// Leaves the listener to a later trial if it is as good as new, and closes it otherwise; `drained` says that
    /// nobody is waiting in its queue, who would turn up in that trial.
    pub(super) fn hand_on(&mut self, transport: Transport, drained: bool, spare: &mut SpareListeners) {
        if let (Some(listener), Some(address)) = (self.listener.take(), self.address.take())
            && drained
            && !self.altered
        {
            spare.0.entry(transport).or_default().push((listener, address));
        }
    }
}

/// Whether a trial of this case leaves its listener other than it was.
fn alters_listener(case: Case<'_>) -> bool {
    let alters = |step: &Step| match step.actor {
        Actor::Listener => !matches!(step.operation, Operation::Await(_)),
        Actor::Crowd => true,
        Actor::Client | Actor::Server => false,
    };
    case.axes.option == SocketOption::ListenerNosigpipe || case.scenario.steps.iter().any(alters)
}

/// An unused port of this machine's loopback.
pub(in crate::driver) fn loopback(transport: Transport) -> SocketAddr {
    match transport {
        Transport::Tcp6 | Transport::Udp6 => (Ipv6Addr::LOCALHOST, 0).into(),
        _ => (Ipv4Addr::LOCALHOST, 0).into(),
    }
}

/// A listener with the usual queue.
fn listen(transport: Transport) -> Result<Bound, Abort> {
    bind(transport, None).map_err(|error| {
        Abort::because(&match transport {
            Transport::Unix | Transport::Pipe => format!("listen on {transport}"),
            _ => format!("listen on {}", loopback(transport)),
        })(error)
    })
}

/// The queue of a Unix listener unless a scenario sets it; mio sets it for TCP.
const BACKLOG: u32 = 128;

fn bind(transport: Transport, backlog: Option<u32>) -> io::Result<Bound> {
    let length = i32::try_from(backlog.unwrap_or(BACKLOG)).unwrap_or(i32::MAX);
    let (listener, address): (Box<dyn Listener>, SockAddr) = match transport {
        Transport::Unix => sys::local_listener(length)?,
        Transport::Udp4 | Transport::Udp6 => {
            let socket = UdpSocket::bind(loopback(transport))?;
            let address = socket.local_addr()?.into();
            (Box::new(socket), address)
        }
        Transport::Tcp4 | Transport::Tcp6 | Transport::Pipe => {
            let address = loopback(transport);
            let listener = if backlog.is_none() { TcpListener::bind(address)? } else { tcp_listener(address, length)? };
            let address = listener.local_addr()?.into();
            (Box::new(listener), address)
        }
    };
    Ok((Watched::new(listener), address))
}

/// What [`TcpListener::bind`] does, with a queue of this length. It has to be set before the first `listen`: Windows
/// ignores later ones.
fn tcp_listener(address: SocketAddr, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// How many ports are tried before one is not kept. Where several runs share a machine, one in some hundred thousand is
/// lost; as many as these in a row mean that the system keeps none.
const PORTS: usize = 3;

/// Holds the port so that nobody else gets it, and that what comes to it is answered as at an unused port: TCP without
/// a listener answers a SYN with RST, and UDP that is connected elsewhere takes nothing from others, which are answered
/// with ICMP.
fn reserve(address: &SockAddr, transport: Transport) -> io::Result<Socket> {
    let domain = address.as_socket().map(Domain::for_address).ok_or(io::ErrorKind::Unsupported)?;
    let is_udp = matches!(transport, Transport::Udp4 | Transport::Udp6);
    let socket = Socket::new(domain, if is_udp { Type::DGRAM } else { Type::STREAM }, None)?;
    socket.bind(address)?;
    if is_udp {
        let mut elsewhere = loopback(transport);
        elsewhere.set_port(DISCARD);
        socket.connect(&elsewhere.into())?;
    }
    Ok(socket)
}

/// A port at which nothing listens, and nobody else can as long as this lives.
pub(in crate::driver) struct ClosedPort {
    pub(in crate::driver) address: SocketAddr,
    _kept: Listening,
}

impl ClosedPort {
    /// Holds a port of the loopback closed, as the trials do.
    ///
    /// # Errors
    ///
    /// There is no loopback, or no port can be held.
    pub(in crate::driver) fn hold(transport: Transport) -> io::Result<Self> {
        let axes = Axes { transport, ..Axes::USUAL };
        let not_held = |_| io::ErrorKind::AddrNotAvailable;
        let mut kept = Listening::default();
        kept.install(listen(transport).map_err(not_held)?, axes)?;
        kept.close(axes, true).map_err(not_held)?;
        let is_held = kept.reserved.is_some();
        let address = kept.address.as_ref().and_then(SockAddr::as_socket).filter(|_| is_held);
        Ok(ClosedPort { address: address.ok_or(io::ErrorKind::AddrNotAvailable)?, _kept: kept })
    }
}

/// The port of a service (RFC 863) that never sends; it is not among the ephemeral ports that clients get.
const DISCARD: u16 = 9;
