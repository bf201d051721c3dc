//! The same job for several items at the same time.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// Of a thread that runs jobs. std's default of 2 MiB, times the hundred threads of a run, would be too much under a
/// limit on memory (`ulimit -v`), and RUST_MIN_STACK would change it.
pub(crate) const STACK: usize = 512 << 10;

/// Runs `job` for each item, up to `at_once` at a time and each in a thread of its own, and returns the results in the
/// order of the items. Where no more threads can be started, the items that are left wait for those there are, which
/// are at least the caller's.
///
/// # Panics
///
/// `job` panics.
pub(crate) fn parallel_map<I: Send, O: Send>(
    at_once: usize,
    items: impl IntoIterator<Item = I>,
    job: impl Fn(I) -> O + Sync,
) -> Vec<O> {
    let items: Vec<_> = items.into_iter().collect();
    let others = items.len().min(at_once).saturating_sub(1);
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            done.push((place, job(item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (0..others).map_while(start).collect();
        let mut done = work();
        for thread in threads {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items_however_many_run_at_once() {
        let squares: Vec<_> = (0..100_u64).map(|n| n * n).collect();
        for at_once in [0, 1, 3, usize::MAX] {
            assert_eq!(parallel_map(at_once, 0..100_u64, |n| n * n), squares);
        }
        assert!(parallel_map(4, 0..0_u64, |n| n).is_empty());
    }

    #[test]
    fn no_more_jobs_run_at_once_than_may() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        parallel_map(3, 0..30, |_| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(std::time::Duration::from_millis(2));
            running.fetch_sub(1, Ordering::SeqCst);
        });
        assert!((1..=3).contains(&most.into_inner()));
    }
}
