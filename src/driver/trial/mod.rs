//! One trial: a state machine that takes a case's steps until one must wait, and goes on when it is resumed.
//!
//! Operations are methods of [`Sockets`] and return what is [`Next`]; only the trial waits. Each file uses only those
//! before it: `next`, `watched`, `held_port`, `listeners`, `context`, `sockets`, `watch`, then those with operations;
//! `waiting` is the part of the trial that waits.

mod acts;
mod background_close;
mod blocked_call;
mod connect;
pub(super) mod context;
mod datagrams;
mod held_port;
mod listeners;
mod next;
mod perform;
mod processes;
mod sockets;
mod waiting;
mod watch;
mod watched;

use std::{
    io,
    time::{Duration, Instant},
};

use mio::Token;

use {
    context::Context,
    listeners::Listening,
    next::{Next, Purpose, Thread},
    sockets::Sockets,
    watch::{Kept, Watch},
};

pub(super) use {
    held_port::{HeldPort, loopback},
    processes::helper,
    watch::Seen,
};

use super::{
    blame::{Abort, Doing},
    journal::Line,
    plan::Plan,
    watchdog::{Hang, hung},
};
use crate::{
    catalogue::{Actor, Case, Operation, Step, Transport},
    outcome::{Observation, Outcome},
    sys,
};

/// What resumes a trial.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wake {
    /// It begins.
    Start,
    /// Events came for its present wait.
    Event(Seen),
    /// Its alarm is due, and a poll that began at this time brought no event.
    Alarm(Instant),
}

/// Which of a trial's waits events are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// The present one.
    Now {
        /// Whether it is an `await`.
        wants_raw: bool,
    },
    /// One that is still to come.
    Later,
}

/// What the trial waits for.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    /// The run's pace, before a step.
    Pause(Instant),
    /// A close in another thread; when to look again.
    Close(Instant),
    /// The thread of an actor's call; when to look again, and when to end the wait.
    Thread { thread: Thread, actor: Actor, look: Instant, deadline: Instant },
    /// Events.
    Events(Watch),
}

/// A step is reported that goes on for so much longer than it may, which includes the time of SO_LINGER.
const OVERDUE: Duration = Duration::from_millis(1500);

/// How often to look whether a close in another thread has ended.
const CLOSE_LOOK: Duration = Duration::from_millis(5);

/// How often to look at the thread of a call, which does nothing else.
const LOOK_AT_CALL: Duration = Duration::from_millis(1);

