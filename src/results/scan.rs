//! Reading rows one by one, strictly: every error names file, line and what was expected. Only fields that were not
//! seen before are examined, so memory grows with the number of distinct steps and outcomes.

use std::{array, collections::HashSet, sync::Arc};

use csv::ByteRecord;

use super::{
    error::ReadError,
    reader::{RowReader, Table},
    row::{self, COLUMNS, ENTRY, NEW_COLUMNS, PLACE, Row},
    tables::{EntryId, PlaceId, Tables},
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
        self.entries.iter().map(move |entry| tables.row(self.platform, self.provenance, self.place, *entry))
    }
}

/// Reads the rows of one file, and calls `each` with every step once all its rows are read.
pub(super) fn scan(
    mut rows: RowReader<'_>,
    tables: &mut Tables,
    notes: &mut Vec<String>,
    mut each: impl FnMut(&Tables, StepRows<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let path = rows.path;
    let headers = rows.headers(Table::Rows, notes)?;
    // Where each column is, or the value that it has in all rows.
    let at = COLUMNS.map(|column| {
        let value = NEW_COLUMNS.iter().find(|(new, _)| *new == column).map_or("", |(_, value)| value);
        headers.iter().position(|header| header == column).ok_or(value.as_bytes())
    });
    let unknown: Vec<usize> = (0..headers.len()).filter(|&index| !at.contains(&Ok(index))).collect();
    let mut record = ByteRecord::new();
    let mut provenance = Provenance::Measured;
    let mut group = StepBuilder::default();
    let mut finish = |group: &StepBuilder, tables: &Tables| {
        let Some(step) = group.step() else { return Ok(()) };
        group.check_counts(tables).map_err(|problem| ReadError::new(path, group.last_line, problem))?;
        each(tables, step)
    };
    while let Some(line) = rows.next(&mut record)? {
        let invalid = |problem| rows.invalid(line, &record, problem);
        let field = |column: usize| at[column].map_or_else(|value| value, |index| &record[index]);
        for &index in &unknown {
            row::text(&headers[index].escape_debug().to_string(), &record[index]).map_err(invalid)?;
        }
        let place = tables.place(array::from_fn(|index| field(PLACE.start + index))).map_err(invalid)?;
        let entry = tables.entry(array::from_fn(|index| field(ENTRY.start + index))).map_err(invalid)?;
        if provenance.word().as_bytes() != field(1) {
            provenance = row::provenance(field(1)).map_err(invalid)?;
        }
        if group.is_over(place, field(0), tables) {
            finish(&group, tables)?;
            group.begin(place, field(0), provenance, line, tables).map_err(invalid)?;
        }
        group.add(place, provenance, entry, tables).map_err(invalid)?;
        group.last_line = line;
    }
    finish(&group, tables)
}

/// The rows of the current step. Checks rows against each other: the outcomes of a step are adjacent and their counts
/// add up to its trials, steps follow each other, and the rows of a case are adjacent.
#[derive(Default)]
struct StepBuilder {
    platform: Arc<str>,
    /// `None` before the first row of the file.
    provenance: Option<Provenance>,
    place: PlaceId,
    entries: Vec<EntryId>,
    first_line: u64,
    last_line: u64,
    /// Cases whose rows have begun, by platform.
    begun: HashSet<(Arc<str>, u32)>,
}

impl StepBuilder {
    /// Whether a row of this place and platform is the first of another step.
    fn is_over(&self, place: PlaceId, platform: &[u8], tables: &Tables) -> bool {
        let [last, next] = [self.place, place].map(|place| &tables.places[place as usize]);
        self.provenance.is_none()
            || self.platform.as_bytes() != platform
            || (last.case, last.step) != (next.case, next.step)
    }

    fn step(&self) -> Option<StepRows<'_>> {
        let StepBuilder { platform, provenance, place, entries, first_line, .. } = self;
        Some(StepRows { platform, provenance: (*provenance)?, place: *place, entries, line: *first_line })
    }

    fn check_counts(&self, tables: &Tables) -> Result<(), String> {
        let about = &tables.places[self.place as usize];
        let mut entries = self.entries.iter().map(|entry| &tables.entries[*entry as usize]);
        let mut counts = entries.clone().filter_map(|entry| entry.count);
        let counted = counts.clone().count();
        let sum = counts.try_fold(0_u64, u64::checked_add);
        let trials = entries.next().and_then(|entry| entry.trials);
        if counted == 0 || (counted == self.entries.len() && sum == trials) {
            return Ok(());
        }
        if counted < self.entries.len() {
            return Err(format!("wrong count: step {} counts some of its outcomes and not others", about.step));
        }
        Err(format!(
            "wrong count: the outcomes of step {} of {} count {} together, of {} trials",
            about.step,
            about.scenario,
            sum.map_or("more than any number".to_owned(), |sum| sum.to_string()),
            trials.unwrap_or_default()
        ))
    }

    /// Begins a step with its first row, whose entry is added next.
    fn begin(
        &mut self,
        place: PlaceId,
        platform: &[u8],
        provenance: Provenance,
        line: u64,
        tables: &mut Tables,
    ) -> Result<(), String> {
        let same_platform = self.provenance.is_some() && self.platform.as_bytes() == platform;
        if !same_platform {
            self.platform = tables.word(row::text("platform", platform)?);
        }
        let [last, about] = [self.place, place].map(|place| &tables.places[place as usize]);
        let same_case = same_platform && last.case == about.case;
        if !same_case && !self.begun.insert((Arc::clone(&self.platform), about.case)) {
            return Err(format!(
                "case {} {} a second time; its rows have to be adjacent",
                about.scenario, tables.cases[about.case as usize].1.transport
            ));
        }
        let next = if same_case { last.step + 1 } else { 1 };
        // Reports and manuals may say nothing of some steps.
        if about.step < next || (about.step > next && provenance == Provenance::Measured) {
            let step = about.step;
            return Err(format!("column `step`: {step}, expected {next}: rows are missing or out of order"));
        }
        (self.place, self.provenance, self.first_line) = (place, Some(provenance), line);
        self.entries.clear();
        Ok(())
    }

    fn add(&mut self, place: PlaceId, provenance: Provenance, entry: EntryId, tables: &Tables) -> Result<(), String> {
        let entries = &tables.entries;
        let about = &entries[entry as usize];
        if self.provenance == Some(Provenance::Measured) && about.trials.is_none() {
            return Err("column `trials`: empty; measured rows count their trials".to_owned());
        }
        if let Some(first) = self.entries.first().map(|first| &entries[*first as usize]) {
            if self.place != place || first.trials != about.trials {
                return Err("actor, operation and trials differ from those of the step's first row".to_owned());
            }
            if self.provenance != Some(provenance) {
                return Err("provenance differs from that of the step's first row".to_owned());
            }
            if self.entries.iter().any(|known| entries[*known as usize].outcome == about.outcome) {
                return Err(format!("outcome `{}` of this step a second time", about.outcome));
            }
        }
        self.entries.push(entry);
        Ok(())
    }
}
