//! What a check found as text, one file a format.

mod github;
mod json;
mod junit;
mod markdown;
mod text;

use std::path::Path;

use clap::ValueEnum;

use crate::{
    catalogue::name_all,
    check::{Against, Checked, Finding, Known, PlatformCheck, Stale, Verdict},
    matrix::Cell,
};

/// How a check is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For a terminal or a log.
    Text,
    /// For a job on GitHub: annotations that point at the baseline's rows.
    Github,
    /// For a job's summary, or a pull request.
    Markdown,
    /// For what reads test results: a suite a platform, a test a scenario.
    Junit,
    /// For a program.
    Json,
}

/// Renders what [`check`](crate::check::check) found.
pub fn check(checked: &Checked<'_>, format: CheckFormat) -> String {
    match format {
        CheckFormat::Text => text::render(checked),
        CheckFormat::Github => github::render(checked),
        CheckFormat::Markdown => markdown::render(checked),
        CheckFormat::Junit => junit::render(checked),
        CheckFormat::Json => json::render(checked),
    }
}

/// Findings of one step whose cases have the same verdict for the same reason.
struct Group<'a> {
    verdict: Verdict,
    scenario: &'a str,
    step: u32,
    operation: String,
    /// In few words.
    cases: String,
    /// What the baseline has.
    was: Option<&'a Cell>,
    /// What was found.
    is: Option<&'a Cell>,
    known: Option<&'a Known>,
    /// The baseline's row of the first case.
    at: Option<(&'a Path, u32)>,
}

impl<'a> Group<'a> {
    /// The findings in groups, in their order.
    fn of(findings: &[&Finding<'a>]) -> Vec<Self> {
        let place = |finding: &&Finding<'a>| (finding.step.scenario(), finding.step.step(), finding.step.operation());
        let mut groups = Vec::new();
        for step in findings.chunk_by(|a, b| place(a) == place(b)) {
            let mut alike: Vec<Vec<&Finding<'a>>> = Vec::new();
            for finding in step {
                let same = |other: &&Finding<'a>| {
                    (other.verdict, other.step.baseline, other.step.run)
                        == (finding.verdict, finding.step.baseline, finding.step.run)
                        && other.known.map(|known| known.line) == finding.known.map(|known| known.line)
                };
                match alike.iter_mut().find(|group| group.first().is_some_and(same)) {
                    Some(group) => group.push(finding),
                    None => alike.push(vec![finding]),
                }
            }
            groups.extend(alike.iter().filter_map(|group| {
                let first = group.first()?;
                Some(Group {
                    verdict: first.verdict,
                    scenario: first.step.scenario(),
                    step: first.step.step(),
                    operation: first.step.operation(),
                    cases: name_all(group.iter().map(|finding| finding.step.case())).join("; "),
                    was: first.step.baseline,
                    is: first.step.run,
                    known: first.known,
                    at: first.step.location(),
                })
            }));
        }
        groups
    }

    /// All of a platform's.
    fn of_platform(platform: &PlatformCheck<'a>) -> Vec<Self> {
        Group::of(&platform.findings.iter().collect::<Vec<_>>())
    }

    /// Where it is: scenario, step and cases.
    fn place(&self) -> String {
        format!("{} step {} {} ({})", self.scenario, self.step, self.operation, self.cases)
    }

    /// What was found, and what the baseline has.
    fn change(&self) -> String {
        match self.was {
            Some(was) => format!("{}, where the baseline has {}", cell(self.is), cell(Some(was))),
            None => format!("{}, of which the baseline has nothing", cell(self.is)),
        }
    }

    /// Why it is allowed.
    fn why(&self) -> Option<String> {
        self.known.map(|known| format!("{} ({})", known.reason, known.link))
    }
}

/// A cell with what its notes say where nothing was observed.
fn cell(cell: Option<&Cell>) -> String {
    let Some(cell) = cell else { return "nothing".to_owned() };
    if cell.is_observed() || cell.notes().next().is_none() {
        return cell.to_string();
    }
    let notes: Vec<_> = cell.notes().collect();
    format!("{cell} ({})", notes.join("; "))
}

/// What a platform was compared with, in a line; none if that is what is usual.
fn against(against: &Against<'_>) -> Option<String> {
    match against {
        Against::Own => None,
        Against::Nearest(name, why) => Some(format!("compared with {name}: {why}")),
        Against::Nothing(why) => Some(format!("new platform: {why}")),
        Against::NotMeasured(why) => Some(format!("not measured: {why}")),
    }
}

/// How many steps have which verdict, those that are there.
fn counts(count_of: impl Fn(Verdict) -> usize) -> String {
    let some = |verdict: &Verdict| count_of(*verdict) > 0;
    let counts: Vec<_> = Verdict::ALL
        .into_iter()
        .filter(some)
        .map(|verdict| format!("{} {}", count_of(verdict), verdict.word()))
        .collect();
    if counts.is_empty() { "nothing compared".to_owned() } else { counts.join(", ") }
}

/// What is wrong with a stale exception.
fn stale(stale: &Stale<'_>) -> String {
    let why = match stale.steps {
        0 => "it fits no step that was compared".to_owned(),
        1 => "the step that it fits is the same without it".to_owned(),
        steps => format!("all {steps} steps that it fits are the same without it"),
    };
    format!("the known exception for {} no longer applies: {why}", stale.known.select)
}
