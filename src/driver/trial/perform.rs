//! What each operation does to a trial's sockets.

use std::{
    io::{self, ErrorKind, Read},
    net::Shutdown,
};

use socket2::SockRef;

use super::{
    context::Context,
    next::{Next, Purpose, Thread, done, set},
    sockets::Sockets,
    watched::End,
};
use crate::{
    catalogue::{Actor, Awaited, Call, Condition, Half, Operation, Step, Transport},
    driver::blame::{Abort, Doing},
    outcome::{Outcome, Took},
    sys::{self, CallError, Endpoint},
};

/// The outcome of a write. What it needed beforehand says nothing about the peer.
fn written(result: Result<usize, CallError>) -> Result<Outcome, Abort> {
    match result {
        Ok(count) => Ok(Outcome::Bytes(count)),
        Err(CallError::Call(error)) => Ok(Outcome::from_error(&error)),
        Err(CallError::Before(what, error)) => Err(Abort::because(Doing::Setup(what))(error)),
    }
}

/// How much `drain` moves at a time, and `fill` where no message has to be smaller.
const CHUNK: usize = 1 << 16;

/// Writes a chunk, or a byte of it where the whole would block. The BSDs take nothing of a larger write as long as there
/// is less room than SO_SNDLOWAT (`sosend_generic` in FreeBSD's sys/kern/uipc_socket.c), so that there may be room for
/// single bytes. Linux takes as much as has room; Windows takes a write of any size as long as SO_SNDBUF is not exceeded
/// (<https://learn.microsoft.com/troubleshoot/windows/win32/data-segment-tcp-winsock>). There a byte blocks, too.
fn write_chunk_or_byte(chunk: &[u8], mut write: impl FnMut(&[u8]) -> io::Result<usize>) -> io::Result<usize> {
    match write(chunk) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => write(&chunk[..1]),
        written => written,
    }
}

