//! Taking over platforms from other folders of results, row by row, so that memory does not follow their number.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    fs::{File, OpenOptions},
    io::{self, BufWriter},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tempfile::TempPath;

use super::{
    PLATFORMS, ReadError, Row, Tables, WriteError,
    keep::{is_race, with_seen_before},
    read_steps,
    write::{facts_in, target, temporary, write_facts},
};
use crate::catalogue::Catalogue;

/// A platform to take over.
#[derive(Debug, Clone, Copy)]
pub struct Adopted<'a> {
    /// Its name.
    pub platform: &'a str,
    /// Whether the folder has results of it, with the same facts: the same kernel, compiler and version of brokenpipe.
    pub same_facts: bool,
}

/// Why nothing was taken over.
#[derive(Debug)]
pub enum AdoptError {
    /// What was to be taken over is wrong.
    Read(ReadError),
    /// A file could not be written.
    Write(WriteError),
    /// It was stopped before the first file was replaced.
    Stopped,
}

impl fmt::Display for AdoptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AdoptError::Read(error) => error.fmt(f),
            AdoptError::Write(error) => error.fmt(f),
            AdoptError::Stopped => f.write_str("stopped; nothing is replaced"),
        }
    }
}

impl std::error::Error for AdoptError {}

/// Reads `paths`, and writes `<platform>.csv` of each of `platforms` and their facts into a folder, which is made if
/// need be. What else is there stays as it is. As in [`add_races_of`](super::Results::add_races_of), the steps that race
/// keep the outcomes that the folder has of them, where it has the same facts of the platform.
///
/// # Errors
///
/// What could not be read or written. Nothing is replaced before everything is written, and then each file as a whole.
pub fn adopt(
    paths: &[PathBuf],
    folder: &Path,
    platforms: &[Adopted<'_>],
    catalogue: &Catalogue,
    stop: &AtomicBool,
) -> Result<(), AdoptError> {
    let cannot = |error| AdoptError::Write(WriteError::new(folder, error));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let names: BTreeSet<_> = platforms.iter().map(|adopted| adopted.platform).collect();
    for name in names.iter().map(|platform| format!("{platform}.csv")).chain([PLATFORMS.to_owned()]) {
        let path = folder.join(name);
        if path.is_dir() {
            return Err(AdoptError::Write(WriteError::new(&path, io::ErrorKind::IsADirectory.into())));
        }
    }
    let races = races_before(folder, platforms, catalogue)?;
    let mut copy = Copy { folder, files: names.iter().map(|name| (*name, None)).collect(), open: None };
    let mut failed = None;
    let heads = read_steps(paths, &mut Tables::default(), |tables, _, step| {
        if failed.is_none() {
            let mut rows: Vec<_> = step.entries.iter().map(|&entry| Row::of_step(tables, step, entry)).collect();
            if let Some(before) = races.get(&**step.platform)
                && is_race(&rows, catalogue)
            {
                rows = with_seen_before(&rows, before);
            }
            failed = match stop.load(Ordering::Relaxed) {
                true => Some(AdoptError::Stopped),
                false => copy.add(step.platform, rows).err().map(AdoptError::Write),
            };
        }
    })
    .map_err(AdoptError::Read)?;
    failed.map_or(Ok(()), Err)?;
    copy.close().map_err(AdoptError::Write)?;
    let mut facts = facts_in(folder).map_err(AdoptError::Write)?;
    for name in &names {
        facts.forget_platform(name);
    }
    for known in heads.platforms.into_iter().filter(|known| names.contains(known.platform.as_str())) {
        facts.set_platform(known);
    }
    let facts = write_facts(&facts, folder).map_err(AdoptError::Write)?;
    if stop.load(Ordering::Relaxed) {
        return Err(AdoptError::Stopped);
    }
    for (name, file) in copy.files {
        let path = folder.join(format!("{name}.csv"));
        if let Some(file) = file {
            file.persist(target(&path)).map_err(|error| AdoptError::Write(WriteError::new(&path, error.error)))?;
        }
    }
    facts.map_or(Ok(()), super::write::Beside::replace).map_err(AdoptError::Write)
}

/// The rows of steps that race, of those platforms of which the folder has the same facts.
fn races_before(
    folder: &Path,
    platforms: &[Adopted<'_>],
    catalogue: &Catalogue,
) -> Result<HashMap<Arc<str>, Vec<Row>>, AdoptError> {
    let files = platforms.iter().filter(|adopted| adopted.same_facts);
    let files: Vec<_> = files.map(|adopted| folder.join(format!("{}.csv", adopted.platform))).collect();
    let mut races: HashMap<Arc<str>, Vec<Row>> = HashMap::new();
    read_steps(&files, &mut Tables::default(), |tables, _, step| {
        if catalogue.races(&tables.places[step.place as usize].scenario) {
            let rows = step.entries.iter().map(|&entry| Row::of_step(tables, step, entry));
            races.entry(Arc::clone(step.platform)).or_default().extend(rows);
        }
    })
    .map_err(AdoptError::Read)?;
    Ok(races)
}

/// The files beside those that they will replace. One is open at a time: there may be thousands.
struct Copy<'a> {
    folder: &'a Path,
    files: BTreeMap<&'a str, Option<TempPath>>,
    open: Option<(Arc<str>, csv::Writer<BufWriter<File>>)>,
}

impl Copy<'_> {
    fn add(&mut self, platform: &Arc<str>, rows: Vec<Row>) -> Result<(), WriteError> {
        if !self.files.contains_key(&**platform) {
            return Ok(());
        }
        let path = self.folder.join(format!("{platform}.csv"));
        let cannot = |error: io::Error| WriteError::new(&path, error);
        if self.open.as_ref().is_none_or(|(open, _)| open != platform) {
            self.close()?;
            let writer = self.open(platform, &path).map_err(cannot)?;
            self.open = Some((Arc::clone(platform), writer));
        }
        if let Some((_, writer)) = &mut self.open {
            for row in rows {
                writer.serialize(row).map_err(|error| cannot(error.into()))?;
            }
        }
        Ok(())
    }

    fn open(&mut self, platform: &str, path: &Path) -> io::Result<csv::Writer<BufWriter<File>>> {
        let mut builder = csv::WriterBuilder::new();
        let file = match self.files.get_mut(platform) {
            Some(Some(begun)) => {
                builder.has_headers(false);
                OpenOptions::new().append(true).open(begun)?
            }
            begun => {
                let (file, temporary) = temporary(path)?.into_parts();
                if let Some(begun) = begun {
                    *begun = Some(temporary);
                }
                file
            }
        };
        Ok(builder.from_writer(BufWriter::new(file)))
    }

    /// Ends the file that is open.
    fn close(&mut self) -> Result<(), WriteError> {
        let Some((platform, writer)) = self.open.take() else { return Ok(()) };
        let ended = writer.into_inner().map_err(|error| error.into_error());
        let ended = ended.and_then(|writer| writer.into_inner().map_err(io::IntoInnerError::into_error));
        ended
            .and_then(|file| file.sync_all())
            .map_err(|error| WriteError::new(&self.folder.join(format!("{platform}.csv")), error))
    }
}
