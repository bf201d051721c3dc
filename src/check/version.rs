//! Versions as numbers, and conditions on them.

use std::cmp::Ordering::{self, Equal, Greater, Less};

/// The leading numbers of a version: `6.18` is 6 and 18, and so is `6.18-rc1`. `None` if it does not begin with a
/// number.
pub(super) fn numbers(version: &str) -> Option<Vec<u64>> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let numbers: Vec<_> = version[..end].split('.').map_while(|part| part.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

/// How far apart two versions are, number by number. A missing number counts as 0.
pub(super) fn distance(one: &[u64], other: &[u64]) -> Vec<u64> {
    (0..one.len().max(other.len())).map(|index| at(one, index).abs_diff(at(other, index))).collect()
}

fn at(numbers: &[u64], index: usize) -> u64 {
    numbers.get(index).copied().unwrap_or(0)
}

/// Each operator with the orderings of a version relative to the condition's that satisfy it. An operator comes before
/// those that are a prefix of it.
const OPERATORS: [(&str, &[Ordering]); 6] = [
    (">=", &[Greater, Equal]),
    ("<=", &[Less, Equal]),
    (">", &[Greater]),
    ("<", &[Less]),
    ("=", &[Equal]),
    ("", &[Equal]),
];

/// Conditions on a version, all of which have to hold: `>=5.10, <6.1`. A version is compared only as far as a condition
/// has numbers: 6.1.5 equals `6.1` and is not greater.
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
            let (operator, satisfied_by) = OPERATORS.into_iter().find(|(operator, _)| text.starts_with(operator))?;
            let version = text[operator.len()..].trim();
            Some((satisfied_by, version.split('.').map(number).collect::<Option<_>>()?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert_eq!(numbers("6.18"), Some(vec![6, 18]));
        assert_eq!(numbers("14.2-RELEASE"), Some(vec![14, 2]));
        assert_eq!(numbers("rolling"), None);
        assert!(distance(&[6, 12], &[6, 18]) < distance(&[6, 12], &[6, 1]));
        assert!(distance(&[6, 0], &[6, 18]) < distance(&[6, 0], &[5, 19]));
    }

    #[test]
    fn a_range_holds_what_lies_in_it() {
        let range = Versions::parse(">=5.10, <6.1").unwrap();
        let fitting: Vec<_> =
            ["5.9", "5.10", "5.10.3", "6.0", "6.1", "6.1.2", "x"].into_iter().filter(|v| range.fit(v)).collect();
        assert_eq!(fitting, ["5.10", "5.10.3", "6.0"]);
        assert!(Versions::parse("=6.1").unwrap().fit("6.1.7") && Versions::parse("6").unwrap().fit("6.1"));
        assert!(Versions::parse("<=6.1").unwrap().fit("6.1.7") && !Versions::parse(">6.1").unwrap().fit("6.1.7"));
        for wrong in ["", "newest", "~5", ">= ", "5.", "5,", "99999999999999999999"] {
            assert_eq!(Versions::parse(wrong), None, "{wrong}");
        }
    }
}
