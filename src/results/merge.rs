//! Which earlier results of a folder stay when new ones come. Every command that writes results asks here:
//!
//! - Results with other facts (another kernel, compiler or version of brokenpipe) cannot be mixed with new ones: a
//!   complete run of everything replaces them, any other is refused.
//! - A run replaces the cases that it measured. Other cases stay, except those that a run of everything would have
//!   measured if they still existed, and those whose scenario has other steps now.
//! - A racing step keeps the outcomes that were seen before.
//! - Columns that this version does not know are lost only with a platform that is replaced completely.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    slice,
};

use super::{
    PLATFORMS, Results, Row,
    error::{ReadError, WriteError},
    read::unknown_columns,
    write::{file_of, make_folder},
};
use crate::{
    catalogue::{Axes, Case, Catalogue, Selection},
    driver::CaseResult,
    outcome,
    platform::{Platform, Provenance},
    untrusted::shown,
};

/// Facts that results must have in common.
pub const OTHER_FACTS: &str = "of another kernel, compiler or version of brokenpipe";

/// Why new results cannot be merged with those of a folder. Paths are as messages show them.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "every field is in its variant's message")]
pub enum MergeError {
    /// The results of the folder, or the new ones, cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The folder or a file in it cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A run would add a second file of the platform.
    #[error(
        "{folder}: the results of {platform} are in a file of another name than {platform}.csv; rename it, or write \
         elsewhere"
    )]
    OtherFile { folder: String, platform: String },
    /// A run of a selection would mix results of different facts.
    #[error(
        "{folder}: the results of {platform} are {OTHER_FACTS}, and a run of a selection would mix them; run \
         everything, or write elsewhere"
    )]
    OtherFacts { folder: String, platform: String },
    /// A file that is to be replaced has columns that would be lost.
    #[error("{path}:1: has columns unknown to this version, which would lose them: {columns}; write elsewhere")]
    UnknownColumns { path: String, columns: String },
    /// An interrupted run would replace what only a complete one can replace.
    #[error("nothing is written, since the results of {platform} in {folder} {why}, and this run is not complete")]
    Incomplete { folder: String, platform: String, why: String },
    /// A platform was not measured, and has results.
    #[error("{folder}: has results of {platform} already, and they stay")]
    Present { folder: String, platform: String },
    /// A run of some cases would cost the accepted results of others.
    #[error(
        "{platform}: {missing} of its {accepted} accepted cases were not run, the first of them {first}; only a whole \
         run is adopted: run everything (with --slow what takes seconds, too), or the selection into the folder itself \
         (`brokenpipe run SELECTOR --out DIR`)"
    )]
    Partial { platform: String, missing: usize, accepted: usize, first: String },
    /// A file that would be replaced has another platform's results, or a platform is in another file than its own.
    #[error(
        "{path}: holds the results of {platform}; move them to {platform}.csv of {folder} before others are adopted"
    )]
    Misplaced { path: String, platform: String, folder: String },
    /// Measured results would replace what others say of the platform.
    #[error("{platform}: what {folder} has of it is {}, and was not measured", provenance.word())]
    Stated { folder: String, platform: String, provenance: Provenance },
    /// It was stopped before the first file was replaced.
    #[error("stopped; nothing is replaced")]
    Stopped,
}

impl MergeError {
    /// Whether the message ends in "write elsewhere", so that an option can follow that says how.
    pub fn advises_another_folder(&self) -> bool {
        matches!(self, Self::OtherFile { .. } | Self::OtherFacts { .. } | Self::UnknownColumns { .. })
    }
}

/// What a folder has of a platform before a run of it.
#[derive(Debug)]
pub struct Before {
    folder: PathBuf,
    rows: Vec<Row>,
    /// Whether the rows have other facts than the run.
    has_other_facts: bool,
    /// Why only a complete run can replace the rows, if that is so.
    why_complete: Option<String>,
    /// Whether the run is one of everything.
    is_everything: bool,
    /// What was ignored, such as columns of a newer version.
    pub notes: Vec<String>,
}

/// The results of a run together with those that stay.
#[derive(Debug)]
pub struct Merged {
    /// What is to be written.
    pub results: Results,
    /// How many cases keep their earlier results.
    pub kept: usize,
    /// How many cases lose their earlier results, because of other facts, and have no new ones.
    pub dropped: usize,
}

