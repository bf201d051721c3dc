//! Reading rows one by one, strictly: every error names file, line and what was expected. Only fields that were not
//! seen before are examined, so memory grows with the number of distinct steps and outcomes.

use std::{array, collections::HashSet, path::Path, sync::Arc};

use csv::ByteRecord;

use super::{
    error::ReadError,
    reader::RowReader,
    row::{self, COLUMNS, Row},
    tables::{ENTRY, EntryId, PLACE, PlaceId, Tables},
};
use crate::platform::Provenance;

/// The rows of one step of one platform.
#[derive(Debug, Clone, Copy)]
pub struct StepRows<'a> {
    /// The platform's name.
    pub platform: &'a Arc<str>,
    /// Where its cells come from.
    pub provenance: Provenance,
    /// Which step of which case.
    pub place: PlaceId,
    /// Its outcomes, in the order of their rows.
    pub entries: &'a [EntryId],
    /// The line of its first row, from 1.
    pub line: u64,
}

impl StepRows<'_> {
    /// The rows themselves; `tables` are those that the step was read with.
    pub(super) fn rows(self, tables: &Tables) -> impl Iterator<Item = Row> {
        let place = &tables.places[self.place as usize];
        let case = &tables.cases[place.case as usize].1;
        self.entries.iter().map(move |entry| {
            let entry = &tables.entries[*entry as usize];
            Row {
                platform: self.platform.to_string(),
                provenance: self.provenance,
                scenario: place.scenario.to_string(),
                transport: case.transport.to_string(),
                sigpipe: case.sigpipe.to_string(),
                call: case.call.to_string(),
                option: case.option.to_string(),
                step: place.step,
                actor: place.actor.to_string(),
                operation: place.operation.to_string(),
                outcome: entry.outcome.to_string(),
                code: entry.code,
                name: entry.name.to_string(),
                kind: entry.kind.to_string(),
                signal: entry.signal.to_string(),
                count: entry.count,
                trials: entry.trials,
                note: entry.note.to_string(),
            }
        })
    }
}

