//! What a process does that a run has started for some of its trials: it gets its job on standard input, and writes to
//! its journal what each step gave. Where SIGPIPE kills, copies of it, which begin sooner than a program, do the trials.

use std::{
    io::{self, Read},
    process,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    blame::{Doing, is_scarcity},
    journal::{Journal, Line},
    pacing::{AnswerRates, Pacing},
    plan::{Ledger, Plan},
    schedule::{InOrder, Queue},
    settings::{Progress, Run, Settings},
    worker::Worker,
};
use crate::{
    catalogue::{Axes, Case, Scenario, Sigpipe, parse_steps_over},
    sys,
};

/// The argument that makes this program do a [`Job`].
pub(super) const WORK: &str = "run-trials";

/// The exit status of a child that could not go on for want of descriptors, memory, threads or processes; sysexits.h
/// calls it EX_TEMPFAIL.
pub(super) const EXHAUSTED: i32 = 75;

/// Trials for a child, in one JSON document.
#[derive(Serialize, Deserialize)]
pub(super) struct Job {
    await_deadline: Duration,
    connect_deadline: Duration,
    patience: Duration,
    /// Nobody else in the run holds descriptors or ports.
    last_resort: bool,
    /// The cases, which all set SIGPIPE to the same.
    cases: Vec<JobCase>,
    /// The 0-based places in `cases` of the cases to try, in this order.
    trials: Vec<usize>,
}

/// What a child needs to know of a case.
#[derive(Serialize, Deserialize)]
struct JobCase {
    id: String,
    axes: Axes,
    /// In the step language, one step a line.
    steps: String,
}

impl Job {
    /// The job of running `trials`, given by the 0-based numbers of their cases; `numbers` are those numbers, each once
    /// and in order.
    ///
    /// # Panics
    ///
    /// The case of a trial is not among the numbers.
    pub(super) fn new(
        Run { cases, settings, .. }: Run<'_>,
        last_resort: bool,
        numbers: &[usize],
        trials: &[usize],
    ) -> Self {
        let place = |case: &usize| numbers.binary_search(case).expect("the case of every trial is among the numbers");
        let job_case = |&number: &usize| {
            let Case { scenario, axes } = cases[number];
            let steps = scenario.steps.iter().map(|step| format!("{step}\n")).collect();
            JobCase { id: scenario.id.clone(), axes, steps }
        };
        Job {
            await_deadline: settings.await_deadline,
            connect_deadline: settings.connect_deadline,
            patience: settings.patience,
            last_resort,
            cases: numbers.iter().map(job_case).collect(),
            trials: trials.iter().map(place).collect(),
        }
    }
}

impl JobCase {
    /// The scenario of this case only. Fails if its steps cannot be read.
    fn scenario(&self) -> io::Result<Scenario> {
        let steps = parse_steps_over(&self.steps, &[self.axes.transport]).map_err(|mistakes| {
            let first = mistakes.first().map_or(String::new(), |mistake| format!(": {}", mistake.title));
            io::Error::new(io::ErrorKind::InvalidData, format!("the steps of {} cannot be read{first}", self.id))
        })?;
        Ok(Scenario {
            id: self.id.clone(),
            title: String::new(),
            why: String::new(),
            source: None,
            axes: vec![self.axes],
            // The parent has chosen the deadlines, and judges the outcomes.
            slow: false,
            racing: false,
            races_on: Vec::new(),
            steps,
        })
    }
}

