//! Where what the program itself says is known from, with links to pages of scenarios and to documents.

use super::{Site, address};
use crate::untrusted::printable;

/// A part of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// What is shown, as a link if there is an address.
    pub(super) text: String,
    /// A page of the site.
    pub(super) page: Option<String>,
    /// A document elsewhere.
    pub(super) document: Option<String>,
    /// What follows the link.
    pub(super) rest: String,
}

/// The parts of a source of the program's own data, which have `; ` between them.
pub(super) fn sources(site: &Site<'_>, text: &str) -> Vec<Source> {
    text.split("; ").map(|part| source(site, part)).collect()
}

fn source(site: &Site<'_>, part: &str) -> Source {
    let (word, rest) = part.split_once(' ').map_or((part, String::new()), |(word, rest)| (word, format!(" {rest}")));
    let word_end = word.trim_end_matches([':', ',']);
    let rest = word[word_end.len()..].to_owned() + &rest;
    let page = site.contents.catalogue.find(word_end).map(|scenario| address::scenario(&scenario.id));
    let document = word_end.starts_with("https://").then(|| word_end.to_owned());
    match page.is_some() || document.is_some() {
        true => Source { text: printable(word_end), page, document, rest: printable(&rest) },
        false => Source { text: printable(part), page: None, document: None, rest: String::new() },
    }
}
