//! The words of the overview for people: its cells and the footnotes.

use indexmap::IndexMap;

use super::super::{EMPTY, STATED, legend::shorten};
use crate::{
    matrix::{Best, Cell, Seen},
    outcome::KILLED,
    overview::{Answer, Overview, SystemColumn},
    untrusted::{no_command, printable},
};

/// Marks a cell where another measured version of the system differs.
pub(super) const VERSIONS: &str = "*";

/// Stands between the outcomes of a cell.
pub(super) const OR: &str = "/";

/// Stands for the further outcomes of a cell.
pub(super) const MORE: &str = "…";

/// In place of a cell of which the run that the column shows did nothing.
pub(crate) const NOT_TRIED: &str = "not run";

/// In place of a cell of a system that does not have SIGPIPE.
pub(crate) const NO_SIGPIPE: &str = "no SIGPIPE";

/// The most characters, with marks, that several outcomes of a cell may take.
const WIDEST: usize = 15;

/// The most questions that a footnote names.
const MOST: usize = 3;

/// The text of a cell: its outcomes as far as there is room, and marks.
pub(super) fn cell(answer: &Answer<'_>) -> String {
    match answer {
        Answer::Unknown => EMPTY.to_owned(),
        Answer::NotRun => NOT_TRIED.to_owned(),
        Answer::NoSigpipe { .. } => NO_SIGPIPE.to_owned(),
        Answer::Best(best) => {
            let mark = if best.platform.is_measured() { "" } else { STATED };
            let versions = if best.others.is_empty() { "" } else { VERSIONS };
            let (outcomes, are_all) = in_room(best);
            let more = if are_all { "" } else { MORE };
            format!("{mark}{}{more}{versions}", outcomes.join(OR))
        }
    }
}

/// The outcomes that a cell shows, and whether these are all: all if there is room, otherwise the first and, as a
/// program that expects an error would miss it, success.
pub(super) fn in_room(best: &Best<'_>) -> (Vec<String>, bool) {
    let seen = ordered(best.cell);
    let marks = usize::from(!best.platform.is_measured()) + usize::from(!best.others.is_empty());
    let all: Vec<_> = seen.iter().map(|seen| text(seen)).collect();
    if marks + all.join(OR).chars().count() <= WIDEST {
        return (all, true);
    }
    let is_shown = |(at, seen): &(usize, &&Seen)| *at == 0 || is_success(seen);
    let shown: Vec<_> = seen.iter().enumerate().filter(is_shown).map(|(_, seen)| text(seen)).collect();
    let are_all = shown.len() == all.len();
    (shown, are_all)
}

/// All outcomes of a cell, in a sentence.
pub(super) fn all_outcomes(cell: &Cell) -> String {
    ordered(cell).into_iter().map(text).collect::<Vec<_>>().join(" or ")
}

/// The outcomes of a cell, likeliest first; where they were not counted, success before errors.
fn ordered(cell: &Cell) -> Vec<&Seen> {
    let mut seen: Vec<_> = cell.outcomes.iter().collect();
    if !cell.is_counted() {
        seen.sort_by_key(|seen| !is_success(seen));
    }
    seen
}

fn is_success(seen: &Seen) -> bool {
    *seen.outcome == *"ok" || seen.outcome.starts_with("ok ")
}

fn text(seen: &Seen) -> String {
    match &*seen.outcome {
        KILLED => "killed".to_owned(),
        outcome => printable(&shorten(outcome)),
    }
}

/// The name of a system, which may come from a file.
pub(super) fn title(column: &SystemColumn<'_>) -> String {
    no_command(&printable(column.system.title()))
}

/// The versions of the first `systems` systems that differ from the newest, which is shown: a line for each platform,
/// with what it gave and the questions, the first ones or all.
pub(crate) fn footnotes(overview: &Overview<'_>, systems: usize, all: bool) -> Vec<String> {
    let mut differing: IndexMap<(&str, &str), Vec<String>> = IndexMap::new();
    for (topic, answers) in overview.questions() {
        for answer in answers.cells.iter().take(systems) {
            let Answer::Best(best) = answer else { continue };
            for (platform, cell) in &best.others {
                let question = format!("{} ({}, {})", all_outcomes(cell), topic.name, answers.question.words);
                differing.entry((&platform.name, &best.platform.name)).or_default().push(question);
            }
        }
    }
    let line = |((platform, newest), questions): ((&str, &str), Vec<String>)| {
        let named = if all { questions.len() } else { questions.len().min(MOST) };
        let more = questions.len() - named;
        let more = if more == 0 { String::new() } else { format!("; and {more} more") };
        format!("{VERSIONS} {platform} gave another outcome than {newest}: {}{more}", questions[..named].join("; "))
    };
    differing.into_iter().map(line).collect()
}
