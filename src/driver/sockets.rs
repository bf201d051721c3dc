//! The sockets of one trial, and the listeners that trials hand on to each other.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use mio::{
    Interest, Registry, Token,
    event::Source,
    net::{TcpListener, TcpStream},
};
use socket2::{Domain, SockRef, Socket, Type};

use super::trial::{Context, Stop};
use crate::{
    catalogue::{Actor, Case, Operation, Transport},
    observation::Observation,
    sys,
};

/// A socket that knows whether the selector knows it.
#[derive(Debug)]
pub(super) struct Watched<S> {
    pub(super) source: S,
    registered: bool,
}

impl<S: Source> Watched<S> {
    pub(super) fn new(source: S) -> Self {
        Watched { source, registered: false }
    }

    fn watch(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
        if self.registered {
            return registry.reregister(&mut self.source, token, interest);
        }
        registry.register(&mut self.source, token, interest)?;
        self.registered = true;
        Ok(())
    }
}

impl Watched<TcpStream> {
    /// Makes the coming close an abort: the peer gets a RST, and nothing is left in TIME_WAIT.
    pub(super) fn set_linger_zero(&self) -> io::Result<()> {
        SockRef::from(&self.source).set_linger(Some(Duration::ZERO))
    }
}

/// Who has which socket at the moment.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    pub(super) listener: Option<Watched<TcpListener>>,
    pub(super) client: Option<Watched<TcpStream>>,
    pub(super) server: Option<Watched<TcpStream>>,
    /// Where the listener listens, or did.
    pub(super) address: Option<SocketAddr>,
    /// Connections made, and connections taken from the listener.
    pub(super) connected: u32,
    pub(super) accepted: u32,
    /// Holds the port of a closed listener, so that it stays closed: nothing listens here, and nobody else can.
    reserved: Option<Socket>,
}

impl Sockets {
    /// Gives the trial its listener.
    pub(super) fn listen(&mut self, case: Case<'_>, context: &mut Context<'_>) -> Result<(), Stop> {
        // A port to be closed must be one that no earlier connection still holds, or it could not be reserved.
        let closes =
            case.scenario.steps.iter().any(|step| step.actor == Actor::Listener && step.operation == Operation::Close);
        let kept = if closes { None } else { context.listeners.take(case.transport) };
        let (listener, address) = match kept {
            Some(kept) => kept,
            None => listen(case.transport)
                .map_err(|error| Stop::from_error(&format!("listen on {}", loopback(case.transport)), &error))?,
        };
        self.listener = Some(listener);
        self.address = Some(address);
        Ok(())
    }

    pub(super) fn stream(&self, actor: Actor) -> Option<&TcpStream> {
        let socket = match actor {
            Actor::Listener => return None,
            Actor::Client => &self.client,
            Actor::Server => &self.server,
        };
        socket.as_ref().map(|socket| &socket.source)
    }

    pub(super) fn take(&mut self, actor: Actor) -> Option<Watched<TcpStream>> {
        match actor {
            Actor::Listener => None,
            Actor::Client => self.client.take(),
            Actor::Server => self.server.take(),
        }
    }

    /// Registers the actor's socket; `None` if it has none.
    pub(super) fn watch(
        &mut self,
        actor: Actor,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> Option<io::Result<()>> {
        match actor {
            Actor::Listener => self.listener.as_mut().map(|socket| socket.watch(registry, token, interest)),
            Actor::Client => self.client.as_mut().map(|socket| socket.watch(registry, token, interest)),
            Actor::Server => self.server.as_mut().map(|socket| socket.watch(registry, token, interest)),
        }
    }

    /// Closes the listener and keeps its port from others.
    pub(super) fn close_listener(&mut self) -> Observation {
        let Some(listener) = self.listener.take() else { return Observation::NotRun };
        let closed = sys::close(listener.source);
        self.reserved = self.address.and_then(|address| reserve(address).ok());
        closed.map_or_else(|error| Observation::from_error(&error), |()| Observation::Done)
    }

    /// Closes what is open, without leaving connections in TIME_WAIT: a run makes many.
    pub(super) fn dispose(self, transport: Transport, listeners: &mut Listeners) {
        for socket in [&self.client, &self.server].into_iter().flatten() {
            // On a connection that has ended some systems refuse the option; then there is nothing to linger.
            let _ = socket.set_linger_zero();
        }
        if let (Some(listener), Some(address)) = (self.listener, self.address) {
            // A connection nobody accepted would turn up in the next trial.
            if self.connected == self.accepted {
                listeners.give_back(transport, listener, address);
            }
        }
    }
}

fn loopback(transport: Transport) -> SocketAddr {
    match transport {
        Transport::Tcp4 => (Ipv4Addr::LOCALHOST, 0).into(),
        Transport::Tcp6 => (Ipv6Addr::LOCALHOST, 0).into(),
    }
}

type Listening = (Watched<TcpListener>, SocketAddr);

fn listen(transport: Transport) -> io::Result<Listening> {
    let listener = TcpListener::bind(loopback(transport))?;
    let address = listener.local_addr()?;
    Ok((Watched::new(listener), address))
}

/// Binds the port without listening, which answers a SYN with RST as an unbound port does.
fn reserve(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Listeners without pending connections, ready for another trial.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    tcp4: Vec<Listening>,
    tcp6: Vec<Listening>,
}

impl Listeners {
    fn of(&mut self, transport: Transport) -> &mut Vec<Listening> {
        match transport {
            Transport::Tcp4 => &mut self.tcp4,
            Transport::Tcp6 => &mut self.tcp6,
        }
    }

    fn take(&mut self, transport: Transport) -> Option<Listening> {
        self.of(transport).pop()
    }

    /// Closes them all, for the sake of their descriptors.
    pub(super) fn clear(&mut self) {
        *self = Listeners::default();
    }

    fn give_back(&mut self, transport: Transport, listener: Watched<TcpListener>, address: SocketAddr) {
        self.of(transport).push((listener, address));
    }
}
