//! Verdicts, and which of them fail.

use std::collections::BTreeSet;

use clap::ValueEnum;

use crate::matrix::{Compare, ComparedStep, Relation};

/// What became of a step of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It gave no outcome that the baseline has.
    Changed,
    /// It was observed in the baseline, but not here.
    Missing,
    /// It gave outcomes that the baseline has, and others.
    Unsteady,
    /// It was observed here, but not in the baseline.
    New,
    /// It differs from the baseline, and a known exception allows that.
    Known,
    /// It gave the outcomes that the baseline has, or some of them.
    Same,
}

impl Verdict {
    /// All of them, in the order of their declaration: those that fail first.
    pub const ALL: [Verdict; 6] =
        [Verdict::Changed, Verdict::Missing, Verdict::Unsteady, Verdict::New, Verdict::Known, Verdict::Same];

    /// Its word in every format.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Changed => "changed",
            Verdict::Missing => "missing",
            Verdict::Unsteady => "unsteady",
            Verdict::New => "new",
            Verdict::Known => "known",
            Verdict::Same => "same",
        }
    }

    /// The verdict on a step before exceptions are applied; `None` where nothing was observed on either side.
    pub(super) fn of(step: &ComparedStep<'_>, by: Compare) -> Option<Self> {
        if let Some(relation) = step.relation(by) {
            return Some(match relation {
                // Which outcomes of a race some trials meet is chance; an outcome never seen before is not.
                Relation::Same | Relation::Subset => Verdict::Same,
                Relation::Superset | Relation::Overlap => Verdict::Unsteady,
                Relation::Disjoint => Verdict::Changed,
            });
        }
        match (step.baseline, step.run) {
            (Some(baseline), _) if baseline.is_observed() => Some(Verdict::Missing),
            (_, Some(run)) if run.is_observed() => Some(Verdict::New),
            _ => None,
        }
    }
}

/// What can fail a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Concern {
    /// A step gave no outcome that the baseline has.
    Changed,
    /// A step was observed in the baseline, but not here.
    Missing,
    /// A step gave outcomes that the baseline has, and others.
    Unsteady,
    /// A step was observed here, but not in the baseline.
    New,
    /// A known exception no longer applies.
    Stale,
    /// The baseline has no platform to compare with.
    NewPlatform,
}

/// Which concerns fail a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(BTreeSet<Concern>);

impl Default for Policy {
    /// [`Concern::Changed`] and [`Concern::Missing`] fail.
    fn default() -> Self {
        Policy(BTreeSet::from([Concern::Changed, Concern::Missing]))
    }
}

impl Policy {
    /// The default, plus what `deny` names, minus what `allow` names. A concern that both name does not fail.
    pub fn new(deny: &[Concern], allow: &[Concern]) -> Self {
        let mut policy = Policy::default();
        policy.0.extend(deny);
        policy.0.retain(|concern| !allow.contains(concern));
        policy
    }

    /// Whether a concern fails the check.
    pub fn fails(&self, concern: Concern) -> bool {
        self.0.contains(&concern)
    }

    /// Whether a verdict fails the check; `same` and `known` never do.
    pub fn fails_on(&self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Changed => self.fails(Concern::Changed),
            Verdict::Missing => self.fails(Concern::Missing),
            Verdict::Unsteady => self.fails(Concern::Unsteady),
            Verdict::New => self.fails(Concern::New),
            Verdict::Known | Verdict::Same => false,
        }
    }
}
