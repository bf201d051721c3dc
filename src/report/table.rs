//! The matrix for a terminal that is wide enough for its platforms: one table a family, all with the same widths, so that
//! columns stand under each other.

use std::collections::BTreeSet;

use comfy_table::{
    Attribute, Cell as TableCell, Color, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle, Width,
};

use super::{
    Look, STANDS_OUT, cell,
    legend::{self, Shape},
};
use crate::{
    matrix::{Cell, Row, View},
    untrusted::no_command,
};

/// No lines but one under the head: a family has many rows.
pub(super) const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction('│'))
    .header_separator(LineStyle::none().fill('─').junction('┼'))
    .content_lines(ContentLineStyle::none().junction('│'));

/// A column of a platform is no narrower than this, so that few words have to be broken.
const NARROWEST: u16 = 12;
/// Nor wider than this, so that many fit.
pub(super) const WIDEST: u16 = 26;
/// What comfy-table puts around a column: a blank on each side and a line after it.
pub(super) const AROUND: u16 = 3;

/// The tables, if all platforms fit beside each other.
pub(super) fn render(view: &View<'_>, look: Look) -> Option<String> {
    let matrix = &view.without_unsupported();
    let widths = widths(matrix, look.width)?;
    let mut text = String::new();
    let all: Vec<_> = matrix.rows().collect();
    for rows in all.chunk_by(|a, b| a.family() == b.family()) {
        text.push_str(&textwrap::fill(rows[0].family(), usize::from(look.width)));
        text.push('\n');
        text.push_str(&family(matrix, rows, &widths, look));
        text.push_str("\n\n");
    }
    text.push_str(&footer(matrix, legend::notes(view), Shape::Rows, look));
    Some(text)
}

/// What stands under the tables.
pub(super) fn footer(matrix: &View<'_>, notes: BTreeSet<String>, shape: Shape, look: Look) -> String {
    let mut text = textwrap::fill(&legend::counts(matrix, shape), usize::from(look.width));
    text.push('\n');
    if let Some(line) = legend::left_out(matrix) {
        text.push_str(&textwrap::fill(&line, usize::from(look.width)));
        text.push('\n');
    }
    let columns = matrix.columns().iter().flat_map(legend::column);
    let indent = textwrap::Options::new(look.width.into()).initial_indent("  ").subsequent_indent("  | ");
    // A line that goes on begins with a bar, whatever word of it comes first: `::` there would be a command.
    for line in columns.chain(notes).chain(legend::meanings(matrix, shape)) {
        text.push_str(&textwrap::fill(&no_command(&line), &indent));
        text.push('\n');
    }
    text
}

/// The widths of the columns, that of steps and that of cases first; none if the platforms do not fit. One does, however
/// much of it has to be broken.
fn widths(matrix: &View<'_>, width: u16) -> Option<Vec<u16>> {
    let widest = |texts: &mut dyn Iterator<Item = usize>| u16::try_from(texts.max().unwrap_or(0)).unwrap_or(u16::MAX);
    let longest_step = widest(&mut matrix.rows().map(|row| step(row).len()));
    let longest_name = widest(&mut matrix.rows().map(|row| row.name().len()));
    // Names may be broken, steps should not be.
    let step = longest_step.max(longest_name.min(width / 3)).max(8);
    let case = widest(&mut matrix.rows().map(|row| row.case_names().len())).clamp(4, 12.max(width / 5));
    // What is left to one platform at least decides how much of both has to be broken on a narrow terminal.
    let case = case.min(8.max(width / 5));
    let step = step.min(width.saturating_sub(case + NARROWEST + 3 * AROUND).max(8));
    let room = width.saturating_sub(step + case + 2 * AROUND);
    let most = WIDEST.min(room.saturating_sub(AROUND)).max(NARROWEST);
    let platforms: Vec<_> = (0..matrix.columns().len())
        .map(|column| {
            let cells = matrix.rows().flat_map(|row| cell_lines(row, column));
            let cells = widest(&mut cells.map(|line| line.chars().count()));
            let head = head(&legend::head(&matrix.columns()[column]));
            let head = widest(&mut head.lines().map(|line| line.chars().count()));
            cells.max(head).clamp(NARROWEST, most)
        })
        .collect();
    let all: usize = platforms.iter().map(|width| usize::from(width + AROUND)).sum();
    let fit = platforms.len() == 1 || all <= usize::from(room);
    fit.then(|| [step, case].into_iter().chain(platforms).collect())
}

