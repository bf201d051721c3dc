//! Measured against stated: how often they agree, and every contradiction with its source.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use super::{Format, Look, STATED, of};
use crate::{
    matrix::{Agreement, Statement, Verified},
    untrusted::{escape_markdown, log_line, write_json},
};

#[derive(Serialize)]
struct Pair<'a> {
    measured: &'a str,
    stated: &'a str,
    provenance: &'static str,
    agrees: usize,
    contradicts: usize,
    undocumented: usize,
    unmeasured: usize,
    contradictions: Vec<Contradiction>,
}

#[derive(Serialize)]
struct Contradiction {
    scenario: String,
    cases: String,
    step: u32,
    operation: String,
    measured: String,
    stated: String,
    source: String,
}

/// Renders what [`verify`](crate::matrix::View::verify) found.
///
/// # Errors
///
/// Those of `out`.
pub fn verify(verified: &[Verified<'_>], format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let pairs: Vec<_> = verified.iter().map(pair).collect();
    match format {
        Format::Json => write_json(&pairs, out),
        Format::Csv => csv(&pairs, out),
        Format::Markdown => out.write_all(text(&pairs, &escape_markdown, &markdown_table).as_bytes()),
        Format::Table => {
            let fill = |line: &str| textwrap::fill(&log_line(line), usize::from(look.width));
            out.write_all(text(&pairs, &fill, &|head, rows| table(head, rows, look)).as_bytes())
        }
    }
}

fn pair<'a>(verified: &'a Verified<'_>) -> Pair<'a> {
    let findings = verified.statements();
    let of = |verdict| findings.iter().filter(move |finding| finding.agreement == verdict);
    Pair {
        measured: &verified.measured().name,
        stated: &verified.stated().name,
        provenance: verified.stated().provenance.word(),
        agrees: of(Agreement::Agrees).count(),
        contradicts: of(Agreement::Contradicts).count(),
        undocumented: verified.undocumented(),
        unmeasured: verified.unmeasured(),
        contradictions: of(Agreement::Contradicts).map(contradiction).collect(),
    }
}

fn contradiction(finding: &Statement<'_>) -> Contradiction {
    let row = finding.row;
    Contradiction {
        scenario: row.scenario().to_owned(),
        cases: row.case_names(),
        step: row.step(),
        operation: format!("{} {}", row.actor(), row.operation()),
        measured: finding.measured.to_string(),
        stated: format!("{STATED}{}", finding.stated),
        source: finding.sources.iter().copied().collect::<Vec<_>>().join("; "),
    }
}

const HEAD: [&str; 6] = ["scenario", "case", "step", "measured", "stated", "source"];

impl Contradiction {
    fn cells(&self) -> [String; 6] {
        let step = format!("{} {}", self.step, self.operation);
        [&self.scenario, &self.cases, &step, &self.measured, &self.stated, &self.source].map(String::clone)
    }
}

type Rows<'a> = &'a [[String; 6]];

fn text(pairs: &[Pair<'_>], clean: &dyn Fn(&str) -> String, table: &dyn Fn([&str; 6], Rows<'_>) -> String) -> String {
    let mut text = String::new();
    for pair in pairs {
        let count = pair.agrees + pair.contradicts;
        text.push_str(&clean(&format!(
            "{} measured, {STATED}{} {}: {} on rows that were measured; {}, {}. Of {} nothing is stated, and {} not measured.",
            pair.measured,
            pair.stated,
            pair.provenance,
            of(count, "statement", "statements"),
            of(pair.agrees, "agrees", "agree"),
            of(pair.contradicts, "contradicts", "contradict"),
            of(pair.undocumented, "measured row", "measured rows"),
            of(pair.unmeasured, "stated row was", "stated rows were"),
        )));
        text.push_str("\n\n");
        if !pair.contradictions.is_empty() {
            let rows: Vec<_> = pair.contradictions.iter().map(Contradiction::cells).collect();
            text.push_str(&table(HEAD, &rows));
            text.push('\n');
        }
    }
    text
}

fn table(head: [&str; 6], rows: Rows<'_>, look: Look) -> String {
    let mut table = Table::new();
    table.load_style(super::table::STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width);
    table.force_no_tty().set_header(head);
    for row in rows {
        table.add_row(row.each_ref().map(|cell| log_line(cell)));
    }
    format!("{}\n", table.trim_fmt())
}

fn markdown_table(head: [&str; 6], rows: Rows<'_>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.each_ref().map(|cell| escape_markdown(cell)).join(" | ")));
    }
    text
}

fn csv(pairs: &[Pair<'_>], out: &mut dyn Write) -> io::Result<()> {
    let head = ["measured_platform", "stated_platform", "scenario", "cases", "step", "measured", "stated", "source"];
    let rows = pairs.iter().flat_map(|pair| {
        pair.contradictions.iter().map(move |contradiction| {
            [pair.measured.to_owned(), pair.stated.to_owned()].into_iter().chain(contradiction.cells()).collect()
        })
    });
    super::csv::table(std::iter::once(head.map(str::to_owned).to_vec()).chain(rows), out)
}
