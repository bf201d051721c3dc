//! Which files the paths on a command line stand for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{PLATFORMS, error::ReadError};

/// How deep folders are searched.
const MAX_DEPTH: usize = 8;

/// The files that paths stand for.
#[derive(Default)]
pub(super) struct Files {
    /// The files, each once: all `*.csv` of a folder and of the folders in it, in order of name.
    pub(super) all: Vec<PathBuf>,
    /// Tables of platforms that are not among these files, each with the named files in its folder. A file that is
    /// named by itself needs the facts of its own platforms, and none of the others in the table.
    pub(super) beside: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

/// The files that the paths stand for.
pub(super) fn files(paths: &[PathBuf]) -> Result<Files, ReadError> {
    let mut all = Vec::new();
    let mut named = Vec::new();
    for path in paths {
        let about = fs::metadata(path).map_err(|error| ReadError::new(path, None, error))?;
        if about.is_dir() {
            search(path, 0, &mut all)?;
        } else {
            all.push(path.clone());
            named.extend(about.is_file().then_some(path));
        }
    }
    let canonical = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let mut seen = BTreeSet::new();
    all.retain(|path| seen.insert(canonical(path)));
    let mut beside: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for path in named {
        let table = path.with_file_name(PLATFORMS);
        if table.is_file() && !seen.contains(&canonical(&table)) {
            beside.entry(table).or_default().insert(path.clone());
        }
    }
    Ok(Files { all, beside })
}

fn search(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    if depth > MAX_DEPTH {
        return Err(ReadError::new(folder, None, format!("more than {MAX_DEPTH} folders deep")));
    }
    let cannot = |error: io::Error| ReadError::new(folder, None, error);
    let mut entries = fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.path();
        // A link in a folder from elsewhere can lead anywhere, so links to folders are not followed.
        if entry.file_type().map_err(cannot)?.is_dir() {
            // Folders such as `.git` are not searched.
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                folders.push(path);
            }
        } else if path.extension().is_some_and(|extension| extension == "csv") && path.is_file() {
            files.push(path);
        }
    }
    folders.iter().try_for_each(|folder| search(folder, depth + 1, files))
}
