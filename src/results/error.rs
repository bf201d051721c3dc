//! What can go wrong when results are read or written.
//!
//! The program prints an error with `Display` and does not walk its chain, so each message here contains its cause,
//! which `source` gives as well.

use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
};

use crate::untrusted::shown;

/// A file of results that cannot be read or is invalid. The message names the file and, where there is one, the line.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    /// From 1.
    line: Option<u64>,
    problem: Problem,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("{0}")]
    Invalid(String),
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Problem::Invalid(problem)
    }
}

impl ReadError {
    pub(super) fn new(path: &Path, line: impl Into<Option<u64>>, problem: impl Into<Problem>) -> Self {
        ReadError { path: path.to_owned(), line: line.into(), problem: problem.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", shown(&self.path), self.problem)
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

/// A file or folder that could not be written.
#[derive(Debug)]
pub struct WriteError {
    path: PathBuf,
    error: io::Error,
}

impl WriteError {
    pub(super) fn new(path: &Path, error: impl Into<io::Error>) -> Self {
        WriteError { path: path.to_owned(), error: error.into() }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot be written: {}; what it held before is unchanged", shown(&self.path), self.error)
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}
