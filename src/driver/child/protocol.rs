//! What a run and the processes that it starts say to each other: a job in one JSON document, and one JSON line for each
//! step that was taken.

use std::{
    io::Write,
    process,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Axes, Case, Scenario, parse_steps},
    driver::Settings,
    outcome::Observation,
};

/// What a child has to do; it comes on the child's standard input.
#[derive(Serialize, Deserialize)]
pub(super) struct Job {
    /// How long an `await`, and a call that would block, waits.
    pub(super) await_deadline: Duration,
    /// How long a connect waits.
    pub(super) connect_deadline: Duration,
    /// The cases, which all set SIGPIPE to the same.
    cases: Vec<JobCase>,
    /// Places in `cases`, 0-based, in the order of the trials.
    pub(super) trials: Vec<usize>,
}

/// A case as a child needs it: nothing that is only for readers.
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
    pub(super) fn new(cases: &[Case<'_>], numbers: &[usize], settings: &Settings, trials: &[usize]) -> Self {
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
    pub(super) fn scenarios(&self) -> Option<Vec<Scenario>> {
        let scenario = |case: &JobCase| {
            Some(Scenario {
                id: case.id.clone(),
                title: String::new(),
                why: String::new(),
                source: None,
                axes: vec![case.axes],
                // The parent chose the deadlines, and judges the outcomes.
                slow: false,
                racing: false,
                steps: parse_steps(&case.steps).ok()?,
            })
        };
        self.cases.iter().map(scenario).collect()
    }
}

/// What a child says, one JSON value a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::driver) enum Line {
    /// A trial of the case at this place of the job begins; if a trial was under way, it begins anew.
    Begin(usize),
    /// The step at hand gave this.
    Step(Observation),
    /// A poll brought no event: the process lives, and the trial waits.
    Waiting,
    /// The trial ended.
    End,
    /// The case of the trial cannot be run here, for this reason.
    Unsupported(String),
}

impl Line {
    /// The line as text, without its line end.
    pub(in crate::driver) fn encode(&self) -> String {
        serde_json::to_string(self).expect("plain data has a JSON form")
    }

    /// Reads a line; `None` for any other text.
    pub(in crate::driver) fn decode(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// The child's end: every line is written at once, since the next step may kill the process.
pub(in crate::driver) struct Journal(Mutex<Box<dyn Write + Send>>);

impl Journal {
    /// A journal that is written to `out`.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Journal(Mutex::new(out))
    }

    /// Writes a line. If that fails the parent is gone, and with it whoever wanted the rest: the process ends.
    pub(in crate::driver) fn line(&self, line: &Line) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = out.write_all(format!("{}\n", line.encode()).as_bytes()).and_then(|()| out.flush());
        if written.is_err() {
            process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::outcome::{Outcome, Readiness, Signal};

    #[test]
    fn every_line_is_read_as_it_was_written() {
        let flags = Readiness::READABLE | Readiness::WRITE_CLOSED;
        let other = Outcome::from_error(&io::ErrorKind::UnexpectedEof.into());
        let step = |outcome, signal| Line::Step(Observation { outcome, signal });
        for line in [
            Line::Begin(12),
            Line::Waiting,
            Line::End,
            Line::Unsupported("no such thing:\nEPERM".to_owned()),
            step(Outcome::Ready(flags), Signal::None),
            step(Outcome::NoEvent(Readiness::default()), Signal::Elsewhere),
            step(Outcome::Error(-3), Signal::Killed),
            step(other, Signal::Delivered),
        ] {
            let text = line.encode();
            assert!(!text.contains('\n'), "{text}");
            assert_eq!(Line::decode(&text), Some(line));
        }
        assert_eq!(Line::decode("nonsense"), None);
    }
}
