//! Everything that was read, in little room: memory follows the number of distinct cells. A cell is four bytes, and what
//! stands in it is kept once.

use std::sync::Arc;

use super::{
    cell::{CellId, Cells, NO_CELL},
    columns::Column,
};
use crate::{
    catalogue::{CaseName, Selection},
    outcome,
    results::{PlaceId, Tables},
};

/// Everything that was read: platforms, and what each step gave on each of them. It never changes; what is shown of it is
/// a [`View`](super::View).
#[derive(Debug)]
pub struct Matrix {
    pub(super) columns: Vec<Column>,
    pub(super) store: Store,
    /// All places, in the catalogue's order; scenarios it does not know come last.
    pub(super) places: Vec<PlaceId>,
}

impl Matrix {
    /// Its columns, one a platform, in the order of [`View::columns`](super::View::columns).
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The scenario's id and the case of every step that some platform has, in the catalogue's order.
    pub fn cases(&self) -> impl Iterator<Item = (&str, &CaseName)> {
        self.places
            .iter()
            .map(|place| (&*self.store.tables.places[*place as usize].scenario, self.store.case_of(*place)))
    }
}

/// The cells of all platforms, and what they are about.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) tables: Tables,
    pub(super) cells: Cells,
    /// A platform's cells by place; those after the end are none.
    pub(super) columns: Vec<Vec<CellId>>,
}

impl Store {
    /// Whether a place is one of what is selected.
    pub(super) fn is_selected(&self, place: PlaceId, selection: &Selection) -> bool {
        selection.includes(&self.tables.places[place as usize].scenario)
            && selection.includes_transport(&self.case_of(place).transport)
    }

    /// The case that a place is a step of.
    pub(super) fn case_of(&self, place: PlaceId) -> &CaseName {
        &self.tables.cases[self.tables.places[place as usize].case as usize].1
    }

    /// The number of that case, of which there are no two of one scenario and the same axes.
    pub(super) fn case_id(&self, place: PlaceId) -> u32 {
        self.tables.places[place as usize].case
    }

    /// Whether two places are the same step of cases of one scenario.
    pub(super) fn is_same_step(&self, one: PlaceId, other: PlaceId) -> bool {
        let [one, other] = [one, other].map(|place| &self.tables.places[place as usize]);
        (&one.scenario, one.step, &one.actor, &one.operation)
            == (&other.scenario, other.step, &other.actor, &other.operation)
    }

    /// The cell of one platform, by the number of its cells.
    pub(super) fn cell_id_at(&self, at: usize, place: PlaceId) -> CellId {
        self.columns[at].get(place as usize).copied().unwrap_or(NO_CELL)
    }

    /// The cell that a column shows: that of its first platform that observed something, or has a cell at all.
    pub(super) fn cell_id(&self, column: &Column, place: PlaceId) -> CellId {
        if let [one] = column.members.as_slice() {
            return self.cell_id_at(one.at, place);
        }
        let ids = || column.members.iter().map(|member| self.cell_id_at(member.at, place));
        let observed = ids().find(|id| self.cells.is_observed(*id));
        observed.or_else(|| ids().find(|id| *id != NO_CELL)).unwrap_or(NO_CELL)
    }

    /// The cell by which cases share a row: each statement has its own note, which is no reason to show its cases apart.
    pub(super) fn comparable(&self, column: &Column, place: PlaceId) -> CellId {
        let id = self.cell_id(column, place);
        if column.is_measured() { id } else { self.cells.without_notes(id) }
    }

    /// Why a platform was not measured, if no step of it was tried: what the note of its first cell says.
    pub(super) fn why_absent(&self, at: usize) -> Option<Arc<str>> {
        let mut cells = self.columns[at].iter().filter_map(|id| self.cells.get(*id)).peekable();
        let why = Arc::clone(&cells.peek()?.outcomes.first()?.note);
        cells.all(|cell| cell.is_only(outcome::NOT_RUN)).then_some(why)
    }
}
