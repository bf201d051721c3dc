//! Whether two cells say the same. The matrix, `diff`, `report --verify` and `check` all compare cells with this.

use std::collections::BTreeSet;

use clap::ValueEnum;

use super::Cell;
use crate::outcome::class_of;

/// What has to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Compare {
    /// The outcomes.
    #[default]
    Exact,
    /// What portable code needs to know of them: disconnected, end, data, wait, misuse, done, killed.
    Class,
}

/// How the outcomes of one cell stand to those of another. How often each came does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same outcomes.
    Same,
    /// Some of the other's, and no others.
    Subset,
    /// All of the other's, and others.
    Superset,
    /// Some of the other's, and others.
    Overlap,
    /// None of the other's.
    Disjoint,
}

/// What is compared of a cell: its distinct outcomes, or the words of their classes. Empty where nothing was observed.
/// An outcome of no class stands for itself.
pub(super) fn compared(cell: &Cell, by: Compare) -> BTreeSet<&str> {
    if !cell.is_observed() {
        return BTreeSet::new();
    }
    let outcomes = cell.outcomes.iter().map(|seen| seen.outcome.as_ref());
    match by {
        Compare::Exact => outcomes.collect(),
        Compare::Class => outcomes.map(|outcome| class_of(outcome).map_or(outcome, |class| class.word())).collect(),
    }
}

/// How `one` stands to `other`.
pub fn relation(one: &Cell, other: &Cell, by: Compare) -> Relation {
    let (one, other) = (compared(one, by), compared(other, by));
    match (one.is_subset(&other), one.is_superset(&other)) {
        (true, true) => Relation::Same,
        (true, false) => Relation::Subset,
        (false, true) => Relation::Superset,
        (false, false) if one.is_disjoint(&other) => Relation::Disjoint,
        (false, false) => Relation::Overlap,
    }
}
