//! The matrix as JSON.

use serde::Serialize;

use crate::{
    matrix::{Column, Counts, Matrix, MatrixRow},
    platform::{Platform, Provenance},
};

#[derive(Serialize)]
struct Page<'a> {
    platforms: Vec<Head<'a>>,
    rows: Vec<Row<'a>>,
    counts: Total,
}

#[derive(Serialize)]
struct Total {
    rows: usize,
    differing: usize,
    unsteady: usize,
}

#[derive(Serialize)]
struct Head<'a> {
    platform: &'a str,
    provenance: Provenance,
    facts: Option<&'a Platform>,
}

#[derive(Serialize)]
struct Row<'a> {
    scenario: &'a str,
    cases: Vec<String>,
    step: u32,
    actor: &'a str,
    operation: &'a str,
    differs: bool,
    unsteady: bool,
    cells: Vec<Option<Cell<'a>>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    outcomes: Vec<Outcome<'a>>,
    trials: u64,
    stands_out: bool,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Outcome<'a> {
    outcome: &'a str,
    count: u64,
}

pub(super) fn render(matrix: &Matrix, counts: Counts) -> String {
    let page = Page {
        platforms: matrix.columns.iter().map(head).collect(),
        rows: matrix.rows.iter().map(row).collect(),
        counts: Total { rows: counts.rows, differing: counts.differing, unsteady: counts.unsteady },
    };
    let mut text = serde_json::to_string_pretty(&page).expect("plain data has a JSON form");
    text.push('\n');
    text
}

fn head(column: &Column) -> Head<'_> {
    Head { platform: &column.platform, provenance: column.provenance, facts: column.facts.as_ref() }
}

fn row(row: &MatrixRow) -> Row<'_> {
    Row {
        scenario: &row.scenario,
        cases: row.cases.iter().map(ToString::to_string).collect(),
        step: row.step,
        actor: &row.actor,
        operation: &row.operation,
        differs: row.differs(),
        unsteady: row.is_unsteady(),
        cells: (0..row.cells.len()).map(|column| cell(row, column)).collect(),
    }
}

fn cell(row: &MatrixRow, column: usize) -> Option<Cell<'_>> {
    let cell = row.cells[column].as_ref()?;
    Some(Cell {
        outcomes: cell.outcomes.iter().map(|(outcome, count)| Outcome { outcome, count: *count }).collect(),
        trials: cell.trials,
        stands_out: row.stands_out(column),
        notes: &cell.notes,
    })
}
