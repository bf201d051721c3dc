//! The files that every site has, whatever the results.

use super::{File, address};

/// The rules of all pages, and those of single kinds of pages.
const STYLE: &str = concat!(include_str!("assets/style.css"), include_str!("assets/scenario.css"));

/// The style sheet, the icon and the script. The script only adds to pages that are complete without it.
pub(super) fn files() -> Vec<File> {
    let file = |(path, text): (&str, &str)| File { path: path.to_owned(), text: text.to_owned() };
    let texts = [
        (address::STYLE, STYLE),
        (address::ICON, include_str!("assets/icon.svg")),
        (address::SCRIPT, include_str!("assets/site.js")),
    ];
    texts.map(file).into()
}
