//! What a child has to do, in one JSON document on its standard input, and how it does it.

use std::{
    io::{self, Read},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Axes, Case, Scenario, parse_steps},
    driver::{
        queue::Queue,
        settings::{Progress, Run, Settings},
        worker::Worker,
    },
    sys,
};

/// The argument that makes this program do a [`Job`].
pub(in crate::driver) const WORK: &str = "run-trials";

/// Trials for a child.
#[derive(Serialize, Deserialize)]
pub(super) struct Job {
    await_deadline: Duration,
    connect_deadline: Duration,
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
    pub(super) fn new(Run { cases, settings, .. }: Run<'_>, numbers: &[usize], trials: &[usize]) -> Self {
        let place = |case: &usize| numbers.binary_search(case).expect("the case of every trial is among the numbers");
        let job_case = |&number: &usize| {
            let Case { scenario, axes } = cases[number];
            let steps = scenario.steps.iter().map(|step| format!("{step}\n")).collect();
            JobCase { id: scenario.id.clone(), axes, steps }
        };
        Job {
            await_deadline: settings.await_deadline,
            connect_deadline: settings.connect_deadline,
            cases: numbers.iter().map(job_case).collect(),
            trials: trials.iter().map(place).collect(),
        }
    }

    /// The cases as scenarios of one case each; `None` if the steps of one cannot be read.
    fn scenarios(&self) -> Option<Vec<Scenario>> {
        let scenario = |case: &JobCase| {
            Some(Scenario {
                id: case.id.clone(),
                title: String::new(),
                why: String::new(),
                source: None,
                axes: vec![case.axes],
                // The parent has chosen the deadlines, and judges the outcomes.
                slow: false,
                racing: false,
                steps: parse_steps(&case.steps).ok()?,
            })
        };
        self.cases.iter().map(scenario).collect()
    }
}

/// Does the job on standard input and writes the journal to standard output.
///
/// # Errors
///
/// Standard input cannot be read or holds no job, SIGPIPE cannot be set, or the selector cannot be used.
pub(in crate::driver) fn work() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let scenarios = job.scenarios().ok_or(io::ErrorKind::InvalidData)?;
    let cases: Vec<_> = scenarios.iter().map(|scenario| Case { scenario, axes: scenario.axes[0] }).collect();
    let settings = Settings {
        repeat: 1,
        jobs: 1,
        in_flight: 1,
        await_deadline: job.await_deadline,
        connect_deadline: job.connect_deadline,
        // The deadlines above are what the run chose for its cases, slow or not.
        slow_deadline: Duration::ZERO,
        pace: Duration::ZERO,
        program: std::env::current_exe().ok(),
    };
    let run = Run { cases: &cases, settings: &settings, progress: &Progress::default() };
    let queue = Queue::repeating(vec![job.trials], 1);
    let worker = Worker::new(run, &queue, true)?.with_journal();
    if let Some(first) = cases.first() {
        sys::set_sigpipe(first.axes.sigpipe)?;
    }
    worker.run().map(drop)
}
