//! One trial: a state machine that runs a case's steps until one must wait, and goes on when it is resumed.

use std::{
    io::{self, Read, Write},
    time::Instant,
};

use mio::{Interest, Token, net::TcpStream};

use super::{
    Settings,
    sockets::{Listeners, Sockets, Watched},
    worker::rearm_at,
};
use crate::{
    catalogue::{Actor, Case, Condition, Half, Operation, Step},
    observation::{Observation, Readiness},
    sys,
};

/// What the trials of a worker share.
pub(super) struct Context<'a> {
    pub(super) registry: mio::Registry,
    pub(super) settings: &'a Settings,
    pub(super) listeners: Listeners,
    /// When the events at hand were taken.
    pub(super) now: Instant,
    /// The slot of the trial at hand.
    pub(super) slot: usize,
    pub(super) serial: usize,
    /// What is written, and where to read to.
    buffer: Vec<u8>,
}

impl<'a> Context<'a> {
    pub(super) fn new(registry: mio::Registry, settings: &'a Settings) -> Self {
        Context {
            registry,
            settings,
            listeners: Listeners::default(),
            now: Instant::now(),
            slot: 0,
            serial: 0,
            buffer: Vec::new(),
        }
    }

    fn buffer(&mut self, count: u32) -> &mut [u8] {
        let count = count as usize;
        if self.buffer.len() < count {
            self.buffer.resize(count, b'.');
        }
        &mut self.buffer[..count]
    }
}

/// What resumes a trial.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wake {
    /// It begins.
    Start,
    /// Events came for its present wait.
    Event(Readiness),
    /// Its alarm is due, and a poll that began at this time brought no event.
    Alarm(Instant),
}

/// Why a trial cannot go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// Descriptors, buffers or ports ran out.
    Exhausted(String),
    /// The platform does not offer what the case needs.
    Unsupported(String),
}

impl Stop {
    pub(super) fn from_error(doing: &str, error: &io::Error) -> Self {
        let reason = format!("{doing}: {}", Observation::from_error(error));
        if sys::is_exhausted(error) { Stop::Exhausted(reason) } else { Stop::Unsupported(reason) }
    }
}

/// What the step at hand waits for.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    what: What,
    actor: Actor,
    interest: Interest,
    token: Token,
    seen: Readiness,
    deadline: Instant,
    rearm: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Before the step: the run's pace.
    Pace,
    /// A call that would have blocked is tried again at every event.
    Retry,
    /// A connect under way.
    Connect,
    /// An `await`.
    Condition(Condition),
}

