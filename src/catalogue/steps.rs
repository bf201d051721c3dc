//! The step language: one step on each line, `actor operation [argument]`; `#` begins a comment.

use std::ops::Range;

use super::{
    operations::{OPERATIONS, Operation, Word},
    scenario::Step,
    sequence::first_impossible,
    vocabulary::Actor,
};
use crate::diagnostic::Mistake;

/// Parses steps. `base` is the byte of the file at which `text` begins, so that spans of mistakes are places in the
/// file. `racing` is whether the scenario's steps may race with each other.
///
/// # Errors
///
/// Every line that is not a step; without such lines, the first step that cannot follow those before it.
pub(super) fn parse(text: &str, base: usize, racing: bool) -> Result<Vec<Step>, Vec<Mistake>> {
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
        mistakes.extend(first_impossible(&steps, base..base + text.len(), racing));
    }
    if mistakes.is_empty() { Ok(steps.into_iter().map(|(step, _)| step).collect()) } else { Err(mistakes) }
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
        let label = format!("expected one of {}", Actor::words());
        Mistake::new(actor_span.clone(), format!("unknown actor `{actor_word}`"), label)
    })?;
    let [(word, span), arguments @ ..] = rest else {
        let end = actor_span.end;
        return Err(Mistake::new(end..end, "a step without an operation", allowed_operations(actor)));
    };
    let wrong_word = |title| Mistake::new(span.clone(), title, allowed_operations(actor));
    let known = OPERATIONS.iter().find(|entry| entry.word == *word);
    let entry = known.ok_or_else(|| wrong_word(format!("unknown operation `{word}`")))?;
    if !entry.actors.contains(&actor) {
        return Err(wrong_word(format!("the {actor} cannot `{word}`")));
    }
    let operation = parse_argument(entry, arguments.first(), span.end)?;
    if let Some((extra, span)) = arguments.get(usize::from(entry.expected.is_some())) {
        return Err(Mistake::new(span.clone(), format!("unexpected word `{extra}`"), "expected the end of the line"));
    }
    let end = arguments.last().map_or(span.end, |(_, span)| span.end);
    Ok(Some((Step { actor, operation }, actor_span.start..end)))
}

fn parse_argument(entry: &Word, argument: Option<&Placed<'_>>, end: usize) -> Result<Operation, Mistake> {
    let (word, span) = argument.cloned().unwrap_or(("", end..end));
    (entry.meaning)(word).ok_or_else(|| {
        let title = match word {
            "" => format!("`{}` without its argument", entry.word),
            word => format!("`{}` cannot take `{word}`", entry.word),
        };
        let expected = entry.expected.map_or_else(String::new, |expected| expected());
        Mistake::new(span, title, format!("expected {expected}"))
    })
}

fn allowed_operations(actor: Actor) -> String {
    let allowed = OPERATIONS.iter().filter(|entry| entry.actors.contains(&actor));
    format!("the {actor} can {}", allowed.map(|entry| format!("`{}`", entry.word)).collect::<Vec<_>>().join(", "))
}
