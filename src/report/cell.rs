//! The text of a cell, for people: outcomes shortened, shares where trials disagree, and what was not measured marked.

use super::{EMPTY, STATED, legend};
use crate::matrix::Row;

/// One line an outcome; a cell without a result is one line, too.
pub(super) fn lines(row: Row<'_>, column: usize) -> Vec<String> {
    let Some(cell) = row.cell(column) else { return vec![EMPTY.to_owned()] };
    let mark = if row.is_measured(column) { "" } else { STATED };
    cell.outcomes.iter().map(|seen| format!("{mark}{}{}", legend::shorten(&seen.outcome), cell.share(seen))).collect()
}

/// The text of a cell for a program: outcomes in full.
pub(super) fn in_full(row: Row<'_>, column: usize) -> String {
    let mark = if row.is_measured(column) { "" } else { STATED };
    row.cell(column).map(|cell| format!("{mark}{cell}")).unwrap_or_default()
}
