//! Reading results into memory, row by row; [`Matrix::read`](crate::matrix::Matrix::read) is for more of them than that.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    PLATFORMS, Results, Row,
    files::{files, reader, reader_of},
    row,
    scan::{self, PROVENANCES, Step, csv_error, headers},
    tables::Tables,
};
use crate::platform::Platform;

/// What is wrong with a file of results.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    line: Option<u64>,
    problem: String,
}

impl ReadError {
    pub(super) fn new(path: &Path, line: impl Into<Option<u64>>, problem: impl Into<String>) -> Self {
        ReadError { path: path.to_owned(), line: line.into(), problem: problem.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name from an archive may hold anything; a message is for a terminal.
        write!(f, "{}", self.path.display().to_string().escape_debug())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ReadError {}

/// What stands in files besides their rows.
#[derive(Debug, Default)]
pub struct Heads {
    /// In the order of their names.
    pub platforms: Vec<Platform>,
    /// What a reader was told to pass over, such as columns of a newer version.
    pub notes: Vec<String>,
}

/// Reads files, and all `*.csv` of folders, and hands on each step. A step's platform is in no two files.
///
/// # Errors
///
/// The first thing that is wrong: a path that cannot be read, a row that breaks a rule, a platform in two files.
pub fn read_steps(
    paths: &[PathBuf],
    tables: &mut Tables,
    mut each: impl FnMut(&Tables, &Path, Step<'_>),
) -> Result<Heads, ReadError> {
    let mut facts = Results::default();
    let mut owners: HashMap<Arc<str>, usize> = HashMap::new();
    let files = files(paths)?;
    for (number, path) in files.iter().enumerate() {
        if path.file_name().is_some_and(|name| name == PLATFORMS) {
            for platform in read_platforms(path, &mut facts.notes)? {
                facts.set_platform(platform);
            }
            continue;
        }
        let mut last: Option<Arc<str>> = None;
        scan::scan(path, reader(path)?, tables, &mut facts.notes, |tables, step| {
            if last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, step.platform)) {
                let first = *owners.entry(Arc::clone(step.platform)).or_insert(number);
                if first != number {
                    let (name, first) = (step.platform, files[first].display().to_string());
                    let first = first.escape_debug();
                    let problem = format!("platform {name} is in {first} already; one of the two has to go");
                    return Err(ReadError::new(path, None, problem));
                }
                last = Some(Arc::clone(step.platform));
            }
            each(tables, path, step);
            Ok(())
        })?;
    }
    Ok(Heads { platforms: facts.platforms, notes: facts.notes })
}

impl Results {
    /// Reads files, and all `*.csv` of folders.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong: a path that cannot be read, a row that breaks a rule, a platform in two files.
    pub fn read(paths: &[PathBuf]) -> Result<Self, ReadError> {
        let mut rows = Vec::new();
        let heads = read_steps(paths, &mut Tables::default(), |tables, _, step| {
            rows.extend(step.entries.iter().map(|&entry| Row::of_step(tables, step, entry)));
        })?;
        Ok(Results { rows, platforms: heads.platforms, notes: heads.notes })
    }

    /// Reads the rows of one file's bytes; `path` is what messages call it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ReadError> {
        let mut results = Results::default();
        let rows = &mut results.rows;
        scan::scan(path, reader_of(path, bytes)?, &mut Tables::default(), &mut results.notes, |tables, step| {
            rows.extend(step.entries.iter().map(|&entry| Row::of_step(tables, step, entry)));
            Ok(())
        })?;
        Ok(results)
    }
}

fn read_platforms(path: &Path, notes: &mut Vec<String>) -> Result<Vec<Platform>, ReadError> {
    const COLUMNS: [&str; 12] = [
        "platform",
        "provenance",
        "os",
        "os_version",
        "kernel",
        "arch",
        "abi",
        "runtime",
        "selector",
        "rustc",
        "mio",
        "brokenpipe",
    ];
    let mut platforms: Vec<Platform> = Vec::new();
    let mut names = HashSet::new();
    let (mut reader, taken) = reader(path)?;
    let headers = headers(path, &mut reader, &COLUMNS, notes)?;
    let mut record = csv::StringRecord::new();
    loop {
        taken.set(reader.position().byte());
        let next = reader.position().line();
        if !reader.read_record(&mut record).map_err(|error| csv_error(path, next, &error))? {
            return Ok(platforms);
        }
        let line = record.position().map_or(0, csv::Position::line);
        for (header, field) in headers.iter().zip(&record) {
            let header = header.escape_debug().to_string();
            row::text(&header, field.as_bytes()).map_err(|problem| ReadError::new(path, line, problem))?;
        }
        // The provenance is the one field that is not just text.
        let platform: Platform = record.deserialize(Some(&headers)).map_err(|_| {
            let at = headers.iter().position(|header| header == "provenance");
            let text = at.and_then(|at| record.get(at)).unwrap_or_default().escape_debug();
            let problem = format!("column `provenance`: \"{text}\" is not {PROVENANCES}");
            ReadError::new(path, line, problem)
        })?;
        if !names.insert(platform.platform.clone()) {
            return Err(ReadError::new(path, line, format!("a second row for platform {}", platform.platform)));
        }
        platforms.push(platform);
    }
}
