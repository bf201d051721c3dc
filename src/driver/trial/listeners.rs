//! The listener of a trial, its port once it is closed, and the listeners that one trial leaves to another.

use std::{collections::HashMap, io, net::SocketAddr, path::PathBuf};

use mio::net::{TcpListener, UdpSocket};
use socket2::{Domain, SockAddr, Socket, Type};

use super::{
    held_port::{HeldPort, loopback},
    next::done,
    watched::Watched,
};
use crate::{
    catalogue::{Actor, Axes, BlockingCall, Call, Case, Operation, SocketOption, Step, Transport},
    driver::blame::{Abort, Doing},
    outcome::Outcome,
    sys::{self, Endpoint, KeptName, Listener},
};

/// A listener, its address, and what keeps its name when it is closed.
type Bound = (Watched<dyn Listener>, SockAddr, KeptName);

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
    /// The named pipe of a trial that has no listener.
    fifo: Option<PathBuf>,
    /// Deleted after the listener is closed.
    name: KeptName,
    /// Whether the trial leaves the listener other than it was.
    altered: bool,
    /// Holds the port of a closed listener, so that it stays closed: nothing listens here, and nobody else can.
    reserved: Option<HeldPort>,
}

impl Listening {
    /// The listener for a trial of this case: one that an earlier trial left, or a new one. Over a pair there is
    /// none, and over a named pipe the pipe takes its place.
    pub(super) fn start(case: Case<'_>, spare: &mut SpareListeners) -> Result<Self, Abort> {
        let transport = case.axes.transport;
        if transport == Transport::Fifo {
            let (path, name) = sys::fifo().map_err(Abort::because(Doing::Setup("a named pipe")))?;
            return Ok(Listening { fifo: Some(path), name, ..Listening::default() });
        }
        if !transport.has_listener() {
            return Ok(Listening::default());
        }
        // A port to be closed must be one that no earlier connection still holds, or it could not be reserved.
        let altered = alters_listener(case);
        let kept = if altered { None } else { spare.0.get_mut(&transport).and_then(Vec::pop) };
        let bound = kept.map_or_else(|| listen(transport), Ok)?;
        let mut listening = Listening { altered, ..Listening::default() };
        listening.install(bound, case.axes).map_err(Abort::because(Doing::Extra("SO_NOSIGPIPE on the listener")))?;
        Ok(listening)
    }

    /// Makes it the trial's listener, with the case's option.
    fn install(&mut self, (listener, address, name): Bound, axes: Axes) -> io::Result<()> {
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
        self.name = name;
        // It holds the port of the listener before this one.
        self.reserved = None;
        Ok(())
    }

    /// Opens the trial's named pipe for writing or for reading.
    pub(super) fn open_fifo(&self, writing: bool) -> io::Result<Box<dyn Endpoint>> {
        let path = self.fifo.as_deref().ok_or(io::ErrorKind::NotFound)?;
        sys::open_fifo(path, writing)
    }

    /// Replaces the listener by one with a queue of this length.
    pub(super) fn replace(&mut self, axes: Axes, backlog: u32) -> Result<(), Abort> {
        let bound = bind(axes.transport, Some(backlog)).map_err(Abort::because(Doing::Setup("a listener")))?;
        self.install(bound, axes).map_err(Abort::because(Doing::Extra("SO_NOSIGPIPE on a listener")))
    }

    /// Closes the listener and keeps its port from others. In between, somebody else's socket may get it: then a
    /// listener with another port takes its place, if it `may_move`.
    pub(super) fn close(&mut self, axes: Axes, may_move: bool) -> Result<Outcome, Abort> {
        // Only ports can be kept; a name stays as it is.
        let has_port = self.address.as_ref().is_some_and(|address| address.as_socket().is_some());
        let may_move = may_move && has_port;
        let mut ports = if may_move { PORTS } else { 1 };
        loop {
            let closed = done(self.listener.take().map(|listener| listener.source.close()));
            self.keep_port(axes.transport)?;
            ports -= 1;
            if self.reserved.is_some() || closed != Outcome::Done || !may_move {
                return Ok(closed);
            }
            if ports == 0 {
                return Err(Abort::NotRun("no port could be kept from others".to_owned()));
            }
            self.install(listen(axes.transport)?, axes)
                .map_err(Abort::because(Doing::Extra("SO_NOSIGPIPE on another listener")))?;
        }
    }

    /// Keeps the port of a listener that no longer listens from others, unless a connection holds it.
    pub(super) fn keep_port(&mut self, transport: Transport) -> Result<(), Abort> {
        if let (None, Some(address)) = (&self.reserved, &self.address) {
            self.reserved = HeldPort::hold(address, transport)?;
        }
        Ok(())
    }

    /// Leaves the listener to a later trial if it is as good as new, and closes it otherwise; `drained` says that
    /// nothing is in its queue or can still come, which would turn up in that trial.
    pub(super) fn hand_on(&mut self, transport: Transport, drained: bool, spare: &mut SpareListeners) {
        if let (Some(listener), Some(address)) = (self.listener.take(), self.address.take())
            && drained
            && !self.altered
        {
            spare.0.entry(transport).or_default().push((listener, address, self.name.take()));
        }
    }
}

/// Whether a trial of this case leaves its listener other than it was, or a connection to its port that the kernel
/// keeps after the trial: the other end of one whose peer has vanished goes on sending.
fn alters_listener(case: Case<'_>) -> bool {
    let alters = |step: &Step| match step.actor {
        Actor::Listener => !matches!(step.operation, Operation::Await(_)),
        Actor::Crowd => true,
        Actor::Client | Actor::Server => {
            matches!(step.operation, Operation::Vanish | Operation::Reboot | Operation::Blocks(BlockingCall::Accept))
        }
    };
    case.axes.option == SocketOption::ListenerNosigpipe || case.scenario.steps.iter().any(alters)
}

/// A listener with the usual queue.
fn listen(transport: Transport) -> Result<Bound, Abort> {
    bind(transport, None).map_err(|error| {
        let place = match transport {
            Transport::Tcp4 | Transport::Tcp6 | Transport::Udp4 | Transport::Udp6 => {
                format!("listen on {}", loopback(transport))
            }
            _ => format!("listen on {transport}"),
        };
        Abort::because(Doing::Setup(&place))(error)
    })
}

/// The queue of a Unix listener unless a scenario sets it; mio sets it for TCP.
const BACKLOG: u32 = 128;

fn bind(transport: Transport, backlog: Option<u32>) -> io::Result<Bound> {
    let length = i32::try_from(backlog.unwrap_or(BACKLOG)).unwrap_or(i32::MAX);
    let (listener, address, name): (Box<dyn Listener>, SockAddr, KeptName) = match transport {
        Transport::Udp4 | Transport::Udp6 => {
            let socket = UdpSocket::bind(loopback(transport))?;
            let address = socket.local_addr()?.into();
            (Box::new(socket), address, None)
        }
        Transport::Tcp4 | Transport::Tcp6 => {
            let address = loopback(transport);
            let listener = if backlog.is_none() { TcpListener::bind(address)? } else { tcp_listener(address, length)? };
            let address = listener.local_addr()?.into();
            (Box::new(listener), address, None)
        }
        _ => sys::local_listener(transport, length)?,
    };
    Ok((Watched::new(listener), address, name))
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
