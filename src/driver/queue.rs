//! The trials that have not begun yet, for all workers of a run.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// Trials, each given by the 0-based number of its case.
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
    /// `repeat` trials of each case: one group after the other, and within a group each case in turn, so that those that
    /// wait longest all begin early.
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
