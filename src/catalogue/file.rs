//! Scenario files, built in or a user's own: TOML with a table `[[scenario]]` for each scenario.

use std::{collections::HashSet, fmt::Display, ops::Range};

use clap::ValueEnum;
use serde::Deserialize;
use toml::Spanned;

use super::{
    scenario::{Axes, Scenario},
    steps,
};
use crate::{
    diagnostic::{Mistake, Mistakes},
    nearest::did_you_mean,
    untrusted::one_line,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<ScenarioTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioTable {
    id: Spanned<String>,
    title: Spanned<String>,
    why: Spanned<String>,
    source: Option<Spanned<String>>,
    transports: Words,
    #[serde(default)]
    slow: bool,
    #[serde(default)]
    also: Vec<Also>,
    #[serde(default)]
    racing: bool,
    races_on: Option<Words>,
    steps: Spanned<String>,
}

/// The words of one axis, each with its place.
type Words = Spanned<Vec<Spanned<String>>>;

/// Further cases, the product of these axes. An axis that is left out has its usual value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    transports: Words,
    sigpipe: Option<Words>,
    call: Option<Words>,
    option: Option<Words>,
    read_call: Option<Words>,
    wait: Option<Words>,
}

/// Parses the text of a scenario file; `path` is its name in messages. Each scenario comes with the place of its id.
///
/// # Errors
///
/// All mistakes in the file, each with its place.
pub(super) fn parse(path: &str, text: &str) -> Result<Vec<(Scenario, Range<usize>)>, Mistakes> {
    let expected = "a scenario file is TOML: `[[scenario]]` with id, title, why, transports, steps";
    let file: File = toml::from_str(text).map_err(|error| Mistakes::of_toml(path, text, &error, expected))?;
    let mut mistakes = Vec::new();
    let scenarios = file.scenario.into_iter().map(|entry| scenario(text, entry, &mut mistakes)).collect();
    if mistakes.is_empty() { Ok(scenarios) } else { Err(Mistakes::new(path, text, mistakes)) }
}

/// Where the table of the scenario begins whose id is at `id`.
pub(super) fn table_start(text: &str, id: usize) -> usize {
    text[..id].rfind("[[scenario]]").unwrap_or_default()
}

/// The scenario and the place of its id. Where there are mistakes it lacks what they are about.
fn scenario(text: &str, entry: ScenarioTable, mistakes: &mut Vec<Mistake>) -> (Scenario, Range<usize>) {
    let id = entry.id.span();
    if !is_id(entry.id.get_ref()) {
        mistakes.push(Mistake::new(
            id.clone(),
            "not a scenario id",
            "expected `family/operations-in-order` of a-z, 0-9, `-` and `_`, at most 80 characters",
        ));
    }
    for field in [Some(&entry.title), Some(&entry.why), entry.source.as_ref()].into_iter().flatten() {
        if field.get_ref().chars().any(|c| c.is_control() && !c.is_whitespace()) {
            mistakes.push(Mistake::new(
                field.span(),
                "a control character",
                "expected plain text, since terminals show it",
            ));
        }
        if field.get_ref().trim().is_empty() {
            mistakes.push(Mistake::new(field.span(), "an empty text", "expected a sentence"));
        }
    }
    let axes = axes(&entry, mistakes);
    let races_on = races_on(&entry, mistakes);
    let (source, base) = steps_source(text, &entry.steps);
    let transports: Vec<_> = axes.iter().map(|axes| axes.transport).collect();
    let steps = steps::parse(source, base, entry.racing, &transports).unwrap_or_else(|found| {
        mistakes.extend(found);
        Vec::new()
    });
    let scenario = Scenario {
        id: entry.id.into_inner(),
        title: one_line(entry.title.get_ref()),
        why: one_line(entry.why.get_ref()),
        source: entry.source.as_ref().map(|source| one_line(source.get_ref())),
        axes,
        slow: entry.slow,
        racing: entry.racing,
        races_on,
        steps,
    };
    (scenario, id)
}

/// The systems for which this program is built, by the names that [`std::env::consts::OS`] has for them.
const SYSTEMS: [&str; 10] =
    ["linux", "macos", "windows", "freebsd", "netbsd", "openbsd", "dragonfly", "illumos", "android", "haiku"];

/// The systems on which the steps race, in the order of the file.
fn races_on(entry: &ScenarioTable, mistakes: &mut Vec<Mistake>) -> Vec<String> {
    let Some(words) = &entry.races_on else { return Vec::new() };
    if entry.racing {
        mistakes.push(Mistake::new(
            words.span(),
            "`races_on` beside `racing`",
            "a scenario that races does so everywhere",
        ));
    } else if words.get_ref().is_empty() {
        mistakes.push(Mistake::new(words.span(), "an empty list", "expected one or more systems, such as \"freebsd\""));
    }
    let mut systems: Vec<String> = Vec::new();
    for word in words.get_ref() {
        let system = word.get_ref();
        if !SYSTEMS.contains(&system.as_str()) {
            let title = format!("unknown system `{system}`");
            let known: Vec<_> = SYSTEMS.iter().map(|known| format!("`{known}`")).collect();
            let near = did_you_mean(system, SYSTEMS);
            mistakes.push(Mistake::new(word.span(), title, format!("{near}expected one of {}", known.join(", "))));
        } else if systems.contains(system) {
            mistakes.push(Mistake::new(word.span(), "a word that is listed twice", "list each word once"));
        } else {
            systems.push(system.clone());
        }
    }
    systems
}

