//! Makes a matrix of rows, one step of one platform at a time.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use indexmap::IndexMap;

use super::{
    cell::{Cell, CellId, NO_CELL, Native, Seen},
    columns::{Column, Member},
    store::{Matrix, Store},
};
use crate::{
    catalogue::Catalogue,
    platform::{Platform, Provenance},
    results::{EntryId, PlaceId, ReadError, Results, Source, Tables, read_in_shares},
};

#[derive(Default)]
pub(super) struct Builder {
    pub(super) store: Store,
    /// The platforms of the last columns of the store, which [`take_columns`](Builder::take_columns) takes.
    heads: IndexMap<Arc<str>, Provenance>,
    /// The cell of each entry by itself, which most steps have.
    single: Vec<CellId>,
    /// The platform that was added to last, and the number of its cells in the store.
    last: Option<(Arc<str>, usize)>,
}

impl Matrix {
    /// Reads results, of folders all `*.csv`, without keeping their rows. Returns the matrix, and notes on what was
    /// ignored.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with them: file, line, and what is expected there.
    pub fn read<'a>(source: impl Into<Source<'a>>, catalogue: &Catalogue) -> Result<(Self, Vec<String>), ReadError> {
        let (shares, heads) = read_in_shares(source.into(), |builder: &mut Builder, tables, step| {
            builder.add(tables, step.platform, step.provenance, step.place, step.entries);
        })?;
        let mut shares = shares.into_iter().map(|(mut builder, tables)| {
            builder.store.tables = tables;
            builder
        });
        let mut all = shares.next().unwrap_or_default();
        shares.for_each(|share| all.append(share));
        Ok((all.finish(&heads.platforms, catalogue), heads.notes))
    }

    /// A matrix of these results, in the catalogue's order.
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
    /// Adds a step of a platform, and returns the number of the platform's cells in the store.
    pub(super) fn add(
        &mut self,
        tables: &Tables,
        platform: &Arc<str>,
        provenance: Provenance,
        place: PlaceId,
        entries: &[EntryId],
    ) -> usize {
        let at = match &self.last {
            Some((last, at)) if last == platform => *at,
            _ => {
                let first = self.store.columns.len() - self.heads.len();
                let head = self.heads.entry(Arc::clone(platform));
                let at = first + head.index();
                head.or_insert_with(|| {
                    self.store.columns.push(Vec::new());
                    provenance
                });
                self.last = Some((Arc::clone(platform), at));
                at
            }
        };
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
        let column = &mut self.store.columns[at];
        let place = place as usize;
        if column.len() <= place {
            // Platforms of one catalogue have the same places.
            column.reserve_exact(tables.places.len().saturating_sub(column.len()));
            column.resize(place + 1, NO_CELL);
        }
        column[place] = cell;
        at
    }

    /// Adds the platforms of another builder; the two have no platform in common.
    fn append(&mut self, other: Builder) {
        let Store { tables, cells, columns } = other.store;
        let places = self.store.tables.add_places_of(&tables);
        let cells: Vec<_> =
            [NO_CELL].into_iter().chain(cells.into_iter().map(|cell| self.store.cells.add(cell))).collect();
        for column in columns {
            let mut here = vec![NO_CELL; self.store.tables.places.len()];
            for (place, cell) in places.iter().zip(column) {
                here[*place as usize] = cells[cell as usize];
            }
            self.store.columns.push(here);
        }
        self.heads.extend(other.heads);
    }

    /// The columns of the platforms that were added since the last call, in the order of a matrix. A platform that is
    /// added later is another one, even if it has the same name.
    pub(super) fn take_columns(&mut self, platforms: &[Platform]) -> Vec<Column> {
        let first = self.store.columns.len() - self.heads.len();
        let facts: HashMap<&str, &Platform> =
            platforms.iter().map(|platform| (platform.platform.as_str(), platform)).collect();
        let column = |(at, (platform, provenance)): (usize, (Arc<str>, Provenance))| {
            let facts = facts.get(&*platform).map(|facts| (*facts).clone());
            let absent = self.store.why_absent(first + at);
            Column::of(Member { platform: platform.to_string(), provenance, facts, absent, at: first + at })
        };
        let heads = std::mem::take(&mut self.heads);
        self.last = None;
        let mut columns: Vec<_> = heads.into_iter().enumerate().map(column).collect();
        columns.sort_by(Column::order);
        columns
    }

    fn finish(mut self, platforms: &[Platform], catalogue: &Catalogue) -> Matrix {
        self.store.tables.settle();
        let columns = self.take_columns(platforms);
        let places = in_order(&self.store.tables, catalogue);
        let ranges = ranges(&self.store, &places);
        Matrix { columns, store: self.store, places, ranges }
    }
}

fn cell(tables: &Tables, entries: &[EntryId]) -> Cell {
    let mut cell = Cell { outcomes: Vec::new(), trials: None };
    for entry in entries {
        let entry = &tables.entries[*entry as usize];
        let native = Native { code: entry.code, name: Arc::clone(&entry.name), kind: Arc::clone(&entry.kind) };
        let (outcome, note) = (Arc::clone(&entry.outcome), Arc::clone(&entry.note));
        cell.outcomes.push(Seen { outcome, count: entry.count, note, native });
        cell.trials = entry.trials;
    }
    cell.outcomes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.outcome.cmp(&b.outcome)));
    cell
}

/// Where the places of each scenario are among these, which are in the catalogue's order.
fn ranges(store: &Store, places: &[PlaceId]) -> HashMap<Arc<str>, Range<usize>> {
    let mut ranges = HashMap::new();
    let mut begin = 0;
    for of_scenario in places.chunk_by(|a, b| store.place(*a).scenario == store.place(*b).scenario) {
        let end = begin + of_scenario.len();
        ranges.insert(Arc::clone(&store.place(of_scenario[0]).scenario), begin..end);
        begin = end;
    }
    ranges
}

/// All places in the catalogue's order; those of scenarios it does not know come last.
pub(super) fn in_order(tables: &Tables, catalogue: &Catalogue) -> Vec<PlaceId> {
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
