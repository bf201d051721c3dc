//! What was measured beside what is documented or reported for the same system.

use std::collections::BTreeSet;

use super::{Cell, Column, Matrix, Relation, Row, Seen, relation};

/// How a measured cell stands to a stated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The outcome was measured, and no other.
    Agrees,
    /// Another outcome was measured.
    Contradicts,
}

/// What sources state of a step of a system that was measured, too.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// The step and its cases.
    pub row: Row<'a>,
    /// The measured cell.
    pub measured: &'a Cell,
    /// The outcome that is stated.
    pub stated: &'a str,
    /// Who states it, of whichever case of the row.
    pub sources: BTreeSet<&'a str>,
    /// How they stand to each other.
    pub verdict: Verdict,
}

/// A measured column beside a stated one of the same system. Its rows are those of the two, so that no other platform
/// changes how many there are.
#[derive(Debug)]
pub struct Verified {
    pair: Matrix,
}

impl Matrix {
    /// Lays each measured column beside each stated one of the same system.
    pub fn verify(&self) -> Vec<Verified> {
        let mut verified = Vec::new();
        for (stated_at, stated) in self.columns.iter().enumerate().filter(|(_, column)| !column.is_measured()) {
            for (measured_at, measured) in self.columns.iter().enumerate().filter(|(_, column)| column.is_measured()) {
                if !measured.is_absent() && stated.system().is_some_and(|system| Some(system) == measured.system()) {
                    let mut pair = self.clone();
                    pair.make_pair(measured_at, stated_at);
                    verified.push(Verified { pair });
                }
            }
        }
        verified
    }
}

impl Verified {
    /// The measured one.
    pub fn measured(&self) -> &Column {
        &self.pair.columns[0]
    }

    /// The documented or reported one.
    pub fn stated(&self) -> &Column {
        &self.pair.columns[1]
    }

    /// What is stated of rows that were measured. Sources that contradict each other are findings of their own.
    pub fn findings(&self) -> Vec<Finding<'_>> {
        let mut findings = Vec::new();
        for row in self.pair.rows() {
            let (Some(measured), Some(stated)) = observed(row) else { continue };
            for seen in &stated.outcomes {
                let alone = Cell { outcomes: vec![seen.clone()], trials: None };
                let verdict = match relation(measured, &alone, self.pair.compared()) {
                    Relation::Same => Verdict::Agrees,
                    _ => Verdict::Contradicts,
                };
                findings.push(Finding { row, measured, stated: &seen.outcome, sources: sources(row, seen), verdict });
            }
        }
        findings
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
