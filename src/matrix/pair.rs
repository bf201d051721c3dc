//! What is told of a view of two: where its cells come from, and what portable code has to know of its rows.

use super::{Cell, Compare, Member, Relation, Row, View, relation, row::differ};
use crate::catalogue::family;

/// How many rows of a family there are in a view of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyCount<'a> {
    /// The part of scenarios' ids before the slash.
    pub family: &'a str,
    /// In how many rows both have an outcome.
    pub rows: usize,
    /// In how many of these the two differ.
    pub differing: usize,
    /// In how many of these their classes differ, too.
    pub in_class: usize,
}

impl View<'_> {
    /// The platforms that a column's cells are of where each of the two columns has an outcome, and in how many rows.
    pub fn sources(&self, column: usize) -> Vec<(&Member, usize)> {
        let members = &self.columns()[column].members;
        let mut counts = vec![0; members.len()];
        for row in self.rows().filter(|row| row.has_all()) {
            let source = row.source(column);
            counts[members.iter().position(|member| member.at == source.at).unwrap_or(0)] += 1;
        }
        members.iter().zip(counts).filter(|(_, rows)| *rows > 0).collect()
    }

    /// The families in which both columns have an outcome in some row, in the catalogue's order.
    pub fn family_counts(&self) -> Vec<FamilyCount<'_>> {
        let mut counts: Vec<FamilyCount<'_>> = Vec::new();
        for row in self.rows().filter(|row| row.has_all()) {
            let name = family(row.scenario());
            let at = counts.iter().position(|count| count.family == name).unwrap_or_else(|| {
                counts.push(FamilyCount { family: name, rows: 0, differing: 0, in_class: 0 });
                counts.len() - 1
            });
            counts[at].rows += 1;
            counts[at].differing += usize::from(row.differs());
            counts[at].in_class += usize::from(row.differs_in_class());
        }
        counts
    }
}

impl Row<'_> {
    /// Whether every column has an outcome.
    pub fn has_all(self) -> bool {
        self.cells().all(|cell| cell.is_some_and(Cell::is_observed))
    }

    /// Whether the two columns of a [pair](super::Options::pair) differ in what portable code has to know: not in their
    /// outcomes alone, but in the classes of these. Where steps race, they have no class in common.
    pub fn differs_in_class(self) -> bool {
        let (Some(one), Some(other)) = (self.cell(0), self.cell(1)) else { return false };
        if one.is_race() || other.is_race() {
            return self.differs() && relation(one, other, Compare::Class) == Relation::Disjoint;
        }
        let side = |column: usize| {
            let columns = self.view.columns();
            (self.view.store.cell_id(&columns[column], self.group.places[0]), self.is_measured(column))
        };
        differ(&self.view.store.cells, side(0), side(1), Compare::Class)
    }
}
