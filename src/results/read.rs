//! Reading results: strict, since they come from anywhere, and every complaint names file, line and what would be right.

use std::{
    collections::{BTreeSet, HashMap},
    fmt, fs,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use super::{COLUMNS, MAX_FIELD, PLATFORMS, Results, Row};
use crate::platform::{Platform, check_name};

/// Longest name of a column, in bytes.
const MAX_HEADER: usize = 100;

/// What is wrong with a file of results.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    line: Option<u64>,
    problem: String,
}

impl ReadError {
    fn new(path: &Path, line: impl Into<Option<u64>>, problem: impl Into<String>) -> Self {
        ReadError { path: path.to_owned(), line: line.into(), problem: problem.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name from an archive may hold anything; a message is for a terminal.
        write!(f, "{}", self.path.display().to_string().escape_debug())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ReadError {}

impl Results {
    /// Reads files, and all `*.csv` of folders.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong: a path that cannot be read, a row that breaks a rule, a platform in two files.
    pub fn read(paths: &[PathBuf]) -> Result<Self, ReadError> {
        let mut results = Results::default();
        let mut owners: HashMap<String, PathBuf> = HashMap::new();
        for path in files(paths)? {
            let is_platforms = path.file_name().is_some_and(|name| name == PLATFORMS);
            if is_platforms {
                for platform in read_platforms(&path, &mut results.notes)? {
                    results.set_platform(platform);
                }
                continue;
            }
            let rows = read_rows(&path, &mut results.notes)?;
            let names: BTreeSet<&str> = rows.iter().map(|row| row.platform.as_str()).collect();
            for name in names {
                if let Some(first) = owners.insert(name.to_owned(), path.clone()) {
                    let first = first.display().to_string();
                    let problem =
                        format!("platform {name} is in {} already; one of the two has to go", first.escape_debug());
                    return Err(ReadError::new(&path, None, problem));
                }
            }
            results.rows.extend(rows);
        }
        Ok(results)
    }
}

/// The files that the paths stand for, each once, in order of name within a folder.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let cannot = |path: &Path, error: io::Error| ReadError::new(path, None, format!("cannot be read: {error}"));
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let mut found = if fs::metadata(path).map_err(|error| cannot(path, error))?.is_dir() {
            let entries = fs::read_dir(path).map_err(|error| cannot(path, error))?;
            let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| cannot(path, error))?;
            let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(|path| is_csv(path)).collect();
            files.sort();
            files
        } else {
            vec![path.clone()]
        };
        found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
        files.append(&mut found);
    }
    Ok(files)
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "csv") && path.is_file()
}

fn read_platforms(path: &Path, notes: &mut Vec<String>) -> Result<Vec<Platform>, ReadError> {
    const COLUMNS: [&str; 12] = [
        "platform",
        "provenance",
        "os",
        "os_version",
        "kernel",
        "arch",
        "abi",
        "runtime",
        "selector",
        "rustc",
        "mio",
        "brokenpipe",
    ];
    let mut platforms: Vec<Platform> = Vec::new();
    for_each_record(path, &COLUMNS, notes, |line, platform: Platform| {
        check_name(&platform.platform)
            .map_err(|problem| ReadError::new(path, line, format!("column `platform`: {problem}")))?;
        if platforms.iter().any(|known| known.platform == platform.platform) {
            return Err(ReadError::new(path, line, format!("a second row for platform {}", platform.platform)));
        }
        platforms.push(platform);
        Ok(())
    })?;
    Ok(platforms)
}

fn read_rows(path: &Path, notes: &mut Vec<String>) -> Result<Vec<Row>, ReadError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut group = Group::default();
    let mut closed_cases = BTreeSet::new();
    for_each_record(path, &COLUMNS, notes, |line, row: Row| {
        row.check().map_err(|(column, right)| {
            ReadError::new(path, line, format!("column `{column}`: not what stands here; right would be {right}"))
        })?;
        group
            .add(rows.last(), &row, line, &mut closed_cases)
            .map_err(|(line, problem)| ReadError::new(path, line, problem))?;
        rows.push(row);
        Ok(())
    })?;
    group.finish(rows.last()).map_err(|(line, problem)| ReadError::new(path, line, problem))?;
    Ok(rows)
}

