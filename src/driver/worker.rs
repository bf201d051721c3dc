//! One worker: one poll, many trials in flight, each resumed by its event or its deadline.

use std::{
    io,
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};
use slab::Slab;

use super::{
    descriptors::Descriptors,
    journal::Line,
    schedule::Queue,
    settings::Run,
    tally::{CaseResult, Tally},
    trial::{
        Abort, Trial, Wake,
        context::{Context, MAX_SLOTS, slot_of},
    },
};
use crate::outcome::Readiness;

/// Events taken from the selector at a time.
const EVENTS: usize = 1024;

/// Trials begun between two polls: few, so that those that are busy stay in the processor's caches. Where trials only
/// wait, the next poll returns at once, and more begin.
const STARTS_PER_POLL: usize = 8;

/// How often to look whether there are enough descriptors for the next trial.
const LOOK: Duration = Duration::from_millis(1);

/// Upper bound on stop latency.
const LONGEST_POLL: Duration = Duration::from_millis(100);

pub(super) struct Worker<'a> {
    run: Run<'a>,
    queue: &'a Queue,
    /// What trials may take, where there are few.
    descriptors: Option<&'a Descriptors>,
    /// No other worker holds descriptors: the case of a trial that cannot get one even by itself is not run.
    last_resort: bool,
    poll: Poll,
    context: Context<'a>,
    /// The trials in flight.
    slots: Slab<Slot<'a>>,
    /// The case of the trial that is next, and for which there are too few descriptors as yet.
    held_back: Option<usize>,
    /// Whether a case of the run starts processes.
    starts_processes: bool,
    /// Most trials in flight; it shrinks when descriptors run out.
    limit: usize,
    tally: Tally,
}

struct Slot<'a> {
    trial: Trial<'a>,
    /// How many descriptors it was lent.
    lent: usize,
    /// Flags of the present events that came for its wait.
    flags: Readiness,
}

impl<'a> Worker<'a> {
    /// `descriptors` are given where there are few.
    pub(super) fn new(
        run: Run<'a>,
        queue: &'a Queue,
        descriptors: Option<&'a Descriptors>,
        last_resort: bool,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut steps = run.cases.iter().flat_map(|case| &case.scenario.steps);
        Ok(Worker {
            context: Context::new(poll.registry().try_clone()?, run.settings),
            run,
            queue,
            descriptors,
            last_resort,
            poll,
            slots: Slab::new(),
            held_back: None,
            limit: run.settings.in_flight.clamp(1, MAX_SLOTS),
            tally: Tally::new(run.cases),
            starts_processes: steps.any(|step| step.operation.starts_process()),
        })
    }

    /// Writes everything that happens to this process's journal.
    pub(super) fn with_journal(mut self) -> Self {
        self.context.has_journal = true;
        self
    }

