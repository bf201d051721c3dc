//! The rows of one step, which share its trials.

use std::ops::Range;

use super::fields::{Fields, number};
use crate::{diagnostic::Mistake, platform::Provenance};

/// The rows of one step that have been read so far.
#[derive(Default)]
pub(super) struct Group(Vec<Row>);

/// What is needed of a row until its step is over.
struct Row {
    outcome: String,
    provenance: Option<Provenance>,
    count: Option<u64>,
    trials: Option<u64>,
    place: Range<usize>,
}

impl Group {
    /// Adds a row, and says how it does not fit those before it; `place` is that of its counts.
    pub(super) fn add(
        &mut self,
        row: &Fields,
        (count, trials): (Option<u64>, Option<u64>),
        place: Range<usize>,
    ) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.0.iter().any(|known| known.outcome == row.outcome) {
            let title = format!("outcome `{}` of this step a second time", row.outcome);
            mistakes.push(Mistake::new(row.place("outcome"), title, "expected each outcome of a step once"));
        }
        if let Some(first) = self.0.first() {
            if first.trials != trials {
                let label = format!("expected {}, as in the step's first row", number(first.trials));
                mistakes.push(Mistake::new(row.place("trials"), "the rows of a step differ in their trials", label));
            }
            if first.provenance != row.provenance {
                let title = "the rows of a step differ in their provenance";
                mistakes.push(Mistake::new(row.place("provenance"), title, "expected one"));
            }
        }
        let outcome = row.outcome.clone();
        self.0.push(Row { outcome, provenance: row.provenance, count, trials, place });
        mistakes
    }

    /// Says whether the counts of the step, whose rows have all been read, add up to its trials.
    pub(super) fn end(self) -> Option<Mistake> {
        let counts: Vec<u64> = self.0.iter().filter_map(|row| row.count).collect();
        let last = self.0.last()?;
        let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        if counts.is_empty() {
            None
        } else if counts.len() < self.0.len() {
            let label = "expected a count in each row of the step, or in none";
            Some(Mistake::new(last.place.clone(), "some outcomes of a step are counted and others are not", label))
        } else if sum != last.trials {
            let title = match sum {
                Some(sum) => format!("the counts of a step are {sum} together"),
                None => "the counts of a step are more than any number".to_owned(),
            };
            Some(Mistake::new(last.place.clone(), title, format!("expected {}, the trials", number(last.trials))))
        } else {
            None
        }
    }
}