/// Checks rows against each other: the outcomes of a step stand together and their counts make up its trials, steps
/// follow each other from 1, and the rows of a case stand together.
#[derive(Default)]
struct Group {
    counted: u64,
    line: u64,
    outcomes: Vec<String>,
}

type Problem = (u64, String);

impl Group {
    fn add(
        &mut self,
        last: Option<&Row>,
        row: &Row,
        line: u64,
        closed: &mut BTreeSet<[String; 6]>,
    ) -> Result<(), Problem> {
        let same_case = last.is_some_and(|last| last.same_case(row));
        let same_step = same_case && last.is_some_and(|last| last.step == row.step);
        if let (Some(last), true) = (last, same_step) {
            if (&last.actor, &last.operation, last.trials) != (&row.actor, &row.operation, row.trials) {
                return Err((line, "actor, operation and trials are to be those of the step's first row".to_owned()));
            }
            if last.provenance != row.provenance {
                return Err((line, "provenance is to be that of the step's first row".to_owned()));
            }
            if self.outcomes.contains(&row.outcome) {
                return Err((line, format!("outcome `{}` of this step a second time", row.outcome)));
            }
        } else {
            self.finish(last)?;
            let expected = if same_case { last.map_or(1, |last| last.step + 1) } else { 1 };
            if row.step != expected {
                return Err((
                    line,
                    format!(
                        "column `step`: {} where {expected} has to come; rows are missing or out of order",
                        row.step
                    ),
                ));
            }
            if !same_case {
                let case = [&row.platform, &row.scenario, &row.transport, &row.sigpipe, &row.call, &row.option];
                if !closed.insert(case.map(Clone::clone)) {
                    return Err((
                        line,
                        format!(
                            "case {} {} a second time; its rows have to stand together",
                            row.scenario, row.transport
                        ),
                    ));
                }
            }
            *self = Group::default();
        }
        self.counted = self
            .counted
            .checked_add(row.count)
            .ok_or_else(|| (line, "wrong count: the outcomes of a step count more than any trials".to_owned()))?;
        self.line = line;
        self.outcomes.push(row.outcome.clone());
        Ok(())
    }

    fn finish(&self, last: Option<&Row>) -> Result<(), Problem> {
        match last {
            Some(last) if self.counted != last.trials => Err((
                self.line,
                format!(
                    "wrong count: the outcomes of step {} of {} count {} together, of {} trials",
                    last.step, last.scenario, self.counted, last.trials
                ),
            )),
            _ => Ok(()),
        }
    }
}

fn for_each_record<T: DeserializeOwned>(
    path: &Path,
    columns: &[&str],
    notes: &mut Vec<String>,
    mut each: impl FnMut(u64, T) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(open_whole(path)?);
    let headers = reader.headers().map_err(|error| csv_error(path, &error))?.clone();
    check_headers(path, &headers)?;
    if let Some(missing) = columns.iter().find(|column| !headers.iter().any(|header| header == **column)) {
        return Err(ReadError::new(
            path,
            1,
            format!("column `{missing}` is missing; the columns are {}", columns.join(",")),
        ));
    }
    let unknown: Vec<_> = headers
        .iter()
        .filter(|header| !columns.contains(header))
        .map(|header| format!("`{}`", header.escape_debug()))
        .collect();
    if !unknown.is_empty() {
        let path = path.display().to_string();
        notes.push(format!(
            "{}: passed over columns unknown to this version: {}",
            path.escape_debug(),
            unknown.join(", ")
        ));
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| csv_error(path, &error))? {
        let line = record.position().map_or(0, csv::Position::line);
        for (header, field) in headers.iter().zip(&record) {
            let header = header.escape_debug();
            if field.len() > MAX_FIELD {
                let problem = format!("column `{header}`: {} bytes; at most {MAX_FIELD} are allowed", field.len());
                return Err(ReadError::new(path, line, problem));
            }
            if field.chars().any(char::is_control) {
                return Err(ReadError::new(
                    path,
                    line,
                    format!("column `{header}`: a control character; none is allowed"),
                ));
            }
        }
        let parsed =
            record.deserialize(Some(&headers)).map_err(|error| field_error(path, line, &headers, &record, &error))?;
        each(line, parsed)?;
    }
    Ok(())
}

