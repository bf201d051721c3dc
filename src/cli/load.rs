//! What commands read before they begin: scenarios, selections, earlier results.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use super::{
    failure::{Done, Failure, note},
    options::{Own, RESULTS},
};
use crate::{
    catalogue::{Case, Catalogue, Selection},
    results::{PLATFORMS, Results, unknown_columns},
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

/// Reads a file of at most so many bytes, which would otherwise not be what it should; `right` says what would be right
/// where it is not text.
pub(super) fn read_text(path: &Path, (most, no_such): (u64, &str), right: &str) -> Result<String, Failure> {
    let name = shown(path);
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::Wrong(format!("{name}: cannot be read: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Failure::Wrong(format!("{name}: more than {} MiB; that is {no_such}", most >> 20)));
    }
    utf8(&name, bytes, right)
}

/// The bytes of a file as text; `right` says what would be right.
pub(super) fn utf8(name: &str, bytes: Vec<u8>, right: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Failure::Wrong(format!("{name}:{}: not UTF-8; {right}", line + 1))
    })
}

/// The selected cases; a selector that fits nothing is a mistake even beside others that fit something.
pub(super) fn select<'a>(selection: &Selection, catalogue: &'a Catalogue) -> Result<Vec<Case<'a>>, Failure> {
    let misses = selection.misses(catalogue.ids());
    if !misses.is_empty() {
        return Err(no_scenario(&misses));
    }
    let slow = selection.slow_only(catalogue);
    if !slow.is_empty() {
        return Err(Failure::Wrong(format!(
            "{}: takes seconds, and is run by `brokenpipe run --slow` alone",
            quoted_all(&slow)
        )));
    }
    let cases = selection.cases(catalogue);
    if cases.is_empty() {
        let axes = selection.scenarios(catalogue).into_iter().flat_map(|scenario| &scenario.axes);
        return Err(no_case(selection, axes.map(|axes| axes.transport.word())));
    }
    Ok(cases)
}

/// What selectors that fit nothing are told.
pub(super) fn no_scenario(misses: &[&str]) -> Failure {
    Failure::No(format!("no scenario fits {}; `brokenpipe list` names all scenarios", quoted_all(misses)))
}

/// What a selection is told whose scenarios have cases over other transports alone.
pub(super) fn no_case<'a>(selection: &Selection, over: impl Iterator<Item = &'a str>) -> Failure {
    let over: BTreeSet<_> = over.collect();
    Failure::No(format!("no case {selection}; there are cases over {}", Vec::from_iter(over).join(", ")))
}

pub(super) fn quoted_all(selectors: &[&str]) -> String {
    selectors.iter().map(|selector| format!("{selector:?}")).collect::<Vec<_>>().join(", ")
}

/// The paths that were given, or the default folder.
pub(super) fn paths_or_default(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(RESULTS)] } else { paths.to_vec() }
}

/// Reads results and says on standard error what was passed over.
pub(super) fn read_results(paths: &[PathBuf]) -> Result<Results, Failure> {
    let results = Results::read(paths).map_err(Failure::wrong)?;
    note(&results.notes);
    Ok(results)
}

/// What is known in this folder, which may not exist yet.
pub(super) fn read_results_if_any(folder: &Path) -> Result<Results, Failure> {
    if folder.exists() { read_results(&[folder.to_owned()]) } else { Ok(Results::default()) }
}

/// Refuses to replace a file that has columns that would be lost with that.
pub(super) fn refuse_loss(path: &Path, option: &str) -> Done {
    match unknown_columns(path).map_err(Failure::wrong)? {
        None => Ok(()),
        Some(columns) => Err(Failure::Wrong(format!(
            "{}:1: has columns unknown to this version, which would lose them: {columns}; write elsewhere with {option}",
            shown(path)
        ))),
    }
}

/// The same of a folder's table of platforms, unless all its rows are replaced.
pub(super) fn refuse_loss_of_facts(folder: &Path, is_replaced: impl Fn(&str) -> bool, option: &str) -> Done {
    let table = folder.join(PLATFORMS);
    let facts = if table.is_file() { Results::read(std::slice::from_ref(&table)) } else { Ok(Results::default()) };
    match facts.map_err(Failure::wrong)?.platforms.iter().all(|platform| is_replaced(&platform.platform)) {
        true => Ok(()),
        false => refuse_loss(&table, option),
    }
}
