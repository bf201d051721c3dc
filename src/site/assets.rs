//! The files that every site has, whatever the results.

use super::{File, address};

/// The style sheet and the script. The script only adds to pages that are complete without it.
pub(super) fn files() -> Vec<File> {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    vec![file(address::STYLE, include_str!("assets/style.css")), file(address::SCRIPT, include_str!("assets/site.js"))]
}
