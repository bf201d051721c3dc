//! What stands under a matrix: how many rows, what the columns are, and what the words on this page mean.

use std::collections::BTreeSet;

use super::{EMPTY, STANDS_OUT, printable};
use crate::{
    matrix::{Column, Counts, Matrix},
    observation::Readiness,
};

/// How readiness flags are written where room is short.
const SHORT_FLAGS: [&str; 5] = ["R", "W", "E", "RC", "WC"];

/// Words that are not errors' names, and what they mean. An entry ending in a space is the beginning of an outcome.
const MEANINGS: [(&str, &str); 15] = [
    ("ok ", "ok N: N bytes were written or read"),
    ("eof", "eof: a read gave 0 bytes"),
    ("none", "none: SO_ERROR was 0"),
    ("would-block", "would-block: nothing to read, or no room to write, until the deadline"),
    ("in-progress", "in-progress: the connect ended without a connection; its error is still pending"),
    ("no-event", "no-event: what was awaited did not come before the deadline (flags seen meanwhile follow)"),
    ("quiet", "quiet: nothing came, as awaited"),
    ("unsupported", "unsupported: this platform cannot run the case"),
    ("not-run", "not-run: the step was not tried"),
    ("full", "full: written until there was no more room"),
    ("drained", "drained: read until there was no more data"),
    ("killed ", "killed SIGPIPE: the process died in this step"),
    ("+SIGPIPE", "+SIGPIPE: the signal was handled, or is pending where it is blocked"),
    ("error ", "error KIND: an error without a code of the operating system"),
    ("errno ", "errno N: an error code without a known name"),
];

/// The part of an outcome that may be readiness flags.
fn flags_of(outcome: &str) -> &str {
    let flags = outcome.strip_prefix("no-event ").unwrap_or(outcome);
    if short_flags(flags).is_some() { flags } else { "" }
}

/// An outcome with its readiness flags shortened: `readable+read_closed` becomes `R+RC`.
pub(super) fn shorten(outcome: &str) -> String {
    let (before, flags) = match outcome.split_once(' ') {
        Some(("no-event", flags)) => ("no-event ", flags),
        _ => ("", outcome),
    };
    match short_flags(flags) {
        Some(short) => format!("{before}{short}"),
        None => outcome.to_owned(),
    }
}

fn short_flags(text: &str) -> Option<String> {
    let short = |word: &str| {
        Readiness::FLAGS.iter().zip(SHORT_FLAGS).find(|((_, long), _)| *long == word).map(|(_, short)| short)
    };
    Some(text.split('+').map(short).collect::<Option<Vec<_>>>()?.join("+"))
}

/// The line of counts.
pub(super) fn counts(matrix: &Matrix, counts: Counts) -> String {
    let of = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let shown =
        if matrix.rows.len() == counts.rows { String::new() } else { format!(" ({} shown)", matrix.rows.len()) };
    format!(
        "{}{shown}: {} between platforms, {} unsteady (trials of one platform disagree). {}.",
        of(counts.rows, "row", "rows"),
        of(counts.differing, "differs", "differ"),
        counts.unsteady,
        platforms(&matrix.columns),
    )
}

fn platforms(columns: &[Column]) -> String {
    let of = |provenance: crate::platform::Provenance| {
        let count = columns.iter().filter(|column| column.provenance == provenance).count();
        (count > 0).then(|| format!("{count} {}", provenance.word()))
    };
    let kinds: Vec<_> = crate::platform::Provenance::ALL.into_iter().filter_map(of).collect();
    let noun = if columns.len() == 1 { "platform" } else { "platforms" };
    format!("{} {noun} ({})", columns.len(), kinds.join(", "))
}

/// What a column is, in one line.
pub(super) fn column(column: &Column) -> String {
    let Some(facts) = &column.facts else {
        return format!("{}, {}; no facts are recorded", column.platform, column.provenance.word());
    };
    let parts = [
        column.provenance.word().to_owned(),
        format!("{} {}", facts.os, facts.kernel),
        facts.arch.clone(),
        facts.abi.clone(),
        facts.runtime.clone(),
        facts.selector.clone(),
        format!("rustc {}", facts.rustc),
        format!("mio {}", facts.mio),
        format!("brokenpipe {}", facts.brokenpipe),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    printable(&format!("{}: {}", column.platform, parts.join(", ")))
}

/// The meanings of what is on this page, and of nothing else.
pub(super) fn meanings(matrix: &Matrix) -> Vec<String> {
    let cells = || matrix.rows.iter().flat_map(|row| row.cells.iter().flatten());
    let outcomes: BTreeSet<&str> =
        cells().flat_map(|cell| cell.outcomes.iter().map(|(outcome, _)| outcome.as_str())).collect();
    let mut lines = Vec::new();
    if matrix.rows.iter().any(|row| (0..row.cells.len()).any(|column| row.stands_out(column))) {
        lines.push(format!(
            "{STANDS_OUT} is not what most platforms gave (among equals: not what the first of them gave)"
        ));
    }
    if matrix.rows.iter().any(|row| row.cells.iter().any(Option::is_none)) {
        lines.push(format!("{EMPTY} the platform has no result for this case"));
    }
    if cells().any(crate::matrix::Cell::is_unsteady) {
        lines.push("a/b: the outcome of a of b trials".to_owned());
    }
    let flags: Vec<_> = Readiness::FLAGS
        .iter()
        .zip(SHORT_FLAGS)
        .filter(|((_, long), _)| outcomes.iter().any(|outcome| flags_of(outcome).split('+').any(|word| word == *long)))
        .map(|((_, long), short)| format!("{short} {long}"))
        .collect();
    if !flags.is_empty() {
        lines.push(format!("readiness: {}", flags.join(", ")));
    }
    for (word, meaning) in MEANINGS {
        let fits = |outcome: &&str| {
            if word.starts_with('+') {
                return outcome.ends_with(word);
            }

            outcome.split_once(' ').map_or(*outcome, |(first, _)| first) == word.trim_end()
                && (!word.ends_with(' ') || outcome.contains(' '))
        };
        if outcomes.iter().any(fits) {
            lines.push(meaning.to_owned());
        }
    }
    lines
}

/// What the cells' notes say, each once.
pub(super) fn notes(matrix: &Matrix) -> BTreeSet<String> {
    let mut notes = BTreeSet::new();
    for row in &matrix.rows {
        for (column, cell) in matrix.columns.iter().zip(&row.cells) {
            for note in cell.iter().flat_map(|cell| &cell.notes) {
                notes.insert(format!("{}: {}", column.platform, printable(note)));
            }
        }
    }
    notes
}
