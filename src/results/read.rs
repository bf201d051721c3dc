//! Reading many files, step by step or into memory.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Cursor,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use csv::ByteRecord;

use super::{
    PLATFORMS, Results,
    error::ReadError,
    files::{Input, Source, inputs},
    reader::{RowReader, Table, unknown},
    row,
    scan::{StepRows, scan},
    tables::Tables,
};
use crate::{parallel::parallel_map, platform::Platform, untrusted::shown};

/// Reads the files of a source, of folders all `*.csv`, and calls `each` with every step, in the order of the files. No
/// platform has steps in two files. The results that are returned have no rows.
///
/// # Errors
///
/// The first problem: a path that cannot be read, an invalid row, a platform in two files. Steps before it have been
/// passed to `each` by then.
pub fn read_steps<'a>(
    source: impl Into<Source<'a>>,
    tables: &mut Tables,
    each: impl FnMut(&Tables, &Path, StepRows<'_>),
) -> Result<Results, ReadError> {
    read_files(&inputs(source.into())?, tables, each)?.into_results()
}

/// Reads, and fails, as [`read_steps`] does, with several threads: each has a share of the files, tables and a `P` of
/// its own. The shares are returned in the order of their files.
pub(crate) fn read_in_shares<P: Default + Send>(
    source: Source<'_>,
    each: impl Fn(&mut P, &Tables, StepRows<'_>) + Sync,
) -> Result<(Vec<(P, Tables)>, Results), ReadError> {
    let files = inputs(source)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let read = |share: &[Input]| {
        let (mut tables, mut part) = (Tables::default(), P::default());
        let facts = read_files(share, &mut tables, |tables, _, step| each(&mut part, tables, step))?;
        Ok(((part, tables), facts))
    };
    let shares = parallel_map(threads, files.chunks(files.len().div_ceil(threads).max(1)), read);
    let mut all = FileFacts::default();
    let mut parts = Vec::new();
    for share in shares {
        let (part, facts) = share?;
        all.add(facts)?;
        parts.push(part);
    }
    Ok((parts, all.into_results()?))
}

/// Most threads that read. One thread merges what they found, so more of them would wait for it.
const MAX_THREADS: usize = 8;

/// What is known of files besides their steps.
#[derive(Default)]
struct FileFacts {
    platforms: BTreeMap<String, Platform>,
    /// The tables that were read.
    tables: BTreeSet<PathBuf>,
    notes: Vec<String>,
    /// The file of each platform.
    owners: HashMap<Arc<str>, Arc<Path>>,
}

impl FileFacts {
    /// Records that a platform has steps in this file.
    fn own(&mut self, platform: &Arc<str>, path: &Arc<Path>) -> Result<(), ReadError> {
        let first = self.owners.entry(Arc::clone(platform)).or_insert_with(|| Arc::clone(path));
        if Arc::ptr_eq(first, path) {
            return Ok(());
        }
        let problem = format!("platform {platform} is in {} already; remove one of the two", shown(first));
        Err(ReadError::new(path, None, problem))
    }

    /// Adds what is known of further files.
    fn add(&mut self, further: FileFacts) -> Result<(), ReadError> {
        let mut owners: Vec<_> = further.owners.into_iter().collect();
        owners.sort_by(|a, b| a.1.cmp(&b.1));
        owners.iter().try_for_each(|(platform, path)| self.own(platform, path))?;
        self.platforms.extend(further.platforms);
        self.tables.extend(further.tables);
        self.notes.extend(further.notes);
        Ok(())
    }

    /// Adds the facts that are still unknown, from the tables beside files that were named by themselves.
    fn into_results(mut self) -> Result<Results, ReadError> {
        let unknown = self.owners.iter().filter(|(platform, _)| !self.platforms.contains_key(&***platform));
        let tables = unknown.map(|(_, file)| file.with_file_name(PLATFORMS)).collect::<BTreeSet<_>>();
        for table in tables.difference(&self.tables).filter(|table| table.is_file()) {
            for (name, platform) in read_platforms(RowReader::open(table)?, &mut self.notes)? {
                if self.owners.get(&*name).is_some_and(|file| file.with_file_name(PLATFORMS) == *table) {
                    self.platforms.entry(name).or_insert(platform);
                }
            }
        }
        Ok(Results { rows: Vec::new(), platforms: self.platforms.into_values().collect(), notes: self.notes })
    }
}

fn read_files(
    files: &[Input],
    tables: &mut Tables,
    mut each: impl FnMut(&Tables, &Path, StepRows<'_>),
) -> Result<FileFacts, ReadError> {
    let mut facts = FileFacts::default();
    let mut notes = Vec::new();
    for input in files {
        let path = input.path();
        if is_table(path) {
            facts.platforms.append(&mut read_platforms(RowReader::of(input)?, &mut notes)?);
            facts.tables.insert(path.to_owned());
            continue;
        }
        let shared: Arc<Path> = path.into();
        let mut last: Option<Arc<str>> = None;
        scan(RowReader::of(input)?, tables, &mut notes, |tables, step| {
            if last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, step.platform)) {
                facts.own(step.platform, &shared)?;
                last = Some(Arc::clone(step.platform));
            }
            each(tables, path, step);
            Ok(())
        })?;
    }
    facts.notes = notes;
    Ok(facts)
}