/// A column's name is short, and no other column's.
fn check_headers(path: &Path, headers: &csv::StringRecord) -> Result<(), ReadError> {
    let mut seen = BTreeSet::new();
    for header in headers {
        if header.len() > MAX_HEADER {
            let problem = format!("a column's name of {} bytes; at most {MAX_HEADER} are allowed", header.len());
            return Err(ReadError::new(path, 1, problem));
        }
        if !seen.insert(header) {
            return Err(ReadError::new(path, 1, format!("column `{}` a second time", header.escape_debug())));
        }
    }
    Ok(())
}

/// Opens a file whose last line is whole: a cut one can look like a shorter but good one.
fn open_whole(path: &Path) -> Result<Box<dyn Read>, ReadError> {
    let cannot = |error: io::Error| ReadError::new(path, None, format!("cannot be read: {error}"));
    let mut file = fs::File::open(path).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    if !about.is_file() {
        // A pipe has no end to look at first.
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(cannot)?;
        check_end(path, bytes.last().copied(), || Ok(bytes.clone()))?;
        return Ok(Box::new(io::Cursor::new(bytes)));
    }
    let mut last = [0];
    let last = match about.len() {
        0 => None,
        length => {
            file.seek(SeekFrom::Start(length - 1)).map_err(cannot)?;
            file.read_exact(&mut last).map_err(cannot)?;
            Some(last[0])
        }
    };
    check_end(path, last, || fs::read(path))?;
    file.seek(SeekFrom::Start(0)).map_err(cannot)?;
    Ok(Box::new(file))
}

fn check_end(path: &Path, last: Option<u8>, whole: impl FnOnce() -> io::Result<Vec<u8>>) -> Result<(), ReadError> {
    match last {
        Some(b'\n') => Ok(()),
        None => Err(ReadError::new(path, 1, "empty; a line of column names comes first")),
        Some(_) => {
            let lines = whole().ok().map(|bytes| bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1);
            Err(ReadError::new(path, lines, "the last line does not end: the file has been cut"))
        }
    }
}

fn csv_error(path: &Path, error: &csv::Error) -> ReadError {
    let line = error.position().map(csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8; results are UTF-8 text".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where the first line has {expected_len}")
        }
        csv::ErrorKind::Io(error) => format!("cannot be read: {error}"),
        _ => error.to_string().escape_debug().to_string(),
    };
    ReadError::new(path, line, problem)
}

fn field_error(
    path: &Path,
    line: u64,
    headers: &csv::StringRecord,
    record: &csv::StringRecord,
    error: &csv::Error,
) -> ReadError {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return csv_error(path, error) };
    // serde says where a number is wrong, but not where a word is; there is one column of such words.
    let words = || headers.iter().position(|header| header == "provenance");
    let at = err.field().and_then(|field| usize::try_from(field).ok()).or_else(words);
    let header = at.and_then(|at| headers.get(at));
    let right = match header {
        Some("provenance") => "`measured`, `reported` or `documented`",
        Some("code") => "empty, or a whole number",
        _ => "a whole number",
    };
    let problem = format!(
        "column `{}`: \"{}\" is not {right}",
        header.unwrap_or("?").escape_debug(),
        at.and_then(|at| record.get(at)).unwrap_or("?").escape_debug(),
    );
    ReadError::new(path, line, problem)
}
