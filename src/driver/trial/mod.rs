//! One trial: a state machine that runs a case's steps until one must wait, and goes on when it is resumed.

mod background_close;
mod connect;
pub(super) mod context;
mod perform;
mod processes;
mod sockets;

use std::{
    io,
    time::{Duration, Instant},
};

use mio::{Interest, Token};

use context::Context;
use sockets::Sockets;

pub(super) use sockets::end;

use crate::{
    catalogue::{Actor, Case, Condition, Operation, Step},
    driver::child::protocol::Line,
    outcome::{Observation, Outcome, Readiness, Signal},
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
        let reason = format!("{doing}: {}", Outcome::from_error(error));
        if sys::is_exhausted(error) { Stop::Exhausted(reason) } else { Stop::Unsupported(reason) }
    }
}

/// What the trial waits for.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    /// Before a step: the run's pace.
    Pace(Instant),
    /// A close in another thread; when to look again.
    Thread(Instant),
    /// Events.
    Events(Events),
}

/// What a socket is watched for.
#[derive(Debug, Clone, Copy)]
struct Events {
    what: What,
    actor: Actor,
    interest: Interest,
    token: Token,
    seen: Readiness,
    deadline: Instant,
    rearm: Option<Instant>,
}

/// Where no room came for a quarter of the deadline, none will while the peer does not read. Never longer than this: no
/// timer of a scenario must end meanwhile.
const SETTLED: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A call that would have blocked is tried again at every event.
    Retry,
    /// A `fill` has met the end of the room, or a `drain` that of the data; more may come while data is on its way.
    Settle,
    /// A connect under way.
    Connect,
    /// A connect of the crowd's under way.
    Gather,
    /// An `await`.
    Condition(Condition),
}

/// How often to look whether a thread has ended.
const LOOK: Duration = Duration::from_millis(5);