/// The axes of the cases in the order of the file: the plain ones over each transport, then the further ones.
fn axes(entry: &ScenarioTable, mistakes: &mut Vec<Mistake>) -> Vec<Axes> {
    let usual = Axes::USUAL;
    let mut all: Vec<_> = places(axis(Some(&entry.transports), usual.transport, mistakes), &entry.transports)
        .map(|(transport, place)| (Axes { transport, ..usual }, place))
        .collect();
    for also in &entry.also {
        let sigpipes = axis(also.sigpipe.as_ref(), usual.sigpipe, mistakes);
        let calls = axis(also.call.as_ref(), usual.call, mistakes);
        let options = axis(also.option.as_ref(), usual.option, mistakes);
        let read_calls = axis(also.read_call.as_ref(), usual.read_call, mistakes);
        let waits = axis(also.wait.as_ref(), usual.wait, mistakes);
        let rest = product(&product(&product(&product(&sigpipes, &calls), &options), &read_calls), &waits);
        for (transport, place) in places(axis(Some(&also.transports), usual.transport, mistakes), &also.transports) {
            let case = |&((((sigpipe, call), option), read_call), wait)| {
                (Axes { transport, sigpipe, call, option, read_call, wait }, place.clone())
            };
            all.extend(rest.iter().map(case));
        }
    }
    let mut seen = HashSet::new();
    if let Some((twice, place)) = all.iter().find(|(axes, _)| !seen.insert(*axes)) {
        let title = format!("the case {twice} is listed twice");
        mistakes.push(Mistake::new(place.clone(), title, "list each case once"));
    }
    all.into_iter().map(|(axes, _)| axes).collect()
}

/// Every pair of a value of the first list and one of the second; the second changes faster.
fn product<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    first.iter().flat_map(|&a| second.iter().map(move |&b| (a, b))).collect()
}

/// The values of an axis with the places of their words.
fn places<T: Display>(values: Vec<T>, words: &Words) -> impl Iterator<Item = (T, Range<usize>)> {
    values.into_iter().filter_map(|value| {
        let word = words.get_ref().iter().find(|word| *word.get_ref() == value.to_string())?;
        Some((value, word.span()))
    })
}

/// The values that these words stand for; the usual one if there is no list.
fn axis<T>(words: Option<&Words>, usual: T, mistakes: &mut Vec<Mistake>) -> Vec<T>
where
    T: ValueEnum + Copy + PartialEq + Display,
{
    let Some(words) = words else { return vec![usual] };
    let allowed = T::value_variants();
    let expected = |number| {
        let words: Vec<_> = allowed.iter().map(|value| format!("`{value}`")).collect();
        format!("expected {number} of {}", words.join(", "))
    };
    let mut values = Vec::new();
    if words.get_ref().is_empty() {
        mistakes.push(Mistake::new(words.span(), "an empty list", expected("one or more")));
    }
    for word in words.get_ref() {
        match allowed.iter().find(|value| value.to_string() == *word.get_ref()) {
            None => {
                let title = format!("unknown word `{}`", word.get_ref());
                let words: Vec<_> = allowed.iter().map(ToString::to_string).collect();
                let near = did_you_mean(word.get_ref(), words.iter().map(String::as_str));
                mistakes.push(Mistake::new(word.span(), title, near + &expected("one")));
            }
            Some(value) if values.contains(value) => {
                mistakes.push(Mistake::new(word.span(), "a word that is listed twice", "list each word once"));
            }
            Some(value) => values.push(*value),
        }
    }
    values
}

/// The text of the steps, and the byte of the file at which it begins, from which places of mistakes are counted.
///
/// TOML's value is the text between the quotes unless that has escapes, which steps do not need. With a backslash in it
/// the value is parsed, and places are counted from the opening quotes.
fn steps_source<'a>(text: &'a str, steps: &'a Spanned<String>) -> (&'a str, usize) {
    let span = steps.span();
    let literal = &text[span.clone()];
    let quotes = if literal.starts_with("\"\"\"") || literal.starts_with("'''") { 3 } else { 1 };
    if literal.contains('\\') {
        return (steps.get_ref(), span.start);
    }
    (&literal[quotes..literal.len() - quotes], span.start + quotes)
}

fn is_id(id: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
    };
    id.len() <= 80 && id.split_once('/').is_some_and(|(family, name)| is_word(family) && is_word(name))
}
