//! What was measured beside what is documented or reported for the same system.

use std::collections::BTreeSet;

use super::{Cell, Column, Matrix, Relation, Row, Seen, View, relation};

/// What sources state about a row that was measured, too.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    /// The row, with a measured and a stated column.
    pub row: Row<'a>,
    /// The measured cell.
    pub measured: &'a Cell,
    /// The outcome that is stated.
    pub stated: &'a str,
    /// Who states it, for any case of the row.
    pub sources: BTreeSet<&'a str>,
    /// Whether the stated outcome was measured, and no other.
    pub agrees: bool,
}

impl Statement<'_> {
    /// Whether a matrix has the same statement, word for word, in each case of the row.
    pub fn is_in(&self, matrix: &Matrix) -> bool {
        let stated = &self.row.view.columns[1];
        let Some(column) = matrix.columns().iter().find(|column| column.name == stated.name) else { return false };
        let of_this = |cell: &Cell| cell.outcomes.iter().find(|seen| *seen.outcome == *self.stated).cloned();
        self.row.cases().zip(self.row.all_cells(1)).all(|(case, cell)| {
            let place = matrix.find(self.row.scenario(), self.row.step(), case);
            let theirs = place.and_then(|place| of_this(matrix.cell(column, place)?));
            theirs.is_some() && theirs == of_this(cell)
        })
    }
}

/// A measured column beside a stated one of the same system. Its rows are those of the two alone, so other platforms do
/// not change how many there are.
#[derive(Debug)]
pub struct Verified<'a> {
    pair: View<'a>,
}

impl<'a> View<'a> {
    /// Puts each measured column beside each stated one of the same system.
    pub fn verify(&self) -> Vec<Verified<'a>> {
        let mut verified = Vec::new();
        for stated in self.columns.iter().filter(|column| !column.is_measured() && column.system().is_some()) {
            let is_measured = |column: &&Column| column.was_run() && column.system() == stated.system();
            for measured in self.columns.iter().filter(is_measured) {
                let columns = vec![measured.clone(), stated.clone()];
                let pair = View::grouped(self.store, columns, self.places.clone(), self.compare, Some(0), true);
                verified.push(Verified { pair });
            }
        }
        verified
    }
}

impl Verified<'_> {
    /// The measured column.
    pub fn measured(&self) -> &Column {
        &self.pair.columns[0]
    }

    /// The documented or reported column.
    pub fn stated(&self) -> &Column {
        &self.pair.columns[1]
    }

    /// What is stated about rows that were measured: a statement for each outcome, since sources may contradict each
    /// other.
    pub fn statements(&self) -> Vec<Statement<'_>> {
        let mut statements = Vec::new();
        for row in self.pair.rows() {
            let (Some(measured), Some(stated)) = observed(row) else { continue };
            for seen in &stated.outcomes {
                let alone = Cell { outcomes: vec![seen.clone()], trials: None };
                let agrees = relation(measured, &alone, self.pair.compare) == Relation::Same;
                let sources = sources(row, seen);
                statements.push(Statement { row, measured, stated: &seen.outcome, sources, agrees });
            }
        }
        statements
    }

    /// How many rows were measured and have no statement about them.
    pub fn undocumented(&self) -> usize {
        self.pair.rows().filter(|row| matches!(observed(*row), (Some(_), None))).count()
    }

    /// How many rows have a statement about them and were not measured.
    pub fn unmeasured(&self) -> usize {
        self.pair.rows().filter(|row| matches!(observed(*row), (None, Some(_)))).count()
    }
}

/// The measured and the stated cell of a row, each only if something was observed or stated.
fn observed(row: Row<'_>) -> (Option<&Cell>, Option<&Cell>) {
    let observed = |at| row.cell(at).filter(|cell| cell.is_observed());
    (observed(0), observed(1))
}

/// Who states an outcome, for any case of the row.
fn sources<'a>(row: Row<'a>, stated: &Seen) -> BTreeSet<&'a str> {
    let seen = row.all_cells(1).flat_map(|cell| &cell.outcomes).filter(|seen| seen.outcome == stated.outcome);
    seen.map(|seen| &*seen.note).filter(|note| !note.is_empty()).collect()
}
