//! The matrix as JSON.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::{
    matrix::{Counts, Member, Row, Seen, View},
    outcome::{Class, class_of},
    untrusted::write_json,
};

#[derive(Serialize)]
struct MatrixJson<'a> {
    platforms: Vec<&'a Member>,
    #[serde(serialize_with = "rows")]
    rows: &'a View<'a>,
    counts: Counts,
}

#[derive(Serialize)]
struct RowJson<'a> {
    scenario: &'a str,
    cases: Vec<String>,
    step: u32,
    actor: &'a str,
    operation: &'a str,
    differs: bool,
    /// Whether nothing differs but what is documented or reported.
    stated: bool,
    unsteady: bool,
    cells: Vec<Option<CellJson<'a>>>,
}

#[derive(Serialize)]
struct CellJson<'a> {
    /// The platform that it comes from, in a column of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
    outcomes: Vec<OutcomeJson<'a>>,
    trials: Option<u64>,
    stands_out: bool,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct OutcomeJson<'a> {
    outcome: &'a str,
    class: Option<&'static str>,
    count: Option<u64>,
}

pub(super) fn render(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let platforms = view.columns().iter().map(|column| &column.members[0]).collect();
    write_json(&MatrixJson { platforms, rows: view, counts: view.counts() }, out)
}

/// Serializes the rows one by one, since all of them together may be larger than the matrix.
fn rows<S: Serializer>(view: &&View<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(view.rows().map(row))
}

fn row(row: Row<'_>) -> RowJson<'_> {
    RowJson {
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

fn cell<'a>(row: Row<'a>, column: usize) -> Option<CellJson<'a>> {
    let cell = row.cell(column)?;
    let outcome = |seen: &'a Seen| OutcomeJson {
        outcome: &seen.outcome,
        class: class_of(&seen.outcome).map(Class::word),
        count: seen.count,
    };
    Some(CellJson {
        platform: row.source_of_several(column).map(|member| member.platform.as_str()),
        outcomes: cell.outcomes.iter().map(outcome).collect(),
        trials: cell.trials,
        stands_out: row.stands_out(column),
        notes: row.notes(column).into_iter().collect(),
    })
}
