//! What stands under a matrix: how many rows, what the columns are, and what the words on this page mean.

use std::collections::{BTreeMap, BTreeSet};

use super::{EMPTY, STANDS_OUT, STATED, of};
use crate::{
    matrix::{Column, Compare, LeftOut, Member, Row, View},
    outcome::{Class, Readiness, VOCABULARY, class_of, flags_of, forms_of},
    platform::Provenance,
    untrusted::printable,
};

/// How the rows are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Each by itself, with the cases it is about.
    Rows,
    /// As stories: what follows a difference in the same cases comes with it.
    Stories,
}

/// An outcome with its readiness flags shortened: `readable+read_closed` becomes `R+RC`.
pub(super) fn shorten(outcome: &str) -> String {
    match flags_of(outcome) {
        Some(flags) => outcome.replace(&flags.to_string(), &flags.short()),
        None => outcome.to_owned(),
    }
}

/// The line of counts.
pub(super) fn counts(matrix: &View<'_>, shape: Shape) -> String {
    let counts = matrix.counts();
    let rows = matrix.rows().len();
    let with = if shape == Shape::Stories { ", with what follows a difference" } else { "" };
    let shown = match (rows == counts.rows, matrix.left_out().unsupported) {
        (true, _) => String::new(),
        (false, 0) => format!(" ({rows} shown{with})"),
        (false, left_out) => format!(" ({rows} shown{with}; {left_out} that no platform here supports are left out)"),
    };
    let class = if matrix.compared() == Compare::Class { " in the class of what they gave" } else { "" };
    let differing = of(counts.differing, "differs", "differ");
    let differing = match matrix.reference().filter(|_| !matrix.is_pair()) {
        // What was measured and what is said are not counted together.
        Some(baseline) if !baseline.is_measured() => format!(
            "in {} something else was measured or is said than is {} of {}{class}",
            counts.stated,
            baseline.provenance.word(),
            baseline.name,
        ),
        _ => {
            let from = match matrix.reference() {
                Some(baseline) => format!("from {}", baseline.name),
                None => "between platforms".to_owned(),
            };
            let stated = match counts.stated {
                0 => String::new(),
                more => format!(", in {more} more something else is documented or reported"),
            };
            format!("{differing} {from}{class}{stated}")
        }
    };
    format!(
        "{}{shown}: {differing}, {} unsteady (trials of one platform disagree). {}.{}",
        of(counts.rows, "row", "rows"),
        counts.unsteady,
        platforms(matrix.columns()),
        if matrix.is_pair() { not_measured(matrix.columns()) } else { String::new() },
    )
}

/// Which of two platforms that are compared was not measured.
fn not_measured(columns: &[Column]) -> String {
    let stated: Vec<_> = columns.iter().filter(|column| !column.is_measured()).collect();
    let say = |column: &Column| format!("{} is {}", column.name, column.provenance.word());
    match stated.as_slice() {
        [] => String::new(),
        [one] => format!(" {}, not measured.", say(one)),
        all => {
            let all: Vec<_> = all.iter().map(|column| say(column)).collect();
            format!(" {}: none of them was measured.", all.join(", "))
        }
    }
}

