//! Distinct cases, places and entries of rows, each stored once: results of many platforms repeat the same steps and
//! outcomes, so memory grows with the number of distinct ones and not with the number of rows.

use std::{array, collections::HashSet, ops::Range, sync::Arc};

use indexmap::IndexSet;

use super::row::{self, COLUMNS, ENTRY, ENTRY_FIELDS, PLACE, PLACE_FIELDS, Row};
use crate::{catalogue::CaseName, platform::Provenance};

/// An index into [`Tables::places`], from 0.
pub type PlaceId = u32;
/// An index into [`Tables::entries`], from 0.
pub type EntryId = u32;

/// Which step of which case a row is about, whatever its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The scenario's id.
    pub scenario: Arc<str>,
    /// The case's index in [`Tables::cases`].
    pub case: u32,
    /// The step's number, from 1.
    pub step: u32,
    /// Who takes the step.
    pub actor: Arc<str>,
    /// What is done.
    pub operation: Arc<str>,
}

/// One outcome, whatever its platform and place. The fields are the last columns of the CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The outcome's canonical name.
    pub outcome: Arc<str>,
    /// The operating system's error code.
    pub code: Option<i32>,
    /// The operating system's name of the error.
    pub name: Arc<str>,
    /// Rust's `ErrorKind`.
    pub kind: Arc<str>,
    /// A signal delivered during the step.
    pub signal: Arc<str>,
    /// What the selector itself said.
    pub flags: Arc<str>,
    /// In how many trials the step gave this outcome; none if they were not counted.
    pub count: Option<u64>,
    /// How many trials there were; none if they were not counted.
    pub trials: Option<u64>,
    /// The row's note.
    pub note: Arc<str>,
}

/// Distinct cases, places and entries, in the order in which they were first seen.
#[derive(Debug, Default)]
pub struct Tables {
    /// Each with its scenario.
    pub cases: IndexSet<(Arc<str>, CaseName)>,
    /// Steps of cases.
    pub places: Vec<Place>,
    /// Outcomes of steps.
    pub entries: Vec<Entry>,
    words: HashSet<Arc<str>>,
    /// The fields of each place, joined.
    place_keys: IndexSet<Box<[u8]>>,
    /// The fields of each entry, joined.
    entry_keys: IndexSet<Box<[u8]>>,
    /// The place that most likely comes next: files of one catalogue have the same order.
    next_place: usize,
    /// The fields that were last looked up, joined.
    key: Vec<u8>,
}

/// Separates the fields of a key. It is a control character, which no valid field contains, so different fields never
/// have the same key.
const BETWEEN: u8 = 0x1f;

/// Where the number of the step is among the fields of a place: before the actor and the operation.
const STEP: usize = PLACE_FIELDS - 3;

impl Tables {
    /// The place that these fields (the columns [`PLACE`]) name.
    ///
    /// # Errors
    ///
    /// The column and what it should hold, if the fields are new and one of them is invalid.
    pub(super) fn place(&mut self, fields: [&[u8]; PLACE_FIELDS]) -> Result<PlaceId, String> {
        if let Some(id) = self.find_place(fields) {
            return Ok(id);
        }
        let texts = texts(fields, PLACE)?;
        Ok(self.add_place(texts, row::step(texts[STEP])?))
    }

    /// The entry that these fields (the columns [`ENTRY`]) name. Fails as [`place`](Self::place) does.
    pub(super) fn entry(&mut self, fields: [&[u8]; ENTRY_FIELDS]) -> Result<EntryId, String> {
        if let Some(id) = self.find_entry(fields) {
            return Ok(id);
        }
        let texts = texts(fields, ENTRY)?;
        let code = row::code(texts[1])?;
        let (count, trials) = row::counts(texts[6], texts[7])?;
        row::check_sense(texts, code)?;
        Ok(self.add_entry(texts, code, count, trials))
    }

    /// The place and the entry of a row, whose fields are not checked.
    pub(super) fn ids(&mut self, row: &Row) -> (PlaceId, EntryId) {
        let (place, entry) = row.fields();
        let (place, entry) = (place.each_ref().map(|text| &**text), entry.each_ref().map(|text| &**text));
        let found = self.find_place(place.map(str::as_bytes));
        let place = found.unwrap_or_else(|| self.add_place(place, row.step));
        let found = self.find_entry(entry.map(str::as_bytes));
        (place, found.unwrap_or_else(|| self.add_entry(entry, row.code, row.count, row.trials)))
    }

