//! What each operation does to a trial's sockets.

use std::{
    io::{self, ErrorKind, Write},
    net::Shutdown,
    process::{Command, Stdio},
};

use super::{
    context::Context,
    endpoint::Endpoint,
    sockets::Watched,
    trial::{Stop, Trial, What},
};
use crate::{
    catalogue::{Actor, Call, Half, Operation, Setting, Step, Transport},
    observation::Given,
    sys,
};

/// The argument that makes this program the process a socket moves into: see [`hold`].
pub const HOLD: &str = "hold-socket";

/// The process a socket moves into: it says on standard error that it is there, holds its standard output, which is the
/// socket, until its standard input ends, and does nothing else.
///
/// # Errors
///
/// A standard stream that cannot be used.
pub fn hold() -> io::Result<()> {
    io::stderr().write_all(b".")?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

/// How much `fill` and `drain` move at a time.
const CHUNK: usize = 1 << 16;

/// A receive buffer that no system refuses.
const SMALL_BUFFER: usize = 8192;

impl Trial<'_> {
    /// Takes a step: what it gave, or nothing if it has to wait.
    pub(super) fn take(&mut self, step: Step, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        let Step { actor, operation } = step;
        let given = match operation {
            Operation::Await(condition) => return self.wait(What::Condition(condition), actor, context),
            Operation::Connect => return self.connect(context),
            Operation::Reconnect => {
                self.sockets.client = None;
                return self.connect(context);
            }
            Operation::ConnectAgain => return self.connect_socket(context),
            Operation::Accept => return self.accept(context),
            Operation::Write(count) => {
                let given = self.write(actor, count as usize, context);
                return self.or_wait(given, actor, context);
            }
            Operation::Read(count) => {
                let buffer = context.buffer(count as usize);
                let given = self.call(actor, |end| end.read(buffer).map(|got| bytes_read(count, got)));
                return self.or_wait(given, actor, context);
            }
            Operation::Peek(count) => {
                let buffer = context.buffer(count as usize);
                let given = self.call(actor, |end| end.peek(buffer).map(|got| bytes_read(count, got)));
                return self.or_wait(given, actor, context);
            }
            Operation::Open => {
                self.open(context)?;
                Given::Done
            }
            Operation::Fill => {
                let buffer = context.buffer(CHUNK);
                let mut wrote = false;
                let given =
                    self.call(actor, |end| until_blocked(|| end.write(buffer).inspect(|_| wrote = true), Given::Full));
                return self.or_settle(given, wrote, actor, context);
            }
            Operation::Drain => {
                let buffer = context.buffer(CHUNK);
                self.call(actor, |end| until_blocked(|| end.read(buffer), Given::Drained))
            }
            Operation::Close if actor == Actor::Listener => done(self.sockets.close_listener()),
            Operation::Close => done(self.sockets.take(actor).map(|end| end.source.close())),
            Operation::Reset => {
                let reset = |end: Watched<dyn Endpoint>| end.set_linger_zero().and(end.source.close());
                done(self.sockets.take(actor).map(reset))
            }
            Operation::Shutdown(half) => {
                let how = match half {
                    Half::Read => Shutdown::Read,
                    Half::Write => Shutdown::Write,
                    Half::Both => Shutdown::Both,
                };
                self.call(actor, |end| end.shutdown(how).map(|()| Given::Done))
            }
            Operation::SoError => self.call(actor, |end| {
                let pending = end.socket().take_error()?;
                Ok(pending.as_ref().map_or(Given::NoError, Given::from_error))
            }),
            Operation::PeerName => self.call(actor, |end| end.socket().peer_addr().map(|_| Given::Done)),
            Operation::LocalName => self.call(actor, |end| end.socket().local_addr().map(|_| Given::Done)),
            Operation::Set(setting) => self.call(actor, |end| {
                let socket = end.socket();
                match setting {
                    Setting::Nodelay => socket.set_tcp_nodelay(true),
                    Setting::Keepalive => socket.set_keepalive(true),
                    Setting::Rcvbuf => socket.set_recv_buffer_size(SMALL_BUFFER),
                    Setting::Nosigpipe => sys::set_nosigpipe(&socket),
                }
                .map(|()| Given::Done)
            }),
            Operation::Depart => self.depart(context)?,
            Operation::Crash => done(self.sockets.departed.take().map(|mut child| {
                child.kill()?;
                child.wait().map(drop)
            })),
        };
        Ok(Some(given))
    }

    /// Makes a call on an actor's socket.
    fn call(&mut self, actor: Actor, call: impl FnOnce(&mut dyn Endpoint) -> io::Result<Given>) -> Given {
        match self.sockets.end(actor) {
            None => Given::NotRun,
            Some(end) => call(&mut *end.source).unwrap_or_else(|error| Given::from_error(&error)),
        }
    }

    /// The client writes by the case's call; the server is no concern of it.
    fn write(&mut self, actor: Actor, count: usize, context: &mut Context<'_>) -> Given {
        let call = if actor == Actor::Client { self.case.axes.call } else { Call::Std };
        let data = context.buffer(count);
        self.call(actor, |end| {
            let by_name = sys::write_by(call, &end.socket(), data);
            by_name.unwrap_or_else(|| end.write(data)).map(Given::Bytes)
        })
    }

    /// A call that would have blocked waits until it need not.
    fn or_wait(&mut self, given: Given, actor: Actor, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        match given {
            // An event that did not help: the present registration stands.
            Given::WouldBlock if self.waits_for(What::Retry) => Ok(None),
            Given::WouldBlock => self.wait(What::Retry, actor, context),
            given => Ok(Some(given)),
        }
    }

    /// There is no more room only when none comes for a while either. Most systems hand data on to the peer after the call
    /// that wrote it, and then have room again: what is filled too early becomes writable by itself, and has data on its way
    /// when the peer goes.
    fn or_settle(
        &mut self,
        given: Given,
        wrote: bool,
        actor: Actor,
        context: &mut Context<'_>,
    ) -> Result<Option<Given>, Stop> {
        match given {
            Given::Full if !wrote && self.waits_for(What::Settle) => Ok(None),
            Given::Full => self.wait(What::Settle, actor, context),
            given => Ok(Some(given)),
        }
    }

    fn open(&mut self, context: &mut Context<'_>) -> Result<(), Stop> {
        self.sockets.open_client(self.case.axes, context).map_err(|error| Stop::from_error("a client's socket", &error))
    }

    fn connect(&mut self, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        if self.sockets.client.is_none() {
            self.open(context)?;
        }
        if self.case.axes.transport == Transport::Pipe {
            return Ok(Some(self.connected()));
        }
        self.connect_socket(context)
    }

    fn connect_socket(&mut self, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        let (Some(address), Some(client)) = (&self.sockets.address, &self.sockets.client) else {
            return Ok(Some(Given::NotRun));
        };
        let begun = client.source.socket().connect(address);
        match begun {
            Ok(()) => Ok(Some(self.connected())),
            Err(error) if sys::is_in_progress(&error) => self.wait(What::Connect, Actor::Client, context),
            Err(error) => match error.kind() {
                // On loopback this means that the ephemeral ports have run out: connect(2).
                ErrorKind::AddrNotAvailable => Err(Stop::Exhausted("connect: no free port".to_owned())),
                // Nor is this anything a peer did: loopback itself is not there.
                ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown => {
                    Err(Stop::Unsupported(format!("connect: {}", Given::from_error(&error))))
                }
                _ if sys::is_exhausted(&error) => Err(Stop::from_error("connect", &error)),
                _ => Ok(Some(Given::from_error(&error))),
            },
        }
    }

    pub(super) fn connected(&mut self) -> Given {
        self.sockets.connected += 1;
        Given::Done
    }

    fn accept(&mut self, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        let accepted = match (&mut self.sockets.listener, self.sockets.offered.take()) {
            (_, Some(reader)) => Ok(reader),
            (Some(listener), None) => listener.source.accept(),
            (None, None) => return Ok(Some(Given::NotRun)),
        };
        match accepted {
            Ok(end) => {
                self.sockets.server = Some(Watched::new(end));
                self.sockets.accepted += 1;
                Ok(Some(Given::Done))
            }
            Err(error) if sys::is_exhausted(&error) => Err(Stop::from_error("accept", &error)),
            Err(error) => self.or_wait(Given::from_error(&error), Actor::Listener, context),
        }
    }

    /// Starts the process that the server's socket moves into. Once it is started nothing of the socket is left here,
    /// so that killing it is the end of the peer.
    fn depart(&mut self, context: &mut Context<'_>) -> Result<Given, Stop> {
        let Some(program) = context.program() else {
            return Err(Stop::Unsupported("needs the program itself to start a process with".to_owned()));
        };
        let Some(server) = self.sockets.server.take() else { return Ok(Given::NotRun) };
        let child = server.source.into_stdio().and_then(|socket| {
            let mut command = Command::new(program);
            command.arg(HOLD).stdin(Stdio::piped()).stdout(socket).stderr(Stdio::piped());
            context.spawn(sys::keep_from_ctrl_c(&mut command))
        });
        let child = child.map_err(|error| Stop::from_error("a process for the peer", &error))?;
        self.sockets.departed = Some(child);
        Ok(Given::Done)
    }
}

fn bytes_read(asked: u32, got: usize) -> Given {
    // Asking for nothing gives nothing, at the end and before it.
    if got == 0 && asked > 0 { Given::Eof } else { Given::Bytes(got) }
}

fn done(result: Option<io::Result<()>>) -> Given {
    match result {
        None => Given::NotRun,
        Some(Ok(())) => Given::Done,
        Some(Err(error)) => Given::from_error(&error),
    }
}

/// Goes on until the call would block, which gives `blocked`, or ends or fails.
fn until_blocked(mut call: impl FnMut() -> io::Result<usize>, blocked: Given) -> io::Result<Given> {
    loop {
        match call() {
            Ok(0) => return Ok(Given::Eof),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(blocked),
            Err(error) => return Err(error),
        }
    }
}
