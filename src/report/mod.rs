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

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use clap::ValueEnum;

use crate::matrix::Matrix;

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

/// Which rows of a matrix are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Every row.
    All,
    /// Those in which platforms differ or trials disagree.
    Differing,
}

/// Renders a matrix. `rows` says which of its rows are shown; the counts under a table are always those of all.
///
/// # Errors
///
/// Those of `out`.
pub fn render(matrix: &Matrix, rows: Rows, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let counts = matrix.counts();
    let mut shown = matrix.clone();
    if rows == Rows::Differing {
        shown.keep_differing();
    }
    // Of many platforms a text in memory would be larger than the matrix.
    match format {
        Format::Csv => return csv::render(&shown, out),
        Format::Json => return json::render(&shown, counts, out),
        Format::Table | Format::Markdown => {}
    }
    let shown = Shown::of(shown);
    let text = match format {
        Format::Markdown => markdown::render(&shown.matrix, &shown.notes, counts),
        _ => table::render(&shown.matrix, &shown.notes, counts, look).unwrap_or_else(|| {
            let mut stories = matrix.clone();
            if rows == Rows::Differing {
                stories.keep_from_first_difference();
            }
            let stories = Shown::of(stories);
            transposed::render(&stories.matrix, &stories.notes, counts, look)
        }),
    };
    out.write_all(text.as_bytes())
}

/// What is on a page for people.
struct Shown {
    matrix: Matrix,
    notes: BTreeSet<String>,
}

impl Shown {
    /// Without rows of which nothing can be read off; why they are unsupported is in the notes.
    fn of(mut matrix: Matrix) -> Self {
        let notes = legend::notes(&matrix);
        matrix.leave_out_unsupported();
        Shown { matrix, notes }
    }
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
