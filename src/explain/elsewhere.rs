//! Errors whose words are used of other things than connections: `elsewhere.toml`.

use serde::Deserialize;

use super::line::Line;

/// Words that show that an error is about something else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elsewhere {
    elsewhere: Vec<Place>,
}

/// What an error is about where these words stand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// Such as a USB device.
    pub(super) what: String,
    errors: Vec<String>,
    /// In lower case; `*` at the end stands for further letters.
    words: Vec<String>,
    unless: Vec<String>,
    /// Where that is known from.
    pub(super) source: String,
}

/// What else the words of an error are used of, in a few words each, with where that is known from.
pub fn used_of_others(error: &str) -> Vec<(String, String)> {
    let is_about = |place: &Place| place.errors.iter().any(|known| known == error);
    let places = Elsewhere::builtin().elsewhere.into_iter().filter(is_about);
    places.map(|place| (place.what, place.source)).collect()
}

impl Elsewhere {
    /// # Panics
    ///
    /// At a mistake in the built-in file, which a test reads.
    pub(super) fn builtin() -> Elsewhere {
        toml::from_str(include_str!("elsewhere.toml")).unwrap_or_else(|error| panic!("elsewhere.toml: {error}"))
    }

    /// What else the errors of a line are about, if all of them are.
    pub(super) fn find(&self, line: &Line, errors: &[String]) -> Option<&Place> {
        let has = |words: &[String]| words.iter().any(|word| has_word(&line.lower, word));
        let is_all = |place: &Place| errors.iter().all(|error| place.errors.contains(error) || error == "OTHER");
        self.elsewhere.iter().find(|place| is_all(place) && has(&place.words) && !has(&place.unless))
    }
}

/// Whether a word is there, and is no part of a longer one; where the word ends in `*`, it may be the beginning of one.
fn has_word(line: &str, word: &str) -> bool {
    let (word, may_go_on) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
    let goes_on =
        |rest: &str| !may_go_on && rest.starts_with(char::is_alphabetic) && word.ends_with(char::is_alphabetic);
    let is_inside = |at: usize| line[..at].ends_with(char::is_alphanumeric) && word.starts_with(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| !is_inside(at) && !goes_on(&line[at + word.len()..]))
}
