//! Platforms that agree in everything as one column.

use std::collections::BTreeMap;

use alphanumeric_sort::compare_str;

use super::{
    cell::{Cell, CellId, CellKey, NO_CELL},
    columns::{Column, Member},
    compare::Compare,
    store::Store,
};
use crate::{
    platform::{Platform, has_a_names_characters},
    results::PlaceId,
};

/// Puts measured platforms of one system into one column if they agree wherever both observed something, and there is
/// such a place: ten kernels that do the same are not ten findings.
pub(super) fn merge(store: &Store, places: &[PlaceId], columns: Vec<Column>) -> Vec<Column> {
    let mut merged: Vec<(Column, Vec<Agreed>)> = Vec::new();
    for column in columns {
        let cells: Vec<_> = places.iter().map(|place| agreed(store, column.members[0].at, *place)).collect();
        let fits = |(other, known): &&mut (Column, Vec<Agreed>)| {
            column.was_run() && other.was_run() && other.system() == column.system() && agree(known, &cells)
        };
        match merged.iter_mut().find(fits) {
            Some((other, known)) => {
                other.members.extend(column.members);
                known.iter_mut().zip(cells).for_each(|(known, cell)| *known = known.or(cell));
            }
            None => merged.push((column, cells)),
        }
    }
    let named = |(column, _): (Column, Vec<Agreed>)| match column.members.len() {
        1 => column,
        count => {
            let name = common_name(&column.members).unwrap_or_else(|| column.members[0].platform.clone());
            Column { name: format!("{name}, {count} platforms"), ..column }
        }
    };
    merged.into_iter().map(named).collect()
}

/// What platforms that share a column have in common at a place: the key of the cell and, where trials disagree, the
/// cell with its shares. `None` where nothing was observed, and where the steps race, since their outcomes are chance.
type Agreed = Option<(CellKey, CellId)>;

fn agreed(store: &Store, at: usize, place: PlaceId) -> Agreed {
    let id = store.cell_id_at(at, place);
    let derived = store.cells.derived(id);
    let key = derived.key(Compare::Exact);
    let unsteady = store.cells.get(id).is_some_and(Cell::is_unsteady);
    (key != 0).then_some((key, if unsteady { derived.without_native } else { NO_CELL }))
}

/// Whether the two have places to compare, and agree at all of them.
fn agree(one: &[Agreed], other: &[Agreed]) -> bool {
    let mut both = one.iter().zip(other).filter_map(|(one, other)| one.zip(*other)).peekable();
    both.peek().is_some() && both.all(|(one, other)| one == other)
}

/// What to call several platforms: their systems, each with its range of versions, such as `linux 5.10 – 7.2`. `None`
/// if facts are missing, or have characters that a platform's name may not have.
fn common_name(members: &[Member]) -> Option<String> {
    let is_harmless = |facts: &&Platform| [facts.system(), &facts.os_version].into_iter().all(has_a_names_characters);
    let mut systems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for member in members {
        let facts = member.facts.as_ref().filter(is_harmless)?;
        systems.entry(facts.system()).or_default().push(&facts.os_version);
    }
    let name = |(system, mut versions): (&str, Vec<&str>)| {
        versions.sort_by(|a, b| compare_str(a, b));
        versions.dedup();
        match versions.as_slice() {
            [first, .., last] => format!("{system} {first} – {last}"),
            [one] if !one.is_empty() => format!("{system} {one}"),
            _ => system.to_owned(),
        }
    };
    Some(systems.into_iter().map(name).collect::<Vec<_>>().join(" and "))
}
