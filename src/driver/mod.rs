//! How scenarios are tried: every case many times, many trials in flight on one [`mio::Poll`] a worker.
//!
//! Each file uses only those before it: `settings`, `descriptors`, `tally`, `journal`, `schedule`, `trial`,
//! `worker`, `child`.

mod child;
mod descriptors;
mod journal;
mod schedule;
mod settings;
mod tally;
mod trial;
mod worker;

use std::{ffi::OsStr, io, iter::repeat_n, sync::Mutex};

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
    descriptors::{Descriptors, Few},
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

/// How many descriptors this process may still open, and about how many trials that allows for at a time, if they are
/// so few that a run with these settings takes longer.
pub fn few_descriptors(settings: &Settings) -> Option<(usize, usize)> {
    let few = Few::left(settings)?;
    few.trials_at_a_time(settings).map(|at_a_time| (few.descriptors(), at_a_time))
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
/// The selector could not be made or polled, or a process of the run could not be started or crashed outside its
/// scenario. The error holds the results of the cases that were complete.
///
/// # Panics
///
/// A deadline or the pace is too long to be added to an [`Instant`](std::time::Instant).
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
    let few = Few::left(run.settings);
    let all_in_children = few.is_some_and(|few| few.want_processes(run.settings));
    let (here, in_children): (Vec<_>, Vec<_>) =
        numbers.into_iter().partition(|&number| !all_in_children && run.cases[number].axes.sigpipe == Sigpipe::Ignore);
    let queue = Queue::repeating(schedule::in_order(run.cases, here), run.settings.repeat as usize);
    run_workers(run, &queue, tally)
        .map_err(|error| io::Error::other(format!("the selector cannot be used: {error}")))?;

    // Children come afterwards: beside trials in flight there might be no descriptors left to start them.
    let Schedule { mut batches, mut at_once } = schedule(run, &in_children);
    at_once = few.map_or(at_once, |few| at_once.min(few.processes()));
    let lock = few.map(|_| Mutex::new(()));
    while !batches.is_empty() && !run.progress.is_stopped() {
        at_once = at_once.min(batches.len());
        let run_batch = |batch: Vec<usize>| {
            let mut tally = Tally::new(run.cases);
            let starting = child::Starting { one_at_a_time: lock.as_ref(), last_resort: at_once == 1 };
            let left = child::run(run, &batch, starting, &mut tally);
            (tally, left)
        };
        let mut result = Ok(());
        let mut all_left = Vec::new();
        for (counts, left) in parallel_map(at_once, batches, run_batch) {
            tally.merge(counts);
            result = result.and(left.map(|left| all_left.extend((!left.is_empty()).then_some(left))));
        }
        result?;
        // Those for which no process could be started: half as many at a time leave more to each.
        batches = all_left;
        at_once = at_once.div_ceil(2);
    }
    Ok(())
}

/// Runs the trials of the queue in this process.
fn run_workers(run: Run<'_>, queue: &Queue, tally: &mut Tally) -> io::Result<()> {
    let jobs = run.settings.jobs.clamp(1, queue.len().max(1));
    let few = Few::left(run.settings);
    let workers = few.map_or(jobs, |few| few.workers(jobs));
    let descriptors = few.map(|few| Descriptors::new(few, workers, run.cases));
    let work = |last_resort| Worker::new(run, queue, descriptors.as_ref(), last_resort).and_then(Worker::run);
    let mut result = Ok(());
    for worker in parallel_map(workers, 0..workers, |_| work(false)) {
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