impl Sockets {
    /// Takes a step, or takes it again after an event.
    pub(super) fn perform(&mut self, step: Step, context: &mut Context<'_>) -> Result<Next, Abort> {
        let Step { actor, operation } = step;
        if self.would_hang(actor, operation) {
            return Ok(Next::Done(Outcome::NotRun));
        }
        if closes(operation) {
            self.note_close(actor)?;
        }
        let outcome = match operation {
            Operation::Blocks(call) => return self.begin_call(actor, call, context),
            Operation::Await(Awaited { condition: Condition::Woken, .. }) => {
                return Ok(Next::WaitForThread(Thread::Returns, actor));
            }
            Operation::Await(awaited) => return Ok(Next::Wait(Purpose::Condition(awaited), actor)),
            Operation::Took => self.took[actor as usize].map_or(Outcome::NotRun, |time| Outcome::Took(Took::of(time))),
            Operation::Connect if actor == Actor::Crowd => return self.gather(context),
            Operation::Connect | Operation::Reconnect | Operation::ConnectAgain | Operation::StartConnect => {
                return self.connect(operation, context);
            }
            Operation::Backlog(length) => {
                self.listening.replace(self.axes, length)?;
                self.backlog = Some(length);
                Outcome::Done
            }
            Operation::Accept => return self.accept(),
            Operation::AcceptedFrom => match self.server {
                Some(_) => Outcome::Bytes(self.accepted_from),
                None => Outcome::NotRun,
            },
            Operation::Write(count) => {
                let outcome = self.write(actor, context.buffer(count as usize))?;
                return Ok(Next::unless_blocked(outcome, Purpose::Write, actor));
            }
            Operation::Read(count) | Operation::Peek(count) => {
                let buffer = context.buffer(count as usize);
                let read_call = self.axes.read_call;
                // A read of zero bytes returns zero at the end and before it.
                let outcome = |got| if got == 0 && count > 0 { Outcome::Eof } else { Outcome::Bytes(got) };
                let outcome = match (operation, actor) {
                    (Operation::Peek(_), _) => self.call(actor, |end| end.peek(buffer).map(outcome)),
                    (_, Actor::Listener) => self.ask(actor, |socket| {
                        let by_name = sys::read_by(read_call, &socket, buffer);
                        by_name.unwrap_or_else(|| (&*socket).read(buffer)).map(outcome)
                    }),
                    _ => self.call(actor, |end| {
                        let by_name = sys::read_by(read_call, &end.socket(), buffer);
                        by_name.unwrap_or_else(|| end.read(buffer)).map(outcome)
                    }),
                };
                return Ok(Next::unless_blocked(outcome, Purpose::Read, actor));
            }
            Operation::Bind => self.bind(actor)?,
            Operation::SendTo(datagram) => return self.send_to(actor, datagram, context),
            Operation::RecvFrom(count) => return Ok(self.recv_from(actor, count)),
            Operation::ReadError => self.read_error(actor)?,
            Operation::Open => {
                self.open_client(context)?;
                Outcome::Done
            }
            Operation::Fill => {
                let is_datagram = self.axes.transport == Transport::UnixDgram;
                let buffer = context.buffer(if is_datagram { sys::LOCAL_DATAGRAM } else { CHUNK });
                return self
                    .until_blocked(actor, Purpose::Fill, |end| write_chunk_or_byte(buffer, |data| end.write(data)));
            }
            Operation::Drain => {
                let buffer = context.buffer(CHUNK);
                return self.until_blocked(actor, Purpose::Drain, |end| end.read(buffer));
            }
            Operation::Close if actor == Actor::Listener => {
                // As long as nobody has tried to connect here, any port will do.
                let may_move = self.client.is_none() && self.attempts == 0 && !self.is_accepting();
                self.listening.close(self.axes, may_move)?
            }
            Operation::Close if actor == Actor::Crowd => {
                self.crowd.clear();
                Outcome::Done
            }
            Operation::Close => match self.take(actor) {
                Some(end) if end.lingers => return self.close_in_background(end),
                end => {
                    let closed = done(end.map(|end| end.source.close()));
                    self.keep_name(actor)?;
                    closed
                }
            },
            Operation::Reset => {
                let closed = done(self.take(actor).map(End::reset));
                self.keep_name(actor)?;
                closed
            }
            Operation::Race(ending) => self.race(actor, ending)?,
            Operation::Shutdown(half) => {
                let how = match half {
                    Half::Read => Shutdown::Read,
                    Half::Write => Shutdown::Write,
                    Half::Both => Shutdown::Both,
                };
                if actor == Actor::Listener {
                    let outcome = self.ask(actor, |socket| socket.shutdown(how).map(|()| Outcome::Done));
                    // On Linux this gives the port free.
                    self.listening.keep_port(self.axes.transport)?;
                    outcome
                } else {
                    self.shut_down = true;
                    if let (Half::Write, Some(end)) = (half, self.end(actor)) {
                        end.shut_writing = true;
                    }
                    self.call(actor, |end| end.shutdown(how).map(|()| Outcome::Done))
                }
            }
            Operation::SoError => self.ask(actor, |socket| {
                let pending = socket.take_error()?;
                Ok(pending.as_ref().map_or(Outcome::NoError, Outcome::from_error))
            }),
            Operation::PeerName => self.ask(actor, |socket| socket.peer_addr().map(|_| Outcome::Done)),
            Operation::LocalName => self.ask(actor, |socket| socket.local_addr().map(|_| Outcome::Done)),
            Operation::Set(assignment) => set(self.end(actor).map(|end| end.set(assignment))),
            Operation::Disconnect => self.disconnect(actor)?,
            Operation::Destroy => self.destroy(actor)?,
            Operation::Returns => self.returns(actor)?,
            Operation::Urgent(count) => return Ok(self.write_urgent(actor, context.buffer(count as usize))),
            Operation::ReadUrgent => return Ok(self.read_urgent(actor)),
            Operation::Exec(start) => return self.exec(start, context),
            Operation::Depart => return self.depart(context),
            Operation::Crash if self.must_prove_hold(context) => {
                return Ok(Next::Wait(Purpose::Proof, Actor::Client));
            }
            Operation::Crash => self.crash()?,
            Operation::Deregister => done(self.deregister(actor, context)),
            Operation::Vanish => self.vanish(actor)?,
            Operation::Reboot => {
                self.vanish(actor)?;
                if let Some(reason) = sys::NO_SILENT_CLOSE {
                    return Err(Abort::Unsupported(reason.to_owned()));
                }
                done(self.take(actor).map(|end| end.source.close()))
            }
        };
        Ok(Next::Done(outcome))
    }

    /// Makes a call on an actor's end of a connection.
    fn call(&mut self, actor: Actor, call: impl FnOnce(&mut dyn Endpoint) -> io::Result<Outcome>) -> Outcome {
        match self.end(actor) {
            None => Outcome::NotRun,
            Some(end) => call(&mut *end.source).unwrap_or_else(|error| Outcome::from_error(&error)),
        }
    }

