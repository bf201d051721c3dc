//! A check for a job's summary, or the text of a pull request.

use super::{FindingGroup, against, cell, counts, stale};
use crate::{
    check::{Checked, Verdict},
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
    for platform in &checked.platforms {
        let against = against(&platform.against).unwrap_or_else(|| "its own baseline".to_owned());
        let counts = Verdict::ALL.map(|verdict| platform.count_of(verdict).to_string());
        summary.row([platform.name.to_owned()].into_iter().chain(counts).chain([against]));
    }
    let total = counts(|verdict| checked.count_of(verdict));
    let mut text = format!("{}\nSteps of cases in all: {total}.\n", summary.into_text());
    for found in &checked.stale {
        let line = format!("{}:{}: {} ({})", found.known.path, found.known.line, stale(found), found.known.link);
        text.push_str(&format!("\n- {}", escape_markdown(&line)));
    }
    if !checked.stale.is_empty() {
        text.push('\n');
    }
    let mut cut = 0;
    for platform in &checked.platforms {
        let mut groups = FindingGroup::of(&platform.findings);
        // The page may be cut, so what fails comes first.
        groups.sort_by_key(|group| group.finding.verdict);
        let columns = ["verdict", "scenario", "step", "case", "baseline", "found"].map(|word| (word, Left));
        let mut table = MarkdownTable::new(columns);
        let mut rest = groups.iter();
        while text.len() + table.len() <= MOST
            && let Some(group) = rest.next()
        {
            table.row(row(group, checked));
        }
        cut += rest.len();
        if rest.len() < groups.len() {
            text.push_str(&format!("\n### {}\n\n{}", escape_markdown(platform.name), table.into_text()));
        }
    }
    if cut > 0 {
        text.push_str(&format!("\n{cut} further rows are not shown: the page would be too long.\n"));
    }
    text
}

fn row(group: &FindingGroup<'_>, checked: &Checked<'_>) -> [Content; 6] {
    let verdict = group.finding.verdict;
    let step = &group.finding.step;
    let found = match group.why() {
        Some(why) => format!("{}; allowed: {why}", cell(step.run)),
        None => cell(step.run),
    };
    let word = verdict.word().to_owned();
    [
        if checked.policy.fails_on(verdict) { Content::Bold(word) } else { word.into() },
        step.scenario().into(),
        format!("{} {}", step.step(), step.operation()).into(),
        group.cases.as_str().into(),
        cell(step.baseline).into(),
        found.into(),
    ]
}
