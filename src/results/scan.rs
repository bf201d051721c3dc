//! Reading rows one by one: strict, since they come from anywhere, and every complaint names file, line and what would
//! be right. Of a row only what was not seen before is looked at closely; memory follows the number of distinct steps
//! and outcomes.

use std::{
    collections::{BTreeSet, HashSet},
    io::ErrorKind,
    path::Path,
    sync::Arc,
};

use csv::{ByteRecord, StringRecord};

use super::{
    ReadError,
    files::{Rows, goes_on},
    row::{self, COLUMNS, NOT_UTF8},
    tables::{ENTRY, EntryId, PLACE, PlaceId, Tables},
};
use crate::{platform::Provenance, untrusted::shown};

/// Longest name of a column, in bytes.
const MAX_HEADER: usize = 100;

/// Most columns of a table.
const MAX_COLUMNS: usize = 64;

/// A step of one platform, with all its outcomes.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The platform's name.
    pub platform: &'a Arc<str>,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// Where the step stands.
    pub place: PlaceId,
    /// Its outcomes, in the order of their rows.
    pub entries: &'a [EntryId],
    /// The line of its first row, from 1.
    pub line: u64,
}

/// Reads the rows of one file, and hands on each step when it is whole.
pub(super) fn scan(
    path: &Path,
    mut rows: Rows,
    tables: &mut Tables,
    notes: &mut Vec<String>,
    mut each: impl FnMut(&Tables, Step<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let headers = headers(path, &mut rows, &COLUMNS, notes)?;
    let at = COLUMNS.map(|column| headers.iter().position(|header| header == column).unwrap_or_default());
    let strange: Vec<usize> = (0..headers.len()).filter(|index| !at.contains(index)).collect();
    let mut record = ByteRecord::new();
    let mut key = Vec::new();
    let mut group = Group::default();
    loop {
        let next = rows.next(&mut record);
        let Some(line) = next.map_err(|(line, error)| csv_error(path, line, &record, &error))? else { break };
        let wrong = |problem| ReadError::new(path, line, of_row(&record, problem));
        let field = |column: usize| &record[at[column]];
        for &index in &strange {
            row::text(&headers[index].escape_debug().to_string(), &record[index]).map_err(wrong)?;
        }
        let place = tables.place(std::array::from_fn(|index| field(PLACE.start + index)), &mut key).map_err(wrong)?;
        let entry = tables.entry(std::array::from_fn(|index| field(ENTRY.start + index)), &mut key).map_err(wrong)?;
        if group.begins(place, field(0), tables) {
            if let Some(step) = group.finish(tables).map_err(|(line, problem)| ReadError::new(path, line, problem))? {
                each(tables, step)?;
            }
            group.begin(place, [field(0), field(1)], line, tables).map_err(wrong)?;
        }
        group.add(place, field(1), entry, line, tables).map_err(wrong)?;
    }
    if let Some(step) = group.finish(tables).map_err(|(line, problem)| ReadError::new(path, line, problem))? {
        each(tables, step)?;
    }
    Ok(())
}

/// The rows of the step at hand. Checks rows against each other: the outcomes of a step stand together and their
/// counts make up its trials, steps follow each other, and the rows of a case stand together.
#[derive(Default)]
struct Group {
    platform: Arc<str>,
    platform_number: usize,
    platforms: Vec<Arc<str>>,
    provenance_text: Vec<u8>,
    provenance: Option<Provenance>,
    place: Option<PlaceId>,
    entries: Vec<EntryId>,
    /// The line of the step's first row, and of its last.
    lines: (u64, u64),
    /// Cases whose rows have begun, by platform.
    begun: HashSet<(usize, u32)>,
}

impl Group {
    /// Whether a row of this place and platform is the first of its step.
    fn begins(&self, place: PlaceId, platform: &[u8], tables: &Tables) -> bool {
        self.place.is_none_or(|last| {
            let (last, next) = (&tables.places[last as usize], &tables.places[place as usize]);
            (last.case, last.step) != (next.case, next.step) || self.platform.as_bytes() != platform
        })
    }

    /// The step at hand, if there is one.
    fn finish(&self, tables: &Tables) -> Result<Option<Step<'_>>, (u64, String)> {
        let (Some(place), Some(provenance)) = (self.place, self.provenance) else { return Ok(None) };
        let about = &tables.places[place as usize];
        let entries = || self.entries.iter().map(|entry| &tables.entries[*entry as usize]);
        let counted: Vec<u64> = entries().filter_map(|entry| entry.count).collect();
        let trials = entries().next().and_then(|entry| entry.trials);
        if !counted.is_empty() && counted.len() < self.entries.len() {
            let problem = format!("wrong count: of the outcomes of step {} either all are counted or none", about.step);
            return Err((self.lines.1, problem));
        }
        let sum = counted.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        if !counted.is_empty() && sum != trials {
            let sum = sum.map_or("more than any number".to_owned(), |sum| sum.to_string());
            return Err((
                self.lines.1,
                format!(
                    "wrong count: the outcomes of step {} of {} count {sum} together, of {} trials",
                    about.step,
                    about.scenario,
                    trials.unwrap_or_default()
                ),
            ));
        }
        let line = self.lines.0;
        Ok(Some(Step { platform: &self.platform, provenance, place, entries: &self.entries, line }))
    }

    fn begin(&mut self, place: PlaceId, head: [&[u8]; 2], line: u64, tables: &mut Tables) -> Result<(), String> {
        let [platform, provenance] = head;
        let same_platform = self.place.is_some() && self.platform.as_bytes() == platform;
        if !same_platform {
            let name = row::text("platform", platform)?;
            self.platform = tables.word(name);
            self.platform_number = self.platforms.iter().position(|known| **known == *name).unwrap_or_else(|| {
                self.platforms.push(Arc::clone(&self.platform));
                self.platforms.len() - 1
            });
        }
        if self.provenance.is_none() || self.provenance_text != provenance {
            self.provenance = Some(parse_provenance(provenance)?);
            self.provenance_text = provenance.to_vec();
        }
        let about = &tables.places[place as usize];
        let last = self.place.map(|last| &tables.places[last as usize]).filter(|_| same_platform);
        let same_case = last.is_some_and(|last| last.case == about.case);
        if !same_case && !self.begun.insert((self.platform_number, about.case)) {
            return Err(format!(
                "case {} {} a second time; its rows have to stand together",
                about.scenario, tables.cases[about.case as usize].1.transport
            ));
        }
        let before = last.filter(|_| same_case).map_or(0, |last| last.step);
        // Of what somebody says, not every step is known.
        let gaps = self.provenance != Some(Provenance::Measured);
        if about.step != before + 1 && !(gaps && about.step > before) {
            return Err(format!(
                "column `step`: {} where {} has to come; rows are missing or out of order",
                about.step,
                before + 1
            ));
        }
        self.place = Some(place);
        self.entries.clear();
        self.lines = (line, line);
        Ok(())
    }

    fn add(
        &mut self,
        place: PlaceId,
        provenance: &[u8],
        entry: EntryId,
        line: u64,
        tables: &Tables,
    ) -> Result<(), String> {
        let entries = &tables.entries;
        let about = &entries[entry as usize];
        if self.provenance == Some(Provenance::Measured) && about.trials.is_none() {
            return Err("column `trials`: empty; of what was measured the trials are counted".to_owned());
        }
        if let Some(first) = self.entries.first().map(|first| &entries[*first as usize]) {
            if self.place != Some(place) || first.trials != about.trials {
                return Err("actor, operation and trials are to be those of the step's first row".to_owned());
            }
            if self.provenance_text != provenance {
                return Err("provenance is to be that of the step's first row".to_owned());
            }
            if self.entries.iter().any(|known| entries[*known as usize].outcome == about.outcome) {
                return Err(format!("outcome `{}` of this step a second time", about.outcome));
            }
        }
        self.entries.push(entry);
        self.lines.1 = line;
        Ok(())
    }
}

