//! What to type after a check that failed.

use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use super::options::{OWN_RESULTS, RESULTS};
use crate::{catalogue::Catalogue, check::Checked, untrusted::shown};

/// The most scenarios that are named.
const MOST: usize = 3;

/// Where the results that were checked are, and those that they were compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paths<'a> {
    /// Empty if this machine was measured for the check.
    pub(super) run: &'a [PathBuf],
    /// `None` for the results that the program carries.
    pub(super) baseline: Option<&'a Path>,
    /// A user's own scenarios.
    pub(super) scenarios: &'a [PathBuf],
}

/// Lines to append to a message: how to see what is known of the scenarios that fail a check, and how to accept what
/// was found. Empty if no step of a scenario fails it.
pub(super) fn after_failure(checked: &Checked<'_>, catalogue: &Catalogue, paths: Paths<'_>) -> String {
    let findings = checked.platforms.iter().filter(|platform| platform.is_compared()).flat_map(|it| &it.findings);
    let failing = findings.filter(|finding| checked.policy.fails_on(finding.verdict));
    let failing: IndexSet<&str> = failing.map(|finding| &**finding.step.scenario()).collect();
    if failing.is_empty() {
        return String::new();
    }
    let own: String = paths.scenarios.iter().map(|path| format!(" --scenarios {}", word(path))).collect();
    let known: Vec<_> = failing.into_iter().filter(|id| catalogue.find(id).is_some()).take(MOST).collect();
    let show =
        (!known.is_empty()).then(|| (format!("brokenpipe show {}{own}", known.join(" ")), "what is known of it"));
    let into = match paths.baseline {
        None => Path::new(RESULTS),
        Some(path) if path.is_dir() => path,
        Some(file) => file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    };
    let (measure, run) = match paths.run {
        [] => (format!("brokenpipe run{own} && "), OWN_RESULTS.to_owned()),
        run => (String::new(), run.iter().map(|path| word(path)).collect::<Vec<_>>().join(" ")),
    };
    let accept = format!("{measure}brokenpipe accept {run} --into {}{own}", word(into));
    let lines: Vec<_> = show.into_iter().chain([(accept, "if the change is meant")]).collect();
    let width = lines.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    lines.iter().map(|(command, what)| format!("\n  {command:width$}  # {what}")).collect()
}

/// A path as one word of a shell's command line.
fn word(path: &Path) -> String {
    let path = shown(path);
    let is_plain = |character: char| character.is_alphanumeric() || "/\\._-:+@".contains(character);
    match !path.is_empty() && !path.starts_with('-') && path.chars().all(is_plain) {
        true => path,
        false if cfg!(windows) => format!("\"{path}\""),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}
