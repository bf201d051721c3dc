//! A line of text made ready for the search: one spelling for quotes and blanks, and a copy in lower case of the same
//! length.

/// Longer lines are searched up to here, in bytes.
pub const LONGEST: usize = 16 << 10;

/// How far the parts of a text may be from each other, in bytes.
const NEAR: usize = 240;

/// A line as it is searched.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) text: String,
    /// The same in lower case, byte for byte in the same places.
    pub(super) lower: String,
}

impl Line {
    /// The first [`LONGEST`] bytes of a line. Escape sequences are left out, blanks run together.
    pub(super) fn new(text: &str) -> Line {
        let text = tidy(&text[..floor(text, LONGEST)]);
        Line { lower: lowered(&text), text }
    }

    /// The end of the last thing before `at` that is not among `skipped`.
    pub(super) fn before(&self, at: usize, skipped: &[char]) -> &str {
        let from = floor(&self.lower, at.saturating_sub(NEAR));
        self.lower[from..at].trim_end_matches(skipped)
    }
}

/// The place of a character that begins at `at` or before.
pub(super) fn floor(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Up to [`NEAR`] bytes from `at` on.
pub(super) fn after(text: &str, at: usize) -> &str {
    &text[at..floor(text, at + NEAR)]
}

/// Up to [`NEAR`] bytes that end at `at`.
pub(super) fn until(text: &str, at: usize) -> &str {
    &text[floor(text, at.saturating_sub(NEAR))..at]
}

/// One spelling of quotes and blanks, without colours and without the escapes of JSON.
pub(super) fn tidy(text: &str) -> String {
    // Most lines are so already.
    let is_plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'\\' && b != b'`';
    if text.bytes().all(is_plain) && !text.contains("  ") {
        return text.trim().to_owned();
    }
    let mut tidy = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            // A colour: ESC [ parameters letter.
            '\u{1b}' => {
                if chars.next_if_eq(&'[').is_some() {
                    while chars.next_if(|c| c.is_ascii_digit() || *c == ';').is_some() {}
                    chars.next();
                }
                continue;
            }
            '\\' => match chars.peek() {
                Some('"' | '\'') => continue,
                _ => '\\',
            },
            '‘' | '’' | 'ʼ' | '`' | '´' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '，' => ',',
            '：' => ':',
            '（' => '(',
            '）' => ')',
            '\u{feff}' | '\u{200b}' => continue,
            c if c.is_whitespace() || c == '\u{a0}' || c.is_control() => ' ',
            c => c,
        };
        if c != ' ' || !tidy.ends_with(' ') {
            tidy.push(c);
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy.trim_start().to_owned()
}

/// The text in lower case; what would change its length stays as it is.
pub(super) fn lowered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = |c: char| {
        let mut all = c.to_lowercase();
        match (all.next(), all.next()) {
            (Some(lower), None) if lower.len_utf8() == c.len_utf8() => lower,
            _ => c,
        }
    };
    text.chars().map(lower).collect()
}
