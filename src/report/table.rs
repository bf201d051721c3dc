//! The matrix for a terminal that is wide enough for its platforms: a table for each family, with the same column
//! widths in all of them.

use std::collections::BTreeSet;

use comfy_table::{
    Attribute, Cell as TableCell, Color, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle, Width,
};

use super::{
    Look, STANDS_OUT, cell,
    legend::{self, Layout},
};
use crate::{
    matrix::{Cell, Row, View},
    untrusted::no_command,
};

/// A family has many rows, so only the head has a line under it.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction('│'))
    .header_separator(LineStyle::none().fill('─').junction('┼'))
    .content_lines(ContentLineStyle::none().junction('│'));

/// Least width of a platform's column, so that few words are broken.
const NARROWEST: u16 = 12;
/// Greatest width of a platform's column, so that many fit.
pub(super) const WIDEST: u16 = 26;
/// What comfy-table adds to a column's width: a blank on each side, and a line after it.
pub(super) const AROUND: u16 = 3;

/// The tables and the legend; `None` if the platforms do not fit beside each other.
pub(super) fn render(view: &View<'_>, look: Look) -> Option<String> {
    let notes = legend::notes(view);
    let view = &view.without_unsupported();
    let widths = widths(view, look.width)?;
    let mut text = String::new();
    let all: Vec<_> = view.rows().collect();
    for rows in all.chunk_by(|a, b| a.family() == b.family()) {
        let head = textwrap::fill(rows[0].family(), usize::from(look.width));
        text.push_str(&format!("{head}\n{}\n\n", family(view, rows, &widths, look)));
    }
    text.push_str(&footer(view, notes, Layout::Rows, look));
    Some(text)
}

/// What is printed under the tables.
pub(super) fn footer(view: &View<'_>, notes: BTreeSet<String>, layout: Layout, look: Look) -> String {
    let summary = legend::summary(view, layout).into_iter();
    let summary = summary.map(|line| textwrap::fill(&line, usize::from(look.width)) + "\n");
    summary.chain(legend::below(view, notes, layout, look).iter().map(|line| item(line, look))).collect()
}

/// A line of a legend. If it is broken, a bar begins every further line, since text from elsewhere that begins a line
/// with `::` would be a command to a CI runner.
pub(super) fn item(line: &str, look: Look) -> String {
    let options = textwrap::Options::new(look.width.into()).initial_indent("  ").subsequent_indent("  | ");
    textwrap::fill(&no_command(line), options) + "\n"
}

/// The number of characters of the longest line of these texts, at most [`u16::MAX`]; 0 without a line.
pub(super) fn widest(texts: impl IntoIterator<Item: AsRef<str>>) -> u16 {
    let width = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let widest = texts.into_iter().map(|text| width(text.as_ref())).max().unwrap_or(0);
    u16::try_from(widest).unwrap_or(u16::MAX)
}

/// The widths of the columns, first those of steps and of cases; `None` if the platforms do not fit beside each other.
/// A single platform always fits.
fn widths(view: &View<'_>, width: u16) -> Option<Vec<u16>> {
    // Names may be broken, steps should not be.
    let step = widest(view.rows().map(step)).max(widest(view.rows().map(Row::name)).min(width / 3)).max(8);
    let case = widest(view.rows().map(Row::case_names)).clamp(4, 12.max(width / 5));
    // A narrow terminal has to leave room for one platform.
    let case = case.min(8.max(width / 5));
    let step = step.min(width.saturating_sub(case + NARROWEST + 3 * AROUND).max(8));
    let room = width.saturating_sub(step + case + 2 * AROUND);
    let most = WIDEST.min(room.saturating_sub(AROUND)).max(NARROWEST);
    let platforms: Vec<_> = (0..view.columns().len())
        .map(|column| {
            let cells = view.rows().flat_map(|row| cell_lines(row, column));
            widest(cells.chain([head(&legend::head(&view.columns()[column]))])).clamp(NARROWEST, most)
        })
        .collect();
    let all: usize = platforms.iter().map(|width| usize::from(width + AROUND)).sum();
    let fit = platforms.len() == 1 || all <= usize::from(room);
    fit.then(|| [step, case].into_iter().chain(platforms).collect())
}

fn family(view: &View<'_>, rows: &[Row<'_>], widths: &[u16], look: Look) -> String {
    let mut table = empty(look);
    let heads = view.columns().iter().map(|column| head(&legend::head(column)));
    table.set_header(["step".to_owned(), "case".to_owned()].into_iter().chain(heads));
    for (index, &row) in rows.iter().enumerate() {
        if index == 0 || rows[index - 1].scenario() != row.scenario() {
            table.add_row([bold(row.name(), look)]);
        }
        let mut cells = vec![TableCell::new(step(row)), TableCell::new(row.case_names())];
        cells.extend((0..view.columns().len()).map(|column| styled_cell(row, column, look)));
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

/// A table with columns of these widths, as text without a line break at its end.
pub(super) fn drawn(mut table: Table, widths: &[u16]) -> String {
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::MAX);
    // A width as comfy-table counts it includes the blanks on both sides.
    table.set_constraints(widths.iter().map(|width| ColumnConstraint::Absolute(Width::Fixed(width + 2))));
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
    // A cell that was not measured has a mark of its own, which needs no blank before it.
    let blank = if row.is_measured(column) { " " } else { "" };
    lines.map(|line| format!("{STANDS_OUT}{blank}{line}")).collect()
}

/// A platform's name, broken after hyphens and blanks into lines that fit the narrowest column if possible.
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
