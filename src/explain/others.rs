//! Errors that are not about connections: `others.csv`. They keep their numbers and texts from being taken for errors
//! that are.

use std::sync::LazyLock;

/// The numbers and texts of the other errors of Linux, macOS, the BSDs and illumos.
#[derive(Debug)]
pub(super) struct Others {
    /// As crate libc 0.2.191 has them.
    numbers: Vec<i64>,
    /// The system's own texts (strerror(3), glibc 2.36).
    pub(super) texts: Vec<String>,
}

impl Others {
    /// The built-in ones, which are read on the first call.
    ///
    /// # Panics
    ///
    /// At a mistake in the built-in file, which a test reads.
    pub(super) fn builtin() -> &'static Others {
        static BUILTIN: LazyLock<Others> = LazyLock::new(|| Others::parse(include_str!("others.csv")));
        &BUILTIN
    }

    fn parse(text: &str) -> Others {
        let mut others = Others { numbers: Vec::new(), texts: Vec::new() };
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            let record = record.unwrap_or_else(|error| panic!("others.csv: {error}"));
            let (numbers, text) = (&record.iter().skip(1).collect::<Vec<_>>()[..6], &record[7]);
            let number = |number: &&&str| !number.is_empty();
            let parse = |number: &&str| -> i64 {
                number.parse().unwrap_or_else(|error| panic!("others.csv: {number:?}: {error}"))
            };
            others.numbers.extend(numbers.iter().filter(number).map(parse));
            others.texts.extend((!text.is_empty()).then(|| text.to_owned()));
        }
        others.numbers.sort_unstable();
        others.numbers.dedup();
        others
    }

    /// Whether one of these systems has another error of this number.
    pub(super) fn has(&self, number: i64) -> bool {
        self.numbers.binary_search(&number).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Errors;

    #[test]
    fn the_numbers_of_other_errors_are_those_of_the_common_systems() {
        let others = Others::builtin();
        // ESTALE of Linux and of macOS, ENOTEMPTY of both, EDQUOT of Linux.
        assert!([116, 70, 39, 66, 122].iter().all(|number| others.has(*number)));
        assert!(!others.has(111) && !others.has(10054));
    }

    #[test]
    fn no_text_of_theirs_is_that_of_a_known_error() {
        let known = include_str!("texts.csv");
        for text in &Others::builtin().texts {
            assert!(!known.contains(&format!("\n{text},")), "{text}");
        }
        assert!(Others::builtin().texts.contains(&"Stale file handle".to_owned()));
        assert!(Errors::builtin().find("ESTALE").is_none(), "it is known, and stands in others.csv, too");
    }
}
