//! The overview for a terminal.

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

use super::{
    super::{
        Look,
        table::{bold, widest},
    },
    words,
};
use crate::{
    overview::{Answer, Overview},
    untrusted::no_command,
};

/// Blanks between two columns.
const GAP: u16 = 2;

pub(super) fn render(overview: &Overview<'_>, look: Look) -> String {
    let widths = widths(overview);
    let shown = fitting(&widths, look.width);
    let titles = overview.systems.iter().take(shown).map(|known| no_command(&words::title(known)));
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    if look.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.add_row([String::new()].into_iter().chain(titles).map(|title| bold(&title, look)));
    for topic in &overview.topics {
        table.add_row([bold(&topic.topic.name, look)]);
        for answers in &topic.questions {
            let mut cells = vec![Cell::new(question(&answers.question.words))];
            cells.extend(answers.cells.iter().take(shown).map(|answer| styled(answer, look)));
            table.add_row(cells);
        }
    }
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::MAX);
    table.set_constraints(
        widths.iter().take(shown + 1).map(|width| ColumnConstraint::Absolute(Width::Fixed(width + GAP))),
    );
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, GAP));
    });
    let mut text = table.trim_fmt() + "\n";
    let left_out: Vec<_> = overview.systems.iter().skip(shown).map(words::title).collect();
    let left_out = (!left_out.is_empty()).then(|| {
        let all = page(&widths);
        format!("Not shown: {}; `brokenpipe report --width {all}` shows all", left_out.join(", "))
    });
    let legend = Some(words::legend(overview, shown)).filter(|legend| !legend.is_empty());
    let lines = left_out.into_iter().chain(legend).chain(words::footnotes(overview, shown));
    // A bar begins every further line, since text from elsewhere that begins a line with `::` would be a command to a
    // CI runner.
    let options = textwrap::Options::new(look.width.into()).subsequent_indent("| ");
    lines.for_each(|line| text += &(textwrap::fill(&no_command(&line), &options) + "\n"));
    text
}

/// The widths of the columns, without gaps: that of the questions, and that of each system.
fn widths(overview: &Overview<'_>) -> Vec<u16> {
    let topics = overview.topics.iter().map(|topic| topic.topic.name.clone());
    let questions = overview.questions().map(|(_, answers)| question(&answers.question.words));
    let systems = overview.systems.iter().enumerate().map(|(at, known)| {
        let cells = overview.questions().map(|(_, answers)| words::cell(&answers.cells[at]));
        widest(cells.chain([no_command(&words::title(known))]))
    });
    [widest(topics.chain(questions))].into_iter().chain(systems).collect()
}

/// The width of a page with columns of these widths.
fn page(widths: &[u16]) -> u16 {
    widths.iter().fold(0, |all: u16, width| all.saturating_add(width + GAP)).saturating_sub(GAP)
}

/// How many systems fit, of those that come first; at least one.
fn fitting(widths: &[u16], width: u16) -> usize {
    (1..widths.len()).rev().find(|systems| page(&widths[..=*systems]) <= width).unwrap_or(1)
}

fn question(words: &str) -> String {
    format!("  {words}")
}

fn styled(answer: &Answer<'_>, look: Look) -> Cell {
    let cell = Cell::new(words::cell(answer)).set_delimiter('+');
    match answer {
        Answer::Best(best) if look.colour && !best.others.is_empty() => cell.fg(Color::Magenta),
        Answer::Best(best) if look.colour && !best.platform.is_measured() => cell.add_attribute(Attribute::Dim),
        _ => cell,
    }
}
