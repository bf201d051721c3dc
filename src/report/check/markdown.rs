//! A check for a job's summary, or the text of a pull request.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::{FindingGroup, against, counts, notes, outcome, stale, unmeasured};
use crate::{
    check::{Checked, PlatformCheck, Verdict},
    matrix::Cell,
    report::markdown_table::{
        Align::{Left, Right},
        Content, MarkdownTable,
    },
    untrusted::escape_markdown,
};

/// Bytes after which no row is added. GitHub rejects a step's summary of more than 1 MiB, and the same step may write
/// more than this.
const MOST: usize = 512 << 10;

pub(super) fn render(checked: &Checked<'_>) -> String {
    let verdicts = Verdict::ALL.map(|verdict| (verdict.word(), Right));
    let columns = [("platform", Left)].into_iter().chain(verdicts).chain([("compared with", Left)]);
    let mut summary = MarkdownTable::new(columns);
    for platform in checked.platforms.iter().filter(|platform| platform.is_measured()) {
        let against = against(&platform.against).unwrap_or_else(|| "its own baseline".to_owned());
        let counts = Verdict::ALL.map(|verdict| platform.count_of(verdict).to_string());
        summary.row([platform.name.to_owned()].into_iter().chain(counts).chain([against]));
    }
    let mut text = String::new();
    if checked.platforms.iter().any(PlatformCheck::is_measured) {
        text = format!("{}\n", summary.into_text());
    }
    text.push_str(&format!("Steps of cases in all: {}.\n", counts(|verdict| checked.count_of(verdict))));
    let unmeasured = unmeasured(checked);
    if !unmeasured.is_empty() {
        let reasons = unmeasured.iter().map(|(why, names)| escape_markdown(&format!("{} ({why})", names.join(", "))));
        text.push_str(&format!("\n**Not measured:** {}.\n", reasons.collect::<Vec<_>>().join("; ")));
    }
    for found in &checked.stale {
        let line = format!("{}:{}: {} ({})", found.known.path, found.known.line, stale(found), found.known.link);
        text.push_str(&format!("\n- {}", escape_markdown(&line)));
    }
    if !checked.stale.is_empty() {
        text.push('\n');
    }
    let fails = |platform: &&PlatformCheck<'_>| {
        platform.findings.iter().any(|finding| checked.policy.fails_on(finding.verdict))
    };
    let (failing, others): (Vec<_>, Vec<_>) = checked.platforms.iter().partition(fails);
    let mut cut = 0;
    for platform in failing.into_iter().chain(others) {
        cut += findings(platform, checked, &mut text);
    }
    if cut > 0 {
        text.push_str(&format!("\n{cut} further rows are not shown: the page would be too long.\n"));
    }
    text
}

/// Adds the findings of a platform, and tells how many had no room.
fn findings(platform: &PlatformCheck<'_>, checked: &Checked<'_>, text: &mut String) -> usize {
    let groups = FindingGroup::ordered(platform, &checked.policy);
    let columns = ["verdict", "scenario", "step", "case", "baseline", "found"].map(|word| (word, Left));
    let mut table = MarkdownTable::new(columns);
    let mut explanations = Explanations::of(&groups);
    let mut rest = groups.iter();
    while text.len() + table.len() + explanations.bytes <= MOST
        && let Some(group) = rest.next()
    {
        table.row(row(group, checked, &mut explanations));
    }
    if rest.len() < groups.len() {
        text.push_str(&format!("\n### {}\n\n{}", escape_markdown(platform.name), table.into_text()));
        text.push_str(&explanations.list());
    }
    rest.len()
}

fn row(group: &FindingGroup<'_>, checked: &Checked<'_>, explanations: &mut Explanations) -> [Content; 6] {
    let verdict = group.finding.verdict;
    let step = &group.finding.step;
    let mut explained = |cell: Option<&Cell>| match notes(cell) {
        Some(notes) => format!("{} ({})", outcome(cell), explanations.refer(notes)),
        None => outcome(cell),
    };
    let (baseline, mut found) = (explained(step.baseline), explained(step.run));
    if let Some(why) = group.why() {
        found.push_str(&format!("; allowed: {}", explanations.refer(why)));
    }
    let word = verdict.word().to_owned();
    [
        if checked.policy.fails_on(verdict) { Content::Bold(word) } else { word.into() },
        step.scenario().into(),
        format!("{} {}", step.step(), step.operation()).into(),
        group.cases.as_str().into(),
        baseline.into(),
        found.into(),
    ]
}

/// The texts that explain rows of a table. Those of several rows are told once, below it.
struct Explanations {
    /// How many rows each is of.
    rows: HashMap<String, usize>,
    /// Those of several rows that were shown, in the order of their numbers.
    numbered: IndexSet<String>,
    /// How long the list of these is, in bytes.
    bytes: usize,
}

impl Explanations {
    fn of(groups: &[FindingGroup<'_>]) -> Self {
        let mut rows = HashMap::new();
        for group in groups {
            let step = &group.finding.step;
            for text in [notes(step.baseline), notes(step.run), group.why()].into_iter().flatten() {
                *rows.entry(text).or_insert(0) += 1;
            }
        }
        Explanations { rows, numbered: IndexSet::new(), bytes: 0 }
    }

    /// The text itself, or where it is told.
    fn refer(&mut self, text: String) -> String {
        if self.rows.get(&text).is_none_or(|rows| *rows == 1) {
            return text;
        }
        let (index, is_new) = self.numbered.insert_full(text);
        if is_new {
            self.bytes += line(index, &self.numbered[index]).len();
        }
        format!("note {}", index + 1)
    }

    /// What is told below the table.
    fn list(&self) -> String {
        self.numbered.iter().enumerate().map(|(index, text)| line(index, text)).collect()
    }
}

/// The line that tells an explanation.
fn line(index: usize, text: &str) -> String {
    format!("\nNote {}: {}\n", index + 1, escape_markdown(text))
}
