//! A baseline and a run, cell beside cell.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Cell, Column, Compare, Relation,
    build::{Builder, in_order},
    cell::NO_CELL,
    relation,
    store::Store,
};
use crate::{
    catalogue::{CaseName, Catalogue, Selection},
    results::{Place, PlaceId, ReadError, Source, Tables, read_steps},
};

/// A baseline and a run in one store: memory grows with the number of distinct cells of both.
#[derive(Debug)]
pub struct Comparison {
    /// What was accepted.
    pub baseline: Vec<Column>,
    /// What is checked.
    pub run: Vec<Column>,
    /// Notes on what was ignored when they were read.
    pub notes: Vec<String>,
    store: Store,
    /// The selected places, in the catalogue's order.
    places: Vec<PlaceId>,
    /// Where the baseline's cells are in its files, by the number of a platform's cells in the store.
    origins: Vec<Origin>,
    /// The slow scenarios that were not run on a platform of the run, by the number of its cells in the store.
    left_out: HashMap<usize, HashSet<Arc<str>>>,
}

#[derive(Debug)]
struct Origin {
    path: PathBuf,
    /// The line of each cell, from 1, by place; 0 where there is no cell.
    lines: Vec<u32>,
}

/// A cell of the baseline beside that of the run; at least one of them is `Some`.
#[derive(Debug, Clone, Copy)]
pub struct ComparedStep<'a> {
    comparison: &'a Comparison,
    place: PlaceId,
    /// The number of the baseline's cells in the store.
    at: Option<usize>,
    /// What was accepted.
    pub baseline: Option<&'a Cell>,
    /// What was found.
    pub run: Option<&'a Cell>,
}

impl Comparison {
    /// Reads two sets of results without keeping their rows.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with them: file, line, and what is expected there.
    pub fn read<'a>(
        baseline: impl Into<Source<'a>>,
        run: &[PathBuf],
        catalogue: &Catalogue,
    ) -> Result<Self, ReadError> {
        let mut builder = Builder::default();
        let mut tables = Tables::default();
        let mut origins: Vec<Origin> = Vec::new();
        let accepted = read_steps(baseline, &mut tables, |tables, path, step| {
            let at = builder.add(tables, step.platform, step.provenance, step.place, step.entries);
            if origins.len() <= at {
                origins.push(Origin { path: path.to_owned(), lines: Vec::new() });
            }
            let (lines, place) = (&mut origins[at].lines, step.place as usize);
            if lines.len() <= place {
                lines.resize(place + 1, 0);
            }
            lines[place] = u32::try_from(step.line).unwrap_or(u32::MAX);
        })?;
        let baseline = builder.take_columns(&accepted.platforms);
        let found = read_steps(run, &mut tables, |tables, _, step| {
            builder.add(tables, step.platform, step.provenance, step.place, step.entries);
        })?;
        let run = builder.take_columns(&found.platforms);
        tables.settle();
        builder.store.tables = tables;
        let store = builder.store;
        let places = in_order(&store.tables, catalogue);
        let notes = [accepted.notes, found.notes].concat();
        Ok(Comparison { baseline, run, notes, store, places, origins, left_out: HashMap::new() })
    }

    /// Whether either has results of a selected scenario.
    pub fn has(&self, selection: &Selection) -> bool {
        self.places.iter().any(|place| selection.includes(&self.store.place(*place).scenario))
    }

    /// Keeps the cells of what is selected.
    pub fn select(&mut self, selection: &Selection) {
        self.places.retain(|place| self.store.is_selected(*place, selection));
    }

    /// Leaves out, of each platform of the run, the slow scenarios that were not run on it, since a run has them only
    /// if it is asked for them. Returns whether there were any.
    pub fn leave_out_slow(&mut self, catalogue: &Catalogue) -> bool {
        let scenario = |place: &PlaceId| &self.store.place(*place).scenario;
        let is_slow = |id: &str| catalogue.find(id).is_some_and(|scenario| scenario.slow);
        let slow: Vec<PlaceId> = self.places.iter().copied().filter(|place| is_slow(scenario(place))).collect();
        for column in &self.run {
            let is_run = |place: &&PlaceId| self.store.cell_id_at(column.at(), **place) != NO_CELL;
            let run: HashSet<_> = slow.iter().filter(is_run).map(scenario).collect();
            let not_run = slow.iter().map(scenario).filter(|id| !run.contains(id)).cloned().collect();
            self.left_out.insert(column.at(), not_run);
        }
        self.left_out.values().any(|scenarios| !scenarios.is_empty())
    }

    /// The scenarios that are left out of one of the run's platforms.
    pub fn left_out(&self, run: &Column) -> impl Iterator<Item = &str> {
        self.left_out.get(&run.at()).into_iter().flatten().map(|id| &**id)
    }

    /// The cells of one of the baseline's columns beside those of one of the run's, in the catalogue's order.
    pub fn beside<'a>(
        &'a self,
        baseline: Option<&'a Column>,
        run: &'a Column,
    ) -> impl Iterator<Item = ComparedStep<'a>> {
        let (at, run) = (baseline.map(Column::at), run.at());
        let left_out = self.left_out.get(&run);
        let cell = |at, place| self.store.cells.get(self.store.cell_id_at(at, place));
        let beside = move |&place: &PlaceId| {
            if left_out.is_some_and(|ids| ids.contains(&self.store.place(place).scenario)) {
                return None;
            }
            let (baseline, run) = (at.and_then(|at| cell(at, place)), cell(run, place));
            (baseline.is_some() || run.is_some()).then_some(ComparedStep { comparison: self, place, at, baseline, run })
        };
        self.places.iter().filter_map(beside)
    }

    /// The selected cells of one column, of the baseline or of the run.
    pub fn cells<'a>(&'a self, column: &'a Column) -> impl Iterator<Item = &'a Cell> {
        self.beside(None, column).filter_map(|beside| beside.run)
    }

    /// Whether anything was observed on a column's platform, selected or not.
    pub fn is_observed(&self, column: &Column) -> bool {
        self.store.columns[column.at()].iter().any(|id| self.store.cells.derived(*id).is_observed)
    }
}

impl<'a> ComparedStep<'a> {
    fn place(&self) -> &'a Place {
        self.comparison.store.place(self.place)
    }

    /// The scenario's id.
    pub fn scenario(&self) -> &'a Arc<str> {
        &self.place().scenario
    }

    /// Which case of it.
    pub fn case(&self) -> &'a CaseName {
        self.comparison.store.case_of(self.place)
    }

    /// The step's number, from 1.
    pub fn step(&self) -> u32 {
        self.place().step
    }

    /// Who takes the step, and what is done.
    pub fn operation(&self) -> String {
        format!("{} {}", self.place().actor, self.place().operation)
    }

    /// The baseline's file, and the line of the cell's first row in it, from 1; line 1 if the baseline has no such
    /// cell. `None` if there is no baseline.
    pub fn location(&self) -> Option<(&'a Path, u32)> {
        let origin = self.comparison.origins.get(self.at?)?;
        let line = origin.lines.get(self.place as usize).copied().unwrap_or_default();
        Some((&origin.path, line.max(1)))
    }

    /// How the run's cell stands to the baseline's; `None` unless something was observed in both.
    pub fn relation(&self, by: Compare) -> Option<Relation> {
        let (run, baseline) = (self.run?, self.baseline?);
        if std::ptr::eq(run, baseline) {
            return run.is_observed().then_some(Relation::Same);
        }
        (run.is_observed() && baseline.is_observed()).then(|| relation(run, baseline, by))
    }
}
