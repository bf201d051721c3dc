//! A row of `<platform>.csv`, and what a good one is.

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::Case,
    driver::CaseResult,
    observation::{Signal, outcome},
    platform::{Provenance, check_name},
};

/// One distinct outcome of one step of one case on one platform. The fields are the CSV's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Which column of the matrix.
    pub platform: String,
    /// Where the cell comes from.
    pub provenance: Provenance,
    /// The scenario's id.
    pub scenario: String,
    /// The case: what the connection is made of.
    pub transport: String,
    /// The case: what SIGPIPE does.
    pub sigpipe: String,
    /// The case: which system call writes.
    pub call: String,
    /// The case: which socket option is set.
    pub option: String,
    /// The step's number, from 1.
    pub step: u32,
    /// Who takes the step.
    pub actor: String,
    /// What is done.
    pub operation: String,
    /// What it gave, in its canonical name.
    pub outcome: String,
    /// The operating system's error code.
    pub code: Option<i32>,
    /// The operating system's name of the error.
    pub name: String,
    /// Rust's `ErrorKind`.
    pub kind: String,
    /// A signal delivered during the step.
    pub signal: String,
    /// In how many trials the step gave this.
    pub count: u64,
    /// How many trials there were.
    pub trials: u64,
    /// Anything a reader should know, such as why a case is unsupported.
    pub note: String,
}

/// The columns of `<platform>.csv`, in order.
pub const COLUMNS: [&str; 18] = [
    "platform",
    "provenance",
    "scenario",
    "transport",
    "sigpipe",
    "call",
    "option",
    "step",
    "actor",
    "operation",
    "outcome",
    "code",
    "name",
    "kind",
    "signal",
    "count",
    "trials",
    "note",
];

/// Longest field of a row, in bytes.
pub const MAX_FIELD: usize = 2000;

impl Row {
    /// The rows that a measured case makes.
    pub(super) fn of_case(platform: &str, case: Case<'_>, result: &CaseResult) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, step) in case.scenario.steps.iter().enumerate() {
            let row = Row {
                platform: platform.to_owned(),
                provenance: Provenance::Measured,
                scenario: case.scenario.id.clone(),
                transport: case.axes.transport.word().to_owned(),
                sigpipe: case.axes.sigpipe.word().to_owned(),
                call: case.axes.call.word().to_owned(),
                option: case.axes.option.word().to_owned(),
                step: u32::try_from(index + 1).unwrap_or(u32::MAX),
                actor: step.actor.word().to_owned(),
                operation: step.operation.to_string(),
                outcome: String::new(),
                code: None,
                name: String::new(),
                kind: String::new(),
                signal: String::new(),
                // Until it is measured: that nothing can be observed is not observed ten times.
                count: 1,
                trials: 1,
                note: String::new(),
            };
            match result {
                CaseResult::NotRun => rows.push(Row { outcome: outcome::NOT_RUN.to_owned(), ..row }),
                CaseResult::Unsupported(reason) => {
                    rows.push(Row { outcome: outcome::UNSUPPORTED.to_owned(), note: reason.clone(), ..row });
                }
                CaseResult::Measured { trials, steps } => {
                    rows.extend(steps[index].iter().map(|&(observation, count)| Row {
                        outcome: observation.to_string(),
                        code: observation.given.code(),
                        name: observation.given.native_name().unwrap_or_default().to_owned(),
                        kind: observation.given.kind().map(|kind| format!("{kind:?}")).unwrap_or_default(),
                        signal: if observation.signal == Signal::None { "" } else { "SIGPIPE" }.to_owned(),
                        count,
                        trials: *trials,
                        ..row.clone()
                    }));
                }
            }
        }
        rows
    }

    /// Whether both are rows of the same case.
    pub(super) fn same_case(&self, other: &Row) -> bool {
        let case = |row: &Row| {
            [&row.platform, &row.scenario, &row.transport, &row.sigpipe, &row.call, &row.option].map(String::as_str)
                == [&self.platform, &self.scenario, &self.transport, &self.sigpipe, &self.call, &self.option]
                    .map(String::as_str)
        };
        case(other)
    }

    /// What is wrong with the row by itself: the column, and what would be right.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        check_name(&self.platform).map_err(|problem| ("platform", problem.to_owned()))?;
        let words = [
            ("scenario", &self.scenario),
            ("transport", &self.transport),
            ("sigpipe", &self.sigpipe),
            ("call", &self.call),
            ("option", &self.option),
            ("actor", &self.actor),
            ("operation", &self.operation),
            ("outcome", &self.outcome),
        ];
        for (column, text) in words {
            if !is_word(text) {
                return Err((
                    column,
                    "1 to 120 of a-z, A-Z, 0-9, space and `_-+./`, beginning with a letter or digit".to_owned(),
                ));
            }
        }
        for (column, text) in [("name", &self.name), ("kind", &self.kind), ("signal", &self.signal)] {
            if !text.is_empty() && !is_word(text) {
                return Err((column, "empty, or a name of letters, digits and `_`".to_owned()));
            }
        }
        if self.step == 0 || self.step > 1000 {
            return Err(("step", "a number from 1 to 1000".to_owned()));
        }
        if self.count == 0 || self.count > self.trials {
            return Err(("count", format!("a number from 1 to the row's trials, which are {}", self.trials)));
        }
        Ok(())
    }
}

/// The columns that readers see as names are of harmless characters: they cannot be markup, an escape, a formula or
/// a command wherever they are shown. Only `note` is free text.
fn is_word(text: &str) -> bool {
    (1..=120).contains(&text.len())
        && text.as_bytes()[0].is_ascii_alphanumeric()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-+./".contains(&byte))
}
