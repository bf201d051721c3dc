//! Verdicts, and which of them fail.

use std::collections::BTreeSet;

use clap::ValueEnum;

use crate::matrix::{Compare, ComparedStep, Relation};

/// What became of a step of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It gave what the baseline knows, or some of that.
    Same,
    /// It gave nothing of what the baseline knows.
    Changed,
    /// It was observed in the baseline, and here it was not.
    Missing,
    /// ComparedSteps outcomes that the baseline knows it gave others.
    Unsteady,
    /// It was observed here, and in the baseline it was not.
    New,
    /// It is not as the baseline has it, and that is a known exception.
    Known,
}

impl Verdict {
    /// All of them, those that fail first.
    pub const ALL: [Verdict; 6] =
        [Verdict::Changed, Verdict::Missing, Verdict::Unsteady, Verdict::New, Verdict::Known, Verdict::Same];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Changed => "changed",
            Verdict::Missing => "missing",
            Verdict::Unsteady => "unsteady",
            Verdict::New => "new",
            Verdict::Known => "known",
        }
    }

    /// The verdict on a step, exceptions aside. None where nothing was observed, neither here nor there.
    pub(super) fn of(step: &ComparedStep<'_>, by: Compare) -> Option<Self> {
        if let Some(relation) = step.relation(by) {
            return Some(match relation {
                // How many outcomes of a race some trials meet is chance; a further one is news.
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
    /// A step gave nothing of what the baseline knows.
    Changed,
    /// A step was observed in the baseline, and here it was not.
    Missing,
    /// A step gave further outcomes besides those that the baseline knows.
    Unsteady,
    /// A step was observed here, and in the baseline it was not.
    New,
    /// A known exception no longer applies.
    Stale,
    /// The baseline has no platform to compare with.
    NewPlatform,
}

impl Concern {
    /// What concern a verdict is; two are none.
    pub fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Changed => Some(Concern::Changed),
            Verdict::Missing => Some(Concern::Missing),
            Verdict::Unsteady => Some(Concern::Unsteady),
            Verdict::New => Some(Concern::New),
            Verdict::Same | Verdict::Known => None,
        }
    }
}

/// Which concerns fail a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(BTreeSet<Concern>);

impl Default for Policy {
    /// Changed and missing.
    fn default() -> Self {
        Policy(BTreeSet::from([Concern::Changed, Concern::Missing]))
    }
}

impl Policy {
    /// The default, with some that fail besides, and some that do not.
    pub fn new(deny: &[Concern], allow: &[Concern]) -> Self {
        let mut policy = Policy::default();
        policy.0.extend(deny);
        policy.0.retain(|concern| !allow.contains(concern));
        policy
    }

    /// Whether this fails.
    pub fn fails(&self, concern: Concern) -> bool {
        self.0.contains(&concern)
    }

    /// Whether a verdict fails.
    pub fn fails_on(&self, verdict: Verdict) -> bool {
        Concern::of(verdict).is_some_and(|concern| self.fails(concern))
    }
}
