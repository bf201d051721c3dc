//! The text of a cell, for people: outcomes shortened, shares where trials disagree.

use super::{EMPTY, legend};
use crate::matrix::MatrixRow;

/// One line an outcome; a cell without a result is one line, too.
pub(super) fn lines(row: &MatrixRow, column: usize) -> Vec<String> {
    let Some(cell) = &row.cells[column] else { return vec![EMPTY.to_owned()] };
    let line = |(outcome, count): &(String, u64)| {
        let share = if cell.is_unsteady() { format!(" {count}/{}", cell.trials) } else { String::new() };
        format!("{}{share}", legend::shorten(outcome))
    };
    cell.outcomes.iter().map(line).collect()
}
