//! What to type after a check that failed.

use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use super::options::{OWN_RESULTS, RESULTS};
use crate::{
    catalogue::Catalogue,
    check::{Checked, Verdict},
    untrusted::shown,
};

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
/// was found or, where only results are missing, how to get them. Empty if no step of a scenario fails it.
pub(super) fn after_failure(checked: &Checked<'_>, catalogue: &Catalogue, paths: Paths<'_>) -> String {
    let findings = checked.platforms.iter().filter(|platform| platform.is_compared()).flat_map(|it| &it.findings);
    let failing: Vec<_> = findings.filter(|finding| checked.policy.fails_on(finding.verdict)).collect();
    if failing.is_empty() {
        return String::new();
    }
    let own: String = paths.scenarios.iter().map(|path| format!(" --scenarios {}", word(path))).collect();
    let lines = if failing.iter().all(|finding| finding.verdict == Verdict::Missing) && !paths.run.is_empty() {
        after_missing(paths, &own)
    } else {
        let scenarios: IndexSet<&str> = failing.iter().map(|finding| &**finding.step.scenario()).collect();
        let known = scenarios.into_iter().filter(|id| catalogue.find(id).is_some()).take(MOST);
        after_change(&known.collect::<Vec<_>>(), paths, &own)
    };
    listed(&lines)
}

fn listed(lines: &[(String, &str)]) -> String {
    let width = lines.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    lines.iter().map(|(command, what)| format!("\n  {command:width$}  # {what}")).collect()
}

/// Lines to append to a message: how to accept the results of a platform that has no baseline.
pub(super) fn after_new(paths: Paths<'_>) -> String {
    let own: String = paths.scenarios.iter().map(|path| format!(" --scenarios {}", word(path))).collect();
    listed(&accept(paths, &own, "makes them the baseline"))
}

/// What to type, and what it does, where the baseline has more than the run.
fn after_missing(paths: Paths<'_>, own: &str) -> Vec<(String, &'static str)> {
    let out = match paths.run {
        [folder] if *folder == *Path::new(OWN_RESULTS) => String::new(),
        [folder] if folder.is_dir() => format!(" --out {}", word(folder)),
        _ => String::new(),
    };
    let against = paths.baseline.map_or_else(String::new, |path| format!(" --baseline {}", word(path)));
    let check = format!("brokenpipe check {}{against} --allow missing{own}", paths.run());
    vec![(format!("brokenpipe run{out}{own}"), "measures everything"), (check, "checks only what was measured")]
}

/// What to type, and what it does, where these scenarios, or some that are not in the catalogue, gave something else.
fn after_change(scenarios: &[&str], paths: Paths<'_>, own: &str) -> Vec<(String, &'static str)> {
    let show = (!scenarios.is_empty())
        .then(|| (format!("brokenpipe show {}{own}", scenarios.join(" ")), "what is known of it"));
    show.into_iter().chain(accept(paths, own, "if the change is meant")).collect()
}

/// What to type to accept what was found, which is good for `what`, and to check against that.
fn accept(paths: Paths<'_>, own: &str, what: &'static str) -> Vec<(String, &'static str)> {
    let into = match paths.baseline {
        None => Path::new(RESULTS),
        Some(path) if path.is_dir() => path,
        Some(file) => file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    };
    let (measure, run) = match paths.run {
        [] => (format!("brokenpipe run{own} && "), OWN_RESULTS.to_owned()),
        _ => (String::new(), paths.run()),
    };
    let accept = format!("{measure}brokenpipe accept {run} --into {}{own}", word(into));
    // What the program carries stays as it is.
    let check = || (format!("brokenpipe check {run} --baseline {RESULTS}{own}"), "compares with what was accepted");
    let check = paths.baseline.is_none().then(check);
    [(accept, what)].into_iter().chain(check).collect()
}

impl Paths<'_> {
    /// The results that were checked, as words of a shell's command line.
    fn run(&self) -> String {
        self.run.iter().map(|path| word(path)).collect::<Vec<_>>().join(" ")
    }
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
