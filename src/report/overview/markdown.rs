//! The overview as Markdown: one table of all systems.

use super::{
    super::{
        Look,
        markdown_table::{Align::Left, Content, MarkdownTable},
    },
    below, words,
};
use crate::{overview::Overview, untrusted::escape_markdown};

pub(super) fn render(overview: &Overview<'_>, look: Look) -> String {
    let titles = overview.systems.iter().map(words::title);
    let mut table = MarkdownTable::new([String::new()].into_iter().chain(titles).map(|head| (head, Left)));
    for topic in &overview.topics {
        table.row([Content::Bold(topic.topic.name.clone())]);
        for answers in &topic.questions {
            let cells = answers.cells.iter().map(words::cell);
            table.row([answers.question.words.clone()].into_iter().chain(cells));
        }
    }
    let lines = below(overview, overview.systems.len(), look).into_iter();
    let lines: String = lines.map(|line| format!("\n{}\n", escape_markdown(&line))).collect();
    table.into_text() + &lines
}
