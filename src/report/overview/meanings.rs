//! What the signs and words of the overview mean: those that are on the page, in one line or each in its own.

use std::{collections::BTreeSet, ops::BitOr};

use super::{
    super::{EMPTY, STATED},
    words::{MORE, NO_SIGPIPE, NOT_TRIED, OR, VERSIONS, all_outcomes, in_room, title},
};
use crate::{
    matrix::Best,
    outcome::{KILLED, Readiness, VOCABULARY, flags_of, forms_of},
    overview::{Answer, Overview},
};

/// The answers of the first `systems` columns.
fn shown<'a, 'b>(overview: &'b Overview<'a>, systems: usize) -> impl Iterator<Item = &'b Answer<'a>> {
    overview.questions().flat_map(move |(_, answers)| answers.cells.iter().take(systems))
}

/// Which signs the first `systems` columns have.
struct Signs<'a> {
    is_stated: bool,
    is_unknown: bool,
    is_not_run: bool,
    is_without_sigpipe: bool,
    is_several: bool,
    is_cut: bool,
    has_versions: bool,
    flags: Readiness,
    /// What is in the cells, as it is in data.
    outcomes: BTreeSet<&'a str>,
}

impl<'a> Signs<'a> {
    fn of(overview: &'a Overview<'_>, systems: usize) -> Self {
        let bests: Vec<&Best<'_>> = shown(overview, systems)
            .filter_map(|answer| match answer {
                Answer::Best(best) => Some(best),
                _ => None,
            })
            .collect();
        let has = |fits: fn(&Answer<'_>) -> bool| shown(overview, systems).any(fits);
        let others = bests.iter().flat_map(|best| best.others.iter().map(|(_, cell)| *cell));
        let cells = bests.iter().map(|best| best.cell).chain(others);
        let outcomes: BTreeSet<_> = cells.flat_map(|cell| cell.outcomes.iter().map(|seen| &*seen.outcome)).collect();
        Signs {
            is_stated: bests.iter().any(|best| !best.platform.is_measured()),
            is_unknown: has(|answer| matches!(answer, Answer::Unknown)),
            is_not_run: has(|answer| matches!(answer, Answer::NotRun)),
            is_without_sigpipe: has(|answer| matches!(answer, Answer::NoSigpipe { .. })),
            is_several: bests.iter().any(|best| in_room(best).0.len() > 1),
            is_cut: bests.iter().any(|best| !in_room(best).1),
            has_versions: bests.iter().any(|best| !best.others.is_empty()),
            flags: outcomes.iter().filter_map(|outcome| flags_of(outcome)).fold(Readiness::default(), BitOr::bitor),
            outcomes,
        }
    }
}

/// What the signs mean that the first `systems` columns have, in one line; empty if they have none.
pub(super) fn in_one_line(overview: &Overview<'_>, systems: usize) -> String {
    let signs = Signs::of(overview, systems);
    let parts = [
        (signs.is_stated, format!("{STATED} not measured")),
        (signs.is_unknown, format!("{EMPTY} unknown")),
        (signs.is_several, format!("{OR} or")),
        (signs.is_cut, format!("{MORE} or another")),
        (signs.has_versions, format!("{VERSIONS} versions differ")),
        (!signs.flags.is_empty(), "R W readable, writable, E error, RC WC read, write closed".to_owned()),
        (signs.is_not_run, format!("{NOT_TRIED}: `brokenpipe run --slow` runs it")),
    ];
    parts.into_iter().filter_map(|(is_there, text)| is_there.then_some(text)).collect::<Vec<_>>().join(", ")
}

/// What every sign and word means that the first `systems` columns have, each in a line of its own, and what cells have
/// no room for.
pub(super) fn in_full(overview: &Overview<'_>, systems: usize) -> Vec<String> {
    let signs = Signs::of(overview, systems);
    let parts = [
        (signs.is_stated, format!("{STATED} was documented or reported, not measured by this program")),
        (signs.is_unknown, format!("{EMPTY} nothing is known")),
        (
            signs.is_several,
            format!("{OR} stands between the outcomes of a race, of trials that disagree, or of sources that disagree"),
        ),
        (
            signs.has_versions,
            format!("{VERSIONS} other measured versions of the system gave another outcome, see below"),
        ),
        (signs.is_not_run, format!("{NOT_TRIED}: it takes seconds; `brokenpipe run --slow` runs it")),
    ];
    let mut lines: Vec<_> = parts.into_iter().filter_map(|(is_there, text)| is_there.then_some(text)).collect();
    if signs.is_without_sigpipe {
        lines.push(format!(
            "{NO_SIGPIPE}: the system does not have this signal ({})",
            without_sigpipe(overview, systems)
        ));
    }
    if !signs.flags.is_empty() {
        let flags: Vec<_> = signs.flags.set().map(|(word, short)| format!("{short} {word}")).collect();
        lines.push(format!("readiness: {}", flags.join(", ")));
    }
    let forms: Vec<_> = signs.outcomes.iter().flat_map(|outcome| forms_of(outcome)).collect();
    for form in VOCABULARY.iter().filter(|form| forms.contains(form)) {
        match form.form {
            "ERROR" => lines.push(
                "EPIPE and the like: the call failed with this error; `brokenpipe explain` tells of one".to_owned(),
            ),
            KILLED => lines.push(format!("killed: {}", form.short_meaning())),
            word if form.is_in_legend() => lines.push(format!("{word}: {}", form.short_meaning())),
            _ => {}
        }
    }
    let noted = overview.questions().filter(|(_, answers)| !answers.question.note.is_empty());
    lines.extend(noted.map(|(_, answers)| format!("{}: {}", answers.question.words, answers.question.note)));
    if signs.is_cut {
        lines.push(format!("{MORE} there are further outcomes:"));
        lines.extend(cut(overview, systems));
    }
    lines
}

/// Where it is stated that systems do not have SIGPIPE.
fn without_sigpipe(overview: &Overview<'_>, systems: usize) -> String {
    let sources = overview.systems.iter().take(systems).enumerate().filter_map(|(at, column)| {
        let mut answers = overview.questions().map(|(_, answers)| &answers.cells[at]);
        answers.find_map(|answer| match answer {
            Answer::NoSigpipe { source } => Some(format!("{}: {source}", title(column))),
            _ => None,
        })
    });
    sources.collect::<Vec<_>>().join("; ")
}

/// The cells that do not show all their outcomes, with these.
fn cut(overview: &Overview<'_>, systems: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (topic, answers) in overview.questions() {
        for (column, answer) in overview.systems.iter().zip(&answers.cells).take(systems) {
            if let Answer::Best(best) = answer
                && !in_room(best).1
            {
                let (topic, question) = (&topic.name, &answers.question.words);
                lines.push(format!("{MORE} {}, {topic}, {question}: {}", title(column), all_outcomes(best.cell)));
            }
        }
    }
    lines
}
