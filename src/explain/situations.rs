//! In which scenarios a system gives an error, by what is best known of each.

use indexmap::IndexMap;

use crate::{
    catalogue::{CaseName, Catalogue},
    matrix::{Evidence, System},
    results::PlaceId,
};

/// A step of a scenario that gives an error on some system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// The scenario's id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The step's number, from 1.
    pub step: u32,
    /// What is done there, with who does it.
    pub operation: String,
    /// The case.
    pub case: String,
    /// What every system gives there that has the step.
    pub systems: Vec<Given>,
}

/// What a system gives in a situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The system's name in data.
    pub system: String,
    /// The name that people know.
    pub title: String,
    /// The outcome as tables have it.
    pub outcome: String,
    /// Whether this program measured it.
    pub is_measured: bool,
    /// Whether it is the error that was asked for.
    pub is_it: bool,
}

/// The outcome of a step that shows an error; `None` for one that no system call gives.
fn outcome_of(error: &str) -> Option<&str> {
    match error {
        "SIGPIPE" => Some("killed SIGPIPE"),
        "EOF" => Some("eof"),
        "LOCAL-CLOSED" | "LOCAL-TIMEOUT" | "OTHER" => None,
        error => Some(error),
    }
}

/// Whether an outcome shows an error, given by its canonical name.
pub fn shows(outcome: &str, error: &str) -> bool {
    outcome_of(error).is_some_and(|of_error| is_outcome(outcome, of_error))
}

/// Scenarios that have a step that gives an error, one step of each: those in `telling` first, the others in the
/// catalogue's order. Of a scenario's steps the one is chosen that gives it on most systems.
pub fn situations(evidence: &Evidence<'_>, catalogue: &Catalogue, error: &str, telling: &[String]) -> Vec<Situation> {
    let Some(outcome) = outcome_of(error) else { return Vec::new() };
    let matrix = evidence.matrix();
    // The first case of each scenario that is plain, or in which SIGPIPE may kill.
    let mut cases: IndexMap<&str, &CaseName> = IndexMap::new();
    let mut found: IndexMap<&str, (usize, PlaceId)> = IndexMap::new();
    for place in matrix.places() {
        let (at, case) = (matrix.place(place), matrix.case(place));
        let is_usual = match error {
            "SIGPIPE" => &*case.sigpipe == "default" && &*case.option == "none" && &*case.call == "write",
            _ => case.is_plain(),
        };
        if !is_usual || *cases.entry(&at.scenario).or_insert(case) != case {
            continue;
        }
        let count = evidence.systems().iter().filter(|system| gives(evidence, system, place, outcome)).count();
        if count > found.get(&*at.scenario).map_or(0, |(most, _)| *most) {
            found.insert(&at.scenario, (count, place));
        }
    }
    let rank = |scenario: &str| {
        let named = telling.iter().position(|id| id == scenario).unwrap_or(telling.len());
        (named, catalogue.position(scenario).unwrap_or(usize::MAX))
    };
    found.sort_by(|one, _, other, _| rank(one).cmp(&rank(other)));
    found.values().map(|(_, place)| situation(evidence, catalogue, *place, outcome)).collect()
}

fn gives(evidence: &Evidence<'_>, system: &System<'_>, place: PlaceId, outcome: &str) -> bool {
    let best = evidence.best(system, place);
    best.is_some_and(|best| best.cell.outcomes.iter().any(|seen| is_outcome(&seen.outcome, outcome)))
}

/// Whether an outcome is this one, perhaps with a signal behind it.
fn is_outcome(seen: &str, outcome: &str) -> bool {
    seen == outcome || seen.strip_prefix(outcome).is_some_and(|rest| rest.starts_with('+'))
}

fn situation(evidence: &Evidence<'_>, catalogue: &Catalogue, place: PlaceId, outcome: &str) -> Situation {
    let at = evidence.matrix().place(place);
    let given = evidence.systems().iter().filter_map(|system| {
        let best = evidence.best(system, place).filter(|best| best.cell.is_observed())?;
        Some(Given {
            system: system.name.to_owned(),
            title: system.title().to_owned(),
            outcome: best.cell.to_string(),
            is_measured: best.platform.is_measured(),
            is_it: best.cell.outcomes.iter().any(|seen| is_outcome(&seen.outcome, outcome)),
        })
    });
    Situation {
        scenario: at.scenario.to_string(),
        title: catalogue.find(&at.scenario).map(|scenario| scenario.title.clone()).unwrap_or_default(),
        step: at.step,
        operation: format!("{} {}", at.actor, at.operation),
        case: evidence.matrix().case(place).to_string(),
        systems: given.collect(),
    }
}