/// Reads the rows of one file, and calls `each` with every step once all its rows are read.
pub(super) fn scan(
    path: &Path,
    mut rows: RowReader<'_>,
    tables: &mut Tables,
    notes: &mut Vec<String>,
    mut each: impl FnMut(&Tables, StepRows<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let headers = rows.headers(&COLUMNS, notes)?;
    let at = COLUMNS.map(|column| headers.iter().position(|header| header == column).unwrap_or_default());
    let unknown: Vec<usize> = (0..headers.len()).filter(|index| !at.contains(index)).collect();
    let mut record = ByteRecord::new();
    let mut group = Group::default();
    let mut finish = |group: &Group, tables: &Tables| match group
        .finish(tables)
        .map_err(|problem| ReadError::new(path, group.last_line, problem))?
    {
        Some(step) => each(tables, step),
        None => Ok(()),
    };
    while let Some(line) = rows.next(&mut record)? {
        let invalid = |problem| rows.invalid(line, &record, problem);
        let field = |column: usize| &record[at[column]];
        for &index in &unknown {
            row::text(&headers[index].escape_debug().to_string(), &record[index]).map_err(invalid)?;
        }
        let place = tables.place(array::from_fn(|index| field(PLACE.start + index))).map_err(invalid)?;
        let entry = tables.entry(array::from_fn(|index| field(ENTRY.start + index))).map_err(invalid)?;
        if group.begins(place, field(0), tables) {
            finish(&group, tables)?;
            group.begin(place, [field(0), field(1)], line, tables).map_err(invalid)?;
        }
        group.add(place, field(1), entry, line, tables).map_err(invalid)?;
    }
    finish(&group, tables)
}

/// The rows of the current step. Checks rows against each other: the outcomes of a step are adjacent and their counts
/// add up to its trials, steps follow each other, and the rows of a case are adjacent.
#[derive(Default)]
struct Group {
    platform: Arc<str>,
    provenance_text: Vec<u8>,
    provenance: Option<Provenance>,
    place: Option<PlaceId>,
    entries: Vec<EntryId>,
    first_line: u64,
    last_line: u64,
    /// Cases whose rows have begun, by platform.
    begun: HashSet<(Arc<str>, u32)>,
}

impl Group {
    /// Whether a row of this place and platform is the first of its step.
    fn begins(&self, place: PlaceId, platform: &[u8], tables: &Tables) -> bool {
        self.place.is_none_or(|last| {
            let (last, next) = (&tables.places[last as usize], &tables.places[place as usize]);
            (last.case, last.step) != (next.case, next.step) || self.platform.as_bytes() != platform
        })
    }

    /// The current step, if there is one.
    fn finish(&self, tables: &Tables) -> Result<Option<StepRows<'_>>, String> {
        let (Some(place), Some(provenance)) = (self.place, self.provenance) else { return Ok(None) };
        let about = &tables.places[place as usize];
        let entries = || self.entries.iter().map(|entry| &tables.entries[*entry as usize]);
        let counted: Vec<u64> = entries().filter_map(|entry| entry.count).collect();
        let trials = entries().next().and_then(|entry| entry.trials);
        if !counted.is_empty() && counted.len() < self.entries.len() {
            return Err(format!("wrong count: step {} counts some of its outcomes and not others", about.step));
        }
        let sum = counted.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        if !counted.is_empty() && sum != trials {
            return Err(format!(
                "wrong count: the outcomes of step {} of {} count {} together, of {} trials",
                about.step,
                about.scenario,
                sum.map_or("more than any number".to_owned(), |sum| sum.to_string()),
                trials.unwrap_or_default()
            ));
        }
        let line = self.first_line;
        Ok(Some(StepRows { platform: &self.platform, provenance, place, entries: &self.entries, line }))
    }

    fn begin(&mut self, place: PlaceId, head: [&[u8]; 2], line: u64, tables: &mut Tables) -> Result<(), String> {
        let [platform, provenance] = head;
        let same_platform = self.place.is_some() && self.platform.as_bytes() == platform;
        if !same_platform {
            self.platform = tables.word(row::text("platform", platform)?);
        }
        if self.provenance.is_none() || self.provenance_text != provenance {
            self.provenance = Some(row::provenance(provenance)?);
            self.provenance_text = provenance.to_vec();
        }
        let about = &tables.places[place as usize];
        let last = self.place.map(|last| &tables.places[last as usize]).filter(|_| same_platform);
        let same_case = last.is_some_and(|last| last.case == about.case);
        if !same_case && !self.begun.insert((Arc::clone(&self.platform), about.case)) {
            return Err(format!(
                "case {} {} a second time; its rows have to be adjacent",
                about.scenario, tables.cases[about.case as usize].1.transport
            ));
        }
        let before = last.filter(|_| same_case).map_or(0, |last| last.step);
        // Reports and manuals may say nothing of some steps.
        let gaps = self.provenance != Some(Provenance::Measured);
        if about.step != before + 1 && !(gaps && about.step > before) {
            return Err(format!(
                "column `step`: {}, expected {}: rows are missing or out of order",
                about.step,
                before + 1
            ));
        }
        self.place = Some(place);
        self.entries.clear();
        self.first_line = line;
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
            return Err("column `trials`: empty; measured rows count their trials".to_owned());
        }
        if let Some(first) = self.entries.first().map(|first| &entries[*first as usize]) {
            if self.place != Some(place) || first.trials != about.trials {
                return Err("actor, operation and trials differ from those of the step's first row".to_owned());
            }
            if self.provenance_text != provenance {
                return Err("provenance differs from that of the step's first row".to_owned());
            }
            if self.entries.iter().any(|known| entries[*known as usize].outcome == about.outcome) {
                return Err(format!("outcome `{}` of this step a second time", about.outcome));
            }
        }
        self.entries.push(entry);
        self.last_line = line;
        Ok(())
    }
}
