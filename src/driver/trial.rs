//! One trial: a state machine that runs a case's steps until one must wait, and goes on when it is resumed.

use std::{io, time::Instant};

use mio::{Interest, Token};

use super::{context::Context, sockets::Sockets};
use crate::{
    catalogue::{Actor, Case, Condition, Operation, Step},
    observation::{Given, Observation, Readiness, Signal},
    sys,
};

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
        let reason = format!("{doing}: {}", Given::from_error(error));
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
pub(super) enum What {
    /// Before the step: the run's pace.
    Pace,
    /// A call that would have blocked is tried again at every event.
    Retry,
    /// A `fill` has met the end of the room; more may come while data is on its way to the peer.
    Settle,
    /// A connect under way.
    Connect,
    /// An `await`.
    Condition(Condition),
}

pub(super) struct Trial<'a> {
    pub(super) case: Case<'a>,
    case_number: usize,
    pub(super) sockets: Sockets,
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

    pub(super) fn waits_for(&self, what: What) -> bool {
        self.waiting.is_some_and(|waiting| waiting.what == what)
    }

    /// When to resume this trial if no event does.
    pub(super) fn alarm(&self) -> Option<Instant> {
        self.waiting.map(|waiting| waiting.rearm.map_or(waiting.deadline, |rearm| rearm.min(waiting.deadline)))
    }

    /// Closes what is open; a listener that is as good as new is kept for another trial.
    pub(super) fn dispose(self, context: &mut Context<'_>) {
        self.sockets.dispose(self.case.axes.transport, &mut context.listeners);
    }

    /// Goes on until the trial ends (`true`) or has to wait (`false`).
    pub(super) fn resume(&mut self, wake: Wake, context: &mut Context<'_>) -> Result<bool, Stop> {
        let mut given = match wake {
            Wake::Start => {
                if let Some(lack) = sys::lacks(self.case.axes) {
                    return Err(Stop::Unsupported(lack.to_owned()));
                }
                self.sockets.listen(self.case, context)?;
                None
            }
            Wake::Event(flags) => match self.on_event(flags, context)? {
                None => return Ok(false),
                given => given,
            },
            Wake::Alarm(now) => match self.on_alarm(now, context)? {
                None => return Ok(false),
                given => given,
            },
        };
        loop {
            if let Some(given) = given {
                self.waiting = None;
                if let Some(code) = given.code() {
                    let error = io::Error::from_raw_os_error(code);
                    // No peer makes descriptors run out: this is no outcome of the step.
                    if sys::is_exhausted(&error) {
                        return Err(Stop::from_error("a step", &error));
                    }
                }
                let signal = if sys::take_sigpipe() { Signal::Delivered } else { Signal::None };
                let observation = Observation { given, signal };
                if let Some(journal) = context.journal {
                    journal.step(observation);
                }
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
    pub(super) fn wait(&mut self, what: What, actor: Actor, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        let token = context.new_token();
        let settings = context.settings;
        let both = Interest::READABLE | Interest::WRITABLE;
        let (interest, patience) = match (what, self.step().map(|step| step.operation)) {
            (What::Connect, _) => (Interest::WRITABLE, settings.connect_deadline),
            (What::Settle, _) | (What::Retry, Some(Operation::Write(_))) => {
                (Interest::WRITABLE, settings.await_deadline)
            }
            (What::Retry | What::Pace, _) => (Interest::READABLE, settings.await_deadline),
            (What::Condition(_), _) if actor == Actor::Listener => (Interest::READABLE, settings.await_deadline),
            (What::Condition(Condition::Connected), _) => (both, settings.connect_deadline),
            (What::Condition(_), _) => (both, settings.await_deadline),
        };
        match self.sockets.watch(actor, &context.registry, token, interest) {
            None => return Ok(Some(Given::NotRun)),
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

    fn on_event(&mut self, flags: Readiness, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        let Some(waiting) = &mut self.waiting else { return Ok(None) };
        waiting.seen |= flags;
        waiting.rearm = sys::REARM.map(|pause| context.now + pause);
        let seen = waiting.seen;
        match waiting.what {
            What::Pace => Ok(None),
            What::Retry | What::Settle => match self.step() {
                Some(&step) => self.take(step, context),
                None => Ok(None),
            },
            What::Connect if seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) => Ok(Some(Given::InProgress)),
            What::Connect if seen.has_any(Readiness::WRITABLE) => Ok(Some(self.connected())),
            What::Connect => Ok(None),
            What::Condition(condition) => Ok(came(condition, seen).then_some(Given::Ready(seen))),
        }
    }

    fn on_alarm(&mut self, now: Instant, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
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
            What::Retry => Ok(Some(Given::WouldBlock)),
            What::Settle => Ok(Some(Given::Full)),
            What::Condition(Condition::Quiet) => Ok(Some(Given::Quiet)),
            What::Connect | What::Condition(_) => Ok(Some(Given::NoEvent(seen))),
        }
    }
}

/// Whether these flags are what was awaited.
fn came(condition: Condition, seen: Readiness) -> bool {
    let closed = Readiness::READ_CLOSED | Readiness::WRITE_CLOSED;
    seen.has_any(match condition {
        Condition::Fin => Readiness::READ_CLOSED,
        Condition::Reset => Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Readable => Readiness::READABLE,
        Condition::Writable => Readiness::WRITABLE,
        Condition::Connected => Readiness::WRITABLE | Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Event => Readiness::READABLE | Readiness::WRITABLE | Readiness::ERROR | closed,
        Condition::Quiet => Readiness::READABLE | Readiness::ERROR | closed,
    })
}
