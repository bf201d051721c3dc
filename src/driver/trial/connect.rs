//! How connections are made and taken: connect, by the client or by a crowd, and accept.

use std::io::{self, ErrorKind};

use super::{Stop, Trial, What, context::Context, sockets::Watched};
use crate::{
    catalogue::{Actor, Axes, Call, SocketOption, Transport},
    outcome::{Outcome, Readiness},
    sys,
};

/// How many a crowd is at most: more than a queue of one or two has room for on any system.
const CROWD: usize = 16;

impl Trial<'_> {
    pub(super) fn open(&mut self, context: &mut Context<'_>) -> Result<(), Stop> {
        self.sockets.open_client(self.case.axes, context).map_err(|error| Stop::from_error("a client's socket", &error))
    }

    pub(super) fn connect(&mut self, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        if self.sockets.client.is_none() {
            self.open(context)?;
        }
        if self.case.axes.transport == Transport::Pipe {
            return Ok(Some(self.connected()));
        }
        self.connect_socket(context)
    }

    pub(super) fn connect_socket(&mut self, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        let (Some(address), Some(client)) = (&self.sockets.address, &self.sockets.client) else {
            return Ok(Some(Outcome::NotRun));
        };
        let begun = client.source.socket().connect(address);
        match begun {
            Ok(()) => Ok(Some(self.connected())),
            Err(error) if sys::is_in_progress(&error) => self.wait(What::Connect, Actor::Client, context),
            Err(error) => failed(&error).map(Some),
        }
    }

    /// Calls connect once and tells what it gave, which as a rule is that it has begun.
    pub(super) fn start_connect(&mut self, context: &mut Context<'_>) -> Result<Outcome, Stop> {
        if self.sockets.client.is_none() {
            self.open(context)?;
        }
        let (Some(address), Some(client)) = (&self.sockets.address, &self.sockets.client) else {
            return Ok(Outcome::NotRun);
        };
        match client.source.socket().connect(address) {
            Ok(()) => Ok(self.connected()),
            Err(error) => failed(&error),
        }
    }

    /// Connects further clients one after another, until one of them cannot, or all have.
    pub(super) fn gather(&mut self, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        let Some(address) = self.sockets.address.clone() else { return Ok(Some(Outcome::NotRun)) };
        while self.sockets.crowd.len() < CROWD {
            let client = self
                .sockets
                .new_client(self.case.axes.transport, context)
                .map_err(|error| Stop::from_error("a socket of the crowd", &error))?;
            let begun = client.socket().connect(&address);
            self.sockets.crowd.push(Watched::new(client));
            match begun {
                Ok(()) => {}
                Err(error) if sys::is_in_progress(&error) => return self.wait(What::Gather, Actor::Crowd, context),
                Err(error) => {
                    self.sockets.crowd.pop();
                    return failed(&error).map(Some);
                }
            }
        }
        Ok(Some(Outcome::Done))
    }

    /// One of the crowd has been told of its connect.
    pub(super) fn gathered(&mut self, seen: Readiness, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        if !seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) {
            return if seen.has_any(Readiness::WRITABLE) { self.gather(context) } else { Ok(None) };
        }
        // Nobody observes this socket but here.
        let error = self.sockets.crowd.pop().and_then(|end| end.source.socket().take_error().ok().flatten());
        Ok(Some(error.as_ref().map_or(Outcome::InProgress, Outcome::from_error)))
    }

    pub(super) fn connected(&mut self) -> Outcome {
        self.sockets.connected += 1;
        Outcome::Done
    }

    pub(super) fn accept(&mut self, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        let accepted = match (&mut self.sockets.listener, self.sockets.offered.take()) {
            (_, Some(reader)) => Ok((reader, 0)),
            (Some(listener), None) => listener.source.accept(),
            (None, None) => return Ok(Some(Outcome::NotRun)),
        };
        match accepted {
            Ok((end, address)) => {
                let Axes { call, option, transport, .. } = self.case.axes;
                if option == SocketOption::None && call != Call::Std && transport != Transport::Pipe {
                    sys::clear_nosigpipe(&end.socket()).map_err(|error| Stop::from_error("SO_NOSIGPIPE", &error))?;
                }
                self.sockets.server = Some(Watched::new(end));
                self.sockets.accepted_from = address;
                self.sockets.accepted += 1;
                Ok(Some(Outcome::Done))
            }
            Err(error) if sys::is_exhausted(&error) => Err(Stop::from_error("accept", &error)),
            Err(error) => self.or_wait(Outcome::from_error(&error), Actor::Listener, context),
        }
    }
}

/// What an error of connect stands for.
fn failed(error: &io::Error) -> Result<Outcome, Stop> {
    match error.kind() {
        // On loopback this means that the ephemeral ports have run out: connect(2).
        ErrorKind::AddrNotAvailable => Err(Stop::Exhausted("connect: no free port".to_owned())),
        // Nor is this anything a peer did: loopback itself is not there.
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
            Err(Stop::Unsupported(format!("connect: {}", Outcome::from_error(error))))
        }
        _ if sys::is_exhausted(error) => Err(Stop::from_error("connect", error)),
        _ => Ok(Outcome::from_error(error)),
    }
}
