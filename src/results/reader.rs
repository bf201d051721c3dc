//! Reading the rows of one file. Files come from anywhere, so their size and shape are limited.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Take},
    path::Path,
};

use csv::{ByteRecord, StringRecord, Terminator};

use super::{
    NEW_PLATFORM_COLUMNS, PLATFORM_COLUMNS,
    error::ReadError,
    files::Input,
    row::{COLUMNS, FLAGS, NEW_COLUMNS, NOT_UTF8},
};
use crate::untrusted::shown;

/// Largest file, in bytes: eight million rows.
pub const MAX_FILE: u64 = 1 << 30;

/// Longest row, in bytes, including quotes. A row of up to twice that may be read, since bytes are read in blocks.
pub const MAX_ROW: u64 = 1 << 17;

/// Longest name of a column, in bytes.
const MAX_HEADER: usize = 100;

/// Most columns of a table.
const MAX_COLUMNS: usize = 64;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;

/// The rows of a file, and the lines on which they begin.
pub(super) struct RowReader<'a> {
    pub(super) path: &'a Path,
    /// Its limit is set again for each row: a quote that is never closed would otherwise read the rest of the file into
    /// memory.
    reader: csv::Reader<Take<Box<dyn Read>>>,
    /// How many fields the first line has, once it is read.
    columns: Option<usize>,
    /// Set where the last line has no end. Such a file can look like a shorter valid one.
    truncated: Option<ReadError>,
}

impl<'a> RowReader<'a> {
    /// Opens a file, on disk or embedded.
    pub(super) fn of(input: &'a Input) -> Result<Self, ReadError> {
        match input {
            Input::OnDisk(path) => Self::open(path),
            Input::Embedded(file) => Self::new(input.path(), Cursor::new(file.bytes())),
        }
    }

    /// Opens a file. A pipe is read into memory first, since its end cannot be examined in advance.
    pub(super) fn open(path: &'a Path) -> Result<Self, ReadError> {
        let cannot = |error: io::Error| ReadError::new(path, None, error);
        let file = File::open(path).map_err(cannot)?;
        if file.metadata().map_err(cannot)?.is_file() {
            return Self::new(path, file);
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
        Self::new(path, Cursor::new(bytes))
    }

    /// Reads from a file, or from bytes in memory; `path` is their name in messages.
    pub(super) fn new(path: &'a Path, mut from: impl Read + Seek + 'static) -> Result<Self, ReadError> {
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
            let line = last_line(&mut from).map_err(cannot)?;
            truncated = Some(ReadError::new(path, line, "truncated: no final newline".to_owned()));
            from.rewind().map_err(cannot)?;
        }
        let from: Box<dyn Read> = Box::new(from);
        let mut builder = csv::ReaderBuilder::new();
        // `drop_line_end` handles `\r\n`: the parser would count its second byte as part of the next row.
        builder.buffer_capacity(BUFFER).terminator(Terminator::Any(b'\n')).has_headers(false).flexible(true);
        Ok(RowReader { path, reader: builder.from_reader(from.take(0)), columns: None, truncated })
    }

    /// Reads the head of a table: all of its columns, in any order, except that those may be missing which earlier
    /// versions did not write. Other columns are ignored, with a note.
    pub(super) fn headers(&mut self, table: Table, notes: &mut Vec<String>) -> Result<StringRecord, ReadError> {
        let path = self.path;
        let columns = table.columns();
        let wrong = |problem: String| Err(ReadError::new(path, 1, problem));
        let no_results = || wrong(format!("invalid results: expected a first line of {}", columns.join(",")));
        let mut record = ByteRecord::new();
        match self.next(&mut record) {
            Err(_) if self.is_over_limit() => return no_results(),
            read => read?,
        };
        let Ok(headers) = StringRecord::from_byte_record(record) else { return wrong(NOT_UTF8.to_owned()) };
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
        let may_miss = |column: &str| table.may_miss(column, &seen);
        if let Some(missing) = columns.iter().find(|column| !seen.contains(**column) && !may_miss(column)) {
            return wrong(format!("column `{missing}` is missing; the columns are {}", columns.join(",")));
        }
        if let Some(unknown) = unknown(&headers, table) {
            notes.push(format!("{}: ignored columns unknown to this version: {unknown}", shown(path)));
        }
        Ok(headers)
    }

