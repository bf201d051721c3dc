//! Renders what a check found, one file for each format.

mod badge;
mod brief;
mod github;
mod json;
mod junit;
mod markdown;
mod text;

use clap::ValueEnum;
use indexmap::IndexMap;

use super::grouped;
use crate::{
    catalogue::name_all,
    check::{Against, Checked, Finding, PlatformCheck, Policy, Stale, Verdict},
    matrix::Cell,
};

pub use brief::differences;

/// How a check is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For a terminal or a log.
    Text,
    /// For a job on GitHub: annotations that point at the baseline's rows.
    Github,
    /// For a job's summary or a pull request.
    Markdown,
    /// For programs that read test results: a suite for each platform, a test for each scenario.
    Junit,
    /// For other programs.
    Json,
    /// For a badge in a README: the verdict as JSON that shields.io reads.
    Badge,
}

/// Renders what [`check`](crate::check::check) found. The text ends with a line break. No text from a file is markup in
/// it, or a command to a CI runner.
pub fn check(checked: &Checked<'_>, format: CheckFormat) -> String {
    match format {
        CheckFormat::Text => text::render(checked),
        CheckFormat::Github => github::render(checked),
        CheckFormat::Markdown => markdown::render(checked),
        CheckFormat::Junit => junit::render(checked),
        CheckFormat::Json => json::render(checked),
        CheckFormat::Badge => badge::render(checked),
    }
}

/// Findings of cases that differ in the same way in one step, with the same exception.
#[derive(Debug)]
pub(crate) struct FindingGroup<'a> {
    /// That of the first case.
    pub(crate) finding: Finding<'a>,
    /// All cases, in few words.
    pub(crate) cases: String,
    /// How many these are.
    count: usize,
}

impl<'a> FindingGroup<'a> {
    /// The findings in groups, in the order of their first ones. The findings of a step have to be adjacent.
    pub(crate) fn of(findings: &[Finding<'a>]) -> Vec<Self> {
        let place = |finding: &Finding<'a>| (finding.step.scenario(), finding.step.step(), finding.step.operation());
        let mut groups = Vec::new();
        for of_step in findings.chunk_by(|a, b| place(a) == place(b)) {
            let key = |finding: &Finding<'a>| {
                let step = &finding.step;
                (finding.verdict, step.baseline, step.run, finding.known.map(|known| known.line))
            };
            let alike = grouped(of_step.iter().map(|finding| (key(finding), finding)));
            groups.extend(alike.into_iter().map(|(_, alike)| FindingGroup {
                finding: *alike[0],
                cases: name_all(alike.iter().map(|finding| finding.step.case())).join("; "),
                count: alike.len(),
            }));
        }
        groups
    }

    /// The findings of a platform in groups, sorted by [`order`](Self::order).
    pub(crate) fn ordered(platform: &PlatformCheck<'a>, policy: &Policy) -> Vec<Self> {
        let mut groups = Self::of(&platform.findings);
        groups.sort_by_key(|group| group.order(policy));
        groups
    }

    /// What groups of findings are sorted by: what fails comes first, and what chance decides comes last.
    pub(crate) fn order(&self, policy: &Policy) -> impl Ord + use<> {
        let Finding { verdict, .. } = self.finding;
        (!policy.fails_on(verdict), self.finding.is_race(), verdict)
    }

    /// Where it is: scenario, step and cases.
    fn place(&self) -> String {
        let step = &self.finding.step;
        format!("{} step {} {} ({})", step.scenario(), step.step(), step.operation(), self.cases)
    }

    /// What was found, and what the baseline has.
    fn change(&self) -> String {
        let step = &self.finding.step;
        format!("{}, where the baseline has {}", cell(step.run), cell(step.baseline))
    }

    /// Why it is allowed, if it is.
    fn why(&self) -> Option<String> {
        self.finding.known.map(|known| format!("{} ({})", known.reason, known.link))
    }
}

/// The outcomes of a cell and, if nothing was observed, its notes.
fn cell(cell: Option<&Cell>) -> String {
    match notes(cell) {
        Some(notes) => format!("{} ({notes})", outcome(cell)),
        None => outcome(cell),
    }
}

/// The outcomes of a cell.
fn outcome(cell: Option<&Cell>) -> String {
    cell.map_or_else(|| "nothing".to_owned(), Cell::to_string)
}

/// Why nothing was observed, if that is so and known.
fn notes(cell: Option<&Cell>) -> Option<String> {
    let cell = cell.filter(|cell| !cell.is_observed())?;
    let notes: Vec<_> = cell.notes().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The platforms that were not measured, those with the same reason together.
fn unmeasured<'a>(checked: &'a Checked<'_>) -> IndexMap<&'a str, Vec<&'a str>> {
    grouped(checked.platforms.iter().filter_map(|platform| match &platform.against {
        Against::NotMeasured(why) => Some((why.as_str(), platform.name)),
        _ => None,
    }))
}

/// What a platform was compared with, in one line; `None` if it was its own baseline.
pub(crate) fn against(against: &Against<'_>) -> Option<String> {
    match against {
        Against::Own => None,
        Against::Nearest(name, why) => Some(format!("compared with {name}: {why}")),
        Against::Nothing(why) => Some(format!("new platform: {why}")),
        Against::NotMeasured(why) => Some(format!("not measured: {why}")),
    }
}

/// How many steps have each verdict, without verdicts that no step has.
fn counts(count_of: impl Fn(Verdict) -> usize) -> String {
    let counts = Verdict::ALL.map(|verdict| (count_of(verdict), verdict)).into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts.map(|(count, verdict)| format!("{count} {verdict}")).collect();
    if counts.is_empty() { "nothing compared".to_owned() } else { counts.join(", ") }
}

/// Why an exception is stale.
pub(crate) fn stale(stale: &Stale<'_>) -> String {
    let why = match stale.steps {
        0 => "it fits no step that was compared".to_owned(),
        1 => "the step that it fits is the same without it".to_owned(),
        steps => format!("all {steps} steps that it fits are the same without it"),
    };
    format!("the known exception for {} no longer applies: {why}", stale.known.select)
}
