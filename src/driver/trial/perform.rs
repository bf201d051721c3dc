//! What each operation does to a trial's sockets.

use std::{
    io::{self, ErrorKind, Read},
    net::Shutdown,
};

use socket2::SockRef;

use super::{Stop, Trial, What, context::Context, sockets::End};
use crate::{
    catalogue::{Actor, Call, Half, Operation, Setting, Step},
    outcome::Outcome,
    sys::{self, Endpoint},
};

/// How much `fill` and `drain` move at a time.
const CHUNK: usize = 1 << 16;

/// A receive buffer that no system refuses.
const SMALL_BUFFER: usize = 8192;

impl Trial<'_> {
    /// Takes a step: what it gave, or nothing if it has to wait.
    pub(super) fn take(&mut self, step: Step, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        let Step { actor, operation } = step;
        let outcome = match operation {
            Operation::Await(condition) => return self.wait(What::Condition(condition), actor, context),
            Operation::Connect if actor == Actor::Crowd => return self.gather(context),
            Operation::Connect => return self.connect(context),
            Operation::Reconnect => {
                self.sockets.client = None;
                return self.connect(context);
            }
            Operation::ConnectAgain => return self.connect_socket(context),
            Operation::StartConnect => self.start_connect(context)?,
            Operation::Backlog(length) => {
                let listens = self.sockets.listen_anew(self.case.axes, length);
                listens.map_err(|error| Stop::from_error("a listener", &error))?;
                Outcome::Done
            }
            Operation::Accept => return self.accept(context),
            Operation::AcceptedFrom => match self.sockets.server {
                Some(_) => Outcome::Bytes(self.sockets.accepted_from),
                None => Outcome::NotRun,
            },
            Operation::Write(count) => {
                let outcome = self.write(actor, count as usize, context);
                return self.or_wait(outcome, actor, context);
            }
            Operation::Read(count) if actor == Actor::Listener => {
                let buffer = context.buffer(count as usize);
                let outcome = self.ask(actor, |socket| (&*socket).read(buffer).map(|got| bytes_read(count, got)));
                return self.or_wait(outcome, actor, context);
            }
            Operation::Read(count) => {
                let buffer = context.buffer(count as usize);
                let outcome = self.call(actor, |end| end.read(buffer).map(|got| bytes_read(count, got)));
                return self.or_wait(outcome, actor, context);
            }
            Operation::Peek(count) => {
                let buffer = context.buffer(count as usize);
                let outcome = self.call(actor, |end| end.peek(buffer).map(|got| bytes_read(count, got)));
                return self.or_wait(outcome, actor, context);
            }
            Operation::Open => {
                self.open(context)?;
                Outcome::Done
            }
            Operation::Fill => {
                let buffer = context.buffer(CHUNK);
                let mut moved = false;
                let outcome = self
                    .call(actor, |end| until_blocked(|| end.write(buffer).inspect(|_| moved = true), Outcome::Full));
                return self.or_settle(outcome, moved, actor, context);
            }
            Operation::Drain => {
                let buffer = context.buffer(CHUNK);
                let mut moved = false;
                let outcome = self
                    .call(actor, |end| until_blocked(|| end.read(buffer).inspect(|_| moved = true), Outcome::Drained));
                return self.or_settle(outcome, moved, actor, context);
            }
            Operation::Close if actor == Actor::Listener => self.sockets.close_listener(self.case.axes)?,
            Operation::Close if actor == Actor::Crowd => {
                self.sockets.crowd.clear();
                Outcome::Done
            }
            Operation::Close => match self.sockets.take(actor) {
                Some(end) if end.lingers => return self.close_in_background(end, context),
                end => done(end.map(|end| end.source.close())),
            },
            Operation::Reset => done(self.sockets.take(actor).map(End::reset)),
            Operation::Race(ending) => self.race(actor, ending)?,
            Operation::Shutdown(half) => {
                let how = match half {
                    Half::Read => Shutdown::Read,
                    Half::Write => Shutdown::Write,
                    Half::Both => Shutdown::Both,
                };
                if actor == Actor::Listener {
                    let outcome = self.ask(actor, |socket| socket.shutdown(how).map(|()| Outcome::Done));
                    // Linux gives the port free with it.
                    self.sockets.keep_port(self.case.axes.transport);
                    outcome
                } else {
                    self.call(actor, |end| end.shutdown(how).map(|()| Outcome::Done))
                }
            }
            Operation::SoError => self.ask(actor, |socket| {
                let pending = socket.take_error()?;
                Ok(pending.as_ref().map_or(Outcome::NoError, Outcome::from_error))
            }),
            Operation::PeerName => self.ask(actor, |socket| socket.peer_addr().map(|_| Outcome::Done)),
            Operation::LocalName => self.ask(actor, |socket| socket.local_addr().map(|_| Outcome::Done)),
            Operation::Set(setting) => done(self.sockets.end(actor).map(|end| {
                let socket = end.source.socket();
                match setting {
                    Setting::Nodelay => socket.set_tcp_nodelay(true),
                    Setting::Keepalive => socket.set_keepalive(true),
                    Setting::Rcvbuf => socket.set_recv_buffer_size(SMALL_BUFFER),
                    Setting::Nosigpipe => sys::set_nosigpipe(&socket),
                    Setting::UserTimeout => sys::set_user_timeout(&socket),
                    Setting::KeepaliveFast => sys::set_keepalive_fast(&socket),
                    Setting::Blocking => socket.set_nonblocking(false),
                    Setting::Linger => end.set_linger(),
                }
            })),
            Operation::Exec(start) => self.exec(start, context)?,
            Operation::Depart => self.depart(context)?,
            Operation::Crash => done(self.sockets.departed.take().map(|mut child| {
                child.kill()?;
                child.wait().map(drop)
            })),
            Operation::Vanish => self.vanish(actor)?,
            Operation::Reboot => {
                self.vanish(actor)?;
                done(self.sockets.take(actor).map(|end| end.source.close()))
            }
        };
        Ok(Some(outcome))
    }

    /// Makes a call on an actor's socket.
    fn call(&mut self, actor: Actor, call: impl FnOnce(&mut dyn Endpoint) -> io::Result<Outcome>) -> Outcome {
        match self.sockets.end(actor) {
            None => Outcome::NotRun,
            Some(end) => call(&mut *end.source).unwrap_or_else(|error| Outcome::from_error(&error)),
        }
    }

    /// Asks an actor's socket, be it an end's or the listener's.
    fn ask(&self, actor: Actor, ask: impl FnOnce(SockRef<'_>) -> io::Result<Outcome>) -> Outcome {
        match self.sockets.socket(actor) {
            None => Outcome::NotRun,
            Some(socket) => ask(socket).unwrap_or_else(|error| Outcome::from_error(&error)),
        }
    }

    /// Writes by the case's call.
    fn write(&mut self, actor: Actor, count: usize, context: &mut Context<'_>) -> Outcome {
        let call = self.case.axes.call;
        let data = context.buffer(count);
        if actor == Actor::Listener {
            // std has no type for a listener that could write; where it writes to others without a signal, so does this.
            let call = if call == Call::Std && !cfg!(target_vendor = "apple") { Call::SendNosignal } else { call };
            return self.ask(actor, |socket| {
                sys::write_by(call, &socket, data).unwrap_or_else(|| socket.send(data)).map(Outcome::Bytes)
            });
        }
        self.call(actor, |end| {
            let by_name = sys::write_by(call, &end.socket(), data);
            by_name.unwrap_or_else(|| end.write(data)).map(Outcome::Bytes)
        })
    }

    /// A call that would have blocked waits until it need not.
    pub(super) fn or_wait(
        &mut self,
        outcome: Outcome,
        actor: Actor,
        context: &mut Context<'_>,
    ) -> Result<Option<Outcome>, Stop> {
        match outcome {
            // An event that did not help: the present registration stands.
            Outcome::WouldBlock if self.waits_for(What::Retry) => Ok(None),
            Outcome::WouldBlock => self.wait(What::Retry, actor, context),
            outcome => Ok(Some(outcome)),
        }
    }

    /// There is no more room, or no more data, only when none comes for a while either. Most systems hand data on to the
    /// peer after the call that wrote it, and then have room again: what is filled too early becomes writable by itself, and
    /// has data on its way when the peer goes; who drains too early leaves that data unread.
    fn or_settle(
        &mut self,
        outcome: Outcome,
        moved: bool,
        actor: Actor,
        context: &mut Context<'_>,
    ) -> Result<Option<Outcome>, Stop> {
        match outcome {
            Outcome::Full | Outcome::Drained if !moved && self.waits_for(What::Settle) => Ok(None),
            Outcome::Full | Outcome::Drained => self.wait(What::Settle, actor, context),
            outcome => Ok(Some(outcome)),
        }
    }

    /// Cuts a socket off from the other end.
    fn vanish(&self, actor: Actor) -> Result<Outcome, Stop> {
        match self.sockets.socket(actor).map(|socket| sys::vanish(&socket)) {
            None => Ok(Outcome::NotRun),
            Some(Ok(())) => Ok(Outcome::Done),
            Some(Err(error)) if error.raw_os_error().is_some() => Err(Stop::from_error("vanish", &error)),
            Some(Err(error)) => Err(Stop::Unsupported(error.to_string())),
        }
    }
}

fn bytes_read(asked: u32, got: usize) -> Outcome {
    // Asking for nothing gives nothing, at the end and before it.
    if got == 0 && asked > 0 { Outcome::Eof } else { Outcome::Bytes(got) }
}

pub(super) fn done(result: Option<io::Result<()>>) -> Outcome {
    match result {
        None => Outcome::NotRun,
        Some(Ok(())) => Outcome::Done,
        Some(Err(error)) => Outcome::from_error(&error),
    }
}

/// Goes on until the call would block, which gives `blocked`, or ends or fails.
fn until_blocked(mut call: impl FnMut() -> io::Result<usize>, blocked: Outcome) -> io::Result<Outcome> {
    loop {
        match call() {
            Ok(0) => return Ok(Outcome::Eof),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(blocked),
            Err(error) => return Err(error),
        }
    }
}
