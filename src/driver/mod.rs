//! How scenarios are tried: every case many times, many trials in flight on one [`mio::Poll`] a worker.

mod child;
mod queue;
mod tally;
mod trial;
mod worker;

use std::{
    ffi::OsStr,
    io,
    num::NonZero,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use crate::{
    catalogue::{Case, Operation, Setting, Sigpipe},
    parallel::parallel_map,
};

pub use tally::{CaseResult, StepTally};

use {queue::Queue, tally::Tally, worker::Worker};

/// What a process that a run has started is to do, by the one argument it is started with; `None` for anything else, which
/// somebody typed. The function fails if a standard stream cannot be used, or does not hold a job.
pub(crate) fn part_of_run(argument: &OsStr) -> Option<fn() -> io::Result<()>> {
    match argument.to_str()? {
        child::WORK => Some(child::worker::work),
        child::helpers::HOLD => Some(child::helpers::hold),
        child::helpers::WRITE => Some(child::helpers::write_as_inherited),
        _ => None,
    }
}

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
    /// How long a connect waits; Windows takes two seconds to refuse one (libuv/libuv#2896, curl/curl#14144).
    pub connect_deadline: Duration,
    /// How long both of these are at least in scenarios that are slow by nature.
    pub slow_deadline: Duration,
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
            slow_deadline: Duration::from_secs(10),
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

/// How many trials of a case take the place of one: a race shows its rarer outcomes only to who tries more often.
fn trials_per_repeat(case: &Case<'_>) -> usize {
    if case.scenario.racing { 5 } else { 1 }
}

impl Settings {
    /// How many trials of a case there are.
    pub fn trials(&self, case: &Case<'_>) -> u64 {
        u64::from(self.repeat) * trials_per_repeat(case) as u64
    }
}

/// Runs every case `settings.repeat` times, a racing one more often, and returns a result for each, in the same order.
///
/// Where descriptors or ports run out, fewer trials are in flight; what one trial alone cannot get makes its case
/// [`CaseResult::Unsupported`].
///
/// # Errors
///
/// The selector could not be made or polled, or a process of the run crashed outside its scenario. What was measured
/// all the same comes with the error.
pub fn run(cases: &[Case<'_>], settings: &Settings, progress: &Progress) -> Result<Vec<CaseResult>, RunError> {
    let mut total = Share::new(cases);
    let numbers = (0..cases.len()).flat_map(|number| std::iter::repeat_n(number, trials_per_repeat(&cases[number])));
    let (slow, quick): (Vec<_>, Vec<_>) = numbers.partition(|&number| cases[number].scenario.slow);
    run_some(cases, quick, settings, progress, &mut total, deal_by_mode);
    // Afterwards: trials that wait for seconds would keep the quick ones from their turns.
    if !slow.is_empty() && total.error.is_none() {
        let patient = Settings {
            await_deadline: settings.await_deadline.max(settings.slow_deadline),
            connect_deadline: settings.connect_deadline.max(settings.slow_deadline),
            ..settings.clone()
        };
        run_some(cases, slow, &patient, progress, &mut total, deal_one_by_one);
    }
    let results = total.tally.into_results(|number| settings.trials(&cases[number]));
    match total.error {
        None => Ok(results),
        Some(error) => Err(RunError { error, results }),
    }
}

/// Who gets which trials, given by the numbers of their cases: rounds of hands, one hand a process at a time.
type Deal = fn(&[Case<'_>], &[usize], &Settings) -> Vec<Vec<Vec<usize>>>;

/// Some hands for each mode of SIGPIPE, all at once.
fn deal_by_mode(cases: &[Case<'_>], numbers: &[usize], settings: &Settings) -> Vec<Vec<Vec<usize>>> {
    let hands = Sigpipe::ALL.iter().flat_map(|&mode| {
        let of_mode: Vec<_> = numbers.iter().copied().filter(|&n| cases[n].axes.sigpipe == mode).collect();
        let trials = of_mode.repeat(settings.repeat as usize);
        let children = settings.jobs.max(CHILDREN).min(trials.len());
        (0..children).map(move |child| trials.iter().copied().skip(child).step_by(children).collect::<Vec<_>>())
    });
    vec![hands.collect()]
}

/// A hand for each trial, since they only wait: ten take as long as one.
fn deal_one_by_one(_cases: &[Case<'_>], numbers: &[usize], settings: &Settings) -> Vec<Vec<Vec<usize>>> {
    let hands: Vec<_> = numbers.repeat(settings.repeat as usize).into_iter().map(|number| vec![number]).collect();
    hands.chunks(settings.in_flight.max(1)).map(<[_]>::to_vec).collect()
}

/// Runs the cases with these numbers.
fn run_some(
    cases: &[Case<'_>],
    numbers: Vec<usize>,
    settings: &Settings,
    progress: &Progress,
    total: &mut Share,
    deal: Deal,
) {
    let (here, in_children): (Vec<_>, Vec<_>) =
        numbers.into_iter().partition(|&number| cases[number].axes.sigpipe == Sigpipe::Ignore);
    let queue = Queue::repeating(in_order(cases, here), settings.repeat as usize);

    let work = |_| Share::of_worker(cases, Worker::new(cases, settings, progress, &queue, false));
    let workers = settings.jobs.clamp(1, queue.len().max(1));
    for share in parallel_map(0..workers, work) {
        // What a worker gave back for want of descriptors is tried once more by one that has them all to itself.
        total.merge(Share { error: share.error.filter(|error| !crate::sys::is_exhausted(error)), ..share });
    }
    if total.error.is_none() && !queue.is_empty() && !progress.is_stopped() {
        total.merge(Share::of_worker(cases, Worker::new(cases, settings, progress, &queue, true)));
    }
    let selector = |error| io::Error::other(format!("the selector cannot be used: {error}"));
    total.error = total.error.take().map(selector);

    // Children come afterwards: beside trials in flight there might be no descriptors left to start them.
    for hands in deal(cases, &in_children, settings) {
        if total.error.is_some() {
            break;
        }
        for mut share in parallel_map(hands, |hand| child::parent::run(cases, hand, settings, progress, false)) {
            let left = std::mem::take(&mut share.left);
            total.merge(share);
            total.merge(child::parent::run(cases, left, settings, progress, true));
        }
    }
}

/// Groups of cases in the order in which they begin: first those that wait for a second or more, so that all others
/// run meanwhile, and last those that start processes, since no other trial goes on while one is started.
fn in_order(cases: &[Case<'_>], numbers: Vec<usize>) -> Vec<Vec<usize>> {
    let does = |number: &usize, what: fn(Operation) -> bool| {
        cases[*number].scenario.steps.iter().any(|step| what(step.operation))
    };
    let (long, others): (Vec<_>, Vec<_>) = numbers
        .into_iter()
        .partition(|number| does(number, |operation| matches!(operation, Operation::Backlog(_) | LINGER)));
    let (processes, others) =
        others.into_iter().partition(|number| does(number, |operation| operation.starts_process()));
    vec![long, others, processes]
}

const LINGER: Operation = Operation::Set(Setting::Linger);

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
