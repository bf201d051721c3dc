//! How many rows differ between each two platforms.

use super::{Cell, Column, Matrix};

/// Two columns beside each other.
#[derive(Debug, Clone, Copy)]
pub struct Between<'a> {
    /// The one that comes first in the matrix.
    pub one: &'a Column,
    /// The other one.
    pub other: &'a Column,
    /// How many rows both have an observation in. Rows are those of the [pair](Matrix::set_pair): cases that gave the
    /// same on both share one.
    pub rows: usize,
    /// In how many of them the two differ.
    pub differing: usize,
}

impl Matrix {
    /// Compares each column with each one before it: the second with the first, the third with the first and the second,
    /// and so on. These are the counts that the matrix of each two of them has.
    pub fn between(&self) -> Vec<Between<'_>> {
        let mut between = Vec::new();
        for (at, other) in self.columns.iter().enumerate() {
            for (before, one) in self.columns[..at].iter().enumerate() {
                let mut pair = self.clone();
                pair.make_pair(before, at);
                let observed = |row: &super::Row<'_>| row.cells().all(|cell| cell.is_some_and(Cell::is_observed));
                let (rows, differing) = (pair.rows().filter(observed).count(), pair.counts().differing);
                between.push(Between { one, other, rows, differing });
            }
        }
        between
    }
}
