//! Rows × platforms: the same step of the same case beside each other, and where platforms differ.

mod cases;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use crate::{
    catalogue::{Catalogue, Selection},
    observation::outcome,
    platform::{Platform, Provenance},
    results::{Results, Row},
};

pub use cases::{CaseName, name_all};

/// What was observed, one row a step and one column a platform.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    /// The columns: native platforms in order of name, then those that ran on a stand-in for a kernel.
    pub columns: Vec<Column>,
    /// In the catalogue's order; scenarios it does not know come last.
    pub rows: Vec<MatrixRow>,
}

/// One platform.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub platform: String,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// The facts behind the name, where a table of platforms has them.
    pub facts: Option<Platform>,
}

impl Column {
    /// Whether something else stood in for the kernel: such a column is measured against native ones, not they by it.
    fn is_stand_in(&self) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.runtime != "native")
    }
}

/// One step of the cases that gave the same on every platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// The scenario's id.
    pub scenario: String,
    /// The step's number, from 1.
    pub step: u32,
    /// Who takes it.
    pub actor: String,
    /// What is done.
    pub operation: String,
    /// The cases that share this row.
    pub cases: Vec<CaseName>,
    /// Whether these are all cases of the step that any platform supports.
    pub is_whole_step: bool,
    /// One for each column; none where the platform has no such case.
    pub cells: Vec<Option<Cell>>,
}

/// What a step gave on one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Distinct outcomes, each with its count of trials, the most frequent first.
    pub outcomes: Vec<(String, u64)>,
    /// How many trials there were.
    pub trials: u64,
    /// What the rows' notes say.
    pub notes: Vec<String>,
}

impl Cell {
    /// Whether trials disagreed.
    pub fn is_unsteady(&self) -> bool {
        self.outcomes.len() > 1
    }

    /// Whether something of the platform's behaviour was observed: `unsupported` and `not-run` say nothing of it.
    pub fn is_observed(&self) -> bool {
        self.outcomes.iter().any(|(outcome, _)| outcome::is_observed(outcome))
    }

    /// Whether both have the same outcomes; how often each came does not matter.
    fn agrees(&self, other: &Cell) -> bool {
        let names = |cell: &Cell| cell.outcomes.iter().map(|(outcome, _)| outcome.clone()).collect::<BTreeSet<_>>();
        names(self) == names(other)
    }
}

/// The outcome; where trials disagree, each with its share: `EPIPE 7/10, ok 3/10`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(outcome, _)] = self.outcomes.as_slice() {
            return f.write_str(outcome);
        }
        for (index, (outcome, count)) in self.outcomes.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{outcome} {count}/{}", self.trials)?;
        }
        Ok(())
    }
}

/// How many rows there are, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All rows.
    pub rows: usize,
    /// Rows in which platforms differ.
    pub differing: usize,
    /// Rows with a cell whose trials disagree.
    pub unsteady: usize,
}

impl Matrix {
    /// Lays results beside each other, in the catalogue's order.
    pub fn new(results: &Results, catalogue: &Catalogue) -> Self {
        let columns = columns(results);
        let index: HashMap<&str, usize> =
            columns.iter().enumerate().map(|(at, column)| (column.platform.as_str(), at)).collect();
        let mut cells: BTreeMap<Key<'_>, Vec<Option<Cell>>> = BTreeMap::new();
        for row in &results.rows {
            let Some(&at) = index.get(row.platform.as_str()) else { continue };
            let cells = cells.entry(Key::of(row, catalogue)).or_insert_with(|| vec![None; columns.len()]);
            let cell =
                cells[at].get_or_insert_with(|| Cell { outcomes: Vec::new(), trials: row.trials, notes: Vec::new() });
            cell.outcomes.push((row.outcome.clone(), row.count));
            if !row.note.is_empty() && !cell.notes.contains(&row.note) {
                cell.notes.push(row.note.clone());
            }
        }
        for cell in cells.values_mut().flatten().flatten() {
            cell.outcomes.sort_by(|(a, times_a), (b, times_b)| times_b.cmp(times_a).then_with(|| a.cmp(b)));
        }
        Matrix { rows: merge_cases(cells), columns }
    }

