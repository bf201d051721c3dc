//! The matrix as GitHub tables, one a family.

use super::{
    STANDS_OUT, cell,
    legend::{self, Shape},
};
use crate::{
    matrix::{Row, View},
    untrusted::escape_markdown,
};

pub(super) fn render(view: &View<'_>) -> String {
    let notes = legend::notes(view);
    let matrix = &view.without_unsupported();
    let mut text = String::new();
    let all: Vec<_> = matrix.rows().collect();
    for rows in all.chunk_by(|a, b| a.family() == b.family()) {
        text.push_str(&format!("### {}\n\n", escape_markdown(rows[0].family())));
        let platforms: Vec<_> = matrix.columns().iter().map(|column| escape_markdown(&legend::head(column))).collect();
        text.push_str(&format!("| scenario | step | case | {} |\n", platforms.join(" | ")));
        text.push_str(&format!("|---|---|---|{}\n", "---|".repeat(platforms.len())));
        for (index, &row) in rows.iter().enumerate() {
            let first = index == 0 || rows[index - 1].scenario() != row.scenario();
            text.push_str(&line(row, first));
        }
        text.push('\n');
    }
    text.push_str(&escape_markdown(&legend::counts(matrix, Shape::Rows)));
    text.push_str("\n\n");
    if let Some(line) = legend::left_out(matrix) {
        text.push_str(&format!("{}\n\n", escape_markdown(&line)));
    }
    let columns = matrix.columns().iter().flat_map(legend::column);
    for line in columns.chain(notes).chain(legend::meanings(matrix, Shape::Rows)) {
        text.push_str(&format!("- {}\n", escape_markdown(&line)));
    }
    text
}

fn line(row: Row<'_>, first: bool) -> String {
    let scenario = if first { escape_markdown(row.name()) } else { String::new() };
    let cells = (0..row.cells().len()).map(|column| {
        let text = escape_markdown(&cell::lines(row, column).join(", "));
        if row.stands_out(column) { format!("**{STANDS_OUT} {text}**") } else { text }
    });
    format!(
        "| {scenario} | {} {} {} | {} | {} |\n",
        row.step(),
        escape_markdown(row.actor()),
        escape_markdown(row.operation()),
        escape_markdown(&row.case_names()),
        cells.collect::<Vec<_>>().join(" | "),
    )
}
