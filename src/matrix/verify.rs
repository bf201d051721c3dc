//! What was measured beside what is documented or reported for the same system.

use super::{Cell, Column, Compare, Matrix, Relation, Row, Seen, relation};

/// How a measured cell stands to a stated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The outcome was measured, and no other.
    Agrees,
    /// Another outcome was measured.
    Contradicts,
}

/// What a source states of a step of a system that was measured, too.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// The step and its cases.
    pub row: Row<'a>,
    /// The measured cell.
    pub measured: &'a Cell,
    /// What is stated, with its source in the note.
    pub stated: &'a Seen,
    /// How they stand to each other.
    pub verdict: Verdict,
}

/// A measured column beside a stated one of the same system.
#[derive(Debug, Clone)]
pub struct Verified<'a> {
    /// The measured one.
    pub measured: &'a Column,
    /// The documented or reported one.
    pub stated: &'a Column,
    /// What is stated of rows that were measured.
    pub findings: Vec<Finding<'a>>,
    /// How many rows were measured of which nothing is stated.
    pub undocumented: usize,
    /// How many rows are stated of which nothing was measured.
    pub unmeasured: usize,
}

impl Matrix {
    /// Lays each measured column beside each stated one of the same system.
    pub fn verify(&self, by: Compare) -> Vec<Verified<'_>> {
        let mut verified = Vec::new();
        for (stated_at, stated) in self.columns.iter().enumerate().filter(|(_, column)| !column.is_measured()) {
            for (measured_at, measured) in self.columns.iter().enumerate().filter(|(_, column)| column.is_measured()) {
                if !measured.is_absent() && stated.system().is_some_and(|system| Some(system) == measured.system()) {
                    let mut pair = Verified { measured, stated, findings: Vec::new(), undocumented: 0, unmeasured: 0 };
                    for row in self.rows() {
                        let observed = |at| row.cell(at).filter(|cell: &&Cell| cell.is_observed());
                        match (observed(measured_at), observed(stated_at)) {
                            (Some(measured), Some(stated)) => {
                                // Sources that contradict each other are verified one by one.
                                for seen in &stated.outcomes {
                                    let alone = Cell { outcomes: vec![seen.clone()], trials: None };
                                    let verdict = match relation(measured, &alone, by) {
                                        Relation::Same => Verdict::Agrees,
                                        _ => Verdict::Contradicts,
                                    };
                                    pair.findings.push(Finding { row, measured, stated: seen, verdict });
                                }
                            }
                            (Some(_), None) => pair.undocumented += 1,
                            (None, Some(_)) => pair.unmeasured += 1,
                            (None, None) => {}
                        }
                    }
                    verified.push(pair);
                }
            }
        }
        verified
    }
}
