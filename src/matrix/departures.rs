//! Where systems depart from a standard: what is best known of a system beside what the standard demands of it.

use std::collections::BTreeSet;

use super::{Cell, Column, Evidence, Member, Relation, Row, View, relation};

/// A system beside a standard. Its rows are those of the two alone, so other platforms do not change how many there
/// are.
#[derive(Debug)]
pub struct Departures<'a> {
    pair: View<'a>,
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
    /// Puts each system of some evidence beside each standard, in the rows of this view, whatever its columns are.
    pub fn departures(&self, evidence: &Evidence<'a>) -> Vec<Departures<'a>> {
        let beside = |standard: &Column| {
            let systems = evidence.systems().iter().map(|system| {
                let columns = vec![Column::of_system(system.name, &system.platforms), standard.clone()];
                let pair = View::grouped(self.store, columns, self.places.clone(), self.compare, Some(0), true);
                Departures { pair }
            });
            systems.collect::<Vec<_>>()
        };
        evidence.matrix().columns().iter().filter(|column| column.is_standard()).flat_map(beside).collect()
    }
}

impl Departures<'_> {
    /// The system: a column of all its platforms, named like the system in data.
    pub fn system(&self) -> &Column {
        &self.pair.columns[0]
    }

    /// The standard.
    pub fn standard(&self) -> &Column {
        &self.pair.columns[1]
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

/// The system's and the standard's cell of a row, each only if something was observed or stated.
fn observed(row: Row<'_>) -> (Option<&Cell>, Option<&Cell>) {
    let observed = |at| row.cell(at).filter(|cell| cell.is_observed());
    (observed(0), observed(1))
}
