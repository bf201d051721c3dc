//! Writing results: a file is replaced as a whole or not at all.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{PLATFORMS, Results};

/// What could not be written.
#[derive(Debug)]
pub struct WriteError {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        write!(f, "{}: cannot be written: {}; what was there before is unchanged", path.escape_debug(), self.error)
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
    /// Other platforms' files and rows stay as they are; `others` is what is known of them.
    ///
    /// # Errors
    ///
    /// The file that could not be written. A file is replaced as a whole or not at all.
    pub fn write(&self, folder: &Path, platform: &str, others: &Results) -> Result<PathBuf, WriteError> {
        fs::create_dir_all(folder).map_err(|error| WriteError { path: folder.to_owned(), error })?;
        let path = folder.join(format!("{platform}.csv"));
        replace(&path, self.rows.iter().filter(|row| row.platform == platform))?;
        if let Some(facts) = self.platform(platform) {
            let mut all = others.clone();
            all.set_platform(facts.clone());
            replace(&folder.join(PLATFORMS), all.platforms.iter())?;
        }
        Ok(path)
    }
}

/// Writes a table beside the old one and then renames it, which is atomic.
fn replace<T: Serialize>(path: &Path, rows: impl Iterator<Item = T>) -> Result<(), WriteError> {
    write_beside(path, rows).map_err(|error| WriteError { path: path.to_owned(), error })
}

fn write_beside<T: Serialize>(path: &Path, rows: impl Iterator<Item = T>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".brokenpipe-");
    #[cfg(unix)]
    {
        // A temporary file is its owner's alone by default; results are for everybody the umask allows.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    let mut writer = csv::Writer::from_writer(&file);
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
