//! The columns of a file, and the fields of a row.

use std::{collections::HashMap, ops::Range};

use super::table::Field;
use crate::{
    catalogue::{Axes, CaseName, word_lists},
    platform::Provenance,
    results::COLUMNS,
    untrusted::one_line,
};

/// The column of an axis, its usual value, and every value that it may have.
pub(super) type Axis = (&'static str, String, Vec<&'static str>);

/// Where each column is in a row.
pub(super) fn columns(head: &[Field<'_>]) -> HashMap<&'static str, usize> {
    let place = |column: &&'static str| Some((*column, head.iter().position(|field| field.text == **column)?));
    COLUMNS.iter().filter_map(place).collect()
}

/// The columns of a case's axes, each with its usual value and all that it may have.
pub(super) fn axis_lists() -> Vec<Axis> {
    let usual = CaseName::from(&Axes::USUAL);
    let columns = COLUMNS.iter().skip_while(|column| **column != "scenario").skip(1);
    let lists: Vec<_> = word_lists().into_iter().filter_map(|list| Some((list.axis?, list.words))).collect();
    let of = |(column, usual): (&&'static str, &str)| {
        // Scenario files have the transports of all plain cases, and a row has the one of its case.
        let list = lists.iter().find(|(axis, _)| axis == column || axis.strip_suffix('s') == Some(*column));
        let words = list.map(|(_, words)| words.iter().map(|(word, _)| *word).collect()).unwrap_or_default();
        (*column, usual.to_owned(), words)
    };
    columns.take_while(|column| **column != "step").zip(usual.words()).map(of).collect()
}

/// The fields of a row that are valid by themselves.
pub(super) struct Fields {
    pub(super) platform: String,
    pub(super) provenance: Option<Provenance>,
    pub(super) scenario: String,
    /// The values of the axes.
    pub(super) words: Vec<String>,
    pub(super) step: u32,
    pub(super) actor: String,
    pub(super) operation: String,
    pub(super) outcome: String,
    pub(super) code: Option<i32>,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) signal: String,
    pub(super) note: String,
    pub(super) places: HashMap<&'static str, Range<usize>>,
}

impl Fields {
    /// Where the field of a column is; where the row begins if it has none.
    pub(super) fn place(&self, column: &str) -> Range<usize> {
        let start = || self.places.get("platform").map_or(0, |place| place.start);
        self.places.get(column).cloned().unwrap_or_else(|| start()..start())
    }
}

/// What is wrong, and what would be right, of a message that says both.
pub(super) fn parted(problem: &str) -> (String, String) {
    let problem = one_line(problem);
    match problem.split_once(": expected ") {
        Some((title, right)) => (title.to_owned(), format!("expected {right}")),
        None => (problem, "see `brokenpipe guide data`".to_owned()),
    }
}

pub(super) fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "nothing".to_owned(), |number| number.to_string())
}
