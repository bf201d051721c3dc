//! The matrix as JSON.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::{
    matrix::{Column, Counts, Row, Seen, View},
    outcome::{Class, class_of},
    platform::{Platform, Provenance},
    untrusted::write_json,
};

#[derive(Serialize)]
struct MatrixJson<'a> {
    platforms: Vec<PlatformJson<'a>>,
    #[serde(serialize_with = "rows")]
    rows: &'a View<'a>,
    #[serde(serialize_with = "counts")]
    counts: Counts,
}

#[derive(Serialize)]
struct PlatformJson<'a> {
    platform: &'a str,
    provenance: Provenance,
    facts: Option<&'a Platform>,
    /// Why no case was run there, if none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<&'a str>,
}

#[derive(Serialize)]
struct RowJson<'a> {
    scenario: &'a str,
    cases: Vec<String>,
    step: u32,
    actor: &'a str,
    operation: &'a str,
    differs: bool,
    /// Whether only something that is documented or reported differs.
    stated: bool,
    unsteady: bool,
    cells: Vec<Option<CellJson<'a>>>,
}

#[derive(Serialize)]
struct CellJson<'a> {
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
    let platforms = view.columns().iter().map(platform).collect();
    write_json(&MatrixJson { platforms, rows: view, counts: view.counts() }, out)
}

fn counts<S: Serializer>(counts: &Counts, serializer: S) -> Result<S::Ok, S::Error> {
    let Counts { rows, differing, stated, unsteady } = *counts;
    serializer.collect_map([("rows", rows), ("differing", differing), ("stated", stated), ("unsteady", unsteady)])
}

fn platform(column: &Column) -> PlatformJson<'_> {
    let member = &column.members[0];
    PlatformJson {
        platform: &member.platform,
        provenance: member.provenance,
        facts: member.facts.as_ref(),
        absent: member.absent.as_deref(),
    }
}

/// The rows one by one: all of them together may be larger than the matrix.
fn rows<S: Serializer>(view: &&View<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let rows = view.rows();
    let mut list = serializer.serialize_seq(Some(rows.len()))?;
    rows.map(row).try_for_each(|row| list.serialize_element(&row))?;
    list.end()
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

fn cell(row: Row<'_>, column: usize) -> Option<CellJson<'_>> {
    let cell = row.cell(column)?;
    let outcome = |seen| {
        let Seen { outcome, count, .. }: &Seen = seen;
        OutcomeJson { outcome, class: class_of(outcome).map(Class::word), count: *count }
    };
    Some(CellJson {
        outcomes: cell.outcomes.iter().map(outcome).collect(),
        trials: cell.trials,
        stands_out: row.stands_out(column),
        notes: row.notes(column).into_iter().collect(),
    })
}
