//! In which order the trials of a run begin, and which of them share a process.

use std::{
    iter::repeat_n,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::settings::Run;
use crate::catalogue::{Case, Operation, Setting, Sigpipe};

/// Trials in batches, one process at a time for each; all trials of a batch set SIGPIPE to the same.
pub(super) struct Schedule {
    pub(super) batches: Vec<Vec<usize>>,
    /// How many batches run at a time.
    pub(super) at_once: usize,
}

/// Batches for each value of `sigpipe`, unless there are more jobs. A process has one trial in flight, which mostly
/// waits; where the awaited event never comes, for all of a deadline.
const CHILDREN: usize = 16;

/// Batches where SIGPIPE is ignored, as in most cases. They come here only where there are few descriptors, and not all
/// run at a time: small ones end together.
const IGNORING: usize = 64;

impl Schedule {
    /// A few batches for each value of `sigpipe`, all at once. The trials are given by the 0-based numbers of their
    /// cases.
    pub(super) fn by_sigpipe(Run { cases, settings, .. }: Run<'_>, numbers: &[usize]) -> Self {
        let batches = Sigpipe::ALL.iter().flat_map(|&sigpipe| {
            let numbers: Vec<_> = numbers.iter().copied().filter(|&n| cases[n].axes.sigpipe == sigpipe).collect();
            // The trials of a case one after another, so that no process gets more than its share of those that wait.
            let trials: Vec<_> = numbers.iter().flat_map(|&n| repeat_n(n, settings.repeat as usize)).collect();
            let children = if sigpipe == Sigpipe::Ignore { IGNORING } else { CHILDREN };
            let children = settings.jobs.max(children).min(trials.len());
            (0..children).map(move |child| trials.iter().copied().skip(child).step_by(children).collect())
        });
        Schedule { batches: batches.collect(), at_once: usize::MAX }
    }

    /// A batch for each trial, since slow trials only wait: ten take as long as one.
    pub(super) fn one_by_one(Run { settings, .. }: Run<'_>, numbers: &[usize]) -> Self {
        let trials = numbers.repeat(settings.repeat as usize);
        let batches = trials.into_iter().map(|number| vec![number]).collect();
        Schedule { batches, at_once: settings.in_flight.max(1) }
    }
}

/// Groups of cases in the order in which they begin: first those that wait for a second or more, so that all others
/// run meanwhile, and last those that start processes, since no other trial goes on while one is started.
pub(super) fn in_order(cases: &[Case<'_>], numbers: Vec<usize>) -> Vec<Vec<usize>> {
    let any_step = |number: &usize, fits: fn(Operation) -> bool| {
        cases[*number].scenario.steps.iter().any(|step| fits(step.operation))
    };
    let waits = |operation| matches!(operation, Operation::Backlog(_) | Operation::Set(Setting::Linger));
    let (long, others): (Vec<_>, Vec<_>) = numbers.into_iter().partition(|number| any_step(number, waits));
    let (processes, others) = others.into_iter().partition(|number| any_step(number, Operation::starts_process));
    vec![long, others, processes]
}

/// The trials that have not begun yet, for all workers of a run: each given by the 0-based number of its case.
#[derive(Debug)]
pub(super) struct Queue {
    /// Each group is gone through `repeat` times before the next.
    groups: Vec<Vec<usize>>,
    repeat: usize,
    len: usize,
    next: AtomicUsize,
    /// Trials that had begun and could not get what they needed.
    returned: Mutex<Vec<usize>>,
}

impl Queue {
    /// `repeat` trials of each case: one group after the other, and within a group each case in turn, so that those
    /// that wait longest all begin early.
    pub(super) fn repeating(groups: Vec<Vec<usize>>, repeat: usize) -> Self {
        let len = groups.iter().map(Vec::len).sum::<usize>() * repeat;
        Queue { groups, repeat, len, next: AtomicUsize::new(0), returned: Mutex::default() }
    }

    /// The case of the trial with this 0-based number.
    fn case(&self, mut number: usize) -> Option<usize> {
        for group in &self.groups {
            let trials = group.len() * self.repeat;
            if number < trials {
                return Some(group[number % group.len()]);
            }
            number -= trials;
        }
        None
    }

    /// How many trials there were at first.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes the next trial. One that was given back comes before those that have not begun, so that a process with one
    /// trial at a time keeps to the order in which its parent counts them.
    pub(super) fn take(&self) -> Option<usize> {
        let returned = self.returned().pop();
        if returned.is_some() {
            return returned;
        }
        // Incremented only while it is below `len`, so that it cannot wrap.
        if self.next.load(Ordering::Relaxed) < self.len {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number < self.len {
                return self.case(number);
            }
        }
        None
    }

    /// Puts a trial of this case back, to be begun anew.
    pub(super) fn give_back(&self, case: usize) {
        self.returned().push(case);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.len && self.returned().is_empty()
    }

    fn returned(&self) -> MutexGuard<'_, Vec<usize>> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