impl Before {
    /// Creates the folder if need be, and reads it. This comes before the run: a mistake in the folder must not cost
    /// what is measured.
    ///
    /// # Errors
    ///
    /// Why the results of such a run cannot be written there.
    pub fn read(
        folder: &Path,
        platform: &Platform,
        selection: &Selection,
        catalogue: &Catalogue,
    ) -> Result<Self, MergeError> {
        let name = &platform.platform;
        make_folder(folder, [&**name])?;
        let mut all = Results::read(&[folder.to_owned()])?;
        all.rows.retain(|row| row.platform == *name);
        let path = file_of(folder, name);
        if !all.rows.is_empty() && !path.exists() {
            return Err(MergeError::OtherFile { folder: shown(folder), platform: name.clone() });
        }
        let has_other_facts = !all.rows.is_empty() && all.platform(name) != Some(platform);
        let is_everything = selection.is_everything();
        if has_other_facts && !is_everything {
            return Err(MergeError::OtherFacts { folder: shown(folder), platform: name.clone() });
        }
        let run: HashSet<_> = selection.scenarios(catalogue).iter().map(|scenario| scenario.id.as_str()).collect();
        let is_replaced = has_other_facts || all.rows.iter().all(|row| run.contains(row.scenario.as_str()));
        if !(is_everything && is_replaced) {
            refuse_lost_columns(&path)?;
        }
        refuse_lost_facts(folder, |other| is_everything && other == name)?;
        let why_complete = match unknown_columns(&path)? {
            _ if has_other_facts => Some(format!("are {OTHER_FACTS}")),
            columns => columns.map(|_| "have columns unknown to this version".to_owned()),
        };
        let (folder, rows, notes) = (folder.to_owned(), all.rows, all.notes);
        Ok(Before { folder, rows, has_other_facts, why_complete, is_everything, notes })
    }

    /// Merges what was measured with what was there. `measured` has a result for each of `cases`.
    ///
    /// # Errors
    ///
    /// The run was interrupted, and only a complete one can replace what was there.
    pub fn merge(
        &self,
        platform: Platform,
        cases: &[Case<'_>],
        measured: &[CaseResult],
        catalogue: &Catalogue,
    ) -> Result<Merged, MergeError> {
        if let Some(why) = self.why_complete.clone().filter(|_| measured.contains(&CaseResult::NotRun)) {
            return Err(MergeError::Incomplete { folder: shown(&self.folder), platform: platform.platform, why });
        }
        let mut results = Results::default();
        results.add_run(platform, cases, measured);
        if self.has_other_facts {
            let run: HashSet<_> = results.rows.iter().map(Row::case).collect();
            let dropped = self.rows.chunk_by(Row::same_case).filter(|old| !run.contains(&old[0].case())).count();
            return Ok(Merged { results, kept: 0, dropped });
        }
        let run: HashSet<_> = cases.iter().map(|case| case.scenario.id.as_str()).collect();
        let is_gone = |scenario: &str| self.is_everything && run.contains(scenario);
        let rows = add_seen_before(&results.rows, &self.rows, catalogue);
        let kept;
        (results.rows, kept) = keep(&rows, &self.rows, is_gone, catalogue);
        Ok(Merged { results, kept, dropped: 0 })
    }
}

/// The cases of a run, and those of `before` for which it has nothing better, in the catalogue's order; and the number
/// of the latter. An earlier observation is better than a case that was not run. A case that the run does not have
/// stays unless its scenario `is_gone`.
fn keep(run: &[Row], before: &[Row], is_gone: impl Fn(&str) -> bool, catalogue: &Catalogue) -> (Vec<Row>, usize) {
    let is_run = |row: &Row| row.outcome != outcome::NOT_RUN;
    let by_position = |rows| (position(rows, catalogue), rows);
    let mut cases: BTreeMap<_, &[Row]> = run.chunk_by(Row::same_case).map(by_position).collect();
    let mut kept = 0;
    for (position, old) in before.chunk_by(Row::same_case).map(by_position) {
        let is_best = match cases.get(&position) {
            Some(new) => !new.iter().any(is_run) && old.iter().any(is_run),
            None => !is_gone(&old[0].scenario),
        };
        if is_best && has_steps_of(old, catalogue) {
            cases.insert(position, old);
            kept += 1;
        }
    }
    (cases.into_values().flatten().cloned().collect(), kept)
}

/// Where in the catalogue's order the rows of a case come; cases that it does not know come last.
fn position<'a>(rows: &'a [Row], catalogue: &Catalogue) -> (usize, &'a str, usize, [&'a str; 6]) {
    let row = &rows[0];
    let [_, _, words @ ..] = row.case();
    let axes = catalogue.find(&row.scenario).map_or(&[][..], |scenario| &scenario.axes);
    let is_own =
        |axes: &Axes| words == [axes.transport.word(), axes.sigpipe.word(), axes.call.word(), axes.option.word()];
    let of_case = axes.iter().position(is_own).unwrap_or(usize::MAX);
    (catalogue.position(&row.scenario).unwrap_or(usize::MAX), &row.scenario, of_case, row.case())
}

