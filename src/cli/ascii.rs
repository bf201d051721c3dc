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

/// Writes text with ASCII characters in place of others, so that columns stay aligned: where it takes several for one,
/// the blanks that follow are fewer.
pub(super) struct Ascii<W>(pub(super) W);

impl<W: Write> Write for Ascii<W> {
    /// The text of a table is written whole, so that no character is cut.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.write_all(ascii(&String::from_utf8_lossy(text)).as_bytes())?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    // How much further to the right the line is than it should be.
    let mut ahead = 0;
    for character in text.chars() {
        match character {
            // One of several blanks between two columns has to stay.
            ' ' if ahead > 0 && ascii.ends_with(' ') => ahead -= 1,
            '\n' => {
                ahead = 0;
                ascii.push('\n');
            }
            '…' => {
                ahead += 2;
                ascii.push_str("...");
            }
            character => ascii.push(replacement(character)),
        }
    }
    ascii
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
        '×' => 'x',
        character if character.is_ascii() => character,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_aligned() {
        let text = "≈no…    │ … b   │ c\nd     │ … e f\n";
        assert_eq!(ascii(text), "~no...  | ... b | c\nd     | ... e f\n");
        // Where there is too little room, the next column makes up for it.
        assert_eq!(ascii("a…  b      c\n"), "a... b     c\n");
    }
}
