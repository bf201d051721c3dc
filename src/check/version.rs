//! Versions as numbers, and conditions on them.

use std::cmp::Ordering::{self, Equal, Greater, Less};

/// The leading numbers of a version, such as 6 and 18 of both `6.18` and `6.18-rc1`. `None` if it does not begin with a
/// number.
pub(super) fn numbers(version: &str) -> Option<Vec<u64>> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let numbers: Vec<_> = version[..end].split('.').map_while(|part| part.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

/// How far apart two versions are, number by number, to be compared with other distances. A missing number counts as 0.
pub(super) fn distance(one: &[u64], other: &[u64]) -> Vec<u64> {
    (0..one.len().max(other.len())).map(|index| at(one, index).abs_diff(at(other, index))).collect()
}

fn at(numbers: &[u64], index: usize) -> u64 {
    numbers.get(index).copied().unwrap_or(0)
}

/// Each operator with the orderings, of a version relative to the condition's, that satisfy it. An operator comes
/// before its prefixes.
const OPERATORS: [(&str, &[Ordering]); 6] = [
    (">=", &[Greater, Equal]),
    ("<=", &[Less, Equal]),
    (">", &[Greater]),
    ("<", &[Less]),
    ("=", &[Equal]),
    ("", &[Equal]),
];

/// Conditions on a version, all of which have to hold: `>=5.10, <6.1`. Only as many numbers of a version are compared
/// as a condition has: 6.1.5 equals `6.1` and is not greater.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Versions(Vec<(&'static [Ordering], Vec<u64>)>);

impl Versions {
    /// What a condition looks like, for a message.
    pub(super) const RIGHT: &str = "versions after `>=`, `>`, `<=`, `<` or `=`, such as `>=5.10, <6.1`";

    /// Parses conditions that are separated by commas. `None` if one of them is not an operator and a version of
    /// numbers alone.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
        let condition = |text: &str| {
            let mut operators = OPERATORS.into_iter();
            let (version, satisfied_by) = operators.find_map(|(word, by)| Some((text.strip_prefix(word)?, by)))?;
            Some((satisfied_by, version.trim().split('.').map(number).collect::<Option<_>>()?))
        };
        text.split(',').map(|text| condition(text.trim())).collect::<Option<_>>().map(Versions)
    }

    /// Whether a version satisfies every condition; one that does not begin with a number satisfies none.
    pub(super) fn fit(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return false };
        self.0.iter().all(|(satisfied_by, wanted)| {
            let seen = (0..wanted.len()).map(|index| at(&version, index));
            satisfied_by.contains(&seen.cmp(wanted.iter().copied()))
        })
    }
}
