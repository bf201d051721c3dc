//! The matrix as text, one file for each format. Nothing here reads files.

mod catalogue;
mod cell;
mod check;
mod csv;
mod departures;
mod explain;
mod explain_json;
mod json;
mod legend;
mod markdown;
mod markdown_table;
mod outline;
mod overview;
mod pair;
mod pairwise;
mod platforms;
mod show;
mod table;
mod transposed;
mod verdicts;
mod verify;

use std::{
    hash::Hash,
    io::{self, Write},
};

use clap::ValueEnum;
use indexmap::IndexMap;

use crate::matrix::{Rows, View};

pub use catalogue::catalogue;
pub use check::{CheckFormat, check, differences};
pub(crate) use check::{FindingGroup, against, stale};
pub use departures::departures;
pub(crate) use explain::place_of;
pub use explain::{Detail, Explained, explain, explain_log};
pub use explain_json::explain_json;
pub(crate) use legend::shorten;
pub use outline::{outline, outlines};
pub use overview::overview;
pub(crate) use overview::{NO_SIGPIPE, NOT_TRIED, footnotes};
pub use pair::sides;
pub use pairwise::pairwise;
pub use platforms::platforms;
pub use show::{show, sources};
pub use verdicts::verdicts;
pub(crate) use verify::verdict;
pub use verify::verify;

/// How a matrix or an overview is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For a page on GitHub or a job's summary.
    Markdown,
    /// For a spreadsheet or a database.
    Csv,
    /// For other programs.
    Json,
}

/// How a table for a terminal looks. Other formats ignore it, but for the legend.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// In characters. A table is wider if not even one column fits.
    pub width: u16,
    /// Whether cells that stand out are coloured as well as marked.
    pub colour: bool,
    /// Whether the whole legend follows a matrix, or one line of its signs. This is for Markdown, too.
    pub legend: bool,
}

/// Renders a view. `rows` says which of its rows are shown; the counts under a table are those of all rows.
///
/// # Errors
///
/// Those of `out`.
pub fn render(view: &View<'_>, rows: Rows, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let shown = view.keep(rows);
    // The text of many platforms can be larger than the matrix, so what is for programs is written row by row.
    let text = match format {
        Format::Csv => return csv::render(&shown, out),
        Format::Json => return json::render(&shown, out),
        Format::Markdown => markdown::render(&shown, look),
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
pub(crate) const STATED: &str = "≈";

/// In place of a cell that the platform does not have.
const EMPTY: &str = "·";

/// The items of each key, in the order of the keys' first items.
fn grouped<K: Eq + Hash, T>(items: impl IntoIterator<Item = (K, T)>) -> IndexMap<K, Vec<T>> {
    let mut groups = IndexMap::new();
    items.into_iter().for_each(|(key, item)| groups.entry(key).or_insert_with(Vec::new).push(item));
    groups
}

/// A number with the singular or the plural that goes with it.
fn of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
