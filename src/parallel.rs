//! The same job for several items at the same time.

use std::thread;

/// Runs `job` for each item in a thread of its own, and returns the results in the order of the items.
///
/// # Panics
///
/// A thread cannot be started, or `job` panics.
pub(crate) fn parallel_map<I: Send, O: Send>(
    items: impl IntoIterator<Item = I>,
    job: impl Fn(I) -> O + Sync,
) -> Vec<O> {
    thread::scope(|scope| {
        let job = &job;
        let threads: Vec<_> = items.into_iter().map(|item| scope.spawn(move || job(item))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, O>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}
