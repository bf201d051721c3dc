//! What was measured beside what is documented or reported for the same system.

use std::collections::BTreeSet;

use super::{Cell, Column, Relation, Row, Seen, View, relation};

/// How a measured cell stands to a stated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// The stated outcome was measured, and no other.
    Agrees,
    /// Another outcome was measured.
    Contradicts,
}

/// What sources state of a step of a system that was measured, too.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    /// The step and its cases.
    pub row: Row<'a>,
    /// The measured cell.
    pub measured: &'a Cell,
    /// The outcome that is stated.
    pub stated: &'a str,
    /// Who states it, of whichever case of the row.
    pub sources: BTreeSet<&'a str>,
    /// How the two stand to each other.
    pub agreement: Agreement,
}

/// A measured column beside a stated one of the same system. Its rows are those of the two, so that no other platform
/// changes how many there are.
#[derive(Debug)]
pub struct Verified<'a> {
    pair: View<'a>,
}

impl<'a> View<'a> {
    /// Puts each measured column beside each stated one of the same system.
    pub fn verify(&self) -> Vec<Verified<'a>> {
        let columns = || self.columns.iter().enumerate();
        let mut verified = Vec::new();
        for (stated_at, stated) in columns().filter(|(_, column)| !column.is_measured()) {
            for (measured_at, measured) in columns().filter(|(_, column)| column.is_measured() && !column.is_absent()) {
                if stated.system().is_some_and(|system| Some(system) == measured.system()) {
                    verified.push(Verified { pair: self.pair(measured_at, stated_at) });
                }
            }
        }
        verified
    }
}

impl Verified<'_> {
    /// The measured one.
    pub fn measured(&self) -> &Column {
        &self.pair.columns[0]
    }

    /// The documented or reported one.
    pub fn stated(&self) -> &Column {
        &self.pair.columns[1]
    }

    /// What is stated of rows that were measured; of sources that contradict each other, a statement each.
    pub fn statements(&self) -> Vec<Statement<'_>> {
        let mut statements = Vec::new();
        for row in self.pair.rows() {
            let (Some(measured), Some(stated)) = observed(row) else { continue };
            for seen in &stated.outcomes {
                let alone = Cell { outcomes: vec![seen.clone()], trials: None };
                let agreement = match relation(measured, &alone, self.pair.compared()) {
                    Relation::Same => Agreement::Agrees,
                    _ => Agreement::Contradicts,
                };
                let sources = sources(row, seen);
                statements.push(Statement { row, measured, stated: &seen.outcome, sources, agreement });
            }
        }
        statements
    }

    /// How many rows were measured of which nothing is stated.
    pub fn undocumented(&self) -> usize {
        self.pair.rows().filter(|row| matches!(observed(*row), (Some(_), None))).count()
    }

    /// How many rows are stated of which nothing was measured.
    pub fn unmeasured(&self) -> usize {
        self.pair.rows().filter(|row| matches!(observed(*row), (None, Some(_)))).count()
    }
}

/// What was measured, and what is stated, where it says something of the system.
fn observed(row: Row<'_>) -> (Option<&Cell>, Option<&Cell>) {
    let observed = |at| row.cell(at).filter(|cell| cell.is_observed());
    (observed(0), observed(1))
}

/// Who states an outcome, of whichever case of the row.
fn sources<'a>(row: Row<'a>, stated: &Seen) -> BTreeSet<&'a str> {
    let seen = row.all_cells(1).flat_map(|cell| &cell.outcomes).filter(|seen| seen.outcome == stated.outcome);
    seen.map(|seen| &*seen.note).filter(|note| !note.is_empty()).collect()
}
