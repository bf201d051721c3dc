//! The one comparison: whether two cells say the same. The matrix, `diff`, `report --verify` and `check` all ask here.

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
    /// Some of the other's, and no further ones.
    Subset,
    /// All of the other's, and further ones.
    Superset,
    /// Some of the other's, and further ones.
    Overlap,
    /// None of the other's.
    Disjoint,
}

/// What of a cell is compared, in order. Nothing, where nothing was observed.
pub(super) fn compared(cell: &Cell, by: Compare) -> BTreeSet<&str> {
    if !cell.is_observed() {
        return BTreeSet::new();
    }
    let outcomes = cell.outcomes.iter().map(|seen| seen.outcome.as_ref());
    match by {
        Compare::Exact => outcomes.collect(),
        Compare::Class => outcomes.map(word).collect(),
    }
}

/// The word of an outcome's class, or an outcome of no class itself.
fn word(outcome: &str) -> &str {
    match class_of(outcome) {
        Some(class) => class.word(),
        None => outcome,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Seen;

    fn cell(outcomes: &[&str]) -> Cell {
        let seen = |outcome: &&str| Seen { outcome: (*outcome).into(), count: Some(1), note: "".into() };
        Cell { outcomes: outcomes.iter().map(seen).collect(), trials: Some(2) }
    }

    #[test]
    fn sets_of_outcomes_are_compared_exactly_or_by_class() {
        let by = |one: &[&str], other: &[&str], by| relation(&cell(one), &cell(other), by);
        assert_eq!(by(&["EPIPE"], &["EPIPE"], Compare::Exact), Relation::Same);
        assert_eq!(by(&["EPIPE"], &["ECONNRESET"], Compare::Exact), Relation::Disjoint);
        assert_eq!(by(&["EPIPE"], &["ECONNRESET"], Compare::Class), Relation::Same);
        assert_eq!(by(&["EPIPE"], &["eof"], Compare::Class), Relation::Disjoint);
        assert_eq!(by(&["EPIPE"], &["EPIPE", "ok 1"], Compare::Exact), Relation::Subset);
        assert_eq!(by(&["EPIPE", "ok 1"], &["EPIPE"], Compare::Exact), Relation::Superset);
        assert_eq!(by(&["EPIPE", "ok 1"], &["EPIPE", "eof"], Compare::Exact), Relation::Overlap);
        assert_eq!(by(&["errno 1"], &["errno 2"], Compare::Class), Relation::Disjoint);
    }
}