pub(super) struct Trial<'a> {
    case: Case<'a>,
    case_number: usize,
    sockets: Sockets,
    waiting: Option<Waiting>,
    observations: Vec<Observation>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(case: Case<'a>, case_number: usize) -> Self {
        Trial {
            case,
            case_number,
            sockets: Sockets::default(),
            waiting: None,
            observations: Vec::with_capacity(case.scenario.steps.len()),
        }
    }

    pub(super) fn case_number(&self) -> usize {
        self.case_number
    }

    /// One for each step that has ended.
    pub(super) fn observations(&self) -> &[Observation] {
        &self.observations
    }

    pub(super) fn awaits(&self, token: Token) -> bool {
        self.waiting.is_some_and(|waiting| waiting.token == token)
    }

    /// When to resume this trial if no event does.
    pub(super) fn alarm(&self) -> Option<Instant> {
        self.waiting.map(|waiting| waiting.rearm.map_or(waiting.deadline, |rearm| rearm.min(waiting.deadline)))
    }

    /// Closes what is open; a listener that is as good as new is kept for another trial.
    pub(super) fn dispose(self, context: &mut Context<'_>) {
        self.sockets.dispose(self.case.transport, &mut context.listeners);
    }

    /// Goes on until the trial ends (`true`) or has to wait (`false`).
    pub(super) fn resume(&mut self, wake: Wake, context: &mut Context<'_>) -> Result<bool, Stop> {
        let mut given = match wake {
            Wake::Start => {
                self.sockets.listen(self.case, context)?;
                None
            }
            Wake::Event(flags) => match self.on_event(flags, context)? {
                Some(observation) => Some(observation),
                None => return Ok(false),
            },
            Wake::Alarm(now) => match self.on_alarm(now, context)? {
                Some(observation) => Some(observation),
                None => return Ok(false),
            },
        };
        loop {
            if let Some(observation) = given {
                self.waiting = None;
                self.observations.push(observation);
            }
            let Some(&step) = self.step() else { return Ok(true) };
            given = if context.settings.pace.is_zero() {
                self.take(step, context)?
            } else {
                self.pause(context);
                None
            };
            if given.is_none() {
                return Ok(false);
            }
        }
    }

    fn step(&self) -> Option<&'a Step> {
        self.case.scenario.steps.get(self.observations.len())
    }

    /// Takes a step: what it gave, or nothing if it has to wait.
    fn take(&mut self, step: Step, context: &mut Context<'_>) -> Result<Option<Observation>, Stop> {
        match step.operation {
            Operation::Connect => self.connect(context),
            Operation::Reconnect => {
                self.sockets.client = None;
                self.connect(context)
            }
            Operation::Accept => self.accept(context),
            Operation::Await(condition) => self.wait(What::Condition(condition), step.actor, context),
            Operation::Close if step.actor == Actor::Listener => Ok(Some(self.sockets.close_listener())),
            Operation::Close => Ok(Some(self.end(step.actor, |_| Ok(())))),
            Operation::Reset => Ok(Some(self.end(step.actor, Watched::set_linger_zero))),
            Operation::Write(count) => {
                let buffer = context.buffer(count);
                let given = self.call(step.actor, |mut stream| stream.write(buffer).map(Observation::Bytes));
                self.or_wait(given, step.actor, context)
            }
            Operation::Read(count) => {
                let buffer = context.buffer(count);
                let given = self.call(step.actor, |mut stream| {
                    stream
                        .read(buffer)
                        .map(|count| if count == 0 { Observation::Eof } else { Observation::Bytes(count) })
                });
                self.or_wait(given, step.actor, context)
            }
            Operation::Shutdown(half) => Ok(Some(self.call(step.actor, |stream| {
                let half = match half {
                    Half::Read => std::net::Shutdown::Read,
                    Half::Write => std::net::Shutdown::Write,
                    Half::Both => std::net::Shutdown::Both,
                };
                stream.shutdown(half).map(|()| Observation::Done)
            }))),
            Operation::SoError => Ok(Some(self.call(step.actor, |stream| {
                let pending = stream.take_error()?;
                Ok(pending.as_ref().map_or(Observation::NoError, Observation::from_error))
            }))),
        }
    }

    /// Makes a call on an actor's socket.
    fn call(&self, actor: Actor, call: impl FnOnce(&TcpStream) -> io::Result<Observation>) -> Observation {
        match self.sockets.stream(actor) {
            None => Observation::NotRun,
            Some(stream) => call(stream).unwrap_or_else(|error| Observation::from_error(&error)),
        }
    }

    /// A call that would have blocked waits until it need not.
    fn or_wait(
        &mut self,
        given: Observation,
        actor: Actor,
        context: &mut Context<'_>,
    ) -> Result<Option<Observation>, Stop> {
        match given {
            Observation::WouldBlock => match self.waiting {
                // An event that did not help: the present registration stands.
                Some(Waiting { what: What::Retry, .. }) => Ok(None),
                _ => self.wait(What::Retry, actor, context),
            },
            given => Ok(Some(given)),
        }
    }

    fn connect(&mut self, context: &mut Context<'_>) -> Result<Option<Observation>, Stop> {
        let Some(address) = self.sockets.address else { return Ok(Some(Observation::NotRun)) };
        let stream = sys::stream_socket(socket2::Domain::for_address(address))
            .map_err(|error| Stop::from_error("a client's socket", &error))?;
        let begun = socket2::SockRef::from(&stream).connect(&address.into());
        self.sockets.client = Some(Watched::new(stream));
        match begun {
            Ok(()) => Ok(Some(self.connected())),
            Err(error) if sys::is_in_progress(&error) => self.wait(What::Connect, Actor::Client, context),
            Err(error) if sys::is_exhausted(&error) => Err(Stop::from_error("connect", &error)),
            Err(error) => Ok(Some(Observation::from_error(&error))),
        }
    }

    fn connected(&mut self) -> Observation {
        self.sockets.connected += 1;
        Observation::Done
    }

    fn accept(&mut self, context: &mut Context<'_>) -> Result<Option<Observation>, Stop> {
        let Some(listener) = &self.sockets.listener else { return Ok(Some(Observation::NotRun)) };
        match listener.source.accept() {
            Ok((stream, _)) => {
                self.sockets.server = Some(Watched::new(stream));
                self.sockets.accepted += 1;
                Ok(Some(Observation::Done))
            }
            Err(error) if sys::is_exhausted(&error) => Err(Stop::from_error("accept", &error)),
            Err(error) => self.or_wait(Observation::from_error(&error), Actor::Listener, context),
        }
    }

    /// Closes an actor's socket after `before`, and says what went wrong first, if anything.
    fn end(&mut self, actor: Actor, before: impl FnOnce(&Watched<TcpStream>) -> io::Result<()>) -> Observation {
        let Some(socket) = self.sockets.take(actor) else { return Observation::NotRun };
        let before = before(&socket);
        match before.and(sys::close(socket.source)) {
            Ok(()) => Observation::Done,
            Err(error) => Observation::from_error(&error),
        }
    }

    fn pause(&mut self, context: &mut Context<'_>) {
        self.waiting = Some(Waiting {
            what: What::Pace,
            actor: Actor::Client,
            interest: Interest::READABLE,
            token: context.new_token(),
            seen: Readiness::default(),
            deadline: context.now + context.settings.pace,
            rearm: None,
        });
    }

    /// Registers the actor's socket anew, so that the flags to come are the present ones on every selector.
    fn wait(&mut self, what: What, actor: Actor, context: &mut Context<'_>) -> Result<Option<Observation>, Stop> {
        let token = context.new_token();
        let settings = context.settings;
        let (interest, patience) = match (what, self.step().map(|step| step.operation)) {
            (What::Connect, _) => (Interest::WRITABLE, settings.connect_deadline),
            (What::Retry, Some(Operation::Write(_))) => (Interest::WRITABLE, settings.await_deadline),
            (What::Retry | What::Pace, _) => (Interest::READABLE, settings.await_deadline),
            (What::Condition(_), _) if actor == Actor::Listener => (Interest::READABLE, settings.await_deadline),
            (What::Condition(Condition::Connected), _) => {
                (Interest::READABLE | Interest::WRITABLE, settings.connect_deadline)
            }
            (What::Condition(_), _) => (Interest::READABLE | Interest::WRITABLE, settings.await_deadline),
        };
        match self.sockets.watch(actor, &context.registry, token, interest) {
            None => return Ok(Some(Observation::NotRun)),
            Some(result) => result.map_err(|error| Stop::from_error("the selector", &error))?,
        }
        self.waiting = Some(Waiting {
            what,
            actor,
            interest,
            token,
            seen: Readiness::default(),
            deadline: context.now + patience,
            rearm: None,
        });
        Ok(None)
    }

    fn on_event(&mut self, flags: Readiness, context: &mut Context<'_>) -> Result<Option<Observation>, Stop> {
        let Some(waiting) = &mut self.waiting else { return Ok(None) };
        waiting.seen |= flags;
        waiting.rearm = rearm_at(context.now);
        let seen = waiting.seen;
        match waiting.what {
            What::Pace => Ok(None),
            What::Retry => match self.step() {
                Some(&step) => self.take(step, context),
                None => Ok(None),
            },
            What::Connect if seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) => {
                Ok(Some(Observation::InProgress))
            }
            What::Connect if seen.has_any(Readiness::WRITABLE) => Ok(Some(self.connected())),
            What::Connect => Ok(None),
            What::Condition(condition) => Ok(came(condition, seen).then_some(Observation::Ready(seen))),
        }
    }

    fn on_alarm(&mut self, now: Instant, context: &mut Context<'_>) -> Result<Option<Observation>, Stop> {
        let Some(waiting) = &mut self.waiting else { return Ok(None) };
        if waiting.deadline > now {
            waiting.rearm = None;
            waiting.token = context.new_token();
            let Waiting { actor, token, interest, .. } = *waiting;
            return match self.sockets.watch(actor, &context.registry, token, interest) {
                None | Some(Ok(())) => Ok(None),
                Some(Err(error)) => Err(Stop::from_error("the selector", &error)),
            };
        }
        let seen = waiting.seen;
        match waiting.what {
            What::Pace => {
                self.waiting = None;
                match self.step() {
                    Some(&step) => self.take(step, context),
                    None => Ok(None),
                }
            }
            What::Retry => Ok(Some(Observation::WouldBlock)),
            What::Condition(Condition::Quiet) => Ok(Some(Observation::Quiet)),
            What::Connect | What::Condition(_) => Ok(Some(Observation::NoEvent(seen))),
        }
    }
}

/// Whether these flags are what was awaited.
fn came(condition: Condition, seen: Readiness) -> bool {
    const CLOSED: fn() -> Readiness = || Readiness::READ_CLOSED | Readiness::WRITE_CLOSED;
    seen.has_any(match condition {
        Condition::Fin => Readiness::READ_CLOSED,
        Condition::Reset => Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Readable => Readiness::READABLE,
        Condition::Writable => Readiness::WRITABLE,
        Condition::Connected => Readiness::WRITABLE | Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Event => Readiness::READABLE | Readiness::WRITABLE | Readiness::ERROR | CLOSED(),
        Condition::Quiet => Readiness::READABLE | Readiness::ERROR | CLOSED(),
    })
}
