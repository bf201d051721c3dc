//! How scenarios are tried: every case many times, many trials in flight on one [`mio::Poll`] a worker.
//!
//! Each file uses only those before it: `blame`, `settings`, `tally`, `journal`, `schedule`, `trial`, `worker`,
//! `child`.

mod blame;
mod child;
mod journal;
mod schedule;
mod settings;
mod tally;
mod trial;
mod worker;

use std::{ffi::OsStr, io, iter::repeat_n};

use thiserror::Error;

use crate::{
    catalogue::{Case, Sigpipe},
    parallel::parallel_map,
    sys,
};

pub use {
    settings::{Progress, Settings},
    tally::{CaseResult, StepTally},
};

use {
    schedule::{Queue, Schedule},
    settings::Run,
    tally::Tally,
    worker::Worker,
};

/// What a process that a run has started does, by the only argument it was started with; `None` for any other, which a
/// user has typed. The function fails if a standard stream cannot be used or holds no job.
pub(crate) fn part_of_run(argument: &OsStr) -> Option<fn() -> io::Result<()>> {
    match argument.to_str()? {
        child::WORK => Some(child::work),
        argument => trial::helper(argument),
    }
}

/// Why a run did not complete.
#[derive(Debug, Error)]
#[error("the run did not complete")]
pub struct RunError {
    /// What went wrong.
    #[source]
    pub error: io::Error,
    /// One for each case, in their order; those that had not ended are [`CaseResult::NotRun`].
    pub results: Vec<CaseResult>,
}

/// Runs every case `settings.repeat` times, a racing one more often, and returns a result for each, in the same order.
///
/// Where descriptors or ports run out, fewer trials are in flight; what one trial alone cannot get makes its case
/// [`CaseResult::NotRun`].
///
/// # Errors
///
/// The selector could not be made or polled, or a process of the run crashed outside its scenario. The error holds the
/// results of the cases that were complete.
///
/// # Panics
///
/// A thread cannot be started, or a deadline or the pace is too long to be added to an [`Instant`](std::time::Instant).
pub fn run(cases: &[Case<'_>], settings: &Settings, progress: &Progress) -> Result<Vec<CaseResult>, RunError> {
    let mut tally = Tally::new(cases);
    let numbers = (0..cases.len()).flat_map(|number| repeat_n(number, settings::trials_per_repeat(&cases[number])));
    let (slow, quick): (Vec<_>, Vec<_>) = numbers.partition(|&number| cases[number].scenario.slow);
    let result = run_some(Run { cases, settings, progress }, quick, &mut tally, Schedule::by_sigpipe).and_then(|()| {
        // Afterwards: trials that wait for seconds would delay the quick ones.
        let run = Run { cases, settings: &settings.slow(), progress };
        run_some(run, slow, &mut tally, Schedule::one_by_one)
    });
    let results =
        tally.into_results(|number| settings.trials(&cases[number]), "the run ended before the case was complete");
    match result {
        Ok(()) => Ok(results),
        Err(error) => Err(RunError { error, results }),
    }
}

/// Runs the cases with these 0-based numbers, as often as each is among them times `settings.repeat`; `schedule` says
/// which of those that need a process share one.
fn run_some(
    run: Run<'_>,
    numbers: Vec<usize>,
    tally: &mut Tally,
    schedule: fn(Run<'_>, &[usize]) -> Schedule,
) -> io::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let (here, in_children): (Vec<_>, Vec<_>) =
        numbers.into_iter().partition(|&number| run.cases[number].axes.sigpipe == Sigpipe::Ignore);
    let queue = Queue::repeating(schedule::in_order(run.cases, here), run.settings.repeat as usize);
    run_workers(run, &queue, tally)
        .map_err(|error| io::Error::other(format!("the selector cannot be used: {error}")))?;

    // Children come afterwards: beside trials in flight there might be no descriptors left to start them.
    for round in schedule(run, &in_children).rounds() {
        let run_batch = |batch: &Vec<usize>| {
            let mut tally = Tally::new(run.cases);
            let left = child::run(run, batch, false, &mut tally);
            (tally, left)
        };
        let mut result = Ok(());
        for (counts, left) in parallel_map(round, run_batch) {
            tally.merge(counts);
            result = result.and(left.and_then(|left| child::run(run, &left, true, tally).map(drop)));
        }
        result?;
    }
    Ok(())
}

/// Runs the trials of the queue in this process.
fn run_workers(run: Run<'_>, queue: &Queue, tally: &mut Tally) -> io::Result<()> {
    let work = |last_resort| Worker::new(run, queue, last_resort).and_then(Worker::run);
    let mut result = Ok(());
    for worker in parallel_map(0..run.settings.jobs.clamp(1, queue.len().max(1)), |_| work(false)) {
        match worker {
            Ok(counts) => tally.merge(counts),
            // What a worker gave back for want of descriptors is tried once more by one that has them all to itself.
            Err(error) if sys::is_exhausted(&error) => {}
            Err(error) => result = result.and(Err(error)),
        }
    }
    result?;
    if !queue.is_empty() && !run.progress.is_stopped() {
        tally.merge(work(true)?);
    }
    Ok(())
}
