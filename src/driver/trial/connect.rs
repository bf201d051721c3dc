//! Making connections: connect, by the client or by a crowd, and accept.

use super::{
    context::Context,
    next::{Next, Purpose},
    sockets::Sockets,
    watched::Watched,
};
use crate::{
    catalogue::{Actor, Axes, Call, Operation, SocketOption, Transport},
    driver::blame::{Abort, Doing},
    outcome::{Outcome, Readiness},
    sys,
};

/// Most clients in a crowd that fills a queue of this length, or the usual one: more than there is room for on any
/// system that keeps to the length. FreeBSD has room for one and a half times as many (`sonewconn`,
/// sys/kern/uipc_socket.c), OpenBSD for three times as many and makes every queue at least 80 long (`sonewconn`,
/// sys/kern/uipc_socket2.c; kern.sominconn).
fn most(backlog: Option<u32>) -> usize {
    const SHORTEST: usize = 80;
    const MOST: usize = 1024;
    (backlog.map_or(0, |length| length as usize).clamp(SHORTEST, MOST) * 3 + 16).min(MOST)
}

impl Sockets {
    /// Connects the client by one of the operations that do so.
    pub(super) fn connect(&mut self, operation: Operation, context: &mut Context<'_>) -> Result<Next, Abort> {
        if operation == Operation::Reconnect {
            self.client = None;
        }
        if self.axes.transport == Transport::Fifo {
            return self.open_writing_end();
        }
        if operation != Operation::ConnectAgain && self.client.is_none() {
            self.open_client(context)?;
        }
        if self.axes.transport.is_pair() && matches!(operation, Operation::Connect | Operation::Reconnect) {
            return Ok(Next::Done(Outcome::Done));
        }
        if self.listening.listener.is_none() {
            // A connection held the port when the listener was closed, and may have ended since. Another trial's
            // listener must not get this client.
            self.listening.keep_port(self.axes.transport)?;
        }
        let (Some(address), Some(client)) = (&self.listening.address, &self.client) else {
            return Ok(Next::Done(Outcome::NotRun));
        };
        self.attempts += 1;
        match client.source.socket().connect(address) {
            Ok(()) => Ok(Next::Done(Outcome::Done)),
            // `start_connect` ends with this.
            Err(error) if sys::is_in_progress(&error) && operation != Operation::StartConnect => {
                Ok(Next::Wait(Purpose::Connect, Actor::Client))
            }
            Err(error) => Abort::or_outcome(&error, Doing::Connect, "connect").map(Next::Done),
        }
    }

    /// Opens a named pipe for writing, which fails where nobody has it open for reading.
    fn open_writing_end(&mut self) -> Result<Next, Abort> {
        match self.listening.open_fifo(true) {
            Ok(end) => self.equip_client(end).map(|()| Next::Done(Outcome::Done)),
            Err(error) => Abort::or_outcome(&error, Doing::Connect, "connect").map(Next::Done),
        }
    }

    /// Connects further clients one after another, until one of them cannot.
    pub(super) fn gather(&mut self, context: &mut Context<'_>) -> Result<Next, Abort> {
        let Some(address) = self.listening.address.clone() else { return Ok(Next::Done(Outcome::NotRun)) };
        while self.crowd.len() < most(self.backlog) {
            let client = self.new_client(context).map_err(Abort::because(Doing::Setup("a socket of the crowd")))?;
            self.attempts += 1;
            let result = client.socket().connect(&address);
            self.crowd.push(Watched::new(client));
            match result {
                Ok(()) => {}
                Err(error) if sys::is_in_progress(&error) => {
                    return Ok(Next::WaitAnew(Purpose::Gather, Actor::Crowd));
                }
                Err(error) => {
                    self.crowd.pop();
                    return Abort::or_outcome(&error, Doing::Connect, "connect").map(Next::Done);
                }
            }
        }
        Err(Abort::NotRun(format!("the queue never filled: {} connections", self.crowd.len())))
    }

    /// Goes on once the connect of the crowd's latest client has brought these flags.
    pub(super) fn gathered(&mut self, seen: Readiness, context: &mut Context<'_>) -> Result<Next, Abort> {
        if !seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) {
            return if seen.has_any(Readiness::WRITABLE) { self.gather(context) } else { Ok(Next::KeepWaiting) };
        }
        // No step observes this socket, so its error may be taken.
        let error = self.crowd.pop().and_then(|end| end.source.socket().take_error().ok().flatten());
        let Some(error) = error else { return Ok(Next::Done(Outcome::InProgress)) };
        Abort::or_outcome(&error, Doing::Connect, "connect").map(Next::Done)
    }

    /// Accepts a connection, takes the server's end of a pair, or opens the reading end of a named pipe.
    pub(super) fn accept(&mut self) -> Result<Next, Abort> {
        if self.axes.transport == Transport::Fifo {
            let reader = self.listening.open_fifo(false).map_err(Abort::because(Doing::Setup("a named pipe")))?;
            self.server = Some(self.watched(reader));
            return Ok(Next::Done(Outcome::Done));
        }
        let accepted = match (&mut self.listening.listener, self.offered.take()) {
            (_, Some(reader)) => Ok((reader, 0)),
            (Some(listener), None) => listener.source.accept(),
            (None, None) => return Ok(Next::Done(Outcome::NotRun)),
        };
        match accepted {
            Ok((end, address)) => {
                let Axes { call, option, transport, .. } = self.axes;
                if option == SocketOption::None && call != Call::Std && transport.is_socket() {
                    sys::clear_nosigpipe(&end.socket()).map_err(Abort::because(Doing::Extra("SO_NOSIGPIPE")))?;
                }
                self.server = Some(self.watched(end));
                self.accepted_from = address;
                self.accepted += 1;
                Ok(Next::Done(Outcome::Done))
            }
            Err(error) => {
                let outcome = Abort::or_outcome(&error, Doing::Step, "accept")?;
                Ok(Next::unless_blocked(outcome, Purpose::Read, Actor::Listener))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::most;

    /// kern.sominconn of OpenBSD is 80, and its queue is full above 240.
    #[test]
    fn a_crowd_is_larger_than_any_queue() {
        assert_eq!([None, Some(1), Some(100), Some(300)].map(most), [256, 256, 316, 916]);
        assert_eq!(most(Some(crate::catalogue::MAX_COUNT)), 1024);
    }
}
