//! The chapter of the guide about the step language, made from the table that the parser has, so that neither an operation
//! nor a word can be missing.

use std::fmt::Write;

use textwrap::{Options, WordSeparator, WordSplitter};

use crate::catalogue::{ArgumentEntry, MAX_STEPS, OperationEntry, WordList, operations, word_lists};

/// The widest line.
const WIDEST: usize = 100;

/// The chapter, as Markdown.
pub(super) fn chapter() -> String {
    let mut text = String::from("# The step language: every operation and its words\n\n");
    paragraph(
        &mut text,
        &format!(
            "The steps of a scenario stand in `steps`, 1 to {MAX_STEPS} of them, a line each: an actor, an operation and, \
             after some operations, an argument. `#` begins a comment. How a scenario is written is in \
             [scenarios](scenarios.md), and what steps give in [outcomes](outcomes.md)."
        ),
    );
    let lists = word_lists();
    let operations = operations();
    for list in lists.iter().filter(|list| list.name == "Actor") {
        text += "\n## Actors\n\n";
        list.words.iter().for_each(|(word, meaning)| item(&mut text, &format!("`{word}`"), meaning));
    }
    text += "\n## Operations\n\n";
    paragraph(&mut text, "In brackets: the actors that can do it.");
    text.push('\n');
    for operation in &operations {
        describe(&mut text, operation);
    }
    let mut listed: Vec<&ArgumentEntry> = Vec::new();
    for argument in operations.iter().filter_map(|operation| operation.argument.as_ref()) {
        let is_new = listed.iter().all(|known| (known.name, &known.choices) != (argument.name, &argument.choices));
        if is_new && !argument.choices.is_empty() {
            listed.push(argument);
        }
    }
    for argument in &listed {
        let takes = |operation: &&OperationEntry| {
            operation.argument.as_ref().is_some_and(|it| (it.name, &it.choices) == (argument.name, &argument.choices))
        };
        let words: Vec<_> = operations.iter().filter(takes).map(|operation| format!("`{}`", operation.word)).collect();
        let _ = write!(text, "\n## {}: what follows {}\n\n", placeholder(argument), words.join(", "));
        let list = lists.iter().find(|list| list.words == argument.choices);
        if let Some(list) = list {
            paragraph(&mut text, &list.about);
            text.push('\n');
        }
        // Where a word alone is not all that the parser takes.
        if argument.examples.iter().any(|example| example.contains(' ')) {
            paragraph(&mut text, &format!("{} is {}.", placeholder(argument), argument.expected));
            text.push_str(if list.is_some() { "\n" } else { "" });
        }
        for (word, meaning) in list.iter().flat_map(|list| &list.words) {
            item(&mut text, &format!("`{word}`"), meaning);
        }
    }
    // The lists of arguments that are made of several words.
    let is_part = |list: &&WordList| {
        list.axis.is_none() && list.name != "Actor" && listed.iter().all(|argument| argument.choices != list.words)
    };
    for list in lists.iter().filter(is_part) {
        let _ = write!(text, "\n## {}\n\n", list.name);
        paragraph(&mut text, &list.about);
        text.push('\n');
        list.words.iter().for_each(|(word, meaning)| item(&mut text, &format!("`{word}`"), meaning));
    }
    text += "\n## Axes of a case\n\n";
    paragraph(
        &mut text,
        "The first word of each list is the usual one, which a case has unless the scenario says otherwise; see \
         [cases](cases.md).",
    );
    for (list, axis) in lists.iter().filter_map(|list| Some((list, list.axis?))) {
        let _ = write!(text, "\n### `{axis}`\n\n");
        paragraph(&mut text, &list.about);
        text.push('\n');
        list.words.iter().for_each(|(word, meaning)| item(&mut text, &format!("`{word}`"), meaning));
    }
    text
}

/// The line about an operation.
fn describe(text: &mut String, operation: &OperationEntry) {
    let argument = operation.argument.as_ref().map(|argument| format!(" {}", placeholder(argument)));
    let actors: Vec<_> = operation.actors.iter().map(|actor| actor.word()).collect();
    let written = format!("`{}{}` ({})", operation.word, argument.unwrap_or_default(), actors.join(", "));
    let mut meaning = operation.text.clone();
    // An argument of words has a list below.
    for argument in operation.argument.iter().filter(|argument| argument.choices.is_empty()) {
        let _ = write!(meaning, " {} is {}.", placeholder(argument), argument.expected);
    }
    item(text, &written, &meaning);
}

/// How an argument is written where it may be anything: `COUNT`.
fn placeholder(argument: &ArgumentEntry) -> String {
    argument.name.to_ascii_uppercase()
}

fn item(text: &mut String, what: &str, meaning: &str) {
    fill(text, &format!("- {what}: {meaning}"), "  ");
}

fn paragraph(text: &mut String, sentences: &str) {
    fill(text, sentences, "");
}

fn fill(text: &mut String, line: &str, indent: &str) {
    let options = Options::new(WIDEST).subsequent_indent(indent).word_separator(WordSeparator::AsciiSpace);
    *text += &textwrap::fill(line, options.word_splitter(WordSplitter::NoHyphenation));
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_actor_argument_and_axis_is_listed() {
        let chapter = chapter();
        for operation in operations() {
            let argument = operation.argument.as_ref().map_or_else(String::new, |it| format!(" {}", placeholder(it)));
            let actors: Vec<_> = operation.actors.iter().map(|actor| actor.word()).collect();
            // Lines may be broken between the actors.
            let line = format!("- `{}{argument}` ({})", operation.word, actors.join(", "));
            assert!(chapter.contains(&line), "{line}");
        }
        for argument in operations().iter().filter_map(|operation| operation.argument.as_ref()) {
            // Lines may be broken between its words.
            let unbroken = chapter.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_word =
                argument.examples.iter().all(|example| !example.contains(' ') && example.parse::<u32>().is_err());
            assert!(is_word || unbroken.contains(&argument.expected), "{}: {}", argument.name, argument.expected);
        }
        for list in word_lists() {
            for (word, meaning) in &list.words {
                let begin = meaning.split_whitespace().next().unwrap_or_default();
                assert!(chapter.contains(&format!("- `{word}`: {begin}")), "{}: {word}: {meaning}", list.name);
            }
        }
        assert!(chapter.lines().all(|line| line.chars().count() <= WIDEST), "{chapter}");
    }
}
