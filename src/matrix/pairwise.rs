//! How many rows differ between each two platforms.

use indexmap::IndexSet;
use serde::Serialize;

use super::{Column, View, cell::CellId, row::differ};
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

/// What one column gave in the cases of one step, and whether that was measured.
type Pattern = (Vec<CellId>, bool);

impl View<'_> {
    /// Compares each column with each one before it: the second with the first, the third with the first and the
    /// second, and so on.
    ///
    /// Many columns gave the same in a step, so two distinct patterns are compared once, however many columns have
    /// them.
    pub fn pair_counts<'a>(&'a self) -> Vec<PairCount<'a>> {
        let count = self.columns.len();
        let mut totals = vec![(0, 0); count * count.saturating_sub(1) / 2];
        for step in self.places.chunk_by(|a, b| self.store.is_same_step(*a, *b)) {
            let (patterns, of_column) = self.patterns(step);
            let mut known = vec![None; patterns.len() * patterns.len()];
            let mut pairs = totals.iter_mut();
            for (at, &other) in of_column.iter().enumerate() {
                for (&one, total) in of_column[..at].iter().zip(&mut pairs) {
                    let pair = &mut known[one * patterns.len() + other];
                    let (rows, differing) = *pair.get_or_insert_with(|| self.count(&patterns[one], &patterns[other]));
                    *total = (total.0 + rows, total.1 + differing);
                }
            }
        }
        let pairs = self
            .columns
            .iter()
            .enumerate()
            .flat_map(|(at, other)| self.columns[..at].iter().map(move |one| (one, other)));
        let pair = |((one, other), (rows, differing)): ((&'a Column, &'a Column), (usize, usize))| {
            let (a_provenance, b_provenance) = (one.provenance, other.provenance);
            PairCount { a: &one.name, b: &other.name, a_provenance, b_provenance, rows, differing }
        };
        pairs.zip(totals).map(pair).collect()
    }

    /// The distinct patterns of a step, and for each column the 0-based number of its pattern.
    fn patterns(&self, step: &[PlaceId]) -> (Vec<Pattern>, Vec<usize>) {
        let mut patterns = IndexSet::new();
        let number = |column: &Column| {
            let cells = step.iter().map(|place| self.store.comparable(column, *place)).collect();
            patterns.insert_full((cells, column.is_measured())).0
        };
        let of_column = self.columns.iter().map(number).collect();
        (patterns.into_iter().collect(), of_column)
    }

    /// In how many rows of a step something was observed on both, and in how many of these the two differ.
    fn count(&self, (one, one_measured): &Pattern, (other, other_measured): &Pattern) -> (usize, usize) {
        let is_observed = |id: CellId| self.store.cells.derived(id).is_observed;
        let mut rows: Vec<_> = one.iter().copied().zip(other.iter().copied()).collect();
        rows.retain(|(one, other)| is_observed(*one) && is_observed(*other));
        rows.sort_unstable();
        rows.dedup();
        let differing = |&(one, other): &(CellId, CellId)| {
            differ(&self.store.cells, (one, *one_measured), (other, *other_measured), self.compare)
        };
        (rows.len(), rows.iter().filter(|row| differing(row)).count())
    }
}
