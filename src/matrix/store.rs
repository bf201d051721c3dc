//! Everything that was read. Each distinct cell is stored once, and a platform has its number, of four bytes, for each
//! step: memory grows with the number of distinct cells.

use std::{collections::HashMap, ops::Range, sync::Arc};

use super::{
    cell::{CellId, Cells, NO_CELL},
    columns::Column,
};
use crate::{
    catalogue::{CaseName, Selection},
    outcome,
    platform::Provenance,
    results::{Place, PlaceId, Tables},
};

/// Everything that was read: platforms, and what each step gave on each of them. It never changes; what is shown of it
/// is a [`View`](super::View).
#[derive(Debug)]
pub struct Matrix {
    pub(super) columns: Vec<Column>,
    pub(super) store: Store,
    /// All places, in the catalogue's order; scenarios it does not know come last.
    pub(super) places: Vec<PlaceId>,
    /// Where the places of each scenario are among them.
    pub(super) ranges: HashMap<Arc<str>, Range<usize>>,
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
        self.places.iter().map(|id| (&*self.store.place(*id).scenario, self.store.case_of(*id)))
    }
}

/// The cells of all platforms, and what they are about.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) tables: Tables,
    pub(super) cells: Cells,
    /// Each platform's cells by place; [`NO_CELL`] after the end.
    pub(super) columns: Vec<Vec<CellId>>,
}

impl Store {
    pub(super) fn place(&self, id: PlaceId) -> &Place {
        &self.tables.places[id as usize]
    }

    /// The case that a place is a step of.
    pub(super) fn case_of(&self, place: PlaceId) -> &CaseName {
        &self.tables.cases[self.place(place).case as usize].1
    }

    /// Whether a place is a step of what is selected.
    pub(super) fn is_selected(&self, place: PlaceId, selection: &Selection) -> bool {
        selection.includes(&self.place(place).scenario) && selection.includes_case(self.case_of(place))
    }

    /// Whether two places are the same step of cases of one scenario.
    pub(super) fn is_same_step(&self, one: PlaceId, other: PlaceId) -> bool {
        let [one, other] = [one, other].map(|id| self.place(id));
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
        let observed = ids().find(|id| self.cells.derived(*id).is_observed);
        observed.or_else(|| ids().find(|id| *id != NO_CELL)).unwrap_or(NO_CELL)
    }

    /// The cell by which cases share a row. What the operating system calls an error does not keep them apart, nor does
    /// the note of a statement, since every statement has one of its own.
    pub(super) fn comparable(&self, column: &Column, place: PlaceId) -> CellId {
        let id = self.cell_id(column, place);
        let derived = self.cells.derived(id);
        if self.is_measured(column, place) { derived.without_native } else { derived.without_notes }
    }

    /// Whether the cell that a column shows was measured by this program.
    pub(super) fn is_measured(&self, column: &Column, place: PlaceId) -> bool {
        match column.members.as_slice() {
            [_] => column.is_measured(),
            _ => self.source(column, place).provenance == Provenance::Measured,
        }
    }

    /// Why a platform was not measured, if none of its cases was run: the note of its first cell, which may be empty.
    pub(super) fn why_absent(&self, at: usize) -> Option<String> {
        let mut cells = self.columns[at].iter().filter_map(|id| self.cells.get(*id)).peekable();
        let why = cells.peek()?.outcomes.first()?.note.to_string();
        cells.all(|cell| cell.is_only(outcome::NOT_RUN)).then_some(why)
    }
}
