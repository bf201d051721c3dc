//! What is the same on all pages: their head, the links at the top, and the end.

use askama::Template;

use super::{File, Site, address};
use crate::untrusted::printable_lines;

/// A part of the site, which the links at the top lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// The overview.
    Overview,
    /// Families and scenarios.
    Scenarios,
    /// Errors.
    Errors,
    /// Platforms.
    Platforms,
    /// Comparisons.
    Compare,
    /// What a check found.
    Changes,
}

/// What the template of each page gives to `layout.html`, under the name `layout`.
#[derive(Debug)]
pub(super) struct Layout {
    /// What leads from the page to the folder of the site; empty, or it ends with `/`.
    pub(super) root: String,
    /// What the page is about, for its title and its first heading.
    pub(super) title: String,
    /// One sentence on what the page has, for search engines.
    pub(super) description: String,
    /// The links at the top: text, path, and whether the page is in this part.
    pub(super) links: Vec<(&'static str, &'static str, bool)>,
    path: String,
}

impl Layout {
    /// The layout of the page with this path.
    pub(super) fn new(site: &Site<'_>, path: String, section: Section, title: String, description: String) -> Self {
        let changes = site.contents.changes.map(|_| ("Changes", address::CHANGES, Section::Changes));
        let links = [
            ("Overview", address::INDEX, Section::Overview),
            ("Scenarios", address::SCENARIOS, Section::Scenarios),
            ("Errors", address::ERRORS, Section::Errors),
            ("Platforms", address::PLATFORMS, Section::Platforms),
            ("Compare", address::COMPARE, Section::Compare),
        ];
        let links = links.into_iter().chain(changes).map(|(text, path, of)| (text, path, of == section)).collect();
        Layout { root: address::root(&path), title, description, links, path }
    }

    /// The version of the program, which is on each page.
    pub(super) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// A page, whose template has the name `layout` for its layout.
pub(super) fn file(layout: &Layout, page: &impl Template) -> File {
    let text = page.render().expect("a template writes into memory, and no value of it fails to be written");
    // Whatever a text on it comes from: none of its characters changes the direction of what follows.
    File { path: layout.path.clone(), text: printable_lines(text) + "\n" }
}
