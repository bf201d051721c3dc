//! Which rows and columns are kept, and what is left out.

use std::collections::{BTreeSet, HashSet};

use super::{Cases, Column, LeftOut, Matrix, Row, cell::NO_CELL};
use crate::{catalogue::Selection, results::PlaceId};

impl Matrix {
    /// Keeps the rows of what is selected.
    pub fn select(&mut self, selection: &Selection) {
        self.places.retain(|place| self.store.is_selected(*place, selection));
        self.group_rows();
    }

    /// Keeps the plain cases: SIGPIPE ignored, std's call, no option.
    pub fn keep_plain_cases(&mut self) {
        let tables = &self.store.tables;
        let is_plain = |place: &PlaceId| tables.cases[tables.places[*place as usize].case as usize].1.is_plain();
        let (plain, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.places).into_iter().partition(is_plain);
        let has_cells = |place: &&PlaceId| (0..self.columns.len()).any(|at| self.cell_id(at, **place) != NO_CELL);
        let cases: HashSet<_> = others
            .iter()
            .filter(has_cells)
            .map(|place| &tables.places[*place as usize])
            .map(|place| (&place.scenario, place.case))
            .collect();
        self.left_out.cases = cases.len();
        self.places = plain;
        self.group_rows();
    }

    /// Leaves out what is stated for a system that was measured, which [`verify`](Matrix::verify) has, unless it is the
    /// platform of this name.
    pub fn keep_best_columns(&mut self, wanted: Option<&str>) {
        let measured = self.columns.iter().filter(|column| column.is_measured() && !column.is_absent());
        let measured: BTreeSet<_> = measured.filter_map(|column| column.system().map(str::to_owned)).collect();
        let is_wanted = |column: &Column| wanted.is_some_and(|wanted| column.has(wanted));
        let is_best = |column: &Column| column.is_measured() || column.system().is_none_or(|it| !measured.contains(it));
        let before = self.columns.len();
        self.columns.retain(|column| is_best(column) || is_wanted(column));
        self.left_out.columns = before - self.columns.len();
        self.group_rows();
    }

    /// Leaves out the rows of cases that no platform supports.
    pub fn leave_out_unsupported(&mut self) {
        let before = self.rows.len();
        self.keep_rows(|row| !row.is_unsupported());
        self.left_out.unsupported = before - self.rows.len();
    }

    /// What is not shown.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Keeps the columns of some platforms.
    pub fn keep_columns(&mut self, wanted: impl Fn(&Column) -> bool) {
        self.columns.retain(wanted);
        self.group_rows();
    }

    /// Keeps the columns that have a cell in some row.
    pub fn keep_columns_with_cells(&mut self) {
        let has: Vec<bool> =
            (0..self.columns.len()).map(|column| self.rows().any(|row| row.cell(column).is_some())).collect();
        let mut has = has.into_iter();
        self.columns.retain(|_| has.next().unwrap_or_default());
        self.group_rows();
    }

    /// Keeps the rows in which platforms differ or trials disagree. One platform alone has nothing to differ from:
    /// all of its rows are kept.
    pub fn keep_differing(&mut self) {
        if self.columns.len() > 1 {
            self.keep_rows(|row| row.differs() || row.differs_from_stated() || row.is_unsteady());
        }
    }

    /// Keeps of each case the rows from the first on that [`keep_differing`](Self::keep_differing) would keep, since what
    /// follows a difference is read with it.
    pub fn keep_from_first_difference(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let matrix = &*self;
        let case_of = |place: &PlaceId| {
            let place = &matrix.store.tables.places[*place as usize];
            (&place.scenario, place.case)
        };
        let mut begun = HashSet::new();
        let keep = |mut cases: Cases| {
            let row = Row { matrix, cases: &cases };
            if row.differs() || row.differs_from_stated() || row.is_unsteady() {
                begun.extend(cases.places.iter().map(case_of));
            }
            let all = cases.places.len();
            cases.places.retain(|place| begun.contains(&case_of(place)));
            cases.is_whole_step &= cases.places.len() == all;
            (!cases.places.is_empty()).then_some(cases)
        };
        self.rows = rows.into_iter().filter_map(keep).collect();
    }

    /// Keeps some rows.
    pub fn keep_rows(&mut self, wanted: impl Fn(Row<'_>) -> bool) {
        let rows = std::mem::take(&mut self.rows);
        self.rows = rows.into_iter().filter(|cases| wanted(Row { matrix: self, cases })).collect();
    }
}
