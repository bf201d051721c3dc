//! From rows to a matrix, one step of one platform at a time. Memory follows the number of distinct cells: a cell is
//! four bytes, and what stands in it is kept once.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
};

use super::{
    Column, Matrix, Member,
    cell::{Cell, CellId, Cells, NO_CELL, Seen},
};
use crate::{
    catalogue::Catalogue,
    platform::{Platform, Provenance},
    results::{EntryId, PlaceId, ReadError, Results, Tables, read_steps},
};

/// Everything that was read, which views of it share.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) tables: Tables,
    pub(super) cells: Cells,
    /// A platform's cells by place; those after the end are none.
    pub(super) columns: Vec<Vec<CellId>>,
}

#[derive(Default)]
struct Builder {
    store: Store,
    heads: Vec<(Arc<str>, Provenance)>,
    numbers: HashMap<Arc<str>, usize>,
    /// The cells of a single entry, by the entry.
    single: Vec<CellId>,
    /// The platform at hand.
    last: usize,
}

impl Matrix {
    /// Reads files of results, and all `*.csv` of folders, without keeping their rows. Returns the matrix, and notes on
    /// what was passed over.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with them: file, line, and what would be right.
    pub fn read(paths: &[PathBuf], catalogue: &Catalogue) -> Result<(Self, Vec<String>), ReadError> {
        let mut builder = Builder::default();
        let mut tables = Tables::default();
        let heads = read_steps(paths, &mut tables, |tables, _, step| {
            builder.add(tables, step.platform, step.provenance, step.place, step.entries);
        })?;
        builder.store.tables = tables;
        Ok((builder.finish(&heads.platforms, catalogue), heads.notes))
    }

    /// Lays results beside each other, in the catalogue's order.
    pub fn new(results: &Results, catalogue: &Catalogue) -> Self {
        let mut builder = Builder::default();
        let mut tables = Tables::default();
        results.steps(&mut tables, |tables, platform, provenance, place, entries| {
            builder.add(tables, platform, provenance, place, entries);
        });
        builder.store.tables = tables;
        builder.finish(&results.platforms, catalogue)
    }
}

impl Builder {
    fn add(
        &mut self,
        tables: &Tables,
        platform: &Arc<str>,
        provenance: Provenance,
        place: PlaceId,
        entries: &[EntryId],
    ) {
        if self.heads.get(self.last).is_none_or(|(name, _)| name != platform) {
            self.last = *self.numbers.entry(Arc::clone(platform)).or_insert_with(|| {
                self.heads.push((Arc::clone(platform), provenance));
                self.store.columns.push(Vec::new());
                self.heads.len() - 1
            });
        }
        let cell = match entries {
            &[entry] => {
                let entry = entry as usize;
                if self.single.len() <= entry {
                    self.single.resize(entry + 1, NO_CELL);
                }
                if self.single[entry] == NO_CELL {
                    self.single[entry] = self.store.cells.add(cell(tables, entries));
                }
                self.single[entry]
            }
            entries => self.store.cells.add(cell(tables, entries)),
        };
        let column = &mut self.store.columns[self.last];
        let place = place as usize;
        if column.len() <= place {
            // Platforms of one catalogue have the same places.
            column.reserve_exact(tables.places.len().saturating_sub(column.len()));
            column.resize(place + 1, NO_CELL);
        }
        column[place] = cell;
    }

    fn finish(mut self, platforms: &[Platform], catalogue: &Catalogue) -> Matrix {
        self.store.tables.settle();
        self.store.cells.settle();
        let facts: HashMap<&str, &Platform> =
            platforms.iter().map(|platform| (platform.platform.as_str(), platform)).collect();
        let column = |(at, (platform, provenance)): (usize, (Arc<str>, Provenance))| {
            let facts = facts.get(&*platform).map(|facts| (*facts).clone());
            Column::of(Member { platform: platform.to_string(), provenance, facts, at })
        };
        let mut columns: Vec<_> = self.heads.into_iter().enumerate().map(column).collect();
        columns.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let places = in_order(&self.store.tables, catalogue);
        let mut matrix = Matrix::of(Arc::new(self.store), columns, places);
        matrix.lay_out();
        matrix
    }
}

fn cell(tables: &Tables, entries: &[EntryId]) -> Cell {
    let mut cell = Cell { outcomes: Vec::new(), trials: None };
    for entry in entries {
        let entry = &tables.entries[*entry as usize];
        let (outcome, note) = (Arc::clone(&entry.outcome), Arc::clone(&entry.note));
        cell.outcomes.push(Seen { outcome, count: entry.count, note });
        cell.trials = entry.trials;
    }
    cell.outcomes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.outcome.cmp(&b.outcome)));
    cell
}

/// All places in the catalogue's order; those of scenarios it does not know come last.
fn in_order(tables: &Tables, catalogue: &Catalogue) -> Vec<PlaceId> {
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places: Vec<_> = (0..tables.places.len()).collect();
    for place in &tables.places {
        positions.entry(&place.scenario).or_insert_with(|| catalogue.position(&place.scenario).unwrap_or(usize::MAX));
    }
    places.sort_by_cached_key(|place| {
        let place = &tables.places[*place];
        let case = &tables.cases[place.case as usize].1;
        (positions[&*place.scenario], &place.scenario, place.step, &place.actor, &place.operation, case)
    });
    places.into_iter().map(crate::results::number).collect()
}
