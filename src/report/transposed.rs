//! The matrix for a terminal that is too narrow for its platforms: they stand below each other, and the steps of a
//! scenario beside each other, so that a line is what one system does from the first difference on. Platforms that do the
//! same share a line.

use std::{collections::BTreeMap, ops::Range};

use textwrap::{Options, WordSplitter};

use super::{
    Look,
    legend::{self, Shape},
    table::{AROUND, WIDEST, bold, cell_lines, drawn, empty, footer, styled_cell},
};
use crate::{
    catalogue::{CaseName, name_all},
    matrix::{Cell, Row, View},
};

/// The names of platforms are given no less room than this, so that most have a line of their own.
const NARROWEST: u16 = 22;
/// What stands over them.
const HEAD: &str = "platform";
/// What is not there after the last column: a line.
pub(super) const AT_END: u16 = 1;

pub(super) fn render(view: &View<'_>, look: Look) -> String {
    let matrix = &view.without_unsupported();
    // What goes on begins with a bar, whatever word of it comes first: `::` there would be a command to a CI runner.
    let title = options(look.width).subsequent_indent("| ");
    let list = options(look.width).initial_indent(" ").subsequent_indent(" | ");
    let mut text = String::new();
    let all: Vec<_> = matrix.rows().collect();
    for rows in all.chunk_by(|a, b| a.scenario() == b.scenario()) {
        for (cases, steps) in stories(rows) {
            text.push_str(&textwrap::fill(&format!("{}, {}", rows[0].scenario(), name_all(cases).join("; ")), &title));
            text.push('\n');
            let (silent, lines): (Vec<_>, Vec<_>) =
                lines(matrix, &steps).into_iter().partition(|line| line.is_silent(&steps));
            if !lines.is_empty() {
                text.push_str(&(tables(matrix, &steps, &lines, look).join("\n\n") + "\n"));
            }
            for line in silent {
                let what = if line.cell(steps[0]).is_none() { "no result" } else { &line.texts[0] };
                text.push_str(&(textwrap::fill(&format!("{what}: {}", line.names(matrix)), &list) + "\n"));
            }
            text.push('\n');
        }
    }
    text.push_str(&footer(matrix, legend::notes(view), Shape::Stories, look));
    text
}

/// How a text is broken that has names of platforms in it.
pub(super) fn options<'a>(width: u16) -> Options<'a> {
    Options::new(usize::from(width)).word_splitter(WordSplitter::NoHyphenation)
}

/// The cases of a scenario that are the same in every row, and the rows that they have.
fn stories<'a>(rows: &[Row<'a>]) -> Vec<(Vec<&'a CaseName>, Vec<Row<'a>>)> {
    let mut steps: BTreeMap<&CaseName, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        for case in row.cases() {
            steps.entry(case).or_default().push(at);
        }
    }
    let mut stories: Vec<(Vec<&CaseName>, Vec<usize>)> = Vec::new();
    for (case, steps) in steps {
        match stories.iter_mut().find(|(_, known)| *known == steps) {
            Some((cases, _)) => cases.push(case),
            None => stories.push((vec![case], steps)),
        }
    }
    stories.into_iter().map(|(cases, steps)| (cases, steps.into_iter().map(|at| rows[at]).collect())).collect()
}

/// Platforms that gave the same in all steps of a story.
struct Line {
    columns: Vec<usize>,
    /// The text of each step's cell.
    texts: Vec<String>,
}

fn lines(matrix: &View<'_>, steps: &[Row<'_>]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for column in 0..matrix.columns().len() {
        let texts: Vec<_> = steps.iter().map(|row| cell_lines(*row, column).join("\n")).collect();
        match lines.iter_mut().find(|line| line.texts == texts) {
            Some(line) => line.columns.push(column),
            None => lines.push(Line { columns: vec![column], texts }),
        }
    }
    lines
}

impl Line {
    fn names(&self, matrix: &View<'_>) -> String {
        self.columns.iter().map(|at| legend::head(&matrix.columns()[*at])).collect::<Vec<_>>().join("; ")
    }

    fn cell<'a>(&self, row: Row<'a>) -> Option<&'a Cell> {
        row.cell(self.columns[0])
    }

    /// Whether nothing was observed, and in no step for another reason than in the first.
    fn is_silent(&self, steps: &[Row<'_>]) -> bool {
        self.texts.iter().all(|text| *text == self.texts[0])
            && steps.iter().all(|row| self.cell(*row).is_none_or(|cell| !cell.is_observed()))
    }
}

/// One table; several, where not all steps fit beside each other.
fn tables(matrix: &View<'_>, steps: &[Row<'_>], lines: &[Line], look: Look) -> Vec<String> {
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        let widest = texts.flat_map(str::lines).map(|line| line.chars().count()).max().unwrap_or(0);
        u16::try_from(widest).unwrap_or(u16::MAX)
    };
    let heads: Vec<_> =
        steps.iter().map(|row| format!("{} {}\n{}", row.step(), row.actor(), row.operation())).collect();
    let widths: Vec<_> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            let texts = lines.iter().map(|line| line.texts[at].as_str());
            widest(&mut texts.chain([head.as_str()])).min(WIDEST)
        })
        .collect();
    let names: Vec<_> = lines.iter().map(|line| line.names(matrix)).collect();
    // What the steps leave, if that is enough for names; else there is more than one table, and names have room, as has
    // the semicolon after them.
    let all_steps: usize = widths.iter().map(|width| usize::from(width + AROUND)).sum();
    let width = look.width.saturating_add(AT_END).saturating_sub(AROUND);
    let left = width.saturating_sub(u16::try_from(all_steps).unwrap_or(u16::MAX));
    let most = if left < NARROWEST { (NARROWEST + 1).max(look.width / 4) } else { left };
    let name_width = widest(&mut names.iter().map(String::as_str).chain([HEAD])).min(most).min(look.width / 3);
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

/// Fills blocks from the left; a block has one column at least, however narrow the terminal.
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
