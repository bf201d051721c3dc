//! A check as annotations of a job on GitHub.

use super::{FindingGroup, against, counts, stale, unmeasured};
use crate::{
    check::{Checked, Concern, Verdict},
    untrusted::log_line,
};

/// How many annotations of one level GitHub shows for a step; it drops further ones silently.
const SHOWN: usize = 10;

/// An annotation: a command to the runner.
struct Annotation {
    fails: bool,
    /// What it is about, in the order in which annotations are shown.
    about: About,
    /// A file and a line in it, from 1.
    at: Option<(String, u32)>,
    title: String,
    text: String,
}

/// What annotations are about: what changed is never pushed out by what is less telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Finding(Verdict),
    Stale,
    NoBaseline,
    NotMeasured,
}

pub(super) fn render(checked: &Checked<'_>) -> String {
    let mut log = Vec::new();
    let mut annotations = Vec::new();
    for platform in &checked.platforms {
        log.push(format!("{}: {}", platform.name, counts(|verdict| platform.count_of(verdict))));
        if platform.is_measured() {
            log.extend(against(&platform.against).map(|text| format!("  {text}")));
        }
        for group in FindingGroup::of(&platform.findings) {
            let finding = &group.finding;
            let fails = checked.policy.fails_on(finding.verdict);
            if let Some(why) = group.why() {
                log.push(format!("  known {}: {}: {why}", group.place(), group.change()));
            } else if !fails && finding.verdict == Verdict::Unsteady && finding.is_race() {
                // Nearly every run of steps that race has an outcome that no run had before.
                log.push(format!("  unsteady {}: {}; its steps race", group.place(), group.change()));
            } else {
                annotations.push(Annotation {
                    fails,
                    about: About::Finding(finding.verdict),
                    at: finding.step.location().map(|(path, line)| (path.display().to_string(), line)),
                    title: format!("{} on {}", finding.verdict.word(), platform.name),
                    text: format!("{}: {}", group.place(), group.change()),
                });
            }
        }
    }
    for found in &checked.stale {
        annotations.push(Annotation {
            fails: checked.policy.fails(Concern::Stale),
            about: About::Stale,
            at: Some((found.known.path.clone(), u32::try_from(found.known.line).unwrap_or(u32::MAX))),
            title: "stale exception".to_owned(),
            text: stale(found),
        });
    }
    annotations.extend(of_new(checked));
    annotations.extend(unmeasured(checked).into_iter().map(|(why, names)| Annotation {
        fails: true,
        about: About::NotMeasured,
        at: None,
        title: "not measured".to_owned(),
        text: format!("{}: {why}", names.join(", ")),
    }));
    annotations.sort_by_key(|annotation| annotation.about);
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

/// One annotation for all platforms that have no baseline; why is in the log.
fn of_new(checked: &Checked<'_>) -> Option<Annotation> {
    let names: Vec<_> = checked.without_baseline().map(|platform| platform.name).collect();
    (!names.is_empty() && !checked.policy.allows(Concern::NewPlatform)).then(|| Annotation {
        fails: checked.policy.fails(Concern::NewPlatform),
        about: About::NoBaseline,
        at: None,
        title: "no baseline".to_owned(),
        text: format!(
            "{}: new, so nothing of it was compared; accept its results to have them checked",
            names.join(", ")
        ),
    })
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
