//! Only one program at a time reads a folder of results, merges and writes.

use std::{
    fs::{self, DirEntry, File},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{error::WriteError, write::TEMPORARY};
use crate::{sys, untrusted::shown};

/// How long to wait for another program, which needs the lock for much less than a second.
const LONGEST: Duration = Duration::from_secs(60);

/// A folder that no other brokenpipe writes to until this is dropped. A folder that was made for it and is still empty
/// is removed then.
#[derive(Debug)]
pub struct FolderLock {
    folder: PathBuf,
    /// Folders that were made, outermost first.
    made: Vec<PathBuf>,
    /// `None` if the folder cannot be locked.
    file: Option<File>,
    /// Says that the folder is not locked, and why, if so.
    pub notes: Vec<String>,
}

impl FolderLock {
    /// Makes the folder if need be, and locks it. Removes temporary files that a program has left behind which was
    /// killed. Where the file system has no locks, the folder is not locked, and a note says so.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or written, or another program holds the lock for a minute.
    pub fn take(folder: &Path) -> Result<Self, WriteError> {
        // On Windows a folder that may not be written answers as one that another program has locked.
        check_writable(folder)?;
        let mut lock = FolderLock { folder: folder.to_owned(), made: Vec::new(), file: None, notes: Vec::new() };
        let end = Instant::now() + LONGEST;
        let mut pause = Duration::from_millis(1);
        loop {
            lock.make().map_err(|error| WriteError::new(folder, error))?;
            match sys::lock_folder(folder) {
                Ok(Some(file)) => {
                    lock.file = Some(file);
                    lock.tidy();
                    return Ok(lock);
                }
                Ok(None) => {}
                // Whoever made it has removed it again.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.exists() => {}
                Err(error) => {
                    lock.notes.push(format!(
                        "{}: cannot be locked: {error}; if another run writes there at the same time, results can be \
                         lost",
                        shown(folder)
                    ));
                    return Ok(lock);
                }
            }
            if Instant::now() >= end {
                let problem = format!("another brokenpipe has been writing there for {} s", LONGEST.as_secs());
                return Err(WriteError::new(folder, io::Error::other(problem)));
            }
            thread::sleep(pause);
            pause = (2 * pause).min(Duration::from_millis(50));
        }
    }

    /// Locks the folder if it exists.
    ///
    /// # Errors
    ///
    /// As [`take`](FolderLock::take).
    pub fn of_existing(folder: &Path) -> Result<Option<Self>, WriteError> {
        if folder.is_dir() { FolderLock::take(folder).map(Some) } else { Ok(None) }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn make(&mut self) -> io::Result<()> {
        let missing = self.folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let missing: Vec<_> = missing.map(Path::to_owned).collect();
        for path in missing.iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => self.made.push(path.clone()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        // This tells what is wrong with a path that is there and is no folder.
        fs::create_dir_all(&self.folder)
    }

    /// Removes the folders that were made, as far as there is nothing in them.
    fn remove_made(&mut self) {
        while self.made.last().is_some_and(|folder| fs::remove_dir(folder).is_ok()) {
            self.made.pop();
        }
    }

    /// Removes temporary files: whoever wrote them held this lock, and does not any more.
    fn tidy(&self) {
        let is_left = |entry: &DirEntry| {
            entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes())
                && entry.file_type().is_ok_and(|kind| kind.is_file())
        };
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        for entry in entries.filter_map(Result::ok).filter(is_left) {
            // One that cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        self.remove_made();
        // Where the lock is a file in the folder, it is in the way until it is closed.
        self.file = None;
        self.remove_made();
    }
}

/// Fails if the folder cannot be written, or could not be made.
pub(super) fn check_writable(folder: &Path) -> Result<(), WriteError> {
    if let Err(error) = folder.symlink_metadata()
        && !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
    {
        return Err(WriteError::new(folder, error));
    }
    let exists = |path: &&Path| path.as_os_str().is_empty() || path.symlink_metadata().is_ok();
    let nearest = folder.ancestors().find(exists).unwrap_or(Path::new(""));
    let nearest = if nearest.as_os_str().is_empty() { Path::new(".") } else { nearest };
    let problem = match nearest.is_dir() {
        true => tempfile::tempfile_in(nearest).err(),
        false => Some(io::ErrorKind::NotADirectory.into()),
    };
    // Whoever made the folder may have removed it again.
    let problem = problem.filter(|error| error.kind() != io::ErrorKind::NotFound || nearest.exists());
    problem.map_or(Ok(()), |error| Err(WriteError::new(folder, error)))
}
