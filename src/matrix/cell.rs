//! What a step gave on one platform, and many such cells in little room.

use std::{collections::HashMap, fmt, sync::Arc};

use super::compare::{Compare, compared};
use crate::{observation::outcome, results::number};

/// What a step gave on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Distinct outcomes, each with its count of trials where it was counted, the most frequent first.
    pub outcomes: Vec<(Arc<str>, Option<u64>)>,
    /// How many trials there were, where they were counted.
    pub trials: Option<u64>,
    /// What the rows' notes say.
    pub notes: Vec<Arc<str>>,
}

impl Cell {
    /// Whether trials disagreed, or sources did.
    pub fn is_unsteady(&self) -> bool {
        self.outcomes.len() > 1
    }

    /// Whether something of the platform's behaviour was observed: `unsupported` and `not-run` say nothing of it.
    pub fn is_observed(&self) -> bool {
        self.outcomes.iter().any(|(outcome, _)| outcome::is_observed(outcome))
    }

    /// What stands behind an outcome of an unsteady cell: its share of the trials.
    pub fn share(&self, count: Option<u64>) -> String {
        match (count, self.trials) {
            (Some(count), Some(trials)) if self.is_unsteady() => format!(" {count}/{trials}"),
            _ => String::new(),
        }
    }
}

/// The outcome; where trials disagree, each with its share: `EPIPE 7/10, ok 3/10`; where they were not counted,
/// `EPIPE or ok`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self.outcomes.iter().all(|(_, count)| count.is_some());
        for (index, (outcome, count)) in self.outcomes.iter().enumerate() {
            let separator = if index == 0 {
                ""
            } else if counted {
                ", "
            } else {
                " or "
            };
            write!(f, "{separator}{outcome}{}", self.share(*count))?;
        }
        Ok(())
    }
}

/// The number of a distinct cell; [`NO_CELL`] where there is none.
pub(super) type CellId = u32;

/// Where a platform has no such case.
pub(super) const NO_CELL: CellId = 0;

/// What cells are compared by: cells of the same key agree. 0 where nothing was observed.
pub(super) type CellKey = u32;

/// Distinct cells, each once.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    keys: Vec<[CellKey; 2]>,
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
            if names.is_empty() {
                return 0;
            }
            let ids = &mut self.key_ids[by as usize];
            let next = number(ids.len() + 1);
            *ids.entry(names.into_iter().collect::<Vec<_>>().join("\n")).or_insert(next)
        });
        self.keys.push(keys);
        self.cells.push(cell.clone());
        let id = number(self.cells.len());
        self.ids.insert(cell, id);
        id
    }

    pub(super) fn get(&self, id: CellId) -> Option<&Cell> {
        self.cells.get((id as usize).checked_sub(1)?)
    }

    pub(super) fn key(&self, id: CellId, by: Compare) -> CellKey {
        (id as usize).checked_sub(1).map_or(0, |at| self.keys[at][by as usize])
    }

    /// Lets go of what only adding needs.
    pub(super) fn settle(&mut self) {
        self.ids = HashMap::new();
        self.key_ids = Default::default();
    }
}