/// Where a row comes from.
pub(super) fn parse_provenance(field: &[u8]) -> Result<Provenance, String> {
    let text = row::text("provenance", field)?;
    let known = Provenance::ALL.into_iter().find(|provenance| provenance.word() == text);
    known.ok_or_else(|| row::wrong("provenance", text, "`measured`, `reported` or `documented`"))
}

/// The head of a table: all of `columns`, in any order, and what this version does not know is passed over.
pub(super) fn headers(
    path: &Path,
    rows: &mut Rows,
    columns: &[&str],
    notes: &mut Vec<String>,
) -> Result<StringRecord, ReadError> {
    let no_results = || {
        let problem = format!("no results of brokenpipe; right would be a first line of {}", columns.join(","));
        ReadError::new(path, 1, problem)
    };
    let headers = rows.head().map_err(|error| match error.kind() {
        // Longer than any row.
        csv::ErrorKind::Io(error) if error.kind() == ErrorKind::InvalidData => no_results(),
        _ => csv_error(path, 1, &ByteRecord::new(), &error),
    })?;
    if !headers.iter().any(|header| columns.contains(&header)) {
        return Err(no_results());
    }
    rows.check_end()?;
    if headers.len() > MAX_COLUMNS {
        let problem = format!("{} columns; at most {MAX_COLUMNS} are allowed", headers.len());
        return Err(ReadError::new(path, 1, problem));
    }
    let mut seen = BTreeSet::new();
    for header in &headers {
        if header.len() > MAX_HEADER {
            let problem = format!("a column's name of {} bytes; at most {MAX_HEADER} are allowed", header.len());
            return Err(ReadError::new(path, 1, problem));
        }
        if !seen.insert(header) {
            return Err(ReadError::new(path, 1, format!("column `{}` a second time", header.escape_debug())));
        }
    }
    if let Some(missing) = columns.iter().find(|column| !seen.contains(**column)) {
        let problem = format!("column `{missing}` is missing; the columns are {}", columns.join(","));
        return Err(ReadError::new(path, 1, problem));
    }
    if let Some(unknown) = unknown(&headers, columns) {
        notes.push(format!("{}: passed over columns unknown to this version: {unknown}", shown(path)));
    }
    Ok(headers)
}

/// The headers that are none of `columns`, for a message.
pub(super) fn unknown(headers: &StringRecord, columns: &[&str]) -> Option<String> {
    let unknown = headers.iter().filter(|header| !columns.contains(header));
    let unknown: Vec<_> = unknown.map(|header| format!("`{}`", header.escape_debug())).collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

/// A problem with a row; one that goes on over several lines owes it to a quote, as a rule.
pub(super) fn of_row(record: &ByteRecord, problem: String) -> String {
    match goes_on(record) {
        true => format!("{problem}; the row goes on in the next line: a quote may not have been closed"),
        false => problem,
    }
}

/// What is wrong with the row that begins at this line; `record` is what was read of it.
pub(super) fn csv_error(path: &Path, line: u64, record: &ByteRecord, error: &csv::Error) -> ReadError {
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => NOT_UTF8.to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            of_row(record, format!("{len} fields where the first line has {expected_len}"))
        }
        csv::ErrorKind::Io(error) if error.kind() == ErrorKind::InvalidData => error.to_string(),
        csv::ErrorKind::Io(error) => format!("cannot be read: {error}"),
        _ => error.to_string().escape_debug().to_string(),
    };
    ReadError::new(path, line, problem)
}
