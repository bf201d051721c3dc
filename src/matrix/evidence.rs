//! What is best known of each system: measured before reported before documented, the newest version first.

use std::cmp::Ordering;

use alphanumeric_sort::compare_str;
use glob::Pattern;
use indexmap::IndexMap;

use super::{Cell, Column, Compare, Matrix, NoSuchPlatform, Relation, cell::NO_CELL, relation};
use crate::{
    catalogue::CaseName,
    platform::Platform,
    results::{Place, PlaceId},
};

/// The systems of a matrix, each with what is best known of it. Every page has them in this order: the kernels that
/// most servers and desktops run on, other kernels, what stands in for one, and those that this program does not know.
///
/// What stands in for a kernel, such as gVisor or Wine, is a system of its own. Platforms on which something translates
/// for another processor, those whose system is not known, and standards, which are no systems, are left out.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    matrix: &'a Matrix,
    systems: Vec<System<'a>>,
}

/// A system, and its platforms.
#[derive(Debug, Clone)]
pub struct System<'a> {
    /// Its name on the command line and in data, such as `macos`.
    pub name: &'a str,
    /// Its platforms, the best evidence first; never empty.
    pub platforms: Vec<&'a Column>,
}

/// What is best known of a step on a system.
#[derive(Debug, Clone)]
pub struct Best<'a> {
    /// What the step gave.
    pub cell: &'a Cell,
    /// The platform that it comes from.
    pub platform: &'a Column,
    /// Other measured platforms of the system that gave something else, where this one was measured; newest first.
    pub others: Vec<(&'a Column, &'a Cell)>,
}

impl System<'_> {
    /// The name that people know, such as `macOS`; the name in data where there is none.
    pub fn title(&self) -> &str {
        title(self.name)
    }
}

/// Names of systems in data, each with the one that people know, in the order in which systems are shown.
const TITLES: [(&str, &str); 14] = [
    ("linux", "Linux"),
    ("macos", "macOS"),
    ("windows", "Windows"),
    ("freebsd", "FreeBSD"),
    ("netbsd", "NetBSD"),
    ("openbsd", "OpenBSD"),
    ("dragonfly", "DragonFly"),
    ("illumos", "illumos"),
    ("solaris", "Solaris"),
    ("android", "Android"),
    ("ios", "iOS"),
    ("haiku", "Haiku"),
    ("gvisor", "gVisor"),
    ("wine", "Wine"),
];

/// The name of a system that people know; the given one where there is none.
pub fn title(name: &str) -> &str {
    TITLES.iter().find(|(known, _)| *known == name).map_or(name, |(_, title)| title)
}

/// The position of a system among those that are shown; a system that is not known comes last.
fn rank(name: &str) -> usize {
    TITLES.iter().position(|(known, _)| *known == name).unwrap_or(TITLES.len())
}

impl Matrix {
    /// What is best known of each system.
    pub fn evidence(&self) -> Evidence<'_> {
        self.evidence_from(|_| true)
    }

    /// What is best known of each system from the platforms whose names fit one of these globs; from all platforms if
    /// there is no glob.
    ///
    /// # Errors
    ///
    /// A glob that no platform fits.
    pub fn evidence_of(&self, globs: &[Pattern]) -> Result<Evidence<'_>, NoSuchPlatform> {
        if let Some(glob) = globs.iter().find(|glob| !self.columns().iter().any(|column| glob.matches(&column.name))) {
            return Err(NoSuchPlatform::new(&format!("no platform fits {:?}", glob.as_str()), self.columns()));
        }
        let fits = |column: &Column| globs.is_empty() || globs.iter().any(|glob| glob.matches(&column.name));
        Ok(self.evidence_from(fits))
    }

    fn evidence_from(&self, is_chosen: impl Fn(&Column) -> bool) -> Evidence<'_> {
        let mut systems: IndexMap<&str, Vec<&Column>> = IndexMap::new();
        for column in self.columns().iter().filter(|column| is_chosen(column) && !column.is_standard()) {
            let Some(system) = column.system().filter(|_| !column.is_translated()) else { continue };
            systems.entry(system).or_default().push(column);
        }
        systems.sort_by(|one, _, other, _| rank(one).cmp(&rank(other)));
        let systems = systems.into_iter().map(|(name, mut platforms)| {
            platforms.sort_by(|a, b| best_first(a, b));
            System { name, platforms }
        });
        Evidence { matrix: self, systems: systems.collect() }
    }

    /// The number of a step of a case; `None` if no platform has it.
    pub fn find(&self, scenario: &str, step: u32, case: &CaseName) -> Option<PlaceId> {
        self.places_of(scenario).find(|id| self.place(*id).step == step && self.case(*id) == case)
    }

    /// The steps of all cases that some platform has, in the catalogue's order.
    pub fn places(&self) -> impl ExactSizeIterator<Item = PlaceId> {
        self.places.iter().copied()
    }

    /// The steps of all cases of a scenario that some platform has, in the catalogue's order.
    pub fn places_of(&self, scenario: &str) -> impl ExactSizeIterator<Item = PlaceId> {
        let range = self.ranges.get(scenario).cloned().unwrap_or_default();
        self.places[range].iter().copied()
    }

    /// The scenario, the step's number, who takes it and what is done.
    pub fn place(&self, place: PlaceId) -> &Place {
        self.store.place(place)
    }

    /// The case that a step is of.
    pub fn case(&self, place: PlaceId) -> &CaseName {
        self.store.case_of(place)
    }

    /// What a step gave on a platform of this matrix; `None` where it has no such case.
    pub fn cell(&self, platform: &Column, place: PlaceId) -> Option<&Cell> {
        match self.store.cell_id(platform, place) {
            NO_CELL => None,
            id => self.store.cells.get(id),
        }
    }
}

