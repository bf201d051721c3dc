//! A row of the matrix: a step beside itself on every platform, and whether they differ.

use std::collections::{BTreeSet, HashMap};

use super::{Cases, Cell, Matrix, Relation, cell::CellKey, relation};
use crate::{
    catalogue::{CaseName, name_all},
    outcome,
    results::Place,
};

/// A row of the matrix: one step of the cases that gave the same on every platform.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) cases: &'a Cases,
}

impl<'a> Row<'a> {
    fn place(self) -> &'a Place {
        &self.matrix.store.tables.places[self.cases.places[0] as usize]
    }

    /// The scenario's id.
    pub fn scenario(self) -> &'a str {
        &self.place().scenario
    }

    /// The part of the scenario's id before the slash.
    pub fn family(self) -> &'a str {
        crate::catalogue::family(self.scenario())
    }

    /// The part of the scenario's id after the slash.
    pub fn name(self) -> &'a str {
        let id = self.scenario();
        id.split_once('/').map_or(id, |(_, name)| name)
    }

    /// The step's number, from 1.
    pub fn step(self) -> u32 {
        self.place().step
    }

    /// Who takes the step.
    pub fn actor(self) -> &'a str {
        &self.place().actor
    }

    /// What is done.
    pub fn operation(self) -> &'a str {
        &self.place().operation
    }

    /// The cases that share the row.
    pub fn cases(self) -> impl Iterator<Item = &'a CaseName> {
        let tables = &self.matrix.store.tables;
        self.cases.places.iter().map(|place| &tables.cases[tables.places[*place as usize].case as usize].1)
    }

    /// The cases that share the row, in few words.
    pub fn case_names(self) -> String {
        let names = name_all(self.cases()).join("; ");
        if self.says_all_of(&names) { format!("all {}", self.cases.places.len()) } else { names }
    }

    /// Whether its cases are called `all N`, which is all of the step that are here and that some platform supports.
    pub fn says_all(self) -> bool {
        self.cases.is_whole_step && self.says_all_of(&name_all(self.cases()).join("; "))
    }

    fn says_all_of(self, names: &str) -> bool {
        /// Names that are no longer than this tell more than their number.
        const SHORT: usize = 24;
        self.cases.is_whole_step && names.len() > SHORT
    }

    /// What a column's platform gave; none where it has no such case.
    pub fn cell(self, column: usize) -> Option<&'a Cell> {
        self.matrix.store.cells.get(self.matrix.cell_id(column, self.cases.places[0]))
    }

    /// The cells, one for each column.
    pub fn cells(self) -> impl ExactSizeIterator<Item = Option<&'a Cell>> {
        (0..self.matrix.columns.len()).map(move |column| self.cell(column))
    }

    /// Whether a column's cell was measured by this program.
    pub fn is_measured(self, column: usize) -> bool {
        self.matrix.columns[column].is_measured()
    }

    fn key(self, column: usize) -> CellKey {
        self.matrix.store.cells.key(self.matrix.cell_id(column, self.cases.places[0]), self.matrix.compare)
    }

    /// Whether no platform supports these cases.
    pub fn is_unsupported(self) -> bool {
        let unsupported = |cell: &Cell| cell.outcomes.iter().all(|seen| &*seen.outcome == outcome::UNSUPPORTED);
        self.cells().flatten().all(unsupported)
    }

    /// Whether two measured platforms gave different outcomes, or one gave others than a measured baseline. In a
    /// [pair](Matrix::set_pair) whether the two differ, measured or not.
    pub fn differs(self) -> bool {
        if self.matrix.is_pair {
            return self.some_stands_out(|_| true);
        }
        if self.matrix.baseline().is_some_and(|baseline| !baseline.is_measured()) {
            return false;
        }
        if self.is_race() {
            return self.observed().any(|column| self.is_measured(column) && self.stands_out(column));
        }
        let mut keys = self.measured().map(|column| self.key(column));
        match self.matrix.baseline {
            Some(baseline) => {
                let key = self.key(baseline);
                key != 0 && keys.any(|other| other != key)
            }
            None => keys.next().is_some_and(|first| keys.any(|other| other != first)),
        }
    }

    /// Whether what is documented or reported for some platform is not what was measured, or, where nothing was
    /// measured, not what is said of another. Of a baseline that was not measured everything differs in this way.
    pub fn differs_from_stated(self) -> bool {
        if self.matrix.is_pair {
            return false;
        }
        let is_stated = self.matrix.baseline().is_some_and(|baseline| !baseline.is_measured());
        self.some_stands_out(|column| is_stated || !self.is_measured(column))
    }

    /// Whether one of these columns stands out.
    fn some_stands_out(self, of: impl Fn(usize) -> bool) -> bool {
        (0..self.matrix.columns.len()).any(|column| of(column) && self.stands_out(column))
    }

    /// Whether the trials of a measured cell disagree.
    pub fn is_unsteady(self) -> bool {
        self.measured().any(|column| self.cell(column).is_some_and(Cell::is_unsteady)) && !self.is_race()
    }

    /// Whether the cell of this column differs from the baseline; without one, from what most measured platforms gave.
    pub fn stands_out(self, column: usize) -> bool {
        if self.is_race() {
            return self.loses_race(column);
        }
        let Some(measure) = self.measure() else { return false };
        let key = self.key(column);
        if key == 0 || key == self.key(measure) {
            return false;
        }
        let (Some(cell), Some(other)) = (self.cell(column), self.cell(measure)) else { return true };
        // Where sources contradict each other, none of them is contradicted by what one of them says.
        match relation(cell, other, self.matrix.compare) {
            Relation::Superset => self.is_measured(column),
            Relation::Subset => self.is_measured(measure),
            _ => true,
        }
    }

    /// Whether the steps race with each other.
    fn is_race(self) -> bool {
        self.cells().flatten().any(Cell::is_race)
    }

    /// Where steps race, whether a column has no outcome in common with the baseline; without one, with some measured
    /// column before it. What is stated is to have none in common with any measured column.
    fn loses_race(self, column: usize) -> bool {
        let Some(cell) = self.cell(column).filter(|cell| cell.is_observed()) else { return false };
        let is_foreign = |other: usize| self.cell(other).is_some_and(|other| !cell.shares_an_outcome(other));
        let mut measured = self.observed().filter(|other| self.is_measured(*other));
        match self.matrix.baseline {
            Some(baseline) => self.observed().any(|other| other == baseline) && is_foreign(baseline),
            None if self.is_measured(column) => measured.take_while(|other| *other < column).any(is_foreign),
            None => self.observed().any(|other| self.is_measured(other)) && measured.all(is_foreign),
        }
    }

    /// The columns in which something was observed, or stated.
    fn observed(self) -> impl Iterator<Item = usize> {
        (0..self.matrix.columns.len()).filter(move |column| self.cell(*column).is_some_and(Cell::is_observed))
    }

    /// The column that others are measured against: the baseline, or one that gave what most measured platforms gave;
    /// among equals, the first. Where nothing was measured, what is said of most.
    fn measure(self) -> Option<usize> {
        if let Some(baseline) = self.matrix.baseline {
            return Some(baseline).filter(|column| self.key(*column) != 0);
        }
        let mut voters: Vec<usize> = self.measured().collect();
        if voters.is_empty() {
            voters = (0..self.matrix.columns.len()).filter(|column| self.key(*column) != 0).collect();
        }
        let mut votes: HashMap<CellKey, usize> = HashMap::new();
        for &column in &voters {
            *votes.entry(self.key(column)).or_default() += self.matrix.columns[column].members.len();
        }
        let most = votes.values().max()?;
        voters.into_iter().find(|column| votes[&self.key(*column)] == *most)
    }

    /// The measured columns in which something was observed.
    fn measured(self) -> impl Iterator<Item = usize> {
        (0..self.matrix.columns.len())
            .filter(move |column| self.matrix.columns[*column].is_measured() && self.key(*column) != 0)
    }

    /// The cells of all its cases, which differ in their notes at most.
    pub(super) fn all_cells(self, column: usize) -> impl Iterator<Item = &'a Cell> {
        let places = self.cases.places.iter();
        places.filter_map(move |place| self.matrix.store.cells.get(self.matrix.cell_id(column, *place)))
    }

    /// What the notes of all cases say of a column.
    pub fn notes(self, column: usize) -> BTreeSet<&'a str> {
        self.all_cells(column).flat_map(Cell::notes).collect()
    }

    /// Distinct outcomes of all columns.
    pub fn outcomes(self) -> BTreeSet<&'a str> {
        self.cells().flatten().flat_map(|cell| cell.outcomes.iter().map(|seen| &*seen.outcome)).collect()
    }
}
