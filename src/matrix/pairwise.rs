//! How many rows differ between each two platforms.

use indexmap::{IndexMap, IndexSet};
use serde::Serialize;

use super::{Column, Compare, View, cell::CellId, row::differ, store::Store};
use crate::{platform::Provenance, results::PlaceId};

/// Two columns, and in how many rows they differ.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PairCount<'a> {
    /// The name of the column that comes first in the view.
    pub a: &'a str,
    /// The name of the other one.
    pub b: &'a str,
    /// Where the cells of `a` come from.
    pub a_provenance: Provenance,
    /// Where the cells of `b` come from.
    pub b_provenance: Provenance,
    /// In how many rows of a view of the two something was observed on both.
    pub rows: usize,
    /// In how many of them the two differ.
    pub differing: usize,
}

/// What two columns have in common: the rows of a view of the two in which something was observed on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Common {
    /// How many rows these are.
    pub rows: usize,
    /// In how many of them the two differ.
    pub differing: usize,
}

impl Common {
    /// Adds other rows to these.
    pub(super) fn add(&mut self, other: Common) {
        self.rows += other.rows;
        self.differing += other.differing;
    }
}

impl View<'_> {
    /// Compares each column with each one before it: the second with the first, the third with the first and the
    /// second, and so on.
    pub fn pair_counts<'a>(&'a self) -> Vec<PairCount<'a>> {
        let count = self.columns.len();
        let mut totals = vec![Common::default(); count * count.saturating_sub(1) / 2];
        let columns: Vec<_> = self.columns.iter().collect();
        for step in self.places.chunk_by(|a, b| self.store.is_same_step(*a, *b)) {
            let mut patterns = Patterns::new(self.store, &columns, step, self.compare);
            let mut pairs = totals.iter_mut();
            for other in 0..count {
                for (one, total) in (0..other).zip(&mut pairs) {
                    total.add(patterns.common(one, other));
                }
            }
        }
        let pairs = self
            .columns
            .iter()
            .enumerate()
            .flat_map(|(at, other)| self.columns[..at].iter().map(move |one| (one, other)));
        let pair = |((one, other), common): ((&'a Column, &'a Column), Common)| {
            let (a_provenance, b_provenance) = (one.provenance, other.provenance);
            let Common { rows, differing } = common;
            PairCount { a: &one.name, b: &other.name, a_provenance, b_provenance, rows, differing }
        };
        pairs.zip(totals).map(pair).collect()
    }
}

/// What columns gave in the cases of one step. Many columns gave the same, so two distinct patterns are compared once,
/// however many columns have them.
pub(super) struct Patterns<'a> {
    store: &'a Store,
    compare: Compare,
    /// What a column gave in each case, and whether that was measured.
    patterns: Vec<Vec<(CellId, bool)>>,
    /// For each column the 0-based number of its pattern.
    of_column: Vec<usize>,
    known: Vec<Option<Common>>,
}

impl<'a> Patterns<'a> {
    pub(super) fn new(store: &'a Store, columns: &[&Column], step: &[PlaceId], compare: Compare) -> Self {
        let mut patterns = IndexSet::new();
        let number = |column: &&Column| {
            let cells = step.iter().map(|place| (store.comparable(column, *place), store.is_measured(column, *place)));
            patterns.insert_full(cells.collect::<Vec<_>>()).0
        };
        let of_column = columns.iter().map(number).collect();
        let patterns: Vec<_> = patterns.into_iter().collect();
        let known = vec![None; patterns.len() * patterns.len()];
        Patterns { store, compare, patterns, of_column, known }
    }

    /// What two columns, by their 0-based numbers, have in common in the step.
    pub(super) fn common(&mut self, one: usize, other: usize) -> Common {
        let [one, other] = [one, other].map(|column| self.of_column[column]);
        let at = one * self.patterns.len() + other;
        if let Some(common) = self.known[at] {
            return common;
        }
        let common = self.count(&self.patterns[one], &self.patterns[other]);
        self.known[at] = Some(common);
        common
    }

    fn count(&self, one: &[(CellId, bool)], other: &[(CellId, bool)]) -> Common {
        let cells = &self.store.cells;
        let is_observed = |id: CellId| cells.derived(id).is_observed;
        // Cases that gave the same share a row, whose first case says whether its cells were measured.
        let mut rows = IndexMap::new();
        for (&(one, one_measured), &(other, other_measured)) in one.iter().zip(other) {
            if is_observed(one) && is_observed(other) {
                rows.entry((one, other)).or_insert((one_measured, other_measured));
            }
        }
        let differing = |((one, other), (one_measured, other_measured)): (&(CellId, CellId), &(bool, bool))| {
            differ(cells, (*one, *one_measured), (*other, *other_measured), self.compare)
        };
        Common { rows: rows.len(), differing: rows.iter().filter(|row| differing(*row)).count() }
    }
}
