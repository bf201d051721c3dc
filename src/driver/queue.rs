//! Which trial is next, for all workers of a run.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// Trials, each by the number of its case.
#[derive(Debug)]
pub(super) struct Queue {
    cases: Vec<usize>,
    len: usize,
    next: AtomicUsize,
    /// Cases of trials that were begun and could not get what they needed.
    returned: Mutex<Vec<usize>>,
}

impl Queue {
    /// `repeat` trials of each case, in turn, so that the cases that wait longest all begin early.
    pub(super) fn repeating(cases: Vec<usize>, repeat: usize) -> Self {
        Queue { len: cases.len() * repeat, cases, next: AtomicUsize::new(0), returned: Mutex::default() }
    }

    /// These trials, in this order.
    pub(super) fn of(trials: Vec<usize>) -> Self {
        Queue::repeating(trials, 1)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The case of the next trial.
    pub(super) fn take(&self) -> Option<usize> {
        // Only added to while it is below `len`, so it cannot wrap.
        if self.next.load(Ordering::Relaxed) < self.len {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number < self.len {
                return Some(self.cases[number % self.cases.len()]);
            }
        }
        self.returned().pop()
    }

    /// Gives a trial of this case back.
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
