//! Groups cells into rows: cases that gave the same on every platform share one.

use indexmap::IndexMap;

use super::{
    cell::{CellId, CellKey, NO_CELL},
    columns::Column,
    compare::Compare,
    store::Store,
};
use crate::{outcome, results::PlaceId};

/// A row, with what is worked out once for it: the cases of a step that gave the same on every platform.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The places of the cases, in the catalogue's order; never empty.
    pub(super) places: Vec<PlaceId>,
    /// Whether these are all of the step's cases that some platform supports.
    pub(super) is_whole_step: bool,
    /// Whether the steps race on some platform.
    pub(super) is_race: bool,
    /// The 0-based number of the column that the others are compared with.
    pub(super) reference: Option<usize>,
}

/// The rows of some places, which are in the catalogue's order.
pub(super) fn group_rows(
    store: &Store,
    columns: &[Column],
    places: &[PlaceId],
    compare: Compare,
    reference: Option<usize>,
) -> Vec<Group> {
    let mut groups = Vec::new();
    for step in places.chunk_by(|a, b| store.is_same_step(*a, *b)) {
        let mut alike: IndexMap<Vec<CellId>, Vec<PlaceId>> = IndexMap::new();
        for &place in step {
            let cells: Vec<_> = columns.iter().map(|column| store.comparable(column, place)).collect();
            if cells.iter().any(|cell| *cell != NO_CELL) {
                alike.entry(cells).or_default().push(place);
            }
        }
        let is_supported = |cells: &[CellId]| {
            let mut cells = cells.iter().filter_map(|id| store.cells.get(*id));
            cells.any(|cell| !cell.is_only(outcome::UNSUPPORTED))
        };
        let supported = alike.keys().filter(|cells| is_supported(cells)).count();
        groups.extend(alike.into_iter().map(|(cells, places)| Group {
            places,
            is_whole_step: supported == 1 && is_supported(&cells),
            is_race: cells.iter().any(|id| store.cells.derived(*id).is_race),
            reference: find_reference(store, columns, &cells, compare, reference),
        }));
    }
    groups
}

/// The column that others are compared with: the chosen one, or else the first of those that gave what most measured
/// platforms gave. Where nothing was measured, statements are counted instead. Ties use the first column.
fn find_reference(
    store: &Store,
    columns: &[Column],
    cells: &[CellId],
    compare: Compare,
    chosen: Option<usize>,
) -> Option<usize> {
    let keys: Vec<CellKey> = cells.iter().map(|id| store.cells.derived(*id).key(compare)).collect();
    if let Some(chosen) = chosen {
        return (keys[chosen] != 0).then_some(chosen);
    }
    let some_measured = (0..columns.len()).any(|at| keys[at] != 0 && columns[at].is_measured());
    let mut votes: IndexMap<CellKey, (usize, usize)> = IndexMap::new();
    for (at, column) in columns.iter().enumerate() {
        if keys[at] != 0 && (column.is_measured() || !some_measured) {
            votes.entry(keys[at]).or_insert((at, 0)).1 += column.members.len();
        }
    }
    let most = votes.values().map(|(_, count)| *count).max()?;
    votes.values().find(|(_, count)| *count == most).map(|(first, _)| *first)
}
