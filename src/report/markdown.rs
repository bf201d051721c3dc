//! The matrix as GitHub tables, one a family.

use std::collections::BTreeSet;

use super::{
    STANDS_OUT, cell,
    legend::{self, Shape},
    printable,
};
use crate::matrix::{Counts, Matrix, Row};

pub(super) fn render(matrix: &Matrix, notes: &BTreeSet<String>, counts: Counts) -> String {
    let mut text = String::new();
    let all: Vec<_> = matrix.rows().collect();
    for rows in all.chunk_by(|a, b| a.family() == b.family()) {
        text.push_str(&format!("### {}\n\n", escape(rows[0].family())));
        let platforms: Vec<_> = matrix.columns.iter().map(|column| escape(&legend::head(column))).collect();
        text.push_str(&format!("| scenario | step | case | {} |\n", platforms.join(" | ")));
        text.push_str(&format!("|---|---|---|{}\n", "---|".repeat(platforms.len())));
        for (index, &row) in rows.iter().enumerate() {
            let first = index == 0 || rows[index - 1].scenario() != row.scenario();
            text.push_str(&line(row, first));
        }
        text.push('\n');
    }
    text.push_str(&escape(&legend::counts(matrix, counts, Shape::Rows)));
    text.push_str("\n\n");
    if let Some(line) = legend::left_out(matrix) {
        text.push_str(&format!("{}\n\n", escape(&line)));
    }
    let columns = matrix.columns.iter().flat_map(legend::column);
    for line in columns.chain(notes.iter().cloned()).chain(legend::meanings(matrix, Shape::Rows)) {
        text.push_str(&format!("- {}\n", escape(&line)));
    }
    text
}

fn line(row: Row<'_>, first: bool) -> String {
    let scenario = if first { escape(row.name()) } else { String::new() };
    let cells = (0..row.cells().len()).map(|column| {
        let text = escape(&cell::lines(row, column).join(", "));
        if row.stands_out(column) { format!("**{STANDS_OUT} {text}**") } else { text }
    });
    format!(
        "| {scenario} | {} {} {} | {} | {} |\n",
        row.step(),
        escape(row.actor()),
        escape(row.operation()),
        escape(&row.case_names()),
        cells.collect::<Vec<_>>().join(" | "),
    )
}

/// Makes a text mean itself: no markup, no HTML, no table's edge, no mention, no link.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // An entity in place of the sign keeps GitHub from linking mentions, issues and addresses.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    // Addresses are linked without any markup.
    escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_text_means_itself() {
        assert_eq!(escape("a|b"), "a\\|b");
        assert_eq!(escape("<script>&"), "&lt;script&gt;&amp;");
        assert_eq!(escape("@all #1"), "&#64;all &#35;1");
        assert_eq!(escape("![x](http://h)"), "!\\[x\\](http&#58;//h)");
        assert_eq!(escape("a\u{1b}[31m\nb"), "a\u{fffd}\\[31m\u{fffd}b");
    }
}
