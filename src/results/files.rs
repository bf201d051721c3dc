//! Where results are read from, and which files that stands for.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    embedded::{self, EmbeddedFile},
    error::ReadError,
};

/// How deep folders are searched.
const MAX_DEPTH: usize = 8;
/// How many folders are searched: a link can lead to a whole disk.
const MAX_FOLDERS: usize = 1000;

/// Where results are read from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The accepted results that the program was built with.
    Embedded,
    /// Files, and folders of them.
    Paths(&'a [PathBuf]),
}

impl<'a> From<&'a [PathBuf]> for Source<'a> {
    fn from(paths: &'a [PathBuf]) -> Self {
        Source::Paths(paths)
    }
}

impl<'a, const N: usize> From<&'a [PathBuf; N]> for Source<'a> {
    fn from(paths: &'a [PathBuf; N]) -> Self {
        Source::Paths(paths)
    }
}

impl<'a> From<&'a Vec<PathBuf>> for Source<'a> {
    fn from(paths: &'a Vec<PathBuf>) -> Self {
        Source::Paths(paths)
    }
}

/// A file of results.
#[derive(Debug)]
pub(super) enum Input {
    OnDisk(PathBuf),
    Embedded(&'static EmbeddedFile),
}

impl Input {
    /// Its name in messages.
    pub(super) fn path(&self) -> &Path {
        match self {
            Input::OnDisk(path) => path,
            Input::Embedded(file) => Path::new(file.path),
        }
    }
}

/// The files that a source stands for, each once.
pub(super) fn inputs(source: Source<'_>) -> Result<Vec<Input>, ReadError> {
    Ok(match source {
        Source::Embedded => embedded::tables().map(Input::Embedded).collect(),
        Source::Paths(paths) => files(paths)?.into_iter().map(Input::OnDisk).collect(),
    })
}

/// The files that paths stand for, each once: of a folder all `*.csv`, also in the folders in it, in order of name.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut files = Vec::new();
    let mut searched = BTreeSet::new();
    for path in paths {
        if fs::metadata(path).map_err(|error| ReadError::new(path, None, error))?.is_dir() {
            search(path, 0, &mut searched, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    let mut seen = BTreeSet::new();
    files.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    Ok(files)
}

/// Adds the files in a folder and the folders in it, unless it is among those that were `searched`: a link can lead to a
/// folder above it.
fn search(
    folder: &Path,
    depth: usize,
    searched: &mut BTreeSet<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> Result<(), ReadError> {
    if depth > MAX_DEPTH {
        return Err(ReadError::new(folder, None, format!("more than {MAX_DEPTH} folders deep")));
    }
    let cannot = |error: io::Error| ReadError::new(folder, None, error);
    if !searched.insert(fs::canonicalize(folder).map_err(cannot)?) {
        return Ok(());
    }
    if searched.len() > MAX_FOLDERS {
        return Err(ReadError::new(folder, None, format!("more than {MAX_FOLDERS} folders; name the ones to read")));
    }
    let mut entries = fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            // Folders such as `.git` are not searched.
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                folders.push(path);
            }
        } else if path.extension().is_some_and(|extension| extension == "csv") && path.is_file() {
            files.push(path);
        }
    }
    folders.iter().try_for_each(|folder| search(folder, depth + 1, searched, files))
}
