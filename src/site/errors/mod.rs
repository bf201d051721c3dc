//! The pages of errors, and the list of them.

mod numbers;
mod page;
mod situations;
mod spellings;

use askama::Template;

use super::{
    File, Site, address,
    layout::{Layout, Section, file},
};
use crate::explain::{Error, Errors, situations_of_each};
use numbers::short_numbers;
use spellings::Spellings;

/// The errors that most people come for, in the order of the list.
const FREQUENT: [&str; 9] = [
    "EPIPE", "ECONNRESET", "SIGPIPE", "EOF", "ETIMEDOUT", "ECONNREFUSED", "ECONNABORTED", "LOCAL-TIMEOUT",
    "LOCAL-CLOSED",
];

#[derive(Template)]
#[template(path = "errors.html", config = "src/site/askama.toml")]
struct List {
    layout: Layout,
    groups: Vec<Group>,
}

struct Group {
    title: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    title: &'static str,
    address: String,
    linux: String,
    macos: String,
    windows: String,
    meaning: &'static str,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let errors = &Errors::builtin().errors;
    let asked: Vec<_> = errors.iter().map(|error| (error.name.as_str(), error.scenarios.as_slice())).collect();
    let situations = situations_of_each(&site.evidence, site.contents.catalogue, &asked);
    let spellings = Spellings::new();
    let pages =
        errors.iter().zip(situations).map(|(error, situations)| page::page(site, error, &situations, &spellings));
    [list(site)].into_iter().chain(pages).collect()
}

fn list(site: &Site<'_>) -> File {
    let all = || Errors::builtin().errors.iter();
    let is_frequent = |error: &Error| FREQUENT.contains(&error.name.as_str());
    let is_aside = |error: &Error| error.aside || error.name == "OTHER";
    let frequent = FREQUENT.iter().filter_map(|name| Errors::builtin().find(name));
    let groups = [
        ("The usual ways in which a connection is lost", frequent.map(entry).collect()),
        (
            "Other errors of connections",
            all().filter(|error| !is_aside(error) && !is_frequent(error)).map(entry).collect(),
        ),
        ("Errors that say nothing about the other end", all().filter(|error| is_aside(error)).map(entry).collect()),
    ];
    let layout = Layout::new(
        site,
        address::ERRORS.to_owned(),
        Section::Errors,
        "Errors of lost connections".to_owned(),
        "What EPIPE, ECONNRESET, SIGPIPE and other errors of connections mean, with their numbers on each system."
            .to_owned(),
    );
    let groups = groups.into_iter().map(|(title, entries)| Group { title, entries }).collect();
    let page = List { layout, groups };
    file(&page.layout, &page)
}

fn entry(error: &'static Error) -> Entry {
    Entry {
        name: &error.name,
        title: &error.title,
        address: address::error(&error.name),
        linux: short_numbers(error, &["linux"]),
        macos: short_numbers(error, &["macos"]),
        windows: short_numbers(error, &["winsock", "win32"]),
        meaning: first_sentence(&error.meaning),
    }
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}
