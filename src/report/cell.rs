//! The text of a cell: its outcomes, with shares where trials disagree, and marked if it was not measured.

use super::{EMPTY, STATED, legend};
use crate::matrix::Row;

/// The text for people: a line for each outcome, with flags shortened. A cell without a result is one line, too.
pub(super) fn lines(row: Row<'_>, column: usize) -> Vec<String> {
    let Some(cell) = row.cell(column) else { return vec![EMPTY.to_owned()] };
    let mark = if row.is_measured(column) { "" } else { STATED };
    cell.outcomes.iter().map(|seen| format!("{mark}{}{}", legend::shorten(&seen.outcome), cell.share(seen))).collect()
}

/// The text for programs: outcomes in full, on one line. Empty for a cell without a result.
pub(super) fn in_full(row: Row<'_>, column: usize) -> String {
    let mark = if row.is_measured(column) { "" } else { STATED };
    row.cell(column).map(|cell| format!("{mark}{cell}")).unwrap_or_default()
}