/// What a page leaves out, and how to see it.
pub(super) fn left_out(matrix: &View<'_>) -> Option<String> {
    let LeftOut { cases, columns, .. } = matrix.left_out();
    let cases = match cases {
        0 => None,
        1 => Some("1 case with another sigpipe, call or option is left out: --cases all has it.".to_owned()),
        more => Some(format!("{more} cases with another sigpipe, call or option are left out: --cases all has them.")),
    };
    let columns = (columns > 0).then(|| {
        "What is documented or reported for a measured system is left out: --expand has it, --verify compares."
            .to_owned()
    });
    let parts: Vec<_> = cases.into_iter().chain(columns).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The sources of what is stated, each with the steps it is about.
pub(super) fn sources(matrix: &View<'_>) -> Vec<String> {
    let mut sources: BTreeMap<(usize, &str), BTreeSet<u32>> = BTreeMap::new();
    for row in matrix.rows() {
        for at in (0..matrix.columns().len()).filter(|at| !row.is_measured(*at)) {
            for note in row.notes(at) {
                sources.entry((at, note)).or_default().insert(row.step());
            }
        }
    }
    let line = |((at, note), steps): (&(usize, &str), &BTreeSet<u32>)| {
        let steps: Vec<_> = steps.iter().map(u32::to_string).collect();
        printable(&format!("{STATED}{}, step {}: {note}", matrix.columns()[*at].name, steps.join(", ")))
    };
    sources.iter().map(line).collect()
}

/// A column's head.
pub(super) fn head(column: &Column) -> String {
    let mark = if column.is_measured() { "" } else { STATED };
    format!("{mark}{}", column.name)
}

/// Which platforms a column of several is.
pub(super) fn members(column: &Column) -> Option<String> {
    let names: Vec<_> = column.members.iter().map(|member| member.platform.as_str()).collect();
    (names.len() > 1).then(|| format!("{}: {}", column.name, names.join(", ")))
}

fn platforms(columns: &[Column]) -> String {
    let some = |word: &str, is_of_it: &dyn Fn(&Column) -> bool| {
        let count: usize = columns.iter().filter(|column| is_of_it(column)).map(|column| column.members.len()).sum();
        (count > 0).then(|| format!("{count} {word}"))
    };
    let mut kinds: Vec<_> = Provenance::ALL
        .into_iter()
        .filter_map(|kind| some(kind.word(), &|column| column.provenance == kind && !column.is_absent()))
        .collect();
    kinds.extend(some("not measured", &Column::is_absent));
    let count: usize = columns.iter().map(|column| column.members.len()).sum();
    format!("{} ({})", of(count, "platform", "platforms"), kinds.join(", "))
}

/// What a column is: a line a platform.
pub(super) fn column(column: &Column) -> Vec<String> {
    let mut lines: Vec<_> = column.members.iter().map(member).collect();
    if lines.len() > 1 {
        lines.insert(0, format!("{} that agree wherever they have a cell, but for what races:", column.name));
    }
    lines
}

fn member(member: &Member) -> String {
    if let Some(why) = &member.absent {
        let why = if why.is_empty() { String::new() } else { format!(": {}", printable(why)) };
        return format!("{}: not measured{why}", member.platform);
    }
    let Some(facts) = &member.facts else {
        return format!("{}: {}; no facts are recorded", member.platform, member.provenance.word());
    };
    let os = format!("{} {}", facts.os, facts.kernel);
    let version =
        |name: &str, version: &str| if version.is_empty() { String::new() } else { format!("{name} {version}") };
    let parts = [
        member.provenance.word().to_owned(),
        os.trim_end().to_owned(),
        facts.arch.clone(),
        facts.abi.clone(),
        facts.runtime.clone(),
        facts.selector.clone(),
        version("rustc", &facts.rustc),
        version("mio", &facts.mio),
        version("brokenpipe", &facts.brokenpipe),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    printable(&format!("{}: {}", member.platform, parts.join(", ")))
}

/// The meanings of what is on this page, and of nothing else.
pub(super) fn meanings(matrix: &View<'_>, shape: Shape) -> Vec<String> {
    let mut outcomes = BTreeSet::new();
    let (mut stands_out, mut empty, mut shared, mut uncounted) = (false, false, false, false);
    for row in matrix.rows() {
        outcomes.extend(row.outcomes());
        stands_out |= (0..matrix.columns().len()).any(|column| row.stands_out(column));
        for cell in row.cells() {
            empty |= cell.is_none();
            if let Some(cell) = cell.filter(|cell| cell.is_unsteady()) {
                let counted = cell.is_counted();
                shared |= counted;
                uncounted |= !counted;
            }
        }
    }
    let mut lines = Vec::new();
    if stands_out {
        let what = if matrix.compared() == Compare::Class { "of another class than what" } else { "not what" };
        lines.push(match matrix.reference() {
            Some(baseline) => format!("{STANDS_OUT} is {what} {} gave", baseline.name),
            None => format!(
                "{STANDS_OUT} is {what} most measured platforms gave (among equals: {what} the first of them gave)"
            ),
        });
    }
    if matrix.columns().iter().any(|column| !column.is_measured()) {
        let counted = if matrix.is_pair() { "" } else { "; nothing is counted on it" };
        lines.push(format!("{STATED} was not measured by this program: somebody reported or documented it{counted}"));
    }
    if shape == Shape::Rows && matrix.rows().any(Row::says_all) {
        lines.push("all N: all cases of the scenario that are shown here and that some platform supports".to_owned());
    }
    if empty {
        lines.push(format!("{EMPTY} the platform has no result for this case"));
    }
    if shared {
        lines.push("a/b: the outcome of a of b trials".to_owned());
    }
    if uncounted {
        lines.push(
            "several outcomes without a share: trials of a race, not counted, or sources that contradict each other"
                .to_owned(),
        );
    }
    let flags =
        outcomes.iter().filter_map(|outcome| flags_of(outcome)).fold(Readiness::default(), |all, some| all | some);
    if !flags.is_empty() {
        let flags: Vec<_> = flags.set().map(|(word, short)| format!("{short} {word}")).collect();
        lines.push(format!("readiness: {}", flags.join(", ")));
    }
    if matrix.compared() == Compare::Class {
        lines.extend(classes(&outcomes));
    }
    let forms: Vec<_> = outcomes.iter().flat_map(|outcome| forms_of(outcome)).collect();
    let explained = VOCABULARY.iter().filter(|form| form.is_in_legend() && forms.contains(form));
    lines.extend(explained.map(|form| format!("{}: {}", form.form, form.meaning)));
    lines
}

/// Which outcomes of a page are of one class.
fn classes(outcomes: &BTreeSet<&str>) -> Vec<String> {
    let of = |class: Class| {
        let outcomes: Vec<_> =
            outcomes.iter().filter(|outcome| class_of(outcome) == Some(class)).map(|it| shorten(it)).collect();
        (!outcomes.is_empty()).then(|| format!("class {}: {}", class.word(), outcomes.join(", ")))
    };
    Class::ALL.into_iter().filter_map(of).collect()
}

/// What the cells' notes say, each once.
pub(super) fn notes(matrix: &View<'_>) -> BTreeSet<String> {
    let mut notes = BTreeSet::new();
    for row in matrix.rows() {
        // Of what was not measured every cell has a note, its source: a page of its own, which `show` has.
        // Of what was not run the note is the reason, which stands beside the platform's name.
        let has_notes = |column: &Column| column.is_measured() && !column.is_absent();
        for (at, column) in matrix.columns().iter().enumerate().filter(|(_, column)| has_notes(column)) {
            for note in row.notes(at) {
                notes.insert(format!("{}: {}", column.name, printable(note)));
            }
        }
    }
    notes
}
