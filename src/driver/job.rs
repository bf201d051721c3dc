//! What a child of a run has to do: the parent writes it, the child reads it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::catalogue::{Axes, Call, Case, Scenario, Sigpipe, SocketOption, Transport, parse_steps};

/// The argument that makes this program such a process; its job comes on standard input.
pub(super) const WORK: &str = "run-trials";

/// What a child has to do.
#[derive(Serialize, Deserialize)]
pub(super) struct Job {
    sigpipe: String,
    pub(super) await_deadline: Duration,
    pub(super) connect_deadline: Duration,
    cases: Vec<JobCase>,
    /// Places in `cases`, in the order of the trials.
    pub(super) trials: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
struct JobCase {
    id: String,
    steps: String,
    transport: String,
    call: String,
    option: String,
}

impl Job {
    pub(super) fn new(cases: &[Case<'_>], numbers: &[usize], settings: &Settings, trials: &[usize]) -> Self {
        let place = |case: &usize| numbers.binary_search(case).expect("every trial's case is among the numbers");
        let job_case = |&number: &usize| {
            let Case { scenario, axes } = cases[number];
            JobCase {
                id: scenario.id.clone(),
                steps: scenario.steps.iter().map(|step| format!("{step}\n")).collect(),
                transport: axes.transport.word().to_owned(),
                call: axes.call.word().to_owned(),
                option: axes.option.word().to_owned(),
            }
        };
        Job {
            sigpipe: cases[numbers[0]].axes.sigpipe.word().to_owned(),
            await_deadline: settings.await_deadline,
            connect_deadline: settings.connect_deadline,
            cases: numbers.iter().map(job_case).collect(),
            trials: trials.iter().map(place).collect(),
        }
    }

    /// What SIGPIPE does, and the cases; `None` if this is no job.
    pub(super) fn read(&self) -> Option<(Sigpipe, Vec<Scenario>)> {
        let sigpipe = Sigpipe::from_word(&self.sigpipe)?;
        let scenario = |case: &JobCase| {
            let axes = Axes {
                transport: Transport::from_word(&case.transport)?,
                sigpipe,
                call: Call::from_word(&case.call)?,
                option: SocketOption::from_word(&case.option)?,
            };
            let steps = parse_steps(&case.steps).ok()?;
            let (title, why) = (String::new(), String::new());
            Some(Scenario {
                id: case.id.clone(),
                title,
                why,
                source: None,
                axes: vec![axes],
                // The deadlines of the job are those of its cases already, and nobody judges outcomes here.
                slow: false,
                racing: false,
                steps,
            })
        };
        Some((sigpipe, self.cases.iter().map(scenario).collect::<Option<_>>()?))
    }
}
