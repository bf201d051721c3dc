//! What the steps of a scenario gave: a table of its plain case, and what its other cases give instead.

use std::collections::BTreeSet;

use super::{
    Site, address,
    cell::{Shown, marked},
    evidence::{Source, sources},
};
use crate::{
    catalogue::{Scenario, name_all},
    explain::{self, Errors},
    matrix::{Best, Change, Difference, Outline, OutlineStep, Variation},
    untrusted::printable,
};

/// The steps of the plain case by system. Without results it has no systems.
#[derive(Debug)]
pub(super) struct Outcomes {
    pub(super) case: String,
    /// The name in data and the one that people know.
    pub(super) systems: Vec<(String, String)>,
    pub(super) steps: Vec<StepRow>,
}

#[derive(Debug)]
pub(super) struct StepRow {
    pub(super) number: u32,
    /// Whether the scenario has this step; otherwise it is of results of another version of the scenario.
    pub(super) is_known: bool,
    pub(super) actor: String,
    pub(super) operation: String,
    /// Whether this is the step in which outcomes differ most.
    pub(super) is_telling: bool,
    /// What is known, one for each system.
    pub(super) cells: Vec<Option<Known>>,
}

/// What is best known of a step on a system, and all that it is known from.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) shown: Shown,
    pub(super) sources: Vec<Source>,
}

impl Outcomes {
    /// The steps of a scenario, then those that only results have.
    pub(super) fn of(site: &Site<'_>, scenario: &Scenario, outline: Option<&Outline<'_>>) -> Self {
        let systems = outline.map_or(&[][..], |outline| &outline.systems);
        let mut left: Vec<&OutlineStep<'_>> = outline.iter().flat_map(|outline| &outline.steps).collect();
        let telling = outline.and_then(Outline::most_telling).filter(|step| step.outcomes().len() > 1);
        let row = |number, actor: &str, operation: &str, is_known, step: Option<&OutlineStep<'_>>| StepRow {
            number,
            is_known,
            actor: printable(actor),
            operation: printable(operation),
            is_telling: step.zip(telling).is_some_and(|(step, telling)| step.id == telling.id),
            cells: match step {
                None => systems.iter().map(|_| None).collect(),
                Some(step) => (systems.iter().zip(&step.best))
                    .map(|(system, best)| {
                        let shown = Shown::of_best(best.as_ref()?);
                        Some(Known { shown, sources: sources(site.contents.matrix, system, step.id) })
                    })
                    .collect(),
            },
        };
        let mut steps = Vec::new();
        for (number, step) in (1..).zip(&scenario.steps) {
            let (actor, operation) = (step.actor.word(), step.operation.to_string());
            let is_it = |known: &&OutlineStep<'_>| {
                let place = known.place;
                place.step == number && *place.actor == *actor && *place.operation == *operation
            };
            let known = left.iter().position(is_it).map(|at| left.remove(at));
            steps.push(row(number, actor, &operation, true, known));
        }
        steps.extend(left.into_iter().map(|step| {
            let place = step.place;
            row(place.step, &place.actor, &place.operation, false, Some(step))
        }));
        Outcomes {
            case: outline.map_or_else(String::new, |outline| printable(&outline.case.to_string())),
            systems: systems.iter().map(|system| (system.name.to_owned(), printable(system.title()))).collect(),
            steps,
        }
    }

    /// Whether a cell of the table is of a platform that was not measured.
    pub(super) fn is_any_stated(&self) -> bool {
        self.shown().any(|shown| shown.is_stated)
    }

    /// Whether a cell of the table is marked, since other versions gave another outcome.
    pub(super) fn has_versions(&self) -> bool {
        self.shown().any(|shown| shown.has_versions)
    }

    fn shown(&self) -> impl Iterator<Item = &Shown> {
        self.steps.iter().flat_map(|step| step.cells.iter().flatten().map(|known| &known.shown))
    }
}

/// Cases that differ in the same way from the plain one.
#[derive(Debug)]
pub(super) struct Further {
    pub(super) cases: Vec<String>,
    pub(super) changes: Vec<Changed>,
    /// The systems that gave the same as in the plain case.
    pub(super) same: String,
}

/// Steps that gave the same.
#[derive(Debug)]
pub(super) struct Changed {
    /// Numbers of steps that do the same, with what they do.
    pub(super) steps: Vec<(Vec<u32>, String)>,
    /// What they gave.
    pub(super) gave: Vec<Given>,
}

/// What several systems gave in a step of other cases.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) shown: Shown,
    /// The systems, with their marks.
    pub(super) on: String,
    /// The step whose evidence is shown, of the first of the cases.
    pub(super) step: u32,
    /// What it is known from, by system.
    pub(super) evidence: Vec<(String, Vec<Source>)>,
}

/// The cases beside the plain one.
pub(super) fn further(site: &Site<'_>, outline: &Outline<'_>) -> Vec<Further> {
    let name = |system: usize| printable(outline.systems[system].title());
    let with_marks = |it: &&Difference<'_>| {
        let versions = if it.best.others.is_empty() { "" } else { "*" };
        marked(&name(it.system), it.best.platform.is_measured()) + versions
    };
    let changed = |change: &Change<'_, '_>| {
        let mut steps: Vec<(Vec<u32>, String)> = Vec::new();
        for place in &change.steps {
            let what = printable(&format!("{} {}", place.actor, place.operation));
            match steps.iter_mut().find(|(_, known)| *known == what) {
                Some((numbers, _)) => numbers.push(place.step),
                None => steps.push((vec![place.step], what)),
            }
        }
        let evidence =
            |it: &&Difference<'_>| (name(it.system), sources(site.contents.matrix, &outline.systems[it.system], it.id));
        let gave = change.gave.iter().filter_map(|differences| {
            let first = differences.first()?;
            Some(Given {
                shown: Shown::of(first.best.cell, true),
                on: differences.iter().map(with_marks).collect::<Vec<_>>().join(", "),
                step: first.place.step,
                evidence: differences.iter().map(evidence).collect(),
            })
        });
        Changed { steps, gave: gave.collect() }
    };
    let same = |(system, is_measured)| marked(&name(system), is_measured);
    let further = |variation: &Variation<'_>| Further {
        cases: name_all(variation.cases.iter().copied()).iter().map(|name| printable(name)).collect(),
        changes: variation.changes().iter().map(changed).collect(),
        same: variation.same().into_iter().map(same).collect::<Vec<_>>().join(", "),
    };
    outline.variations.iter().map(further).collect()
}

/// The errors that some system gives in some case, with their addresses.
pub(super) fn errors(outline: &Outline<'_>) -> Vec<(&'static str, String)> {
    let plain = outline.steps.iter().flat_map(|step| step.best.iter().flatten());
    let other = outline.variations.iter().flat_map(|it| it.differences.iter().map(|it| &it.best));
    let outcomes: BTreeSet<&str> =
        plain.chain(other).flat_map(|best: &Best<'_>| best.cell.outcomes.iter().map(|seen| &*seen.outcome)).collect();
    let errors = Errors::builtin().errors.iter().map(|error| error.name.as_str());
    let occurs = |error: &&str| outcomes.iter().any(|outcome| explain::shows(outcome, error));
    errors.filter(occurs).map(|error| (error, address::error(error))).collect()
}
