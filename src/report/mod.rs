//! The matrix as text, one file for each format. Nothing here reads files, and nothing that reads files renders.

mod catalogue;
mod cell;
mod check;
mod csv;
mod json;
mod legend;
mod markdown;
mod markdown_table;
mod pairwise;
mod show;
mod table;
mod transposed;
mod verify;

use std::io::{self, Write};

use clap::ValueEnum;

use crate::matrix::{Rows, View};

pub use catalogue::catalogue;
pub use check::{CheckFormat, check};
pub use pairwise::pairwise;
pub use show::show;
pub use verify::verify;

/// How a matrix is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal.
    Table,
    /// For a page on GitHub or a job's summary.
    Markdown,
    /// For a spreadsheet or a database: a column for each platform.
    Csv,
    /// For other programs.
    Json,
}

/// What a table for a terminal looks like. Other formats ignore it.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// In characters. A table is wider where a single column of it does not fit.
    pub width: u16,
    /// Whether cells that stand out are coloured as well as marked.
    pub colour: bool,
}

/// Renders a view. `rows` says which of its rows are shown; the counts under a table are always those of all.
///
/// # Errors
///
/// Those of `out`.
pub fn render(view: &View<'_>, rows: Rows, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let shown = view.keep(rows);
    // The text of many platforms would take more memory than the matrix, so programs get it row by row.
    let text = match format {
        Format::Csv => return csv::render(&shown, out),
        Format::Json => return json::render(&shown, out),
        Format::Markdown => markdown::render(&shown),
        Format::Table => table::render(&shown, look).unwrap_or_else(|| {
            let rows = if rows == Rows::Differing { Rows::FromFirstDifference } else { rows };
            transposed::render(&view.keep(rows), look)
        }),
    };
    out.write_all(text.as_bytes())
}

/// Marks a cell that differs from what most platforms gave.
const STANDS_OUT: &str = "≠";

/// Marks a cell that was documented or reported, not measured.
const STATED: &str = "≈";

/// In place of a cell, if the platform has no such case.
const EMPTY: &str = "·";

/// The items of each key, in the order of the keys' first items.
fn grouped<K: PartialEq, T>(items: impl IntoIterator<Item = (K, T)>) -> Vec<(K, Vec<T>)> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for (key, item) in items {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

/// A number with the singular or the plural that goes with it.
fn of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
