//! The message about names of scenarios that fit nothing.

use super::{failure::Failure, load::quoted_all};
use crate::{explain::Recogniser, nearest::nearest, outcome::is_error_name};

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

#[cfg(test)]
mod tests {
    use super::*;

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
