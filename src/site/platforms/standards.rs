//! How many of a standard's requirements each system keeps.

use crate::{
    matrix::{Column, Departures, title},
    site::Site,
};

/// A system beside a standard.
pub(super) struct Held {
    pub(super) system: String,
    pub(super) requirements: usize,
    pub(super) departures: usize,
    /// Of how many requirements nothing is known on the system.
    pub(super) unknown: usize,
    /// The page on which the two are compared.
    pub(super) comparison: Option<String>,
}

/// The systems beside a standard; none if the column is no standard.
pub(super) fn held_against(site: &Site<'_>, standard: &Column, departures: &[Departures<'_>]) -> Vec<Held> {
    let is_of = |each: &&Departures<'_>| standard.is_standard() && each.standard().name == standard.name;
    departures.iter().filter(is_of).map(|each| held(site, standard, each)).collect()
}

fn held(site: &Site<'_>, standard: &Column, departures: &Departures<'_>) -> Held {
    let requirements = departures.requirements();
    let system = &departures.system().name;
    let word = format!("{}/{}", standard.provenance, standard.name);
    let side = site.contents.matrix.side(&word).ok();
    Held {
        system: crate::untrusted::printable(title(system)),
        requirements: requirements.len(),
        departures: requirements.iter().filter(|each| each.is_departure).count(),
        unknown: departures.unknown(),
        comparison: side.and_then(|side| site.groups.find(system, &side.name)),
    }
}
