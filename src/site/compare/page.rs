//! The page on which two are compared.

use askama::Template;

use super::pairs::Side;
use crate::{
    matrix::{Cell, Member, Options, Row, Rows, View},
    site::{
        File, Site, address,
        cell::{Shown, explained},
        layout::{Layout, Section, file},
    },
    untrusted::printable,
};

/// In how many rows two differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// In how many rows both have an outcome.
    pub(super) rows: usize,
    /// In how many of these they differ.
    pub(super) differing: usize,
    /// In how many of these their classes differ, too.
    pub(super) in_class: usize,
}

#[derive(Template)]
#[template(path = "comparison.html", config = "src/site/askama.toml")]
struct Page {
    layout: Layout,
    sides: [SideText; 2],
    total: Compared,
    counts: Vec<Count>,
    families: Vec<Family>,
    /// What to type for the same.
    command: String,
}

/// A side, and the platforms that its cells are of.
struct SideText {
    title: String,
    sources: Vec<Source>,
}

struct Source {
    platform: String,
    /// The path of its page.
    address: Option<String>,
    provenance: String,
    is_stated: bool,
    /// In how many rows, where there are several platforms.
    rows: Option<usize>,
}

/// A row of the table of families.
struct Count {
    family: String,
    /// The id of the family's rows, if it has some on the page.
    id: Option<String>,
    of: Compared,
}

/// The rows of a family on the page.
struct Family {
    name: String,
    /// The part of the page, and the path of the family's page, if it is one of the catalogue's.
    known: Option<(String, String)>,
    lines: Vec<Line>,
}

/// What is said to differ in a row in which the two do not.
const TRIALS: &str = "trials";

struct Line {
    scenario: String,
    /// The paths of the scenario's page and of the step on it.
    addresses: Option<(String, String)>,
    cases: String,
    step: String,
    /// What differs: `class`, `outcome`, or nothing but [`TRIALS`] of one side.
    differs: &'static str,
    cells: [Option<Shown>; 2],
}

/// The page of two, and in how many rows they differ.
pub(super) fn compare(site: &Site<'_>, sides: [&Side; 2], path: &str) -> (File, Compared) {
    let options = Options { pair: Some(sides.map(|side| side.column.clone())), ..Options::default() };
    let view = View::new(site.contents.matrix, &options).expect("two columns of the matrix are a pair");
    let family_counts = view.family_counts();
    let sum = |of: fn(&Compared) -> usize, counts: &[Count]| counts.iter().map(|count| of(&count.of)).sum();
    let shown = view.keep(Rows::Differing);
    let families = families(site, &shown);
    let counts: Vec<_> = family_counts
        .iter()
        .map(|count| Count {
            family: printable(count.family),
            id: families
                .iter()
                .find(|family| family.name == count.family)
                .and_then(|family| Some(family.known.as_ref()?.0.clone())),
            of: Compared { rows: count.rows, differing: count.differing, in_class: count.in_class },
        })
        .collect();
    let total = Compared {
        rows: sum(|of| of.rows, &counts),
        differing: sum(|of| of.differing, &counts),
        in_class: sum(|of| of.in_class, &counts),
    };
    let [one, other] = sides.map(Side::marked);
    let is_any_stated = sides.iter().any(|side| !side.column.is_measured());
    let note = explained(is_any_stated);
    let layout = Layout::new(
        site,
        path.to_owned(),
        Section::Compare,
        format!("{one} and {other}"),
        format!("{one} and {other} {}{note}", total.words()),
    );
    let [a, b] = sides.map(|side| side.column.name.as_str());
    let command = format!("brokenpipe diff {a} {b} --cases all");
    let sides = [0, 1].map(|at| SideText { title: sides[at].marked(), sources: sources(site, &view, at) });
    let page = Page { layout, sides, total, counts, families, command };
    (file(&page.layout, &page), total)
}

impl Compared {
    /// What follows the names of the two in a sentence.
    fn words(self) -> String {
        let Compared { rows, differing, in_class } = self;
        let of = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        match (rows, differing) {
            (0, _) => "have no row in common: in none do both have an outcome.".to_owned(),
            (_, 0) => format!("do not differ in any of the {} in which both have an outcome.", of(rows)),
            _ => format!(
                "differ in {differing} of the {} in which both have an outcome; in {in_class} of these the classes of \
                 their outcomes differ, which portable code has to handle.",
                of(rows)
            ),
        }
    }
}

impl Page {
    fn summary(&self) -> &str {
        &self.layout.description
    }

    /// Whether there is a row that is shown only since trials of one side disagree.
    fn has_trials(&self) -> bool {
        self.families.iter().flat_map(|family| &family.lines).any(|line| line.differs == TRIALS)
    }
}

fn sources(site: &Site<'_>, view: &View<'_>, at: usize) -> Vec<Source> {
    let used = view.sources(at);
    let is_one = used.len() < 2;
    let source = |(member, rows): (&Member, usize)| {
        let column = site.contents.matrix.columns().iter().find(|column| column.name == member.platform);
        Source {
            platform: member.platform.clone(),
            address: column.map(address::platform),
            provenance: member.provenance.to_string(),
            is_stated: column.is_some_and(|column| !column.is_measured()),
            rows: (!is_one).then_some(rows),
        }
    };
    used.into_iter().map(source).collect()
}

fn families(site: &Site<'_>, shown: &View<'_>) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for row in shown.rows() {
        let name = row.family();
        if families.last().is_none_or(|family| family.name != name) {
            let is_known = site.contents.catalogue.find(row.scenario()).is_some();
            let known = is_known.then(|| (format!("family-{name}"), address::family(name)));
            families.push(Family { name: name.to_owned(), known, lines: Vec::new() });
        }
        if let Some(family) = families.last_mut() {
            family.lines.push(line(site, row));
        }
    }
    families
}

fn line(site: &Site<'_>, row: Row<'_>) -> Line {
    let id = row.scenario();
    let is_known = site.contents.catalogue.find(id).is_some();
    let cell = |at| row.cell(at).map(|cell: &Cell| Shown::of(cell, row.is_measured(at)));
    Line {
        scenario: printable(if is_known { row.name() } else { id }),
        addresses: is_known.then(|| (address::scenario(id), address::step(id, row.step()))),
        cases: printable(&row.case_names()),
        step: printable(&format!("{} {} {}", row.step(), row.actor(), row.operation())),
        differs: match (row.differs(), row.differs_in_class()) {
            (_, true) => "class",
            (true, false) => "outcome",
            (false, false) => TRIALS,
        },
        cells: [0, 1].map(cell),
    }
}
