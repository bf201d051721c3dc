//! Where systems depart from a standard. Tables have each kind of departure once; CSV and JSON have every row.

use std::io::{self, Write};

use comfy_table::ContentArrangement;
use indexmap::IndexSet;
use serde::Serialize;

use super::{
    Format, Look, STATED, csv, grouped,
    markdown_table::{
        Align::{Left, Right},
        MarkdownTable,
    },
    of,
    table::{empty, item},
};
use crate::{
    matrix::{Departures, Requirement, title},
    platform::Provenance,
    untrusted::{escape_markdown, log_line, no_command_at_all, printable, write_json},
};

#[derive(Serialize)]
struct SystemSummary<'a> {
    system: &'a str,
    standard: &'a str,
    /// The newer editions that have the other steps.
    newer: Vec<&'a str>,
    requirements: usize,
    kept: usize,
    unknown: usize,
    departures: Vec<Departure>,
}

#[derive(Serialize)]
struct Departure {
    scenario: String,
    cases: String,
    step: u32,
    operation: String,
    allowed: Vec<String>,
    given: String,
    platform: String,
    provenance: &'static str,
    sources: Vec<String>,
}

/// Renders what [`departures`](crate::matrix::View::departures) found. CSV has the departures alone.
///
/// # Errors
///
/// Those of `out`.
pub fn departures(found: &[Departures<'_>], format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let systems: Vec<_> = found.iter().map(summary).collect();
    let text = match format {
        Format::Json => return write_json(&systems, out),
        Format::Csv => {
            // A line does not begin with the system, which is any text.
            let head = ["standard", "system", "scenario", "cases", "step", "allowed", "given", "platform"];
            let records = systems.iter().flat_map(|system| {
                let names = [system.standard, system.system].map(str::to_owned);
                system.departures.iter().map(move |each| names.clone().into_iter().chain(each.record()))
            });
            return csv::table(head.into_iter().chain(["provenance", "sources"]), records, out);
        }
        Format::Markdown => text(&systems, escape_markdown, markdown_table),
        Format::Table => {
            let fill = |line: &str| {
                let lines = textwrap::wrap(line, usize::from(look.width));
                lines.iter().map(|line| no_command_at_all(&printable(line))).collect::<Vec<_>>().join("\n")
            };
            text(&systems, fill, |kinds| table(kinds, look))
        }
    };
    out.write_all(text.as_bytes())
}

fn summary<'a>(found: &'a Departures<'_>) -> SystemSummary<'a> {
    let requirements = found.requirements();
    let departures: Vec<_> = requirements.iter().filter(|each| each.is_departure).map(departure).collect();
    SystemSummary {
        system: &found.system().name,
        standard: &found.standard().name,
        newer: found.newer().iter().map(|column| column.name.as_str()).collect(),
        requirements: requirements.len(),
        kept: requirements.len() - departures.len(),
        unknown: found.unknown(),
        departures,
    }
}

fn departure(requirement: &Requirement<'_>) -> Departure {
    let Requirement { row, allowed, given, platform, sources, .. } = requirement;
    let stated = if platform.provenance == Provenance::Measured { "" } else { STATED };
    Departure {
        scenario: row.scenario().to_owned(),
        cases: row.case_names(),
        step: row.step(),
        operation: format!("{} {}", row.actor(), row.operation()),
        allowed: allowed.outcomes.iter().map(|seen| seen.outcome.to_string()).collect(),
        given: format!("{stated}{given}"),
        platform: platform.platform.clone(),
        provenance: platform.provenance.word(),
        sources: sources.iter().copied().map(str::to_owned).collect(),
    }
}

impl Departure {
    fn allowed(&self) -> String {
        self.allowed.join(" or ")
    }

    /// The fields of a line of CSV after the system and the standard.
    fn record(&self) -> [String; 8] {
        let step = format!("{} {}", self.step, self.operation);
        let Departure { scenario, cases, given, platform, sources, .. } = self;
        let sources = sources.join("; ");
        [scenario, cases, &step, &self.allowed(), given, platform, self.provenance, &sources].map(str::to_owned)
    }

    /// What is done, whoever does it.
    fn operation(&self) -> &str {
        self.operation.split_once(' ').map_or("", |(_, operation)| operation)
    }
}

/// The heads of a table, before that of the sources.
const HEAD: [&str; 5] = ["operation", "allowed", "given", "rows", "first in"];

/// Departures with the same operation, the same outcomes and the same sources.
struct Kind<'a> {
    /// Those under [`HEAD`].
    cells: [String; 5],
    sources: &'a [String],
}

fn kinds(departures: &[Departure]) -> Vec<Kind<'_>> {
    let kind =
        |each: &Departure| [each.operation().to_owned(), each.allowed(), each.given.clone(), each.sources.join("; ")];
    let mut kinds = Vec::new();
    for ([operation, allowed, given, _], rows) in grouped(departures.iter().map(|each| (kind(each), each))) {
        let first = format!("{} step {}", rows[0].scenario, rows[0].step);
        let cells = [operation, allowed, given, rows.len().to_string(), first];
        kinds.push(Kind { cells, sources: &rows[0].sources });
    }
    kinds
}

fn text(
    systems: &[SystemSummary<'_>],
    clean: impl Fn(&str) -> String,
    table: impl Fn(&[Kind<'_>]) -> String,
) -> String {
    let mut text = String::new();
    for system in systems {
        let SystemSummary { system, standard, ref newer, requirements, kept, unknown, ref departures } = *system;
        let newer = match newer.join(" and ") {
            names if names.is_empty() => names,
            names => format!(" that {names} does not have"),
        };
        text.push_str(&clean(&format!(
            "{standard} and {}: {}{newer}, {kept} kept, {} departed from; {unknown} more of which nothing is known \
             there.",
            title(system),
            of(requirements, "requirement", "requirements"),
            departures.len(),
        )));
        text.push_str("\n\n");
        if !departures.is_empty() {
            text.push_str(&(table(&kinds(departures)) + "\n"));
        }
    }
    text
}

/// A table in which the sources have numbers, and the sources below it.
fn table(kinds: &[Kind<'_>], look: Look) -> String {
    let sources: IndexSet<_> = kinds.iter().flat_map(|kind| kind.sources).collect();
    let number = |source: &String| format!("[{}]", sources.get_index_of(source).map_or(0, |at| at + 1));
    let mut table = empty(look);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width);
    table.set_header(HEAD.into_iter().chain(["sources"]));
    for kind in kinds {
        let numbers = kind.sources.iter().map(number).collect::<Vec<_>>().join(" ");
        table.add_row(kind.cells.iter().chain([&numbers]).map(|cell| log_line(cell)));
    }
    let below = sources.iter().map(|source| item(&printable(&format!("{} {source}", number(source))), look));
    format!("{}\n\n{}", table.trim_fmt(), below.collect::<String>())
}

fn markdown_table(kinds: &[Kind<'_>]) -> String {
    let align = |head: &str| if head == "rows" { Right } else { Left };
    let heads = HEAD.into_iter().chain(["sources"]);
    let mut table = MarkdownTable::new(heads.map(|head| (head, align(head))));
    kinds.iter().for_each(|kind| table.row(kind.cells.iter().cloned().chain([kind.sources.join("; ")])));
    table.into_text()
}
