//! The sockets of one trial.

use std::{io, thread::JoinHandle, time::Duration};

use mio::{Interest, Token, net::UdpSocket};
use socket2::{Domain, SockRef};

use super::{
    background_close::let_end,
    blocked_call::BlockedCall,
    context::Context,
    datagrams::Name,
    held_port::loopback,
    listeners::{Listening, SpareListeners},
    watched::{End, Watched},
};
use crate::{
    catalogue::{Actor, Asked, Axes, Call, SocketOption, Transport},
    driver::{
        blame::{Abort, Doing},
        watchdog::Process,
    },
    sys::{self, Endpoint},
};

/// Reading and writing.
pub(super) const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Which sockets the actors have at the moment.
pub(super) struct Sockets {
    pub(super) axes: Axes,
    pub(super) client: Option<End>,
    pub(super) server: Option<End>,
    /// Further clients.
    pub(super) crowd: Vec<End>,
    /// The names of sockets that were bound.
    pub(super) names: Vec<Name>,
    /// The server's end of a pipe or another pair that has not been accepted yet.
    pub(super) offered: Option<Box<dyn Endpoint>>,
    /// The process that the server's socket has moved into.
    pub(super) holder: Option<Process>,
    /// A close in another thread.
    pub(super) background_close: Option<JoinHandle<io::Result<()>>>,
    /// Calls in other threads.
    pub(super) calls: Vec<BlockedCall>,
    /// The length of the address that came with the latest accept.
    pub(super) accepted_from: usize,
    /// Calls of connect, each of which puts at most one connection into the listener's queue, now or later; and
    /// connections taken out of it.
    pub(super) attempts: u32,
    pub(super) accepted: u32,
    pub(super) listening: Listening,
    /// The length of the listener's queue, if the scenario sets it.
    pub(super) backlog: Option<u32>,
    /// Whether an end has been shut down.
    pub(super) shut_down: bool,
    /// How long each actor's latest step took, where it was taken.
    pub(super) took: [Option<Duration>; Actor::ALL.len()],
    /// Whether the socket of [`holder`](Sockets::holder) was seen to hold the connection.
    pub(super) holds: bool,
}

impl Sockets {
    pub(super) fn new(axes: Axes) -> Self {
        Sockets {
            axes,
            client: None,
            server: None,
            crowd: Vec::new(),
            names: Vec::new(),
            offered: None,
            holder: None,
            background_close: None,
            calls: Vec::new(),
            accepted_from: 0,
            attempts: 0,
            accepted: 0,
            listening: Listening::default(),
            backlog: None,
            shut_down: false,
            took: [None; Actor::ALL.len()],
            holds: false,
        }
    }

    /// Makes the client's socket, with the case's option.
    pub(super) fn open_client(&mut self, context: &mut Context<'_>) -> Result<(), Abort> {
        let client = self.new_client(context).map_err(Abort::because(Doing::Setup("a client's socket")))?;
        self.equip_client(client)
    }

    /// Makes this the client's socket, with the case's option.
    pub(super) fn equip_client(&mut self, client: Box<dyn Endpoint>) -> Result<(), Abort> {
        let set = match self.axes.option {
            SocketOption::None if self.axes.call != Call::Std && self.axes.transport.is_socket() => {
                sys::clear_nosigpipe(&client.socket())
            }
            SocketOption::None | SocketOption::ListenerNosigpipe => Ok(()),
            SocketOption::SoNosigpipe => sys::set_nosigpipe(&client.socket()),
            SocketOption::FSetnosigpipe => sys::set_nosigpipe_flag(&client.socket()),
        };
        set.map_err(Abort::because(Doing::Extra("the option of a client's socket")))?;
        self.client = Some(self.watched(client));
        Ok(())
    }

    /// An end, as the selector knows it: one of a pipe was registered when it was made.
    pub(super) fn watched(&self, end: Box<dyn Endpoint>) -> End {
        if self.axes.transport == Transport::Pipe { Watched::registered(end) } else { Watched::new(end) }
    }

    /// The socket of a client, not yet connected.
    pub(super) fn new_client(&mut self, context: &mut Context<'_>) -> io::Result<Box<dyn Endpoint>> {
        Ok(match self.axes.transport {
            Transport::Tcp4 => Box::new(sys::stream_socket(Domain::IPV4)?),
            Transport::Tcp6 => Box::new(sys::stream_socket(Domain::IPV6)?),
            Transport::Udp4 | Transport::Udp6 => Box::new(UdpSocket::bind(loopback(self.axes.transport))?),
            Transport::Unix | Transport::UnixDgram | Transport::UnixSeqpacket | Transport::Vsock | Transport::Mptcp => {
                sys::local_socket(self.axes.transport)?
            }
            Transport::Socketpair | Transport::Pty => {
                let (client, server) = sys::local_pair(self.axes.transport)?;
                self.offered = Some(server);
                client
            }
            Transport::Fifo => self.listening.open_fifo(true)?,
            Transport::Pipe => {
                // Nothing waits for this token: events before the first wait are not observed.
                let token = context.new_token();
                let (sender, receiver) = sys::pipe(&context.registry, token)?;
                self.offered = Some(receiver);
                sender
            }
        })
    }