    /// Makes a call on an actor's socket, be it an end's or the listener's.
    pub(super) fn ask(&self, actor: Actor, ask: impl FnOnce(SockRef<'_>) -> io::Result<Outcome>) -> Outcome {
        match self.socket(actor) {
            None => Outcome::NotRun,
            Some(socket) => ask(socket).unwrap_or_else(|error| Outcome::from_error(&error)),
        }
    }

    /// Writes by the case's call.
    fn write(&mut self, actor: Actor, data: &[u8]) -> Result<Outcome, Abort> {
        let call = self.axes.call;
        if actor == Actor::Listener {
            // std has no listener that can be written to. Where std writes to other sockets without a signal, so does
            // this.
            let call = if call == Call::Std && !cfg!(target_vendor = "apple") { Call::SendNosignal } else { call };
            let Some(socket) = self.socket(actor) else { return Ok(Outcome::NotRun) };
            let by_name = sys::write_by(call, &socket, data);
            return written(by_name.unwrap_or_else(|| socket.send(data).map_err(CallError::Call)));
        }
        let Some(end) = self.end(actor) else { return Ok(Outcome::NotRun) };
        let by_name = sys::write_by(call, &end.source.socket(), data);
        written(by_name.unwrap_or_else(|| end.source.write(data).map_err(CallError::Call)))
    }

    /// Repeats a call until it would block, meets the end or fails.
    ///
    /// When it would block, the buffer counts as full, or as empty, only if that stays so for a while. Most systems
    /// pass data on to the peer after the call that wrote it, and then have room again: a buffer that is left too early
    /// becomes writable by itself and has data on its way when the peer goes, or keeps data that is read by nobody.
    fn until_blocked(
        &mut self,
        actor: Actor,
        purpose: Purpose,
        mut call: impl FnMut(&mut dyn Endpoint) -> io::Result<usize>,
    ) -> Result<Next, Abort> {
        let Some(end) = self.end(actor) else { return Ok(Next::Done(Outcome::NotRun)) };
        Ok(match move_until_blocked(|| call(&mut *end.source))? {
            Moved::Ended(outcome) => Next::Done(outcome),
            Moved::Data => Next::WaitAnew(purpose, actor),
            Moved::Nothing => Next::Wait(purpose, actor),
        })
    }
}

/// What became of calls that were made until one would have blocked.
#[derive(Debug, PartialEq, Eq)]
enum Moved {
    /// There was data to move, and then a call would have blocked.
    Data,
    /// The first call would have blocked.
    Nothing,
    /// A call failed, or met the end of the data.
    Ended(Outcome),
}

/// More than any buffer holds that has a limit: those of TCP grow to some tens of MiB (`tcp_wmem`, `tcp_rmem` in tcp(7)).
const MOST: usize = 128 << 20;

/// Makes calls until one would block. A buffer without a limit, such as that of a pseudo-terminal in gVisor of 2022, would
/// take all memory, so the case is unsupported there.
fn move_until_blocked(mut call: impl FnMut() -> io::Result<usize>) -> Result<Moved, Abort> {
    let mut moved = 0;
    while moved < MOST {
        match call() {
            Ok(0) => return Ok(Moved::Ended(Outcome::Eof)),
            Ok(count) => moved += count,
            Err(error) if error.kind() != ErrorKind::WouldBlock => {
                return Ok(Moved::Ended(Outcome::from_error(&error)));
            }
            Err(_) => return Ok(if moved > 0 { Moved::Data } else { Moved::Nothing }),
        }
    }
    Err(Abort::Unsupported(format!("here a buffer has taken {} MiB and is not full", MOST >> 20)))
}

/// Whether the operation closes the actor's socket, or replaces it.
fn closes(operation: Operation) -> bool {
    use Operation::*;
    matches!(operation, Close | Reset | Race(_) | Reboot | Reconnect | Backlog(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes are taken until nothing is.
    fn fill(mut write: impl FnMut(&[u8]) -> io::Result<usize>) -> usize {
        std::iter::from_fn(|| write_chunk_or_byte(&[0; 1000], &mut write).ok()).sum()
    }

    #[test]
    fn a_buffer_with_a_low_water_mark_is_full_to_the_last_byte() {
        let mut room = 3210;
        let filled = fill(|data| {
            if room < data.len() && room < 300 {
                return Err(ErrorKind::WouldBlock.into());
            }
            let taken = data.len().min(room);
            room -= taken;
            Ok(taken)
        });
        assert_eq!((filled, room), (3210, 0));
    }

    #[test]
    fn a_buffer_that_takes_writes_as_a_whole_is_full_when_it_takes_no_chunk() {
        let mut held = 0;
        let filled = fill(|data| {
            if held > 2500 {
                return Err(ErrorKind::WouldBlock.into());
            }
            held += data.len();
            Ok(data.len())
        });
        assert_eq!((filled, held), (3000, 3000));
    }

    #[test]
    fn a_buffer_without_a_limit_is_not_filled_for_ever() {
        let endless = move_until_blocked(|| Ok(CHUNK));
        assert!(matches!(endless, Err(Abort::Unsupported(reason)) if reason.contains("128 MiB and is not full")));
        let mut room = MOST / CHUNK - 1;
        let large = move_until_blocked(|| {
            room = room.checked_sub(1).ok_or(ErrorKind::WouldBlock)?;
            Ok(CHUNK)
        });
        assert!(matches!(large, Ok(Moved::Data)));
    }

    #[test]
    fn an_error_of_a_chunk_is_the_outcome() {
        let mut calls = 0;
        let written = write_chunk_or_byte(&[0; 1000], |_| {
            calls += 1;
            Err(ErrorKind::BrokenPipe.into())
        });
        assert_eq!((written.unwrap_err().kind(), calls), (ErrorKind::BrokenPipe, 1));
    }
}
