//! The pages of platforms, and the list of them.

mod contradictions;
mod others;
mod page;
mod standards;
mod tallies;

use askama::Template;
use indexmap::IndexMap;

use super::{
    File, Site, address,
    layout::{Layout, Section, file},
    threads,
};
use crate::{
    matrix::{Column, Options, Tally, View, title},
    parallel::parallel_map,
    untrusted::printable,
};
use contradictions::Contradictions;
use others::Others;

#[derive(Template)]
#[template(path = "platforms.html", config = "src/site/askama.toml")]
struct List<'a> {
    layout: Layout,
    groups: Vec<Group<'a>>,
}

/// The platforms of a system.
struct Group<'a> {
    title: String,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    name: &'a str,
    address: String,
    is_measured: bool,
    provenance: &'static str,
    version: String,
    processor: String,
    runtime: String,
    tally: &'a Tally<'a>,
    /// Why no case was run there, if that is so.
    absent: Option<String>,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let matrix = site.contents.matrix;
    let tallies = parallel_map(threads(), matrix.columns(), |column| matrix.tally(column));
    let view = View::new(matrix, &Options::default()).expect("no option names a platform");
    let others = Others::of(site, &view);
    let contradictions = Contradictions::of(site, &view);
    let departures = view.departures(&site.evidence);
    let platforms = matrix.columns().iter().zip(&tallies);
    let pages = platforms.map(|(column, tally)| {
        let standards = standards::held_against(site, column, &departures);
        page::page(site, column, tally, others.beside(column), contradictions.of_platform(column), standards)
    });
    [list(site, &tallies)].into_iter().chain(pages).collect()
}

/// What the platforms that are listed together have in common.
fn group_of(column: &Column) -> String {
    match column.system() {
        _ if column.is_standard() => "Standards, which are no systems".to_owned(),
        None | Some("") => "Of no known system".to_owned(),
        Some(system) => printable(title(system)),
    }
}

fn list(site: &Site<'_>, tallies: &[Tally<'_>]) -> File {
    let columns = site.contents.matrix.columns();
    let mut groups: IndexMap<String, Vec<Entry<'_>>> = IndexMap::new();
    for (column, tally) in columns.iter().zip(tallies) {
        groups.entry(group_of(column)).or_default().push(entry(column, tally));
    }
    let layout = Layout::new(
        site,
        address::PLATFORMS.to_owned(),
        Section::Platforms,
        "Platforms".to_owned(),
        "Every platform whose results are here, by system: its version, its processor, and how many cases it has."
            .to_owned(),
    );
    let groups = groups.into_iter().map(|(title, entries)| Group { title, entries }).collect();
    let page = List { layout, groups };
    file(&page.layout, &page)
}

fn entry<'a>(column: &'a Column, tally: &'a Tally<'_>) -> Entry<'a> {
    let member = &column.members[0];
    let fact = |fact: fn(&crate::platform::Platform) -> String| member.facts.as_ref().map(fact).unwrap_or_default();
    Entry {
        name: &column.name,
        address: address::platform(column),
        is_measured: column.is_measured(),
        provenance: column.provenance.word(),
        version: printable(column.version()),
        processor: printable(fact(|facts| format!("{} {}", facts.arch, facts.abi)).trim()),
        runtime: printable(&fact(|facts| facts.runtime.clone())),
        tally,
        absent: member.absent.as_deref().map(printable),
    }
}
