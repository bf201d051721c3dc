//! What a run is to do and what it has done, owned by all its threads: one that hangs is left behind.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    pacing::Pacing,
    settings::{Progress, Run, Settings},
    tally::{CaseResult, Tally},
    turns::Turn,
    watchdog::Pulse,
};
use crate::{
    catalogue::{Axes, Case, Scenario},
    outcome::Observation,
};

#[derive(Debug)]
pub(super) struct Plan {
    scenarios: Vec<Scenario>,
    /// The index of the scenario of each case.
    cases: Vec<(usize, Axes)>,
    settings: Settings,
    pub(super) progress: Progress,
    pacing: Arc<Pacing>,
    tally: Mutex<Tally>,
    /// For each case, whether its other trials would only hang or crash, too.
    hopeless: Vec<AtomicBool>,
    /// When the run stops by itself.
    pub(super) end: Option<Instant>,
}

impl Plan {
    pub(super) fn new(
        cases: &[Case<'_>],
        settings: &Settings,
        progress: &Progress,
        pacing: Arc<Pacing>,
        end: Option<Instant>,
    ) -> Self {
        let mut scenarios: Vec<Scenario> = Vec::new();
        let mut last = None;
        let mut indexed = Vec::with_capacity(cases.len());
        for case in cases {
            if last.is_none_or(|last| !std::ptr::eq(last, case.scenario)) {
                scenarios.push(case.scenario.clone());
                last = Some(case.scenario);
            }
            indexed.push((scenarios.len() - 1, case.axes));
        }
        Plan {
            tally: Mutex::new(Tally::new(cases)),
            hopeless: cases.iter().map(|_| AtomicBool::new(false)).collect(),
            scenarios,
            cases: indexed,
            settings: settings.clone(),
            progress: progress.clone(),
            pacing,
            end,
        }
    }

    pub(super) fn cases(&self) -> Vec<Case<'_>> {
        self.cases.iter().map(|&(scenario, axes)| Case { scenario: &self.scenarios[scenario], axes }).collect()
    }

    /// These cases, which are the plan's own, with settings of the run.
    pub(super) fn run<'a>(&'a self, cases: &'a [Case<'a>], settings: &'a Settings) -> Run<'a> {
        Run { cases, settings, progress: &self.progress, pacing: &self.pacing, plan: self }
    }

    /// The settings of the run for slow scenarios, or for the others.
    pub(super) fn settings(&self, slow: bool) -> Settings {
        if slow { self.settings.slow() } else { self.settings.clone() }
    }

    /// Counts a trial that has ended: an observation for each step. Panics if there is no case of this number.
    pub(super) fn add(&self, case: usize, observations: &[Observation]) {
        self.tally().add(case, observations);
        self.progress.count();
    }

    /// Gives a case up, and counts one trial. Panics like [`add`](Plan::add).
    pub(super) fn give_up(&self, case: usize, result: CaseResult) {
        self.tally().give_up(case, result);
        self.progress.count();
    }

    /// Does the same, and has no other trial of the case begin.
    pub(super) fn give_up_for_good(&self, case: usize, reason: String) {
        self.hopeless[case].store(true, Ordering::Relaxed);
        self.give_up(case, CaseResult::NotRun(reason));
    }

    /// Whether trials of this case are not to begin any more; if so, counts one.
    pub(super) fn passes_over(&self, case: usize) -> bool {
        let passes = self.hopeless[case].load(Ordering::Relaxed);
        if passes {
            self.progress.count();
        }
        passes
    }

    /// Takes what was counted. A thread that was left behind may go on counting in vain.
    pub(super) fn take_tally(&self) -> Tally {
        std::mem::replace(&mut self.tally(), Tally::new(&self.cases()))
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a step may last: what gives no sign of life for longer hangs.
    pub(super) fn patience(settings: &Settings) -> Duration {
        settings.await_deadline.max(settings.connect_deadline).saturating_add(settings.patience)
    }
}

/// What one thread of a run is at.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) pulse: Pulse,
    pub(super) turn: Turn,
    /// The cases of the trials in flight; `None` once the thread was left behind.
    in_flight: Mutex<InFlight>,
    /// How many descriptors its trials were lent.
    pub(super) lent: AtomicUsize,
}

#[derive(Debug, Default)]
struct InFlight {
    cases: Vec<usize>,
    is_left_behind: bool,
}

impl Ledger {
    /// A trial of this case begins.
    pub(super) fn begin(&self, case: usize) {
        self.in_flight().cases.push(case);
    }

    /// A trial of this case ends. Returns `false` if the thread was left behind: then the trial is no longer its own.
    #[must_use]
    pub(super) fn end(&self, case: usize) -> bool {
        let mut in_flight = self.in_flight();
        if let Some(place) = in_flight.cases.iter().position(|other| *other == case) {
            in_flight.cases.swap_remove(place);
        }
        !in_flight.is_left_behind
    }

    /// Whether the thread was left behind.
    pub(super) fn is_left_behind(&self) -> bool {
        self.in_flight().is_left_behind
    }

    /// Leaves the thread behind, and returns the cases of its trials in flight, each as often as it has trials.
    pub(super) fn leave_behind(&self) -> Vec<usize> {
        self.turn.leave_behind();
        let mut in_flight = self.in_flight();
        in_flight.is_left_behind = true;
        std::mem::take(&mut in_flight.cases)
    }

    fn in_flight(&self) -> MutexGuard<'_, InFlight> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
