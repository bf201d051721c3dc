//! Reading results into memory, row by row; [`Matrix::read`](crate::matrix::Matrix::read) is for more of them than that.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use csv::ByteRecord;

use super::{
    COLUMNS, PLATFORM_COLUMNS, PLATFORMS, Results, Row,
    files::{Files, files, reader, reader_of},
    row,
    scan::{self, Step, csv_error, headers, of_row, parse_provenance, unknown},
    tables::Tables,
};
use crate::{parallel::parallel_map, platform::Platform, untrusted::shown};

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
        f.write_str(&shown(&self.path))?;
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
    each: impl FnMut(&Tables, &Path, Step<'_>),
) -> Result<Heads, ReadError> {
    let files = files(paths)?;
    let mut known = read_files(&files.all, tables, each)?;
    known.add_facts_beside(&files)?;
    Ok(known.into_heads())
}

/// Reads as [`read_steps`] does, each of several threads a share of the files, with tables and a `P` of its own. The
/// shares come in the order of their files.
///
/// # Errors
///
/// As of [`read_steps`].
pub(crate) fn read_in_shares<P: Default + Send>(
    paths: &[PathBuf],
    each: impl Fn(&mut P, &Tables, Step<'_>) + Sync,
) -> Result<(Vec<(P, Tables)>, Heads), ReadError> {
    let files = files(paths)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let read = |share: &[PathBuf]| {
        let (mut tables, mut part) = (Tables::default(), P::default());
        let known = read_files(share, &mut tables, |tables, _, step| each(&mut part, tables, step))?;
        Ok(((part, tables), known))
    };
    let shares = parallel_map(files.all.chunks(files.all.len().div_ceil(threads).max(1)), read);
    let mut all = Known::default();
    let mut parts = Vec::new();
    for share in shares {
        let (part, known) = share?;
        all.add(known)?;
        parts.push(part);
    }
    all.add_facts_beside(&files)?;
    Ok((parts, all.into_heads()))
}

/// Most threads that read: what each has found is put together by one.
const MAX_THREADS: usize = 8;

/// What is known of files besides their steps.
#[derive(Default)]
struct Known {
    facts: Results,
    /// The file of each platform.
    owners: HashMap<Arc<str>, Arc<Path>>,
}

impl Known {
    /// A platform has steps in this file.
    fn own(&mut self, platform: &Arc<str>, path: &Arc<Path>) -> Result<(), ReadError> {
        let first = self.owners.entry(Arc::clone(platform)).or_insert_with(|| Arc::clone(path));
        if Arc::ptr_eq(first, path) {
            return Ok(());
        }
        let problem = format!("platform {platform} is in {} already; one of the two has to go", shown(first));
        Err(ReadError::new(path, None, problem))
    }

    /// Adds what is known of further files.
    fn add(&mut self, further: Known) -> Result<(), ReadError> {
        let mut owners: Vec<_> = further.owners.into_iter().collect();
        owners.sort_by(|a, b| a.1.cmp(&b.1));
        owners.iter().try_for_each(|(platform, path)| self.own(platform, path))?;
        further.facts.platforms.into_iter().for_each(|platform| self.facts.set_platform(platform));
        self.facts.notes.extend(further.facts.notes);
        Ok(())
    }

    /// Adds the facts of platforms from the tables beside the files that have them; what a table among the files says
    /// goes before.
    fn add_facts_beside(&mut self, files: &Files) -> Result<(), ReadError> {
        for (table, beside) in &files.beside {
            for platform in read_platforms(table, &mut self.facts.notes)? {
                let owner = self.owners.get(platform.platform.as_str());
                if owner.is_some_and(|owner| beside.contains(&**owner))
                    && self.facts.platform(&platform.platform).is_none()
                {
                    self.facts.set_platform(platform);
                }
            }
        }
        Ok(())
    }

    fn into_heads(self) -> Heads {
        Heads { platforms: self.facts.platforms, notes: self.facts.notes }
    }
}

fn read_files(
    files: &[PathBuf],
    tables: &mut Tables,
    mut each: impl FnMut(&Tables, &Path, Step<'_>),
) -> Result<Known, ReadError> {
    let mut known = Known::default();
    let mut notes = Vec::new();
    for path in files {
        if is_table(path) {
            for platform in read_platforms(path, &mut notes)? {
                known.facts.set_platform(platform);
            }
            continue;
        }
        let shared: Arc<Path> = path.as_path().into();
        let mut last: Option<Arc<str>> = None;
        scan::scan(path, reader(path)?, tables, &mut notes, |tables, step| {
            if last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, step.platform)) {
                known.own(step.platform, &shared)?;
                last = Some(Arc::clone(step.platform));
            }
            each(tables, path, step);
            Ok(())
        })?;
    }
    known.facts.notes = notes;
    Ok(known)
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

/// Whether this is a table of platforms.
fn is_table(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PLATFORMS)
}

/// The columns of a file of results that this version does not know and so cannot write, for a message; none if there
/// is no such file.
///
/// # Errors
///
/// A head that is wrong, or cannot be read.
pub fn unknown_columns(path: &Path) -> Result<Option<String>, ReadError> {
    if !path.is_file() {
        return Ok(None);
    }
    let columns = if is_table(path) { &PLATFORM_COLUMNS[..] } else { &COLUMNS };
    Ok(unknown(&headers(path, &mut reader(path)?, columns, &mut Vec::new())?, columns))
}

fn read_platforms(path: &Path, notes: &mut Vec<String>) -> Result<Vec<Platform>, ReadError> {
    let mut platforms: Vec<Platform> = Vec::new();
    let mut names = HashSet::new();
    let mut rows = reader(path)?;
    let headers = headers(path, &mut rows, &PLATFORM_COLUMNS, notes)?;
    let mut record = ByteRecord::new();
    loop {
        let next = rows.next(&mut record);
        let Some(line) = next.map_err(|(line, error)| csv_error(path, line, &record, &error))? else {
            return Ok(platforms);
        };
        let wrong = |problem| ReadError::new(path, line, of_row(&record, problem));
        for (header, field) in headers.iter().zip(&record) {
            row::text(&header.escape_debug().to_string(), field).map_err(wrong)?;
            if header == "provenance" {
                parse_provenance(field).map_err(wrong)?;
            }
        }
        let platform: Platform = record
            .deserialize(Some(headers.as_byte_record()))
            .map_err(|error| csv_error(path, line, &record, &error))?;
        if !names.insert(platform.platform.clone()) {
            return Err(ReadError::new(path, line, format!("a second row for platform {}", platform.platform)));
        }
        platforms.push(platform);
    }
}
