//! The matrix for a terminal that is too narrow for its platforms: a line for each platform and a column for each step
//! of a scenario, so that a line shows what one system did from the first difference on. Platforms that gave the same
//! share a line.

use std::{collections::BTreeMap, ops::Range};

use textwrap::{Options, WordSplitter};

use super::{
    Look, grouped,
    legend::{self, Layout},
    table::{AROUND, WIDEST, bold, cell_lines, drawn, empty, footer, styled_cell, widest},
};
use crate::{
    catalogue::{CaseName, name_all},
    matrix::{Cell, Row, View},
};

/// Least width of the column of names, so that most of them need not be broken.
const NARROWEST: u16 = 22;
/// The head of that column.
const HEAD: &str = "platform";
/// The width of the line after a column, which the last column lacks.
pub(super) const AT_END: u16 = 1;

pub(super) fn render(view: &View<'_>, look: Look) -> String {
    let notes = legend::notes(view);
    let view = &view.without_unsupported();
    let mut text = String::new();
    let all: Vec<_> = view.rows().collect();
    for rows in all.chunk_by(|a, b| a.scenario() == b.scenario()) {
        for (cases, steps) in stories(rows) {
            text.push_str(&wrap(&format!("{}, {}", rows[0].scenario(), name_all(cases).join("; ")), "", look));
            let (silent, lines): (Vec<_>, Vec<_>) =
                lines(view, &steps).into_iter().partition(|line| line.is_silent(&steps));
            if !lines.is_empty() {
                text.push_str(&(tables(view, &steps, &lines, look).join("\n\n") + "\n"));
            }
            for line in silent {
                let what = if line.cell(steps[0]).is_none() { "no result" } else { &line.texts[0] };
                text.push_str(&wrap(&format!("{what}: {}", line.names(view)), " ", look));
            }
            text.push('\n');
        }
    }
    text.push_str(&footer(view, notes, Layout::Stories, look));
    text
}

/// Options that do not break platforms' names at hyphens.
fn options<'a>(width: u16) -> Options<'a> {
    Options::new(usize::from(width)).word_splitter(WordSplitter::NoHyphenation)
}

/// A text as lines that are at most as wide as `look`, with a line break after each. A bar begins every line but the
/// first, since text from elsewhere that begins a line with `::` would be a command to a CI runner.
pub(super) fn wrap(text: &str, indent: &str, look: Look) -> String {
    let next = format!("{indent}| ");
    textwrap::fill(text, options(look.width).initial_indent(indent).subsequent_indent(&next)) + "\n"
}

/// Cases of a scenario that are in the same rows, with these rows.
fn stories<'a>(rows: &[Row<'a>]) -> Vec<(Vec<&'a CaseName>, Vec<Row<'a>>)> {
    let mut steps: BTreeMap<&CaseName, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        for case in row.cases() {
            steps.entry(case).or_default().push(at);
        }
    }
    let stories = grouped(steps.into_iter().map(|(case, steps)| (steps, case)));
    stories.into_iter().map(|(steps, cases)| (cases, steps.into_iter().map(|at| rows[at]).collect())).collect()
}

/// Platforms that gave the same in every step of a story.
struct PlatformLine {
    columns: Vec<usize>,
    /// The text of each step's cell.
    texts: Vec<String>,
}

fn lines(view: &View<'_>, steps: &[Row<'_>]) -> Vec<PlatformLine> {
    let text = |column| steps.iter().map(|row| cell_lines(*row, column).join("\n")).collect();
    let lines = grouped((0..view.columns().len()).map(|column| (text(column), column)));
    lines.into_iter().map(|(texts, columns)| PlatformLine { columns, texts }).collect()
}

impl PlatformLine {
    fn names(&self, view: &View<'_>) -> String {
        self.columns.iter().map(|at| legend::head(&view.columns()[*at])).collect::<Vec<_>>().join("; ")
    }

    fn cell<'a>(&self, row: Row<'a>) -> Option<&'a Cell> {
        row.cell(self.columns[0])
    }

    /// Whether nothing was observed in any step, and the cells of all steps are the same.
    fn is_silent(&self, steps: &[Row<'_>]) -> bool {
        self.texts.iter().all(|text| *text == self.texts[0])
            && steps.iter().all(|row| self.cell(*row).is_none_or(|cell| !cell.is_observed()))
    }
}

/// One table, or several if the steps do not fit beside each other.
fn tables(view: &View<'_>, steps: &[Row<'_>], lines: &[PlatformLine], look: Look) -> Vec<String> {
    let heads: Vec<_> =
        steps.iter().map(|row| format!("{} {}\n{}", row.step(), row.actor(), row.operation())).collect();
    let width = |(at, head)| widest(lines.iter().map(|line| &line.texts[at]).chain([head])).min(WIDEST);
    let widths: Vec<_> = heads.iter().enumerate().map(width).collect();
    let names: Vec<_> = lines.iter().map(|line| line.names(view)).collect();
    // Names get what the steps leave. If that is too little, there are several tables, each with room for a name and a
    // semicolon.
    let all_steps: usize = widths.iter().map(|width| usize::from(width + AROUND)).sum();
    let width = look.width.saturating_add(AT_END).saturating_sub(AROUND);
    let left = width.saturating_sub(u16::try_from(all_steps).unwrap_or(u16::MAX));
    let most = if left < NARROWEST { (NARROWEST + 1).max(look.width / 4) } else { left };
    let name_width = widest(names.iter().map(String::as_str).chain([HEAD])).min(most).min(look.width / 3);
    let options = options(name_width);
    let draw = |block: Range<usize>| {
        let mut table = empty(look);
        table.set_header([HEAD].into_iter().chain(heads[block.clone()].iter().map(String::as_str)));
        for (line, name) in lines.iter().zip(&names) {
            let cells = steps[block.clone()].iter().map(|row| styled_cell(*row, line.columns[0], look));
            table.add_row([bold(&textwrap::fill(name, &options), look)].into_iter().chain(cells));
        }
        drawn(table, &[&[name_width], &widths[block]].concat())
    };
    blocks(&widths, width.saturating_sub(name_width)).into_iter().map(draw).collect()
}

/// Divides columns of these widths into blocks that fit the room, filled from the left. A block has at least one
/// column, however narrow the room.
pub(super) fn blocks(widths: &[u16], room: u16) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut used: u16 = 0;
    for (column, width) in widths.iter().enumerate() {
        let width = width + AROUND;
        match blocks.last_mut() {
            Some(block) if used.saturating_add(width) <= room => {
                block.end = column + 1;
                used += width;
            }
            _ => {
                blocks.push(column..column + 1);
                used = width;
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_fill_blocks_from_the_left() {
        assert_eq!(blocks(&[12, 12, 12], 200), vec![0..3; 1]);
        assert_eq!(blocks(&[12, 12, 12], 30), [0..2, 2..3]);
        assert_eq!(blocks(&[12, 12], 3), [0..1, 1..2]);
        assert_eq!(blocks(&[], 80), Vec::<Range<usize>>::new());
    }
}
