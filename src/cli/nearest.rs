//! What may have been meant by a name that fits nothing.

use super::{failure::Failure, load::quoted_all};
use crate::{explain::Recogniser, outcome::is_error_name};

/// The message for names that fit no scenario: the nearest ones that there are, or where an error is looked up.
pub(super) fn no_scenario<'a>(misses: &[&str], known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let mut problem = format!("no scenario fits {}", quoted_all(misses));
    let error = misses.iter().find(|name| is_error(name));
    let near: Vec<_> = misses.iter().flat_map(|name| nearest(name, known.clone())).collect();
    match (error, near.as_slice()) {
        (Some(error), _) => problem += &format!(", which is an error; `brokenpipe explain {error}` says what gives it"),
        (None, []) => problem += "; `brokenpipe list` names all scenarios",
        (None, near) => problem += &format!("; the nearest: {}; `brokenpipe list` names all", near.join(", ")),
    }
    Failure::No(problem)
}

/// Whether a name is that of an error or of a signal, or an error's number, and `explain` recognises it.
fn is_error(name: &str) -> bool {
    let number = name.strip_prefix('-').unwrap_or(name);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let may_be_error = is_number || is_error_name(&name.to_ascii_uppercase());
    may_be_error && !Recogniser::new().recognise(name).errors.is_empty()
}

/// At most three known names that a mistyped one may stand for, the nearest first.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const MOST: usize = 3;
    const LEAST_ALIKE: f64 = 0.75;
    let name = name.to_ascii_lowercase();
    let alike = |known: &'a str| {
        // A part of a name, such as its family or what follows that, may have been typed by itself.
        let parts = [Some(known), known.split('/').next(), known.split_once('/').map(|(_, part)| part)];
        let alike = parts.into_iter().flatten().map(|part| strsim::normalized_damerau_levenshtein(&name, part));
        let contains = name.len() > 2 && known.contains(&name);
        (alike.fold(if contains { LEAST_ALIKE } else { 0.0 }, f64::max), known)
    };
    let mut found: Vec<_> = known.map(alike).filter(|(alike, _)| *alike >= LEAST_ALIKE).collect();
    found.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| (a.len(), a).cmp(&(b.len(), b))));
    found.dedup();
    found.into_iter().take(MOST).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn near(name: &str) -> Vec<String> {
        nearest(name, Catalogue::builtin().ids()).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_mistyped_name_finds_the_nearest() {
        assert_eq!(near("peer-close/write-write-write-raed")[0], "peer-close/write-write-write-read");
        assert_eq!(near("reader-gone-write")[0], "sigpipe/reader-gone-write-write");
        assert_eq!(near("moon"), Vec::<String>::new());
        assert_eq!(near(""), Vec::<String>::new());
    }

    #[test]
    fn errors_are_told_from_scenarios() {
        for error in ["EPIPE", "econnreset", "WSAECONNRESET", "ERROR_BROKEN_PIPE", "SIGPIPE", "10054", "-32"] {
            assert!(is_error(error), "{error}");
        }
        for other in ["peer-close", "e", "-", "", "Everything", "1st", "999999", "ENOSUCHERROR"] {
            assert!(!is_error(other), "{other}");
        }
    }
}
