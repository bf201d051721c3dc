//! A check for a program.

use serde::{Serialize, Serializer};

use super::stale;
use crate::{
    check::{Against, Answer, Checked, Finding, PlatformCheck, Stale, Verdict},
    matrix::Cell,
    untrusted::write_json,
};

#[derive(Serialize)]
struct CheckJson<'a> {
    answer: Answer,
    platforms: Vec<PlatformJson<'a>>,
    stale: Vec<StaleJson<'a>>,
}

#[derive(Serialize)]
struct PlatformJson<'a> {
    platform: &'a str,
    /// The name of the platform that it was compared with, if any.
    baseline: Option<&'a str>,
    standing: &'static str,
    why: Option<&'a str>,
    #[serde(serialize_with = "counts")]
    counts: &'a PlatformCheck<'a>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    verdict: Verdict,
    fails: bool,
    scenario: &'a str,
    transport: &'a str,
    sigpipe: &'a str,
    call: &'a str,
    option: &'a str,
    read_call: &'a str,
    wait: &'a str,
    step: u32,
    operation: String,
    baseline: Option<ObservedJson<'a>>,
    found: Option<ObservedJson<'a>>,
    file: Option<String>,
    line: Option<u32>,
    reason: Option<&'a str>,
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct ObservedJson<'a> {
    outcomes: Vec<&'a str>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct StaleJson<'a> {
    file: &'a str,
    line: usize,
    select: &'a str,
    problem: String,
    reason: &'a str,
    link: &'a str,
}

pub(super) fn render(checked: &Checked<'_>) -> String {
    let platforms = checked.platforms.iter().map(|found| platform(found, checked)).collect();
    let stale = checked.stale.iter().map(exception).collect();
    to_text(&CheckJson { answer: checked.answer(), platforms, stale })
}

/// A value as JSON.
pub(super) fn to_text(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    write_json(value, &mut text).expect("writing to memory does not fail");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn platform<'a>(found: &'a PlatformCheck<'a>, checked: &Checked<'_>) -> PlatformJson<'a> {
    let (standing, baseline, why) = match &found.against {
        Against::Own => ("own baseline", Some(found.name), None),
        Against::Nearest(name, why) => ("nearest baseline", Some(*name), Some(why.as_str())),
        Against::Nothing(why) => ("new platform", None, Some(why.as_str())),
        Against::NotMeasured(why) => ("not measured", None, Some(why.as_str())),
    };
    let findings = found.findings.iter().map(|each| finding(each, checked)).collect();
    PlatformJson { platform: found.name, baseline, standing, why, counts: found, findings }
}

fn counts<S: Serializer>(platform: &PlatformCheck<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(Verdict::ALL.map(|verdict| (verdict.word(), platform.count_of(verdict))))
}

fn finding<'a>(finding: &Finding<'a>, checked: &Checked<'_>) -> FindingJson<'a> {
    let step = &finding.step;
    let case = step.case();
    let (file, line) = step.location().map(|(path, line)| (path.display().to_string(), line)).unzip();
    FindingJson {
        verdict: finding.verdict,
        fails: checked.policy.fails_on(finding.verdict),
        scenario: step.scenario(),
        transport: &case.transport,
        sigpipe: &case.sigpipe,
        call: &case.call,
        option: &case.option,
        read_call: &case.read_call,
        wait: &case.wait,
        step: step.step(),
        operation: step.operation(),
        baseline: step.baseline.map(observed),
        found: step.run.map(observed),
        file,
        line,
        reason: finding.known.map(|known| known.reason.as_str()),
        link: finding.known.map(|known| known.link.as_str()),
    }
}

fn observed(cell: &Cell) -> ObservedJson<'_> {
    ObservedJson { outcomes: cell.outcomes.iter().map(|seen| &*seen.outcome).collect(), notes: cell.notes().collect() }
}

fn exception<'a>(found: &Stale<'a>) -> StaleJson<'a> {
    let known = found.known;
    StaleJson {
        file: &known.path,
        line: known.line,
        select: &known.select,
        problem: stale(found),
        reason: &known.reason,
        link: &known.link,
    }
}
