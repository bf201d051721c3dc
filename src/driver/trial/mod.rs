//! One trial: a state machine that takes a case's steps until one must wait, and goes on when it is resumed.
//!
//! Operations are methods of [`Sockets`] and return what is [`Next`]; only the trial waits. Each file uses only those
//! before it: `next`, `watched`, `held_port`, `listeners`, `context`, `sockets`, then those with operations.

mod background_close;
mod connect;
pub(super) mod context;
mod datagrams;
mod held_port;
mod listeners;
mod next;
mod perform;
mod processes;
mod sockets;
mod watched;

use std::{
    io,
    time::{Duration, Instant},
};

use mio::{Interest, Token};

use {
    context::Context,
    listeners::Listening,
    next::{Next, Purpose},
    sockets::{BOTH, Sockets},
};

pub(super) use {
    held_port::{HeldPort, loopback},
    processes::helper,
};

use super::{
    blame::{Abort, Doing},
    journal::Line,
    plan::Plan,
    watchdog::{Hang, hung},
};
use crate::{
    catalogue::{Actor, Case, Condition, Operation, Step, Transport},
    outcome::{Observation, Outcome, Readiness},
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

/// What the trial waits for.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    /// The run's pace, before a step.
    Pause(Instant),
    /// A close in another thread; when to look again.
    Close(Instant),
    /// Events.
    Events(Watch),
}

/// A socket that is being watched.
#[derive(Debug, Clone, Copy)]
struct Watch {
    purpose: Purpose,
    actor: Actor,
    interest: Interest,
    token: Token,
    seen: Readiness,
    /// Whether the end itself has shut down writing, which alone may be why it is `write_closed`.
    shut_writing: bool,
    deadline: Instant,
    rearm: Option<Instant>,
}

/// Upper bound on the time after which a full buffer stays full and an empty one empty, a quarter of the deadline: no
/// timer of a scenario may run out meanwhile.
const SETTLED: Duration = Duration::from_millis(500);

/// A step is reported that goes on for so much longer than it may, which includes the time of SO_LINGER.
const OVERDUE: Duration = Duration::from_millis(1500);

/// How often to look whether a close in another thread has ended.
const LOOK: Duration = Duration::from_millis(5);

