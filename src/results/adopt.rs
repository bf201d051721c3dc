//! Taking over platforms from other folders of results, row by row, so that memory does not follow their number.

use std::{
    collections::BTreeMap,
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
    PLATFORMS, ReadError, Row, Tables, WriteError, read_steps,
    write::{facts_in, temporary, write_facts},
};

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
/// need be. What else is there stays as it is.
///
/// # Errors
///
/// What could not be read or written. Nothing is replaced before everything is written, and then each file as a whole.
pub fn adopt(paths: &[PathBuf], folder: &Path, platforms: &[&str], stop: &AtomicBool) -> Result<(), AdoptError> {
    let cannot = |error| AdoptError::Write(WriteError::new(folder, error));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    for name in platforms.iter().map(|platform| format!("{platform}.csv")).chain([PLATFORMS.to_owned()]) {
        let path = folder.join(name);
        if path.is_dir() {
            return Err(AdoptError::Write(WriteError::new(&path, io::ErrorKind::IsADirectory.into())));
        }
    }
    let mut copy = Copy { folder, files: platforms.iter().map(|name| (*name, None)).collect(), open: None };
    let mut failed = None;
    let heads = read_steps(paths, &mut Tables::default(), |tables, _, step| {
        if failed.is_none() {
            let rows = step.entries.iter().map(|&entry| Row::of_step(tables, step, entry));
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
    for name in platforms {
        facts.forget_platform(name);
    }
    for known in heads.platforms.into_iter().filter(|known| platforms.contains(&known.platform.as_str())) {
        facts.set_platform(known);
    }
    let facts = write_facts(&facts, folder).map_err(AdoptError::Write)?;
    if stop.load(Ordering::Relaxed) {
        return Err(AdoptError::Stopped);
    }
    for (name, file) in copy.files {
        let path = folder.join(format!("{name}.csv"));
        if let Some(file) = file {
            file.persist(&path).map_err(|error| AdoptError::Write(WriteError::new(&path, error.error)))?;
        }
    }
    facts.map_or(Ok(()), super::write::Beside::replace).map_err(AdoptError::Write)
}

/// The files beside those that they will replace. One is open at a time: there may be thousands.
struct Copy<'a> {
    folder: &'a Path,
    files: BTreeMap<&'a str, Option<TempPath>>,
    open: Option<(Arc<str>, csv::Writer<BufWriter<File>>)>,
}

impl Copy<'_> {
    fn add(&mut self, platform: &Arc<str>, rows: impl Iterator<Item = Row>) -> Result<(), WriteError> {
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
