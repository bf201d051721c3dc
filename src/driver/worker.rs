//! One worker: one poll, many trials in flight, each resumed by its event or its deadline.

use std::{
    io,
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};

use super::{
    Progress, Settings,
    child::protocol::{Journal, Line},
    queue::Queue,
    tally::Tally,
    trial::{
        Stop, Trial, Wake,
        context::{Context, MAX_SLOTS, slot_of},
    },
};
use crate::{catalogue::Case, outcome::Readiness};

/// Events taken from the selector at a time.
const EVENTS: usize = 1024;

/// Trials begun between two polls. Few, so that what is busy stays in the processor's caches; while trials only wait,
/// the next ones begin all the same, poll by poll.
const BATCH: usize = 8;

/// How long a worker may be deaf to a request to stop.
const LONGEST_POLL: Duration = Duration::from_millis(100);

pub(super) struct Worker<'a> {
    cases: &'a [Case<'a>],
    progress: &'a Progress,
    queue: &'a Queue,
    /// No other worker is left to hold what a trial could not get: what fails now is unsupported.
    alone: bool,
    poll: Poll,
    context: Context<'a>,
    slots: Vec<Slot<'a>>,
    free: Vec<usize>,
    /// Whether a case of the run moves a socket into a process.
    starts_processes: bool,
    /// Most trials in flight; shrinks when descriptors run out.
    limit: usize,
    tally: Tally,
}

struct Slot<'a> {
    trial: Option<Trial<'a>>,
    /// Flags that came for the present wait in the events at hand.
    flags: Readiness,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        cases: &'a [Case<'a>],
        settings: &'a Settings,
        progress: &'a Progress,
        queue: &'a Queue,
        alone: bool,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        Ok(Worker {
            context: Context::new(poll.registry().try_clone()?, settings, None),
            cases,
            progress,
            queue,
            alone,
            poll,
            slots: Vec::new(),
            free: Vec::new(),
            limit: settings.in_flight.clamp(1, MAX_SLOTS),
            tally: Tally::new(cases),
            starts_processes: cases.iter().any(starts_processes),
        })
    }

    /// Tells a journal of everything, as it happens.
    pub(super) fn with_journal(mut self, journal: &'a Journal) -> Self {
        self.context.journal = Some(journal);
        self
    }

    fn tell(&self, line: impl FnOnce() -> Line) {
        if let Some(journal) = self.context.journal {
            journal.line(&line());
        }
    }

    /// Runs trials until none is left, the run is stopped, or not even one can get what it needs.
    pub(super) fn run(mut self) -> io::Result<Tally> {
        let mut events = Events::with_capacity(EVENTS);
        let mut touched = Vec::new();
        loop {
            let more = self.fill();
            if (self.in_flight() == 0 && !more) || self.progress.is_stopped() {
                // A connection whose peer has vanished would be the kernel's for long after its process.
                for trial in self.slots.into_iter().filter_map(|slot| slot.trial) {
                    trial.dispose(&mut self.context);
                }
                return Ok(self.tally);
            }
            let asked = Instant::now();
            let timeout = match self.next_alarm() {
                _ if more => Duration::ZERO,
                Some(alarm) => alarm.saturating_duration_since(asked).min(LONGEST_POLL),
                None => LONGEST_POLL,
            };
            match self.poll.poll(&mut events, Some(timeout)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            }
            self.context.now = Instant::now();
            if events.is_empty() {
                self.tell(|| Line::Waiting);
            }
            let mut count = 0;
            for event in &events {
                count += 1;
                self.note(event.token(), Readiness::of(event), &mut touched);
            }
            for slot in touched.drain(..) {
                let flags = std::mem::take(&mut self.slots[slot].flags);
                self.resume(slot, Wake::Event(flags));
            }
            // A deadline has passed when a poll that began after it brought nothing; on a busy machine the event may
            // have been there in time, and only this thread was late. A full drain may have left events behind.
            if count < EVENTS {
                self.expire(asked);
            }
        }
    }

    fn in_flight(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Begins a batch of trials, and returns whether more could begin.
    fn fill(&mut self) -> bool {
        for _ in 0..BATCH {
            if self.in_flight() >= self.limit || self.progress.is_stopped() {
                return false;
            }
            let Some(case) = self.queue.take() else { return false };
            let slot = self.free.pop().unwrap_or_else(|| {
                self.slots.push(Slot { trial: None, flags: Readiness::default() });
                self.slots.len() - 1
            });
            self.slots[slot].trial = Some(Trial::new(self.cases[case], case));
            self.tell(|| Line::Begin(case));
            self.resume(slot, Wake::Start);
        }
        true
    }

    fn note(&mut self, token: Token, flags: Readiness, touched: &mut Vec<usize>) {
        let number = slot_of(token);
        let slot = &mut self.slots[number];
        if slot.trial.as_ref().is_some_and(|trial| trial.awaits(token)) {
            if slot.flags.is_empty() {
                touched.push(number);
            }
            slot.flags |= flags;
        }
    }

    fn next_alarm(&self) -> Option<Instant> {
        self.trials().filter_map(|(_, trial)| trial.alarm()).min()
    }

    fn expire(&mut self, asked: Instant) {
        let due: Vec<_> = self
            .trials()
            .filter(|(_, trial)| trial.alarm().is_some_and(|alarm| alarm <= asked))
            .map(|(slot, _)| slot)
            .collect();
        for slot in due {
            self.resume(slot, Wake::Alarm(asked));
        }
    }

    fn trials(&self) -> impl Iterator<Item = (usize, &Trial<'a>)> {
        self.slots.iter().enumerate().filter_map(|(number, slot)| Some((number, slot.trial.as_ref()?)))
    }

    fn resume(&mut self, number: usize, wake: Wake) {
        if self.starts_processes {
            self.context.begin_turn();
        }
        self.go_on(number, wake);
        self.context.end_turn();
    }

    fn go_on(&mut self, number: usize, wake: Wake) {
        let Some(trial) = &mut self.slots[number].trial else { return };
        self.context.slot = number;
        match trial.resume(wake, &mut self.context) {
            Ok(false) => return,
            Ok(true) => {
                self.tally.add(trial.case_number(), trial.observations());
                self.progress.count();
                self.tell(|| Line::End);
            }
            Err(stop) => self.abandon(number, stop),
        }
        if let Some(trial) = self.slots[number].trial.take() {
            trial.dispose(&mut self.context);
        }
        self.free.push(number);
    }

    /// A trial that lacked a descriptor or a port has observed nothing of the peer: it is begun again when fewer are
    /// in flight, and its observations so far are not counted.
    fn abandon(&mut self, number: usize, stop: Stop) {
        let Some(trial) = &self.slots[number].trial else { return };
        let case = trial.case_number();
        match stop {
            Stop::Exhausted(reason) => {
                let others = self.in_flight() - 1;
                let gave_up_listeners = self.context.listeners.clear();
                // Alone it may go on with what those held.
                self.limit = if self.alone { others.max(1) } else { others };
                if others == 0 && self.alone && !gave_up_listeners {
                    self.unsupported(case, reason);
                } else {
                    self.queue.give_back(case);
                }
            }
            Stop::Unsupported(reason) => self.unsupported(case, reason),
        }
    }

    fn unsupported(&mut self, case: usize, reason: String) {
        self.tell(|| Line::Unsupported(reason.clone()));
        self.tally.set_unsupported(case, reason);
        self.progress.count();
    }
}

fn starts_processes(case: &Case<'_>) -> bool {
    case.scenario.steps.iter().any(|step| step.operation.starts_process())
}
