//! How scenarios are tried: every case many times, many trials in flight on one [`mio::Poll`] a worker.
//!
//! Each file uses only those before it: `blame`, `watchdog`, `turns`, `deadlines`, `draws`, `pacing`, `tally`, `settings`
//! with `plan`, `descriptors`, `journal`, `schedule`, `crew`, `trial`, `probe`, `worker`, `child`, `batch`.

mod batch;
mod blame;
mod child;
mod crew;
mod deadlines;
mod descriptors;
mod draws;
mod journal;
mod pacing;
mod plan;
mod probe;
mod schedule;
mod settings;
mod tally;
mod trial;
mod turns;
mod watchdog;
mod worker;

use std::{
    ffi::OsStr,
    io,
    iter::repeat_n,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use thiserror::Error;

use crate::{
    catalogue::{Case, Sigpipe},
    sys,
};

pub use {
    deadlines::Deadlines,
    pacing::AnswerRates,
    settings::{Progress, Settings},
    tally::{CaseResult, StepTally},
    watchdog::Hang,
};

use {
    crew::{Crew, Event},
    descriptors::{Descriptors, Few},
    pacing::Pacing,
    plan::Plan,
    probe::Probe,
    schedule::{InOrder, Queue, Schedule, starts_process},
    settings::Run,
    watchdog::hung,
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
/// [`CaseResult::NotRun`]. So does a trial that hangs, and a process that crashes outside its scenario.
///
/// If the run is stopped, or its time limit passes, this returns soon, whatever a trial is at: a thread that hangs is
/// left behind.
///
/// # Errors
///
/// The selector could not be made or polled. The error holds the results of the cases that were complete.
///
/// # Panics
///
/// A deadline, the time limit or the pace is too long to be added to an [`Instant`].
pub fn run(cases: &[Case<'_>], settings: &Settings, progress: &Progress) -> Result<Vec<CaseResult>, RunError> {
    // Before all else: the time that the probes take is part of it.
    let end = (!settings.time_limit.is_zero()).then(|| Instant::now() + settings.time_limit);
    let pacing = Arc::new(Pacing::new(cases, settings.answer_rates));
    let few = Few::left(settings).is_some_and(|few| few.slow_down(settings));
    let probe = Probe::begin(cases, settings, few, &pacing, progress, end);
    let mut settings = settings.clone();
    if settings.on_slow_machine.is_some() && probe.is_slow() {
        progress.find_machine_slow();
        settings = settings.on_slow_machine();
    }
    let plan = Arc::new(Plan::new(cases, &settings, progress, Arc::clone(&pacing), end));
    let numbers = (0..cases.len()).filter(|&number| probe.reason(&cases[number]).is_none());
    let trials = numbers.flat_map(|number| repeat_n(number, settings::trials_per_repeat(&cases[number])));
    let (slow, quick): (Vec<_>, Vec<_>) = trials.partition(|&number| cases[number].scenario.slow);
    let result = probe.beside(|| {
        run_some(&plan, &probe, false, quick, Schedule::by_sigpipe).and_then(|()| {
            // Afterwards: trials that wait for seconds would delay the quick ones.
            run_some(&plan, &probe, true, slow, Schedule::one_by_one)
        })
    });
    let unfinished = "the run ended before the case was complete";
    let mut results = plan.take_tally().into_results(|number| settings.trials(&cases[number]), unfinished);
    probe.judge(cases, &mut results);
    match result {
        Ok(()) => Ok(results),
        Err(error) => Err(RunError { error, results }),
    }
}

/// Runs the cases with these 0-based numbers, as often as each is among them times `settings.repeat`; `schedule` says
/// which of those that need a process share one. `slow` tells which deadlines they have.
fn run_some(
    plan: &Arc<Plan>,
    probe: &Probe<'_>,
    slow: bool,
    numbers: Vec<usize>,
    schedule: fn(Run<'_>, &[usize]) -> Schedule,
) -> io::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let (cases, settings) = (plan.cases(), plan.settings(slow));
    let run = plan.run(&cases, &settings);
    let few = Few::left(&settings);
    let all_in_children = few.is_some_and(|few| few.want_processes(&settings));
    let (here, in_children): (Vec<_>, Vec<_>) =
        numbers.into_iter().partition(|&number| !all_in_children && !needs_child(&cases[number], &settings));
    let queue = Arc::new(Queue::repeating(InOrder::new(&cases, here), settings.repeat as usize));
    if !queue.is_empty() {
        run_workers(run, plan, probe, &queue, few)?;
    }

    // Children come afterwards: beside trials in flight there might be no descriptors left to start them.
    let Schedule { mut batches, mut at_once } = schedule(run, &in_children);
    at_once = few.map_or(at_once, |few| at_once.min(few.processes()));
    let one_at_a_time = few.map(|_| Arc::new(Mutex::new(())));
    while !batches.is_empty() && !run.progress.is_stopped() {
        at_once = at_once.min(batches.len());
        let _still = (at_once == 1).then(|| probe.keep_still());
        batches = run_batches(run, plan, batches, at_once, one_at_a_time.as_ref())?;
        // Those for which something was wanting: half as many at a time leave more to each.
        at_once = at_once.div_ceil(2);
    }
    Ok(())
}

/// Whether a case runs in a process of its own: there SIGPIPE can be set, and a step that starts a process holds up no
/// other trial. Such processes do not keep the pace.
fn needs_child(case: &Case<'_>, settings: &Settings) -> bool {
    // Where there is no SIGPIPE, no process can be told to ignore it.
    let can_have = settings.program.is_some() && settings.pace.is_zero() && sys::has_sigpipe(Sigpipe::Default);
    case.axes.sigpipe != Sigpipe::Ignore || can_have && starts_process(case)
}

/// Runs the trials of the queue in this process.
fn run_workers(
    run: Run<'_>,
    plan: &Arc<Plan>,
    probe: &Probe<'_>,
    queue: &Arc<Queue>,
    few: Option<Few>,
) -> io::Result<()> {
    let jobs = run.settings.jobs.clamp(1, queue.len().max(1));
    let workers = few.map_or(jobs, |few| few.workers(jobs));
    let descriptors = few.map(|few| Arc::new(Descriptors::new(few, workers, run.cases)));
    let mut result = run_crew(run, plan, queue, descriptors.as_ref(), workers, false);
    let is_left = !queue.is_empty() || run.pacing.next(Instant::now()).is_some();
    if result.is_ok() && is_left && !run.progress.is_stopped() {
        let _still = probe.keep_still();
        result = run_crew(run, plan, queue, descriptors.as_ref(), 1, true);
    }
    result
}

/// Has workers run the trials of the queue, as a `last_resort` a single one. One that hangs is replaced.
///
/// # Errors
///
/// Not even one thread can be started, or the selector cannot be used.
fn run_crew(
    run: Run<'_>,
    plan: &Arc<Plan>,
    queue: &Arc<Queue>,
    descriptors: Option<&Arc<Descriptors>>,
    workers: usize,
    last_resort: bool,
) -> io::Result<()> {
    let mut crew = Crew::new(plan, run.settings);
    let start = |crew: &mut Crew<_>| {
        let (queue, descriptors, settings) = (Arc::clone(queue), descriptors.cloned(), run.settings.clone());
        crew.start(move |plan, ledger| {
            let cases = plan.cases();
            let run = plan.run(&cases, &settings);
            Worker::new(run, &queue, ledger, descriptors.as_deref(), last_resort).and_then(Worker::run)
        })
    };
    for _ in 0..workers {
        start(&mut crew)?;
    }
    let mut result = Ok(());
    while let Some(event) = crew.next() {
        match event {
            Event::Ended { result: ended, others } => {
                others.into_iter().for_each(|other| queue.give_back(other));
                match ended {
                    // What a worker gave back for want of descriptors is tried once more by one that has all of them.
                    Err(error) if !sys::is_exhausted(&error) || last_resort => {
                        result = result.and(Err(io::Error::other(format!("the selector cannot be used: {error}"))));
                    }
                    _ => {}
                }
            }
            Event::Hung { case, step, since, others, lent } => {
                if let Some(descriptors) = descriptors {
                    descriptors.lose(lent);
                }
                plan.give_up_for_good(case, hung(&run.cases[case], step, since));
                others.into_iter().for_each(|other| queue.give_back(other));
                start(&mut crew)?;
            }
        }
    }
    result
}

/// Runs the batches in processes, up to `at_once` at a time. Returns the trials for which something was wanting, in
/// batches.
///
/// # Errors
///
/// Not even one thread can be started.
fn run_batches(
    run: Run<'_>,
    plan: &Arc<Plan>,
    batches: Vec<Vec<usize>>,
    at_once: usize,
    one_at_a_time: Option<&Arc<Mutex<()>>>,
) -> io::Result<Vec<Vec<usize>>> {
    let mut crew = Crew::new(plan, run.settings);
    let batches = Arc::new(Mutex::new(batches.into_iter()));
    for _ in 0..at_once {
        let (batches, settings) = (Arc::clone(&batches), run.settings.clone());
        let one_at_a_time = one_at_a_time.cloned();
        crew.start(move |plan, ledger| {
            let cases = plan.cases();
            let starting = batch::Starting { one_at_a_time: one_at_a_time.as_deref(), last_resort: at_once == 1 };
            let next = || batches.lock().unwrap_or_else(PoisonError::into_inner).next();
            let mut left = Vec::new();
            while let Some(batch) = next() {
                left.push(batch::run(plan.run(&cases, &settings), &batch, starting, ledger));
            }
            left
        })?;
    }
    let mut all = Vec::new();
    while let Some(event) = crew.next() {
        match event {
            Event::Ended { result: left, .. } => all.extend(left.into_iter().filter(|batch| !batch.is_empty())),
            Event::Hung { case, step, since, .. } => {
                plan.give_up_for_good(case, hung(&run.cases[case], step, since));
            }
        }
    }
    Ok(all)
}
