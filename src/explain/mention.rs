//! What in a line says which error it is about.

/// How much a mention decides: only those of the highest rank in a line count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Words that any program might use.
    Guess,
    /// A text that wraps another error, or a number of which it is not certain that it is an error's.
    Vague,
    /// A text of a library or a program.
    Text,
    /// The system's own text, in some language.
    Strerror,
    /// A number that is said to be an error's.
    Number,
    /// A name.
    Name,
    /// A text that means something else than the names and numbers beside it.
    Decides,
}

/// A piece of a line that says something about the error.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    /// Its bytes in the line as it is searched.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rank: Rank,
    /// Canonical names, likeliest first.
    pub(super) errors: Vec<String>,
    /// The text or number, as a person reads it.
    pub(super) what: String,
    /// The number, if it is one.
    pub(super) code: Option<i64>,
    /// The language or program that writes it; may be empty.
    pub(super) runtime: String,
    /// The systems that write it; may be empty.
    pub(super) os: String,
    /// Where that is known from; may be empty.
    pub(super) source: String,
}
