//! Known exceptions: changes that somebody looked at, and allows for a reason.

use glob::Pattern;
use serde::Deserialize;
use toml::Spanned;

use super::version::Versions;
use crate::{
    catalogue::{self, Call, Sigpipe, SocketOption, Transport},
    diagnostic::{Mistake, Mistakes},
    matrix::{Cell, Column, Compare, ComparedStep, Relation, Seen, relation},
    outcome,
    results::checked_field,
    untrusted::one_line,
};

/// Largest file of exceptions, in bytes.
pub const MAX_KNOWN: u64 = 1 << 20;

/// One exception.
#[derive(Debug)]
pub struct Known {
    /// The file it stands in.
    pub path: String,
    /// The line of its selector, from 1.
    pub line: usize,
    /// Why it is allowed.
    pub reason: String,
    /// Where that is told at length.
    pub link: String,
    /// The selector as it was written.
    pub select: String,
    pattern: Pattern,
    step: Option<u32>,
    /// transport, sigpipe, call, option
    case: [Option<String>; 4],
    /// os, arch, abi, runtime
    facts: [Option<String>; 4],
    version: Option<Versions>,
    /// The outcomes that are allowed, as a cell, so that they are compared as cells are.
    allowed: Cell,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Entry>,
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    select: Text,
    step: Option<Spanned<u32>>,
    transport: Option<Text>,
    sigpipe: Option<Text>,
    call: Option<Text>,
    option: Option<Text>,
    #[serde(default)]
    platform: On,
    outcomes: Spanned<Vec<Text>>,
    reason: Text,
    link: Text,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct On {
    os: Option<Text>,
    arch: Option<Text>,
    abi: Option<Text>,
    runtime: Option<Text>,
    version: Option<Text>,
}

/// Reads the text of a file of exceptions; `path` is for messages.
///
/// # Errors
///
/// All mistakes in the file, each with its place and what would be right.
pub fn parse(path: &str, text: &str) -> Result<Vec<Known>, Mistakes> {
    const RIGHT: &str = "known exceptions are TOML: `[[known]]` with select, outcomes, reason and link, and if need be \
                         step, transport, sigpipe, call, option and platform = { os, arch, abi, runtime, version }";
    let file: File = toml::from_str(text).map_err(|error| Mistakes::of_toml(path, text, &error, RIGHT))?;
    let mut list = Vec::new();
    let known = file.known.into_iter().filter_map(|entry| known(path, text, entry, &mut list)).collect();
    if list.is_empty() { Ok(known) } else { Err(Mistakes { path: path.to_owned(), text: text.to_owned(), list }) }
}

fn known(path: &str, text: &str, entry: Entry, mistakes: &mut Vec<Mistake>) -> Option<Known> {
    let before = mistakes.len();
    let mut wrong = |span, title: &str, right: &str| mistakes.push(Mistake::new(span, title, right));
    let pattern = Pattern::new(entry.select.get_ref());
    if pattern.is_err() || entry.select.get_ref().is_empty() {
        wrong(entry.select.span(), "not a selector", "a scenario id, a family, or a glob such as `peer-*`");
    }
    if let Some(step) = &entry.step
        && *step.get_ref() == 0
    {
        wrong(step.span(), "not a step", "steps are numbered from 1");
    }
    let mut word = |word: &Option<Text>, is_one: fn(&str) -> bool, words: fn() -> String| {
        if let Some(word) = word
            && !is_one(word.get_ref())
        {
            wrong(word.span(), "not a word of this axis", &format!("one of {}", words()));
        }
    };
    word(&entry.transport, |word| Transport::from_word(word).is_some(), Transport::words);
    word(&entry.sigpipe, |word| Sigpipe::from_word(word).is_some(), Sigpipe::words);
    word(&entry.call, |word| Call::from_word(word).is_some(), Call::words);
    word(&entry.option, |word| SocketOption::from_word(word).is_some(), SocketOption::words);
    let version = entry.platform.version.as_ref().map(|version| (version.span(), Versions::parse(version.get_ref())));
    if let Some((span, None)) = &version {
        wrong(span.clone(), "not a range of versions", Versions::RIGHT);
    }
    if entry.outcomes.get_ref().is_empty() {
        wrong(entry.outcomes.span(), "no outcomes", "the outcomes that are allowed, such as [\"EPIPE\", \"ok 1\"]");
    }
    for allowed in entry.outcomes.get_ref() {
        if checked_field("outcome", allowed.get_ref().as_bytes()).is_err() {
            wrong(allowed.span(), "not an outcome", "an outcome as results have it, such as `EPIPE` or `ok 1`");
        } else if !outcome::is_observed(allowed.get_ref()) {
            wrong(allowed.span(), "nothing is observed with this outcome", "an outcome that a step can give");
        }
    }
    if entry.reason.get_ref().trim().is_empty() {
        wrong(entry.reason.span(), "an empty reason", "why this is allowed, in words");
    }
    let link = entry.link.get_ref();
    let is_link = ["https://", "http://"].iter().any(|head| link.strip_prefix(head).is_some_and(|at| !at.is_empty()));
    if !is_link || link.chars().any(char::is_whitespace) {
        wrong(
            entry.link.span(),
            "not a link",
            "an address that begins with `https://`: a bug report, a commit, a page",
        );
    }
    for field in [&entry.reason, &entry.link] {
        if field.get_ref().chars().any(|c| c.is_control() && !c.is_whitespace()) {
            wrong(field.span(), "a control character", "text only: it is shown on terminals");
        }
    }
    if mistakes.len() > before {
        return None;
    }
    let text_of = |text: Option<Text>| text.map(Spanned::into_inner);
    let outcomes = entry.outcomes.into_inner();
    Some(Known {
        path: path.to_owned(),
        line: text[..entry.select.span().start].matches('\n').count() + 1,
        reason: one_line(entry.reason.get_ref()),
        link: entry.link.into_inner(),
        pattern: pattern.ok()?,
        select: entry.select.into_inner(),
        step: entry.step.map(Spanned::into_inner),
        case: [entry.transport, entry.sigpipe, entry.call, entry.option].map(text_of),
        facts: [entry.platform.os, entry.platform.arch, entry.platform.abi, entry.platform.runtime].map(text_of),
        version: version.and_then(|(_, versions)| versions),
        allowed: Cell {
            outcomes: outcomes.into_iter().map(|outcome| Seen::of(outcome.into_inner())).collect(),
            trials: None,
        },
    })
}

impl Known {
    /// Whether it is about a platform. Of one without facts nothing is known but its name.
    pub(super) fn fits_platform(&self, column: &Column) -> bool {
        if self.facts.iter().all(Option::is_none) && self.version.is_none() {
            return true;
        }
        column.members[0].facts.as_ref().is_some_and(|facts| {
            let of = [&facts.os, &facts.arch, &facts.abi, &facts.runtime];
            self.facts.iter().zip(of).all(|(wanted, fact)| wanted.as_ref().is_none_or(|wanted| wanted == fact))
                && self.version.as_ref().is_none_or(|versions| versions.fit(&facts.os_version))
        })
    }

    /// Whether it is about a step.
    pub(super) fn fits(&self, step: &ComparedStep<'_>) -> bool {
        let id = step.scenario();
        let case = step.case();
        let words = [&case.transport, &case.sigpipe, &case.call, &case.option];
        self.step.is_none_or(|wanted| wanted == step.step())
            && self.case.iter().zip(words).all(|(wanted, word)| wanted.as_ref().is_none_or(|wanted| **wanted == **word))
            && self.fits_scenario(id)
    }

    /// Whether it is about a scenario.
    pub(super) fn fits_scenario(&self, id: &str) -> bool {
        catalogue::fits(&self.pattern, id)
    }

    /// Whether all that was found is allowed.
    pub(super) fn allows(&self, found: &Cell, by: Compare) -> bool {
        found.is_observed() && matches!(relation(found, &self.allowed, by), Relation::Same | Relation::Subset)
    }

    /// Whether it allows more than the baseline knows.
    pub(super) fn adds_to(&self, baseline: &Cell, by: Compare) -> bool {
        !matches!(relation(&self.allowed, baseline, by), Relation::Same | Relation::Subset)
    }
}
