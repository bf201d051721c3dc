//! One worker: one poll, many trials in flight, each resumed by its event or its deadline.

use std::{
    io,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use mio::{Events, Poll, event::Event};
use slab::Slab;

use super::{
    blame::Abort,
    descriptors::Descriptors,
    journal::{Journal, Line},
    plan::Ledger,
    schedule::{Queue, starts_process},
    settings::Run,
    tally::CaseResult,
    trial::{
        Audience, Seen, Trial, Wake,
        context::{Context, MAX_SLOTS, slot_of},
    },
};
use crate::{
    outcome::{RawFlags, Readiness},
    sys,
};

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
    ledger: &'a Ledger,
    /// What trials may take, where there are few.
    descriptors: Option<&'a Descriptors>,
    /// Nobody else in this run holds descriptors or ports: the case of a trial that cannot get them even by itself is
    /// not run.
    last_resort: bool,
    poll: Poll,
    /// [`sys::SPLIT_EVENTS`].
    split_events: bool,
    context: Context<'a>,
    /// The trials in flight.
    slots: Slab<Slot<'a>>,
    /// Whether there are too few descriptors as yet for the trial that is next.
    is_short: bool,
    /// Whether a case of the run starts processes.
    starts_processes: bool,
    /// Most trials in flight; it shrinks when descriptors run out.
    limit: usize,
    /// How many of them wait for long.
    long: usize,
}

struct Slot<'a> {
    trial: Trial<'a>,
    is_long: bool,
    /// How many descriptors it was lent.
    lent: usize,
    /// What the present events told that came for its wait.
    seen: Seen,
}

impl<'a> Worker<'a> {
    /// `descriptors` are given where there are few.
    pub(super) fn new(
        run: Run<'a>,
        queue: &'a Queue,
        ledger: &'a Ledger,
        descriptors: Option<&'a Descriptors>,
        last_resort: bool,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        Ok(Worker {
            context: Context::new(poll.registry().try_clone()?, run, ledger),
            run,
            queue,
            ledger,
            descriptors,
            last_resort,
            poll,
            split_events: sys::SPLIT_EVENTS,
            slots: Slab::new(),
            is_short: false,
            limit: run.settings.in_flight.clamp(1, MAX_SLOTS),
            long: 0,
            starts_processes: run.cases.iter().any(starts_process),
        })
    }

    /// Writes everything that happens to this process's journal.
    pub(super) fn with_journal(mut self, journal: Journal<'a>) -> Self {
        self.context.journal = Some(journal);
        self
    }