    /// Reads the next row, and returns the line on which it begins, from 1, or `None` at the end. The head is a row,
    /// too.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, ReadError> {
        loop {
            let before = self.reader.position().line();
            self.reader.get_mut().set_limit(MAX_ROW + BUFFER as u64);
            let more = self.reader.read_byte_record(record).map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(error) => ReadError::new(self.path, before, error),
                other => ReadError::new(self.path, before, format!("{other:?}")),
            })?;
            if self.is_over_limit() {
                let problem = format!("a row of more than {} KiB; a quote may not have been closed", MAX_ROW >> 10);
                return Err(ReadError::new(self.path, before, problem));
            }
            if !more {
                return Ok(None);
            }
            if record == [b"\r"].as_slice() {
                continue;
            }
            // Empty lines before a row are skipped, so it may begin later than reading did.
            let line = if is_continued(record) { before } else { self.reader.position().line() - 1 };
            drop_line_end(record);
            let expected = *self.columns.get_or_insert(record.len());
            if record.len() != expected {
                let problem = format!("{} fields where the first line has {expected}", record.len());
                return Err(self.invalid(line, record, problem));
            }
            return Ok(Some(line));
        }
    }

    /// Whether reading stopped within a row that is too long.
    fn is_over_limit(&self) -> bool {
        self.reader.get_ref().limit() == 0
    }

    /// A problem with the row that begins on this line.
    pub(super) fn invalid(&self, line: u64, record: &ByteRecord, mut problem: String) -> ReadError {
        if is_continued(record) {
            problem += "; the row continues on the next line: a quote may not have been closed";
        }
        ReadError::new(self.path, line, problem)
    }
}

/// The two kinds of tables.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    /// Rows of a platform.
    Rows,
    /// The table of platforms.
    Platforms,
}

impl Table {
    /// Its columns, in the order in which they are written.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Table::Rows => &COLUMNS,
            Table::Platforms => &PLATFORM_COLUMNS,
        }
    }

    /// Whether a file that has the columns `seen` is valid without this one. Of the facts each may be missing; what rows
    /// lack is lacking as a whole, since a case is told apart by all of it.
    fn may_miss(self, column: &str, seen: &BTreeSet<&str>) -> bool {
        match self {
            Table::Rows => {
                let is_axis = |column: &str| column != FLAGS && NEW_COLUMNS.iter().any(|(new, _)| *new == column);
                column == FLAGS || is_axis(column) && !seen.iter().any(|column| is_axis(column))
            }
            Table::Platforms => NEW_PLATFORM_COLUMNS.contains(&column),
        }
    }
}

/// The headers that are not columns of this table, for a message.
pub(super) fn unknown(headers: &StringRecord, table: Table) -> Option<String> {
    let unknown = headers.iter().filter(|header| !table.columns().contains(header));
    let unknown: Vec<_> = unknown.map(|header| format!("`{}`", header.escape_debug())).collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

/// Whether a row continues on the next line.
fn is_continued(record: &ByteRecord) -> bool {
    record.as_slice().contains(&b'\n')
}

/// Drops the `\r` of a line end `\r\n`, which the parser leaves in the last field.
fn drop_line_end(record: &mut ByteRecord) {
    let last = record.len() - 1;
    if let Some(text) = record[last].strip_suffix(b"\r").map(<[u8]>::to_owned) {
        record.truncate(last);
        record.push_field(&text);
    }
}

/// The number of the last line, from 1.
fn last_line(from: impl Read) -> io::Result<u64> {
    let mut bytes = BufReader::with_capacity(BUFFER, from).bytes();
    bytes.try_fold(1, |line, byte| Ok(line + u64::from(byte? == b'\n')))
}
