//! What stands behind each side of a comparison of two.

use std::io::{self, Write};

use super::{Format, Look, transposed::wrap};
use crate::{
    matrix::{Row, View},
    untrusted::escape_markdown,
};

/// Renders what goes before the rows in which two differ: for each side the platforms that its cells are of, and whether
/// these were measured. What is for programs has it with the cells.
///
/// # Errors
///
/// Those of `out`.
pub fn sides(view: &View<'_>, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for at in 0..view.columns().len() {
        let line = side(view, at);
        match format {
            Format::Table => out.write_all(wrap(&line, "", look).as_bytes())?,
            Format::Markdown => writeln!(out, "- {}", escape_markdown(&line))?,
            Format::Csv | Format::Json => return Ok(()),
        }
    }
    writeln!(out)
}

fn side(view: &View<'_>, at: usize) -> String {
    let column = &view.columns()[at];
    let is_there = |row: &Row<'_>| row.cell(at).is_some_and(|cell| cell.is_observed());
    let sources: Vec<_> = view.rows().filter(is_there).map(|row| row.source(at).platform.as_str()).collect();
    let used = column.members.iter().filter_map(|member| {
        let count = sources.iter().filter(|source| **source == member.platform).count();
        (count > 0).then(|| (member, count))
    });
    let used: Vec<_> = used.collect();
    let several = used.len() > 1;
    let parts = used.iter().map(|(member, count)| {
        let rows = if several { format!(", {}", super::of(*count, "row", "rows")) } else { String::new() };
        format!("{} ({}{rows})", member.platform, member.provenance)
    });
    let parts: Vec<_> = parts.collect();
    let parts = if parts.is_empty() { "nothing observed in these rows".to_owned() } else { parts.join(", ") };
    format!("{}: {parts}", column.name)
}
