//! The facts of platforms, as a table for a terminal.

use comfy_table::Cell;

use super::{
    Look,
    table::{bold, drawn, empty, item, widest},
};
use crate::{
    matrix::{Column, Member},
    untrusted::{no_command, printable},
};

/// The heads of the table's columns.
const HEADS: [&str; 6] = ["platform", "provenance", "system", "processor", "runtime", "measured with"];

/// A row for each platform: where its results come from, and what it is; below, what is noted of them. The last column
/// is cut where the width demands it; a table that does not fit without it is wider.
pub fn platforms(columns: &[Column], look: Look) -> String {
    let members = || columns.iter().flat_map(|column| &column.members);
    let rows: Vec<_> = members().map(facts).collect();
    let width = |at: usize| widest(rows.iter().map(|row| row[at].as_str()).chain([HEADS[at]]));
    let mut widths: Vec<_> = (0..HEADS.len()).map(width).collect();
    let others: u16 = widths[..5].iter().map(|width| width + 3).sum();
    widths[5] = widths[5].min(look.width.saturating_sub(others).max(20));
    let mut table = empty(look);
    table.set_header(HEADS);
    for row in rows {
        let mut cells = vec![bold(&row[0], look)];
        cells.extend(row[1..].iter().map(Cell::new));
        table.add_row(cells);
    }
    let notes: String = members().filter_map(note).map(|note| item(&note, look)).collect();
    let gap = if notes.is_empty() { "\n" } else { "\n\n" };
    drawn(table, &widths) + gap + &notes
}

/// `PLATFORM: what is noted of it`.
fn note(member: &Member) -> Option<String> {
    let note = member.facts.as_ref().map(|facts| facts.note.as_str()).filter(|note| !note.is_empty())?;
    Some(printable(&format!("{}: {note}", member.platform)))
}

fn facts(member: &Member) -> [String; 6] {
    let joined = |parts: &[&str]| {
        parts.iter().filter(|part| !part.is_empty()).map(|part| part.trim_end()).collect::<Vec<_>>().join(" ")
    };
    let name = member.platform.clone();
    let row = match (&member.absent, &member.facts) {
        (Some(why), _) => [name, "not measured".to_owned(), String::new(), String::new(), String::new(), why.clone()],
        (None, None) => [
            name,
            member.provenance.to_string(),
            "no facts are recorded".to_owned(),
            String::new(),
            String::new(),
            String::new(),
        ],
        (None, Some(facts)) => {
            let versions = [("rustc", &facts.rustc), ("mio", &facts.mio), ("brokenpipe", &facts.brokenpipe)];
            let known = versions.into_iter().filter(|(_, version)| !version.is_empty());
            let with: Vec<_> = known.map(|(name, version)| format!("{name} {version}")).collect();
            [
                name,
                member.provenance.to_string(),
                joined(&[&facts.os, &facts.kernel]),
                joined(&[&facts.arch, &facts.abi]),
                joined(&[&facts.runtime, &facts.selector]),
                with.join(", "),
            ]
        }
    };
    row.map(|text| no_command(&printable(&text)))
}
