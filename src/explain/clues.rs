//! Words that tell which system or language a line is from: `clues.toml`.

use serde::Deserialize;

use super::line::Line;

/// Words by system and by language or program, in the order in which they are tried.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clues {
    os: Vec<Clue>,
    runtime: Vec<Clue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clue {
    name: String,
    /// Any of these, in lower case.
    words: Vec<String>,
}

impl Clues {
    /// # Panics
    ///
    /// At a mistake in the built-in file, which a test reads.
    pub(super) fn builtin() -> Clues {
        toml::from_str(include_str!("clues.toml")).unwrap_or_else(|error| panic!("clues.toml: {error}"))
    }

    /// The system a line is from; empty if it does not tell.
    pub(super) fn os(&self, line: &Line) -> String {
        first(&self.os, line)
    }

    /// The language or program that wrote a line; empty if it does not tell.
    pub(super) fn runtime(&self, line: &Line) -> String {
        first(&self.runtime, line)
    }
}

fn first(clues: &[Clue], line: &Line) -> String {
    let has = |clue: &&Clue| clue.words.iter().any(|word| line.lower.contains(word));
    clues.iter().find(has).map(|clue| clue.name.clone()).unwrap_or_default()
}
