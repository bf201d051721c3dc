//! Several threads for several things of one kind.

use std::thread;

/// Does something for each item in a thread of its own, and returns what came of it in the same order.
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