pub(super) struct Trial<'a> {
    case: Case<'a>,
    /// The 0-based number of the case.
    pub(super) case_number: usize,
    sockets: Sockets,
    waiting: Option<Waiting>,
    /// Registrations that a later `await` goes on with.
    kept: Vec<Kept>,
    /// When the present step began, or the pause before it.
    began: Instant,
    /// When the present step itself began.
    taken: Instant,
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
            kept: Vec::new(),
            began: Instant::now(),
            taken: Instant::now(),
            observations: Vec::with_capacity(case.scenario.steps.len()),
        }
    }

    /// Whether events under this token are for the trial's present wait, or for one that is still to come, and then
    /// whether the selector's own words are of interest, too.
    pub(super) fn awaits(&self, token: Token) -> Option<Audience> {
        match self.waiting {
            Some(Waiting::Events(watch)) if watch.by.awaits(token) => {
                Some(Audience::Now { wants_raw: matches!(watch.purpose, Purpose::Condition(_)) })
            }
            _ => self.kept.iter().any(|kept| kept.token == token).then_some(Audience::Later),
        }
    }

    /// Keeps what events told under a token for the wait that is still to come.
    pub(super) fn keep(&mut self, token: Token, seen: Seen) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.token == token) {
            kept.seen.add(seen);
        }
    }

    /// When to resume this trial if no event does.
    pub(super) fn alarm(&self) -> Option<Instant> {
        Some(match self.waiting? {
            Waiting::Pause(until) | Waiting::Close(until) => until,
            Waiting::Thread { look, .. } => look,
            Waiting::Events(Watch { deadline, look, .. }) => look.map_or(deadline, |look| look.min(deadline)),
        })
    }

    /// What it waits for, and since when; `None` while it waits for nothing but the run's pace.
    pub(super) fn hang(&self, now: Instant) -> Option<Hang> {
        let awaited = match self.waiting? {
            Waiting::Pause(_) => return None,
            Waiting::Close(_) => "a close in another thread".to_owned(),
            Waiting::Thread { thread: Thread::Begins, .. } => "a call to block".to_owned(),
            Waiting::Thread { thread: Thread::Returns, .. } => "a call to return".to_owned(),
            Waiting::Events(watch) => match watch.purpose {
                Purpose::Read | Purpose::Drain => "something to read".to_owned(),
                Purpose::Write | Purpose::Fill => "room to write".to_owned(),
                Purpose::Connect => "the connection".to_owned(),
                Purpose::Gather => "room for a connection".to_owned(),
                Purpose::Proof => "a sign that the connection has ended".to_owned(),
                Purpose::Condition(awaited) => awaited.to_string(),
            },
        };
        let is_overdue = match self.waiting? {
            Waiting::Events(Watch { deadline, .. }) | Waiting::Thread { deadline, .. } => deadline + OVERDUE < now,
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
            Wake::Event(seen) => Some(self.on_event(seen, context)?),
            Wake::Alarm(now) => Some(self.on_alarm(now, context)?),
        };
        while let Some(present) = next {
            let Some(observation) = self.observation_or_wait(present, context)? else { return Ok(false) };
            context.tell(|| Line::Observed(observation));
            self.note_time(observation.outcome);
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
            self.taken = Instant::now();
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
            Next::Observed(Observation { outcome, signal, .. }) => (outcome, Some(signal)),
            Next::Wait(purpose, _) if self.waits_for(purpose) => return Ok(None),
            Next::Wait(purpose, actor) | Next::WaitAnew(purpose, actor) => match self.watch(purpose, actor, context)? {
                None => return Ok(None),
                Some(outcome) => (outcome, None),
            },
            Next::WaitForClose => {
                self.waiting = Some(Waiting::Close(context.now + CLOSE_LOOK));
                return Ok(None);
            }
            Next::WaitForThread(thread, actor) => {
                let deadline = match (self.waiting, thread) {
                    (Some(Waiting::Thread { deadline, .. }), _) => deadline,
                    (_, Thread::Begins) => context.now + Plan::patience(context.settings),
                    (_, Thread::Returns) => context.now + context.settings.await_deadline,
                };
                self.waiting = Some(Waiting::Thread { thread, actor, look: context.now + LOOK_AT_CALL, deadline });
                return Ok(None);
            }
            Next::Pause => {
                self.waiting = Some(Waiting::Pause(context.now + context.settings.pace));
                return Ok(None);
            }
            Next::KeepWaiting => return Ok(None),
        };
        let flags = self.note_end_of_wait();
        if let Some(error) = outcome.code().map(io::Error::from_raw_os_error) {
            let step = self.step().map(ToString::to_string).unwrap_or_default();
            let sends =
                |step: &Step| matches!(step.operation, Operation::Write(_) | Operation::Fill | Operation::SendTo(_));
            let is_datagram = self.case.axes.transport == Transport::UnixDgram && self.step().is_some_and(sends);
            let doing = if is_datagram { Doing::LocalDatagram } else { Doing::Step };
            Abort::or_outcome(&error, doing, &step)?;
        }
        let signal = sys::take_sigpipe();
        Ok(Some(Observation { outcome, signal: elsewhere.unwrap_or(signal), flags }))
    }

    fn waits_for(&self, purpose: Purpose) -> bool {
        matches!(self.waiting, Some(Waiting::Events(watch)) if watch.purpose == purpose)
    }

    /// Notes how long the step took that has just ended.
    fn note_time(&mut self, outcome: Outcome) {
        if let Some(Step { actor, operation }) = self.step()
            && *operation != Operation::Took
        {
            self.sockets.took[*actor as usize] = (outcome != Outcome::NotRun).then(|| self.taken.elapsed());
        }
    }
}
