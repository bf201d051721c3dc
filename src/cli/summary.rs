//! What a run did, and why it did not run some cases.

use std::{cmp::Reverse, path::Path};

use indexmap::IndexMap;

use super::stop;
use crate::{
    driver::{CaseResult, Hang},
    results::{Merged, OTHER_FACTS},
    untrusted::{log_line, shown},
};

/// The most lines that tell why cases were not run.
const MAX_REASONS: usize = 10;

/// The most things that one of these lines names.
const MAX_SUBJECTS: usize = 3;

/// What a run did, in one line. `path` is the file, unless it is temporary.
pub(super) fn summarize(
    name: &str,
    measured: &[CaseResult],
    merged: &Merged,
    trials: u64,
    path: Option<&Path>,
) -> String {
    let count = |fits: fn(&CaseResult) -> bool| measured.iter().filter(|result| fits(result)).count();
    let of_all = count(|result| matches!(result, CaseResult::Measured { .. }));
    let mut summary = format!("{name}: {of_all} of {} cases measured", measured.len());
    let others = [
        ("unsupported", count(|result| matches!(result, CaseResult::Unsupported(_)))),
        ("not run", count(|result| matches!(result, CaseResult::NotRun(_)))),
        ("kept from before", merged.kept),
        (&format!("dropped from before ({OTHER_FACTS})"), merged.dropped),
    ];
    for (what, count) in others.into_iter().filter(|(_, count)| *count > 0) {
        summary += &format!(", {count} {what}");
    }
    if of_all == 0 && merged.kept == 0 && count(|result| matches!(result, CaseResult::NotRun(_))) > 0 {
        summary += ", no case is complete";
    }
    let written = path.map_or("nothing is written".to_owned(), |path| format!("written to {}", shown(path)));
    format!("{summary}, {trials} trials, {written}")
}

/// How many cases were not run, and why: one line for each error, the most frequent first, with what it came at.
/// Empty if every case was run or is unsupported.
pub(super) fn not_run(results: &[CaseResult]) -> Vec<String> {
    // For each error, what it came at, and how often.
    let mut errors: IndexMap<&str, IndexMap<&str, usize>> = IndexMap::new();
    for result in results {
        if let CaseResult::NotRun(reason) = result {
            let (subject, error) = split(reason);
            *errors.entry(error).or_default().entry(subject).or_default() += 1;
        }
    }
    let mut lines: Vec<_> = errors.into_iter().map(|(error, at)| (at.values().sum::<usize>(), error, at)).collect();
    lines.sort_by_key(|(count, ..)| Reverse(*count));
    let others: usize = lines.iter().skip(MAX_REASONS).map(|(count, ..)| count).sum();
    let mut lines: Vec<_> =
        lines.into_iter().take(MAX_REASONS).map(|(count, error, at)| line(count, error, at)).collect();
    if others > 0 {
        lines.push(format!("not run: {}, for other reasons", cases(others)));
    }
    lines
}

/// A reason as what was done and the error that it met, if it ends in the name of one. The first part has the colon and
/// the blank, so that the two make up the reason.
fn split(reason: &str) -> (&str, &str) {
    match reason.rsplit_once(": ") {
        Some((subject, error)) if !error.contains(' ') => (subject, error),
        _ => ("", reason),
    }
}

fn line(count: usize, error: &str, at: IndexMap<&str, usize>) -> String {
    let mut at: Vec<_> = at.into_iter().collect();
    at.sort_by_key(|(_, count)| Reverse(*count));
    let hint = hint(at[0].0, error).map(|hint| format!(" ({hint})")).unwrap_or_default();
    let further = at.len().saturating_sub(MAX_SUBJECTS);
    let mut subjects = at.iter().take(MAX_SUBJECTS).map(|(subject, _)| *subject).collect::<Vec<_>>().join(", ");
    if further > 0 {
        subjects += &format!(" and {further} more");
    }
    let between = if subjects.is_empty() { "" } else { ": " };
    format!("not run: {}: {}", cases(count), log_line(&format!("{subjects}{between}{error}{hint}")))
}

fn cases(count: usize) -> String {
    if count == 1 { "1 case".to_owned() } else { format!("{count} cases") }
}

/// What to look at, where an error has a likely cause.
fn hint(subject: &str, error: &str) -> Option<&'static str> {
    Some(match error {
        "EADDRNOTAVAIL" | "EAFNOSUPPORT" if subject.contains("[::1]") => "is IPv6 switched off?",
        "EADDRNOTAVAIL" | "EADDRINUSE" if subject == "connect" || subject.starts_with("listen on") => {
            "are there too few ephemeral ports?"
        }
        "ENETUNREACH" | "EHOSTUNREACH" | "ENETDOWN" => "is the loopback interface up?",
        "EMFILE" => "does `ulimit -n` allow too few descriptors?",
        "EACCES" | "EPERM" => "does a sandbox or a packet filter forbid it?",
        _ => return None,
    })
}

