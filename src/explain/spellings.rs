//! How languages, programs and systems spell errors: the texts of `texts.csv`, by error.

use super::texts::{Kind, records};

/// A text that a language, a program or a system writes of errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// The text; `{host}` and the like stand for what differs from line to line.
    pub text: String,
    /// The canonical names that it may stand for, likeliest first.
    pub errors: Vec<String>,
    /// The language or program that writes it; empty if several do.
    pub runtime: String,
    /// The systems on which it is written; empty if they are not told.
    pub os: String,
    /// Whether it is the system's own text of the error, in some language.
    pub is_of_system: bool,
    /// Where that is known from.
    pub source: String,
}

/// All texts that stand for some error, in the order of the file.
pub fn spellings() -> Vec<Spelling> {
    let spelling = |record: super::texts::Record| Spelling {
        text: record.text,
        errors: record.errors.split('|').map(str::to_owned).collect(),
        runtime: record.runtime,
        os: record.os,
        is_of_system: record.kind == Kind::Strerror,
        source: record.source,
    };
    records().into_iter().filter(|record| !record.errors.is_empty()).map(spelling).collect()
}
