//! The sockets of one trial, and the listeners that trials hand on to each other.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    process::Child,
    thread::JoinHandle,
    time::Duration,
};

use mio::{
    Interest, Registry, Token,
    net::{TcpListener, UdpSocket},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::{Stop, context::Context, perform::done};
use crate::{
    catalogue::{Actor, Axes, Call, Case, Operation, SocketOption, Step, Transport},
    outcome::Outcome,
    sys::{self, Endpoint, Listener},
};

/// A source that knows whether the selector knows it.
pub(super) struct Watched<S: ?Sized> {
    pub(super) source: Box<S>,
    registered: bool,
    /// Whether its close may wait for the peer.
    pub(super) lingers: bool,
}

/// How long a close may wait: the least that SO_LINGER can say.
const LINGER: Duration = Duration::from_secs(1);

/// An end of a connection.
pub(super) type End = Watched<dyn Endpoint>;

impl<S: ?Sized> Watched<S> {
    pub(super) fn new(source: Box<S>) -> Self {
        Watched { source, registered: false, lingers: false }
    }
}

/// One body for both kinds of source: an upcast to `dyn Source` would cost a cast at every call.
macro_rules! watch {
    ($watched:expr, $registry:expr, $token:expr, $interest:expr) => {{
        let watched = $watched;
        // Where the selector answers a registration once, the answer to an earlier one may be under way, and it has only
        // the flags that were left to be reported then: it must not pass for the answer to this one.
        let forgotten = match watched.registered && sys::REARM.is_some() {
            true => $registry.deregister(&mut watched.source).map(|()| watched.registered = false),
            false => Ok(()),
        };
        forgotten.and_then(|()| match watched.registered {
            true => $registry.reregister(&mut watched.source, $token, $interest),
            false => {
                $registry.register(&mut watched.source, $token, $interest).map(|()| watched.registered = true)
            }
        })
    }};
}

impl End {
    /// Makes the coming close an abort: the peer gets a RST, and nothing is left in TIME_WAIT.
    pub(super) fn set_linger_zero(&self) -> io::Result<()> {
        self.source.socket().set_linger(Some(Duration::ZERO))
    }

    /// Closes it with a RST.
    pub(super) fn reset(self) -> io::Result<()> {
        self.set_linger_zero().and(self.source.close())
    }

    /// Lets the coming close wait for the peer.
    pub(super) fn set_linger(&mut self) -> io::Result<()> {
        self.source.socket().set_linger(Some(LINGER))?;
        self.lingers = true;
        Ok(())
    }
}

/// Who has which socket at the moment.
#[derive(Default)]
pub(super) struct Sockets {
    pub(super) listener: Option<Watched<dyn Listener>>,
    pub(super) client: Option<End>,
    pub(super) server: Option<End>,
    /// Further clients.
    pub(super) crowd: Vec<End>,
    /// The reading end of a pipe that nobody has taken yet.
    pub(super) offered: Option<Box<dyn Endpoint>>,
    /// The process that the server's socket has moved into.
    pub(super) departed: Option<Child>,
    /// A close in another thread.
    pub(super) aside: Option<JoinHandle<io::Result<()>>>,
    /// How long the address was that accept gave last.
    pub(super) accepted_from: usize,
    /// Where the listener listens, or did.
    pub(super) address: Option<SockAddr>,
    /// Connections made, and connections taken from the listener.
    pub(super) connected: u32,
    pub(super) accepted: u32,
    /// Whether the listener is no longer as good as new once the trial has had it.
    alters_listener: bool,
    /// Holds the port of a closed listener, so that it stays closed: nothing listens here, and nobody else can.
    reserved: Option<Socket>,
}

impl Sockets {
    /// Gives the trial its listener.
    pub(super) fn listen(&mut self, case: Case<'_>, context: &mut Context<'_>) -> Result<(), Stop> {
        let transport = case.axes.transport;
        if transport == Transport::Pipe {
            return Ok(());
        }
        // A port to be closed must be one that no earlier connection still holds, or it could not be reserved.
        self.alters_listener = alters_listener(case);
        let kept = if self.alters_listener { None } else { context.listeners.take(transport) };
        let (listener, address) = match kept {
            Some(kept) => kept,
            None => listen(transport, None).map_err(|error| Stop::from_error(&place(transport), &error))?,
        };
        self.take_listener(listener, address, case.axes)
            .map_err(|error| Stop::from_error("SO_NOSIGPIPE on the listener", &error))
    }

    /// Makes it the trial's listener, with the case's option.
    fn take_listener(&mut self, listener: Watched<dyn Listener>, address: SockAddr, axes: Axes) -> io::Result<()> {
        match axes.option {
            SocketOption::ListenerNosigpipe => sys::set_nosigpipe(&listener.source.socket())?,
            // It is not for a later trial, since it is written to: what lets it be kept is `alters_listener`.
            SocketOption::None if axes.call != Call::Std && self.alters_listener => {
                sys::clear_nosigpipe(&listener.source.socket())?;
            }
            _ => {}
        }
        self.listener = Some(listener);
        self.address = Some(address);
        Ok(())
    }

    /// Has another listener take the place of the present one.
    pub(super) fn listen_anew(&mut self, axes: Axes, backlog: u32) -> io::Result<()> {
        let (listener, address) = listen(axes.transport, Some(backlog))?;
        self.take_listener(listener, address, axes)
    }

    /// Makes the client's socket, with the case's option.
    pub(super) fn open_client(&mut self, axes: Axes, context: &mut Context<'_>) -> io::Result<()> {
        let client = self.new_client(axes.transport, context)?;
        match axes.option {
            // A pipe is no socket.
            SocketOption::None if axes.call != Call::Std && axes.transport != Transport::Pipe => {
                sys::clear_nosigpipe(&client.socket())?;
            }
            SocketOption::None | SocketOption::ListenerNosigpipe => {}
            SocketOption::SoNosigpipe => sys::set_nosigpipe(&client.socket())?,
            SocketOption::FSetnosigpipe => sys::set_nosigpipe_flag(&client.socket())?,
        }
        self.client = Some(Watched::new(client));
        Ok(())
    }

    /// A socket of somebody who will connect.
    pub(super) fn new_client(
        &mut self,
        transport: Transport,
        context: &mut Context<'_>,
    ) -> io::Result<Box<dyn Endpoint>> {
        Ok(match transport {
            Transport::Tcp4 => Box::new(sys::stream_socket(Domain::IPV4)?),
            Transport::Tcp6 => Box::new(sys::stream_socket(Domain::IPV6)?),
            Transport::Udp4 | Transport::Udp6 => Box::new(UdpSocket::bind(loopback(transport))?),
            Transport::Unix => sys::local_socket()?,
            Transport::Pipe => {
                // Nobody waits for this token: what comes of it before the first wait is no observation.
                let token = context.new_token();
                let (sender, receiver) = sys::pipe(&context.registry, token)?;
                self.offered = Some(receiver);
                sender
            }
        })
    }

    /// The socket of whoever has one.
    pub(super) fn socket(&self, actor: Actor) -> Option<SockRef<'_>> {
        match actor {
            Actor::Listener => self.listener.as_ref().map(|listener| listener.source.socket()),
            Actor::Client => self.client.as_ref().map(|end| end.source.socket()),
            Actor::Server => self.server.as_ref().map(|end| end.source.socket()),
            Actor::Crowd => self.crowd.last().map(|end| end.source.socket()),
        }
    }

    /// An end of a connection; of a crowd, the one that came last.
    pub(super) fn end(&mut self, actor: Actor) -> Option<&mut End> {
        match actor {
            Actor::Listener => None,
            Actor::Crowd => self.crowd.last_mut(),
            Actor::Client => self.client.as_mut(),
            Actor::Server => self.server.as_mut(),
        }
    }

    pub(super) fn take(&mut self, actor: Actor) -> Option<End> {
        match actor {
            Actor::Listener => None,
            Actor::Crowd => self.crowd.pop(),
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
            Actor::Listener => self.listener.as_mut().map(|watched| watch!(watched, registry, token, interest)),
            Actor::Client | Actor::Server | Actor::Crowd => {
                self.end(actor).map(|watched| watch!(watched, registry, token, interest))
            }
        }
    }

    /// Closes the listener and keeps its port from others. In between, somebody else's socket may get it: as long as nobody
    /// has connected here, another port does as well.
    pub(super) fn close_listener(&mut self, axes: Axes) -> Result<Outcome, Stop> {
        let may_move = self.client.is_none() && self.connected == 0 && axes.transport != Transport::Unix;
        let mut ports = if may_move { PORTS } else { 1 };
        loop {
            let closed = done(self.listener.take().map(|listener| listener.source.close()));
            self.keep_port(axes.transport);
            ports -= 1;
            if self.reserved.is_some() || closed != Outcome::Done || ports == 0 {
                return Ok(closed);
            }
            let (listener, address) =
                listen(axes.transport, None).map_err(|error| Stop::from_error(&place(axes.transport), &error))?;
            self.take_listener(listener, address, axes)
                .map_err(|error| Stop::from_error("another listener", &error))?;
        }
    }

    /// Keeps the port of a listener that listens no more from others, if it can be had: not where a connection holds it.
    pub(super) fn keep_port(&mut self, transport: Transport) {
        if self.reserved.is_none() {
            self.reserved = self.address.as_ref().and_then(|address| reserve(address, transport).ok());
        }
    }

    /// The server's socket has moved into this process. An earlier one ends.
    pub(super) fn depart(&mut self, child: Child) {
        if let Some(mut earlier) = self.departed.replace(child) {
            end(&mut earlier);
        }
    }

    /// Closes what is open, without leaving connections in TIME_WAIT or a process behind.
    pub(super) fn dispose(mut self, transport: Transport, listeners: &mut Listeners) {
        for socket in self.client.iter().chain(&self.server).chain(&self.crowd) {
            // On a connection that has ended some systems refuse the option; then there is nothing to linger.
            let _ = socket.set_linger_zero();
        }
        if let Some(mut child) = self.departed.take() {
            end(&mut child);
        }
        if let Some(thread) = self.aside.take() {
            // It does nothing that could panic, and whatever close gave nobody asks any more.
            let _ = thread.join();
        }
        if let (Some(listener), Some(address)) = (self.listener, self.address) {
            // A connection nobody accepted would turn up in the next trial.
            if self.connected == self.accepted && !self.alters_listener {
                listeners.give_back(transport, listener, address);
            }
        }
    }
}

