//! The files that every site has, whatever the results.

use super::{File, address};

/// The rules of all pages, and those of single kinds of pages.
const STYLE: &str = concat!(
    include_str!("assets/style.css"),
    include_str!("assets/scenario.css"),
    include_str!("assets/error.css"),
    include_str!("assets/platform.css"),
    include_str!("assets/compare.css"),
    include_str!("assets/script.css"),
);

/// The parts of the script, of which the first has what the others need.
const SCRIPT: [&str; 5] = [
    include_str!("assets/script/page.js"),
    include_str!("assets/script/filters.js"),
    include_str!("assets/script/rows.js"),
    include_str!("assets/script/reveal.js"),
    include_str!("assets/script/search.js"),
];

/// The style sheet, the icon and the script. The script only adds to pages that are complete without it.
pub(super) fn files() -> Vec<File> {
    let file = |path: &str, text: String| File { path: path.to_owned(), text };
    vec![
        file(address::STYLE, STYLE.to_owned()),
        file(address::ICON, include_str!("assets/icon.svg").to_owned()),
        file(address::SCRIPT, script()),
        file(address::SEARCH_LIBRARY, include_str!("assets/ufuzzy.js").to_owned()),
    ]
}

/// The script without indents and lines of comments, which are a third of it. None of its texts has several lines.
fn script() -> String {
    let lines = SCRIPT.iter().flat_map(|part| part.lines()).map(str::trim_start);
    let kept = lines.filter(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("/**"));
    kept.fold("\"use strict\";\n".to_owned(), |script, line| script + line + "\n")
}