    /// Keeps the rows of selected scenarios.
    pub fn select(&mut self, selection: &Selection) {
        self.rows.retain(|row| selection.includes(&row.scenario));
    }

    /// Keeps the rows in which platforms differ or trials disagree. One platform alone has nothing to differ from:
    /// all of its rows are kept.
    pub fn keep_differing(&mut self) {
        if self.columns.len() > 1 {
            self.rows.retain(|row| row.differs() || row.is_unsteady());
        }
    }

    /// Counts the rows.
    pub fn counts(&self) -> Counts {
        Counts {
            rows: self.rows.len(),
            differing: self.rows.iter().filter(|row| row.differs()).count(),
            unsteady: self.rows.iter().filter(|row| row.is_unsteady()).count(),
        }
    }
}

fn columns(results: &Results) -> Vec<Column> {
    let provenances: BTreeMap<&str, Provenance> =
        results.rows.iter().map(|row| (row.platform.as_str(), row.provenance)).collect();
    let column = |(platform, provenance): (&str, Provenance)| Column {
        platform: platform.to_owned(),
        provenance,
        facts: results.platform(platform).cloned(),
    };
    let mut columns: Vec<_> = provenances.into_iter().map(column).collect();
    columns.sort_by_key(Column::is_stand_in);
    columns
}

/// Where a row stands: the order of the fields is the order of the matrix.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    position: usize,
    scenario: &'a str,
    step: u32,
    actor: &'a str,
    operation: &'a str,
    case: CaseName,
}

impl<'a> Key<'a> {
    fn of(row: &'a Row, catalogue: &Catalogue) -> Self {
        Key {
            position: catalogue.position(&row.scenario).unwrap_or(usize::MAX),
            scenario: &row.scenario,
            step: row.step,
            actor: &row.actor,
            operation: &row.operation,
            case: CaseName::of(row),
        }
    }
}

/// Cases whose cells are the same on every platform share a row.
fn merge_cases(cells: BTreeMap<Key<'_>, Vec<Option<Cell>>>) -> Vec<MatrixRow> {
    let mut rows: Vec<MatrixRow> = Vec::new();
    // The rows of the step at hand begin here.
    let mut begin = 0;
    for (key, cells) in cells {
        let same_step = rows.last().is_some_and(|last| {
            (last.scenario.as_str(), last.step, last.actor.as_str(), last.operation.as_str())
                == (key.scenario, key.step, key.actor, key.operation)
        });
        if !same_step {
            begin = rows.len();
        }
        match rows[begin..].iter_mut().find(|row| row.cells == cells) {
            Some(row) => row.cases.push(key.case),
            None => rows.push(MatrixRow {
                scenario: key.scenario.to_owned(),
                step: key.step,
                actor: key.actor.to_owned(),
                operation: key.operation.to_owned(),
                cases: vec![key.case],
                is_whole_step: false,
                cells,
            }),
        }
    }
    for step in rows.chunk_by_mut(|a, b| (&a.scenario, a.step) == (&b.scenario, b.step)) {
        let supported = step.iter().filter(|row| !row.is_unsupported()).count();
        for row in step.iter_mut().filter(|row| !row.is_unsupported()) {
            row.is_whole_step = supported == 1;
        }
    }
    rows
}

impl MatrixRow {
    /// The part of the scenario's id before the slash.
    pub fn family(&self) -> &str {
        self.scenario.split('/').next().unwrap_or(&self.scenario)
    }

    /// The part of the scenario's id after the slash.
    pub fn name(&self) -> &str {
        self.scenario.split_once('/').map_or(self.scenario.as_str(), |(_, name)| name)
    }