/// Whether the rows of a case have the steps that the catalogue has; a scenario that it does not know may have any.
fn has_steps_of(rows: &[Row], catalogue: &Catalogue) -> bool {
    let Some(scenario) = catalogue.find(&rows[0].scenario) else { return true };
    let old = rows.chunk_by(Row::same_step).map(|step| &step[0]);
    let old = old.map(|row| (row.step, format!("{} {}", row.actor, row.operation)));
    old.eq((1..).zip(&scenario.steps).map(|(number, step)| (number, step.to_string())))
}

/// Adds the outcomes that racing steps had `before`, on the same platform. A race can still end that way when the next
/// trials do not, and the rows stay the same from run to run.
fn add_seen_before(run: &[Row], before: &[Row], catalogue: &Catalogue) -> Vec<Row> {
    let steps = run.chunk_by(Row::same_step).map(|step| match is_race(step, catalogue) {
        true => with_seen_before(step, before),
        false => step.to_vec(),
    });
    steps.flatten().collect()
}

/// Whether these rows of a step belong to a scenario whose steps race, and all were observed.
pub(super) fn is_race(step: &[Row], catalogue: &Catalogue) -> bool {
    step.first().is_some_and(|row| catalogue.races(&row.scenario))
        && step.iter().all(|row| outcome::is_observed(&row.outcome))
}

/// The rows of a racing step, of which there is at least one, and the further outcomes that it has in `before`.
pub(super) fn with_seen_before(step: &[Row], before: &[Row]) -> Vec<Row> {
    let is_further = |row: &&Row| {
        row.same_step(&step[0])
            && outcome::is_observed(&row.outcome)
            && step.iter().all(|new| new.outcome != row.outcome)
    };
    let mut seen = step.to_vec();
    seen.extend(before.iter().filter(is_further).cloned());
    let trials = step[0].trials;
    seen.iter_mut().for_each(|row| (row.count, row.trials) = (None, trials));
    seen.sort_by(|a, b| a.outcome.cmp(&b.outcome));
    seen
}

/// Refuses to replace a file that has columns that would be lost.
fn refuse_lost_columns(path: &Path) -> Result<(), MergeError> {
    match unknown_columns(path)? {
        Some(columns) => Err(MergeError::UnknownColumns { path: shown(path), columns }),
        None => Ok(()),
    }
}

/// Does the same for a folder's table of platforms, unless all its rows are replaced.
pub(super) fn refuse_lost_facts(folder: &Path, is_replaced: impl Fn(&str) -> bool) -> Result<(), MergeError> {
    let table = folder.join(PLATFORMS);
    let facts = if table.is_file() { Results::read(slice::from_ref(&table))?.platforms } else { Vec::new() };
    if facts.iter().all(|facts| is_replaced(&facts.platform)) { Ok(()) } else { refuse_lost_columns(&table) }
}

/// Whether a platform that was not measured can be added to a folder, which may not exist yet. Returns notes on what
/// was ignored there.
///
/// # Errors
///
/// Why it cannot.
pub fn check_absent(folder: &Path, platform: &str) -> Result<Vec<String>, MergeError> {
    refuse_lost_facts(folder, |other| other == platform)?;
    let before = if folder.exists() { Results::read(&[folder.to_owned()])? } else { Results::default() };
    match before.rows.iter().any(|row| row.platform == platform) {
        true => Err(MergeError::Present { folder: shown(folder), platform: platform.to_owned() }),
        false => Ok(before.notes),
    }
}
