//! Calls that block: each in a thread of its own, on the very descriptor of its actor, while the trial goes on.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, Sender, TryRecvError, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use mio::net::TcpStream;
use socket2::{SockAddr, Socket};

use super::{
    context::Context,
    next::{Next, Thread},
    sockets::Sockets,
};
use crate::{
    catalogue::{Actor, BlockingCall, Call, Operation, Sigpipe, SocketOption, Transport},
    driver::blame::{Abort, Doing},
    outcome::{Observation, Outcome, Signal},
    sys::{self, Alias, CallError, Endpoint, ThreadId},
};

/// A call that an actor has begun.
pub(super) struct BlockedCall {
    actor: Actor,
    call: BlockingCall,
    thread: JoinHandle<()>,
    /// Set right before the call.
    begun: Arc<OnceLock<(ThreadId, Instant)>>,
    returned: Receiver<Result<Returned, Abort>>,
    /// Asks for what became of SIGPIPE, which the thread holds back until a step observes the call.
    ask: Sender<()>,
    signal: Receiver<Signal>,
    /// What the call gave, once a step has observed it.
    pub(super) observation: Option<Observation>,
    /// Whether the actor has closed the socket.
    is_closed: bool,
}

/// What a call returned.
enum Returned {
    Outcome(Outcome),
    /// A connection, and the length of the address that came with it.
    Accepted(Socket, usize),
}

/// Of a thread that makes one call.
const STACK: usize = 128 << 10;

/// How long after it began a call that cannot be seen counts as blocked. Nothing is left to do for the thread but the call
/// itself, which it makes within microseconds unless it gets no processor.
const PAUSE: Duration = Duration::from_millis(20);

impl BlockedCall {
    /// The actor whose socket the call is on.
    fn owner(&self) -> Actor {
        if self.call == BlockingCall::Accept { Actor::Listener } else { self.actor }
    }

    /// Whether the thread is still in its call.
    fn is_pending(&self) -> bool {
        self.observation.is_none() && !self.thread.is_finished()
    }

    /// Whether the thread sleeps in its call, or has returned.
    fn is_in_call(&self, now: Instant) -> bool {
        let Some(&(thread, since)) = self.begun.get() else { return false };
        self.thread.is_finished() || sys::is_asleep(thread).unwrap_or_else(|| now >= since + PAUSE)
    }
}

