//! Reading the rows of one file. Files come from anywhere, so their size and shape are limited.

use std::{
    cell::Cell,
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

use csv::{ByteRecord, StringRecord, Terminator};

use super::{error::ReadError, row::NOT_UTF8};
use crate::untrusted::shown;

/// Largest file, in bytes: eight million rows.
pub const MAX_FILE: u64 = 1 << 30;

/// Longest row, in bytes, including quotes.
pub const MAX_ROW: u64 = 1 << 17;

/// Longest name of a column, in bytes.
const MAX_HEADER: usize = 100;

/// Most columns of a table.
const MAX_COLUMNS: usize = 64;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;

/// The rows of a file, and the lines on which they begin.
pub(super) struct RowReader<'a> {
    path: &'a Path,
    reader: csv::Reader<Limited<LineEnds>>,
    /// Where the last complete row ended.
    taken: Rc<Cell<u64>>,
    /// Set where the last line has no end. Such a file can look like a shorter valid one.
    truncated: Option<ReadError>,
}

impl<'a> RowReader<'a> {
    /// Opens a file. A pipe is read into memory first, since its end cannot be examined in advance.
    pub(super) fn open(path: &'a Path) -> Result<Self, ReadError> {
        let cannot = |error: io::Error| ReadError::new(path, None, error);
        let file = File::open(path).map_err(cannot)?;
        if file.metadata().map_err(cannot)?.is_file() {
            return Self::new(path, file);
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
        Self::of_bytes(path, bytes)
    }

    /// Reads bytes; `path` is their name in messages.
    pub(super) fn of_bytes(path: &'a Path, bytes: Vec<u8>) -> Result<Self, ReadError> {
        Self::new(path, io::Cursor::new(bytes))
    }

    fn new(path: &'a Path, mut from: impl Read + Seek + 'static) -> Result<Self, ReadError> {
        let cannot = |error: io::Error| ReadError::new(path, None, error);
        let length = from.seek(SeekFrom::End(0)).map_err(cannot)?;
        if length > MAX_FILE {
            let problem = format!("more than {} MiB; split the results into one file per platform", MAX_FILE >> 20);
            return Err(ReadError::new(path, None, problem));
        }
        if length == 0 {
            return Err(ReadError::new(path, 1, "empty: expected a first line of column names".to_owned()));
        }
        let mut last = [0];
        from.seek(SeekFrom::End(-1)).and_then(|_| from.read_exact(&mut last)).map_err(cannot)?;
        from.rewind().map_err(cannot)?;
        let mut truncated = None;
        if last != *b"\n" {
            truncated =
                Some(ReadError::new(path, count_lines(&mut from).ok(), "truncated: no final newline".to_owned()));
            from.rewind().map_err(cannot)?;
        }
        let ends = LineEnds { from: Box::new(BufReader::with_capacity(BUFFER, from)), held: false };
        let taken = Rc::new(Cell::new(0));
        let limited = Limited { from: ends, given: 0, taken: Rc::clone(&taken) };
        let mut builder = csv::ReaderBuilder::new();
        builder.buffer_capacity(BUFFER).terminator(Terminator::Any(b'\n'));
        Ok(RowReader { path, reader: builder.from_reader(limited), taken, truncated })
    }

    /// Reads the head of a table: all of `columns`, in any order. Other columns are ignored, with a note.
    pub(super) fn headers(&mut self, columns: &[&str], notes: &mut Vec<String>) -> Result<StringRecord, ReadError> {
        let path = self.path;
        let wrong = |problem: String| Err(ReadError::new(path, 1, problem));
        let no_results = || wrong(format!("invalid results: expected a first line of {}", columns.join(",")));
        let headers = match self.reader.headers() {
            Ok(headers) => headers.clone(),
            // Longer than any row.
            Err(error) if is_too_long(&error) => return no_results(),
            Err(error) => return Err(self.csv_error(1, &ByteRecord::new(), error)),
        };
        if !headers.iter().any(|header| columns.contains(&header)) {
            return no_results();
        }
        // Only now is it known that the file is meant to hold results.
        self.truncated.take().map_or(Ok(()), Err)?;
        if headers.len() > MAX_COLUMNS {
            return wrong(format!("{} columns; at most {MAX_COLUMNS} are allowed", headers.len()));
        }
        let mut seen = BTreeSet::new();
        for header in &headers {
            if header.len() > MAX_HEADER {
                return wrong(format!("a column name of {} bytes; at most {MAX_HEADER} are allowed", header.len()));
            }
            if !seen.insert(header) {
                return wrong(format!("duplicate column `{}`", header.escape_debug()));
            }
        }
        if let Some(missing) = columns.iter().find(|column| !seen.contains(**column)) {
            return wrong(format!("column `{missing}` is missing; the columns are {}", columns.join(",")));
        }
        if let Some(unknown) = unknown(&headers, columns) {
            notes.push(format!("{}: ignored columns unknown to this version: {unknown}", shown(path)));
        }
        Ok(headers)
    }

    /// Reads the next row after the head, and returns the line on which it begins, from 1; none at the end.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, ReadError> {
        let before = self.reader.position().line();
        self.taken.set(self.reader.position().byte());
        let read = self.reader.read_byte_record(record);
        // Empty lines before a row are skipped, so it may begin later than reading did.
        let line = match record.is_empty() || is_continued(record) {
            true => before,
            false => self.reader.position().line() - 1,
        };
        match read {
            Ok(more) => Ok(more.then_some(line)),
            Err(error) => Err(self.csv_error(line, record, error)),
        }
    }

