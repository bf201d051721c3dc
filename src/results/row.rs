//! A row of `<platform>.csv`, and what a good one is.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use serde::Serialize;

use super::{EntryId, Step, Tables};
use crate::{
    catalogue::Case,
    driver::CaseResult,
    outcome::{self, Signal},
    platform::{Provenance, check_name},
    untrusted::quoted,
};

/// One distinct outcome of one step of one case on one platform. The fields are the CSV's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// In how many trials the step gave this; none where it was not counted.
    pub count: Option<u64>,
    /// How many trials there were; none where they were not counted.
    pub trials: Option<u64>,
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
                count: Some(1),
                trials: Some(1),
                note: String::new(),
            };
            match result {
                CaseResult::NotRun => rows.push(Row { outcome: outcome::NOT_RUN.to_owned(), ..row }),
                CaseResult::Unsupported(reason) => {
                    rows.push(Row { outcome: outcome::UNSUPPORTED.to_owned(), note: reason.clone(), ..row });
                }
                CaseResult::Measured { trials, steps } => {
                    // How often a race ends how is another number each time.
                    let counted = !case.scenario.racing;
                    rows.extend(steps[index].iter().map(|&(observation, count)| Row {
                        outcome: observation.to_string(),
                        code: observation.outcome.code(),
                        name: observation.outcome.native_name().unwrap_or_default().to_owned(),
                        kind: observation.outcome.kind().unwrap_or_default(),
                        signal: if observation.signal == Signal::None { "" } else { "SIGPIPE" }.to_owned(),
                        count: counted.then_some(count),
                        trials: Some(*trials),
                        ..row.clone()
                    }));
                    if !counted {
                        let of_step = rows.len() - steps[index].len();
                        rows[of_step..].sort_by(|a, b| a.outcome.cmp(&b.outcome));
                    }
                }
            }
        }
        rows
    }

    /// The row of one outcome of a step that was read.
    pub(super) fn of_step(tables: &Tables, step: Step<'_>, entry: EntryId) -> Row {
        let place = &tables.places[step.place as usize];
        let (scenario, case) = &tables.cases[place.case as usize];
        let entry = &tables.entries[entry as usize];
        Row {
            platform: step.platform.to_string(),
            provenance: step.provenance,
            scenario: scenario.to_string(),
            transport: case.transport.to_string(),
            sigpipe: case.sigpipe.to_string(),
            call: case.call.to_string(),
            option: case.option.to_string(),
            step: place.step,
            actor: place.actor.to_string(),
            operation: place.operation.to_string(),
            outcome: entry.outcome.to_string(),
            code: entry.code,
            name: entry.name.to_string(),
            kind: entry.kind.to_string(),
            signal: entry.signal.to_string(),
            count: entry.count,
            trials: entry.trials,
            note: entry.note.to_string(),
        }
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

    /// Whether both are rows of the same step.
    pub(super) fn same_step(&self, other: &Row) -> bool {
        let step = |row: &Row| (row.step, row.actor == self.actor, row.operation == self.operation);
        self.same_case(other) && step(other) == (self.step, true, true)
    }
}

/// A field as text, checked as far as its column alone can say.
///
/// # Errors
///
/// The column, and what would be right.
pub(crate) fn text<'a>(column: &str, field: &'a [u8]) -> Result<&'a str, String> {
    if field.len() > MAX_FIELD {
        return Err(format!("column `{column}`: {} bytes; at most {MAX_FIELD} are allowed", field.len()));
    }
    let text = std::str::from_utf8(field).map_err(|_| NOT_UTF8.to_owned())?;
    if text.chars().any(char::is_control) {
        return Err(format!("column `{column}`: a control character in {}; none is allowed", quoted(text)));
    }
    let right: Option<Cow<'_, str>> = match column {
        "platform" => check_name(text).err().map(Cow::from),
        "scenario" | "transport" | "sigpipe" | "call" | "option" | "actor" | "operation" | "outcome" => {
            (!is_word(text)).then_some(WORD.into())
        }
        "name" | "kind" | "signal" => {
            (!text.is_empty() && !is_word(text)).then(|| format!("nothing, or {WORD}").into())
        }
        _ => None,
    };
    right.map_or(Ok(text), |right| Err(wrong(column, text, right)))
}

/// What a message says of a field that is not what its column allows.
pub(super) fn wrong(column: &str, text: &str, right: impl Display) -> String {
    format!("column `{column}`: {} is wrong; right would be {right}", quoted(text))
}

/// What a file that is not text is told.
pub(super) const NOT_UTF8: &str = "not UTF-8; results are UTF-8 text";

/// What [`is_word`] asks for.
const WORD: &str = "1 to 120 of a-z, A-Z, 0-9, space and `_-+./`, beginning with a letter or digit";

/// The number of a step.
pub(super) fn step(text: &str) -> Result<u32, String> {
    let step = text.parse().ok().filter(|step| (1..=1000).contains(step));
    step.ok_or_else(|| wrong("step", text, "a whole number from 1 to 1000"))
}

/// An operating system's error code, which may be negative or missing.
pub(super) fn code(text: &str) -> Result<Option<i32>, String> {
    let right = || format!("a whole number from {} to {}, or nothing", i32::MIN, i32::MAX);
    number(text).map_err(|_| wrong("code", text, right()))
}

/// In how many of how many trials; both empty where nothing was counted, the first alone where the trials were
/// counted and not how often each outcome came.
pub(super) fn counts(count: &str, trials: &str) -> Result<(Option<u64>, Option<u64>), String> {
    let right = || format!("a whole number from 1 to {}, or nothing where they were not counted", u64::MAX);
    let all: Option<u64> = number(trials).map_err(|_| wrong("trials", trials, right()))?;
    if all == Some(0) {
        return Err(wrong("trials", trials, right()));
    }
    let Some(all) = all else {
        return match count {
            "" => Ok((None, None)),
            _ => Err(format!(
                "column `trials`: nothing, where `count` is {}; right would be a whole number",
                quoted(count)
            )),
        };
    };
    match number(count) {
        Ok(some) if some.is_none_or(|some| (1..=all).contains(&some)) => Ok((some, Some(all))),
        _ => {
            let right = format!(
                "a whole number from 1 to the row's trials, which are {all}, or nothing where it was not counted"
            );
            Err(wrong("count", count, right))
        }
    }
}

/// A number, or none where nothing stands.
fn number<T: FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// The columns that readers see as names are of harmless characters: they cannot be markup, an escape, a formula or
/// a command wherever they are shown. Only `note` is free text.
fn is_word(text: &str) -> bool {
    (1..=120).contains(&text.len())
        && text.as_bytes()[0].is_ascii_alphanumeric()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-+./".contains(&byte))
}
