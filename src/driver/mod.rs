//! How scenarios are tried: every case many times, many trials in flight on one [`mio::Poll`] a worker.

mod children;
mod context;
#[macro_use]
pub(crate) mod endpoint;
mod journal;
mod perform;
mod queue;
mod sockets;
mod tally;
mod trial;
mod worker;

use std::{
    io,
    num::NonZero,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use crate::catalogue::{Case, Sigpipe};

pub use children::{WORK, work};
pub use perform::{HOLD, hold};
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
    /// How long to wait before every step; zero goes as fast as events allow. Cases in processes of their own go on
    /// at full speed.
    pub pace: Duration,
    /// The brokenpipe program, for cases that need a process of their own; without it they are unsupported.
    pub program: Option<PathBuf>,
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
            program: None,
        }
    }
}

/// Children at a time for each value of `sigpipe`, unless there are more jobs. A child has one trial in flight, and that
/// waits more than it works: where what it awaits never comes, for the whole of a deadline.
const CHILDREN: usize = 16;

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
/// The selector could not be made or polled, or a process of the run crashed outside its scenario. What was measured
/// all the same comes with the error.
pub fn run(cases: &[Case<'_>], settings: &Settings, progress: &Progress) -> Result<Vec<CaseResult>, RunError> {
    let (here, in_children): (Vec<_>, Vec<_>) =
        (0..cases.len()).partition(|&number| cases[number].axes.sigpipe == Sigpipe::Ignore);
    let queue = Queue::repeating(here, settings.repeat as usize);
    let mut total = Share::new(cases);

    let work = |_| Share::of_worker(cases, Worker::new(cases, settings, progress, &queue, false));
    let workers = settings.jobs.clamp(1, queue.len().max(1));
    for share in side_by_side(0..workers, work) {
        // What a worker gave back for want of descriptors is tried once more by one that has them all to itself.
        total.merge(Share { error: share.error.filter(|error| !crate::sys::is_exhausted(error)), ..share });
    }
    if total.error.is_none() && !queue.is_empty() && !progress.is_stopped() {
        total.merge(Share::of_worker(cases, Worker::new(cases, settings, progress, &queue, true)));
    }
    let selector = |error| io::Error::other(format!("the selector cannot be used: {error}"));
    total.error = total.error.map(selector);

    // Children come afterwards: beside trials in flight there might be no descriptors left to start them.
    if total.error.is_none() {
        let hands = Sigpipe::ALL.iter().flat_map(|&mode| {
            let of_mode: Vec<_> = in_children.iter().copied().filter(|&n| cases[n].axes.sigpipe == mode).collect();
            let trials = of_mode.repeat(settings.repeat as usize);
            let children = settings.jobs.max(CHILDREN).min(trials.len());
            (0..children).map(move |child| trials.iter().copied().skip(child).step_by(children).collect::<Vec<_>>())
        });
        let hands: Vec<Vec<_>> = hands.collect();
        for mut share in side_by_side(hands, |hand| children::run(cases, hand, settings, progress, false)) {
            let left = std::mem::take(&mut share.left);
            total.merge(share);
            total.merge(children::run(cases, left, settings, progress, true));
        }
    }
    let results = total.tally.into_results(settings.repeat.into());
    match total.error {
        None => Ok(results),
        Some(error) => Err(RunError { error, results }),
    }
}

/// Why a run did not get through, and what it measured all the same.
#[derive(Debug)]
pub struct RunError {
    /// What went wrong.
    pub error: io::Error,
    /// One for each case; those that had not ended are [`CaseResult::NotRun`].
    pub results: Vec<CaseResult>,
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for RunError {}

/// What one worker or one child adds to a run.
struct Share {
    tally: Tally,
    /// Trials, by the numbers of their cases, for which there were no descriptors.
    left: Vec<usize>,
    error: Option<io::Error>,
}

impl Share {
    fn new(cases: &[Case<'_>]) -> Self {
        Share { tally: Tally::new(cases), left: Vec::new(), error: None }
    }

    fn of_worker(cases: &[Case<'_>], worker: io::Result<Worker<'_>>) -> Self {
        match worker.and_then(Worker::run) {
            Ok(tally) => Share { tally, ..Share::new(&[]) },
            Err(error) => Share { error: Some(error), ..Share::new(cases) },
        }
    }

    fn merge(&mut self, other: Share) {
        self.tally.merge(other.tally);
        self.error = self.error.take().or(other.error);
    }
}

/// Does something for each item in a thread of its own, and returns what came of it in the same order.
fn side_by_side<I: Send, O: Send>(items: impl IntoIterator<Item = I>, job: impl Fn(I) -> O + Sync) -> Vec<O> {
    thread::scope(|scope| {
        let job = &job;
        let threads: Vec<_> = items.into_iter().map(|item| scope.spawn(move || job(item))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, O>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}
