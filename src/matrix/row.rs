//! A row of the matrix: what one step gave on every platform, and whether they differ.

use std::collections::BTreeSet;

use super::{
    Cell, Compare, Member, Relation, View,
    cell::{CellId, CellKey, Cells, Derived},
    group::Group,
    relation,
};
use crate::{
    catalogue::{CaseName, family, name_all},
    outcome,
    platform::Provenance,
    results::Place,
};

/// A row of a view: one step of the cases that gave the same on every platform.
///
/// Columns are given by their 0-based numbers. Methods panic at a number that no column has.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) group: &'a Group,
}

/// Whether a cell differs from the reference. A cell in which nothing was observed differs from no other. Where steps
/// race, cells with an outcome in common agree. Sources may contradict each other, so a statement agrees with a cell
/// whose outcomes are all among those stated.
pub(super) fn differ(
    cells: &Cells,
    (reference, reference_measured): (CellId, bool),
    (id, is_measured): (CellId, bool),
    by: Compare,
) -> bool {
    let (Some(cell), Some(other)) = (cells.get(id), cells.get(reference)) else { return false };
    let (derived, of_reference) = (cells.derived(id), cells.derived(reference));
    if derived.is_race || of_reference.is_race {
        return derived.is_observed && of_reference.is_observed && !cell.shares_an_outcome(other);
    }
    let (key, other_key) = (derived.key(by), of_reference.key(by));
    if key == 0 || other_key == 0 || key == other_key {
        return false;
    }
    match relation(cell, other, by) {
        Relation::Superset => is_measured,
        Relation::Subset => reference_measured,
        _ => true,
    }
}

