//! What a step gave on one platform, and many such cells in little room.

use std::{collections::HashMap, fmt, sync::Arc};

use super::compare::{Compare, compared};
use crate::{outcome, results::number};

/// What a step gave on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Distinct outcomes, the most frequent first.
    pub outcomes: Vec<Seen>,
    /// How many trials there were, where they were counted.
    pub trials: Option<u64>,
}

/// An outcome of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Its canonical name.
    pub outcome: Arc<str>,
    /// In how many trials, where they were counted.
    pub count: Option<u64>,
    /// What the row's note says; may be empty.
    pub note: Arc<str>,
}

impl Seen {
    /// An outcome that nobody counted, with no note.
    pub fn of(outcome: impl Into<Arc<str>>) -> Self {
        Seen { outcome: outcome.into(), count: None, note: "".into() }
    }
}

impl Cell {
    /// Whether trials disagreed, or sources did.
    pub fn is_unsteady(&self) -> bool {
        self.outcomes.len() > 1
    }

    /// Whether something of the platform's behaviour was observed: `unsupported` and `not-run` say nothing of it.
    pub fn is_observed(&self) -> bool {
        self.outcomes.iter().any(|seen| outcome::is_observed(&seen.outcome))
    }

    /// Whether its steps race with each other: its trials were counted, and not how often each outcome came. Outcomes that
    /// did not come could have.
    pub fn is_race(&self) -> bool {
        self.trials.is_some() && !self.is_counted()
    }

    /// Whether it was counted how often each outcome came.
    pub fn is_counted(&self) -> bool {
        self.outcomes.iter().all(|seen| seen.count.is_some())
    }

    /// Whether some outcome is one of the other's.
    pub fn shares_an_outcome(&self, other: &Cell) -> bool {
        self.outcomes.iter().any(|seen| other.outcomes.iter().any(|other| other.outcome == seen.outcome))
    }

    /// The distinct notes of its outcomes.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        let first = |at: usize, note: &str| self.outcomes[..at].iter().all(|seen| &*seen.note != note);
        let notes = self.outcomes.iter().map(|seen| &*seen.note).enumerate();
        notes.filter(move |(at, note)| !note.is_empty() && first(*at, note)).map(|(_, note)| note)
    }

    /// What stands behind an outcome of an unsteady cell: its share of the trials.
    pub fn share(&self, seen: &Seen) -> String {
        match (seen.count, self.trials) {
            (Some(count), Some(trials)) if self.is_unsteady() => format!(" {count}/{trials}"),
            _ => String::new(),
        }
    }
}

/// The outcome; where trials disagree, each with its share: `EPIPE 7/10, ok 3/10`; where they were not counted,
/// `EPIPE or ok`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.is_counted() { ", " } else { " or " };
        for (index, seen) in self.outcomes.iter().enumerate() {
            let between = if index == 0 { "" } else { between };
            write!(f, "{between}{}{}", seen.outcome, self.share(seen))?;
        }
        Ok(())
    }
}

/// The number of a distinct cell; [`NO_CELL`] where there is none.
pub(super) type CellId = u32;

/// Where a platform has no such case.
pub(super) const NO_CELL: CellId = 0;

/// What cells are compared by: cells of the same key agree. 0 where nothing was observed, and where steps race.
pub(super) type CellKey = u32;

/// Distinct cells, each once.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    keys: Vec<[CellKey; 2]>,
    /// The first cell that differs from this one in notes alone.
    plain: Vec<CellId>,
    plain_ids: HashMap<Cell, CellId>,
    ids: HashMap<Cell, CellId>,
    key_ids: [HashMap<String, CellKey>; 2],
}

impl Cells {
    pub(super) fn add(&mut self, cell: Cell) -> CellId {
        if let Some(id) = self.ids.get(&cell) {
            return *id;
        }
        let keys = [Compare::Exact, Compare::Class].map(|by| {
            let names = compared(&cell, by);
            if names.is_empty() || cell.is_race() {
                return 0;
            }
            let ids = &mut self.key_ids[by as usize];
            let next = number(ids.len() + 1);
            *ids.entry(names.into_iter().collect::<Vec<_>>().join("\n")).or_insert(next)
        });
        self.keys.push(keys);
        self.cells.push(cell.clone());
        let id = number(self.cells.len());
        let mut plain = cell.clone();
        plain.outcomes.iter_mut().for_each(|seen| seen.note = "".into());
        self.plain.push(*self.plain_ids.entry(plain).or_insert(id));
        self.ids.insert(cell, id);
        id
    }

    /// The cells in the order of their numbers, of which the first is that after [`NO_CELL`].
    pub(super) fn into_iter(self) -> impl Iterator<Item = Cell> {
        self.cells.into_iter()
    }

    pub(super) fn get(&self, id: CellId) -> Option<&Cell> {
        self.cells.get((id as usize).checked_sub(1)?)
    }

    pub(super) fn key(&self, id: CellId, by: Compare) -> CellKey {
        (id as usize).checked_sub(1).map_or(0, |at| self.keys[at][by as usize])
    }

    /// The same number for all cells that differ in notes alone.
    pub(super) fn plain(&self, id: CellId) -> CellId {
        (id as usize).checked_sub(1).map_or(NO_CELL, |at| self.plain[at])
    }

    /// Lets go of what only adding needs.
    pub(super) fn settle(&mut self) {
        self.plain_ids = HashMap::new();
        self.ids = HashMap::new();
        self.key_ids = Default::default();
    }
}