    /// Runs trials until none is left, the run is stopped, not even one can get what it needs, or this worker was left
    /// behind.
    ///
    /// # Errors
    ///
    /// The selector cannot be polled.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        let mut touched = Vec::new();
        loop {
            let more = self.fill();
            if self.ledger.is_left_behind() {
                return Ok(());
            }
            if (self.slots.is_empty() && !more && !self.is_short && !self.may_begin_later())
                || self.run.progress.is_stopped()
            {
                let hangs = self.slots.iter().filter_map(|(_, slot)| slot.trial.hang(Instant::now()));
                hangs.for_each(|hang| self.run.progress.report(hang));
                // Otherwise the kernel keeps a connection whose peer has vanished long after this process has ended.
                for slot in self.slots.drain() {
                    slot.trial.dispose(&mut self.context);
                }
                return Ok(());
            }
            let began = Instant::now();
            // What another worker's trials give back brings no event here.
            let longest = if self.is_short { LOOK } else { LONGEST_POLL };
            let timeout = match self.next_alarm().into_iter().chain(self.run.pacing.next(began)).min() {
                _ if more => Duration::ZERO,
                Some(alarm) => alarm.saturating_duration_since(began).min(longest),
                None => longest,
            };
            let may_have_more = match self.collect(&mut events, timeout, &mut touched) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            self.context.now = Instant::now();
            if touched.is_empty() {
                self.context.tell(|| Line::Waiting);
            }
            for slot in touched.drain(..) {
                let seen = std::mem::take(&mut self.slots[slot].seen);
                self.resume(slot, Wake::Event(seen));
            }
            // A deadline has passed when a poll that began after it brought no event: on a busy machine the event may
            // be in time, and only this thread late.
            if !may_have_more {
                self.expire(began);
            }
        }
    }

    /// Polls, and adds the flags of each event to the trial that waits for it; `touched` gets the slots that have any.
    /// Returns whether more events may be pending, as `events` is full.
    ///
    /// Where the selector makes two events of what is one to a trial, such as an end of both halves, the second may
    /// come just after the first was taken. Another poll finds it.
    fn collect(&mut self, events: &mut Events, timeout: Duration, touched: &mut Vec<usize>) -> io::Result<bool> {
        self.poll.poll(events, Some(timeout))?;
        let is_full = self.note_all(events, touched);
        if !self.split_events || touched.is_empty() {
            return Ok(is_full);
        }
        match self.poll.poll(events, Some(Duration::ZERO)) {
            // What it would have taken is still pending.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
            Ok(()) => Ok(self.note_all(events, touched)),
        }
    }

    /// Returns whether `events` is full.
    fn note_all(&mut self, events: &Events, touched: &mut Vec<usize>) -> bool {
        let mut count = 0;
        for event in events {
            count += 1;
            self.note(event, touched);
        }
        count == events.capacity()
    }

    /// Whether a trial is held back that this worker can begin when its time has come.
    fn may_begin_later(&self) -> bool {
        self.limit > 0 && self.run.pacing.next(Instant::now()).is_some()
    }

    /// Begins a few trials, and returns whether more could begin.
    fn fill(&mut self) -> bool {
        self.is_short = false;
        for _ in 0..STARTS_PER_POLL {
            if self.slots.len() >= self.limit || self.run.progress.is_stopped() || self.ledger.is_left_behind() {
                return false;
            }
            // Otherwise they would take all slots, and no other case would be complete before them.
            let may_be_long = self.long < self.limit * 3 / 4;
            let Some(case) = self.run.pacing.take(|| self.queue.take(may_be_long), Instant::now()) else {
                return false;
            };
            if self.run.plan.passes_over(case) {
                continue;
            }
            let Some(lent) = self.descriptors.map_or(Some(0), |descriptors| descriptors.lend(case)) else {
                self.is_short = true;
                self.run.pacing.give_back(&[case]);
                self.queue.give_back(case);
                return false;
            };
            self.ledger.begin(case);
            self.ledger.lent.fetch_add(lent, Ordering::Relaxed);
            let trial = Trial::new(self.run.cases[case], case);
            let is_long = self.queue.is_long(case);
            self.long += usize::from(is_long);
            let slot = self.slots.insert(Slot { trial, is_long, lent, seen: Seen::default() });
            self.context.tell(|| Line::Begin(case));
            self.resume(slot, Wake::Start);
        }
        true
    }

    /// Adds what an event tells to the trial that waits for it; `touched` gets the slots that have any.
    fn note(&mut self, event: &Event, touched: &mut Vec<usize>) {
        let token = event.token();
        let number = slot_of(token);
        let Some(slot) = self.slots.get_mut(number) else { return };
        let Some(audience) = slot.trial.awaits(token) else { return };
        let wants_raw = audience != Audience::Now { wants_raw: false };
        let raw = if wants_raw { RawFlags::of(event) } else { RawFlags::default() };
        let seen = Seen { flags: Readiness::of(event), raw };
        match audience {
            Audience::Now { .. } => {
                if slot.seen == Seen::default() && seen != Seen::default() {
                    touched.push(number);
                }
                slot.seen.add(seen);
            }
            Audience::Later => slot.trial.keep(token, seen),
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
        let may_go_on = !self.starts_processes || self.context.begin_turn();
        self.context.slot = number;
        let Slot { trial, lent, .. } = &mut self.slots[number];
        let lent = *lent;
        let result = match may_go_on {
            true => trial.resume(wake, &mut self.context),
            false => Err(Abort::NotRun(
                "a process that is being started hangs, and may hold copies of this trial's sockets".to_owned(),
            )),
        };
        let case = trial.case_number;
        let ended = !matches!(result, Ok(false));
        // The trial was given up, or has begun anew elsewhere; or the run is stopped, and the processes of its trials are
        // killed, which is not to be observed.
        if ended && (!self.ledger.end(case) || self.run.progress.is_stopped()) {
            self.remove(number);
            self.ledger.pulse.leave();
            self.context.end_turn();
            return;
        }
        if let Ok(true) = result {
            self.run.plan.add(case, &trial.observations);
            self.context.tell(|| Line::Ended);
        }
        if let Err(reason) = result {
            self.abandon(case, lent, reason);
        }
        if ended {
            self.remove(number);
        }
        self.ledger.pulse.leave();
        self.context.end_turn();
    }

    /// Takes a trial out of flight, and gives back what it has.
    fn remove(&mut self, number: usize) {
        let Slot { trial, is_long, lent, .. } = self.slots.remove(number);
        self.long -= usize::from(is_long);
        trial.dispose(&mut self.context);
        if let Some(descriptors) = self.descriptors {
            self.context.spare_listeners.clear();
            self.ledger.lent.fetch_sub(lent, Ordering::Relaxed);
            // Those of a thread that was left behind are written off.
            if !self.ledger.is_left_behind() {
                descriptors.take_back(lent);
            }
        }
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
                if self.context.journal.is_some() && others == 0 && !gave_up_listeners && !self.last_resort {
                    // The parent tries it again when nobody else does.
                    return self.context.tell(|| Line::Exhausted);
                }
                // The last trial may go on with the descriptors of the listeners.
                self.limit = if self.last_resort || self.context.journal.is_some() { others.max(1) } else { others };
                if others > 0 || gave_up_listeners || !self.last_resort {
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
        self.run.plan.give_up(case, result);
    }
}

#[cfg(all(test, unix))]
mod tests;
