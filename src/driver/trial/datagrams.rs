//! Datagrams between sockets that are not connected: names of their own, sendto, recvfrom, and the queue of errors.

use std::{
    io::{self, ErrorKind},
    mem::MaybeUninit,
};

use mio::net::UdpSocket;
use socket2::SockAddr;

use super::{
    context::Context,
    held_port::{HeldPort, loopback},
    next::{Next, Purpose},
    sockets::Sockets,
};
use crate::{
    catalogue::{Actor, Datagram, Transport},
    driver::blame::{Abort, Doing},
    outcome::Outcome,
    sys::{self, Endpoint, KeptName},
};

/// The name that an actor's socket was bound to. It outlives the socket, so that others can still send there.
pub(super) struct Name {
    actor: Actor,
    address: SockAddr,
    /// Keeps the port of a closed socket from others, to whom datagrams for it would come.
    held: Option<HeldPort>,
    /// Deleted in the end.
    _kept: KeptName,
}

impl Sockets {
    /// Gives an actor a socket with a name of its own.
    pub(super) fn bind(&mut self, actor: Actor) -> Result<Outcome, Abort> {
        let (end, address, kept) = self.named_socket().map_err(Abort::because(Doing::Setup("a bound socket")))?;
        self.names.retain(|name| name.actor != actor);
        self.names.push(Name { actor, address, held: None, _kept: kept });
        if actor == Actor::Client {
            self.equip_client(end)?;
        } else {
            self.server = Some(self.watched(end));
        }
        Ok(Outcome::Done)
    }

    fn named_socket(&self) -> io::Result<(Box<dyn Endpoint>, SockAddr, KeptName)> {
        if self.axes.transport == Transport::UnixDgram {
            return sys::local_datagram();
        }
        let socket = UdpSocket::bind(loopback(self.axes.transport))?;
        let address = socket.local_addr()?.into();
        Ok((Box::new(socket), address, None))
    }

    /// Keeps the port of an actor whose bound socket was closed, so that it stays closed.
    pub(super) fn keep_name(&mut self, actor: Actor) -> Result<(), Abort> {
        let transport = self.axes.transport;
        let Some(name) = self.names.iter_mut().find(|name| name.actor == actor) else { return Ok(()) };
        if name.held.is_none() && name.address.as_socket().is_some() {
            name.held = HeldPort::hold(&name.address, transport)?;
            if name.held.is_none() {
                return Err(Abort::Exhausted("somebody else got the port of a closed socket".to_owned()));
            }
        }
        Ok(())
    }

    /// Sends a datagram to an actor's name.
    pub(super) fn send_to(
        &mut self,
        actor: Actor,
        Datagram { to, count }: Datagram,
        context: &mut Context<'_>,
    ) -> Result<Next, Abort> {
        let address = match to {
            Actor::Listener => self.listening.address.clone(),
            _ => self.names.iter().find(|name| name.actor == to).map(|name| name.address.clone()),
        };
        let Some(address) = address else { return Ok(Next::Done(Outcome::NotRun)) };
        if to == Actor::Listener {
            if self.listening.listener.is_none() {
                self.listening.keep_port(self.axes.transport)?;
            }
            // What is left in its queue must not turn up in another trial.
            self.attempts += 1;
        }
        let data = context.buffer(count as usize);
        let sent = self.socket(actor).map(|socket| socket.send_to(data, &address));
        let outcome = match sent {
            None => Outcome::NotRun,
            Some(Ok(count)) => Outcome::Bytes(count),
            // As to a connect, so to this an error may say that there is no network.
            Some(Err(error)) if self.axes.transport.is_ip() => Abort::or_outcome(&error, Doing::Connect, "send_to")?,
            Some(Err(error)) => Outcome::from_error(&error),
        };
        Ok(Next::unless_blocked(outcome, Purpose::Write, actor))
    }

    /// Receives a datagram from anybody.
    pub(super) fn recv_from(&self, actor: Actor, count: u32) -> Next {
        let mut room = vec![MaybeUninit::uninit(); count as usize];
        let outcome = self.ask(actor, |socket| socket.recv_from(&mut room).map(|(got, _)| Outcome::Bytes(got)));
        Next::unless_blocked(outcome, Purpose::Read, actor)
    }

    /// Takes the oldest error from the queue of errors.
    pub(super) fn read_error(&self, actor: Actor) -> Result<Outcome, Abort> {
        match self.socket(actor).map(|socket| sys::read_error(&socket)) {
            None => Ok(Outcome::NotRun),
            Some(Ok(code)) => Ok(Outcome::Error(code)),
            Some(Err(error)) if error.kind() == ErrorKind::Unsupported && error.raw_os_error().is_none() => {
                Err(Abort::because(Doing::Extra("the queue of errors"))(error))
            }
            Some(Err(error)) => Ok(Outcome::from_error(&error)),
        }
    }
}
