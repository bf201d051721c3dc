//! The page of an error.

use askama::Template;

use super::{
    numbers::{Number, numbers, statuses},
    situations::{self, groups},
    spellings::{self, Spellings},
};
use crate::{
    explain::{Error, Errors, Language, Situation, languages, used_of_others},
    outcome::class_of,
    site::{
        File, Site, address,
        layout::{Layout, Section, file},
        sources::{Source, sources},
    },
};

#[derive(Template)]
#[template(path = "error.html", config = "src/site/askama.toml")]
struct Page<'a> {
    layout: Layout,
    error: &'static Error,
    sources: Vec<Source>,
    others: Vec<(String, Vec<Source>)>,
    numbers: Vec<Number>,
    statuses: Vec<Number>,
    spellings: Vec<spellings::Group<'a>>,
    systems: Vec<(&'a str, &'a str)>,
    groups: Vec<situations::Group>,
    count: usize,
    languages: &'static [Language],
    similar: Vec<Similar>,
}

/// An error that is told apart.
struct Similar {
    error: &'static Error,
    address: String,
}

pub(super) fn page(site: &Site<'_>, error: &'static Error, situations: &[Situation], spellings: &Spellings) -> File {
    let layout = Layout::new(
        site,
        address::error(&error.name),
        Section::Errors,
        format!("{}: {}", error.name, capitalised(&error.title)),
        error.meaning.clone(),
    );
    let systems = site.evidence.systems().iter().map(|system| (system.name, system.title()));
    let others = used_of_others(&error.name).into_iter();
    let page = Page {
        sources: sources(site, &error.source),
        others: others.map(|(what, source)| (what, sources(site, &source))).collect(),
        numbers: numbers(error),
        statuses: statuses(error),
        spellings: spellings.of(error),
        systems: systems.collect(),
        groups: groups(site, situations),
        count: situations.len(),
        // Where there is other advice, a test for a lost connection is no answer.
        languages: if error.is_lost_connection() { languages() } else { &[] },
        similar: similar(error),
        error,
        layout,
    };
    file(&page.layout, &page)
}

impl Page<'_> {
    fn is_signal(&self) -> bool {
        self.error.name == "SIGPIPE"
    }

    /// Whether a system call gives it, so that some scenario could show it.
    fn is_of_call(&self) -> bool {
        !self.error.name.starts_with("LOCAL-") && self.error.name != "OTHER"
    }
}

/// The other errors of the same class, or without one, that are about the other end; the same of what is aside.
fn similar(error: &Error) -> Vec<Similar> {
    let is_alike = |other: &&'static Error| {
        other.name != error.name
            && other.name != "OTHER"
            && other.aside == error.aside
            && class_of(&other.name) == class_of(&error.name)
    };
    let all = Errors::builtin().errors.iter().filter(is_alike);
    all.map(|other| Similar { error: other, address: address::error(&other.name) }).collect()
}

/// A title with its first letter as at the beginning of a sentence.
fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
