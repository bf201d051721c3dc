//! The matrix as Markdown: a table for each family.

use super::{
    Look, STANDS_OUT, cell,
    legend::{self, Layout},
    markdown_table::{Align::Left, Content, MarkdownTable},
};
use crate::{
    matrix::{Row, View},
    untrusted::escape_markdown,
};

pub(super) fn render(view: &View<'_>, look: Look) -> String {
    let notes = legend::notes(view);
    let view = &view.without_unsupported();
    let mut text = String::new();
    let all: Vec<_> = view.rows().collect();
    for rows in all.chunk_by(|a, b| a.family() == b.family()) {
        let heads = ["scenario", "step", "case"].map(str::to_owned).into_iter();
        let platforms = view.columns().iter().map(legend::head);
        let mut table = MarkdownTable::new(heads.chain(platforms).map(|head| (head, Left)));
        let mut last = "";
        for &row in rows {
            table.row(cells(row, row.scenario() != last));
            last = row.scenario();
        }
        text.push_str(&format!("### {}\n\n{}\n", escape_markdown(rows[0].family()), table.into_text()));
    }
    for line in legend::summary(view, Layout::Rows) {
        text.push_str(&format!("{}\n\n", escape_markdown(&line)));
    }
    for line in legend::below(view, notes, Layout::Rows, look) {
        text.push_str(&format!("- {}\n", escape_markdown(&line)));
    }
    text
}

/// The cells of a row. Only the `first` row of a scenario has its name.
fn cells(row: Row<'_>, first: bool) -> Vec<Content> {
    let scenario = if first { row.name() } else { "" };
    let step = format!("{} {} {}", row.step(), row.actor(), row.operation());
    let mut cells = vec![scenario.into(), step.into(), row.case_names().into()];
    cells.extend((0..row.cells().len()).map(|column| {
        let text = cell::lines(row, column).join(", ");
        if row.stands_out(column) { Content::Bold(format!("{STANDS_OUT} {text}")) } else { text.into() }
    }));
    cells
}
