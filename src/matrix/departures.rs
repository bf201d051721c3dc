//! Where systems depart from a standard: what is best known of a system beside what the standard demands of it.

use std::collections::BTreeSet;

use alphanumeric_sort::compare_str;

use super::{Cell, Column, Evidence, Member, Relation, Row, View, relation};
use crate::results::PlaceId;

/// A system beside a standard. Its rows are those of the two alone, so other platforms do not change how many there
/// are; steps of which a newer edition of the standard demands something are left to that edition.
#[derive(Debug)]
pub struct Departures<'a> {
    pair: View<'a>,
    newer: Vec<&'a Column>,
}

/// A step of which the standard demands something, and of which something is known on the system.
#[derive(Debug, Clone)]
pub struct Requirement<'a> {
    /// The row, with a column of the system and one of the standard.
    pub row: Row<'a>,
    /// The outcomes that the standard allows.
    pub allowed: &'a Cell,
    /// The best that is known of what the system gives.
    pub given: &'a Cell,
    /// The platform that this comes from.
    pub platform: &'a Member,
    /// The sentences of the standard, for any case of the row.
    pub sources: BTreeSet<&'a str>,
    /// Whether some trial gave an outcome that the standard does not allow. Where sources contradict each other, whether
    /// none of what they state is allowed.
    pub is_departure: bool,
}

impl<'a> View<'a> {
    /// Puts each system of some evidence beside each standard, in the rows of this view, whatever its columns are. The
    /// newest edition of a standard comes first.
    pub fn departures(&self, evidence: &Evidence<'a>) -> Vec<Departures<'a>> {
        let mut standards: Vec<_> = evidence.matrix().columns().iter().filter(|column| column.is_standard()).collect();
        standards.sort_by(|a, b| a.system().cmp(&b.system()).then_with(|| compare_str(edition(b), edition(a))));
        let beside = |standard: &&'a Column| {
            let is_newer = |other: &&&Column| {
                other.system() == standard.system() && compare_str(edition(other), edition(standard)).is_gt()
            };
            let newer: Vec<_> = standards.iter().filter(is_newer).copied().collect();
            let says =
                |column: &&Column, place| self.store.cells.derived(self.store.cell_id(column, place)).is_observed;
            let is_left = |place: &PlaceId| !newer.iter().any(|column| says(column, *place));
            let places: Vec<_> = self.places.iter().copied().filter(is_left).collect();
            let systems = evidence.systems().iter().map(|system| {
                let columns = vec![Column::of_system(system.name, &system.platforms), (*standard).clone()];
                let pair = View::grouped(self.store, columns, places.clone(), self.compare, Some(0), true);
                Departures { pair, newer: newer.clone() }
            });
            systems.collect::<Vec<_>>()
        };
        standards.iter().flat_map(beside).collect()
    }
}

impl Departures<'_> {
    /// The system: a column of all its platforms, named like the system in data.
    pub fn system(&self) -> &Column {
        &self.pair.columns[0]
    }

    /// The standard, in one of its editions.
    pub fn standard(&self) -> &Column {
        &self.pair.columns[1]
    }

    /// Newer editions of the standard, the newest first. The steps that they speak of are not among those of this one.
    pub fn newer(&self) -> &[&Column] {
        &self.newer
    }

    /// What the standard demands and the system can be held against.
    pub fn requirements(&self) -> Vec<Requirement<'_>> {
        let mut requirements = Vec::new();
        for row in self.pair.rows() {
            let (Some(given), Some(allowed)) = observed(row) else { continue };
            let found = relation(given, allowed, self.pair.compare);
            let is_departure = match row.is_measured(0) {
                true => !matches!(found, Relation::Same | Relation::Subset),
                false => found == Relation::Disjoint,
            };
            let (platform, sources) = (row.source(0), row.notes(1));
            requirements.push(Requirement { row, allowed, given, platform, sources, is_departure });
        }
        requirements
    }

    /// In how many rows the standard demands something of which nothing is known on the system.
    pub fn unknown(&self) -> usize {
        self.pair.rows().filter(|row| matches!(observed(*row), (None, Some(_)))).count()
    }
}

/// Which edition of a standard a column is.
fn edition(standard: &Column) -> &str {
    standard.members[0].facts.as_ref().map_or("", |facts| &facts.os_version)
}

/// The system's and the standard's cell of a row, each only if something was observed or stated.
fn observed(row: Row<'_>) -> (Option<&Cell>, Option<&Cell>) {
    let observed = |at| row.cell(at).filter(|cell| cell.is_observed());
    (observed(0), observed(1))
}
