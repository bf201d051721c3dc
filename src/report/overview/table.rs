//! The overview for a terminal.

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

use super::{
    super::{
        Look,
        table::{bold, widest},
    },
    below, words,
};
use crate::{
    overview::{Answer, Overview},
    untrusted::no_command_at_all,
};

/// Blanks between two columns.
const GAP: u16 = 2;

pub(super) fn render(overview: &Overview<'_>, look: Look) -> String {
    let widths = widths(overview);
    let shown = fitting(&widths, look.width);
    let titles = overview.systems.iter().take(shown).map(words::title);
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
    let left_out: Vec<_> = overview.systems.iter().skip(shown).map(words::title).collect();
    let left_out = (!left_out.is_empty()).then(|| {
        let all = page(&widths);
        format!("Not shown: {}; `brokenpipe report --width {all}` shows all", left_out.join(", "))
    });
    let lines = left_out.into_iter().chain(below(overview, shown, look));
    let texts: Vec<_> = [table.trim_fmt()].into_iter().chain(lines.map(|line| wrapped(&line, look))).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| no_command_at_all(line) + "\n").collect()
}

/// A text as lines that are at most as wide as `look`, none of which ends within a command.
fn wrapped(text: &str, look: Look) -> String {
    const UNBROKEN: &str = "\u{a0}";
    let part = |(at, part): (usize, &str)| if at % 2 == 1 { part.replace(' ', UNBROKEN) } else { part.to_owned() };
    let text = text.split('`').enumerate().map(part).collect::<Vec<_>>().join("`");
    let options = textwrap::Options::new(look.width.into()).subsequent_indent("  ");
    let options = options.word_separator(textwrap::WordSeparator::AsciiSpace);
    textwrap::fill(&text, options.word_splitter(textwrap::WordSplitter::NoHyphenation)).replace(UNBROKEN, " ")
}

/// The widths of the columns, without gaps: that of the questions, and that of each system.
fn widths(overview: &Overview<'_>) -> Vec<u16> {
    let topics = overview.topics.iter().map(|topic| topic.topic.name.clone());
    let questions = overview.questions().map(|(_, answers)| question(&answers.question.words));
    let systems = overview.systems.iter().enumerate().map(|(at, column)| {
        let cells = overview.questions().map(|(_, answers)| words::cell(&answers.cells[at]));
        widest(cells.chain([words::title(column)]))
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
