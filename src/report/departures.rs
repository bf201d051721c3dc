//! Where systems depart from a standard. Tables have each kind of departure once; CSV and JSON have every step.

use std::io::{self, Write};

use comfy_table::ContentArrangement;
use serde::Serialize;

use super::{
    Format, Look, STATED, csv, grouped,
    markdown_table::{
        Align::{Left, Right},
        MarkdownTable,
    },
    of,
    table::empty,
};
use crate::{
    matrix::{Departures, Requirement, title},
    platform::Provenance,
    untrusted::{escape_markdown, log_line, write_json},
};

#[derive(Serialize)]
struct SystemSummary<'a> {
    system: &'a str,
    standard: &'a str,
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
    source: String,
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
            let head = ["system", "standard", "scenario", "cases", "step", "allowed", "given", "platform"];
            let records = systems.iter().flat_map(|system| {
                let names = [system.system, system.standard].map(str::to_owned);
                system.departures.iter().map(move |each| names.clone().into_iter().chain(each.record()))
            });
            return csv::table(head.into_iter().chain(["provenance", "source"]), records, out);
        }
        Format::Markdown => text(&systems, escape_markdown, markdown_table),
        Format::Table => {
            let fill = |line: &str| textwrap::fill(&log_line(line), usize::from(look.width));
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
        source: sources.iter().copied().collect::<Vec<_>>().join("; "),
    }
}

impl Departure {
    fn allowed(&self) -> String {
        self.allowed.join(" or ")
    }

    /// The fields of a line of CSV after the system and the standard.
    fn record(&self) -> [String; 8] {
        let step = format!("{} {}", self.step, self.operation);
        let Departure { scenario, cases, given, platform, source, .. } = self;
        [scenario, cases, &step, &self.allowed(), given, platform, self.provenance, source].map(str::to_owned)
    }

    /// What departures of one kind have in common: the operation, whoever takes it, what is allowed and given, and why.
    fn kind(&self) -> [String; 4] {
        let operation = self.operation.split_once(' ').map_or("", |(_, operation)| operation);
        [operation.to_owned(), self.allowed(), self.given.clone(), self.source.clone()]
    }
}

const HEAD: [&str; 6] = ["operation", "allowed", "given", "rows", "first in", "source"];

/// A line for each kind of departure, under [`HEAD`].
fn kinds(departures: &[Departure]) -> Vec<[String; 6]> {
    let kinds = grouped(departures.iter().map(|each| (each.kind(), each)));
    let line = |([operation, allowed, given, source], rows): ([String; 4], Vec<&Departure>)| {
        let first = format!("{} step {}", rows[0].scenario, rows[0].step);
        [operation, allowed, given, rows.len().to_string(), first, source]
    };
    kinds.into_iter().map(line).collect()
}

fn text(
    systems: &[SystemSummary<'_>],
    clean: impl Fn(&str) -> String,
    table: impl Fn(&[[String; 6]]) -> String,
) -> String {
    let mut text = String::new();
    for system in systems {
        let SystemSummary { system, standard, requirements, kept, unknown, ref departures } = *system;
        text.push_str(&clean(&format!(
            "{} beside {standard}: {} of which something is known; {kept} kept, {} departed from. Of {} nothing is \
             known.",
            title(system),
            of(requirements, "row with a requirement", "rows with a requirement"),
            departures.len(),
            of(unknown, "other", "others"),
        )));
        text.push_str("\n\n");
        if !departures.is_empty() {
            text.push_str(&(table(&kinds(departures)) + "\n"));
        }
    }
    text
}

fn table(kinds: &[[String; 6]], look: Look) -> String {
    let mut table = empty(look);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width).set_header(HEAD);
    table.add_rows(kinds.iter().map(|kind| kind.each_ref().map(|cell| log_line(cell))));
    table.trim_fmt() + "\n"
}

fn markdown_table(kinds: &[[String; 6]]) -> String {
    let align = |head: &&str| if *head == "rows" { Right } else { Left };
    let mut table = MarkdownTable::new(HEAD.map(|head| (head, align(&head))));
    kinds.iter().for_each(|kind| table.row(kind.clone()));
    table.into_text()
}
