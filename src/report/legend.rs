//! The text under a matrix: how many rows there are, what the columns are, and what the signs and words mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::BitOr,
};

use super::{EMPTY, Look, STANDS_OUT, STATED, of};
use crate::{
    matrix::{Cell, Column, Compare, LeftOut, Member, Row, View},
    outcome::{Class, Readiness, VOCABULARY, class_of, flags_of, forms_of},
    platform::Provenance,
    untrusted::printable,
};

/// How the rows of a page are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each row by itself, with its cases.
    Rows,
    /// As stories: a difference, and the later steps of the same cases.
    Stories,
}

/// An outcome with its readiness flags shortened: `readable+read_closed` becomes `R+RC`.
pub(crate) fn shorten(outcome: &str) -> String {
    match flags_of(outcome) {
        Some(flags) => outcome.replace(&flags.to_string(), &flags.short()),
        None => outcome.to_owned(),
    }
}

/// What follows "differs" if outcomes of one class count as the same.
pub(super) fn in_class(view: &View<'_>) -> &'static str {
    if view.compared() == Compare::Class { " in class" } else { "" }
}

/// How many rows there are and, if a page hides something, how to see it.
pub(super) fn summary(view: &View<'_>, layout: Layout) -> Vec<String> {
    let counts = view.counts();
    let with = if layout == Layout::Stories { ", with what follows a difference" } else { "" };
    // Two can differ only in what both have.
    let all = if view.is_pair() { view.rows_in_all() } else { counts.rows };
    let shown = match (view.rows().len(), view.left_out().unsupported) {
        (rows, _) if rows == all => String::new(),
        (rows, _) if rows > all => format!(" in which both have an outcome ({rows} shown)"),
        (rows, 0) => format!(" ({rows} shown{with})"),
        (rows, hidden) => format!(" ({rows} shown{with}; {hidden} that no platform here supports are hidden)"),
    };
    let differ = |count| format!("{}{}", of(count, "differs", "differ"), in_class(view));
    let differing = match view.reference() {
        // Differences from what was measured and from what is stated are not counted together.
        Some(column) if !column.is_measured() && !view.is_pair() => {
            format!("{} from what is {} for {}", differ(counts.stated), column.provenance, column.name)
        }
        reference => {
            let from =
                reference.map_or_else(|| "between platforms".to_owned(), |column| format!("from {}", column.name));
            let more = match counts.stated {
                0 => String::new(),
                more => format!(", {more} more only in what is documented or reported"),
            };
            format!("{} {from}{more}", differ(counts.differing))
        }
    };
    let rows = of(all, "row", "rows");
    let unsteady = format!("{} unsteady (trials of one platform disagree)", counts.unsteady);
    // What stands above the rows of a pair names the platforms of either side.
    let columns = match view.is_pair() {
        true => not_measured(view.columns()),
        false => format!(" {}.", platforms(view.columns())),
    };
    let counts = format!("{rows}{shown}: {differing}, {unsteady}.{columns}");
    [counts].into_iter().chain(left_out(view)).collect()
}

/// Which of two platforms that are compared was not measured.
fn not_measured(columns: &[Column]) -> String {
    let stated = columns.iter().filter(|column| !column.is_measured());
    let stated: Vec<_> = stated.map(|column| format!("{} is {}", column.name, column.provenance)).collect();
    match stated.as_slice() {
        [] => String::new(),
        [one] => format!(" {one}, not measured."),
        all => format!(" {}; neither was measured.", all.join(", ")),
    }
}

/// What a page hides, and how to see it; `None` if it hides nothing.
fn left_out(view: &View<'_>) -> Option<String> {
    let LeftOut { cases, columns, .. } = view.left_out();
    let (what, it) = match cases {
        1 => ("case with another sigpipe, call, option, read_call or wait is", "it"),
        _ => ("cases with another sigpipe, call, option, read_call or wait are", "them"),
    };
    let cases = (cases > 0).then(|| format!("{cases} {what} hidden; --cases all shows {it}."));
    let stated =
        "What is documented or reported for a measured system is hidden; --expand shows it, --verify compares it.";
    let parts: Vec<_> = cases.into_iter().chain((columns > 0).then(|| stated.to_owned())).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What follows the counts: the legend or, if that is not wanted, the signs of the page in one line.
pub(super) fn below(view: &View<'_>, notes: BTreeSet<String>, layout: Layout, look: Look) -> Vec<String> {
    if look.legend {
        return lines(view, notes, layout);
    }
    vec![signs(view)]
}

/// The signs of a page in one line, and how to see the rest of the legend.
fn signs(view: &View<'_>) -> String {
    let columns = 0..view.columns().len();
    let cells = || view.rows().flat_map(Row::cells);
    let mut parts = Vec::new();
    if view.rows().any(|row| columns.clone().any(|column| row.stands_out(column))) {
        let from = view.reference().map_or("most measured", |reference| &reference.name);
        parts.push(format!("{STANDS_OUT} differs{} from {from}", in_class(view)));
    }
    if view.columns().iter().any(|column| !column.is_measured()) {
        parts.push(format!("{STATED} not measured by this program"));
    }
    if cells().any(|cell| cell.is_none()) {
        parts.push(format!("{EMPTY} no result"));
    }
    let outcomes: BTreeSet<_> = view.rows().flat_map(Row::outcomes).collect();
    let flags = outcomes.iter().filter_map(|outcome| flags_of(outcome)).fold(Readiness::default(), BitOr::bitor);
    if !flags.is_empty() {
        parts.push(flags.set().map(|(word, short)| format!("{short} {word}")).collect::<Vec<_>>().join(", "));
    }
    parts.push("--legend explains all".to_owned());
    parts.join("; ")
}

/// The lines of the legend: what the columns are, the notes of cells, and the meanings of signs and words.
pub(super) fn lines(view: &View<'_>, notes: BTreeSet<String>, layout: Layout) -> Vec<String> {
    let columns = view.columns().iter().flat_map(|it| column(it, view.is_pair()));
    columns.chain(notes).chain(meanings(view, layout)).collect()
}

/// The sources of what is documented or reported, each with its steps.
pub(super) fn sources(view: &View<'_>) -> Vec<String> {
    let mut sources: BTreeMap<(usize, &str), BTreeSet<u32>> = BTreeMap::new();
    for row in view.rows() {
        for at in (0..view.columns().len()).filter(|at| !row.is_measured(*at)) {
            for note in row.notes(at) {
                sources.entry((at, note)).or_default().insert(row.step());
            }
        }
    }
    let line = |((at, note), steps): (&(usize, &str), &BTreeSet<u32>)| {
        let steps: Vec<_> = steps.iter().map(u32::to_string).collect();
        printable(&format!("{STATED}{}, step {}: {note}", view.columns()[*at].name, steps.join(", ")))
    };
    sources.iter().map(line).collect()
}

/// A column's head: its name, marked if it was not measured.
pub(super) fn head(column: &Column) -> String {
    let mark = if column.is_measured() { "" } else { STATED };
    format!("{mark}{}", column.name)
}

/// The platforms of a column; `None` if there is only one.
pub(super) fn members(column: &Column) -> Option<String> {
    let names: Vec<_> = column.members.iter().map(|member| member.platform.as_str()).collect();
    (names.len() > 1).then(|| format!("{}: {}", column.name, names.join(", ")))
}

/// How many platforms there are, and of which kind.
fn platforms(columns: &[Column]) -> String {
    let count = |is_counted: &dyn Fn(&Member) -> bool| -> usize {
        columns.iter().flat_map(|column| &column.members).filter(|member| is_counted(member)).count()
    };
    let kinds = Provenance::ALL
        .map(|kind| (count(&|member| member.provenance == kind && member.absent.is_none()), kind.word()))
        .into_iter()
        .chain([(count(&|member| member.absent.is_some()), "not measured")]);
    let kinds: Vec<_> = kinds.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("{} ({})", of(count(&|_| true), "platform", "platforms"), kinds.join(", "))
}

/// What a column is: a line for each platform.
fn column(column: &Column, is_pair: bool) -> Vec<String> {
    let mut lines: Vec<_> = column.members.iter().map(member).collect();
    let what = if is_pair {
        "each cell is of the first that has it"
    } else {
        "which agree in every cell that they have, races aside"
    };
    if lines.len() > 1 {
        lines.insert(0, format!("{}, {what}:", column.name));
    }
    lines
}

fn member(member: &Member) -> String {
    if let Some(why) = &member.absent {
        let why = if why.is_empty() { String::new() } else { format!(": {}", printable(why)) };
        return format!("{}: not measured{why}", member.platform);
    }
    let Some(facts) = &member.facts else {
        return format!("{}: {}; no facts are recorded", member.platform, member.provenance);
    };
    let mut parts = vec![member.provenance.word().to_owned(), format!("{} {}", facts.os, facts.kernel)];
    parts.extend([&facts.arch, &facts.abi, &facts.runtime, &facts.selector].map(String::clone));
    let versions = [("rustc", &facts.rustc), ("mio", &facts.mio), ("brokenpipe", &facts.brokenpipe)];
    let known = versions.into_iter().filter(|(_, version)| !version.is_empty());
    parts.extend(known.map(|(name, version)| format!("{name} {version}")));
    parts.push(facts.note.clone());
    let parts: Vec<_> = parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty()).collect();
    printable(&format!("{}: {}", member.platform, parts.join(", ")))
}

/// The meanings of those signs and words that are on this page.
fn meanings(view: &View<'_>, layout: Layout) -> Vec<String> {
    let cells = || view.rows().flat_map(Row::cells);
    let is_unsteady = |counted| cells().flatten().any(|cell: &Cell| cell.is_unsteady() && cell.is_counted() == counted);
    let columns = 0..view.columns().len();
    let mut lines = Vec::new();
    if view.rows().any(|row| columns.clone().any(|column| row.stands_out(column))) {
        let from = match view.reference() {
            Some(baseline) => &baseline.name,
            None => "most measured platforms (ties use the first column as reference)",
        };
        lines.push(format!("{STANDS_OUT} differs{} from {from}", in_class(view)));
    }
    if view.columns().iter().any(|column| !column.is_measured()) {
        let counted = if view.is_pair() { "" } else { "; it is never counted as measured" };
        lines.push(format!("{STATED} was documented or reported, not measured by this program{counted}"));
    }
    if layout == Layout::Rows && view.rows().any(Row::says_all) {
        lines.push("all N: all cases of the scenario that are shown and that some platform supports".to_owned());
    }
    if cells().any(|cell| cell.is_none()) {
        lines.push(format!("{EMPTY} no result for this case"));
    }
    if is_unsteady(true) {
        lines.push("a/b: the outcome of a of b trials".to_owned());
    }
    if is_unsteady(false) {
        lines.push("several outcomes without counts: those of a race, or of sources that disagree".to_owned());
    }
    let outcomes: BTreeSet<_> = view.rows().flat_map(Row::outcomes).collect();
    let flags = outcomes.iter().filter_map(|outcome| flags_of(outcome)).fold(Readiness::default(), BitOr::bitor);
    if !flags.is_empty() {
        let flags: Vec<_> = flags.set().map(|(word, short)| format!("{short} {word}")).collect();
        lines.push(format!("readiness: {}", flags.join(", ")));
    }
    if view.compared() == Compare::Class {
        lines.extend(classes(&outcomes));
    }
    let forms: Vec<_> = outcomes.iter().flat_map(|outcome| forms_of(outcome)).collect();
    let explained = VOCABULARY.iter().filter(|form| form.is_in_legend() && forms.contains(form));
    lines.extend(explained.map(|form| format!("{}: {}", form.form, form.short_meaning())));
    lines
}

/// The outcomes of a page by class.
fn classes(outcomes: &BTreeSet<&str>) -> Vec<String> {
    let line = |class: Class| {
        let of_class = outcomes.iter().filter(|outcome| class_of(outcome) == Some(class));
        let of_class: Vec<_> = of_class.map(|outcome| shorten(outcome)).collect();
        (!of_class.is_empty()).then(|| format!("class {}: {}", class.word(), of_class.join(", ")))
    };
    Class::ALL.into_iter().filter_map(line).collect()
}

/// The distinct notes of each platform that was measured. The note of a platform on which no case was run is beside its
/// name; those of what is stated are its sources, which `show` prints.
pub(super) fn notes(view: &View<'_>) -> BTreeSet<String> {
    let mut notes = BTreeSet::new();
    for row in view.rows() {
        for (at, column) in view.columns().iter().enumerate().filter(|(_, column)| column.was_run()) {
            notes.extend(row.notes(at).into_iter().map(|note| format!("{}: {}", column.name, printable(note))));
        }
    }
    notes
}
