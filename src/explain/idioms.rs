//! How programs test whether a connection is gone, by language: `idioms.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// What to write in a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// What people call it.
    pub name: String,
    /// Names of runtimes and programs whose messages come from it.
    pub runtimes: Vec<String>,
    /// The test for "the connection is gone".
    pub test: String,
    /// How to keep SIGPIPE from killing.
    pub sigpipe: String,
    /// Where the test fails: the system, or `all`, and what to do. The worst is the first.
    pub holes: Vec<(String, String)>,
    /// Where that is known from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: Vec<Language>,
}

/// How many languages, the first ones, are shown where none is recognised.
pub const USUAL_LANGUAGES: usize = 7;

/// The languages, the first [`USUAL_LANGUAGES`] of which most programs are written in.
///
/// # Panics
///
/// At a mistake in the built-in file, which a test reads.
pub fn languages() -> &'static [Language] {
    static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
        let file: File =
            toml::from_str(include_str!("idioms.toml")).unwrap_or_else(|error| panic!("idioms.toml: {error}"));
        file.language
    });
    &LANGUAGES
}

/// The language that a runtime or program is written in, by the name that texts and clues have for it.
pub fn language_of(runtime: &str) -> Option<&'static Language> {
    let same = |name: &String| name.eq_ignore_ascii_case(runtime);
    languages().iter().find(|language| same(&language.name) || language.runtimes.iter().any(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_languages_come_first_and_names_lead_to_one_language() {
        let usual: Vec<_> = languages().iter().take(USUAL_LANGUAGES).map(|language| language.name.as_str()).collect();
        assert_eq!(usual, ["C", "Rust", "Go", "Python", "Node", "Java", "C#"]);
        let names: Vec<_> = languages().iter().flat_map(|language| &language.runtimes).collect();
        for name in &names {
            assert_eq!(names.iter().filter(|other| other == &name).count(), 1, "{name}");
        }
        assert_eq!(language_of(".net").map(|language| language.name.as_str()), Some("C#"));
        assert!(language_of("cobol").is_none());
    }

    #[test]
    fn lines_fit_beside_their_names() {
        for language in languages() {
            assert!(language.test.len() <= 216, "{}: {}", language.name, language.test.len());
            let (system, hole) = &language.holes[0];
            assert!(system.len() + hole.len() <= 102, "{}: {hole}", language.name);
            assert!(!language.holes.is_empty() && !language.source.is_empty(), "{}", language.name);
        }
    }
}