/// Ends a process that may have ended by itself; waiting takes it out of the process table either way.
pub(in crate::driver) fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
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

/// Where a listener of this transport listens, for a message.
fn place(transport: Transport) -> String {
    match transport {
        Transport::Unix | Transport::Pipe => format!("listen on {transport}"),
        _ => format!("listen on {}", loopback(transport)),
    }
}

fn loopback(transport: Transport) -> SocketAddr {
    match transport {
        Transport::Tcp6 | Transport::Udp6 => (Ipv6Addr::LOCALHOST, 0).into(),
        _ => (Ipv4Addr::LOCALHOST, 0).into(),
    }
}

type Listening = (Watched<dyn Listener>, SockAddr);

/// The queue that a Unix socket's listener has unless a scenario says otherwise; mio says it for TCP.
const BACKLOG: u32 = 128;

fn listen(transport: Transport, backlog: Option<u32>) -> io::Result<Listening> {
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

/// What mio does, with a queue of this length: Windows takes none but the first.
fn tcp_listener(address: SocketAddr, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// How many ports are tried before one is not kept. Where several runs share a machine one in some hundred thousand is
/// lost, so that as many as these in a row mean that the system lets none be kept.
const PORTS: usize = 3;

/// Holds the port so that nobody else gets it, and what comes to it is answered as at a port that nobody holds: TCP
/// without listening answers a SYN with RST, and UDP that is connected elsewhere takes nothing from others, which are
/// answered with ICMP.
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

/// The port of a service (RFC 863) from which nothing ever comes; a port for a moment, as clients have, is none of this
/// number.
const DISCARD: u16 = 9;

/// Listeners without pending connections, ready for another trial.
#[derive(Default)]
pub(in crate::driver) struct Listeners(HashMap<Transport, Vec<Listening>>);

impl Listeners {
    fn take(&mut self, transport: Transport) -> Option<Listening> {
        self.0.get_mut(&transport)?.pop()
    }

    /// Closes them all, for the sake of their descriptors, and returns whether there were any.
    pub(in crate::driver) fn clear(&mut self) -> bool {
        let kept = std::mem::take(&mut self.0);
        kept.values().any(|listeners| !listeners.is_empty())
    }

    fn give_back(&mut self, transport: Transport, listener: Watched<dyn Listener>, address: SockAddr) {
        self.0.entry(transport).or_default().push((listener, address));
    }
}
