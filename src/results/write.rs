//! Writing results: a file is replaced completely or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use tempfile::{NamedTempFile, TempPath};

use super::{COLUMNS, PLATFORM_COLUMNS, PLATFORMS, Results, error::WriteError, lock::FolderLock, read::facts_in};
use crate::platform::Platform;

impl Results {
    /// Writes `<platform>.csv` and the platform's row of `platforms.csv` into a folder, which is created if need be.
    /// Other platforms' files and rows stay as they are. Returns the path of the first file.
    ///
    /// # Errors
    ///
    /// The file that could not be written. A file is replaced completely or not at all, and none is replaced before all
    /// are written.
    pub fn write(&self, folder: &Path, platform: &str) -> Result<PathBuf, WriteError> {
        self.write_into(&FolderLock::take(folder)?, platform)
    }

    /// Does the same in a folder that is locked already.
    ///
    /// # Errors
    ///
    /// As [`write`](Results::write).
    pub fn write_into(&self, lock: &FolderLock, platform: &str) -> Result<PathBuf, WriteError> {
        let folder = lock.folder();
        refuse_folders(folder, [platform])?;
        let path = file_of(folder, platform);
        let rows = self.rows.iter().filter(|row| row.platform == platform);
        let rows = Replacement::table(&path, &COLUMNS, rows)?;
        let facts = self.platforms.iter().find(|known| known.platform == platform);
        let facts = with_facts(folder, [(platform, facts)])?;
        // Rows first. If the program ends in between, a later run of a selection refuses to add to new rows with old
        // facts; it could not tell that old rows do not belong to new facts.
        rows.replace()?;
        facts.map_or(Ok(()), Replacement::replace)?;
        Ok(path)
    }
}

/// The file of a platform in a folder.
pub(super) fn file_of(folder: &Path, platform: &str) -> PathBuf {
    folder.join(format!("{platform}.csv"))
}

/// Fails if a file of these platforms or the table of platforms is a folder, which no file can replace.
pub(super) fn refuse_folders<'a>(
    folder: &Path,
    platforms: impl IntoIterator<Item = &'a str>,
) -> Result<(), WriteError> {
    let files = platforms.into_iter().map(|platform| file_of(folder, platform));
    let folder = files.chain([folder.join(PLATFORMS)]).find(|path| path.is_dir());
    folder.map_or(Ok(()), |path| Err(WriteError::new(&path, io::ErrorKind::IsADirectory)))
}

/// Writes a folder's table of platforms, with these facts in place of those that it has of these platforms; one without
/// facts loses its row. Returns `None` if there is no table and there are no facts.
pub(super) fn with_facts<'a>(
    folder: &Path,
    facts: impl IntoIterator<Item = (&'a str, Option<&'a Platform>)>,
) -> Result<Option<Replacement>, WriteError> {
    let path = folder.join(PLATFORMS);
    let mut all = facts_in(folder).map_err(|error| WriteError::new(&path, io::Error::other(error)))?;
    for (platform, facts) in facts {
        all.remove(platform);
        all.extend(facts.map(|facts| (platform.to_owned(), facts.clone())));
    }
    if all.is_empty() && !path.exists() {
        return Ok(None);
    }
    Replacement::table(&path, &PLATFORM_COLUMNS, all.values()).map(Some)
}

/// Replaces a file by a text, completely or not at all. If the path is not a regular file, such as a pipe, the text is
/// written to it.
///
/// # Errors
///
/// The file that could not be written.
pub fn write_text(path: &Path, text: &str) -> Result<(), WriteError> {
    if path.exists() && !path.is_file() {
        return fs::write(path, text).map_err(|error| WriteError::new(path, error));
    }
    // Whoever has the lock removes temporary files.
    let _lock = FolderLock::of_existing(folder_of(&target(path)))?;
    Replacement::write(path, |mut file| file.write_all(text.as_bytes()))?.replace()
}

/// How the names of temporary files begin.
pub(super) const TEMPORARY: &str = ".brokenpipe-";

/// Makes a temporary file that others may read as any new file. tempfile's own function would allow nobody else to, and
/// its errors name the temporary file, which tells the user nothing.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY).make_in(folder, |path| File::create_new(path))
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file written beside the one that it will replace. It is removed if it is dropped before that.
pub(super) struct Replacement {
    path: PathBuf,
    file: TempPath,
}

impl Replacement {
    fn write(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> Result<Self, WriteError> {
        let target = target(path);
        let folder = folder_of(&target);
        let written = temporary_file(folder).and_then(|file| {
            write(file.as_file())?;
            file.as_file().sync_all()?;
            Ok(Replacement { path: path.to_owned(), file: file.into_temp_path() })
        });
        written.map_err(|error| WriteError::new(path, error))
    }

    /// Writes a table with these columns and rows.
    pub(super) fn table<T: Serialize>(
        path: &Path,
        columns: &[&str],
        mut rows: impl Iterator<Item = T>,
    ) -> Result<Self, WriteError> {
        Self::write(path, |file| {
            // A table without rows still has a head, since readers refuse an empty file.
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
            writer.write_record(columns)?;
            rows.try_for_each(|row| writer.serialize(row))?;
            writer.flush()
        })
    }

    /// Puts the file in place, by one rename and so atomically.
    pub(super) fn replace(self) -> Result<(), WriteError> {
        let Replacement { path, file } = self;
        file.persist(target(&path)).map_err(|error| WriteError::new(&path, error))
    }
}

/// The file that a link leads to, which is to be replaced rather than the link; any other path as it is.
fn target(path: &Path) -> PathBuf {
    let target = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
    target.unwrap_or_else(|| path.to_owned())
}
