//! Which files the paths on a command line stand for.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::error::ReadError;

/// How deep folders are searched.
const MAX_DEPTH: usize = 8;
/// How many folders are searched: a link can lead to a whole disk.
const MAX_FOLDERS: usize = 1000;

/// The files that paths stand for, each once: of a folder all `*.csv`, also in the folders in it, in order of name.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
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
