//! The columns of a matrix, and their order.

use std::{cmp::Ordering, sync::Arc};

use crate::platform::{Platform, Provenance};

/// One column: a platform, or several that agree in every cell.
#[derive(Debug, Clone)]
pub struct Column {
    /// The platform's name, or what its members have in common: no character in it is special in any format.
    pub name: String,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// The platforms; of each step the cell of the first that observed something is shown.
    pub members: Vec<Member>,
}

/// A platform of a column.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub platform: String,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// The facts behind the name, where a table of platforms has them.
    pub facts: Option<Platform>,
    /// Of a platform of which no case was run: why, as the note of its rows says; may be empty.
    pub absent: Option<Arc<str>>,
    /// The number of its cells in the store.
    pub(super) at: usize,
}

impl Column {
    pub(super) fn of(member: Member) -> Self {
        Column { name: member.platform.clone(), provenance: member.provenance, members: vec![member] }
    }

    /// Whether this program measured it.
    pub fn is_measured(&self) -> bool {
        self.provenance == Provenance::Measured
    }

    /// Whether no case was run on its platform.
    pub fn is_absent(&self) -> bool {
        self.members[0].absent.is_some()
    }

    /// The system that answers: the operating system, unless something other than its kernel stands in for it.
    pub fn system(&self) -> Option<&str> {
        self.members[0].facts.as_ref().map(Platform::system)
    }

    /// Whether a platform of this name is in it.
    pub fn has(&self, platform: &str) -> bool {
        self.members.iter().any(|member| member.platform == platform)
    }

    /// The number of its first platform's cells in the store.
    pub(super) fn at(&self) -> usize {
        self.members[0].at
    }

    /// Systems before what stands in for one; the systems that most servers run on first; of a system what was
    /// measured first, native before emulated; then by name, numbers as numbers.
    pub(super) fn rank(&self) -> (bool, usize, &str, Provenance, bool, Natural<'_>) {
        const FIRST: [&str; 3] = ["linux", "macos", "windows"];
        let facts = self.members[0].facts.as_ref();
        let system = self.system().unwrap_or_default();
        let stands_in = facts.is_some_and(|facts| facts.os != system);
        let others = FIRST.len() + usize::from(system.is_empty());
        let first = FIRST.iter().position(|first| *first == system).unwrap_or(others);
        let emulated = facts.is_some_and(|facts| facts.runtime != "native");
        (stands_in, first, system, self.provenance, emulated, Natural(&self.name))
    }
}

/// A name in which numbers count as numbers: `linux-5.10` comes after `linux-5.9`.
#[derive(PartialEq, Eq)]
pub(super) struct Natural<'a>(pub(super) &'a str);

impl Natural<'_> {
    fn parts(&self) -> impl Iterator<Item = (u64, &str)> {
        let is_digit = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let end = rest.find(|c: char| c.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            rest = after;
            Some((if is_digit(part) { part.parse().unwrap_or(u64::MAX) } else { 0 }, part))
        })
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(other.parts())
    }
}

#[cfg(test)]
mod tests {
    use super::Natural;

    #[test]
    fn numbers_in_names_are_numbers() {
        let mut names = ["linux-6.18-x", "linux-5.10-x", "gvisor", "linux-6.1-x"];
        names.sort_by(|a, b| Natural(a).cmp(&Natural(b)));
        assert_eq!(names, ["gvisor", "linux-5.10-x", "linux-6.1-x", "linux-6.18-x"]);
    }
}
