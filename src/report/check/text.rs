//! A check for a terminal or a log.

use super::{FindingGroup, against, counts, stale};
use crate::{check::Checked, untrusted::log_line};

pub(super) fn render(checked: &Checked<'_>) -> String {
    let mut lines = Vec::new();
    for platform in &checked.platforms {
        lines.push(format!("{}: {}", platform.name, counts(|verdict| platform.count_of(verdict))));
        lines.extend(against(&platform.against).map(|against| format!("  {against}")));
        let groups = FindingGroup::ordered(platform, &checked.policy);
        // One exception often allows several rows in a row, and is told after the last of these.
        for alike in groups.chunk_by(|a, b| a.why() == b.why()) {
            for group in alike {
                // The verdict comes first, so that no text from a file can begin a line.
                lines.push(format!("  {:<8} {}: {}", group.finding.verdict.word(), group.place(), group.change()));
            }
            lines.extend(alike[0].why().map(|why| format!("           allowed: {why}")));
        }
    }
    lines.extend(
        checked.stale.iter().map(|found| format!("stale: {}:{}: {}", found.known.path, found.known.line, stale(found))),
    );
    lines.iter().map(|line| log_line(line) + "\n").collect()
}
