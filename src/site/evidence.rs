//! Where a cell comes from: what each platform of a system gave.

use indexmap::IndexMap;

use super::address;
use crate::{
    matrix::{Cell, Column, Matrix, Seen, System},
    platform::Provenance,
    results::PlaceId,
    untrusted::printable,
};

/// Platforms of a system that gave exactly the same; `evidence.html` writes it.
#[derive(Debug)]
pub(super) struct Source {
    /// Their names and addresses.
    pub(super) platforms: Vec<(String, String)>,
    /// Where their cells come from, in words.
    pub(super) provenance: &'static str,
    pub(super) is_measured: bool,
    pub(super) outcomes: Vec<Detail>,
    /// What has to be said of all outcomes.
    pub(super) about: String,
}

/// An outcome in full.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) outcome: String,
    /// In how many trials it came; empty if that was not counted.
    pub(super) trials: String,
    /// The system's code and name of the error; may be empty.
    pub(super) native: String,
    /// Rust's kind of the error; may be empty.
    pub(super) kind: String,
    pub(super) note: String,
}

/// What the platforms of a system gave in a step, the best evidence first, those together that gave exactly the same.
pub(super) fn sources(matrix: &Matrix, system: &System<'_>, place: PlaceId) -> Vec<Source> {
    let mut sources: IndexMap<(Provenance, &Cell), Vec<&Column>> = IndexMap::new();
    for &platform in &system.platforms {
        if let Some(cell) = matrix.cell(platform, place) {
            sources.entry((platform.provenance, cell)).or_default().push(platform);
        }
    }
    let source = |((provenance, cell), platforms): ((Provenance, &Cell), Vec<&Column>)| Source {
        platforms: platforms.iter().map(|platform| (platform.name.clone(), address::platform(platform))).collect(),
        provenance: provenance.word(),
        is_measured: provenance == Provenance::Measured,
        outcomes: cell.outcomes.iter().map(|seen| detail(cell, seen)).collect(),
        about: about(cell),
    };
    sources.into_iter().map(source).collect()
}

fn detail(cell: &Cell, seen: &Seen) -> Detail {
    let trials = match (seen.count, cell.trials) {
        _ if !cell.is_observed() => String::new(),
        (Some(count), Some(trials)) => format!("{count} of {trials} trials"),
        _ => String::new(),
    };
    let code = seen.native.code.map(|code| code.to_string()).unwrap_or_default();
    Detail {
        outcome: printable(&seen.outcome),
        trials,
        native: printable(format!("{code} {}", seen.native.name).trim()),
        kind: printable(&seen.native.kind),
        note: printable(&seen.note),
    }
}

/// What has to be said of all outcomes of a cell; may be empty.
fn about(cell: &Cell) -> String {
    match cell.trials {
        Some(trials) if cell.is_race() => {
            format!("{trials} trials of steps that race: how often each outcome came is not counted")
        }
        _ if cell.is_unsteady() && !cell.is_counted() => "sources disagree".to_owned(),
        _ => String::new(),
    }
}
