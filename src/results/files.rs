//! Which files are results, and opening one: results come from anywhere, so that size and shape are limited.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    rc::Rc,
};

use csv::{ByteRecord, StringRecord, Terminator};

use super::{PLATFORMS, ReadError};

/// Largest file, in bytes: eight million rows.
pub const MAX_FILE: u64 = 1 << 30;

/// Longest row, in bytes, quotes and all.
pub const MAX_ROW: u64 = 1 << 17;

/// How deep folders are looked into.
const MAX_DEPTH: usize = 8;

/// What paths stand for.
#[derive(Default)]
pub(super) struct Files {
    /// The files, each once: all `*.csv` of a folder and of the folders in it, in order of name.
    pub(super) all: Vec<PathBuf>,
    /// Tables of platforms that are none of these files, each with those of them in its folder: who names a file of
    /// rows wants the facts of its platforms, and not those of others.
    pub(super) beside: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

/// The files that the paths stand for.
pub(super) fn files(paths: &[PathBuf]) -> Result<Files, ReadError> {
    let mut all = Vec::new();
    let mut named = Vec::new();
    for path in paths {
        let about = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
        if about.is_dir() {
            look_into(path, 0, &mut all)?;
        } else {
            all.push(path.clone());
            named.extend(about.is_file().then_some(path));
        }
    }
    let canonical = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let mut seen = BTreeSet::new();
    all.retain(|path| seen.insert(canonical(path)));
    let mut beside: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for path in named {
        let table = path.with_file_name(PLATFORMS);
        if table.is_file() && !seen.contains(&canonical(&table)) {
            beside.entry(table).or_default().insert(path.clone());
        }
    }
    Ok(Files { all, beside })
}

fn look_into(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    if depth > MAX_DEPTH {
        return Err(ReadError::new(folder, None, format!("folders are looked into {MAX_DEPTH} deep, and no deeper")));
    }
    let cannot = |error: io::Error| cannot_read(folder, &error);
    let mut entries = fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.path();
        // A link in a stranger's folder may lead anywhere, so that no folder is entered through one.
        if entry.file_type().map_err(cannot)?.is_dir() {
            // A folder whose name begins with a dot is somebody's own.
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                folders.push(path);
            }
        } else if path.extension().is_some_and(|extension| extension == "csv") && path.is_file() {
            files.push(path);
        }
    }
    folders.iter().try_for_each(|folder| look_into(folder, depth + 1, files))
}

pub(super) fn cannot_read(path: &Path, error: &io::Error) -> ReadError {
    ReadError::new(path, None, format!("cannot be read: {error}"))
}

/// A reader of a file's rows.
pub(super) fn reader(path: &Path) -> Result<Rows, ReadError> {
    open(path).map(|(from, cut)| Rows::new(from, cut))
}

/// The same of bytes; `path` is what messages call them.
pub(super) fn reader_of(path: &Path, bytes: &[u8]) -> Result<Rows, ReadError> {
    let cut = cut(path, bytes.last().copied(), || lines(bytes))?;
    Ok(Rows::new(Box::new(io::Cursor::new(bytes.to_vec())), cut))
}

/// The rows of a file, and the lines that they begin at.
pub(super) struct Rows {
    reader: csv::Reader<Limited<LineEnds>>,
    /// Where the last whole row ended.
    taken: Rc<Cell<u64>>,
    /// What is wrong with a file whose last line is not whole: it can look like a shorter but good one.
    cut: Option<ReadError>,
}

impl Rows {
    fn new(from: Box<dyn BufRead>, cut: Option<ReadError>) -> Self {
        let taken = Rc::new(Cell::new(0));
        let limited = Limited { from: LineEnds { from, held: false }, given: 0, taken: Rc::clone(&taken) };
        let mut builder = csv::ReaderBuilder::new();
        builder.buffer_capacity(1 << 16).terminator(Terminator::Any(b'\n'));
        Rows { reader: builder.from_reader(limited), taken, cut }
    }