pub(super) struct Trial<'a> {
    case: Case<'a>,
    /// The 0-based number of the case.
    pub(super) case_number: usize,
    sockets: Sockets,
    waiting: Option<Waiting>,
    /// When the present step began.
    began: Instant,
    /// One for each step that has ended.
    pub(super) observations: Vec<Observation>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(case: Case<'a>, case_number: usize) -> Self {
        Trial {
            case,
            case_number,
            sockets: Sockets::new(case.axes),
            waiting: None,
            began: Instant::now(),
            observations: Vec::with_capacity(case.scenario.steps.len()),
        }
    }

    /// Whether this token belongs to the trial's present wait.
    pub(super) fn awaits(&self, token: Token) -> bool {
        matches!(self.waiting, Some(Waiting::Events(watch)) if watch.token == token)
    }

    /// When to resume this trial if no event does.
    pub(super) fn alarm(&self) -> Option<Instant> {
        Some(match self.waiting? {
            Waiting::Pause(until) | Waiting::Close(until) => until,
            Waiting::Events(Watch { deadline, rearm, .. }) => rearm.map_or(deadline, |rearm| rearm.min(deadline)),
        })
    }

    /// What it waits for, and since when; `None` while it waits for nothing but the run's pace.
    pub(super) fn hang(&self, now: Instant) -> Option<Hang> {
        let awaited = match self.waiting? {
            Waiting::Pause(_) => return None,
            Waiting::Close(_) => "a close in another thread".to_owned(),
            Waiting::Events(watch) => match watch.purpose {
                Purpose::Read | Purpose::Drain => "something to read".to_owned(),
                Purpose::Write | Purpose::Fill => "room to write".to_owned(),
                Purpose::Connect => "the connection".to_owned(),
                Purpose::Gather => "room for a connection".to_owned(),
                Purpose::Proof => "a sign that the connection has ended".to_owned(),
                Purpose::Condition(condition) => condition.to_string(),
            },
        };
        let is_overdue = match self.waiting? {
            Waiting::Events(watch) => watch.deadline + OVERDUE < now,
            Waiting::Close(_) | Waiting::Pause(_) => self.began + OVERDUE < now,
        };
        let hang = Hang::new(&self.case, self.observations.len() + 1, awaited, now - self.began);
        Some(Hang { is_overdue, ..hang })
    }

    /// Closes what is open; a listener that is as good as new is kept for another trial.
    pub(super) fn dispose(self, context: &mut Context<'_>) {
        self.sockets.dispose(&mut context.spare_listeners);
    }

    /// Goes on until the trial ends (`true`) or has to wait (`false`).
    pub(super) fn resume(&mut self, wake: Wake, context: &mut Context<'_>) -> Result<bool, Abort> {
        context.ledger.pulse.enter(self.case_number, self.observations.len() + 1);
        let mut next = match wake {
            Wake::Start => {
                if let Some(reason) = sys::unsupported_reason(self.case.axes) {
                    return Err(Abort::Unsupported(reason.to_owned()));
                }
                self.sockets.listening = Listening::start(self.case, &mut context.spare_listeners)?;
                self.next_step(context)?
            }
            Wake::Event(flags) => Some(self.on_event(flags, context)?),
            Wake::Alarm(now) => Some(self.on_alarm(now, context)?),
        };
        while let Some(present) = next {
            let Some(observation) = self.observation_or_wait(present, context)? else { return Ok(false) };
            context.tell(|| Line::Observed(observation));
            self.observations.push(observation);
            next = self.next_step(context)?;
        }
        Ok(true)
    }

    /// The step that has not ended yet.
    fn step(&self) -> Option<&'a Step> {
        self.case.scenario.steps.get(self.observations.len())
    }

    /// Begins the next step, or the pause before it; `None` if all have ended.
    fn next_step(&mut self, context: &mut Context<'_>) -> Result<Option<Next>, Abort> {
        let Some(&step) = self.step() else { return Ok(None) };
        context.ledger.pulse.enter(self.case_number, self.observations.len() + 1);
        self.began = context.now;
        if context.settings.pace.is_zero() {
            self.sockets.perform(step, context).map(Some)
        } else {
            Ok(Some(Next::Pause))
        }
    }

    /// Goes on waiting for the thread that closes, unless it has taken too long; then it is left behind.
    fn unless_hung(&mut self, now: Instant, next: Next, context: &Context<'_>) -> Result<Next, Abort> {
        let since = now.saturating_duration_since(self.began);
        if since <= Plan::patience(context.settings) {
            return Ok(next);
        }
        self.sockets.background_close = None;
        Err(Abort::NotRun(hung(&self.case, self.observations.len() + 1, since)))
    }

    /// Takes the present step, perhaps once more.
    fn perform(&mut self, context: &mut Context<'_>) -> Result<Next, Abort> {
        self.step().map_or(Ok(Next::KeepWaiting), |&step| self.sockets.perform(step, context))
    }

    /// The observation of a step that has ended; otherwise waits for what `next` says, and returns `None`.
    fn observation_or_wait(&mut self, next: Next, context: &mut Context<'_>) -> Result<Option<Observation>, Abort> {
        let (outcome, elsewhere) = match next {
            Next::Done(outcome) => (outcome, None),
            Next::Observed(Observation { outcome, signal }) => (outcome, Some(signal)),
            Next::Wait(purpose, _) if self.waits_for(purpose) => return Ok(None),
            Next::Wait(purpose, actor) | Next::WaitAnew(purpose, actor) => match self.watch(purpose, actor, context)? {
                None => return Ok(None),
                Some(outcome) => (outcome, None),
            },
            Next::WaitForClose => {
                self.waiting = Some(Waiting::Close(context.now + LOOK));
                return Ok(None);
            }
            Next::Pause => {
                self.waiting = Some(Waiting::Pause(context.now + context.settings.pace));
                return Ok(None);
            }
            Next::KeepWaiting => return Ok(None),
        };
        self.note_end_of_wait();
        if let Some(error) = outcome.code().map(io::Error::from_raw_os_error) {
            let step = self.step().map(ToString::to_string).unwrap_or_default();
            let sends =
                |step: &Step| matches!(step.operation, Operation::Write(_) | Operation::Fill | Operation::SendTo(_));
            let is_datagram = self.case.axes.transport == Transport::UnixDgram && self.step().is_some_and(sends);
            let doing = if is_datagram { Doing::LocalDatagram } else { Doing::Step };
            Abort::or_outcome(&error, doing, &step)?;
        }
        let signal = sys::take_sigpipe();
        Ok(Some(Observation { outcome, signal: elsewhere.unwrap_or(signal) }))
    }

    fn waits_for(&self, purpose: Purpose) -> bool {
        matches!(self.waiting, Some(Waiting::Events(watch)) if watch.purpose == purpose)
    }

    /// Ends a wait. If the end is not `write_closed`, its own shutdown of writing does not show, and the flag will tell
    /// something else.
    fn note_end_of_wait(&mut self) {
        if let Some(Waiting::Events(Watch { purpose: Purpose::Condition(_), actor, seen, .. })) = self.waiting.take()
            && let Some(end) = self.sockets.end(actor)
        {
            end.shut_writing &= seen.has_any(Readiness::WRITE_CLOSED);
        }
    }

    /// Registers the actor's socket and waits for its events; or returns the outcome of a step that cannot wait.
    fn watch(&mut self, purpose: Purpose, actor: Actor, context: &mut Context<'_>) -> Result<Option<Outcome>, Abort> {
        let token = context.new_token();
        let settings = context.settings;
        let settled = || (settings.await_deadline / 4).min(SETTLED);
        let (interest, timeout) = match purpose {
            Purpose::Connect => (Interest::WRITABLE, settings.connect_deadline),
            Purpose::Fill => (Interest::WRITABLE, settled()),
            Purpose::Drain => (Interest::READABLE, settled()),
            Purpose::Proof => (BOTH, settled()),
            // A crowd that finds no room is what its scenario is about: that is no connect that takes long.
            Purpose::Gather | Purpose::Write => (Interest::WRITABLE, settings.await_deadline),
            Purpose::Read => (Interest::READABLE, settings.await_deadline),
            Purpose::Condition(_) if actor == Actor::Listener => (Interest::READABLE, settings.await_deadline),
            Purpose::Condition(Condition::Connected) => (BOTH, settings.connect_deadline),
            Purpose::Condition(_) => (BOTH, settings.await_deadline),
        };
        match self.sockets.watch(actor, token, interest, context) {
            Ok(true) => {}
            Ok(false) => return Ok(Some(Outcome::NotRun)),
            // What a program gets that registers such a socket.
            Err(error) if matches!(purpose, Purpose::Condition(_)) => return Ok(Some(Outcome::from_error(&error))),
            Err(error) => return Err(Abort::because(Doing::Setup("the selector"))(error)),
        }
        let shut_writing = self.sockets.end(actor).is_some_and(|end| end.shut_writing);
        self.waiting = Some(Waiting::Events(Watch {
            purpose,
            actor,
            interest,
            token,
            seen: Readiness::default(),
            shut_writing,
            deadline: context.now + timeout,
            rearm: None,
        }));
        Ok(None)
    }

    fn on_event(&mut self, flags: Readiness, context: &mut Context<'_>) -> Result<Next, Abort> {
        let Some(Waiting::Events(watch)) = &mut self.waiting else { return Ok(Next::KeepWaiting) };
        watch.seen |= flags;
        watch.rearm = sys::REARM.map(|pause| context.now + pause);
        let (purpose, seen, shut_writing) = (watch.purpose, watch.seen, watch.shut_writing);
        Ok(match purpose {
            Purpose::Read | Purpose::Write | Purpose::Fill | Purpose::Drain => self.perform(context)?,
            Purpose::Gather => self.sockets.gathered(seen, context)?,
            Purpose::Connect if seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) => {
                Next::Done(Outcome::InProgress)
            }
            Purpose::Connect if seen.has_any(Readiness::WRITABLE) => Next::Done(Outcome::Done),
            Purpose::Condition(condition) if is_met(condition, seen, shut_writing) => Next::Done(Outcome::Ready(seen)),
            Purpose::Proof if seen.has_any(Readiness::ERROR | CLOSED) => {
                return Err(Abort::NotRun(format!(
                    "the connection ended when its socket moved into a process: {seen}"
                )));
            }
            Purpose::Connect | Purpose::Proof | Purpose::Condition(_) => Next::KeepWaiting,
        })
    }

    fn on_alarm(&mut self, now: Instant, context: &mut Context<'_>) -> Result<Next, Abort> {
        Ok(match &mut self.waiting {
            None => Next::KeepWaiting,
            Some(Waiting::Pause(_)) => {
                self.waiting = None;
                self.perform(context)?
            }
            Some(Waiting::Close(_)) => match self.sockets.background_close_result() {
                Some(closed) => Next::Done(closed),
                None => self.unless_hung(now, Next::WaitForClose, context)?,
            },
            Some(Waiting::Events(watch)) if watch.deadline > now => {
                watch.rearm = None;
                watch.token = context.new_token();
                let watched = self.sockets.watch(watch.actor, watch.token, watch.interest, context);
                watched.map_err(Abort::because(Doing::Setup("the selector")))?;
                Next::KeepWaiting
            }
            // While another thread has not acted, for want of a processor, the peer has not been silent: the time to
            // wait begins when it has.
            Some(Waiting::Events(watch)) if self.sockets.background_close.is_some() => {
                watch.deadline = now + context.settings.await_deadline;
                self.sockets.background_close_result();
                self.unless_hung(now, Next::KeepWaiting, context)?
            }
            Some(Waiting::Events(Watch { purpose: Purpose::Proof, .. })) => {
                self.sockets.holds = true;
                self.waiting = None;
                self.perform(context)?
            }
            Some(Waiting::Events(watch)) => Next::Done(match watch.purpose {
                Purpose::Read | Purpose::Write => Outcome::WouldBlock,
                Purpose::Fill => Outcome::Full,
                Purpose::Drain => Outcome::Drained,
                Purpose::Condition(Condition::Quiet) => Outcome::Quiet,
                Purpose::Gather => {
                    // A client that found no room must not come in later.
                    self.sockets.crowd.pop();
                    Outcome::NoEvent(watch.seen)
                }
                Purpose::Connect | Purpose::Proof | Purpose::Condition(_) => Outcome::NoEvent(watch.seen),
            }),
        })
    }
}