    /// The row of a platform that has this place and this entry.
    pub(super) fn row(&self, platform: &str, provenance: Provenance, place: PlaceId, entry: EntryId) -> Row {
        let place = &self.places[place as usize];
        let case = &self.cases[place.case as usize].1;
        let entry = &self.entries[entry as usize];
        Row {
            platform: platform.to_owned(),
            provenance,
            scenario: place.scenario.to_string(),
            transport: case.transport.to_string(),
            sigpipe: case.sigpipe.to_string(),
            call: case.call.to_string(),
            option: case.option.to_string(),
            read_call: case.read_call.to_string(),
            wait: case.wait.to_string(),
            step: place.step,
            actor: place.actor.to_string(),
            operation: place.operation.to_string(),
            outcome: entry.outcome.to_string(),
            code: entry.code,
            name: entry.name.to_string(),
            kind: entry.kind.to_string(),
            signal: entry.signal.to_string(),
            flags: entry.flags.to_string(),
            count: entry.count,
            trials: entry.trials,
            note: entry.note.to_string(),
        }
    }

    /// Adds the places of other tables, which were read from files and are not yet [settled](Self::settle), and returns
    /// the id here of each.
    ///
    /// # Panics
    ///
    /// If a field of the other tables is invalid.
    pub(crate) fn add_places_of(&mut self, others: &Tables) -> Vec<PlaceId> {
        let ids = others.place_keys.iter().map(|key| {
            let mut fields = key.split(|byte| *byte == BETWEEN);
            let fields = array::from_fn(|_| fields.next().unwrap_or_default());
            self.place(fields).expect("fields that were read from a file are valid")
        });
        ids.collect()
    }

    fn find_place(&mut self, fields: [&[u8]; PLACE_FIELDS]) -> Option<PlaceId> {
        join(fields, &mut self.key);
        let at = match self.place_keys.get_index(self.next_place) {
            Some(next) if **next == *self.key => self.next_place,
            _ => self.place_keys.get_index_of(&*self.key)?,
        };
        self.next_place = at + 1;
        Some(number(at))
    }

    fn find_entry(&mut self, fields: [&[u8]; ENTRY_FIELDS]) -> Option<EntryId> {
        join(fields, &mut self.key);
        self.entry_keys.get_index_of(&*self.key).map(number)
    }

    /// Adds a place under the key that `find_place` has just not found.
    fn add_place(&mut self, texts: [&str; PLACE_FIELDS], step: u32) -> PlaceId {
        let [scenario, words @ .., _, actor, operation] = texts.map(|text| self.word(text));
        let case = (Arc::clone(&scenario), CaseName::of_words(words));
        let case = number(self.cases.insert_full(case).0);
        self.places.push(Place { scenario, case, step, actor, operation });
        number(self.place_keys.insert_full(self.key.as_slice().into()).0)
    }

    /// Adds an entry under the key that `find_entry` has just not found.
    fn add_entry(
        &mut self,
        texts: [&str; ENTRY_FIELDS],
        code: Option<i32>,
        count: Option<u64>,
        trials: Option<u64>,
    ) -> EntryId {
        let [outcome, _, name, kind, signal, flags, _, _, note] = texts.map(|text| self.word(text));
        self.entries.push(Entry { outcome, code, name, kind, signal, flags, count, trials, note });
        number(self.entry_keys.insert_full(self.key.as_slice().into()).0)
    }

    /// A text that is stored once, however often it comes.
    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.words.get(text) {
            return Arc::clone(word);
        }
        let word: Arc<str> = text.into();
        self.words.insert(Arc::clone(&word));
        word
    }

    /// Frees what only lookups need. Nothing can be added afterwards.
    pub(crate) fn settle(&mut self) {
        self.words = HashSet::new();
        self.place_keys = IndexSet::new();
        self.entry_keys = IndexSet::new();
    }
}

/// An index as an id.
///
/// # Panics
///
/// From 2³² on. The limits on files allow fewer distinct rows than that.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than four billion distinct rows fit the limits on files")
}

fn join<const N: usize>(fields: [&[u8]; N], key: &mut Vec<u8>) {
    key.clear();
    for field in fields {
        key.extend_from_slice(field);
        key.push(BETWEEN);
    }
}

/// The fields of these columns as checked text.
fn texts<const N: usize>(fields: [&[u8]; N], columns: Range<usize>) -> Result<[&str; N], String> {
    let mut texts = [""; N];
    for ((text, field), column) in texts.iter_mut().zip(fields).zip(&COLUMNS[columns]) {
        *text = row::text(column, field)?;
    }
    Ok(texts)
}
