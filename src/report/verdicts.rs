//! The list of verdicts on contradictions.

use std::io::{self, Write};

use comfy_table::ContentArrangement;
use indexmap::IndexMap;
use textwrap::Options;

use super::{Format, Look, csv, grouped, table::empty};
use crate::{
    matrix::title,
    untrusted::{log_line, write_json},
    verdicts::{Cells, Kind, Outcomes, Verdict},
};

/// The widest line of Markdown, which is part of a chapter of the guide.
const WIDEST: usize = 98;

/// Renders verdicts, those of a system together. Their texts are the program's own, and are not escaped in Markdown.
///
/// # Errors
///
/// Those of `out`.
pub fn verdicts(verdicts: &[&Verdict], format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let text = match format {
        Format::Json => return write_json(&verdicts, out),
        Format::Csv => return csv::table(COLUMNS, verdicts.iter().map(|verdict| record(verdict)), out),
        Format::Markdown => markdown(verdicts),
        Format::Table => table(verdicts, look),
    };
    out.write_all(text.as_bytes())
}

const COLUMNS: [&str; 14] = [
    "system", "platform", "about", "says", "source", "does", "measured", "seen", "verdict", "why", "done", "cells",
    "withdrawn", "outcomes",
];

/// The fields under [`COLUMNS`].
fn record(whole: &Verdict) -> [String; 14] {
    let Verdict { cells, withdrawn, outcomes, .. } = whole;
    let Verdict { system, platform, about, says, source, does, measured, seen, verdict, why, done, .. } = whole;
    let (measured, seen) = (measured.join(" "), seen.clone().unwrap_or_default());
    let listed = |cells: &[Cells]| cells.iter().cloned().map(String::from).collect::<Vec<_>>().join("; ");
    let outcomes: Vec<_> = outcomes
        .iter()
        .map(|Outcomes { stated, seen, cases, cells }| {
            format!("{stated}, seen {} ({}: {})", seen.join(" or "), cases.join(", "), listed(cells))
        })
        .collect();
    let (verdict, done) = (verdict.word().to_owned(), done.word().to_owned());
    let [system, platform, about, says, source, does, why] =
        [system, platform, about, says, source, does, why].map(String::clone);
    let (cells, withdrawn, outcomes) = (listed(cells), listed(withdrawn), outcomes.join("; "));
    [system, platform, about, says, source, does, measured, seen, verdict, why, done, cells, withdrawn, outcomes]
}

fn table(verdicts: &[&Verdict], look: Look) -> String {
    let mut table = empty(look);
    let head = ["stated of", "about", "says", "does", "verdict", "done"];
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width).set_header(head);
    table.add_rows(verdicts.iter().map(|verdict| {
        let Verdict { platform, about, says, does, .. } = verdict;
        let words = [verdict.verdict.word(), verdict.done.word()];
        [platform, about, says, does].map(|text| log_line(text)).into_iter().chain(words.map(str::to_owned))
    }));
    table.trim_fmt() + "\n"
}

fn markdown(verdicts: &[&Verdict]) -> String {
    let systems = grouped(verdicts.iter().map(|verdict| (verdict.system.as_str(), *verdict)));
    let mut text = counts(&systems);
    for (system, verdicts) in systems {
        text.push_str(&format!("\n### {}\n", title(system)));
        for verdict in verdicts {
            text.push('\n');
            entry(verdict).iter().for_each(|line| text.push_str(&(wrapped(line) + "\n")));
        }
    }
    text
}

/// How many verdicts of each kind a system has, as a table whose columns are aligned in a terminal, too.
fn counts(systems: &IndexMap<&str, Vec<&Verdict>>) -> String {
    let widest = systems.keys().map(|system| title(system).len()).max().unwrap_or(0).max("system".len());
    let row = |first: &str, cells: [String; Kind::ALL.len()]| {
        let cells = Kind::ALL.iter().zip(cells).map(|(kind, cell)| format!(" {cell:>0$} |", kind.word().len()));
        format!("| {first:widest$} |{}\n", cells.collect::<String>())
    };
    let rule = Kind::ALL.map(|kind| format!("{}:|", "-".repeat(kind.word().len() + 1)));
    let mut text = row("system", Kind::ALL.map(|kind| kind.word().to_owned()));
    text.push_str(&format!("|{}|{}\n", "-".repeat(widest + 2), rule.concat()));
    for (system, verdicts) in systems {
        let count = |kind| verdicts.iter().filter(|verdict| verdict.verdict == kind).count();
        text.push_str(&row(title(system), Kind::ALL.map(|kind| count(kind).to_string())));
    }
    text
}

/// The lines of a verdict as a list in a list.
fn entry(verdict: &Verdict) -> [String; 5] {
    let seen = match &verdict.seen {
        Some(seen) => seen.clone(),
        None => verdict.measured.join(", "),
    };
    let cell = |Cells { scenario, steps }: &Cells| {
        let steps: Vec<_> = steps.iter().map(u32::to_string).collect();
        let word = if steps.len() == 1 { "step" } else { "steps" };
        format!("`{scenario}` {word} {}", steps.join(", "))
    };
    let cells: Vec<_> = verdict.cells.iter().map(cell).collect();
    let Verdict { platform, about, says, source, does, why, .. } = verdict;
    [
        format!("- **{about}** (`{platform}`): {}, {}", verdict.verdict, verdict.done),
        format!("  - says: {says} ({source})"),
        format!("  - does: {does} ({seen})"),
        format!("  - why: {why}"),
        format!("  - where: {}", cells.join("; ")),
    ]
}

/// A line of a list, broken where it is too wide and indented to its first word.
fn wrapped(line: &str) -> String {
    let indent = " ".repeat(line.find("- ").map_or(0, |at| at + 2));
    let options = Options::new(WIDEST).subsequent_indent(&indent).break_words(false);
    textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
}