impl Sockets {
    /// Begins a call in another thread.
    pub(super) fn begin_call(
        &mut self,
        actor: Actor,
        call: BlockingCall,
        context: &mut Context<'_>,
    ) -> Result<Next, Abort> {
        if self.calls.iter().any(|other| other.actor == actor && other.is_pending()) {
            return Ok(Next::Done(Outcome::NotRun));
        }
        if let Some(reason) = sys::SIGPIPE_IS_SHARED
            && matches!(call, BlockingCall::Write(_))
            && self.axes.sigpipe != Sigpipe::Ignore
        {
            return Err(Abort::Unsupported(reason.to_owned()));
        }
        if call == BlockingCall::Connect && self.client.is_none() {
            self.open_client(context)?;
        }
        let owner = if call == BlockingCall::Accept { Actor::Listener } else { actor };
        let Some(socket) = self.socket(owner) else { return Ok(Next::Done(Outcome::NotRun)) };
        let cannot_block = || Abort::because(Doing::Setup("a socket that blocks"));
        let alias = Alias::new(&socket).map_err(cannot_block())?;
        socket.set_nonblocking(false).map_err(cannot_block())?;
        let work = self.work(call, alias)?;
        self.attempts += u32::from(call == BlockingCall::Connect);

        let begun = Arc::new(OnceLock::new());
        let ((returns, returned), (ask, asked), (answers, signal)) = (channel(), channel(), channel());
        let its_begun = Arc::clone(&begun);
        let run = move || {
            let Ok(held) = sys::hold_sigpipe() else { return };
            let thread = sys::thread_id();
            let _ = its_begun.set((thread, Instant::now()));
            // The trial may have ended meanwhile, and needs nothing more.
            let _ = returns.send(work());
            if asked.recv().is_ok() && held.release().is_ok() {
                let _ = answers.send(sys::take_sigpipe());
            }
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn(run);
        let thread = thread.map_err(Abort::because(Doing::Start("a thread")))?;
        self.calls.retain(|other| other.actor != actor);
        self.calls.push(BlockedCall {
            actor,
            call,
            thread,
            begun,
            returned,
            ask,
            signal,
            observation: None,
            is_closed: false,
        });
        Ok(Next::WaitForThread(Thread::Begins, actor))
    }

    /// The call, for a thread to make.
    fn work(
        &self,
        call: BlockingCall,
        socket: Alias,
    ) -> Result<Box<dyn FnOnce() -> Result<Returned, Abort> + Send>, Abort> {
        let step = |result: io::Result<Outcome>| match result {
            Ok(outcome) => Ok(Returned::Outcome(outcome)),
            Err(error) => Abort::or_outcome(&error, Doing::Step, "a call that blocks").map(Returned::Outcome),
        };
        Ok(match call {
            BlockingCall::Read(count) => {
                let mut buffer = vec![0; count as usize];
                let outcome = move |got| if got == 0 && count > 0 { Outcome::Eof } else { Outcome::Bytes(got) };
                Box::new(move || step(socket.read(&mut buffer).map(outcome)))
            }
            BlockingCall::Write(count) => {
                let data = vec![b'.'; count as usize];
                let call = match self.axes.call {
                    Call::Std => sys::std_write(!self.axes.transport.is_socket()),
                    call => call,
                };
                Box::new(move || {
                    let by_name = sys::write_by(call, &socket, &data);
                    match by_name.unwrap_or_else(|| socket.send(&data).map_err(CallError::Call)) {
                        Ok(count) => step(Ok(Outcome::Bytes(count))),
                        Err(CallError::Call(error)) => step(Err(error)),
                        Err(CallError::Before(what, error)) => Err(Abort::because(Doing::Setup(what))(error)),
                    }
                })
            }
            BlockingCall::Accept => Box::new(move || match socket.accept() {
                Ok((connection, address)) => Ok(Returned::Accepted(connection, address.len() as usize)),
                Err(error) => step(Err(error)),
            }),
            BlockingCall::Connect => {
                let Some(address): Option<SockAddr> = self.listening.address.clone() else {
                    return Ok(Box::new(|| Ok(Returned::Outcome(Outcome::NotRun))));
                };
                Box::new(move || match socket.connect(&address) {
                    Ok(()) => step(Ok(Outcome::Done)),
                    Err(error) => Abort::or_outcome(&error, Doing::Connect, "connect").map(Returned::Outcome),
                })
            }
        })
    }

    /// Whether the thread of an actor's call was woken, and has not had a processor since: what it returns is then still
    /// to come. `false` where that is not known.
    pub(super) fn may_return(&self, actor: Actor) -> bool {
        let begun = self.calls.iter().find(|call| call.actor == actor).and_then(|call| call.begun.get());
        begun.is_some_and(|&(thread, _)| sys::is_asleep(thread) == Some(false))
    }

    /// The end of a wait for the thread of an actor's call; `None` if it has to go on.
    pub(super) fn look_at_thread(&mut self, thread: Thread, actor: Actor, now: Instant) -> Result<Option<Next>, Abort> {
        let Some(at) = self.calls.iter().position(|call| call.actor == actor) else {
            return Ok(Some(Next::Done(Outcome::NotRun)));
        };
        if thread == Thread::Begins {
            let call = &self.calls[at];
            // One that ended without a call could not hold SIGPIPE back.
            if call.thread.is_finished() && call.begun.get().is_none() {
                return Err(Abort::NotRun("a thread could not block SIGPIPE".to_owned()));
            }
            return Ok(call.is_in_call(now).then_some(Next::Done(Outcome::Done)));
        }
        if let Some(observation) = self.calls[at].observation {
            return Ok(Some(Next::Observed(observation)));
        }
        let returned = match self.calls[at].returned.try_recv() {
            Ok(returned) => returned?,
            Err(TryRecvError::Empty) => return Ok(None),
            Err(TryRecvError::Disconnected) => return Err(Abort::NotRun("the thread of a call panicked".to_owned())),
        };
        let outcome = self.take_returned(at, returned)?;
        let call = &mut self.calls[at];
        // The thread may be killed by this, and the process with it: then that is what is observed.
        let signal = call.ask.send(()).ok().and_then(|()| call.signal.recv().ok());
        let observation = Observation::new(outcome, signal.unwrap_or_default());
        call.observation = Some(observation);
        Ok(Some(Next::Observed(observation)))
    }

    /// The outcome of a call that has returned. Its socket no longer blocks, and a connection that it took is the
    /// server's.
    fn take_returned(&mut self, at: usize, returned: Returned) -> Result<Outcome, Abort> {
        let call = &self.calls[at];
        if !call.is_closed
            && let Some(socket) = self.socket(call.owner())
        {
            socket.set_nonblocking(true).map_err(Abort::because(Doing::Setup("a socket that does not block")))?;
        }
        match returned {
            Returned::Outcome(outcome) => Ok(outcome),
            Returned::Accepted(connection, address) => {
                let end = endpoint(connection, self.axes.transport);
                let end = end.map_err(Abort::because(Doing::Setup("an accepted socket")))?;
                if self.axes.option == SocketOption::None && self.axes.call != Call::Std {
                    sys::clear_nosigpipe(&end.socket()).map_err(Abort::because(Doing::Extra("SO_NOSIGPIPE")))?;
                }
                self.server = Some(self.watched(end));
                self.accepted_from = address;
                self.accepted += 1;
                Ok(Outcome::Done)
            }
        }
    }

    /// Whether an operation of this actor would block the worker, since a call in another thread has not returned and
    /// the socket blocks.
    pub(super) fn would_hang(&self, actor: Actor, operation: Operation) -> bool {
        use Operation::*;
        let blocks =
            |owner| self.calls.iter().any(|call| call.owner() == owner && !call.is_closed && call.is_pending());
        match operation {
            // It would replace the server's socket, too.
            Accept => blocks(Actor::Listener) || blocks(Actor::Server),
            Write(_) | Read(_) | SendTo(_) | RecvFrom(_) | Peek(_) | Fill | Drain | Urgent(_) | ReadUrgent => {
                blocks(actor)
            }
            Connect | ConnectAgain | StartConnect | Exec(_) | Depart => blocks(actor),
            _ => false,
        }
    }

    /// Whether another thread is in an accept, with which the listener may go on although it is closed.
    pub(super) fn is_accepting(&self) -> bool {
        self.calls.iter().any(|call| call.call == BlockingCall::Accept && call.is_pending())
    }

    /// Notes that an actor is about to close its socket, perhaps with a call of another thread on it.
    pub(super) fn note_close(&mut self, actor: Actor) -> Result<(), Abort> {
        for call in self.calls.iter_mut().filter(|call| call.owner() == actor && !call.is_closed) {
            if let Some(reason) = sys::close_restarts_calls().filter(|_| call.is_pending()) {
                return Err(Abort::Unsupported(reason.to_owned()));
            }
            call.is_closed = true;
        }
        Ok(())
    }

    /// Ends the calls that have not returned. Those that cannot be ended are left behind: then the sockets are to stay
    /// open, since a thread may be about to use one; this returns `false`.
    pub(super) fn end_calls(&mut self) -> bool {
        const IN_TIME: Duration = Duration::from_secs(2);
        let mut ended = true;
        for call in self.calls.drain(..) {
            let BlockedCall { thread, begun, ask, .. } = call;
            // A thread that has made its call ends without this.
            drop(ask);
            let (end, mut pause) = (Instant::now() + IN_TIME, Duration::from_micros(10));
            while !thread.is_finished() && Instant::now() < end {
                sys::interrupt(&thread);
                thread::sleep(pause);
                pause = (2 * pause).min(Duration::from_millis(5));
                if !sys::CAN_INTERRUPT {
                    break;
                }
            }
            let is_asleep = begun.get().is_some_and(|(thread, _)| sys::is_asleep(*thread) == Some(true));
            ended &= thread.is_finished() || is_asleep || !sys::CAN_INTERRUPT;
        }
        ended
    }
}

/// A connection that was accepted without mio.
fn endpoint(connection: Socket, transport: Transport) -> io::Result<Box<dyn Endpoint>> {
    connection.set_nonblocking(true)?;
    match transport {
        Transport::Unix => sys::local_endpoint(connection),
        _ => Ok(Box::new(TcpStream::from_std(connection.into()))),
    }
}
