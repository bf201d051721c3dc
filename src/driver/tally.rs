//! Counting: how often each step of each case gave what.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::{catalogue::Case, outcome::Observation};

/// What a step gave, and in how many trials: the most frequent first, and those equally frequent by name. The counts
/// add up to the trials of the case.
pub type StepTally = Vec<(Observation, u64)>;

/// The result of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseResult {
    /// Every trial has ended.
    Measured {
        /// How many there were.
        trials: u64,
        /// A tally for each step: that of step 1 is at index 0, while rows count steps from 1.
        steps: Vec<StepTally>,
    },
    /// This platform does not have what the case needs, for this reason.
    Unsupported(String),
    /// The case was not run to its end, for this reason, which says nothing about the platform: the run was stopped, or
    /// the harness itself lacked something.
    NotRun(String),
}

/// Counts of some trials, for each case of a run by its 0-based number.
#[derive(Debug)]
pub(super) struct Tally {
    cases: Vec<CaseTally>,
}

#[derive(Debug)]
struct CaseTally {
    trials: u64,
    steps: Vec<StepTally>,
    /// Why it has no result of its own: [`CaseResult::Unsupported`] or [`CaseResult::NotRun`].
    given_up: Option<CaseResult>,
}

impl Tally {
    pub(super) fn new(cases: &[Case<'_>]) -> Self {
        let steps = |case: &Case<'_>| vec![Vec::new(); case.scenario.steps.len()];
        let empty = |case| CaseTally { trials: 0, steps: steps(case), given_up: None };
        Tally { cases: cases.iter().map(empty).collect() }
    }

    /// Counts one trial that has ended: an observation for each step.
    ///
    /// # Panics
    ///
    /// There is no case of this number.
    pub(super) fn add(&mut self, case: usize, observations: &[Observation]) {
        let case = &mut self.cases[case];
        case.trials += 1;
        for (step, &observation) in case.steps.iter_mut().zip(observations) {
            count(step, observation);
        }
    }

    /// Gives a case up, with [`CaseResult::Unsupported`] or [`CaseResult::NotRun`]; the first reason stays. Panics like
    /// [`add`](Tally::add).
    pub(super) fn give_up(&mut self, case: usize, result: CaseResult) {
        self.cases[case].given_up.get_or_insert(result);
    }

    /// The result of each case; `trials` is how many trials complete the case of a number, and `unfinished` the reason
    /// why one that has fewer is not run.
    pub(super) fn into_results(self, trials: impl Fn(usize) -> u64, unfinished: &str) -> Vec<CaseResult> {
        let result = |(number, mut case): (usize, CaseTally)| match case.given_up {
            Some(result) => result,
            None if case.trials < trials(number) => CaseResult::NotRun(unfinished.to_owned()),
            None => {
                // Equally frequent ones by name: the order must not depend on which trial ended first.
                let key = |(observation, times): &(Observation, u64)| (Reverse(*times), observation.to_string());
                case.steps.iter_mut().for_each(|step| step.sort_by_cached_key(key));
                CaseResult::Measured { trials: case.trials, steps: case.steps }
            }
        };
        self.cases.into_iter().enumerate().map(result).collect()
    }
}

/// One outcome is one entry, whatever the selector itself said: an entry has the flags of all its trials.
fn count(step: &mut StepTally, observation: Observation) {
    let is_same = |seen: &Observation| (seen.outcome, seen.signal) == (observation.outcome, observation.signal);
    match step.iter_mut().find(|(seen, _)| is_same(seen)) {
        Some((seen, count)) => {
            seen.flags = seen.flags.union(observation.flags);
            *count += 1;
        }
        None => step.push((observation, 1)),
    }
}
