//! What a step gave on one platform, and many such cells in little room.

use std::{fmt, sync::Arc};

use indexmap::{IndexMap, IndexSet};

use super::compare::{Compare, compared};
use crate::{outcome, results::number};

/// What a step gave on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Distinct outcomes, the most frequent first; never empty.
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

    /// Whether every outcome is this one.
    pub fn is_only(&self, outcome: &str) -> bool {
        self.outcomes.iter().all(|seen| *seen.outcome == *outcome)
    }

    /// Whether the steps race with each other: the trials were counted, and not how often each outcome came. An outcome
    /// that is not in the cell could have come too.
    pub fn is_race(&self) -> bool {
        self.trials.is_some() && !self.is_counted()
    }

    /// Whether it was counted how often each outcome came.
    pub fn is_counted(&self) -> bool {
        self.outcomes.iter().all(|seen| seen.count.is_some())
    }

    /// Whether the two have an outcome in common.
    pub fn shares_an_outcome(&self, other: &Cell) -> bool {
        self.outcomes.iter().any(|seen| other.outcomes.iter().any(|other| other.outcome == seen.outcome))
    }

    /// The distinct notes of its outcomes, without empty ones.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        let notes: IndexSet<&str> = self.outcomes.iter().map(|seen| &*seen.note).collect();
        notes.into_iter().filter(|note| !note.is_empty())
    }

    /// What follows an outcome of an unsteady cell: its share of the trials, such as ` 7/10`. Empty elsewhere.
    pub fn share(&self, seen: &Seen) -> String {
        match (seen.count, self.trials) {
            (Some(count), Some(trials)) if self.is_unsteady() => format!(" {count}/{trials}"),
            _ => String::new(),
        }
    }

    /// The same cell without notes.
    fn without_notes(&self) -> Cell {
        let seen = |seen: &Seen| Seen { note: "".into(), ..seen.clone() };
        Cell { outcomes: self.outcomes.iter().map(seen).collect(), trials: self.trials }
    }
}

/// The outcome; where trials disagree, each with its share: `EPIPE 7/10, ok 3/10`; where they were not counted,
/// `EPIPE or ok`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.is_counted() { ", " } else { " or " };
        let outcomes: Vec<_> =
            self.outcomes.iter().map(|seen| format!("{}{}", seen.outcome, self.share(seen))).collect();
        f.write_str(&outcomes.join(separator))
    }
}

/// The number of a distinct cell, from 1; [`NO_CELL`] where there is none.
pub(super) type CellId = u32;

/// Where a platform has no such case.
pub(super) const NO_CELL: CellId = 0;

/// What cells are compared by: cells of the same key agree. 0 where nothing was observed, and where steps race.
pub(super) type CellKey = u32;

/// Distinct cells, each once.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: IndexMap<Cell, Derived>,
    keys: [IndexSet<String>; 2],
}

/// What is worked out once for each distinct cell.
#[derive(Debug, Clone, Copy)]
struct Derived {
    /// By [`Compare`].
    keys: [CellKey; 2],
    without_notes: CellId,
    is_observed: bool,
    is_race: bool,
}

impl Cells {
    /// The number of this cell, which is added if it is new.
    pub(super) fn add(&mut self, cell: Cell) -> CellId {
        if let Some(at) = self.cells.get_index_of(&cell) {
            return number(at + 1);
        }
        let plain = cell.without_notes();
        let without_notes = if plain == cell { number(self.cells.len() + 1) } else { self.add(plain) };
        let keys = [Compare::Exact, Compare::Class].map(|by| {
            let names = compared(&cell, by);
            if names.is_empty() || cell.is_race() {
                return 0;
            }
            let (at, _) = self.keys[by as usize].insert_full(names.into_iter().collect::<Vec<_>>().join("\n"));
            number(at + 1)
        });
        let derived = Derived { keys, without_notes, is_observed: cell.is_observed(), is_race: cell.is_race() };
        let (at, _) = self.cells.insert_full(cell, derived);
        number(at + 1)
    }

    /// The cells in the order of their numbers.
    pub(super) fn into_iter(self) -> impl Iterator<Item = Cell> {
        self.cells.into_keys()
    }

    pub(super) fn get(&self, id: CellId) -> Option<&Cell> {
        self.cells.get_index((id as usize).checked_sub(1)?).map(|(cell, _)| cell)
    }

    fn derived(&self, id: CellId) -> Option<&Derived> {
        self.cells.get_index((id as usize).checked_sub(1)?).map(|(_, derived)| derived)
    }

    pub(super) fn key(&self, id: CellId, by: Compare) -> CellKey {
        self.derived(id).map_or(0, |derived| derived.keys[by as usize])
    }

    /// The number of the same cell without notes.
    pub(super) fn without_notes(&self, id: CellId) -> CellId {
        self.derived(id).map_or(NO_CELL, |derived| derived.without_notes)
    }

    /// See [`Cell::is_observed`]; `false` of no cell.
    pub(super) fn is_observed(&self, id: CellId) -> bool {
        self.derived(id).is_some_and(|derived| derived.is_observed)
    }

    /// See [`Cell::is_race`]; `false` of no cell.
    pub(super) fn is_race(&self, id: CellId) -> bool {
        self.derived(id).is_some_and(|derived| derived.is_race)
    }
}
