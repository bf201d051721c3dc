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
mod evidence;
mod families;
mod index;
mod ladder;
mod layout;
mod outcomes;
mod platforms;
mod scenarios;
mod search;
mod sources;

use std::{num::NonZero, thread};

use crate::{
    catalogue::{Catalogue, Scenario, Selection},
    check::Checked,
    matrix::{Evidence, Matrix, Outline},
    parallel::parallel_map,
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
    /// Each scenario of the catalogue in brief; `None` where there are no results of it.
    outlines: Vec<Option<Outline<'a>>>,
    /// Which two are compared on a page of their own.
    groups: compare::Groups,
    /// How many rows of each family differ between systems and platforms.
    counted: distance::Counted<'a>,
}

impl Site<'_> {
    /// A scenario of the catalogue in brief; `None` where there are no results of it, or no such scenario.
    fn outline(&self, id: &str) -> Option<&Outline<'_>> {
        self.outlines[self.contents.catalogue.position(id)?].as_ref()
    }

    /// The scenarios of the catalogue, each in brief.
    fn scenarios(&self) -> impl Iterator<Item = (&Scenario, Option<&Outline<'_>>)> {
        self.contents.catalogue.scenarios().iter().zip(self.outlines.iter().map(Option::as_ref))
    }
}

/// How many pages are made at once.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Makes all files of a site. The same contents give the same bytes.
pub fn files(contents: &Contents<'_>) -> Vec<File> {
    let evidence = contents.matrix.evidence();
    let outline = |scenario| Outline::of(scenario, &evidence, &Selection::default());
    let outlines = parallel_map(threads(), contents.catalogue.scenarios(), outline);
    let counted = distance::Counted::of(contents.catalogue, &evidence);
    let mut site = Site { contents, evidence, outlines, groups: compare::Groups::default(), counted };
    site.groups = compare::Groups::of(&site);
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
