//! In which scenarios a system gives an error, by what is best known of each.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::{
    catalogue::{Axes, Call, CaseName, Catalogue, Sigpipe},
    matrix::Evidence,
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
    /// The number of the step of the case in the matrix.
    pub place: PlaceId,
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
        "EAGAIN" => Some("would-block"),
        "EINPROGRESS" => Some("in-progress"),
        "LOCAL-CLOSED" | "LOCAL-TIMEOUT" | "OTHER" => None,
        error => Some(error),
    }
}

/// A case of each scenario, in which a step may give an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Usual {
    /// The first plain case.
    Plain,
    /// The first case in which SIGPIPE kills.
    Killing,
}

impl Usual {
    fn of(error: &str) -> Self {
        if error == "SIGPIPE" { Usual::Killing } else { Usual::Plain }
    }

    fn includes(self, case: &CaseName) -> bool {
        match self {
            Usual::Killing => {
                let killing = Axes { sigpipe: Sigpipe::Default, call: Call::Write, ..Axes::USUAL };
                case.words()[1..] == killing.words()[1..]
            }
            Usual::Plain => case.is_plain(),
        }
    }
}

/// Whether an outcome shows an error, given by its canonical name.
pub fn shows(outcome: &str, error: &str) -> bool {
    outcome_of(error) == Some(without_signal(outcome))
}

/// For each scenario the step that gives an error on most systems, after their number.
type Chosen<'a> = IndexMap<&'a str, (usize, PlaceId)>;

/// Scenarios that have a step that gives an error, one step of each: those in `telling` first, the others in the
/// catalogue's order. Of a scenario's steps the one is chosen that gives it on most systems.
pub fn situations(evidence: &Evidence<'_>, catalogue: &Catalogue, error: &str, telling: &[String]) -> Vec<Situation> {
    situations_of_each(evidence, catalogue, &[(error, telling)]).pop().unwrap_or_default()
}

/// The [`situations`] of several errors, each with its telling scenarios, from one pass over the results.
pub fn situations_of_each(
    evidence: &Evidence<'_>,
    catalogue: &Catalogue,
    errors: &[(&str, &[String])],
) -> Vec<Vec<Situation>> {
    let matrix = evidence.matrix();
    let outcomes = errors.iter().enumerate().filter_map(|(at, (error, _))| Some((outcome_of(error)?, at)));
    let outcomes: HashMap<&str, usize> = outcomes.collect();
    let mut found: Vec<Chosen<'_>> = errors.iter().map(|_| IndexMap::new()).collect();
    for usual in [Usual::Plain, Usual::Killing] {
        if !errors.iter().any(|(error, _)| Usual::of(error) == usual) {
            continue;
        }
        let mut cases: HashMap<&str, &CaseName> = HashMap::new();
        for place in matrix.places() {
            let (at, case) = (matrix.place(place), matrix.case(place));
            if !usual.includes(case) || *cases.entry(&at.scenario).or_insert(case) != case {
                continue;
            }
            for (error, count) in counts(evidence, place, &outcomes) {
                let most = found[error].get(&*at.scenario).map_or(0, |(most, _)| *most);
                if count > most && Usual::of(errors[error].0) == usual {
                    found[error].insert(&at.scenario, (count, place));
                }
            }
        }
    }
    let of_error = |(mut found, (error, telling)): (Chosen<'_>, &(&str, &[String]))| {
        let rank = |scenario: &str| {
            let named = telling.iter().position(|id| id == scenario).unwrap_or(telling.len());
            (named, catalogue.position(scenario).unwrap_or(usize::MAX))
        };
        found.sort_by(|one, _, other, _| rank(one).cmp(&rank(other)));
        let outcome = outcome_of(error).unwrap_or_default();
        found.values().map(|(_, place)| situation(evidence, catalogue, *place, outcome)).collect()
    };
    found.into_iter().zip(errors).map(of_error).collect()
}

/// The errors that a step gives, by their numbers in `outcomes`, each with the number of systems that give it.
fn counts(evidence: &Evidence<'_>, place: PlaceId, outcomes: &HashMap<&str, usize>) -> IndexMap<usize, usize> {
    let mut counts = IndexMap::new();
    for best in evidence.systems().iter().filter_map(|system| evidence.best(system, place)) {
        let mut errors: Vec<_> =
            best.cell.outcomes.iter().filter_map(|seen| outcomes.get(without_signal(&seen.outcome))).collect();
        errors.sort_unstable();
        errors.dedup();
        errors.into_iter().for_each(|error| *counts.entry(*error).or_insert(0) += 1);
    }
    counts
}

/// An outcome without the signal that may be behind it.
fn without_signal(seen: &str) -> &str {
    seen.split_once('+').map_or(seen, |(outcome, _)| outcome)
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
            is_it: best.cell.outcomes.iter().any(|seen| without_signal(&seen.outcome) == outcome),
        })
    });
    Situation {
        scenario: at.scenario.to_string(),
        title: catalogue.find(&at.scenario).map(|scenario| scenario.title.clone()).unwrap_or_default(),
        step: at.step,
        operation: format!("{} {}", at.actor, at.operation),
        case: evidence.matrix().case(place).to_string(),
        place,
        systems: given.collect(),
    }
}
