//! How languages, programs and systems spell an error.

use indexmap::IndexMap;

use super::numbers::others;
use crate::explain::{Error, Spelling, languages, spellings};

/// All texts that stand for errors.
pub(super) struct Spellings(Vec<Spelling>);

/// The texts of one language or program.
pub(super) struct Group<'a> {
    /// Which one.
    pub(super) who: &'a str,
    /// The first texts, which are always shown.
    pub(super) texts: Vec<Text<'a>>,
    /// The others, which are folded.
    pub(super) more: Vec<Text<'a>>,
}

/// A text.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    /// On which systems, if that is told.
    pub(super) os: String,
    /// What else it may stand for.
    pub(super) others: Vec<String>,
    pub(super) source: &'a str,
}

/// How many texts of a group are always shown, where there are more.
const SHOWN: usize = 5;

impl Spellings {
    pub(super) fn new() -> Self {
        Spellings(spellings())
    }

    /// The texts that may stand for an error: first the system's own, then those of the languages in which most programs
    /// are written, then those of other programs by name, last those that several write. Of each the texts that stand
    /// for this error and no other come first.
    pub(super) fn of<'a>(&'a self, error: &Error) -> Vec<Group<'a>> {
        let mut groups: IndexMap<(usize, &str), Vec<&Spelling>> = IndexMap::new();
        for spelling in self.0.iter().filter(|spelling| spelling.errors.contains(&error.name)) {
            groups.entry(group(spelling)).or_default().push(spelling);
        }
        groups.sort_keys();
        let group = |((_, who), mut spellings): ((usize, &'a str), Vec<&'a Spelling>)| {
            spellings.sort_by_key(|spelling| (spelling.errors.len(), !spelling.os.is_empty()));
            let mut texts: Vec<_> = spellings.into_iter().map(|spelling| text(spelling, error)).collect();
            let shown = if texts.len() > SHOWN + 1 { SHOWN } else { texts.len() };
            let more = texts.split_off(shown);
            Group { who, texts, more }
        };
        groups.into_iter().map(group).collect()
    }
}

/// The position of the group that a text belongs to, and its name.
fn group(spelling: &Spelling) -> (usize, &str) {
    let languages = languages();
    if spelling.is_of_system {
        return (0, "The system itself");
    }
    match spelling.runtime.as_str() {
        "" => (languages.len() + 2, "Several programs"),
        runtime => {
            let is_it = |name: &str| name.eq_ignore_ascii_case(runtime);
            let language = languages.iter().position(|language| is_it(&language.name));
            // What .NET writes is written by programs in C#.
            let of_name =
                || languages.iter().position(|language| language.runtimes.first().is_some_and(|name| is_it(name)));
            (language.or_else(of_name).map_or(languages.len() + 1, |at| at + 1), runtime)
        }
    }
}

fn text<'a>(spelling: &'a Spelling, error: &Error) -> Text<'a> {
    let os: Vec<_> = spelling.os.split(", ").map(crate::matrix::title).collect();
    Text {
        text: &spelling.text,
        os: os.join(", "),
        others: others(&spelling.errors, &error.name),
        source: &spelling.source,
    }
}
