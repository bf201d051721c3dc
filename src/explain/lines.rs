//! The lines of a log, of which none takes more than a known amount of memory.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use super::{
    Recognised, Recogniser,
    line::{LONGEST, floor},
};

/// A longer line than this, in bytes, is cut: its middle is left out.
pub const LONGEST_LINE: usize = 1 << 20;

/// What is kept of a longer line at each end, in bytes.
const HALF: usize = LONGEST_LINE / 2;

/// By how much the pieces of a long line overlap, in bytes, so that no text falls between two.
const OVERLAP: usize = 1 << 10;

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its number, from 1.
    pub number: u64,
    /// The text without the end of the line. What is not UTF-8 is U+FFFD.
    pub text: String,
    /// Whether the line is longer than [`LONGEST_LINE`], so that the text is its beginning and end with `…` between.
    pub is_truncated: bool,
}

/// Calls `take` with each line.
///
/// # Errors
///
/// Those of `input` and `take`.
pub fn for_each_line(mut input: impl BufRead, mut take: impl FnMut(&LogLine) -> io::Result<()>) -> io::Result<()> {
    let mut line = Collected::default();
    let mut number = 0;
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let is_last = buffer.is_empty();
        let end = buffer.iter().position(|byte| *byte == b'\n');
        line.add(&buffer[..end.unwrap_or(buffer.len())]);
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() || is_last && line.is_begun {
            number += 1;
            take(&line.take(number))?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// What has been read of a line.
#[derive(Default)]
struct Collected {
    is_begun: bool,
    /// The first [`HALF`] bytes.
    head: Vec<u8>,
    /// The last of what follows, [`HALF`] bytes at most.
    tail: VecDeque<u8>,
    is_truncated: bool,
}

impl Collected {
    fn add(&mut self, part: &[u8]) {
        self.is_begun |= !part.is_empty();
        let (head, rest) = part.split_at(part.len().min(HALF - self.head.len()));
        self.head.extend_from_slice(head);
        let kept = &rest[rest.len().saturating_sub(HALF)..];
        let left_out = (self.tail.len() + kept.len()).saturating_sub(HALF);
        self.is_truncated |= left_out > 0 || kept.len() < rest.len();
        self.tail.drain(..left_out.min(self.tail.len()));
        self.tail.extend(kept);
    }

    fn take(&mut self, number: u64) -> LogLine {
        let Collected { mut head, tail, is_truncated, .. } = std::mem::take(self);
        let mut tail = Vec::from(tail);
        let last = if tail.is_empty() { &mut head } else { &mut tail };
        if last.last() == Some(&b'\r') {
            last.pop();
        }
        let text = if is_truncated {
            let (head, tail) = (String::from_utf8_lossy(&head), String::from_utf8_lossy(&tail));
            // What the cut has left of a word could be taken for another one.
            let (begun, ended) = (last_break(&head), first_break(&tail, OVERLAP));
            format!("{} … {}", &head[..begun], tail[ended..].trim_start())
        } else {
            head.append(&mut tail);
            String::from_utf8_lossy(&head).into_owned()
        };
        LogLine { number, text, is_truncated }
    }
}

/// Where the last blank among the last [`OVERLAP`] bytes is; the end where there is none.
fn last_break(text: &str) -> usize {
    let near = floor(text, text.len().saturating_sub(OVERLAP));
    text[near..].rfind(char::is_whitespace).map_or(text.len(), |at| near + at)
}

/// Where the first blank among the first `within` bytes is; the beginning where there is none.
fn first_break(text: &str, within: usize) -> usize {
    text[..floor(text, within)].find(char::is_whitespace).unwrap_or(0)
}

impl Recogniser {
    /// Like [`Recogniser::recognise`], of a text of any length. One that is longer than 16 KiB is searched in pieces,
    /// and the first in which something is recognised counts.
    pub fn recognise_whole(&self, text: &str) -> Recognised {
        let mut rest = text;
        loop {
            let end = floor(rest, LONGEST);
            if end == rest.len() {
                return self.recognise(rest);
            }
            let piece = &rest[..last_break(&rest[..end])];
            let recognised = self.recognise(piece);
            if !recognised.errors.is_empty() {
                return recognised;
            }
            let again = &rest[floor(rest, piece.len() - OVERLAP)..];
            rest = &again[first_break(again, OVERLAP / 2)..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of an input that comes in parts of `size` bytes.
    fn lines(input: &[u8], size: usize) -> Vec<LogLine> {
        let mut lines = Vec::new();
        let reader = io::BufReader::with_capacity(size, input);
        for_each_line(reader, |line| {
            lines.push(line.clone());
            Ok(())
        })
        .unwrap();
        lines
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let input = b"one\r\n\ntwo \xff\nlast";
        let texts = ["one", "", "two \u{fffd}", "last"];
        for size in 1..=input.len() {
            let found = lines(input, size);
            assert_eq!(found.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), texts, "{size}");
            assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        }
        assert!(lines(b"", 8).is_empty());
        assert_eq!(lines(b"\n", 8).len(), 1);
    }

    #[test]
    fn a_line_is_whole_up_to_the_bound_and_has_both_ends_beyond_it() {
        for size in [1000, 1 << 16, 1 << 22] {
            let whole = vec![b'x'; LONGEST_LINE];
            let [line] = &lines(&whole, size)[..] else { panic!("one line") };
            assert_eq!((line.text.len(), line.is_truncated), (LONGEST_LINE, false));
            let mut long = b"begin 10".to_vec();
            long.resize(LONGEST_LINE + 100_000, b'4');
            long.extend_from_slice(b" end\nnext");
            let [line, next] = &lines(&long, size)[..] else { panic!("two lines") };
            assert!(line.is_truncated && line.text.starts_with("begin 10") && line.text.ends_with("4 end"));
            assert!(line.text.contains(" … ") && line.text.len() <= LONGEST_LINE + 5);
            assert_eq!((next.text.as_str(), next.number, next.is_truncated), ("next", 2, false));
        }
    }

    #[test]
    fn the_cut_leaves_whole_words() {
        let mut long = "word ".repeat(LONGEST_LINE / 4).into_bytes();
        long.push(b'\n');
        let text = &lines(&long, 1 << 16)[0].text;
        assert_eq!(text.split_whitespace().filter(|word| *word != "word").collect::<Vec<_>>(), ["…"]);
    }

    /// An error anywhere in a long line is found, also where two pieces meet.
    #[test]
    fn errors_are_found_all_over_a_long_line() {
        let recogniser = Recogniser::new();
        for filler in ["x", "word ", "ü", "日本 "] {
            for place in (LONGEST - 3000..LONGEST + 3000).step_by(61).chain([5 * LONGEST]) {
                let mut text = filler.repeat(place / filler.len());
                text.push_str(" write: broken pipe ");
                text.push_str(&filler.repeat(40_000 / filler.len()));
                assert_eq!(recogniser.recognise_whole(&text).errors, ["EPIPE"], "{filler:?} {place}");
            }
        }
        assert!(recogniser.recognise_whole(&"104".repeat(50_000)).errors.is_empty());
        assert!(recogniser.recognise_whole(&"x".repeat(1 << 20)).errors.is_empty());
    }
}
