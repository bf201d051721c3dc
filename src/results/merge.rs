//! Which earlier results of a folder stay when new ones come. Every command that writes results asks here:
//!
//! - Results with other facts (another kernel, compiler or version of brokenpipe) cannot be mixed with new ones: a
//!   run of everything replaces them, unless it lacks a case that was run before; any other is refused.
//! - A run replaces the cases that it measured. Other cases stay, except those that a run of everything would have
//!   measured if they still existed, and those whose scenario has other steps now.
//! - A racing step keeps the outcomes that were seen before.
//! - A run of everything that replaces all that it measures replaces the platform's note, by none if it has none; any
//!   other keeps the note that is there unless it has one.
//! - Columns that this version does not know are lost only with a platform that is replaced completely.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use super::{
    PLATFORMS, Results, Row,
    error::{ReadError, WriteError},
    lock::{FolderLock, check_writable},
    read::{facts_in, read_steps, unknown_columns},
    tables::Tables,
    write::{file_of, refuse_folders},
};
use crate::{
    catalogue::{AXES, Axes, Case, Catalogue, Selection},
    driver::CaseResult,
    outcome,
    platform::Platform,
    untrusted::shown,
};

/// Facts that results must have in common.
pub const OTHER_FACTS: &str = "of another kernel, compiler or version of brokenpipe";

/// Why new results cannot be merged with those of a folder.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The results of the folder, or the new ones, cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The folder or a file in it cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder has results that would be lost, or that cannot be mixed with new ones.
    #[error("{0}")]
    Refused(String),
    /// As [`Refused`](Self::Refused), where another folder would do. The message ends in "write elsewhere", so that an
    /// option for it can follow.
    #[error("{0}")]
    Elsewhere(String),
    /// Results that only a complete run can replace have observations of cases that this run did not complete.
    #[error("nothing is written, since the results of {0}, and this run is not complete")]
    Incomplete(String),
    /// It was stopped before the first file was replaced.
    #[error("stopped; nothing is replaced")]
    Stopped,
}

/// What a folder has of a platform before a run of it.
#[derive(Debug)]
pub struct Before {
    rows: Vec<Row>,
    /// Whether the rows have other facts than the run.
    has_other_facts: bool,
    /// What was noted of the platform, if its facts are those of the run; else empty.
    note: String,
    /// Set if only a complete run can replace the rows: whose they are and where, and why.
    needs_complete: Option<String>,
    /// Whether everything is run.
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
    /// Reads the folder, which may not exist yet. To be called before the run, so that a mistake in the folder does not
    /// cost what is measured; [`merge_into`](Before::merge_into) reads it once more.
    ///
    /// # Errors
    ///
    /// The reason why the results of such a run cannot be written there.
    pub fn read(
        folder: &Path,
        platform: &Platform,
        selection: &Selection,
        catalogue: &Catalogue,
    ) -> Result<Self, MergeError> {
        check_writable(folder)?;
        let lock = FolderLock::of_existing(folder)?;
        let mut before = Self::read_now(folder, platform, selection, catalogue)?;
        before.notes.extend(lock.map(|lock| lock.notes.clone()).unwrap_or_default());
        Ok(before)
    }

    fn read_now(
        folder: &Path,
        platform: &Platform,
        selection: &Selection,
        catalogue: &Catalogue,
    ) -> Result<Self, MergeError> {
        let name = &platform.platform;
        let shown_folder = shown(folder);
        refuse_folders(folder, [&**name])?;
        let path = file_of(folder, name);
        let mut rows = Vec::new();
        let files = folder.exists().then(|| folder.to_owned());
        let read = read_steps(files.as_slice(), &mut Tables::default(), |tables, _, step| {
            if **step.platform == **name {
                rows.extend(step.rows(tables));
            }
        })?;
        if !rows.is_empty() && !path.exists() {
            return Err(MergeError::Elsewhere(format!(
                "{shown_folder}: the results of {name} are in a file of another name than {name}.csv; rename it, or \
                 write elsewhere"
            )));
        }
        let known = read.platforms.into_iter().find(|known| known.same_facts(platform));
        let has_other_facts = !rows.is_empty() && known.is_none();
        let is_everything = selection.is_everything();
        if has_other_facts && !is_everything {
            return Err(MergeError::Elsewhere(format!(
                "{shown_folder}: the results of {name} are {OTHER_FACTS}, and a run of a selection would mix them; \
                 write elsewhere"
            )));
        }
        let run: HashSet<_> = selection.scenarios(catalogue).iter().map(|scenario| scenario.id.as_str()).collect();
        let is_replaced = has_other_facts || rows.iter().all(|row| run.contains(row.scenario.as_str()));
        if !(is_everything && is_replaced) {
            refuse_lost_columns(&path)?;
        }
        refuse_lost_facts(folder, |other| is_everything && other == name)?;
        let why_complete = match unknown_columns(&path)? {
            _ if has_other_facts => Some(format!("are {OTHER_FACTS}")),
            columns => columns.map(|_| "have columns unknown to this version".to_owned()),
        };
        let needs_complete = why_complete.map(|why| format!("{name} in {shown_folder} {why}"));
        let note = known.map(|known| known.note).unwrap_or_default();
        Ok(Before { rows, has_other_facts, note, needs_complete, is_everything, notes: read.notes })
    }

