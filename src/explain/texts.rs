//! The texts of `texts.csv`, found in a line all at once.

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::{
    errors::Errors,
    line::{Line, after, lowered, tidy, until},
    mention::{Mention, Rank},
    others::Others,
};

/// How a text is looked for, and how much it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Beats everything else in the line.
    Decides,
    /// A name, in this case only.
    Name,
    /// A name, in any case.
    Loose,
    /// The system's own text of the error, in some language.
    Strerror,
    /// A text of a library or program.
    Text,
    /// A text that wraps another error, or may have several causes.
    Vague,
    /// The end of the line, after nothing or after `: ` or a quote.
    Whole,
    /// Nothing else in the line, in this case only.
    Exact,
}

/// A line of the file.
#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) text: String,
    /// Canonical names with `|` between them, likeliest first.
    pub(super) errors: String,
    pub(super) kind: Kind,
    pub(super) runtime: String,
    pub(super) os: String,
    pub(super) source: String,
}

/// The lines of the file.
///
/// # Panics
///
/// At a mistake in the built-in file, which a test reads.
pub(super) fn records() -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(include_str!("texts.csv").as_bytes());
    reader.deserialize().map(|record| record.unwrap_or_else(|error| panic!("texts.csv: {error}"))).collect()
}

/// A text with placeholders, of which the longest part between two of them is searched for.
#[derive(Debug)]
struct Shape {
    /// As the file has it.
    text: String,
    /// The parts between placeholders, each with whether only digits may stand before it; as they are searched.
    parts: Vec<(String, bool)>,
    key: usize,
    kind: Kind,
    errors: Vec<String>,
    runtime: String,
    os: String,
    source: String,
}

/// All texts and names.
#[derive(Debug)]
pub(super) struct Texts {
    shapes: Vec<Shape>,
    search: AhoCorasick,
}

impl Texts {
    /// # Panics
    ///
    /// At a mistake in the built-in file, which a test reads.
    pub(super) fn builtin(errors: &Errors) -> Texts {
        let mut shapes: Vec<_> = records().into_iter().map(Shape::new).collect();
        shapes.extend(names(errors).map(Shape::new));
        shapes.extend(Others::builtin().texts.iter().map(|text| Shape::new(own_text(text))));
        let keys = shapes.iter().map(|shape| lowered(&shape.parts[shape.key].0));
        let search = AhoCorasick::new(keys).unwrap_or_else(|error| panic!("texts.csv: {error}"));
        Texts { shapes, search }
    }

    /// Every text in a line.
    pub(super) fn find(&self, line: &Line) -> Vec<Mention> {
        let found = self.search.find_overlapping_iter(&line.lower);
        found
            .filter_map(|found| self.shapes[found.pattern().as_usize()].fit(line, found.start(), found.end()))
            .collect()
    }
}

/// The system's own text of an error that is not about connections.
fn own_text(text: &str) -> Record {
    Record {
        text: text.to_owned(),
        errors: String::new(),
        kind: Kind::Strerror,
        runtime: String::new(),
        os: String::new(),
        source: String::new(),
    }
}

/// The names of errors, each as a text of its own.
fn names(errors: &Errors) -> impl Iterator<Item = Record> {
    let record = |text: &str, errors: &str, kind, os: &str| Record {
        text: text.to_owned(),
        errors: errors.to_owned(),
        kind,
        runtime: String::new(),
        os: os.to_owned(),
        source: String::new(),
    };
    // `EOF` and `SIGPIPE` stand for more than their names, and `OTHER` is a word of every day.
    let own = errors.errors.iter().filter(|error| !matches!(error.name.as_str(), "EOF" | "SIGPIPE" | "OTHER"));
    let posix = own.map(move |error| {
        let kind = match error.name.len() {
            _ if error.name.starts_with("LOCAL-") => Kind::Exact,
            5.. => Kind::Loose,
            _ => Kind::Name,
        };
        record(&error.name, &error.name, kind, "")
    });
    let windows = errors.codes.iter().filter(|code| code.native != code.errors[0]);
    let windows = windows.map(move |code| {
        let os = if code.table == "nsurl" { "macos" } else { "windows" };
        record(&code.native, &code.errors.join("|"), Kind::Name, os)
    });
    posix.chain(windows)
}

impl Shape {
    fn new(record: Record) -> Shape {
        let is_exact = matches!(record.kind, Kind::Name | Kind::Exact);
        let text = tidy(&record.text);
        let text = if is_exact { text } else { lowered(&text) };
        let mut parts = Vec::new();
        let (mut rest, mut digits) = (&*text, false);
        while let Some((part, behind, is_number)) = next_placeholder(rest) {
            if !part.is_empty() || !parts.is_empty() {
                parts.push((part.to_owned(), digits));
            }
            digits = is_number;
            rest = behind;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push((rest.to_owned(), digits));
        }
        let key = (0..parts.len()).max_by_key(|at| parts[*at].0.len()).unwrap_or(0);
        Shape {
            text: record.text,
            parts,
            key,
            kind: record.kind,
            errors: record.errors.split('|').filter(|error| !error.is_empty()).map(str::to_owned).collect(),
            runtime: record.runtime,
            os: record.os,
            source: record.source,
        }
    }

