//! The addresses of pages, which never change: the id of what a page is about is its path.

use crate::matrix::Column;

/// The style sheet.
pub(super) const STYLE: &str = "style.css";

/// The script.
pub(super) const SCRIPT: &str = "site.js";

/// The library with which the script searches.
pub(super) const SEARCH_LIBRARY: &str = "ufuzzy.js";

/// What the script searches.
pub(super) const SEARCH_DATA: &str = "search-data.js";

/// The icon of all pages.
pub(super) const ICON: &str = "icon.svg";

/// The page that everything is reached from.
pub(super) const INDEX: &str = "index.html";

/// The list of all scenarios, by family.
pub(super) const SCENARIOS: &str = "scenarios/index.html";

/// The list of all errors.
pub(super) const ERRORS: &str = "errors/index.html";

/// The list of all platforms, by system.
pub(super) const PLATFORMS: &str = "platforms/index.html";

/// The list of all comparisons.
pub(super) const COMPARE: &str = "compare.html";

/// What a check found.
pub(super) const CHANGES: &str = "changes.html";

/// The page of a scenario of the catalogue, whose id has no character that is special in a path.
pub(super) fn scenario(id: &str) -> String {
    format!("scenarios/{id}.html")
}

/// The place of a step on the page of its scenario.
pub(super) fn step(id: &str, step: u32) -> String {
    format!("{}#step-{step}", scenario(id))
}

/// The place of the further cases on the page of a scenario.
pub(super) fn further(id: &str) -> String {
    format!("{}#further", scenario(id))
}

/// The page of a family of scenarios.
pub(super) fn family(name: &str) -> String {
    format!("families/{name}.html")
}

/// The page of an error, by its canonical name.
pub(super) fn error(name: &str) -> String {
    format!("errors/{name}.html")
}

/// The page of a platform. What is documented or reported may be called like a platform that was measured.
pub(super) fn platform(column: &Column) -> String {
    let name = without_capitals(&column.name);
    // The list of platforms has this name.
    if column.is_measured() && name != "index" {
        format!("platforms/{name}.html")
    } else {
        format!("platforms/{}/{name}.html", column.provenance)
    }
}

/// A platform's name with another one for each capital letter, since there are file systems on which names that differ
/// in case alone are one. A platform's name has no `~`.
fn without_capitals(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_uppercase() { format!("~{}", c.to_ascii_lowercase()) } else { c.to_string() };
    name.chars().map(letter).collect()
}

/// The page on which two sides are compared, by what [`Matrix::side`](crate::matrix::Matrix::side) calls them. What
/// comes first in a matrix is the first one.
pub(super) fn comparison(one: &str, other: &str) -> String {
    // `documented/linux` is a platform that is called like a system.
    format!("compare/{}/{}.html", one.replace('/', "."), other.replace('/', "."))
}

/// The page on how far platforms are from a system, by the name of that system in data.
pub(super) fn distance(system: &str) -> String {
    format!("distance/{system}.html")
}

/// What leads from a page to the folder of the site: `../` for each folder that the page is in.
pub(super) fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}
