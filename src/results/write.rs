//! Writing results: a file is replaced as a whole or not at all.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use tempfile::NamedTempFile;

use super::{COLUMNS, PLATFORM_COLUMNS, PLATFORMS, Results};
use crate::{sys, untrusted::shown};

/// What could not be written.
#[derive(Debug)]
pub struct WriteError {
    path: PathBuf,
    error: io::Error,
}

impl WriteError {
    pub(super) fn new(path: &Path, error: io::Error) -> Self {
        WriteError { path: path.to_owned(), error }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot be written: {}; what it held before is unchanged", shown(&self.path), self.error)
    }
}

impl std::error::Error for WriteError {}

impl Results {
    /// Makes the folder if need be, and finds out whether files can be written there: before a run, not after it.
    ///
    /// # Errors
    ///
    /// The folder, and why nothing can be written there.
    pub fn check_folder(folder: &Path) -> Result<(), WriteError> {
        fs::create_dir_all(folder)
            .and_then(|()| tempfile::tempfile_in(folder).map(drop))
            .map_err(|error| WriteError { path: folder.to_owned(), error })
    }

    /// Writes `<platform>.csv` and the platform's row of `platforms.csv` into a folder, which is made if need be.
    /// Other platforms' files and rows stay as they are.
    ///
    /// # Errors
    ///
    /// The file that could not be written. A file is replaced as a whole or not at all, and nothing is replaced
    /// before everything is written.
    pub fn write(&self, folder: &Path, platform: &str) -> Result<PathBuf, WriteError> {
        fs::create_dir_all(folder).map_err(|error| WriteError { path: folder.to_owned(), error })?;
        let path = folder.join(format!("{platform}.csv"));
        let facts_path = folder.join(PLATFORMS);
        for path in [&path, &facts_path] {
            if path.is_dir() {
                return Err(WriteError { path: path.clone(), error: io::ErrorKind::IsADirectory.into() });
            }
        }
        let rows = Beside::write(path.clone(), &COLUMNS, self.rows.iter().filter(|row| row.platform == platform))?;
        // Read now and not when the run began: another run may have ended meanwhile.
        let mut all = facts_in(folder)?;
        match self.platform(platform) {
            Some(facts) => all.set_platform(facts.clone()),
            None => all.forget_platform(platform),
        }
        let facts = write_facts(&all, folder)?;
        // Rows first: new rows under old facts are refused by the next run of a selection, old rows under new facts
        // would be mixed with its own.
        rows.replace()?;
        facts.map_or(Ok(()), Beside::replace)?;
        Ok(path)
    }
}

/// The facts in a folder's table of platforms, which may not be there.
pub(super) fn facts_in(folder: &Path) -> Result<Results, WriteError> {
    let path = folder.join(PLATFORMS);
    if !path.exists() {
        return Ok(Results::default());
    }
    Results::read(std::slice::from_ref(&path))
        .map_err(|error| WriteError::new(&path, io::Error::other(error.to_string())))
}

/// Writes a folder's table of platforms; none is begun for no platform.
pub(super) fn write_facts(facts: &Results, folder: &Path) -> Result<Option<Beside>, WriteError> {
    let path = folder.join(PLATFORMS);
    if facts.platforms.is_empty() && !path.exists() {
        return Ok(None);
    }
    Beside::write(path, &PLATFORM_COLUMNS, facts.platforms.iter()).map(Some)
}

/// Replaces a file by a text, as a whole or not at all. What is no file, such as a pipe, is written to.
///
/// # Errors
///
/// The file that could not be written.
pub fn write_text(path: &Path, text: &str) -> Result<(), WriteError> {
    let wrong = |error| WriteError::new(path, error);
    if path.exists() && !path.is_file() {
        return fs::write(path, text).map_err(wrong);
    }
    let mut file = temporary(path).map_err(wrong)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(wrong)?;
    file.persist(target(path)).map(drop).map_err(|error| wrong(error.error))
}

/// A table that is written beside the one it will replace.
pub(super) struct Beside {
    path: PathBuf,
    file: NamedTempFile,
}

impl Beside {
    fn write<T: Serialize>(path: PathBuf, columns: &[&str], rows: impl Iterator<Item = T>) -> Result<Self, WriteError> {
        match write_beside(&path, columns, rows) {
            Ok(file) => Ok(Beside { path, file }),
            Err(error) => Err(WriteError { path, error }),
        }
    }

    /// Puts it in place, which is one rename and so atomic.
    pub(super) fn replace(self) -> Result<(), WriteError> {
        let Beside { path, file } = self;
        match file.persist(target(&path)) {
            Ok(_) => Ok(()),
            Err(error) => Err(WriteError { path, error: error.error }),
        }
    }
}

/// The file that a link leads to, which is what is to be replaced and not the link; any other path as it is.
pub(super) fn target(path: &Path) -> PathBuf {
    let target = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
    target.unwrap_or_else(|| path.to_owned())
}

/// A file beside the one that it will replace, which goes away unless it does; put it in place at the [`target`].
pub(super) fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let path = target(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".brokenpipe-");
    sys::results_permissions(&mut builder);
    builder.tempfile_in(folder)
}

fn write_beside<T: Serialize>(
    path: &Path,
    columns: &[&str],
    rows: impl Iterator<Item = T>,
) -> io::Result<NamedTempFile> {
    let file = temporary(path)?;
    // A table without a row has a head all the same: an empty file is refused by who reads it.
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(&file);
    writer.write_record(columns)?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    Ok(file)
}
