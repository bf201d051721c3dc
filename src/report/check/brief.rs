//! What a check found in a few lines: whether a platform is as accepted, and the first differences.

use super::{FindingGroup, against};
use crate::{
    check::{Against, Checked, Finding, PlatformCheck, Verdict},
    report::{Look, of},
    untrusted::{log_line, no_command_at_all},
};

/// Tells of each platform with how many accepted cells it agrees, and where it differs: at most `most` differences,
/// what changed before what is unsteady, and how many more there are. Further outcomes of steps that race are only
/// counted.
pub fn differences(checked: &Checked<'_>, most: usize, look: Look) -> String {
    let lines = checked.platforms.iter().flat_map(|platform| platform_lines(platform, most, look.width.into()));
    let lines: Vec<_> = lines.map(|line| wrapped(&log_line(&line), look.width.into())).collect();
    lines.iter().flat_map(|line| line.lines()).map(|line| no_command_at_all(line) + "\n").collect()
}

fn platform_lines(platform: &PlatformCheck<'_>, most: usize, width: usize) -> Vec<String> {
    let baseline = match &platform.against {
        Against::Own => format!("the accepted results of {}", platform.name),
        Against::Nearest(name, _) => format!("the accepted results of {name}, the nearest platform"),
        Against::Nothing(_) | Against::NotMeasured(_) => return against(&platform.against).into_iter().collect(),
    };
    let is_difference = |finding: &&Finding<'_>| matches!(finding.verdict, Verdict::Changed | Verdict::Unsteady);
    let is_further = |finding: &Finding<'_>| finding.verdict == Verdict::Unsteady && finding.is_race();
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
    let mut begin = format!("This machine agrees with {baseline} in {same}{missing}.");
    begin += &match further.len() {
        0 => String::new(),
        1 => " In 1 step that races with another it gave a further outcome.".to_owned(),
        count => format!(" In {count} steps that race with others it gave a further outcome."),
    };
    if !groups.is_empty() {
        begin += " It differs in:";
    }
    let mut lines = vec![begin];
    lines.extend(groups.iter().take(most).map(|group| line(group, width)));
    let more = groups.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines
}

/// Where it is, what was found and what was accepted. The cases, which may be many, come last, and are only counted
/// where the line has no room for them.
fn line(group: &FindingGroup<'_>, width: usize) -> String {
    let step = &group.finding.step;
    let [here, accepted] = [step.run, step.baseline].map(super::cell);
    let place = format!("{} step {} {}", step.scenario(), step.step(), step.operation());
    let found = format!("  {place}: {here}, where the baseline has {accepted}");
    let line = format!("{found} ({})", group.cases);
    if line.chars().count() <= width { line } else { format!("{found} ({})", of(group.count, "case", "cases")) }
}

/// A line as several that are at most `width` wide, the further ones indented.
fn wrapped(line: &str, width: usize) -> String {
    let indent = if line.starts_with(' ') { "      " } else { "" };
    let options = textwrap::Options::new(width).subsequent_indent(indent);
    textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
}