    /// Runs trials until none is left, the run is stopped, or not even one can get what it needs.
    ///
    /// # Errors
    ///
    /// The selector cannot be polled; what was counted is lost.
    pub(super) fn run(mut self) -> io::Result<Tally> {
        let mut events = Events::with_capacity(EVENTS);
        let mut touched = Vec::new();
        loop {
            let more = self.fill();
            if (self.slots.is_empty() && !more && self.held_back.is_none()) || self.run.progress.is_stopped() {
                // Otherwise the kernel keeps a connection whose peer has vanished long after this process has ended.
                for slot in self.slots.drain() {
                    slot.trial.dispose(&mut self.context);
                }
                return Ok(self.tally);
            }
            let began = Instant::now();
            // What another worker's trials give back brings no event here.
            let longest = if self.held_back.is_some() { LOOK } else { LONGEST_POLL };
            let timeout = match self.next_alarm() {
                _ if more => Duration::ZERO,
                Some(alarm) => alarm.saturating_duration_since(began).min(longest),
                None => longest,
            };
            match self.poll.poll(&mut events, Some(timeout)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            }
            self.context.now = Instant::now();
            if events.is_empty() {
                self.context.tell(|| Line::Waiting);
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
            // A deadline has passed when a poll that began after it brought no event: on a busy machine the event may
            // be in time, and only this thread late. If `events` is full, more may be pending.
            if count < EVENTS {
                self.expire(began);
            }
        }
    }

    /// Begins a few trials, and returns whether more could begin.
    fn fill(&mut self) -> bool {
        for _ in 0..STARTS_PER_POLL {
            if self.slots.len() >= self.limit || self.run.progress.is_stopped() {
                return false;
            }
            let Some(case) = self.held_back.take().or_else(|| self.queue.take()) else { return false };
            let Some(lent) = self.descriptors.map_or(Some(0), |descriptors| descriptors.lend(case)) else {
                self.held_back = Some(case);
                return false;
            };
            let trial = Trial::new(self.run.cases[case], case);
            let slot = self.slots.insert(Slot { trial, lent, flags: Readiness::default() });
            self.context.tell(|| Line::Begin(case));
            self.resume(slot, Wake::Start);
        }
        true
    }

    /// Adds an event's flags to the trial that waits for it; `touched` gets the slots that have any.
    fn note(&mut self, token: Token, flags: Readiness, touched: &mut Vec<usize>) {
        let number = slot_of(token);
        if let Some(slot) = self.slots.get_mut(number)
            && slot.trial.awaits(token)
        {
            if slot.flags.is_empty() {
                touched.push(number);
            }
            slot.flags |= flags;
        }
    }

    fn next_alarm(&self) -> Option<Instant> {
        self.slots.iter().filter_map(|(_, slot)| slot.trial.alarm()).min()
    }

    fn expire(&mut self, began: Instant) {
        let is_due = |slot: &Slot<'_>| slot.trial.alarm().is_some_and(|alarm| alarm <= began);
        let due: Vec<_> = self.slots.iter().filter(|(_, slot)| is_due(slot)).map(|(number, _)| number).collect();
        for number in due {
            self.resume(number, Wake::Alarm(began));
        }
    }

    fn resume(&mut self, number: usize, wake: Wake) {
        if self.starts_processes {
            self.context.begin_turn();
        }
        self.context.slot = number;
        let Slot { trial, lent, .. } = &mut self.slots[number];
        let lent = *lent;
        let result = trial.resume(wake, &mut self.context);
        let case = trial.case_number;
        if let Ok(true) = result {
            self.tally.add(case, &trial.observations);
            self.run.progress.count();
            self.context.tell(|| Line::Ended);
        }
        let ended = !matches!(result, Ok(false));
        if let Err(reason) = result {
            self.abandon(case, lent, reason);
        }
        if ended {
            self.slots.remove(number).trial.dispose(&mut self.context);
            if let Some(descriptors) = self.descriptors {
                self.context.spare_listeners.clear();
                descriptors.take_back(lent);
            }
        }
        self.context.end_turn();
    }

    /// A trial that could not get a descriptor or a port tells nothing about the peer: it begins anew when fewer are in
    /// flight, and its observations so far are not counted.
    fn abandon(&mut self, case: usize, lent: usize, reason: Abort) {
        let result = match reason {
            Abort::Exhausted(reason) => {
                if let Some(descriptors) = self.descriptors {
                    if descriptors.lend_more(case, lent) {
                        return self.queue.give_back(case);
                    }
                    // It had all that there are.
                    return self.give_up(case, CaseResult::NotRun(reason));
                }
                let others = self.slots.len() - 1;
                let gave_up_listeners = self.context.spare_listeners.clear();
                // The last trial may go on with the descriptors of the listeners.
                self.limit = if self.last_resort { others.max(1) } else { others };
                if others > 0 || !self.last_resort || gave_up_listeners {
                    return self.queue.give_back(case);
                }
                CaseResult::NotRun(reason)
            }
            Abort::Unsupported(reason) => CaseResult::Unsupported(reason),
            Abort::NotRun(reason) => CaseResult::NotRun(reason),
        };
        self.give_up(case, result);
    }

    fn give_up(&mut self, case: usize, result: CaseResult) {
        self.context.tell(|| Line::GivenUp(result.clone()));
        self.tally.give_up(case, result);
        self.run.progress.count();
    }
}