/// Does the job on standard input and writes the journal to standard output.
///
/// # Errors
///
/// Standard input cannot be read or holds no job, SIGPIPE cannot be set, this process cannot be copied, or the selector
/// cannot be used.
pub(super) fn work() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let scenarios: Vec<_> = job.cases.iter().map(JobCase::scenario).collect::<io::Result<_>>()?;
    let cases: Vec<_> = scenarios.iter().map(|scenario| Case { scenario, axes: scenario.axes[0] }).collect();
    let settings = Settings {
        repeat: 1,
        jobs: 1,
        in_flight: 1,
        await_deadline: job.await_deadline,
        connect_deadline: job.connect_deadline,
        // The deadlines above are what the run chose for its cases, slow or not.
        slow_deadline: Duration::ZERO,
        on_slow_machine: None,
        pace: Duration::ZERO,
        // The parent watches the time, and ends this process if it hangs.
        time_limit: Duration::ZERO,
        patience: job.patience,
        // The parent has waited until these trials may begin.
        answer_rates: AnswerRates::default(),
        program: sys::program(),
    };
    let plan = Plan::new(&cases, &settings, &Progress::default(), Arc::new(Pacing::unlimited()), None);
    let run_from = |first: usize, ended: &AtomicUsize| {
        let others = job.trials[first..].to_vec();
        let (queue, ledger) = (Queue::repeating(InOrder { long: Vec::new(), others }, 1), Ledger::default());
        let worker = Worker::new(plan.run(&cases, &settings), &queue, &ledger, None, job.last_resort)?;
        if let Some(first) = cases.first() {
            sys::set_sigpipe(first.axes.sigpipe)?;
        }
        worker.with_journal(Journal::new(ended)).run()
    };
    let is_killed = cases.first().is_some_and(|case| case.axes.sigpipe == Sigpipe::Default);
    let done = match is_killed {
        true => run_in_copies(job.trials.len(), run_from),
        false => run_from(0, &AtomicUsize::new(0)),
    };
    match done {
        Err(error) if is_scarcity(&error, Doing::Start("a process")) => process::exit(EXHAUSTED),
        done => done,
    }
}

/// Has copies of this process run that many trials, one after the other, each from the trial after the one that killed
/// the copy before it. `run_from` runs them from the one with this 0-based number, and counts those that have ended.
///
/// # Errors
///
/// This process cannot share memory with copies, or cannot be copied; or it is a copy, and `run_from` failed.
fn run_in_copies(trials: usize, run_from: impl Fn(usize, &AtomicUsize) -> io::Result<()>) -> io::Result<()> {
    let ended = sys::shared_counter()?;
    loop {
        // There is no other thread, as a copy needs it: trials start theirs in the copies.
        let Some(status) = sys::copy_process()? else {
            Line::Copied(process::id()).write();
            return run_from(ended.load(Ordering::Relaxed), ended);
        };
        if sys::killed_by_sigpipe(status) {
            Line::Killed.write();
            if ended.fetch_add(1, Ordering::Relaxed) + 1 < trials {
                continue;
            }
        } else if status.code() == Some(EXHAUSTED) {
            process::exit(EXHAUSTED);
        } else if !status.success() {
            Line::Crashed(status.to_string()).write();
        }
        return Ok(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Selection};

    /// The rules of the language that a sequence of steps has to keep depend on the transport.
    #[test]
    fn a_child_reads_every_case_of_the_catalogue_as_it_is() {
        let catalogue = Catalogue::builtin();
        let cases = Selection::default().with_slow(true).cases(&catalogue);
        let settings = Settings::default();
        let plan = Plan::new(&cases, &settings, &Progress::default(), Arc::new(Pacing::unlimited()), None);
        let numbers: Vec<_> = (0..cases.len()).collect();
        let text = serde_json::to_string(&Job::new(plan.run(&cases, &settings), false, &numbers, &numbers));
        let job: Job =
            serde_json::from_str(&text.expect("a job has a JSON form")).expect("it is read as it is written");
        assert_eq!(job.cases.len(), cases.len());
        for (read, case) in job.cases.iter().zip(&cases) {
            let scenario = read.scenario().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((&scenario.id, &scenario.steps), (&case.scenario.id, &case.scenario.steps));
            assert_eq!(scenario.axes, [case.axes]);
        }
    }
}
