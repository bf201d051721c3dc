//! Known exceptions: changes that are allowed, each for a reason that is written down.

use glob::Pattern;
use serde::Deserialize;
use toml::Spanned;

use super::version::Versions;
use crate::{
    catalogue::{self, AXES, Call, ReadCall, Sigpipe, SocketOption, Transport, Wait},
    diagnostic::{Mistake, Mistakes},
    matrix::{Cell, Column, Compare, ComparedStep, Relation, Seen, relation},
    outcome,
    results::checked_field,
    untrusted::one_line,
};

/// Largest file of exceptions that is read, in bytes.
pub const MAX_KNOWN: u64 = 1 << 20;

/// A change that is allowed.
#[derive(Debug)]
pub struct Known {
    /// The name of its file, as it was passed to [`parse`].
    pub path: String,
    /// The line of its selector, from 1.
    pub line: usize,
    /// Why it is allowed, in one line.
    pub reason: String,
    /// What names a ticket, a commit or a page about it, in one line. It is text, and never made a link.
    pub link: String,
    /// The selector as it is written in the file.
    pub select: String,
    pattern: Pattern,
    /// From 1.
    step: Option<u32>,
    /// In the order of [`Axes::NAMES`](crate::catalogue::Axes::NAMES).
    case: [Option<String>; AXES],
    /// os, arch, abi, runtime
    facts: [Option<String>; 4],
    version: Option<Versions>,
    /// The outcomes that are allowed, as a cell that other cells are compared with.
    allowed: Cell,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownFile {
    #[serde(default)]
    known: Vec<KnownTable>,
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownTable {
    select: Text,
    step: Option<Spanned<u32>>,
    transport: Option<Text>,
    sigpipe: Option<Text>,
    call: Option<Text>,
    option: Option<Text>,
    read_call: Option<Text>,
    wait: Option<Text>,
    #[serde(default)]
    platform: PlatformTable,
    outcomes: Spanned<Vec<Text>>,
    reason: Text,
    link: Text,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlatformTable {
    os: Option<Text>,
    arch: Option<Text>,
    abi: Option<Text>,
    runtime: Option<Text>,
    version: Option<Text>,
}

/// Parses the text of a file of exceptions. `path` is its name in messages; the file is not read.
///
/// # Errors
///
/// All mistakes in the file, each with its place and what is expected there.
pub fn parse(path: &str, text: &str) -> Result<Vec<Known>, Mistakes> {
    const RIGHT: &str = "known exceptions are TOML: `[[known]]` with select, outcomes, reason and link, and if need be \
                         step, transport, sigpipe, call, option, read_call, wait and platform = { os, arch, abi, runtime, version }";
    let file: KnownFile = toml::from_str(text).map_err(|error| Mistakes::of_toml(path, text, &error, RIGHT))?;
    let mut list = Vec::new();
    let known = file.known.into_iter().filter_map(|entry| known(path, text, entry, &mut list)).collect();
    if list.is_empty() { Ok(known) } else { Err(Mistakes::new(path, text, list)) }
}

/// The exception of a table, or `None` after its mistakes were added.
fn known(path: &str, text: &str, entry: KnownTable, mistakes: &mut Vec<Mistake>) -> Option<Known> {
    let before = mistakes.len();
    let mut wrong = |span, title: &str, right: &str| mistakes.push(Mistake::new(span, title, right));
    let pattern = Pattern::new(entry.select.get_ref()).ok().filter(|pattern| !pattern.as_str().is_empty());
    if pattern.is_none() {
        wrong(entry.select.span(), "not a selector", "a scenario id, a family, or a glob such as `peer-*`");
    }
    if let Some(step) = entry.step.as_ref().filter(|step| *step.get_ref() == 0) {
        wrong(step.span(), "not a step", "steps are numbered from 1");
    }
    let mut word = |word: &Option<Text>, is_one: fn(&str) -> bool, words: fn() -> String| {
        if let Some(word) = word.as_ref().filter(|word| !is_one(word.get_ref())) {
            wrong(word.span(), "not a value of this key", &format!("one of {}", words()));
        }
    };
    word(&entry.transport, |word| Transport::from_word(word).is_some(), Transport::words);
    word(&entry.sigpipe, |word| Sigpipe::from_word(word).is_some(), Sigpipe::words);
    word(&entry.call, |word| Call::from_word(word).is_some(), Call::words);
    word(&entry.option, |word| SocketOption::from_word(word).is_some(), SocketOption::words);
    word(&entry.read_call, |word| ReadCall::from_word(word).is_some(), ReadCall::words);
    word(&entry.wait, |word| Wait::from_word(word).is_some(), Wait::words);
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
            wrong(allowed.span(), "this outcome means that nothing was observed", "an outcome that a step can give");
        }
    }
    if entry.reason.get_ref().trim().is_empty() {
        wrong(entry.reason.span(), "an empty reason", "why this is allowed, in words");
    }
    if entry.link.get_ref().trim().is_empty() {
        wrong(entry.link.span(), "an empty link", "what names a ticket, a commit or a page, such as its address");
    }
    for field in [&entry.reason, &entry.link] {
        if field.get_ref().chars().any(|c| c.is_control() && !c.is_whitespace()) {
            wrong(field.span(), "a control character", "text without control characters, since terminals obey them");
        }
    }
    if mistakes.len() > before {
        return None;
    }
    let text_of = |text: Option<Text>| text.map(Spanned::into_inner);
    let outcomes = entry.outcomes.into_inner().into_iter().map(|outcome| Seen::of(outcome.into_inner())).collect();
    Some(Known {
        path: path.to_owned(),
        line: text[..entry.select.span().start].matches('\n').count() + 1,
        reason: one_line(entry.reason.get_ref()),
        link: one_line(entry.link.get_ref()),
        pattern: pattern?,
        select: entry.select.into_inner(),
        step: entry.step.map(Spanned::into_inner),
        case: [entry.transport, entry.sigpipe, entry.call, entry.option, entry.read_call, entry.wait].map(text_of),
        facts: [entry.platform.os, entry.platform.arch, entry.platform.abi, entry.platform.runtime].map(text_of),
        version: version.and_then(|(_, versions)| versions),
        allowed: Cell { outcomes, trials: None },
    })
}

impl Known {
    /// Whether it is about a platform. If it names facts, it is not about a platform whose facts are not recorded.
    pub(super) fn fits_platform(&self, column: &Column) -> bool {
        let Some(facts) = &column.members[0].facts else {
            return self.facts.iter().all(Option::is_none) && self.version.is_none();
        };
        are(&self.facts, [&facts.os, &facts.arch, &facts.abi, &facts.runtime])
            && self.version.as_ref().is_none_or(|versions| versions.fit(&facts.os_version))
    }

    /// Whether it is about a step.
    pub(super) fn fits(&self, step: &ComparedStep<'_>) -> bool {
        let case = step.case();
        self.step.is_none_or(|wanted| wanted == step.step())
            && are(&self.case, case.words())
            && self.fits_scenario(step.scenario())
    }

    /// Whether it is about a scenario.
    pub(super) fn fits_scenario(&self, id: &str) -> bool {
        catalogue::fits(&self.pattern, id)
    }

    /// Whether something was observed, and every outcome of it is allowed.
    pub(super) fn allows(&self, found: &Cell, by: Compare) -> bool {
        found.is_observed() && matches!(relation(found, &self.allowed, by), Relation::Same | Relation::Subset)
    }

    /// Whether it allows an outcome that the baseline's cell does not have.
    pub(super) fn adds_to(&self, baseline: &Cell, by: Compare) -> bool {
        !matches!(relation(&self.allowed, baseline, by), Relation::Same | Relation::Subset)
    }
}

/// Whether each word is the wanted one, if one is wanted.
fn are<const N: usize>(wanted: &[Option<String>; N], words: [&str; N]) -> bool {
    wanted.iter().zip(words).all(|(wanted, word)| wanted.as_ref().is_none_or(|wanted| wanted == word))
}
