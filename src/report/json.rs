//! The matrix as JSON.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::{
    matrix::{Column, Row as MatrixRow, Seen, View},
    outcome::{Class, class_of},
    platform::{Platform, Provenance},
    untrusted::write_json,
};

#[derive(Serialize)]
struct Page<'a> {
    platforms: Vec<Head<'a>>,
    rows: Rows<'a>,
    counts: Total,
}

/// The rows, one by one.
struct Rows<'a>(&'a View<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.rows();
        let mut list = serializer.serialize_seq(Some(rows.len()))?;
        for each in rows {
            list.serialize_element(&row(each))?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Total {
    rows: usize,
    differing: usize,
    stated: usize,
    unsteady: usize,
}

#[derive(Serialize)]
struct Head<'a> {
    platform: &'a str,
    provenance: Provenance,
    facts: Option<&'a Platform>,
    /// Why no case was run there, if none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<&'a str>,
}

#[derive(Serialize)]
struct Row<'a> {
    scenario: &'a str,
    cases: Vec<String>,
    step: u32,
    actor: &'a str,
    operation: &'a str,
    differs: bool,
    /// Whether what is documented or reported differs from what was measured, or from each other, and nothing else does.
    stated: bool,
    unsteady: bool,
    cells: Vec<Option<Cell<'a>>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    outcomes: Vec<Outcome<'a>>,
    trials: Option<u64>,
    stands_out: bool,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    outcome: &'a str,
    class: Option<&'static str>,
    count: Option<u64>,
}

pub(super) fn render(matrix: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = matrix.counts();
    let page = Page {
        platforms: matrix.columns().iter().map(head).collect(),
        rows: Rows(matrix),
        counts: Total {
            rows: counts.rows,
            differing: counts.differing,
            stated: counts.stated,
            unsteady: counts.unsteady,
        },
    };
    write_json(&page, out)
}

fn head(column: &Column) -> Head<'_> {
    let member = &column.members[0];
    Head {
        platform: &member.platform,
        provenance: member.provenance,
        facts: member.facts.as_ref(),
        absent: member.absent.as_deref(),
    }
}

fn row(row: MatrixRow<'_>) -> Row<'_> {
    Row {
        scenario: row.scenario(),
        cases: row.cases().map(ToString::to_string).collect(),
        step: row.step(),
        actor: row.actor(),
        operation: row.operation(),
        differs: row.differs(),
        stated: !row.differs() && row.differs_from_stated(),
        unsteady: row.is_unsteady(),
        cells: (0..row.cells().len()).map(|column| cell(row, column)).collect(),
    }
}

fn cell(row: MatrixRow<'_>, column: usize) -> Option<Cell<'_>> {
    let cell = row.cell(column)?;
    Some(Cell {
        outcomes: cell
            .outcomes
            .iter()
            .map(|Seen { outcome, count, .. }| Outcome {
                outcome,
                class: class_of(outcome).map(Class::word),
                count: *count,
            })
            .collect(),
        trials: cell.trials,
        stands_out: row.stands_out(column),
        notes: row.notes(column).into_iter().collect(),
    })
}
