//! A check as annotations of a job on GitHub.

use super::{FindingGroup, against, counts, stale};
use crate::{
    check::{Checked, Concern},
    untrusted::log_line,
};

/// How many annotations of one level GitHub shows for a step; it drops further ones silently.
const SHOWN: usize = 10;

/// An annotation: a command to the runner.
struct Annotation {
    fails: bool,
    /// A file and a line in it, from 1.
    at: Option<(String, u32)>,
    title: String,
    text: String,
}

pub(super) fn render(checked: &Checked<'_>) -> String {
    let mut log = Vec::new();
    let mut annotations = Vec::new();
    for platform in &checked.platforms {
        log.push(format!("{}: {}", platform.name, counts(|verdict| platform.count_of(verdict))));
        let standing = against(&platform.against);
        if platform.is_compared() {
            log.extend(standing.map(|text| format!("  {text}")));
        } else {
            let fails = !platform.is_measured() || checked.policy.fails(Concern::NewPlatform);
            let title = platform.name.to_owned();
            annotations.extend(standing.map(|text| Annotation { fails, at: None, title, text }));
        }
        for group in FindingGroup::of(&platform.findings) {
            if let Some(why) = group.why() {
                log.push(format!("  known {}: {}: {why}", group.place(), group.change()));
                continue;
            }
            annotations.push(Annotation {
                fails: checked.policy.fails_on(group.finding.verdict),
                at: group.finding.step.location().map(|(path, line)| (path.display().to_string(), line)),
                title: format!("{} on {}", group.finding.verdict.word(), platform.name),
                text: format!("{}: {}", group.place(), group.change()),
            });
        }
    }
    for found in &checked.stale {
        annotations.push(Annotation {
            fails: checked.policy.fails(Concern::Stale),
            at: Some((found.known.path.clone(), u32::try_from(found.known.line).unwrap_or(u32::MAX))),
            title: "stale exception".to_owned(),
            text: stale(found),
        });
    }
    let (errors, warnings): (Vec<_>, Vec<_>) = annotations.into_iter().partition(|annotation| annotation.fails);
    let mut text: String = log.iter().map(|line| log_line(line) + "\n").collect();
    for (level, annotations) in [("error", errors), ("warning", warnings)] {
        text.extend(annotations.iter().take(SHOWN).map(|annotation| annotation.command(level)));
        if annotations.len() > SHOWN {
            text.push_str(&format!("::group::{} further: {level}\n", annotations.len() - SHOWN));
            text.extend(annotations.iter().skip(SHOWN).map(|annotation| annotation.line(level)));
            text.push_str("::endgroup::\n");
        }
    }
    text
}

impl Annotation {
    fn command(&self, level: &str) -> String {
        let mut properties = Vec::new();
        if let Some((path, line)) = &self.at {
            properties.extend([format!("file={}", property(path)), format!("line={line}")]);
        }
        properties.push(format!("title={}", property(&self.title)));
        format!("::{level} {}::{}\n", properties.join(","), data(&self.text))
    }

    /// A line for the log. The level comes first, so that no text from a file can begin the line.
    fn line(&self, level: &str) -> String {
        let at = self.at.as_ref().map(|(path, line)| format!("{path}:{line}: ")).unwrap_or_default();
        log_line(&format!("{level}: {at}{}: {}", self.title, self.text)) + "\n"
    }
}

/// The text after the last `::` of a command, with escapes that the runner reverts. It has no line breaks, as they are
/// control characters.
fn data(text: &str) -> String {
    log_line(text).replace('%', "%25")
}

/// The value of a property of a command, with escapes that the runner reverts.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
