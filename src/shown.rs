//! Text from elsewhere in messages and on pages: names of files, and what stands in them.

use std::path::Path;

/// A path as a message shows it. A name from an archive may hold anything, and a message is for a terminal: what could
/// be a command there is escaped.
pub(crate) fn shown(path: &Path) -> String {
    let harmless = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    path.display().to_string().chars().map(harmless).collect()
}

/// A text of any length and kind as a message quotes it: its beginning, with what a terminal could take for a command
/// escaped.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// A CI runner takes `##[` anywhere in its log for a command, and `::` at the beginning of a line, blanks aside, which
/// is for who breaks lines to keep from.
pub(crate) fn no_command(line: &str) -> String {
    line.replace("##[", "# #[")
}
