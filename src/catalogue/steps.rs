//! The step language: one step on each line, `actor operation [argument]`; `#` begins a comment.

use std::ops::Range;

use super::{
    operations::{OPERATIONS, Operation, Word},
    scenario::Step,
    sequence::first_impossible,
    vocabulary::{Actor, Transport},
};
use crate::{diagnostic::Mistake, nearest::did_you_mean};

/// Parses steps. `base` is the byte of the file at which `text` begins, so that spans of mistakes are places in the
/// file. `racing` is whether the scenario's steps may race with each other; `transports` is what it runs over, empty for
/// steps of which that is not known.
///
/// # Errors
///
/// Every line that is not a step; without such lines, the first step that cannot follow those before it.
pub(super) fn parse(
    text: &str,
    base: usize,
    racing: bool,
    transports: &[Transport],
) -> Result<Vec<Step>, Vec<Mistake>> {
    let (mut steps, mut mistakes) = (Vec::new(), Vec::new());
    let mut offset = base;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        match parse_line(&words(code, offset)) {
            Ok(step) => steps.extend(step),
            Err(mistake) => mistakes.push(mistake),
        }
        offset += line.len();
    }
    if mistakes.is_empty() {
        mistakes.extend(first_impossible(&steps, base..base + text.len(), racing, transports));
    }
    if mistakes.is_empty() { Ok(steps.into_iter().map(|(step, _)| step).collect()) } else { Err(mistakes) }
}

/// Parses a text that is one step; an empty one is none.
pub(super) fn parse_one(text: &str) -> Result<Step, Mistake> {
    let step = parse_line(&words(text, 0))?;
    let missing = || Mistake::new(0..text.len(), "no step", "expected an actor and an operation");
    step.map(|(step, _)| step).ok_or_else(missing)
}

/// A word of a line, and its place in the file.
type Placed<'a> = (&'a str, Range<usize>);

fn words(code: &str, offset: usize) -> Vec<Placed<'_>> {
    code.split_whitespace()
        .map(|word| {
            let start = offset + (word.as_ptr() as usize - code.as_ptr() as usize);
            (word, start..start + word.len())
        })
        .collect()
}

/// The step of a line and its place; `None` if the line has no words.
fn parse_line(words: &[Placed<'_>]) -> Result<Option<(Step, Range<usize>)>, Mistake> {
    let [(actor_word, actor_span), rest @ ..] = words else { return Ok(None) };
    let actor = Actor::from_word(actor_word).ok_or_else(|| {
        let near = did_you_mean(actor_word, Actor::ALL.map(Actor::word));
        let label = format!("{near}expected one of {}", Actor::words());
        Mistake::new(actor_span.clone(), format!("unknown actor `{actor_word}`"), label)
    })?;
    let [(word, span), arguments @ ..] = rest else {
        let end = actor_span.end;
        return Err(Mistake::new(end..end, "a step without an operation", allowed_operations(actor)));
    };
    let known = OPERATIONS.iter().find(|entry| entry.word == *word);
    let entry = known.ok_or_else(|| {
        // One that another actor can is nearer than one that is spelt in quite another way.
        let own = OPERATIONS.iter().filter(|entry| entry.actors.contains(&actor)).map(|entry| entry.word);
        let near = did_you_mean(word, own.chain(OPERATIONS.iter().map(|entry| entry.word)));
        let label = format!("{near}{}", allowed_operations(actor));
        Mistake::new(span.clone(), format!("unknown operation `{word}`"), label)
    })?;
    if !entry.actors.contains(&actor) {
        let title = format!("the {actor} cannot `{word}`");
        return Err(Mistake::new(span.clone(), title, allowed_operations(actor)));
    }
    let operation = parse_argument(entry, arguments, span.end)?;
    let end = arguments.last().map_or(span.end, |(_, span)| span.end);
    Ok(Some((Step { actor, operation }, actor_span.start..end)))
}

/// The operation with the argument that these words are; `end` is where they would begin if there are none.
fn parse_argument(entry: &Word, words: &[Placed<'_>], end: usize) -> Result<Operation, Mistake> {
    let meaning = |count: usize| {
        let texts: Vec<_> = words[..count].iter().map(|(word, _)| *word).collect();
        (entry.meaning)(&texts.join(" "))
    };
    if let Some(operation) = meaning(words.len()) {
        return Ok(operation);
    }
    // With fewer words it may be right; then the next one is too many.
    if let Some((extra, span)) = (0..words.len()).rev().find(|&count| meaning(count).is_some()).map(|at| &words[at]) {
        let label = match entry.expected {
            None => "expected the end of the line".to_owned(),
            Some(expected) => format!("expected the end of the line; `{}` takes {}", entry.word, expected()),
        };
        return Err(Mistake::new(span.clone(), format!("unexpected word `{extra}`"), label));
    }
    let texts: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let span = words.first().map_or(end, |(_, span)| span.start)..words.last().map_or(end, |(_, span)| span.end);
    let title = match &*texts.join(" ") {
        "" => format!("`{}` without its argument", entry.word),
        text => format!("`{}` cannot take `{text}`", entry.word),
    };
    let expected = entry.expected.map_or_else(String::new, |expected| expected());
    let choices = (entry.choices)();
    // Of several words the first that is in no list is the mistyped one.
    let mistyped = texts.iter().find(|text| choices.iter().all(|(word, _)| word != *text));
    let near = mistyped.map(|text| did_you_mean(text, choices.iter().map(|(word, _)| *word))).unwrap_or_default();
    Err(Mistake::new(span, title, format!("{near}expected {expected}")))
}

fn allowed_operations(actor: Actor) -> String {
    let allowed = OPERATIONS.iter().filter(|entry| entry.actors.contains(&actor));
    format!("the {actor} can {}", allowed.map(|entry| format!("`{}`", entry.word)).collect::<Vec<_>>().join(", "))
}
