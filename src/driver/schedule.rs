//! In which order the trials of a run begin, and which of them share a process.

use std::{
    iter::repeat_n,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::settings::Run;
use crate::catalogue::{Assignment, Case, Operation, Setting, Sigpipe};

/// How many cases are gone through together. Those of them that only wait do so at the same time as others are busy,
/// and whoever stops a run has the results of all windows before the present one.
const WINDOW: usize = 96;

/// Trials in batches, one process at a time for each; all trials of a batch set SIGPIPE to the same.
pub(super) struct Schedule {
    pub(super) batches: Vec<Vec<usize>>,
    /// How many batches run at a time.
    pub(super) at_once: usize,
}

/// Batches for each value of `sigpipe`, unless there are more jobs. A process has one trial in flight, which mostly
/// waits; where the awaited event never comes, for all of a deadline.
const CHILDREN: usize = 16;

/// Batches where SIGPIPE is ignored, as in most cases. Unless they start processes, these come here only where there are
/// few descriptors, and not all run at a time: small ones end together.
const IGNORING: usize = 64;

impl Schedule {
    /// A few batches for each value of `sigpipe`, all at once. The trials are given by the 0-based numbers of their
    /// cases.
    pub(super) fn by_sigpipe(Run { cases, settings, .. }: Run<'_>, numbers: &[usize]) -> Self {
        let batches = Sigpipe::ALL.iter().flat_map(|&sigpipe| {
            let mut numbers: Vec<_> = numbers.iter().copied().filter(|&n| cases[n].axes.sigpipe == sigpipe).collect();
            // First those that wait, so that the others keep the processors busy meanwhile.
            numbers.sort_by_key(|&number| !fills(&cases[number]));
            let trials = case_by_case(&numbers, settings.repeat);
            let only_starting = numbers.iter().all(|&number| starts_process(&cases[number]));
            let children = if sigpipe == Sigpipe::Ignore && !only_starting { IGNORING } else { CHILDREN };
            let children = settings.jobs.max(children).min(trials.len());
            (0..children).map(move |child| trials.iter().copied().skip(child).step_by(children).collect())
        });
        Schedule { batches: batches.collect(), at_once: usize::MAX }
    }

    /// A batch for each trial, since slow trials only wait: ten take as long as one.
    pub(super) fn one_by_one(Run { settings, .. }: Run<'_>, numbers: &[usize]) -> Self {
        let batches = case_by_case(numbers, settings.repeat).into_iter().map(|number| vec![number]).collect();
        Schedule { batches, at_once: settings.in_flight.max(1) }
    }
}

/// Whether a step of this case starts a process.
pub(super) fn starts_process(case: &Case<'_>) -> bool {
    case.scenario.steps.iter().any(|step| step.operation.starts_process())
}

/// Whether a trial of this case waits to see that a buffer stays full.
fn fills(case: &Case<'_>) -> bool {
    case.scenario.steps.iter().any(|step| step.operation == Operation::Fill)
}

/// `repeat` trials for each of these numbers, one case after the other: whoever stops a run has the results of those
/// that came first.
fn case_by_case(numbers: &[usize], repeat: u32) -> Vec<usize> {
    numbers.iter().flat_map(|&number| repeat_n(number, repeat as usize)).collect()
}

/// The cases of a run in this process, in the order in which they begin.
pub(super) struct InOrder {
    /// Those that wait for a second or more, which go on beside the others from the beginning.
    pub(super) long: Vec<usize>,
    /// All others. Races come late: they keep the processors busy while others wait. Those that start processes come
    /// last, since no other trial goes on while one is started.
    pub(super) others: Vec<usize>,
}

impl InOrder {
    pub(super) fn new(cases: &[Case<'_>], numbers: Vec<usize>) -> Self {
        let any_step = |number: &usize, fits: fn(Operation) -> bool| {
            cases[*number].scenario.steps.iter().any(|step| fits(step.operation))
        };
        let waits = |operation| {
            let lingers = matches!(operation, Operation::Set(Assignment { setting: Setting::Linger, .. }));
            // A call that nothing wakes is waited for until the deadline.
            lingers || matches!(operation, Operation::Backlog(_) | Operation::Blocks(_))
        };
        let (long, mut others): (Vec<_>, Vec<_>) = numbers.into_iter().partition(|number| any_step(number, waits));
        others.sort_by_key(|&number| {
            (starts_process(&cases[number]), cases[number].scenario.races(std::env::consts::OS))
        });
        InOrder { long, others }
    }
}

/// The trials that have not begun yet, for all workers of a run: each given by the 0-based number of its case.
#[derive(Debug)]
pub(super) struct Queue {
    long: Trials,
    others: Trials,
    /// Trials that had begun and could not get what they needed.
    returned: Mutex<Vec<usize>>,
}

/// `repeat` trials of each case, by their numbers.
#[derive(Debug)]
struct Trials {
    cases: Vec<usize>,
    repeat: usize,
    next: AtomicUsize,
}

impl Trials {
    fn new(cases: Vec<usize>, repeat: usize) -> Self {
        Trials { cases, repeat, next: AtomicUsize::new(0) }
    }

    fn len(&self) -> usize {
        self.cases.len() * self.repeat
    }

    /// The case of the next trial: one window after the other, and in a window each case in turn.
    fn take(&self) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        // Incremented only while it is below the length, so that it cannot wrap.
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let trials = WINDOW * self.repeat;
        let window = self.cases.chunks(WINDOW).nth(number / trials)?;
        window.get(number % trials % window.len()).copied().filter(|_| number < self.len())
    }

    fn is_empty(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.len()
    }
}

impl Queue {
    /// `repeat` trials of each case.
    pub(super) fn repeating(InOrder { long, others }: InOrder, repeat: usize) -> Self {
        let [long, others] = [long, others].map(|cases| Trials::new(cases, repeat));
        Queue { long, others, returned: Mutex::default() }
    }

    /// How many trials there were at first.
    pub(super) fn len(&self) -> usize {
        self.long.len() + self.others.len()
    }

    /// Whether the trials of this case wait for long.
    pub(super) fn is_long(&self, case: usize) -> bool {
        self.long.cases.contains(&case)
    }

    /// Takes the next trial, preferably a long one or another one. One that was given back comes before those that have
    /// not begun, so that a process with one trial at a time keeps to the order in which its parent counts them.
    pub(super) fn take(&self, prefer_long: bool) -> Option<usize> {
        let returned = self.returned().pop();
        if returned.is_some() {
            return returned;
        }
        let (first, second) = if prefer_long { (&self.long, &self.others) } else { (&self.others, &self.long) };
        first.take().or_else(|| second.take())
    }

    /// Puts a trial of this case back, to be begun anew.
    pub(super) fn give_back(&self, case: usize) {
        self.returned().push(case);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.long.is_empty() && self.others.is_empty() && self.returned().is_empty()
    }

    fn returned(&self) -> MutexGuard<'_, Vec<usize>> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(queue: &Queue, prefer_long: bool) -> Vec<usize> {
        std::iter::from_fn(|| queue.take(prefer_long)).collect()
    }

    #[test]
    fn a_window_of_cases_is_gone_through_before_the_next() {
        let cases: Vec<_> = (100..100 + WINDOW + 2).collect();
        let (first, second) = cases.split_at(WINDOW);
        let queue = Queue::repeating(InOrder { long: Vec::new(), others: cases.clone() }, 3);
        assert_eq!(queue.len(), 3 * cases.len());
        assert_eq!(taken(&queue, false), [first.repeat(3), second.repeat(3)].concat());
        assert!(queue.is_empty());
        queue.give_back(7);
        assert!(!queue.is_empty());
        assert_eq!(taken(&queue, true), [7]);
    }

    #[test]
    fn long_trials_come_first_or_last() {
        let queue = || Queue::repeating(InOrder { long: vec![1], others: vec![2] }, 2);
        assert_eq!(taken(&queue(), true), [1, 1, 2, 2]);
        assert_eq!(taken(&queue(), false), [2, 2, 1, 1]);
    }
}