    /// The actor's socket, if there is one; of a crowd, the latest.
    pub(super) fn socket(&self, actor: Actor) -> Option<SockRef<'_>> {
        let end = match actor {
            Actor::Listener => return self.listening.listener.as_ref().map(|listener| listener.source.socket()),
            Actor::Client => self.client.as_ref(),
            Actor::Server => self.server.as_ref(),
            Actor::Crowd => self.crowd.last(),
        };
        end.map(|end| end.source.socket())
    }

    /// The actor's end of a connection; of a crowd, the latest. A listener has none.
    pub(super) fn end(&mut self, actor: Actor) -> Option<&mut End> {
        match actor {
            Actor::Listener => None,
            Actor::Crowd => self.crowd.last_mut(),
            Actor::Client => self.client.as_mut(),
            Actor::Server => self.server.as_mut(),
        }
    }

    /// Takes the actor's end of a connection; of a crowd, the latest. A listener has none.
    pub(super) fn take(&mut self, actor: Actor) -> Option<End> {
        match actor {
            Actor::Listener => None,
            Actor::Crowd => self.crowd.pop(),
            Actor::Client => self.client.take(),
            Actor::Server => self.server.take(),
        }
    }

    /// Registers the actor's socket under this token for exactly what an `await` asks for, and returns whether there is
    /// one.
    pub(super) fn watch_for(
        &mut self,
        actor: Actor,
        token: Token,
        asked: Asked,
        context: &Context<'_>,
    ) -> io::Result<bool> {
        // mio registers nothing that asks for nothing, so that it is asked for less afterwards. The selector looks at
        // what is asked for when it is polled, which this thread does not do in between.
        let interest = if asked == Asked::Write { Interest::WRITABLE } else { Interest::READABLE };
        let is_there = self.register(actor, token, interest, context)?;
        match self.socket(actor) {
            Some(socket) if asked == Asked::None => sys::ask_nothing(&context.registry, &socket, token)?,
            _ => {}
        }
        Ok(is_there)
    }

    /// Registers the actor's socket under this token, and returns whether there is one.
    pub(super) fn watch(
        &mut self,
        actor: Actor,
        token: Token,
        interest: Interest,
        context: &Context<'_>,
    ) -> io::Result<bool> {
        // A pipe stays registered for both: NetBSD's kqueue does not take back what it has once given up (`pipe`).
        let interest = match (self.axes.transport, actor) {
            (Transport::Pipe, _) => BOTH,
            // Some kqueues refuse to watch an end of a named pipe for what it is not opened for (`fifo_kqfilter`).
            (Transport::Fifo, Actor::Client) => Interest::WRITABLE,
            (Transport::Fifo, _) => Interest::READABLE,
            _ => interest,
        };
        self.register(actor, token, interest, context)
    }

    fn register(&mut self, actor: Actor, token: Token, interest: Interest, context: &Context<'_>) -> io::Result<bool> {
        let registry = &context.registry;
        let watched = match (actor, &mut self.listening.listener) {
            (Actor::Listener, listener) => listener.as_mut().map(|listener| listener.watch(registry, token, interest)),
            _ => self.end(actor).map(|end| end.watch(registry, token, interest)),
        };
        watched.transpose().map(|watched| watched.is_some())
    }

    /// Has the selector forget the actor's end of a connection; `None` if it has none.
    pub(super) fn deregister(&mut self, actor: Actor, context: &Context<'_>) -> Option<io::Result<()>> {
        self.end(actor).map(|end| end.deregister(&context.registry))
    }

    /// Closes what is open, without leaving connections in TIME_WAIT or a process behind.
    pub(super) fn dispose(mut self, spare: &mut SpareListeners) {
        for socket in self.client.iter().chain(&self.server).chain(&self.crowd) {
            // Some systems refuse the option on a connection that has ended; then there is nothing to linger.
            let _ = socket.set_linger_zero();
        }
        let ended = self.end_calls();
        if let Some(process) = self.holder.take() {
            // It may have ended by itself.
            let _ = process.end();
        }
        if let Some(thread) = self.background_close.take() {
            let_end(thread);
        }
        if ended {
            self.listening.hand_on(self.axes.transport, self.attempts == self.accepted, spare);
        } else {
            // Only these have to stay open: the folder of a name, say, does not have to stay behind.
            std::mem::forget((self.client, self.server, self.listening.listener));
        }
    }
}