    /// The mention that this text is, if the rest of it is there, too.
    fn fit(&self, line: &Line, start: usize, end: usize) -> Option<Mention> {
        let is_exact = matches!(self.kind, Kind::Name | Kind::Exact);
        let text = if is_exact { &line.text } else { &line.lower };
        if is_exact && text.get(start..end)? != self.parts[self.key].0 {
            return None;
        }
        let (mut from, mut to) = (start, end);
        for at in (0..self.key).rev() {
            let before = until(text, from);
            let found = before.rfind(&self.parts[at].0)?;
            let between = &before[found + self.parts[at].0.len()..];
            if self.parts[at + 1].1 && !is_number(between) {
                return None;
            }
            from -= before.len() - found;
        }
        for (part, digits) in &self.parts[self.key + 1..] {
            let behind = after(text, to);
            let found = behind.find(part)?;
            if *digits && !is_number(&behind[..found]) {
                return None;
            }
            to += found + part.len();
        }
        (is_word(text, from, to, self.is_name()) && self.is_in_place(&line.text, from, to)).then(|| Mention {
            start: from,
            end: to,
            rank: self.rank(),
            errors: self.errors.clone(),
            what: self.text.clone(),
            code: None,
            runtime: self.runtime.clone(),
            os: self.os.clone(),
            source: self.source.clone(),
        })
    }

    fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::Loose | Kind::Exact)
    }

    fn rank(&self) -> Rank {
        match self.kind {
            Kind::Decides | Kind::Exact => Rank::Decides,
            Kind::Name | Kind::Loose => Rank::Name,
            Kind::Strerror => Rank::Strerror,
            Kind::Text | Kind::Whole => Rank::Text,
            Kind::Vague => Rank::Vague,
        }
    }

    fn is_in_place(&self, text: &str, from: usize, to: usize) -> bool {
        let ends = || text[to..].trim_start_matches(['.', '!', '"', '\'', ')', ']', '}', ';', ',', ' ']).is_empty();
        match self.kind {
            Kind::Exact => text.len() == to - from,
            Kind::Whole => ends() && is_beginning(&text[..from]),
            _ => true,
        }
    }
}

/// Whether a message may begin after this.
pub(super) fn is_beginning(before: &str) -> bool {
    let before = before.trim_end_matches(' ');
    before.is_empty() || before.ends_with([':', '"', '\'', '(', '[', '=', '|', '>', '{', ']', ')', '-', ','])
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || "+-.,".contains(c))
}

/// The text before the first placeholder, that after it, and whether it stands for digits.
fn next_placeholder(text: &str) -> Option<(&str, &str, bool)> {
    const WORDS: [&str; 15] = [
        "addr", "host", "port", "n", "fd", "pid", "url", "path", "time", "id", "name", "cmd", "request", "text", "user",
    ];
    text.match_indices('{').find_map(|(at, _)| {
        let (word, behind) = text[at + 1..].split_once('}')?;
        let is_number = matches!(word, "n" | "port" | "fd" | "pid");
        WORDS.contains(&word).then_some((&text[..at], behind, is_number))
    })
}

/// Whether the text from `from` to `to` does not begin or end within a word. `_` is a letter of names, and Markdown
/// elsewhere.
fn is_word(text: &str, from: usize, to: usize, is_name: bool) -> bool {
    let inside = |one: Option<char>, other: Option<char>| {
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || is_name && c == '_');
        is_letter(one) && is_letter(other)
    };
    !inside(text[..from].chars().next_back(), text[from..].chars().next())
        && !inside(text[..to].chars().next_back(), text[to..].chars().next())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_text_is_found_by_itself() {
        let known = Errors::builtin();
        let texts = Texts::builtin(known);
        let mut seen = HashSet::new();
        for shape in &texts.shapes {
            assert!(seen.insert((shape.text.clone(), shape.kind)), "twice: {:?}", shape.text);
            assert!(
                shape.errors.iter().all(|error| known.find(error).is_some()),
                "{:?}: {:?}",
                shape.text,
                shape.errors
            );
            let digits = |text: &str| {
                ["n", "port", "fd", "pid"]
                    .iter()
                    .fold(text.to_owned(), |text, word| text.replace(&format!("{{{word}}}"), "42"))
            };
            let line = Line::new(&digits(&shape.text));
            let found = texts.find(&line);
            assert!(found.iter().any(|mention| mention.what == shape.text), "{:?} in {line:?}", shape.text);
        }
    }

    #[test]
    fn texts_have_sources_and_are_not_too_short_to_mean_something() {
        for shape in Texts::builtin(Errors::builtin()).shapes {
            let is_name = shape.source.is_empty() && shape.runtime.is_empty();
            assert!(is_name || shape.source.len() > 3, "{:?}", shape.text);
            assert!(shape.kind == Kind::Exact || shape.parts[shape.key].0.len() >= 3, "{:?}", shape.text);
        }
    }
}
