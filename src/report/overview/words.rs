//! The words of the overview for people: its cells, the legend and the footnotes.

use indexmap::IndexMap;

use super::super::{EMPTY, STATED, legend::shorten};
use crate::{
    matrix::{Best, Cell},
    outcome::flags_of,
    overview::{Answer, Known, Overview},
    untrusted::printable,
};

/// Marks a cell where another measured version of the system differs.
const VERSIONS: &str = "*";

/// Stands for the further outcomes of a cell.
const MORE: &str = "…";

/// The text of a cell: one outcome, and marks.
pub(super) fn cell(answer: &Answer<'_>) -> String {
    match answer {
        Answer::Unknown => EMPTY.to_owned(),
        Answer::NoSigpipe { .. } => "no SIGPIPE".to_owned(),
        Answer::Best(best) => {
            let mark = if best.platform.is_measured() { "" } else { STATED };
            let more = if best.cell.outcomes.len() > 1 { MORE } else { "" };
            let versions = if best.others.is_empty() { "" } else { VERSIONS };
            format!("{mark}{}{more}{versions}", first_outcome(best.cell))
        }
    }
}

fn first_outcome(cell: &Cell) -> String {
    match &*cell.outcomes[0].outcome {
        "killed SIGPIPE" => "killed".to_owned(),
        outcome => printable(&shorten(outcome)),
    }
}

/// The name of a system, which may come from a file.
pub(super) fn title(known: &Known<'_>) -> String {
    printable(known.system.title())
}

/// The cells of the systems that are on the page.
fn shown<'a, 'b>(overview: &'b Overview<'a>, systems: usize) -> impl Iterator<Item = &'b Answer<'a>> {
    overview.questions().flat_map(move |(_, answers)| answers.cells.iter().take(systems))
}

fn bests<'a, 'b>(overview: &'b Overview<'a>, systems: usize) -> impl Iterator<Item = &'b Best<'a>> {
    shown(overview, systems).filter_map(|answer| match answer {
        Answer::Best(best) => Some(best),
        _ => None,
    })
}

/// What the signs mean that the first `systems` columns have; empty if they have none.
pub(super) fn legend(overview: &Overview<'_>, systems: usize) -> String {
    let has = |fits: &dyn Fn(&Best<'_>) -> bool| bests(overview, systems).any(fits);
    let mut parts = Vec::new();
    let mut add = |is_there: bool, text: &str| parts.extend(is_there.then(|| text.to_owned()));
    add(has(&|best| !best.platform.is_measured()), &format!("{STATED} not measured"));
    add(shown(overview, systems).any(|answer| matches!(answer, Answer::Unknown)), &format!("{EMPTY} unknown"));
    add(has(&|best| best.cell.outcomes.len() > 1), &format!("{MORE} or another"));
    add(has(&|best| !best.others.is_empty()), &format!("{VERSIONS} versions differ"));
    let has_flags = has(&|best| flags_of(&best.cell.outcomes[0].outcome).is_some());
    add(has_flags, "R W readable, writable, E error, RC WC read, write closed");
    parts.join(", ")
}

/// The versions of the first `systems` systems that differ from the newest, which is shown: a line for each platform,
/// with what it gave and the questions.
pub(super) fn footnotes(overview: &Overview<'_>, systems: usize) -> Vec<String> {
    let mut differing: IndexMap<(&str, &str), Vec<String>> = IndexMap::new();
    for (topic, answers) in overview.questions() {
        for answer in answers.cells.iter().take(systems) {
            let Answer::Best(best) = answer else { continue };
            for (platform, cell) in &best.others {
                let question = format!("{} ({}, {})", first_outcome(cell), topic.name, answers.question.words);
                differing.entry((&platform.name, &best.platform.name)).or_default().push(question);
            }
        }
    }
    let line = |((platform, newest), questions): ((&str, &str), Vec<String>)| {
        format!("{VERSIONS} {platform} gave another outcome than {newest}: {}", questions.join("; "))
    };
    differing.into_iter().map(line).collect()
}