impl Results {
    /// Reads files, and all `*.csv` of folders. Fails as [`read_steps`] does.
    pub fn read(paths: &[PathBuf]) -> Result<Self, ReadError> {
        let mut rows = Vec::new();
        let read = read_steps(paths, &mut Tables::default(), |tables, _, step| rows.extend(step.rows(tables)))?;
        Ok(Results { rows, ..read })
    }

    /// Reads the rows of one file's bytes; `path` is its name in messages. Fails at the first problem.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ReadError> {
        let mut results = Results::default();
        let reader = RowReader::new(path, Cursor::new(bytes.to_vec()))?;
        scan(reader, &mut Tables::default(), &mut results.notes, |tables, step| {
            results.rows.extend(step.rows(tables));
            Ok(())
        })?;
        Ok(results)
    }
}

/// Whether this is a table of platforms.
fn is_table(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PLATFORMS)
}

/// The columns of a file that this version does not know and so cannot write, for a message; `None` if it knows all, or
/// there is no such file. Fails if the head is invalid or cannot be read.
pub(super) fn unknown_columns(path: &Path) -> Result<Option<String>, ReadError> {
    if !path.is_file() {
        return Ok(None);
    }
    let table = if is_table(path) { Table::Platforms } else { Table::Rows };
    Ok(unknown(&RowReader::open(path)?.headers(table, &mut Vec::new())?, table))
}

/// The facts in a folder's table of platforms, by platform; empty if there is no such file.
pub(super) fn facts_in(folder: &Path) -> Result<BTreeMap<String, Platform>, ReadError> {
    let table = folder.join(PLATFORMS);
    if table.is_file() { read_platforms(RowReader::open(&table)?, &mut Vec::new()) } else { Ok(BTreeMap::new()) }
}

fn read_platforms(mut rows: RowReader<'_>, notes: &mut Vec<String>) -> Result<BTreeMap<String, Platform>, ReadError> {
    let path = rows.path;
    let mut platforms = BTreeMap::new();
    let headers = rows.headers(Table::Platforms, notes)?;
    let mut record = ByteRecord::new();
    while let Some(line) = rows.next(&mut record)? {
        let invalid = |problem| rows.invalid(line, &record, problem);
        for (header, field) in headers.iter().zip(&record) {
            row::text(&header.escape_debug().to_string(), field).map_err(invalid)?;
            if header == "provenance" {
                row::provenance(field).map_err(invalid)?;
            }
        }
        let platform = record.deserialize(Some(headers.as_byte_record()));
        let platform: Platform = platform.map_err(|error| invalid(error.to_string().escape_debug().to_string()))?;
        if let Some(first) = platforms.insert(platform.platform.clone(), platform) {
            return Err(ReadError::new(path, line, format!("a second row for platform {}", first.platform)));
        }
    }
    Ok(platforms)
}