fn family(matrix: &View<'_>, rows: &[Row<'_>], widths: &[u16], look: Look) -> String {
    let mut table = empty(look);
    let heads = matrix.columns().iter().map(|column| head(&legend::head(column)));
    table.set_header(["step".to_owned(), "case".to_owned()].into_iter().chain(heads));
    for (index, &row) in rows.iter().enumerate() {
        if index == 0 || rows[index - 1].scenario() != row.scenario() {
            table.add_row([bold(row.name(), look)]);
        }
        let mut cells = vec![TableCell::new(step(row)), TableCell::new(row.case_names())];
        cells.extend((0..matrix.columns().len()).map(|column| styled_cell(row, column, look)));
        table.add_row(cells);
    }
    drawn(table, widths)
}

/// A table without rows.
pub(super) fn empty(look: Look) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    if look.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// A table with columns of these widths, as text.
pub(super) fn drawn(mut table: Table, widths: &[u16]) -> String {
    // A width as comfy-table counts it includes the blanks on both sides.
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::MAX);
    let constraints: Vec<_> = widths.iter().map(|width| ColumnConstraint::Absolute(Width::Fixed(width + 2))).collect();
    table.set_constraints(constraints);
    table.trim_fmt()
}

pub(super) fn bold(text: &str, look: Look) -> TableCell {
    let cell = TableCell::new(text).set_delimiter('-');
    if look.colour { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn step(row: Row<'_>) -> String {
    format!("{:>3} {} {}", row.step(), row.actor(), row.operation())
}

pub(super) fn styled_cell(row: Row<'_>, column: usize, look: Look) -> TableCell {
    let cell = TableCell::new(cell_lines(row, column).join("\n")).set_delimiter('+');
    let stands_out = row.stands_out(column);
    let unsteady = row.is_measured(column) && row.cell(column).is_some_and(Cell::is_unsteady);
    match (look.colour, stands_out, unsteady) {
        (true, _, true) => cell.fg(Color::Magenta),
        (true, true, _) => cell.fg(Color::Yellow).add_attribute(Attribute::Bold),
        _ => cell,
    }
}

/// The lines of a cell, marked where they stand out.
pub(super) fn cell_lines(row: Row<'_>, column: usize) -> Vec<String> {
    let lines = cell::lines(row, column).into_iter();
    if !row.stands_out(column) {
        return lines.collect();
    }
    // Two marks need no room between them.
    let blank = if row.is_measured(column) { " " } else { "" };
    lines.map(|line| format!("{STANDS_OUT}{blank}{line}")).collect()
}

/// A platform's name, broken after hyphens and blanks into lines that fit the narrowest column where they can.
fn head(platform: &str) -> String {
    let mut lines = vec![String::new()];
    for part in platform.split_inclusive(['-', ' ']) {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() || line.chars().count() + part.trim_end().chars().count() <= usize::from(NARROWEST) {
            line.push_str(part);
        } else {
            lines.push(part.to_owned());
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_broken_at_hyphens() {
        assert_eq!(head("linux-6.18-x86_64-gnu"), "linux-6.18-\nx86_64-gnu");
        assert_eq!(head("linux 5.10 – 7.2, 7 platforms"), "linux 5.10 –\n7.2, 7\nplatforms");
        assert_eq!(head("one"), "one");
    }
}
