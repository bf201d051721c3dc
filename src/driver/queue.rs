//! Which trial is next, for all workers of a run.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// Trials by number; number `n` is a trial of case `n % cases`, so that the cases that wait longest all begin early.
#[derive(Debug)]
pub(super) struct Queue {
    cases: usize,
    len: usize,
    next: AtomicUsize,
    /// Cases of trials that were begun and could not get what they needed.
    returned: Mutex<Vec<usize>>,
}

impl Queue {
    pub(super) fn new(cases: usize, repeat: usize) -> Self {
        Queue { cases, len: cases * repeat, next: AtomicUsize::new(0), returned: Mutex::default() }
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
                return Some(number % self.cases);
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

    fn returned(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
