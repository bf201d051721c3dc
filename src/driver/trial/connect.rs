//! Making connections: connect, by the client or by a crowd, and accept.

use std::io::{self, ErrorKind};

use super::{
    context::Context,
    next::{Abort, Next, Purpose},
    sockets::Sockets,
    watched::Watched,
};
use crate::{
    catalogue::{Actor, Axes, Call, Operation, SocketOption, Transport},
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
        if operation != Operation::ConnectAgain && self.client.is_none() {
            self.open_client(context)?;
        }
        if self.axes.transport == Transport::Pipe && matches!(operation, Operation::Connect | Operation::Reconnect) {
            return Ok(Next::Done(self.connected()));
        }
        let (Some(address), Some(client)) = (&self.listening.address, &self.client) else {
            return Ok(Next::Done(Outcome::NotRun));
        };
        match client.source.socket().connect(address) {
            Ok(()) => Ok(Next::Done(self.connected())),
            // `start_connect` ends with this.
            Err(error) if sys::is_in_progress(&error) && operation != Operation::StartConnect => {
                Ok(Next::Wait(Purpose::Connect, Actor::Client))
            }
            Err(error) => failed(error).map(Next::Done),
        }
    }

    /// Counts a connection.
    pub(super) fn connected(&mut self) -> Outcome {
        self.connected += 1;
        Outcome::Done
    }

    /// Connects further clients one after another, until one of them cannot.
    pub(super) fn gather(&mut self, context: &mut Context<'_>) -> Result<Next, Abort> {
        let Some(address) = self.listening.address.clone() else { return Ok(Next::Done(Outcome::NotRun)) };
        while self.crowd.len() < most(self.backlog) {
            let client = self.new_client(context).map_err(Abort::because("a socket of the crowd"))?;
            let result = client.socket().connect(&address);
            self.crowd.push(Watched::new(client));
            match result {
                Ok(()) => {}
                Err(error) if sys::is_in_progress(&error) => {
                    return Ok(Next::WaitAnew(Purpose::Gather, Actor::Crowd));
                }
                Err(error) => {
                    self.crowd.pop();
                    return failed(error).map(Next::Done);
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
        Ok(Next::Done(error.as_ref().map_or(Outcome::InProgress, Outcome::from_error)))
    }

    /// Accepts a connection, or takes the reading end of a pipe.
    pub(super) fn accept(&mut self) -> Result<Next, Abort> {
        let accepted = match (&mut self.listening.listener, self.offered.take()) {
            (_, Some(reader)) => Ok((reader, 0)),
            (Some(listener), None) => listener.source.accept(),
            (None, None) => return Ok(Next::Done(Outcome::NotRun)),
        };
        match accepted {
            Ok((end, address)) => {
                let Axes { call, option, transport, .. } = self.axes;
                if option == SocketOption::None && call != Call::Std && transport != Transport::Pipe {
                    sys::clear_nosigpipe(&end.socket()).map_err(Abort::because("SO_NOSIGPIPE"))?;
                }
                self.server = Some(self.watched(end));
                self.accepted_from = address;
                self.accepted += 1;
                Ok(Next::Done(Outcome::Done))
            }
            Err(error) if sys::is_exhausted(&error) => Err(Abort::because("accept")(error)),
            Err(error) => Ok(Next::unless_blocked(Outcome::from_error(&error), Purpose::Read, Actor::Listener)),
        }
    }
}

/// The outcome of a connect that failed, unless the failure is this machine's.
fn failed(error: io::Error) -> Result<Outcome, Abort> {
    match error.kind() {
        // On loopback this means that the ephemeral ports have run out: connect(2).
        ErrorKind::AddrNotAvailable => Err(Abort::Exhausted("connect: no free port".to_owned())),
        // There is no loopback: no peer is to blame.
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
            Err(Abort::NotRun(format!("connect: {}", Outcome::from_error(&error))))
        }
        _ if sys::is_exhausted(&error) => Err(Abort::because("connect")(error)),
        _ => Ok(Outcome::from_error(&error)),
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
