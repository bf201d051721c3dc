//! How a platform stands to the other platforms of its system.

use std::{cmp::Ordering, collections::HashMap};

use alphanumeric_sort::compare_str;

use crate::{
    matrix::{Column, View},
    platform::Platform,
    site::{Site, address},
};

/// In how many rows each two platforms differ.
pub(super) struct Others<'a> {
    site: &'a Site<'a>,
    /// By the 0-based numbers of two columns, the smaller one first.
    counts: HashMap<(usize, usize), (usize, usize)>,
}

/// Another platform of the same system.
pub(super) struct Other<'a> {
    pub(super) name: &'a str,
    pub(super) address: String,
    pub(super) is_measured: bool,
    /// In what its facts differ, or how it is known.
    pub(super) how: String,
    /// In how many rows both have an outcome.
    pub(super) rows: usize,
    pub(super) differing: usize,
    /// The page on which the two are compared.
    pub(super) comparison: Option<String>,
}

impl<'a> Others<'a> {
    /// `view` has all columns and rows of the matrix.
    pub(super) fn of(site: &'a Site<'_>, view: &View<'_>) -> Self {
        let count = site.contents.matrix.columns().len();
        let pairs = (0..count).flat_map(|other| (0..other).map(move |one| (one, other)));
        let counts = pairs.zip(view.pair_counts()).map(|(pair, count)| (pair, (count.rows, count.differing)));
        Others { site, counts: counts.collect() }
    }

    /// The other platforms of a platform's system, in the order of the matrix.
    pub(super) fn beside(&self, column: &Column) -> Vec<Other<'a>> {
        let columns = self.site.contents.matrix.columns();
        let is_it = |other: &Column| std::ptr::eq(column, other);
        let Some(own) = columns.iter().position(is_it).filter(|_| !column.is_absent()) else { return Vec::new() };
        let is_other = |(_, other): &(usize, &Column)| {
            column.system().is_some_and(|system| !system.is_empty() && other.system() == Some(system))
                && !is_it(other)
                && !other.is_absent()
        };
        let other = |(at, other): (usize, &'a Column)| {
            let (rows, differing) = self.counts.get(&(own.min(at), own.max(at))).copied().unwrap_or_default();
            Other {
                name: &other.name,
                address: address::platform(other),
                is_measured: other.is_measured(),
                how: how(columns, column, other),
                rows,
                differing,
                comparison: comparison(self.site, &columns[own.min(at)], &columns[own.max(at)]),
            }
        };
        columns.iter().enumerate().filter(is_other).map(other).collect()
    }
}

/// The page on which two platforms are compared; the first one comes first in the matrix.
fn comparison(site: &Site<'_>, one: &Column, other: &Column) -> Option<String> {
    let side = |column: &Column| site.contents.matrix.side(&format!("{}/{}", column.provenance, column.name)).ok();
    site.groups.find(&side(one)?.name, &side(other)?.name)
}

/// In what another platform differs from one, by its facts.
fn how(columns: &[Column], one: &Column, other: &Column) -> String {
    let mut parts = Vec::new();
    if !other.is_measured() {
        parts.push(other.provenance.word().to_owned());
    }
    parts.extend(version(columns, one, other));
    let facts = |column: &'_ Column| column.members[0].facts.clone();
    if let (true, Some(one), Some(other)) = (other.is_measured(), facts(one), facts(other)) {
        let fact = |words: &str, fact: fn(&Platform) -> &str| {
            let (one, other) = (fact(&one), fact(&other));
            (one != other && !one.is_empty() && !other.is_empty()).then(|| format!("{words} {other}"))
        };
        parts.extend(fact("processor", |facts| &facts.arch));
        parts.extend(fact("C library", |facts| &facts.abi));
        parts.extend(fact("runtime", |facts| &facts.runtime));
    }
    crate::untrusted::printable(&parts.join(", "))
}

/// How the version of another platform stands to that of one; `None` if both are the same, or one is not known.
fn version(columns: &[Column], one: &Column, other: &Column) -> Option<String> {
    let (own, theirs) = (one.version(), other.version());
    if own.is_empty() || theirs.is_empty() {
        return None;
    }
    let is_between = |column: &Column| {
        let version = column.version();
        let (low, high) = if compare_str(own, theirs).is_lt() { (own, theirs) } else { (theirs, own) };
        column.was_run()
            && column.system() == one.system()
            && compare_str(low, version).is_lt()
            && compare_str(version, high).is_lt()
    };
    let is_next = one.is_measured() && other.is_measured() && !columns.iter().any(is_between);
    let word = if one.is_standard() { "edition" } else { "version" };
    match (compare_str(theirs, own), is_next) {
        (Ordering::Equal, _) => None,
        (Ordering::Less, true) => Some(format!("the {word} before, {theirs}")),
        (Ordering::Less, false) => Some(format!("an older {word}, {theirs}")),
        (Ordering::Greater, true) => Some(format!("the {word} after, {theirs}")),
        (Ordering::Greater, false) => Some(format!("a newer {word}, {theirs}")),
    }
}
