//! What a check found in a few lines: whether a platform is as accepted, and the first differences.

use super::{FindingGroup, against};
use crate::{
    check::{Against, Checked, Finding, PlatformCheck, Verdict},
    matrix::Cell,
    report::{Look, of},
    untrusted::log_line,
};

/// Tells of each platform with how many accepted cells it agrees, and where it differs: at most `most` differences,
/// what changed before what is unsteady, and how many more there are. Further outcomes of steps that race are only
/// counted. What is wider than `look` is cut.
pub fn differences(checked: &Checked<'_>, most: usize, look: Look) -> String {
    let lines = checked.platforms.iter().flat_map(|platform| platform_lines(platform, most));
    lines.map(|line| cut(&log_line(&line), look.width.into()) + "\n").collect()
}

fn platform_lines(platform: &PlatformCheck<'_>, most: usize) -> Vec<String> {
    let baseline = match &platform.against {
        Against::Own => format!("the accepted results of {}", platform.name),
        Against::Nearest(name, _) => format!("the accepted results of {name}, the nearest platform"),
        Against::Nothing(_) | Against::NotMeasured(_) => return against(&platform.against).into_iter().collect(),
    };
    let is_difference = |finding: &&Finding<'_>| matches!(finding.verdict, Verdict::Changed | Verdict::Unsteady);
    // Every run of steps that race may give an outcome that nobody saw before, so it says little of the machine.
    let is_further = |finding: &Finding<'_>| finding.verdict == Verdict::Unsteady && is_race(finding);
    let (further, differing): (Vec<_>, Vec<_>) =
        platform.findings.iter().filter(is_difference).copied().partition(is_further);
    let mut groups = FindingGroup::of(&differing);
    groups.sort_by_key(|group| group.finding.verdict);
    let same = platform.count_of(Verdict::Same) + platform.count_of(Verdict::Known);
    let missing = match platform.count_of(Verdict::Missing) {
        0 => String::new(),
        count => format!("; {} not observed here", of(count, "was", "were")),
    };
    let same = of(same, "cell", "cells");
    let mut lines = vec![format!("This machine agrees with {baseline} in {same}{missing}.")];
    match further.len() {
        0 => {}
        1 => lines.push("In 1 step that races with another it gave a further outcome.".to_owned()),
        count => lines.push(format!("In {count} steps that race with others it gave a further outcome.")),
    }
    if !groups.is_empty() {
        lines.push("It differs in:".to_owned());
    }
    lines.extend(groups.iter().take(most).map(line));
    let more = groups.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines
}

/// Whether the steps race with each other, here or in the baseline.
fn is_race(finding: &Finding<'_>) -> bool {
    [finding.step.run, finding.step.baseline].into_iter().flatten().any(Cell::is_race)
}

/// What was found, what was accepted, and where; the cases come last, since they may be many.
fn line(group: &FindingGroup<'_>) -> String {
    let step = &group.finding.step;
    let [here, accepted] = [step.run, step.baseline].map(super::cell);
    let place = format!("{} step {} {}", step.scenario(), step.step(), step.operation());
    format!("  {here}, not {accepted}: {place} ({})", group.cases)
}

/// A line of at most `width` characters.
fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}
