//! Tables in ASCII, for a terminal that shows nothing else.

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
};

/// Whether tables must be ASCII: the locale is `C` or `POSIX`, or the terminal is `dumb`. An unset locale says nothing
/// about the terminal, and is common in containers.
pub(super) fn is_ascii_only() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os).find(|value| !value.is_empty());
    is_one_of(locale, &["C", "POSIX"]) || is_one_of(env::var_os("TERM"), &["dumb"])
}

fn is_one_of(value: Option<OsString>, words: &[&str]) -> bool {
    value.is_some_and(|value| words.iter().any(|word| value == *word))
}

/// Writes text with an ASCII character in place of each other one, so that columns stay aligned.
pub(super) struct Ascii<W>(pub(super) W);

impl<W: Write> Write for Ascii<W> {
    /// The text of a table is written whole, so that no character is cut.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let ascii: String = String::from_utf8_lossy(text).chars().map(replacement).collect();
        self.0.write_all(ascii.as_bytes())?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What stands for a character: something alike for those that tables are drawn with.
fn replacement(character: char) -> char {
    match character {
        '│' => '|',
        '─' | '–' => '-',
        '┼' => '+',
        '≠' => '#',
        '≈' => '~',
        '·' => '.',
        '…' => '~',
        character if character.is_ascii() => character,
        _ => '?',
    }
}
