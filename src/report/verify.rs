//! What was measured against what is stated: how often they agree, and every contradiction with its source and the
//! verdict on it.

use std::io::{self, Write};

use comfy_table::ContentArrangement;
use serde::Serialize;

use super::{
    Format, Look, STATED, csv,
    markdown_table::{Align::Left, MarkdownTable},
    of,
    table::empty,
};
use crate::{
    matrix::{Statement, Verified},
    untrusted::{escape_markdown, log_line, write_json},
    verdicts::{self, Done, Kind},
};

#[derive(Serialize)]
struct PairSummary<'a> {
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
    verdict: Option<Verdict>,
}

/// What was decided about a contradiction.
#[derive(Serialize)]
struct Verdict {
    verdict: Kind,
    done: Done,
    about: &'static str,
    why: &'static str,
}

/// Renders what [`verify`](crate::matrix::View::verify) found. CSV has the contradictions alone. `is_own` tells whether
/// a statement is one that comes with the program, since no verdict is about another.
///
/// # Errors
///
/// Those of `out`.
pub fn verify(
    verified: &[Verified<'_>],
    is_own: &dyn Fn(&Statement<'_>) -> bool,
    format: Format,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let comparisons: Vec<_> = verified.iter().map(|verified| comparison(verified, is_own)).collect();
    let text = match format {
        Format::Json => return write_json(&comparisons, out),
        Format::Csv => {
            let records = comparisons.iter().flat_map(|comparison| {
                let platforms = [comparison.measured, comparison.stated].map(str::to_owned);
                let contradictions = comparison.contradictions.iter();
                contradictions.map(move |each| platforms.clone().into_iter().chain(each.cells()))
            });
            let head = ["measured_platform", "stated_platform", "scenario", "cases"];
            return csv::table(
                head.into_iter().chain(["step", "measured", "stated", "source", "verdict"]),
                records,
                out,
            );
        }
        Format::Markdown => text(&comparisons, escape_markdown, markdown_table),
        Format::Table => {
            let fill = |line: &str| textwrap::fill(&log_line(line), usize::from(look.width));
            text(&comparisons, fill, |contradictions| table(contradictions, look))
        }
    };
    out.write_all(text.as_bytes())
}

fn comparison<'a>(verified: &'a Verified<'_>, is_own: &dyn Fn(&Statement<'_>) -> bool) -> PairSummary<'a> {
    let (agreeing, contradicting): (Vec<_>, Vec<_>) = verified.statements().into_iter().partition(|each| each.agrees);
    PairSummary {
        measured: &verified.measured().name,
        stated: &verified.stated().name,
        provenance: verified.stated().provenance.word(),
        agrees: agreeing.len(),
        contradicts: contradicting.len(),
        undocumented: verified.undocumented(),
        unmeasured: verified.unmeasured(),
        contradictions: contradicting
            .iter()
            .map(|each| contradiction(each, verdict(&verified.stated().name, each).filter(|_| is_own(each))))
            .collect(),
    }
}

/// The verdict on a contradiction, if there is one that is about every case of its row.
pub(crate) fn verdict(platform: &str, statement: &Statement<'_>) -> Option<&'static verdicts::Verdict> {
    let Statement { row, stated, .. } = *statement;
    let seen: Vec<_> = statement.measured.outcomes.iter().map(|seen| &*seen.outcome).collect();
    let mut verdicts = row.cases().map(|case| {
        let (scenario, case, step) = (row.scenario(), &*case.to_string(), row.step());
        verdicts::find(&verdicts::Contradiction { platform, scenario, case, step, stated, seen: &seen })
    });
    let first = verdicts.next()??;
    verdicts.all(|other| other == Some(first)).then_some(first)
}

fn contradiction(statement: &Statement<'_>, verdict: Option<&'static verdicts::Verdict>) -> Contradiction {
    let row = statement.row;
    let verdict =
        verdict.map(|known| Verdict { verdict: known.verdict, done: known.done, about: &known.about, why: &known.why });
    Contradiction {
        scenario: row.scenario().to_owned(),
        cases: row.case_names(),
        step: row.step(),
        operation: format!("{} {}", row.actor(), row.operation()),
        measured: statement.measured.to_string(),
        stated: format!("{STATED}{}", statement.stated),
        source: statement.sources.iter().copied().collect::<Vec<_>>().join("; "),
        verdict,
    }
}

const HEAD: [&str; 7] = ["scenario", "case", "step", "measured", "stated", "source", "verdict"];

impl Contradiction {
    /// The cells under [`HEAD`].
    fn cells(&self) -> [String; 7] {
        let step = format!("{} {}", self.step, self.operation);
        let verdict = self.verdict.as_ref().map(|known| format!("{}: {}", known.verdict, known.about));
        let verdict = verdict.unwrap_or_default();
        [&self.scenario, &self.cases, &step, &self.measured, &self.stated, &self.source, &verdict].map(String::clone)
    }
}

fn text(
    comparisons: &[PairSummary<'_>],
    clean: impl Fn(&str) -> String,
    table: impl Fn(&[Contradiction]) -> String,
) -> String {
    let mut text = String::new();
    for comparison in comparisons {
        let PairSummary { measured, stated, provenance, agrees, contradicts, .. } = *comparison;
        text.push_str(&clean(&format!(
            "{measured} measured, {STATED}{stated} {provenance}: {} about rows that were measured; {}, {}. {} nothing \
             stated about them, and {} not measured.",
            of(agrees + contradicts, "statement", "statements"),
            of(agrees, "agrees", "agree"),
            of(contradicts, "contradicts", "contradict"),
            of(comparison.undocumented, "measured row has", "measured rows have"),
            of(comparison.unmeasured, "stated row was", "stated rows were"),
        )));
        text.push_str("\n\n");
        if !comparison.contradictions.is_empty() {
            text.push_str(&(table(&comparison.contradictions) + "\n"));
        }
    }
    text
}

fn table(contradictions: &[Contradiction], look: Look) -> String {
    let mut table = empty(look);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(look.width).set_header(HEAD);
    table.add_rows(contradictions.iter().map(|each| each.cells().map(|cell| log_line(&cell))));
    table.trim_fmt() + "\n"
}

fn markdown_table(contradictions: &[Contradiction]) -> String {
    let mut table = MarkdownTable::new(HEAD.map(|head| (head, Left)));
    contradictions.iter().for_each(|each| table.row(each.cells()));
    table.into_text()
}