impl<'a> Evidence<'a> {
    /// The matrix that it is of.
    pub fn matrix(&self) -> &'a Matrix {
        self.matrix
    }

    /// The systems, in the order in which they are shown.
    pub fn systems(&self) -> &[System<'a>] {
        &self.systems
    }

    /// The system of this name in data, such as `macos`.
    pub fn system(&self, name: &str) -> Option<&System<'a>> {
        self.systems.iter().find(|system| system.name == name)
    }

    /// What is best known of a step on a system: the first platform on which something was observed or stated or, where
    /// there is none, the first that has the case. `None` where none has.
    pub fn best(&self, system: &System<'a>, place: PlaceId) -> Option<Best<'a>> {
        let cells = || {
            let cell = |platform: &&'a Column| Some((*platform, self.matrix.cell(platform, place)?));
            system.platforms.iter().filter_map(cell)
        };
        let (platform, cell) = cells().find(|(_, cell)| cell.is_observed()).or_else(|| cells().next())?;
        let differs = |(other, theirs): &(&Column, &Cell)| {
            platform.is_measured()
                && other.is_measured()
                && theirs.is_observed()
                && cell.is_observed()
                && match (cell.is_race(), theirs.is_race()) {
                    (false, false) => relation(theirs, cell, Compare::Exact) != Relation::Same,
                    _ => !cell.shares_an_outcome(theirs),
                }
        };
        Some(Best { cell, platform, others: cells().filter(differs).collect() })
    }
}

/// The order of a system's platforms: by provenance, then the newest version, then native before emulated, then by name.
fn best_first(one: &Column, other: &Column) -> Ordering {
    fn facts(column: &Column) -> (&str, bool) {
        let facts = column.members[0].facts.as_ref();
        facts.map_or(("", false), |facts| (&facts.os_version, facts.runtime != "native"))
    }
    let ((version, emulated), (other_version, other_emulated)) = (facts(one), facts(other));
    (one.provenance.cmp(&other.provenance))
        .then_with(|| compare_str(other_version, version))
        .then_with(|| compare_str(version_in_name(&other.name), version_in_name(&one.name)))
        .then_with(|| emulated.cmp(&other_emulated))
        .then_with(|| compare_str(&one.name, &other.name))
}

/// The version in a name such as `gvisor-2024-x86_64-gnu`, which says more than the version that a stand-in claims.
fn version_in_name(name: &str) -> &str {
    name.split('-').nth(1).unwrap_or_default()
}

impl Column {
    /// The version that tells it from other platforms of its system: the system's or, where something stands in for
    /// that, the version of this in the platform's name, which says more than the one that it claims. Empty if it is not
    /// known.
    pub fn version(&self) -> &str {
        let Some(facts) = &self.members[0].facts else { return "" };
        if facts.system() == facts.os { &facts.os_version } else { version_in_name(&self.name) }
    }

    /// Whether something translates its programs for another processor, so that it says nothing of a real one.
    fn is_translated(&self) -> bool {
        let facts = self.members[0].facts.as_ref();
        facts.and_then(Platform::stand_in).is_some_and(|stand_in| stand_in == "qemu-user")
    }
}
