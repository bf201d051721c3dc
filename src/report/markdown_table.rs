//! Tables of GitHub's Markdown. What a cell holds is escaped unless it is marked as Markdown.

use crate::untrusted::escape_markdown;

/// On which side of a column its cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    /// For numbers.
    Right,
}

/// What a cell holds.
pub(super) enum Content {
    /// Text, which is escaped.
    Text(String),
    /// Text in bold, which is escaped.
    Bold(String),
    /// Markdown, which is not escaped: whoever makes it keeps text from files out of it.
    Markdown(String),
}

impl<T: ToString> From<T> for Content {
    fn from(text: T) -> Self {
        Content::Text(text.to_string())
    }
}

/// A table that grows row by row.
pub(super) struct MarkdownTable {
    columns: usize,
    text: String,
}

impl MarkdownTable {
    /// A table of these columns, each with the text in its head, and no rows.
    pub(super) fn new<T: ToString>(columns: impl IntoIterator<Item = (T, Align)>) -> Self {
        let (heads, alignments): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let mut table = MarkdownTable { columns: heads.len(), text: String::new() };
        table.row(heads);
        let rules = alignments.into_iter().map(|align| if align == Align::Left { "---|" } else { "--:|" });
        table.text.push_str(&format!("|{}\n", rules.collect::<String>()));
        table
    }

    /// Adds a row. Cells that it lacks at its end are empty; no more than there are columns are expected.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<Content>>) {
        let markdown = |cell: Content| match cell {
            Content::Text(text) => escape_markdown(&text),
            Content::Bold(text) => format!("**{}**", escape_markdown(&text)),
            Content::Markdown(markdown) => markdown,
        };
        let cells: Vec<_> = cells.into_iter().map(|cell| markdown(cell.into())).collect();
        let blank = " |".repeat(self.columns.saturating_sub(cells.len()));
        self.text.push_str(&format!("| {} |{blank}\n", cells.join(" | ")));
    }

    /// Its length so far, in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The table, with a line break at its end.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, Content, MarkdownTable};

    #[test]
    fn a_row_has_the_columns_of_its_head() {
        let mut table = MarkdownTable::new([("a|b", Align::Left), ("c", Align::Right)]);
        table.row(["*x*"]);
        table.row([Content::Bold("y_".to_owned()), Content::Markdown("`z`".to_owned())]);
        assert_eq!(table.into_text(), "| a\\|b | c |\n|---|--:|\n| \\*x\\* | |\n| **y\\_** | `z` |\n");
    }
}
