//! Versions as numbers, and conditions on them.

/// The numbers of a version: `6.18` is 6 and 18. What comes after the last number is passed over; none where it does
/// not begin with a number.
pub(super) fn numbers(version: &str) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    for part in version.split('.') {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        match part[..digits].parse() {
            Ok(number) => numbers.push(number),
            Err(_) => break,
        }
        if digits < part.len() {
            break;
        }
    }
    (!numbers.is_empty()).then_some(numbers)
}

/// How far two versions are apart: in their first number, then in the second, and so on; what is missing is 0.
pub(super) fn distance(one: &[u64], other: &[u64]) -> Vec<u64> {
    let at = |numbers: &[u64], index: usize| numbers.get(index).copied().unwrap_or(0);
    (0..one.len().max(other.len())).map(|index| at(one, index).abs_diff(at(other, index))).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// Conditions on a version, all of which have to hold: `>=5.10, <6.1`. A version is looked at as far as a condition
/// has numbers: 6.1.5 is `6.1`, and not more than it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Versions(Vec<(Compared, Vec<u64>)>);

impl Versions {
    /// What a condition is, for a message.
    pub(super) const RIGHT: &str = "versions after `>=`, `>`, `<=`, `<` or `=`, such as `>=5.10, <6.1`";

    /// Reads conditions that are joined by commas.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let condition = |text: &str| {
            let text = text.trim();
            let words = [
                (">=", Compared::AtLeast),
                ("<=", Compared::AtMost),
                (">", Compared::More),
                ("<", Compared::Less),
                ("=", Compared::Equal),
                ("", Compared::Equal),
            ];
            let (version, compared) =
                words.into_iter().find_map(|(word, compared)| Some((text.strip_prefix(word)?, compared)))?;
            let version = version.trim();
            let is_version = version.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u64>().is_ok()
            });
            Some((compared, numbers(version).filter(|_| is_version)?))
        };
        text.split(',').map(condition).collect::<Option<Vec<_>>>().map(Versions)
    }

    /// Whether a version fulfils all of them; one without a number fulfils none.
    pub(super) fn fit(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return false };
        self.0.iter().all(|(compared, wanted)| {
            let seen: Vec<u64> = (0..wanted.len()).map(|index| version.get(index).copied().unwrap_or(0)).collect();
            match compared {
                Compared::Less => seen < *wanted,
                Compared::AtMost => seen <= *wanted,
                Compared::Equal => seen == *wanted,
                Compared::AtLeast => seen >= *wanted,
                Compared::More => seen > *wanted,
            }
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