impl<'a> Row<'a> {
    fn place(self) -> &'a Place {
        self.view.store.place(self.group.places[0])
    }

    /// The scenario's id.
    pub fn scenario(self) -> &'a str {
        &self.place().scenario
    }

    /// The part of the scenario's id before the slash.
    pub fn family(self) -> &'a str {
        family(self.scenario())
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
        self.group.places.iter().map(|place| self.view.store.case_of(*place))
    }

    /// The cases that share the row, in few words: their names, or `all N` if [`says_all`](Row::says_all).
    pub fn case_names(self) -> String {
        match self.says_all() {
            true => format!("all {}", self.group.places.len()),
            false => name_all(self.cases()).join("; "),
        }
    }

    /// Whether its cases are called `all N`: they are all of the step's cases in the view that some platform supports,
    /// and their names are long.
    pub fn says_all(self) -> bool {
        /// Shorter names, in bytes, are shown, since they say more than a number.
        const SHORT: usize = 24;
        self.group.is_whole_step && name_all(self.cases()).join("; ").len() > SHORT
    }

    fn id(self, column: usize) -> CellId {
        self.view.store.cell_id(&self.view.columns[column], self.group.places[0])
    }

    fn derived(self, column: usize) -> Derived {
        self.view.store.cells.derived(self.id(column))
    }

    fn key(self, column: usize) -> CellKey {
        self.derived(column).key(self.view.compare)
    }

    /// What a column's platform gave; `None` where it has no such case.
    pub fn cell(self, column: usize) -> Option<&'a Cell> {
        self.view.cell(column, self.group.places[0])
    }

    /// The platform that a cell is of, if its column is a system's best evidence.
    pub fn source_of_several(self, column: usize) -> Option<&'a Member> {
        let is_of_several = self.view.is_pair && self.view.columns[column].members.len() > 1;
        is_of_several.then(|| self.source(column))
    }

    /// The cells, one for each column.
    pub fn cells(self) -> impl ExactSizeIterator<Item = Option<&'a Cell>> {
        (0..self.view.columns.len()).map(move |column| self.cell(column))
    }

    /// Whether a column's cell was measured by this program.
    pub fn is_measured(self, column: usize) -> bool {
        self.source(column).provenance == Provenance::Measured
    }

    /// The platform of a column that its cell is of.
    pub fn source(self, column: usize) -> &'a Member {
        match self.view.columns[column].members.as_slice() {
            [one] => one,
            _ => self.view.store.source(&self.view.columns[column], self.group.places[0]),
        }
    }

    /// The columns in which something was observed, or stated.
    fn observed(self) -> impl Iterator<Item = usize> {
        (0..self.view.columns.len()).filter(move |column| self.derived(*column).is_observed)
    }

    /// The measured columns in which something was observed.
    fn measured(self) -> impl Iterator<Item = usize> {
        self.observed().filter(move |column| self.is_measured(*column))
    }

    /// Whether no platform supports these cases.
    pub fn is_unsupported(self) -> bool {
        self.cells().flatten().all(|cell| cell.is_only(outcome::UNSUPPORTED))
    }

    /// Whether measured platforms differ from each other or, if there is a measured reference column, from that. In a
    /// [pair](super::Options::pair), whether the two differ, measured or not.
    pub fn differs(self) -> bool {
        if self.view.is_pair {
            return self.observed().any(|column| self.stands_out(column));
        }
        if self.view.reference().is_some_and(|reference| !reference.is_measured()) {
            return false;
        }
        if self.group.is_race {
            return self.measured().any(|column| self.stands_out(column));
        }
        let mut keys = self.measured().map(|column| self.key(column));
        let first = match self.view.reference {
            Some(reference) => Some(self.key(reference)).filter(|key| *key != 0),
            None => keys.next(),
        };
        first.is_some_and(|first| keys.any(|other| other != first))
    }

    /// Whether what is documented or reported for some platform differs from what was measured or, where nothing was
    /// measured, from what is stated for another. If the reference column was not measured, every difference from it
    /// counts here; in a [pair](super::Options::pair), none does.
    pub fn differs_from_stated(self) -> bool {
        let is_stated = self.view.reference().is_some_and(|reference| !reference.is_measured());
        let counts = |column: &usize| is_stated || !self.is_measured(*column);
        !self.view.is_pair && self.observed().filter(counts).any(|column| self.stands_out(column))
    }

    /// Whether the trials of a measured cell disagree.
    pub fn is_unsteady(self) -> bool {
        !self.group.is_race && self.measured().any(|column| self.cell(column).is_some_and(Cell::is_unsteady))
    }

    /// Whether a view of the differences shows it.
    pub(super) fn is_remarkable(self) -> bool {
        self.differs() || self.differs_from_stated() || self.is_unsteady()
    }

    /// Whether the cell of this column differs from the reference column; without one, from what most measured
    /// platforms gave.
    pub fn stands_out(self, column: usize) -> bool {
        if self.group.is_race {
            return self.stands_out_in_race(column);
        }
        let side = |column| (self.id(column), self.is_measured(column));
        self.group
            .reference
            .is_some_and(|reference| differ(&self.view.store.cells, side(reference), side(column), self.view.compare))
    }

    /// Whether a column stands out where steps race: it has no outcome in common with the reference column; without
    /// one, a measured column has none in common with some measured column before it, and a statement with any measured
    /// column.
    fn stands_out_in_race(self, column: usize) -> bool {
        let Some(cell) = self.cell(column).filter(|cell| cell.is_observed()) else { return false };
        let is_foreign = |other: usize| self.cell(other).is_some_and(|other| !cell.shares_an_outcome(other));
        match self.view.reference {
            Some(reference) => self.observed().any(|other| other == reference) && is_foreign(reference),
            None if self.is_measured(column) => self.measured().take_while(|other| *other < column).any(is_foreign),
            None => self.measured().next().is_some() && self.measured().all(is_foreign),
        }
    }

    /// The cells of all its cases, which differ in their notes at most.
    pub(super) fn all_cells(self, column: usize) -> impl Iterator<Item = &'a Cell> {
        self.group.places.iter().filter_map(move |place| self.view.cell(column, *place))
    }

    /// The notes of a column's cells in all cases.
    pub fn notes(self, column: usize) -> BTreeSet<&'a str> {
        self.all_cells(column).flat_map(Cell::notes).collect()
    }

    /// Distinct outcomes of all columns.
    pub fn outcomes(self) -> BTreeSet<&'a str> {
        self.cells().flatten().flat_map(|cell| cell.outcomes.iter().map(|seen| &*seen.outcome)).collect()
    }
}
