//! What stands behind each side of a comparison of two.

use std::io::{self, Write};

use super::{Format, Look, transposed::wrap};
use crate::{
    matrix::{Member, View},
    untrusted::escape_markdown,
};

/// Renders what goes before the rows in which two differ: for each side the platforms that its cells are of, and whether
/// these were measured. What is for programs has it with the cells.
///
/// # Errors
///
/// Those of `out`.
pub fn sides(view: &View<'_>, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let rows = super::of(view.rows_in_all(), "row", "rows");
    let differing = view.counts().differing;
    let count = format!("{rows} in which both have an outcome, {differing} in which they differ");
    for line in [side(view, 0), side(view, 1), count] {
        match format {
            Format::Table => out.write_all(wrap(&line, "", look).as_bytes())?,
            Format::Markdown => writeln!(out, "- {}", escape_markdown(&line))?,
            Format::Csv | Format::Json => return Ok(()),
        }
    }
    writeln!(out)
}

/// The platforms that a side's cells are of, where both sides have an outcome.
fn side(view: &View<'_>, at: usize) -> String {
    let column = &view.columns()[at];
    let used = view.sources(at);
    let told = |(member, rows): &(&Member, usize)| {
        let rows = if used.len() > 1 { format!(" in {}", super::of(*rows, "row", "rows")) } else { String::new() };
        format!("{} ({}{rows})", member.platform, member.provenance)
    };
    let told: Vec<_> = used.iter().map(told).collect();
    let told = if told.is_empty() {
        format!("{} ({})", column.members[0].platform, column.provenance)
    } else {
        told.join(", ")
    };
    format!("{}: {told}", column.name)
}