    /// The first row.
    pub(super) fn head(&mut self) -> csv::Result<StringRecord> {
        self.reader.headers().cloned()
    }

    /// Refuses a file that has been cut, once its head is known to be one of results: of anything else it is no matter
    /// how it ends.
    pub(super) fn check_end(&mut self) -> Result<(), ReadError> {
        self.cut.take().map_or(Ok(()), Err)
    }

    /// Reads the next row after the head, and returns its line; none where there is none.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, (u64, csv::Error)> {
        let before = self.reader.position().line();
        self.taken.set(self.reader.position().byte());
        let read = self.reader.read_byte_record(record);
        // Empty lines before a row are passed over, so that where reading began is not where the row does.
        let line = match record.is_empty() || goes_on(record) {
            true => before,
            false => self.reader.position().line() - 1,
        };
        match read {
            Ok(more) => Ok(more.then_some(line)),
            Err(error) => Err((line, error)),
        }
    }
}

/// Whether a row goes on in the next line.
pub(super) fn goes_on(record: &ByteRecord) -> bool {
    record.as_slice().contains(&b'\n')
}

/// Opens a file, and says what is wrong with it if its last line is not whole.
fn open(path: &Path) -> Result<(Box<dyn BufRead>, Option<ReadError>), ReadError> {
    let cannot = |error: io::Error| cannot_read(path, &error);
    let too_large = || {
        ReadError::new(
            path,
            None,
            format!("more than {} MiB; results are split into a file a platform", MAX_FILE >> 20),
        )
    };
    let mut file = fs::File::open(path).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    if !about.is_file() {
        // A pipe has no end to look at first.
        let mut bytes = Vec::new();
        (&mut file).take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(too_large());
        }
        let cut = cut(path, bytes.last().copied(), || lines(bytes.as_slice()))?;
        return Ok((Box::new(io::Cursor::new(bytes)), cut));
    }
    if about.len() > MAX_FILE {
        return Err(too_large());
    }
    let mut last = [0];
    let last = match about.len() {
        0 => None,
        length => {
            file.seek(SeekFrom::Start(length - 1)).map_err(cannot)?;
            file.read_exact(&mut last).map_err(cannot)?;
            Some(last[0])
        }
    };
    file.rewind().map_err(cannot)?;
    let cut = cut(path, last, || lines(&file))?;
    file.rewind().map_err(cannot)?;
    Ok((Box::new(BufReader::with_capacity(1 << 16, file)), cut))
}

/// What is wrong where the `last` byte does not end a line; `lines` counts them then. A file without a byte is wrong
/// at once.
fn cut(path: &Path, last: Option<u8>, lines: impl FnOnce() -> io::Result<u64>) -> Result<Option<ReadError>, ReadError> {
    match last {
        Some(b'\n') => Ok(None),
        None => Err(ReadError::new(path, 1, "empty; a line of column names comes first")),
        Some(_) => Ok(Some(ReadError::new(path, lines().ok(), "the last line does not end: the file has been cut"))),
    }
}

/// How many lines there are, with one that does not end.
fn lines(mut from: impl Read) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 16];
    let mut lines = 1;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(lines),
            Ok(count) => lines += buffer[..count].iter().filter(|byte| **byte == b'\n').count() as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Ends reading where a row goes on for longer than any good one: a quote that is never closed would otherwise bring
/// the rest of a file into memory.
struct Limited<R> {
    from: R,
    /// Bytes that were handed out.
    given: u64,
    /// Where the last whole row ended; told by who splits the bytes into rows.
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given - self.taken.get() > MAX_ROW {
            let problem = format!("a row of more than {} KiB; a quote may not have been closed", MAX_ROW >> 10);
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let count = self.from.read(buffer)?;
        self.given += count as u64;
        Ok(count)
    }
}

/// Hands on a line end of two bytes, `\r\n`, as `\n` alone: the parser would take the first of them for the end of a row,
/// and count the second for the next one.
struct LineEnds {
    from: Box<dyn BufRead>,
    /// Whether a `\r` was taken and not handed on, since what follows it is not known yet.
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
