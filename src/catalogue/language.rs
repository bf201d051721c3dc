//! The step language as data: what its help, the fuzzer's dictionary and random scenarios are made of.

use std::collections::HashSet;

use super::{
    operations::{OPERATIONS, Word},
    vocabulary::{
        Actor, Asked, Call, Condition, Ending, Half, ReadCall, Setting, Sigpipe, SocketOption, Start, Transport, Wait,
    },
};

/// An operation of the step language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationEntry {
    /// The word, such as `write`.
    pub word: &'static str,
    /// Who can take it.
    pub actors: &'static [Actor],
    /// What it does, in one or two sentences.
    pub text: String,
    /// What has to follow it, if anything has to.
    pub argument: Option<ArgumentEntry>,
}

/// The argument of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentEntry {
    /// What help calls it, such as `count`.
    pub name: &'static str,
    /// What it has to be, worded to follow "expected" or "is".
    pub expected: String,
    /// The words that it can have, each with its meaning; empty where it has none, such as a number.
    pub choices: Vec<(&'static str, String)>,
    /// Arguments that the parser takes, each in the spelling in which steps are written: all that its words make, and a
    /// few numbers and times. Never empty.
    pub examples: Vec<String>,
}

/// A list of words of the step language or of a case's axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordList {
    /// The name of the list's type, such as `Condition`.
    pub name: &'static str,
    /// What scenario files call the axis of a case whose values these are; `None` for words of steps.
    pub axis: Option<&'static str>,
    /// What the list is about, in a sentence or two.
    pub about: String,
    /// The words, each with its meaning.
    pub words: Vec<(&'static str, String)>,
}

/// Every operation, in the order of the table that the parser has.
pub fn operations() -> Vec<OperationEntry> {
    OPERATIONS
        .iter()
        .map(|entry| OperationEntry {
            word: entry.word,
            actors: entry.actors,
            text: plain(entry.text),
            argument: entry.argument.map(|name| ArgumentEntry {
                name,
                expected: entry.expected.map(|expected| expected()).unwrap_or_default(),
                choices: (entry.choices)().into_iter().map(|(word, meaning)| (word, plain(meaning))).collect(),
                examples: examples(entry),
            }),
        })
        .collect()
}

macro_rules! lists {
    (@axis) => { None };
    (@axis $axis:literal) => { Some($axis) };
    ($($name:ident $($axis:literal)?,)*) => {
        /// Every list of words that steps and axes are written with.
        pub fn word_lists() -> Vec<WordList> {
            vec![$(WordList {
                name: stringify!($name),
                axis: lists!(@axis $($axis)?),
                about: plain($name::ABOUT),
                words: $name::ALL.into_iter().map(|item| (item.word(), plain(item.meaning()))).collect(),
            }),*]
        }
    };
}

lists! {
    Actor,
    Half,
    Setting,
    Condition,
    Asked,
    Ending,
    Start,
    Transport "transports",
    Sigpipe "sigpipe",
    Call "call",
    SocketOption "option",
    ReadCall "read_call",
    Wait "wait",
}

/// Counts of bytes, from none to more than buffers take, and lengths of queues; and times.
const NUMBERS: [&str; 9] = ["0", "1", "2", "100", "5000", "1048576", "100ms", "1s", "3s"];

/// The arguments of up to three words that an operation takes: whatever the type of its argument is, the words that its
/// lists and its message name are all there is to try.
fn examples(entry: &Word) -> Vec<String> {
    let expected = entry.expected.map(|expected| expected()).unwrap_or_default();
    let quoted = expected.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
    let mut words: Vec<String> =
        (entry.choices)().iter().map(|(word, _)| *word).chain(quoted).map(str::to_owned).collect();
    words.extend(Actor::ALL.map(|actor| actor.word().to_owned()));
    words.extend(NUMBERS.map(str::to_owned));
    let mut seen = HashSet::new();
    words.retain(|word| seen.insert(word.clone()));

    let mut examples: Vec<String> = Vec::new();
    let mut texts = words.clone();
    for length in 1..=3 {
        for text in &texts {
            let Some(operation) = (entry.meaning)(text) else { continue };
            let written = operation.to_string();
            let argument = written.strip_prefix(entry.word).unwrap_or(&written).trim_start().to_owned();
            if !examples.contains(&argument) {
                examples.push(argument);
            }
        }
        if length < 3 {
            texts = texts.iter().flat_map(|text| words.iter().map(move |word| format!("{text} {word}"))).collect();
        }
    }
    examples
}

/// The text of a documentation comment for readers of help: in one line, and without the targets of its links.
fn plain(doc: &str) -> String {
    let mut text = String::new();
    let mut rest = doc;
    while let Some((before, (label, after))) =
        rest.split_once('[').and_then(|(before, more)| Some((before, more.split_once("](")?)))
    {
        text += before;
        text += label.trim_matches('`');
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    text += rest;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_what_it_does_and_has_examples() {
        for OperationEntry { word, text, argument, .. } in operations() {
            assert!(text.ends_with('.'), "{word}: {text:?}");
            if let Some(argument) = argument {
                assert!(!argument.examples.is_empty(), "{word}: no argument that the parser takes was found");
                assert!(!argument.expected.is_empty(), "{word}");
            }
        }
    }

    #[test]
    fn every_list_of_the_vocabulary_is_in_the_language() {
        let declared: Vec<_> = include_str!("vocabulary.rs").split("words! {").skip(1).collect();
        let lists = word_lists();
        for declared in &declared {
            let is_listed = lists.iter().any(|list| declared.contains(&format!("    {} {{", list.name)));
            assert!(is_listed, "add it to `lists!` in catalogue/language.rs:{declared}");
        }
        assert_eq!(declared.len(), lists.len());
        for list in lists {
            assert!(list.words.iter().all(|(_, meaning)| meaning.ends_with('.')), "{}", list.name);
        }
    }

    #[test]
    fn links_are_left_out() {
        assert_eq!(plain(" A [`B`](C::D) and\n  e. "), "A B and e.");
        assert_eq!(plain("[2] is no link"), "[2] is no link");
    }
}