    /// A problem with the row that begins on this line.
    pub(super) fn invalid(&self, line: u64, record: &ByteRecord, mut problem: String) -> ReadError {
        if is_continued(record) {
            problem += "; the row continues on the next line: a quote may not have been closed";
        }
        ReadError::new(self.path, line, problem)
    }

    /// What the parser could not read; `record` is what there is of the row.
    pub(super) fn csv_error(&self, line: u64, record: &ByteRecord, error: csv::Error) -> ReadError {
        let (is_too_long, text) = (is_too_long(&error), error.to_string());
        match error.into_kind() {
            csv::ErrorKind::Utf8 { .. } => ReadError::new(self.path, line, NOT_UTF8.to_owned()),
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                self.invalid(line, record, format!("{len} fields where the first line has {expected_len}"))
            }
            csv::ErrorKind::Io(error) if !is_too_long => ReadError::new(self.path, line, error),
            _ => ReadError::new(self.path, line, text.escape_debug().to_string()),
        }
    }
}

/// The headers that are not among `columns`, for a message.
pub(super) fn unknown(headers: &StringRecord, columns: &[&str]) -> Option<String> {
    let unknown = headers.iter().filter(|header| !columns.contains(header));
    let unknown: Vec<_> = unknown.map(|header| format!("`{}`", header.escape_debug())).collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

/// Whether a row continues on the next line.
fn is_continued(record: &ByteRecord) -> bool {
    record.as_slice().contains(&b'\n')
}

/// Whether reading stopped at a row that [`Limited`] refused.
fn is_too_long(error: &csv::Error) -> bool {
    matches!(error.kind(), csv::ErrorKind::Io(error) if error.kind() == ErrorKind::InvalidData)
}

/// How many lines there are, including one without an end.
fn count_lines(mut from: impl Read) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER];
    let mut lines = 1;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(lines),
            Ok(count) => lines += buffer[..count].iter().filter(|byte| **byte == b'\n').count() as u64,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Stops reading within a row that is longer than allowed: a quote that is never closed would otherwise pull the rest
/// of the file into memory.
struct Limited<R> {
    from: R,
    /// Bytes that were returned so far.
    given: u64,
    /// Where the last complete row ended; set by the [`RowReader`].
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given - self.taken.get() > MAX_ROW {
            let problem = format!("a row of more than {} KiB; a quote may not have been closed", MAX_ROW >> 10);
            return Err(io::Error::new(ErrorKind::InvalidData, problem));
        }
        let count = self.from.read(buffer)?;
        self.given += count as u64;
        Ok(count)
    }
}

/// Passes the line end `\r\n` on as `\n`: the parser would end the row at the first byte and count the second as part
/// of the next row.
struct LineEnds {
    from: Box<dyn BufRead>,
    /// Whether a `\r` was read and not yet passed on, because what follows it is not known yet.
    held: bool,
}

impl Read for LineEnds {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(first) = buffer.first_mut() else { return Ok(0) };
        loop {
            let bytes = self.from.fill_buf()?;
            if std::mem::take(&mut self.held) && bytes.first() != Some(&b'\n') {
                *first = b'\r';
                return Ok(1);
            }
            let plain = bytes.iter().position(|byte| *byte == b'\r').unwrap_or(bytes.len());
            if plain > 0 || bytes.is_empty() {
                let count = plain.min(buffer.len());
                buffer[..count].copy_from_slice(&bytes[..count]);
                self.from.consume(count);
                return Ok(count);
            }
            self.held = true;
            self.from.consume(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_two_bytes_become_one_wherever_reading_stops() {
        for (text, right) in [
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\r\r\nb\rc\n\r\n\r", "a\r\nb\rc\n\n\r"),
            ("\r\n\n\r", "\n\n\r"),
            ("no end", "no end"),
        ] {
            for (held, taken) in (1..5).flat_map(|held| (1..5).map(move |taken| (held, taken))) {
                let from = Box::new(BufReader::with_capacity(held, text.as_bytes()));
                let mut ends = LineEnds { from, held: false };
                let mut read = Vec::new();
                let mut buffer = vec![0; taken];
                loop {
                    match ends.read(&mut buffer).unwrap() {
                        0 => break,
                        count => read.extend_from_slice(&buffer[..count]),
                    }
                }
                assert_eq!(String::from_utf8(read).unwrap(), right, "{text:?}, {held} and {taken} bytes at a time");
            }
        }
    }
}
