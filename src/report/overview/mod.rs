//! The overview as text, one file for each format.

mod markdown;
mod meanings;
mod programs;
mod table;
mod words;

use std::io::{self, Write};

use super::{Format, Look};
use crate::overview::Overview;

pub(crate) use words::{NO_SIGPIPE, NOT_TRIED, footnotes};

/// Renders an overview. A table has as many systems as fit its width, at least one, and says which it leaves out.
///
/// # Errors
///
/// Those of `out`.
pub fn overview(overview: &Overview<'_>, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => out.write_all(table::render(overview, look).as_bytes()),
        Format::Markdown => out.write_all(markdown::render(overview, look).as_bytes()),
        Format::Csv => programs::csv(overview, out),
        Format::Json => programs::json(overview, out),
    }
}

/// What follows the table of the first `systems` systems: what its signs mean, and the versions that differ.
fn below(overview: &Overview<'_>, systems: usize, look: Look) -> Vec<String> {
    let mut lines = match look.legend {
        true => meanings::in_full(overview, systems),
        false => vec![meanings::in_one_line(overview, systems)],
    };
    lines.retain(|line| !line.is_empty());
    lines.extend(words::footnotes(overview, systems, look.legend));
    lines
}
