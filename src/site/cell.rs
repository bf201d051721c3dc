//! A cell as pages show it: its class by a colour and a sign, and its outcomes.

use clap::ValueEnum;

use crate::{
    matrix::{Best, Cell},
    outcome::{Class, class_of},
    report::{STATED, shorten},
    untrusted::printable,
};

/// What a cell looks like. `cell.html` has the macro that writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// The class of the first outcome, by the name that the style sheet has for it.
    pub(super) class: &'static str,
    /// A sign for the class, so that it can be told without colours.
    pub(super) sign: &'static str,
    /// The outcomes, with readiness flags in short and, where trials disagree, their shares.
    pub(super) text: String,
    /// Whether it was documented or reported, not measured.
    pub(super) is_stated: bool,
    /// Whether other measured versions of the system gave another outcome.
    pub(super) has_versions: bool,
}

impl Shown {
    /// What is best known of a system.
    pub(super) fn of_best(best: &Best<'_>) -> Self {
        Shown { has_versions: !best.others.is_empty(), ..Shown::of(best.cell, best.platform.is_measured()) }
    }

    /// Words in place of an outcome.
    pub(super) fn of_words(words: &str) -> Self {
        Shown { class: "none", sign: "", text: words.to_owned(), is_stated: false, has_versions: false }
    }

    /// A cell of a platform.
    pub(super) fn of(cell: &Cell, is_measured: bool) -> Self {
        let (class, sign) = look(&cell.outcomes[0].outcome);
        let texts = cell.outcomes.iter().map(|seen| format!("{}{}", shorten(&seen.outcome), cell.share(seen)));
        let text = printable(&texts.collect::<Vec<_>>().join(if cell.is_counted() { ", " } else { " or " }));
        Shown { class, sign, text, is_stated: !is_measured, has_versions: false }
    }
}

/// A name, with a sign if nothing of what has it was measured.
pub(super) fn marked(name: &str, is_measured: bool) -> String {
    let sign = if is_measured { "" } else { STATED };
    format!("{sign}{name}")
}

/// What follows a sentence with such signs in it; empty if there are none.
pub(super) fn explained(has_signs: bool) -> String {
    if has_signs { format!(" {STATED} was not measured by this program.") } else { String::new() }
}

/// The classes with their signs and meanings, in the order of [`Class::ALL`].
pub(super) fn signs() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let meaning = |class: Class| class.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
    Class::ALL.into_iter().map(move |class| (class.word(), sign(class), meaning(class).unwrap_or_default()))
}

/// How the class of an outcome looks: the name that the style sheet has for it, and its sign. An outcome of no class,
/// such as `unsupported`, has neither.
pub(super) fn look(outcome: &str) -> (&'static str, &'static str) {
    class_of(outcome).map_or(("none", ""), |class| (class.word(), sign(class)))
}

fn sign(class: Class) -> &'static str {
    match class {
        Class::Disconnected => "✕",
        Class::End => "⊣",
        Class::Data => "●",
        Class::Wait => "◌",
        Class::Misuse => "!",
        Class::Done => "✓",
        Class::Killed => "†",
    }
}
