//! Verdicts, and which of them fail.

use std::collections::BTreeSet;

use crate::{
    matrix::{Compare, ComparedStep, Relation},
    words::words,
};

words! {
    /// What became of a step of a case. The verdicts that fail by default come first.
    Verdict {
        /// It gave no outcome that the baseline has.
        Changed = "changed",
        /// It was observed in the baseline, but not here.
        Missing = "missing",
        /// It gave outcomes that the baseline has, and others.
        Unsteady = "unsteady",
        /// It was observed here, but not in the baseline.
        New = "new",
        /// It differs from the baseline, and a known exception allows that.
        Known = "known",
        /// It gave the outcomes that the baseline has, or some of them.
        Same = "same",
    }
}

impl Verdict {
    /// The verdict on a step before exceptions are applied; `None` where nothing was observed on either side.
    pub(super) fn of(step: &ComparedStep<'_>, by: Compare) -> Option<Self> {
        if let Some(relation) = step.relation(by) {
            return Some(match relation {
                // Trials of a race meet some of its outcomes by chance; an outcome never seen before is a finding.
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

words! {
    /// What can fail a check.
    Concern {
        /// A step gave no outcome that the baseline has.
        Changed = "changed",
        /// A step was observed in the baseline, but not here.
        Missing = "missing",
        /// A step gave outcomes that the baseline has, and others.
        Unsteady = "unsteady",
        /// A step was observed here, but not in the baseline.
        New = "new",
        /// A known exception no longer applies.
        Stale = "stale",
        /// The baseline has no platform to compare with.
        NewPlatform = "new-platform",
    }
}

/// Which concerns fail a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    failing: BTreeSet<Concern>,
    allowed: BTreeSet<Concern>,
}

impl Default for Policy {
    /// [`Concern::Changed`] and [`Concern::Missing`] fail.
    fn default() -> Self {
        Policy { failing: BTreeSet::from([Concern::Changed, Concern::Missing]), allowed: BTreeSet::new() }
    }
}

impl Policy {
    /// The default, plus what `deny` names, minus what `allow` names. A concern that both name does not fail.
    pub fn new(deny: &[Concern], allow: &[Concern]) -> Self {
        let mut policy = Policy::default();
        policy.failing.extend(deny);
        policy.failing.retain(|concern| !allow.contains(concern));
        policy.allowed.extend(allow);
        policy
    }

    /// Whether a concern fails the check.
    pub fn fails(&self, concern: Concern) -> bool {
        self.failing.contains(&concern)
    }

    /// Whether a concern was allowed explicitly. A platform without a baseline then counts as the same.
    pub fn allows(&self, concern: Concern) -> bool {
        self.allowed.contains(&concern)
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
