//! The matrix as text, one file a format. Nothing here reads files, and nothing that reads files renders.

mod catalogue;
mod cell;
mod check;
mod csv;
mod json;
mod legend;
mod markdown;
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
    /// For a page on GitHub, or a job's summary.
    Markdown,
    /// For a spreadsheet or a data base: one row a row, one column a platform.
    Csv,
    /// For a program.
    Json,
}

/// How a table for a terminal looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// In columns of characters.
    pub width: u16,
    /// Whether cells that stand out are coloured besides being marked.
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

/// Before a cell that is not what most platforms gave.
const STANDS_OUT: &str = "≠";

/// Before a cell that was not measured, but documented or reported.
const STATED: &str = "≈";

/// Where a platform has no such case.
const EMPTY: &str = "·";

/// A number and its noun, or verb.
fn of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
