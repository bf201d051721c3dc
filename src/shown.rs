//! Names of files in messages.

use std::path::Path;

/// A path as a message shows it. A name from an archive may hold anything, and a message is for a terminal: what could
/// be a command there is escaped.
pub(crate) fn shown(path: &Path) -> String {
    let harmless = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    path.display().to_string().chars().map(harmless).collect()
}
