//! What commands read before they begin: scenarios and selections.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use super::{failure::Failure, options::Own};
use crate::{
    catalogue::{Case, CaseName, Catalogue, Selection},
    results::Source,
    sys,
    untrusted::shown,
};

/// The catalogue with a user's own scenarios.
pub(super) fn catalogue(own: &Own) -> Result<Catalogue, Failure> {
    let mut catalogue = Catalogue::builtin();
    for path in &own.scenarios {
        let name = shown(path);
        let text = read_text(path, (MAX_SCENARIOS, "no file of scenarios"), "a scenario file is UTF-8 text")?;
        catalogue.add(&name, &text).map_err(Failure::Mistakes)?;
    }
    Ok(catalogue)
}

/// Largest file of scenarios, in bytes.
pub(super) const MAX_SCENARIOS: u64 = 1 << 20;

/// Reads a text file of at most `most` bytes. In messages, `no_such` follows "that is" if the file is larger, and
/// `right` says what is expected if it is not UTF-8.
pub(super) fn read_text(path: &Path, (most, no_such): (u64, &str), right: &str) -> Result<String, Failure> {
    let name = shown(path);
    let mut bytes = Vec::new();
    // A pipe may never have a writer, and opening one waits for it.
    if fs::metadata(path).is_ok_and(|it| sys::is_named_pipe(&it)) {
        return Err(Failure::Wrong(format!("{name}: a pipe, not a file; {right}")));
    }
    File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::Wrong(format!("{name}: cannot be read: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Failure::Wrong(format!("{name}: more than {} MiB; that is {no_such}", most >> 20)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Failure::Wrong(format!("{name}:{}: not UTF-8; {right}", line + 1))
    })
}

/// The selected cases, for a command that takes `--slow`. A selector that fits nothing is an error, even if others fit
/// something.
pub(super) fn select<'a>(
    selection: &Selection,
    catalogue: &'a Catalogue,
    command: &str,
) -> Result<Vec<Case<'a>>, Failure> {
    let misses = selection.misses(catalogue.ids());
    if !misses.is_empty() {
        return Err(no_scenario(&misses));
    }
    let slow = selection.slow_only(catalogue);
    if !slow.is_empty() {
        let slow = quoted_all(&slow);
        return Err(Failure::Wrong(format!("{slow}: takes seconds; `brokenpipe {command} --slow` has it, too")));
    }
    let cases = selection.cases(catalogue);
    if cases.is_empty() {
        let axes = selection.scenarios(catalogue).into_iter().flat_map(|scenario| &scenario.axes);
        return Err(no_case(selection, &axes.map(CaseName::from).collect::<Vec<_>>()));
    }
    Ok(cases)
}

/// The message for selectors that fit nothing.
pub(super) fn no_scenario(misses: &[&str]) -> Failure {
    Failure::No(format!("no scenario fits {}; `brokenpipe list` names all scenarios", quoted_all(misses)))
}

/// The message for a selection whose scenarios have only other cases, which are given.
pub(super) fn no_case(selection: &Selection, cases: &[CaseName]) -> Failure {
    Failure::No(format!("no case {selection}; there are cases {}", selection.filter().describe(cases.iter())))
}

pub(super) fn quoted_all(selectors: &[&str]) -> String {
    selectors.iter().map(|selector| format!("{selector:?}")).collect::<Vec<_>>().join(", ")
}

/// The paths that were given, or the accepted results that the program carries.
pub(super) fn given_or_embedded(paths: &[PathBuf]) -> Source<'_> {
    if paths.is_empty() { Source::Embedded } else { Source::Paths(paths) }
}
