//! What is wrong with files of results, be they measured or written by hand: what the reader refuses, all at once and with
//! its place, and what it lets pass since it knows neither scenarios nor systems.

mod fields;
mod group;
mod outcomes;
mod rows;
mod table;
mod template;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use crate::{
    catalogue::Catalogue,
    diagnostic::Mistakes,
    platform::Platform,
    results::{MAX_FILE, PLATFORMS, ReadError, Results, Tables, list_files, read_steps},
    untrusted::shown,
};

pub use template::template;

/// What was found in files of results.
#[derive(Debug, Default)]
pub struct Findings {
    /// The mistakes of each file that has some, in the order of the files.
    pub mistakes: Vec<Mistakes>,
    /// What may be right, such as a scenario of which nothing is known here.
    pub warnings: Vec<Mistakes>,
    /// Problems that have no place in a file, or a line at most: each names its file.
    pub problems: Vec<String>,
    /// How many files there are, without tables of platforms.
    pub files: usize,
    /// How many rows they have.
    pub rows: usize,
    /// The platforms that have rows.
    pub platforms: BTreeSet<String>,
}

impl Findings {
    /// How many mistakes and problems there are.
    pub fn count(&self) -> usize {
        self.mistakes.iter().map(|mistakes| mistakes.list.len()).sum::<usize>() + self.problems.len()
    }
}

/// The facts of platforms: those of the tables among the files, and those of the tables beside them.
#[derive(Default)]
struct Facts {
    /// Of each table that can be read.
    tables: HashMap<PathBuf, BTreeMap<String, Platform>>,
    /// The tables that cannot, which are reported once.
    problems: Vec<String>,
}

impl Facts {
    fn add(&mut self, table: &Path) {
        if self.tables.contains_key(table) || !table.is_file() {
            return;
        }
        let platforms = match Results::read(&[table.to_owned()]) {
            Ok(results) => results.platforms,
            Err(error) => {
                self.problems.push(error.to_string());
                Vec::new()
            }
        };
        let by_name = platforms.into_iter().map(|platform| (platform.platform.clone(), platform)).collect();
        self.tables.insert(table.to_owned(), by_name);
    }

    /// The facts of a platform that has rows in this file: from the table beside it, else from any other.
    fn find(&self, file: &Path, platform: &str) -> Option<&Platform> {
        let beside = self.tables.get(&file.with_file_name(PLATFORMS)).and_then(|table| table.get(platform));
        beside.or_else(|| self.tables.values().find_map(|table| table.get(platform)))
    }
}

/// Checks files of results, and all `*.csv` of folders, against the scenarios of a catalogue.
///
/// # Errors
///
/// A path that cannot be read, or a folder that is too deep. What is wrong in a file is among the findings.
pub fn lint(paths: &[PathBuf], catalogue: &Catalogue) -> Result<Findings, ReadError> {
    let mut findings = Findings::default();
    let mut facts = Facts::default();
    let (tables, files): (Vec<_>, Vec<_>) =
        list_files(paths)?.into_iter().partition(|path| path.file_name().is_some_and(|name| name == PLATFORMS));
    tables.iter().for_each(|table| facts.add(table));
    files.iter().for_each(|file| facts.add(&file.with_file_name(PLATFORMS)));
    findings.problems.append(&mut facts.problems);
    for file in &files {
        findings.files += 1;
        match read(file) {
            Ok(text) => rows::check(file, &text, catalogue, &facts, &mut findings),
            Err(problem) => findings.problems.push(format!("{}: {problem}", shown(file))),
        }
    }
    // What the reader refuses is a mistake even if it was not found above.
    if findings.count() == 0
        && let Err(error) = read_steps(paths, &mut Tables::default(), |_, _, _| {})
    {
        findings.problems.push(error.to_string());
    }
    Ok(findings)
}

/// The text of a file.
fn read(file: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    if fs::metadata(file).is_ok_and(|it| crate::sys::is_named_pipe(&it)) {
        return Err("a pipe, not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("more than {} MiB; split the results into one file per platform", MAX_FILE >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8; results are UTF-8 text".to_owned())
}
