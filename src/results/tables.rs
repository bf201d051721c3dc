//! What rows have in common, each once: results of many platforms repeat the same steps and the same outcomes, so that
//! memory follows the number of distinct ones and not the number of rows.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::row::{self, COLUMNS, Row};
use crate::catalogue::CaseName;

/// A place in a [`Tables::places`].
pub type PlaceId = u32;
/// A place in a [`Tables::entries`].
pub type EntryId = u32;

/// Where a row stands, whatever its platform: a step of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The scenario's id.
    pub scenario: Arc<str>,
    /// The case's number in [`Tables::cases`].
    pub case: u32,
    /// The step's number, from 1.
    pub step: u32,
    /// Who takes the step.
    pub actor: Arc<str>,
    /// What is done.
    pub operation: Arc<str>,
}

/// What a row says, whatever its platform and place. The fields are the last of the CSV's columns.
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
    /// In how many trials the step gave this; none where it was not counted.
    pub count: Option<u64>,
    /// How many trials there were; none where they were not counted.
    pub trials: Option<u64>,
    /// What the row's note says.
    pub note: Arc<str>,
}

/// Distinct cases, places and entries, in the order in which they were first seen.
#[derive(Debug, Default)]
pub struct Tables {
    /// Each with its scenario.
    pub cases: Vec<(Arc<str>, CaseName)>,
    /// Steps of cases.
    pub places: Vec<Place>,
    /// What rows say.
    pub entries: Vec<Entry>,
    words: HashSet<Arc<str>>,
    case_ids: HashMap<(Arc<str>, CaseName), u32>,
    place_ids: HashMap<Arc<[u8]>, PlaceId>,
    place_keys: Vec<Arc<[u8]>>,
    /// The place that most likely comes next: files of one catalogue have the same order.
    next_place: usize,
    entry_ids: HashMap<Box<[u8]>, EntryId>,
}

/// Between fields where they are one key: a control character, which no good field has, so that no two rows of
/// different fields are the same key once one of them was found good.
const BETWEEN: u8 = 0x1f;

/// The columns of a place, and after them those of an entry.
pub(super) const PLACE: std::ops::Range<usize> = 2..10;
pub(super) const ENTRY: std::ops::Range<usize> = 10..18;

/// What is wrong with a field.
pub(super) type Wrong = String;

impl Tables {
    /// The number of the place that these fields (the columns [`PLACE`]) stand for.
    ///
    /// # Errors
    ///
    /// The column and what would be right, of fields that were not seen before.
    pub(super) fn place(&mut self, fields: [&[u8]; 8], key: &mut Vec<u8>) -> Result<PlaceId, Wrong> {
        join(&fields, key);
        let known = match self.place_keys.get(self.next_place) {
            Some(next) if **next == **key => Some(number(self.next_place)),
            _ => self.place_ids.get(key.as_slice()).copied(),
        };
        if let Some(id) = known {
            self.next_place = id as usize + 1;
            return Ok(id);
        }
        let [scenario, transport, sigpipe, call, option, step, actor, operation] = texts(fields, PLACE.start)?;
        let step = row::step(step)?;
        Ok(self.add_place(key, [scenario, transport, sigpipe, call, option, actor, operation], step))
    }

    /// The number of a row's place.
    pub(super) fn place_of(&mut self, row: &Row) -> PlaceId {
        let step = row.step.to_string();
        let [scenario, transport, sigpipe, call, option] =
            [&row.scenario, &row.transport, &row.sigpipe, &row.call, &row.option].map(String::as_str);
        let (actor, operation) = (row.actor.as_str(), row.operation.as_str());
        let mut key = Vec::new();
        join(&[scenario, transport, sigpipe, call, option, &step, actor, operation].map(str::as_bytes), &mut key);
        match self.place_ids.get(key.as_slice()) {
            Some(id) => *id,
            None => self.add_place(&key, [scenario, transport, sigpipe, call, option, actor, operation], row.step),
        }
    }

