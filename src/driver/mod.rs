//! How scenarios are tried: every case many times, many trials in flight on one [`mio::Poll`] a worker.

mod queue;
mod sockets;
mod tally;
mod trial;
mod worker;

use std::{
    io,
    num::NonZero,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use crate::catalogue::Case;

pub use tally::{CaseResult, StepTally};

use {queue::Queue, tally::Tally, worker::Worker};

/// How a run is done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Trials of each case.
    pub repeat: u32,
    /// Workers, each with a thread and a poll of its own.
    pub jobs: usize,
    /// Most trials in flight on one worker.
    pub in_flight: usize,
    /// How long an `await`, and a call that would block, waits.
    pub await_deadline: Duration,
    /// How long a connect waits; Windows takes two seconds to refuse one.
    pub connect_deadline: Duration,
    /// How long to wait before every step; zero goes as fast as events allow.
    pub pace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            repeat: 10,
            jobs: thread::available_parallelism().map_or(1, NonZero::get),
            in_flight: 128,
            await_deadline: Duration::from_millis(200),
            connect_deadline: Duration::from_secs(5),
            pace: Duration::ZERO,
        }
    }
}

/// What a run and those who watch it tell each other while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    finished: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    /// Trials that have ended.
    pub fn finished(&self) -> u64 {
        self.finished.load(Ordering::Relaxed)
    }

    /// Asks the run to end soon. Cases that are complete keep their results.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether [`stop`](Progress::stop) was called.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.finished.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs every case `settings.repeat` times and returns a result for each, in the same order.
///
/// Where descriptors or ports run out, fewer trials are in flight; what one trial alone cannot get makes its case
/// [`CaseResult::Unsupported`].
///
/// # Errors
///
/// The selector itself could not be made or polled.
pub fn run(cases: &[Case<'_>], settings: &Settings, progress: &Progress) -> io::Result<Vec<CaseResult>> {
    let queue = Queue::new(cases.len(), settings.repeat as usize);
    let mut tally = Tally::new(cases);
    let workers = settings.jobs.clamp(1, queue.len().max(1));
    thread::scope(|scope| -> io::Result<()> {
        let work = || Worker::new(cases, settings, progress, &queue, false).and_then(Worker::run);
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
                Ok(share) => tally.merge(share),
                Err(error) if crate::sys::is_exhausted(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    if !queue.is_empty() && !progress.is_stopped() {
        // What workers gave back for want of descriptors is tried once more by one that has them all to itself.
        tally.merge(Worker::new(cases, settings, progress, &queue, true)?.run()?);
    }
    Ok(tally.into_results(settings.repeat.into()))
}
