//! A check for a program.

use serde::Serialize;

use super::stale;
use crate::{
    check::{Against, Answer, Checked, Finding, PlatformCheck, Verdict},
    matrix::Cell,
    untrusted::write_json,
};

#[derive(Serialize)]
struct Page<'a> {
    answer: &'static str,
    platforms: Vec<Platform<'a>>,
    stale: Vec<StaleException<'a>>,
}

#[derive(Serialize)]
struct Platform<'a> {
    platform: &'a str,
    /// What it was compared with; none of a new platform, and of one that was not measured.
    baseline: Option<&'a str>,
    standing: &'static str,
    why: Option<&'a str>,
    counts: Counts,
    findings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Counts {
    changed: usize,
    missing: usize,
    unsteady: usize,
    new: usize,
    known: usize,
    same: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    verdict: &'static str,
    fails: bool,
    scenario: &'a str,
    transport: &'a str,
    sigpipe: &'a str,
    call: &'a str,
    option: &'a str,
    step: u32,
    operation: String,
    baseline: Option<Found<'a>>,
    found: Option<Found<'a>>,
    file: Option<String>,
    line: Option<u32>,
    reason: Option<&'a str>,
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct Found<'a> {
    outcomes: Vec<&'a str>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct StaleException<'a> {
    file: &'a str,
    line: usize,
    select: &'a str,
    problem: String,
    reason: &'a str,
    link: &'a str,
}

pub(super) fn render(checked: &Checked<'_>) -> String {
    let page = Page {
        answer: match checked.answer() {
            Answer::Same => "same",
            Answer::Changed => "changed",
            Answer::CouldNotTell => "could not tell",
        },
        platforms: checked.platforms.iter().map(|found| platform(found, checked)).collect(),
        stale: checked
            .stale
            .iter()
            .map(|found| StaleException {
                file: &found.known.path,
                line: found.known.line,
                select: &found.known.select,
                problem: stale(found),
                reason: &found.known.reason,
                link: &found.known.link,
            })
            .collect(),
    };
    let mut text = Vec::new();
    write_json(&page, &mut text).expect("writing to memory does not fail");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn platform<'a>(found: &'a PlatformCheck<'a>, checked: &Checked<'_>) -> Platform<'a> {
    let (standing, baseline, why) = match &found.against {
        Against::Own => ("own baseline", Some(found.name), None),
        Against::Nearest(name, why) => ("nearest baseline", Some(*name), Some(why.as_str())),
        Against::Nothing(why) => ("new platform", None, Some(why.as_str())),
        Against::NotMeasured(why) => ("not measured", None, Some(why.as_str())),
    };
    let count = |verdict| found.count_of(verdict);
    Platform {
        platform: found.name,
        baseline,
        standing,
        why,
        counts: Counts {
            changed: count(Verdict::Changed),
            missing: count(Verdict::Missing),
            unsteady: count(Verdict::Unsteady),
            new: count(Verdict::New),
            known: count(Verdict::Known),
            same: count(Verdict::Same),
        },
        findings: found.findings.iter().map(|finding| row(finding, checked)).collect(),
    }
}

fn row<'a>(finding: &Finding<'a>, checked: &Checked<'_>) -> Row<'a> {
    let step = &finding.step;
    let case = step.case();
    let (file, line) = step.location().map(|(path, line)| (path.display().to_string(), line)).unzip();
    Row {
        verdict: finding.verdict.word(),
        fails: checked.policy.fails_on(finding.verdict),
        scenario: step.scenario(),
        transport: &case.transport,
        sigpipe: &case.sigpipe,
        call: &case.call,
        option: &case.option,
        step: step.step(),
        operation: step.operation(),
        baseline: step.baseline.map(cell),
        found: step.run.map(cell),
        file,
        line,
        reason: finding.known.map(|known| known.reason.as_str()),
        link: finding.known.map(|known| known.link.as_str()),
    }
}

fn cell(cell: &Cell) -> Found<'_> {
    Found { outcomes: cell.outcomes.iter().map(|seen| &*seen.outcome).collect(), notes: cell.notes().collect() }
}