const CLOSED: Readiness = Readiness::READ_CLOSED.union(Readiness::WRITE_CLOSED);

/// Whether these flags are what the condition awaits; `shut_writing` says that the end's own shutdown of writing may be
/// why it is `write_closed`. kqueue reports that at once, and it is no sign of a reset. After a shutdown of both halves
/// it counts, on every system: nothing else is left to wait for.
fn is_met(condition: Condition, seen: Readiness, shut_writing: bool) -> bool {
    seen.has_any(match condition {
        Condition::Fin => Readiness::READ_CLOSED,
        Condition::Reset if shut_writing => Readiness::ERROR,
        Condition::Reset => Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Readable => Readiness::READABLE,
        Condition::Writable => Readiness::WRITABLE,
        Condition::Connected => Readiness::WRITABLE | Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Event => Readiness::READABLE | Readiness::WRITABLE | Readiness::ERROR | CLOSED,
        Condition::Quiet => Readiness::READABLE | Readiness::ERROR | CLOSED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_its_own_shutdown_of_writing_only_an_error_tells_an_end_of_a_reset() {
        let closed = Readiness::WRITABLE | Readiness::WRITE_CLOSED;
        assert!(is_met(Condition::Reset, closed, false));
        assert!(!is_met(Condition::Reset, closed | Readiness::READ_CLOSED, true));
        assert!(is_met(Condition::Reset, closed | Readiness::ERROR, true));
        // Other conditions do not ask for it.
        assert!(is_met(Condition::Event, closed, true));
        assert!(is_met(Condition::Connected, closed, true));
    }
}
