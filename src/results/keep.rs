//! Which earlier rows of a platform stay when some of its cases were measured anew.

use std::collections::HashSet;

use super::{Results, Row};
use crate::{
    catalogue::{Axes, Catalogue},
    outcome,
};

impl Results {
    /// Adds to the steps that race the outcomes that were seen there `before`, on the same platform. That a race can end
    /// so does not become untrue when the next trials end otherwise, and the rows stay the same from run to run.
    pub fn add_races_of(&mut self, before: &Results, catalogue: &Catalogue) {
        let mut rows = Vec::new();
        for step in std::mem::take(&mut self.rows).chunk_by(Row::same_step) {
            match is_race(step, catalogue) {
                true => rows.append(&mut with_seen_before(step, &before.rows)),
                false => rows.extend_from_slice(step),
            }
        }
        self.rows = rows;
    }

    /// Takes over the cases of `before` that this run has nothing better for, and returns how many.
    ///
    /// Where the run was cut short, earlier observations replace `not-run`. Where it was a run of a selection
    /// (`everything` is false), the cases that were not asked for stay as they were. A case whose scenario has other
    /// steps by now is let go: its rows would stand under the wrong steps.
    pub fn keep(&mut self, before: &Results, catalogue: &Catalogue, everything: bool) -> usize {
        let mut kept = 0;
        for old in before.rows.chunk_by(|a, b| a.same_case(b)) {
            let [first, ..] = old else { continue };
            let is_new = |row: &Row| row.same_case(first);
            let run = self.rows.iter().any(is_new);
            let unmeasured = self.rows.iter().filter(|row| is_new(row)).all(|row| row.outcome == outcome::NOT_RUN);
            // What was not run before either is no better.
            let measured_before = old.iter().any(|row| row.outcome != outcome::NOT_RUN);
            let wanted = if run { unmeasured && measured_before } else { !everything };
            if wanted && has_steps_of(old, catalogue) {
                self.rows.retain(|row| !row.same_case(first));
                self.rows.extend_from_slice(old);
                kept += 1;
            }
        }
        self.rows.sort_by_cached_key(|row| {
            let position = catalogue.position(&row.scenario).unwrap_or(usize::MAX);
            (position, row.scenario.clone(), place(row, catalogue), case_words(row), row.step)
        });
        kept
    }

    /// How many cases of these rows another set has nothing of.
    pub fn cases_not_in(&self, other: &Results) -> usize {
        let is_missing = |case: &&[Row]| !other.rows.iter().any(|row| row.same_case(&case[0]));
        self.rows.chunk_by(Row::same_case).filter(is_missing).count()
    }
}

/// Whether the steps of these rows' scenario race with each other, and something came of it.
pub(super) fn is_race(step: &[Row], catalogue: &Catalogue) -> bool {
    step.first().is_some_and(|row| catalogue.races(&row.scenario))
        && step.iter().all(|row| outcome::is_observed(&row.outcome))
}

/// The rows of a step that races, and the further outcomes that it has in `before`.
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

/// Where among its scenario's cases a row's case stands.
fn place(row: &Row, catalogue: &Catalogue) -> usize {
    let axes = catalogue.find(&row.scenario).map_or(&[][..], |scenario| &scenario.axes);
    let words = case_words(row);
    let of = |axes: &Axes| [axes.transport.word(), axes.sigpipe.word(), axes.call.word(), axes.option.word()];
    axes.iter().position(|axes| of(axes) == words.each_ref().map(String::as_str)).unwrap_or(usize::MAX)
}

fn case_words(row: &Row) -> [String; 4] {
    [&row.transport, &row.sigpipe, &row.call, &row.option].map(String::clone)
}

/// Whether rows of a case have the steps that the catalogue has; a scenario it does not know may have any.
fn has_steps_of(rows: &[Row], catalogue: &Catalogue) -> bool {
    let Some(scenario) = catalogue.find(&rows[0].scenario) else { return true };
    let old: HashSet<_> = rows.iter().map(|row| (row.step, format!("{} {}", row.actor, row.operation))).collect();
    let new: HashSet<_> = (1..).zip(&scenario.steps).map(|(number, step)| (number, step.to_string())).collect();
    old == new
}