/// What the trials were at that had not ended when the run was stopped, one line for all trials of a case that were at
/// the same. After a signal only of those that were overdue: that others wait for a deadline is no news.
pub(super) fn hang_report(hangs: &[Hang]) -> Vec<String> {
    /// More lines than that tell nothing more.
    const LINES: usize = 20;
    let mut lines: IndexMap<_, (&Hang, usize)> = IndexMap::new();
    for hang in hangs.iter().filter(|hang| hang.is_overdue || stop::is_out_of_time()) {
        lines.entry((&hang.case, &hang.step)).or_insert((hang, 0)).1 += 1;
    }
    let rest = lines.len().saturating_sub(LINES);
    let line = |(hang, trials): &(&Hang, usize)| {
        let what = if hang.is_overdue { "hangs" } else { "waits" };
        let others = if *trials > 1 { format!(" ({trials} trials)") } else { String::new() };
        format!("{what}: {hang}{others}")
    };
    let mut report: Vec<_> = lines.values().take(LINES).map(line).collect();
    if rest > 0 {
        report.push(format!("and {rest} other cases"));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Results;

    fn not_run_for(reasons: &[&str]) -> Vec<String> {
        not_run(&reasons.iter().map(|reason| CaseResult::NotRun((*reason).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn a_summary_says_if_no_case_is_complete() {
        let not_run = CaseResult::NotRun("the time limit has passed".to_owned());
        let summary = |measured: &[CaseResult], kept| {
            let merged = Merged { results: Results::default(), kept, dropped: 0 };
            summarize("here", measured, &merged, 7, Some(Path::new("out/here.csv")))
        };
        let nothing = [not_run.clone(), CaseResult::Unsupported("no such call".to_owned())];
        assert_eq!(
            summary(&nothing, 0),
            "here: 0 of 2 cases measured, 1 unsupported, 1 not run, no case is complete, 7 trials, written to \
             out/here.csv"
        );
        assert_eq!(
            summary(&nothing, 1),
            "here: 0 of 2 cases measured, 1 unsupported, 1 not run, 1 kept from before, 7 trials, written to \
             out/here.csv"
        );
        assert_eq!(
            summary(&nothing[1..], 0),
            "here: 0 of 1 cases measured, 1 unsupported, 7 trials, written to out/here.csv"
        );
        let measured = CaseResult::Measured { trials: 7, steps: Vec::new() };
        assert_eq!(
            summary(&[measured, not_run], 0),
            "here: 1 of 2 cases measured, 1 not run, 7 trials, written to out/here.csv"
        );
    }

    #[test]
    fn reasons_with_the_same_error_are_one_line_and_the_most_frequent_comes_first() {
        assert_eq!(not_run_for(&[]), <[&str; 0]>::default());
        assert_eq!(not_run(&[CaseResult::Unsupported("a: EMFILE".to_owned())]), <[&str; 0]>::default());
        let few = ["x: EIO", "b: EMFILE", "a: EMFILE", "no program here", "c: EMFILE", "a: EMFILE", "d: EMFILE"];
        assert_eq!(
            not_run_for(&few),
            [
                "not run: 5 cases: a, b, c and 1 more: EMFILE (does `ulimit -n` allow too few descriptors?)",
                "not run: 1 case: x: EIO",
                "not run: 1 case: no program here",
            ]
        );
        let listen = "listen on [::1]:0: EADDRNOTAVAIL";
        let line = "not run: 2 cases: listen on [::1]:0: EADDRNOTAVAIL (is IPv6 switched off?)";
        assert_eq!(not_run_for(&[listen, listen]), [line]);
    }

    #[test]
    fn a_long_list_of_reasons_is_cut() {
        let reasons: Vec<_> = (0..14).map(|number| format!("reason {number} of many")).collect();
        let lines = not_run_for(&reasons.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(lines.len(), 11);
        assert_eq!(lines[9], "not run: 1 case: reason 9 of many");
        assert_eq!(lines[10], "not run: 4 cases, for other reasons");
    }

    #[test]
    fn a_reason_cannot_be_a_command_to_a_terminal_or_a_runner() {
        assert_eq!(not_run_for(&["a\u{1b}[31m ##[error] b"]), ["not run: 1 case: a\u{fffd}[31m # #[error] b"]);
    }
}