    fn add_place(&mut self, key: &[u8], words: [&str; 7], step: u32) -> PlaceId {
        let [scenario, transport, sigpipe, call, option, actor, operation] = words.map(|text| self.word(text));
        let next = number(self.cases.len());
        let case = (Arc::clone(&scenario), CaseName { transport, sigpipe, call, option });
        let case = *self.case_ids.entry(case).or_insert_with_key(|key| {
            self.cases.push(key.clone());
            next
        });
        let id = number(self.places.len());
        self.places.push(Place { scenario, case, step, actor, operation });
        let key: Arc<[u8]> = key.into();
        self.place_ids.insert(Arc::clone(&key), id);
        self.place_keys.push(key);
        id
    }

    /// Adds the places of other tables, and returns the number here of each.
    pub(crate) fn add_places_of(&mut self, others: &Tables) -> Vec<PlaceId> {
        let place = |(key, place): (&Arc<[u8]>, &Place)| {
            if let Some(id) = self.place_ids.get(key) {
                return *id;
            }
            let CaseName { transport, sigpipe, call, option } = &others.cases[place.case as usize].1;
            let words = [&place.scenario, transport, sigpipe, call, option, &place.actor, &place.operation];
            self.add_place(key, words.map(|word| &**word), place.step)
        };
        others.place_keys.iter().zip(&others.places).map(place).collect()
    }

    /// The number of the entry that these fields (the columns [`ENTRY`]) stand for.
    ///
    /// # Errors
    ///
    /// The column and what would be right, of fields that were not seen before.
    pub(super) fn entry(&mut self, fields: [&[u8]; 8], key: &mut Vec<u8>) -> Result<EntryId, Wrong> {
        join(&fields, key);
        if let Some(id) = self.entry_ids.get(key.as_slice()) {
            return Ok(*id);
        }
        let [outcome, code, name, kind, signal, count, trials, note] = texts(fields, ENTRY.start)?;
        let code = row::code(code)?;
        let counts = row::counts(count, trials)?;
        Ok(self.add_entry(key, [outcome, name, kind, signal, note], code, counts))
    }

    /// The number of a row's entry.
    pub(super) fn entry_of(&mut self, row: &Row) -> EntryId {
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let (count, trials) = (number(row.count), number(row.trials));
        let code = row.code.map(|code| code.to_string()).unwrap_or_default();
        let [outcome, name, kind, signal, note] =
            [&row.outcome, &row.name, &row.kind, &row.signal, &row.note].map(String::as_str);
        let mut key = Vec::new();
        join(&[outcome, &code, name, kind, signal, &count, &trials, note].map(str::as_bytes), &mut key);
        match self.entry_ids.get(key.as_slice()) {
            Some(id) => *id,
            None => self.add_entry(&key, [outcome, name, kind, signal, note], row.code, (row.count, row.trials)),
        }
    }

    fn add_entry(
        &mut self,
        key: &[u8],
        words: [&str; 5],
        code: Option<i32>,
        (count, trials): (Option<u64>, Option<u64>),
    ) -> EntryId {
        let [outcome, name, kind, signal, note] = words.map(|text| self.word(text));
        let id = number(self.entries.len());
        self.entries.push(Entry { outcome, code, name, kind, signal, count, trials, note });
        self.entry_ids.insert(key.into(), id);
        id
    }

    /// A text that is kept once, however often it comes.
    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.words.get(text) {
            return Arc::clone(word);
        }
        let word: Arc<str> = text.into();
        self.words.insert(Arc::clone(&word));
        word
    }

    /// Lets go of what only finding needs.
    pub(crate) fn settle(&mut self) {
        self.words = HashSet::new();
        self.case_ids = HashMap::new();
        self.place_ids = HashMap::new();
        self.place_keys = Vec::new();
        self.entry_ids = HashMap::new();
    }
}

/// A file has fewer rows than this can count.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than four billion distinct rows fit the limits on files")
}

fn join(fields: &[&[u8]; 8], key: &mut Vec<u8>) {
    key.clear();
    for field in fields {
        key.extend_from_slice(field);
        key.push(BETWEEN);
    }
}

/// The fields as checked text; `first` is the number of the first one's column.
fn texts(fields: [&[u8]; 8], first: usize) -> Result<[&str; 8], Wrong> {
    let mut texts = [""; 8];
    for (at, field) in fields.into_iter().enumerate() {
        texts[at] = row::text(COLUMNS[first + at], field)?;
    }
    Ok(texts)
}
