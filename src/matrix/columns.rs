//! The columns of a matrix, and their order.

use std::cmp::Ordering;

use alphanumeric_sort::compare_str;
use serde::Serialize;

use crate::platform::{Platform, Provenance};

/// One column: a platform, or several that agree in every cell.
#[derive(Debug, Clone)]
pub struct Column {
    /// The platform's name, or one for all its members. None of its characters is special in any format.
    pub name: String,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// The platforms. Each cell is that of the first platform on which something was observed.
    pub members: Vec<Member>,
}

/// A platform of a column.
#[derive(Debug, Clone, Serialize)]
pub struct Member {
    /// Its name.
    pub platform: String,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// The facts behind the name, if a table of platforms has them.
    pub facts: Option<Platform>,
    /// Why no case was run on it, if that is so: the note of its rows, which may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// The number of its cells in the store.
    #[serde(skip)]
    pub(super) at: usize,
}

impl Column {
    pub(super) fn of(member: Member) -> Self {
        Column { name: member.platform.clone(), provenance: member.provenance, members: vec![member] }
    }

    /// Whether its results are this program's own; no case may have been run.
    pub fn is_measured(&self) -> bool {
        self.provenance == Provenance::Measured
    }

    /// Whether no case was run on its platform.
    pub fn is_absent(&self) -> bool {
        self.members[0].absent.is_some()
    }

    /// Whether this program ran cases on it.
    pub fn was_run(&self) -> bool {
        self.is_measured() && !self.is_absent()
    }

    /// The system that answers: the operating system, unless something other than its kernel stands in for it.
    pub fn system(&self) -> Option<&str> {
        self.members[0].facts.as_ref().map(Platform::system)
    }

    /// Whether it is of a standard, which is no system.
    pub fn is_standard(&self) -> bool {
        self.members[0].facts.as_ref().is_some_and(Platform::is_standard)
    }

    /// Whether a platform of this name is in it.
    pub fn has(&self, platform: &str) -> bool {
        self.members.iter().any(|member| member.platform == platform)
    }

    /// The number of its first platform's cells in the store.
    pub(super) fn at(&self) -> usize {
        self.members[0].at
    }

    /// The order of columns: systems before what stands in for one, and that before standards; the systems that most
    /// servers run on first; within a system what was measured first, and native before emulated; then by name, numbers
    /// as numbers.
    pub(super) fn order(&self, other: &Column) -> Ordering {
        self.rank().cmp(&other.rank()).then_with(|| compare_str(&self.name, &other.name))
    }

    fn rank(&self) -> (bool, bool, usize, &str, Provenance, bool) {
        const FIRST: [&str; 3] = ["linux", "macos", "windows"];
        let facts = self.members[0].facts.as_ref();
        let system = self.system().unwrap_or_default();
        let stands_in = facts.is_some_and(|facts| facts.os != system);
        let others = FIRST.len() + usize::from(system.is_empty());
        let first = FIRST.iter().position(|first| *first == system).unwrap_or(others);
        let emulated = facts.is_some_and(|facts| facts.runtime != "native");
        (self.is_standard(), stands_in, first, system, self.provenance, emulated)
    }
}