    /// Merges what was measured with what the folder has by now, and writes it there, while no other run does.
    /// `measured` has a result for each of `cases`, which `selection` selects; `note` is what the run says of the
    /// platform, which may be empty. Returns the path of the platform's file, too.
    ///
    /// # Errors
    ///
    /// As [`read`](Before::read) and [`merge`](Before::merge), and what cannot be written.
    pub fn merge_into(
        folder: &Path,
        platform: Platform,
        note: Option<&str>,
        selection: &Selection,
        (cases, measured): (&[Case<'_>], &[CaseResult]),
        catalogue: &Catalogue,
    ) -> Result<(Merged, PathBuf), MergeError> {
        let name = platform.platform.clone();
        let lock = FolderLock::take(folder)?;
        let before = Self::read_now(folder, &platform, selection, catalogue)?;
        let merged = before.merge(platform, note, cases, measured, catalogue)?;
        let path = merged.results.write_into(&lock, &name)?;
        Ok((merged, path))
    }

    /// Merges what was measured with what was there. `measured` has a result for each of `cases`. `note` is what the run
    /// says of the platform, which may be empty; `None` keeps the note that was there, unless everything was run.
    ///
    /// # Errors
    ///
    /// Only a complete run can replace what was there, and this one did not run a case that was run before.
    pub fn merge(
        &self,
        platform: Platform,
        note: Option<&str>,
        cases: &[Case<'_>],
        measured: &[CaseResult],
        catalogue: &Catalogue,
    ) -> Result<Merged, MergeError> {
        let mut results = Results::default();
        let system = platform.system().to_owned();
        results.add_run(platform, cases, measured);
        let has_better = self.has_better(&results.rows);
        let earlier = if self.is_everything && !has_better { "" } else { &self.note };
        results.platforms.iter_mut().for_each(|facts| facts.note = note.unwrap_or(earlier).to_owned());
        if let Some(whose) = &self.needs_complete
            && has_better
        {
            return Err(MergeError::Incomplete(whose.clone()));
        }
        if self.has_other_facts {
            let run: HashSet<_> = results.rows.iter().map(Row::case).collect();
            let dropped = self.rows.chunk_by(Row::same_case).filter(|old| !run.contains(&old[0].case())).count();
            return Ok(Merged { results, kept: 0, dropped });
        }
        let run: HashSet<_> = cases.iter().map(|case| case.scenario.id.as_str()).collect();
        let is_gone = |scenario: &str| self.is_everything && run.contains(scenario);
        let steps = results.rows.chunk_by(Row::same_step);
        let races = |step: &[Row]| catalogue.races(&step[0].scenario, &system);
        let rows = steps.flat_map(|step| with_seen_before(step.to_vec(), &self.rows, races(step)));
        let rows: Vec<_> = rows.collect();
        let (rows, kept) = keep(&rows, &self.rows, is_gone, catalogue);
        Ok(Merged { results: Results { rows, ..results }, kept, dropped: 0 })
    }

    /// Whether a case was run before and not now.
    fn has_better(&self, run: &[Row]) -> bool {
        let was_run: HashSet<_> =
            self.rows.chunk_by(Row::same_case).filter(|old| is_run(old)).map(|old| old[0].case()).collect();
        run.chunk_by(Row::same_case).any(|new| !is_run(new) && was_run.contains(&new[0].case()))
    }
}

/// Whether a case, given by its rows, was run.
fn is_run(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.outcome != outcome::NOT_RUN)
}

/// The cases of a run, and those of `before` for which it has nothing better, in the catalogue's order; and the number
/// of the latter. An earlier observation is better than a case that was not run. A case that the run does not have
/// stays unless its scenario `is_gone`.
fn keep(run: &[Row], before: &[Row], is_gone: impl Fn(&str) -> bool, catalogue: &Catalogue) -> (Vec<Row>, usize) {
    let by_position = |rows| (position(rows, catalogue), rows);
    let mut cases: BTreeMap<_, &[Row]> = run.chunk_by(Row::same_case).map(by_position).collect();
    let mut kept = 0;
    for (position, old) in before.chunk_by(Row::same_case).map(by_position) {
        let is_best = match cases.get(&position) {
            Some(new) => !is_run(new) && is_run(old),
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
fn position<'a>(rows: &'a [Row], catalogue: &Catalogue) -> (usize, usize, [&'a str; 2 + AXES]) {
    let case = rows[0].case();
    let [_, scenario, words @ ..] = case;
    let axes = catalogue.find(scenario).map_or(&[][..], |scenario| &scenario.axes);
    let is_own = |axes: &Axes| words == axes.words();
    let of_case = axes.iter().position(is_own).unwrap_or(usize::MAX);
    (catalogue.position(scenario).unwrap_or(usize::MAX), of_case, case)
}

/// Whether the rows of a case have the steps that the catalogue has; a scenario that it does not know may have any.
fn has_steps_of(rows: &[Row], catalogue: &Catalogue) -> bool {
    let Some(scenario) = catalogue.find(&rows[0].scenario) else { return true };
    let first = |step: &[Row]| (step[0].step, format!("{} {}", step[0].actor, step[0].operation));
    rows.chunk_by(Row::same_step)
        .map(first)
        .eq((1..).zip(&scenario.steps).map(|(number, step)| (number, step.to_string())))
}

/// The rows of a step, of which there is at least one. If it races and was observed, the outcomes that it has only in
/// `before`, on the same platform, are added: a race can still end that way when the next trials do not, and the rows
/// stay the same from run to run. How often each came is left out, since that differs from run to run.
pub(super) fn with_seen_before(mut step: Vec<Row>, before: &[Row], races: bool) -> Vec<Row> {
    let is_observed = |row: &Row| outcome::is_observed(&row.outcome);
    if !races || !step.iter().all(is_observed) {
        return step;
    }
    let is_further =
        |row: &&Row| row.same_step(&step[0]) && is_observed(row) && step.iter().all(|new| new.outcome != row.outcome);
    let further: Vec<_> = before.iter().filter(is_further).cloned().collect();
    step.extend(further);
    let trials = step[0].trials;
    step.iter_mut().for_each(|row| (row.count, row.trials) = (None, trials));
    step.sort_by(|a, b| a.outcome.cmp(&b.outcome));
    step
}

/// Refuses to replace a file that has columns that would be lost.
fn refuse_lost_columns(path: &Path) -> Result<(), MergeError> {
    unknown_columns(path)?.map_or(Ok(()), |columns| {
        Err(MergeError::Elsewhere(format!(
            "{}:1: has columns unknown to this version, which would lose them: {columns}; write elsewhere",
            shown(path)
        )))
    })
}

/// Does the same for a folder's table of platforms, unless all its rows are replaced.
pub(super) fn refuse_lost_facts(folder: &Path, is_replaced: impl Fn(&str) -> bool) -> Result<(), MergeError> {
    match facts_in(folder)?.keys().all(|platform| is_replaced(platform)) {
        true => Ok(()),
        false => refuse_lost_columns(&folder.join(PLATFORMS)),
    }
}

/// Whether a platform that was not measured can be added to a folder, which may not exist yet. Returns notes on what
/// was ignored there.
///
/// # Errors
///
/// The reason why it cannot be added.
pub fn check_absent(folder: &Path, platform: &str) -> Result<Vec<String>, MergeError> {
    refuse_lost_facts(folder, |other| other == platform)?;
    let before = folder.exists().then(|| folder.to_owned());
    let mut is_present = false;
    let read = read_steps(before.as_slice(), &mut Tables::default(), |_, _, step| {
        is_present |= **step.platform == *platform;
    })?;
    if is_present {
        let problem = format!("{}: already has results of {platform}; they are kept", shown(folder));
        return Err(MergeError::Refused(problem));
    }
    Ok(read.notes)
}
