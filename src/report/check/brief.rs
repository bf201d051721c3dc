//! What a check found in a few lines: whether a platform is as accepted, and the first differences.

use super::{FindingGroup, against};
use crate::{
    check::{Against, Checked, Finding, PlatformCheck, Verdict},
    report::of,
    untrusted::log_line,
};

/// Tells of each platform with how many accepted cells it agrees, or where it differs: at most `most` differences, and
/// how many more there are. A line is cut after 119 characters.
pub fn differences(checked: &Checked<'_>, most: usize) -> String {
    let lines = checked.platforms.iter().flat_map(|platform| platform_lines(platform, most));
    lines.map(|line| log_line(&cut(line)) + "\n").collect()
}

fn platform_lines(platform: &PlatformCheck<'_>, most: usize) -> Vec<String> {
    let baseline = match &platform.against {
        Against::Own => format!("the accepted results of {}", platform.name),
        Against::Nearest(name, _) => format!("the accepted results of {name}, the nearest platform"),
        Against::Nothing(_) | Against::NotMeasured(_) => return against(&platform.against).into_iter().collect(),
    };
    let is_difference = |finding: &&Finding<'_>| matches!(finding.verdict, Verdict::Changed | Verdict::Unsteady);
    let differing: Vec<_> = platform.findings.iter().filter(is_difference).copied().collect();
    let groups = FindingGroup::of(&differing);
    let same = platform.count_of(Verdict::Same) + platform.count_of(Verdict::Known);
    let missing = match platform.count_of(Verdict::Missing) {
        0 => String::new(),
        count => format!("; {} not observed here", of(count, "was", "were")),
    };
    let same = of(same, "cell", "cells");
    if groups.is_empty() {
        return vec![format!("This machine agrees with {baseline} in {same}{missing}.")];
    }
    let mut lines = vec![format!("This machine agrees with {baseline} in {same}{missing}. It differs in:")];
    lines.extend(groups.iter().take(most).map(|group| format!("  {}: {}", group.place(), group.change())));
    let more = groups.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines
}

/// The first characters of a line, so that it is one line of a page.
fn cut(line: String) -> String {
    const LONGEST: usize = 119;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
