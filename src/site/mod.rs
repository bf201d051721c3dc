//! The results as a site: static pages, linked with each other, that work from a folder and without JavaScript.
//!
//! Nothing here reads or writes files. Each kind of page is one file beside its template in `templates`, whose texts are
//! escaped unless a template says otherwise, and no template does. What is the same on all pages, such as the style
//! sheet, is in `assets`.

mod address;
mod assets;
mod cell;
mod changes;
mod compare;
mod distance;
mod errors;
mod families;
mod index;
mod layout;
mod platforms;
mod scenarios;
mod search;
mod sources;

use crate::{
    catalogue::Catalogue,
    check::Checked,
    matrix::{Evidence, Matrix},
};

/// What a site is made of.
#[derive(Debug)]
pub struct Contents<'a> {
    /// The scenarios that have pages.
    pub catalogue: &'a Catalogue,
    /// All results.
    pub matrix: &'a Matrix,
    /// The results that the program carries, if `matrix` is of others. Verdicts are about the statements of the former.
    pub carried: Option<&'a Matrix>,
    /// What a check found, for the page of changes; without one there is no such page.
    pub changes: Option<&'a Checked<'a>>,
}

/// A file of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the site, with `/` on every system. No two files of a site have paths that differ in case alone.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// What all pages are made from.
#[derive(Debug)]
struct Site<'a> {
    contents: &'a Contents<'a>,
    evidence: Evidence<'a>,
}

/// Makes all files of a site. The same contents give the same bytes.
pub fn files(contents: &Contents<'_>) -> Vec<File> {
    let site = Site { contents, evidence: contents.matrix.evidence() };
    let kinds = [
        index::files,
        families::files,
        scenarios::files,
        errors::files,
        platforms::files,
        compare::files,
        distance::files,
        changes::files,
        search::files,
    ];
    assets::files().into_iter().chain(kinds.iter().flat_map(|kind| kind(&site))).collect()
}