    /// The cases that share the row, in few words.
    pub fn case_names(&self) -> String {
        /// Names that are no longer than this tell more than their number.
        const SHORT: usize = 24;
        let names = name_all(&self.cases).join("; ");
        if self.is_whole_step && names.len() > SHORT { format!("all {}", self.cases.len()) } else { names }
    }

    /// Whether no platform supports these cases.
    pub fn is_unsupported(&self) -> bool {
        self.cells.iter().flatten().all(|cell| cell.outcomes.iter().all(|(outcome, _)| outcome == outcome::UNSUPPORTED))
    }

    /// Whether two platforms gave different outcomes.
    pub fn differs(&self) -> bool {
        let mut observed = self.observed();
        let first = observed.next();
        first.is_some_and(|(_, first)| observed.any(|(_, cell)| !cell.agrees(first)))
    }

    /// Whether the trials of a cell disagree.
    pub fn is_unsteady(&self) -> bool {
        self.cells.iter().flatten().any(Cell::is_unsteady)
    }

    /// Whether the cell of this column differs from what most platforms gave.
    pub fn stands_out(&self, column: usize) -> bool {
        match (&self.cells[column], self.majority()) {
            (Some(cell), Some(majority)) => cell.is_observed() && !cell.agrees(majority),
            _ => false,
        }
    }

    /// What most platforms gave; among equals, the first column's.
    fn majority(&self) -> Option<&Cell> {
        let votes = |cell: &Cell| self.observed().filter(|(_, other)| other.agrees(cell)).count();
        let most = self.observed().map(|(_, cell)| votes(cell)).max()?;
        self.observed().map(|(_, cell)| cell).find(|cell| votes(cell) == most)
    }

    fn observed(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.cells
            .iter()
            .enumerate()
            .filter_map(|(column, cell)| Some((column, cell.as_ref()?)))
            .filter(|(_, cell)| cell.is_observed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(outcomes: &[(&str, u64)]) -> Option<Cell> {
        let outcomes: Vec<_> = outcomes.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect();
        Some(Cell { trials: outcomes.iter().map(|(_, count)| count).sum(), outcomes, notes: Vec::new() })
    }

    fn row(cells: &[Option<Cell>]) -> MatrixRow {
        MatrixRow {
            scenario: "a/b".to_owned(),
            step: 1,
            actor: "client".to_owned(),
            operation: "write 1".to_owned(),
            cases: Vec::new(),
            is_whole_step: true,
            cells: cells.to_vec(),
        }
    }

    #[test]
    fn the_minority_stands_out() {
        let row = row(&[cell(&[("ok", 1)]), cell(&[("EPIPE", 1)]), cell(&[("EPIPE", 9)]), None]);
        assert!(row.differs());
        let outs: Vec<_> = (0..4).map(|column| row.stands_out(column)).collect();
        assert_eq!(outs, [true, false, false, false]);
    }

    #[test]
    fn among_equals_the_first_column_is_the_measure() {
        let row = row(&[cell(&[("ok", 1)]), cell(&[("EPIPE", 1)])]);
        assert_eq!([row.stands_out(0), row.stands_out(1)], [false, true]);
    }

    #[test]
    fn what_was_not_observed_is_no_difference() {
        for nothing in ["unsupported", "not-run"] {
            let row = row(&[cell(&[("ok", 1)]), cell(&[(nothing, 1)]), None]);
            assert!(!row.differs());
            assert!(!row.stands_out(1));
        }
    }

    #[test]
    fn how_often_an_outcome_came_is_no_difference_but_which_came_is() {
        let some = cell(&[("ok", 3), ("EPIPE", 7)]);
        assert!(!row(&[some.clone(), cell(&[("EPIPE", 1), ("ok", 9)])]).differs());
        assert!(row(&[some.clone(), cell(&[("EPIPE", 10)])]).differs());
        assert!(row(std::slice::from_ref(&some)).is_unsteady());
        assert_eq!(some.unwrap().to_string(), "ok 3/10, EPIPE 7/10");
    }
}
