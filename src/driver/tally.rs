//! Counting: how often each step of each case gave what.

use std::cmp::Reverse;

use crate::{catalogue::Case, outcome::Observation};

/// What a step gave, and in how many trials: the most frequent first, and those equally frequent by name. The counts
/// add up to the trials of the case.
pub type StepTally = Vec<(Observation, u64)>;

/// The result of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseResult {
    /// Every trial has ended.
    Measured {
        /// How many there were.
        trials: u64,
        /// A tally for each step: that of step 1 is at index 0, while rows count steps from 1.
        steps: Vec<StepTally>,
    },
    /// This platform cannot run the case, for this reason.
    Unsupported(String),
    /// The run was stopped before all of its trials had ended.
    NotRun,
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
    unsupported: Option<String>,
}

impl Tally {
    pub(super) fn new(cases: &[Case<'_>]) -> Self {
        let steps = |case: &Case<'_>| vec![Vec::new(); case.scenario.steps.len()];
        let empty = |case| CaseTally { trials: 0, steps: steps(case), unsupported: None };
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
            count(step, observation, 1);
        }
    }

    /// Notes that a case cannot be run; the first reason stays. Panics like [`add`](Tally::add).
    pub(super) fn set_unsupported(&mut self, case: usize, reason: String) {
        self.cases[case].unsupported.get_or_insert(reason);
    }

    /// Adds the counts of the same cases.
    pub(super) fn merge(&mut self, other: Tally) {
        for (case, other) in self.cases.iter_mut().zip(other.cases) {
            case.trials += other.trials;
            for (step, other) in case.steps.iter_mut().zip(other.steps) {
                for (observation, times) in other {
                    count(step, observation, times);
                }
            }
            case.unsupported = case.unsupported.take().or(other.unsupported);
        }
    }

    /// The result of each case; `trials` is how many trials complete the case of a number.
    pub(super) fn into_results(self, trials: impl Fn(usize) -> u64) -> Vec<CaseResult> {
        let result = |(number, mut case): (usize, CaseTally)| match case.unsupported {
            Some(reason) => CaseResult::Unsupported(reason),
            None if case.trials < trials(number) => CaseResult::NotRun,
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

fn count(step: &mut StepTally, observation: Observation, times: u64) {
    match step.iter_mut().find(|(seen, _)| *seen == observation) {
        Some((_, count)) => *count += times,
        None => step.push((observation, times)),
    }
}
