//! What a step gave on one platform, and the table of distinct cells.

use std::{fmt, sync::Arc};

use indexmap::{IndexMap, IndexSet};

use super::compare::{Compare, compared};
use crate::{outcome, results::number};

/// What a step gave on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Distinct outcomes, the most frequent first; never empty.
    pub outcomes: Vec<Seen>,
    /// How many trials there were, if they were counted.
    pub trials: Option<u64>,
}

/// An outcome of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Its canonical name.
    pub outcome: Arc<str>,
    /// In how many trials it came, if that was counted.
    pub count: Option<u64>,
    /// The row's note; may be empty.
    pub note: Arc<str>,
    /// What the operating system and Rust call it, which is no part of what cells are compared by.
    pub native: Native,
}

/// An error in the words of the operating system and of Rust. The default is that of an outcome that is no error.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Native {
    /// The operating system's error code.
    pub code: Option<i32>,
    /// The operating system's name of the error; may be empty.
    pub name: Arc<str>,
    /// Rust's `ErrorKind`; may be empty.
    pub kind: Arc<str>,
}

impl Default for Native {
    fn default() -> Self {
        Native { code: None, name: "".into(), kind: "".into() }
    }
}

impl Seen {
    /// An outcome that nobody counted, with no note.
    pub fn of(outcome: impl Into<Arc<str>>) -> Self {
        Seen { outcome: outcome.into(), count: None, note: "".into(), native: Native::default() }
    }
}

impl Cell {
    /// Whether trials disagreed, or sources did.
    pub fn is_unsteady(&self) -> bool {
        self.outcomes.len() > 1
    }

    /// Whether the platform's behaviour was observed: `unsupported` and `not-run` say nothing about it.
    pub fn is_observed(&self) -> bool {
        self.outcomes.iter().any(|seen| outcome::is_observed(&seen.outcome))
    }

    /// Whether every outcome is this one.
    pub fn is_only(&self, outcome: &str) -> bool {
        self.outcomes.iter().all(|seen| *seen.outcome == *outcome)
    }

    /// Whether the steps race with each other: the trials were counted, but not how often each outcome came. Outcomes
    /// that are not in the cell are possible, too.
    pub fn is_race(&self) -> bool {
        self.trials.is_some() && !self.is_counted()
    }

    /// Whether each outcome was counted.
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

/// The number of a distinct cell, from 1, or [`NO_CELL`].
pub(super) type CellId = u32;

/// In place of a cell that a platform does not have.
pub(super) const NO_CELL: CellId = 0;

/// Cells of the same key agree. 0 where nothing was observed, and where steps race.
pub(super) type CellKey = u32;

/// Distinct cells, each once.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: IndexMap<Cell, Derived>,
    keys: [IndexSet<String>; 2],
}

/// What is worked out once for each distinct cell. The default is that of [`NO_CELL`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Derived {
    keys: [CellKey; 2],
    /// The number of the same cell without what the operating system calls its outcomes.
    pub(super) without_native: CellId,
    /// The number of the same cell without that and without notes.
    pub(super) without_notes: CellId,
    pub(super) is_observed: bool,
    pub(super) is_race: bool,
}

impl Derived {
    pub(super) fn key(self, by: Compare) -> CellKey {
        self.keys[by as usize]
    }
}

impl Cells {
    /// The number of this cell, which is added if it is new.
    pub(super) fn add(&mut self, cell: Cell) -> CellId {
        if let Some(at) = self.cells.get_index_of(&cell) {
            return number(at + 1);
        }
        let mut plain = cell.clone();
        plain.outcomes.iter_mut().for_each(|seen| seen.native = Native::default());
        let without_native = if plain == cell { None } else { Some(self.add(plain.clone())) };
        plain.outcomes.iter_mut().for_each(|seen| seen.note = "".into());
        let without_notes = if plain == cell { None } else { Some(self.add(plain)) };
        let own = number(self.cells.len() + 1);
        let [without_native, without_notes] = [without_native, without_notes].map(|id| id.unwrap_or(own));
        let keys = [Compare::Exact, Compare::Class].map(|by| {
            let names = compared(&cell, by);
            if names.is_empty() || cell.is_race() {
                return 0;
            }
            let (at, _) = self.keys[by as usize].insert_full(names.into_iter().collect::<Vec<_>>().join("\n"));
            number(at + 1)
        });
        let (is_observed, is_race) = (cell.is_observed(), cell.is_race());
        let derived = Derived { keys, without_native, without_notes, is_observed, is_race };
        let (at, _) = self.cells.insert_full(cell, derived);
        number(at + 1)
    }

    /// The cells in the order of their numbers.
    pub(super) fn into_iter(self) -> impl Iterator<Item = Cell> {
        self.cells.into_keys()
    }

    /// The cell of a number, if it is not [`NO_CELL`].
    pub(super) fn get(&self, id: CellId) -> Option<&Cell> {
        self.cells.get_index((id as usize).checked_sub(1)?).map(|(cell, _)| cell)
    }

    pub(super) fn derived(&self, id: CellId) -> Derived {
        let at = (id as usize).checked_sub(1);
        at.and_then(|at| self.cells.get_index(at)).map(|(_, derived)| *derived).unwrap_or_default()
    }
}