pub(super) struct Trial<'a> {
    pub(super) case: Case<'a>,
    case_number: usize,
    sockets: Sockets,
    waiting: Option<Waiting>,
    /// What became of SIGPIPE in a program that the step at hand started.
    signal: Option<Signal>,
    observations: Vec<Observation>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(case: Case<'a>, case_number: usize) -> Self {
        Trial {
            case,
            case_number,
            sockets: Sockets::default(),
            waiting: None,
            signal: None,
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
        matches!(self.waiting, Some(Waiting::Events(events)) if events.token == token)
    }

    pub(super) fn waits_for(&self, what: What) -> bool {
        matches!(self.waiting, Some(Waiting::Events(events)) if events.what == what)
    }

    /// Has the step at hand tell of a signal that this process cannot see.
    pub(super) fn set_signal(&mut self, signal: Signal) {
        self.signal = Some(signal);
    }

    /// When to resume this trial if no event does.
    pub(super) fn alarm(&self) -> Option<Instant> {
        Some(match self.waiting? {
            Waiting::Pace(until) | Waiting::Thread(until) => until,
            Waiting::Events(Events { deadline, rearm, .. }) => rearm.map_or(deadline, |rearm| rearm.min(deadline)),
        })
    }

    /// Closes what is open; a listener that is as good as new is kept for another trial.
    pub(super) fn dispose(self, context: &mut Context<'_>) {
        self.sockets.dispose(self.case.axes.transport, &mut context.listeners);
    }

    /// Goes on until the trial ends (`true`) or has to wait (`false`).
    pub(super) fn resume(&mut self, wake: Wake, context: &mut Context<'_>) -> Result<bool, Stop> {
        let mut outcome = match wake {
            Wake::Start => {
                if let Some(lack) = sys::unsupported_reason(self.case.axes) {
                    return Err(Stop::Unsupported(lack.to_owned()));
                }
                self.sockets.listen(self.case, context)?;
                None
            }
            Wake::Event(flags) => match self.on_event(flags, context)? {
                None => return Ok(false),
                outcome => outcome,
            },
            Wake::Alarm(now) => match self.on_alarm(now, context)? {
                None => return Ok(false),
                outcome => outcome,
            },
        };
        loop {
            if let Some(outcome) = outcome {
                self.waiting = None;
                if let Some(code) = outcome.code() {
                    let error = io::Error::from_raw_os_error(code);
                    // No peer makes descriptors run out: this is no outcome of the step.
                    if sys::is_exhausted(&error) {
                        return Err(Stop::from_error("a step", &error));
                    }
                }
                let signal = sys::take_sigpipe();
                let observation = Observation { outcome, signal: self.signal.take().unwrap_or(signal) };
                if let Some(journal) = context.journal {
                    journal.line(&Line::Step(observation));
                }
                self.observations.push(observation);
            }
            let Some(&step) = self.step() else { return Ok(true) };
            outcome = if context.settings.pace.is_zero() {
                self.take(step, context)?
            } else {
                self.pause(context);
                None
            };
            if outcome.is_none() {
                return Ok(false);
            }
        }
    }

    fn step(&self) -> Option<&'a Step> {
        self.case.scenario.steps.get(self.observations.len())
    }

    fn pause(&mut self, context: &mut Context<'_>) {
        self.waiting = Some(Waiting::Pace(context.now + context.settings.pace));
    }

    /// Waits for the thread that closes aside.
    pub(super) fn wait_for_thread(&mut self, context: &mut Context<'_>) {
        self.waiting = Some(Waiting::Thread(context.now + LOOK));
    }

    /// Registers the actor's socket anew, so that the flags to come are the present ones on every selector.
    pub(super) fn wait(
        &mut self,
        what: What,
        actor: Actor,
        context: &mut Context<'_>,
    ) -> Result<Option<Outcome>, Stop> {
        let token = context.new_token();
        let settings = context.settings;
        let both = Interest::READABLE | Interest::WRITABLE;
        let (interest, patience) = match (what, self.step().map(|step| step.operation)) {
            (What::Connect, _) => (Interest::WRITABLE, settings.connect_deadline),
            (What::Settle, Some(Operation::Drain)) => (Interest::READABLE, (settings.await_deadline / 4).min(SETTLED)),
            (What::Settle, _) => (Interest::WRITABLE, (settings.await_deadline / 4).min(SETTLED)),
            // A crowd that finds no room is what its scenario is about.
            (What::Gather, _) | (What::Retry, Some(Operation::Write(_))) => {
                (Interest::WRITABLE, settings.await_deadline)
            }
            (What::Retry, _) => (Interest::READABLE, settings.await_deadline),
            (What::Condition(_), _) if actor == Actor::Listener => (Interest::READABLE, settings.await_deadline),
            (What::Condition(Condition::Connected), _) => (both, settings.connect_deadline),
            (What::Condition(_), _) => (both, settings.await_deadline),
        };
        match self.sockets.watch(actor, &context.registry, token, interest) {
            None => return Ok(Some(Outcome::NotRun)),
            Some(result) => result.map_err(|error| Stop::from_error("the selector", &error))?,
        }
        self.waiting = Some(Waiting::Events(Events {
            what,
            actor,
            interest,
            token,
            seen: Readiness::default(),
            deadline: context.now + patience,
            rearm: None,
        }));
        Ok(None)
    }

    fn on_event(&mut self, flags: Readiness, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        let Some(Waiting::Events(events)) = &mut self.waiting else { return Ok(None) };
        events.seen |= flags;
        events.rearm = sys::REARM.map(|pause| context.now + pause);
        let seen = events.seen;
        match events.what {
            What::Retry | What::Settle => match self.step() {
                Some(&step) => self.take(step, context),
                None => Ok(None),
            },
            What::Gather => self.gathered(seen, context),
            What::Connect if seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) => Ok(Some(Outcome::InProgress)),
            What::Connect if seen.has_any(Readiness::WRITABLE) => Ok(Some(self.connected())),
            What::Connect => Ok(None),
            What::Condition(condition) => Ok(came(condition, seen).then_some(Outcome::Ready(seen))),
        }
    }

    fn on_alarm(&mut self, now: Instant, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        match &mut self.waiting {
            None => Ok(None),
            Some(Waiting::Pace(_)) => {
                self.waiting = None;
                match self.step() {
                    Some(&step) => self.take(step, context),
                    None => Ok(None),
                }
            }
            Some(Waiting::Thread(_)) => {
                let closed = self.background_close_result();
                if closed.is_none() {
                    self.wait_for_thread(context);
                }
                Ok(closed)
            }
            Some(Waiting::Events(events)) if events.deadline > now => {
                events.rearm = None;
                events.token = context.new_token();
                let Events { actor, token, interest, .. } = *events;
                match self.sockets.watch(actor, &context.registry, token, interest) {
                    None | Some(Ok(())) => Ok(None),
                    Some(Err(error)) => Err(Stop::from_error("the selector", &error)),
                }
            }
            // That another thread was given no processor is no silence of the peer's: the time begins when it has acted.
            Some(Waiting::Events(events)) if self.sockets.aside.is_some() => {
                events.deadline = now + context.settings.await_deadline;
                self.background_close_result();
                Ok(None)
            }
            Some(Waiting::Events(events)) => {
                let (seen, what) = (events.seen, events.what);
                let drains = self.step().is_some_and(|step| step.operation == Operation::Drain);
                Ok(Some(match what {
                    What::Retry => Outcome::WouldBlock,
                    What::Settle if drains => Outcome::Drained,
                    What::Settle => Outcome::Full,
                    What::Condition(Condition::Quiet) => Outcome::Quiet,
                    What::Gather => {
                        // Whoever found no room must not come in later.
                        self.sockets.crowd.pop();
                        Outcome::NoEvent(seen)
                    }
                    What::Connect | What::Condition(_) => Outcome::NoEvent(seen),
                }))
            }
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
