//! From cells to rows: cases that gave the same on every platform share one.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    Cell, Matrix, Row,
    cell::{CellId, NO_CELL},
};
use crate::results::PlaceId;

/// The cases of a step that gave the same on every platform.
#[derive(Debug, Clone)]
pub(super) struct Cases {
    pub(super) places: Vec<PlaceId>,
    pub(super) is_whole_step: bool,
}

impl Matrix {
    pub(super) fn cell_id(&self, column: usize, place: PlaceId) -> CellId {
        let members = &self.columns[column].members;
        let ids = || members.iter().map(|member| self.cell_id_at(member.at, place));
        if let [one] = members.as_slice() {
            return self.cell_id_at(one.at, place);
        }
        let observed = |id: &CellId| self.store.cells.get(*id).is_some_and(Cell::is_observed);
        ids().find(observed).or_else(|| ids().find(|id| *id != NO_CELL)).unwrap_or(NO_CELL)
    }

    pub(super) fn cell_id_at(&self, at: usize, place: PlaceId) -> CellId {
        self.store.columns[at].get(place as usize).copied().unwrap_or(NO_CELL)
    }

    /// Puts the places into rows: cases whose cells are the same on every platform share one.
    pub(super) fn group_rows(&mut self) {
        let matrix = &*self;
        let mut rows: Vec<Cases> = Vec::new();
        let tables = &matrix.store.tables;
        let step_of = |place: PlaceId| {
            let place = &tables.places[place as usize];
            (&place.scenario, place.step, &place.actor, &place.operation)
        };
        for step in matrix.places.chunk_by(|a, b| step_of(*a) == step_of(*b)) {
            let begin = rows.len();
            let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
            for &place in step {
                // Each statement has its own note, which is no reason to show its cases apart.
                let cells = |place| {
                    matrix.columns.iter().enumerate().map(move |(column, about)| {
                        let id = matrix.cell_id(column, place);
                        if about.is_measured() { id } else { matrix.store.cells.plain(id) }
                    })
                };
                if cells(place).all(|cell| cell == NO_CELL) {
                    continue;
                }
                let mut hasher = DefaultHasher::new();
                cells(place).for_each(|cell| cell.hash(&mut hasher));
                let alike = known.entry(hasher.finish()).or_default();
                match alike.iter().find(|row| cells(rows[**row].places[0]).eq(cells(place))) {
                    Some(row) => rows[*row].places.push(place),
                    None => {
                        alike.push(rows.len());
                        rows.push(Cases { places: vec![place], is_whole_step: false });
                    }
                }
            }
            let supported = |cases: &Cases| !Row { matrix, cases }.is_unsupported();
            if rows[begin..].iter().filter(|cases| supported(cases)).count() == 1 {
                for cases in &mut rows[begin..] {
                    cases.is_whole_step = supported(cases);
                }
            }
        }
        self.rows = rows;
    }
}
