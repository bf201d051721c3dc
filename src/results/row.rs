//! A row of `<platform>.csv`, and which fields are valid.

use std::{borrow::Cow, fmt::Display, ops::Range, str::FromStr};

use serde::Serialize;

use crate::{
    catalogue::{AXES, Axes, Case},
    driver::CaseResult,
    outcome::{self, Misfit, Signal},
    platform::{Provenance, check_name},
    untrusted::quoted,
};

/// One distinct outcome of one step of one case on one platform. The fields are the CSV's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The platform's name.
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
    /// The case: which system call reads.
    pub read_call: String,
    /// The case: which system call waits.
    pub wait: String,
    /// The step's number, from 1 (to 1000 in a file).
    pub step: u32,
    /// Who takes the step.
    pub actor: String,
    /// What is done.
    pub operation: String,
    /// The canonical name of the outcome.
    pub outcome: String,
    /// The operating system's error code.
    pub code: Option<i32>,
    /// The operating system's name of the error.
    pub name: String,
    /// Rust's `ErrorKind`.
    pub kind: String,
    /// A signal delivered during the step.
    pub signal: String,
    /// What the selector itself said in a step that awaits something, in all trials that gave this outcome: see
    /// [`RawFlags`](outcome::RawFlags).
    pub flags: String,
    /// In how many trials the step gave this outcome, from 1; none if they were not counted.
    pub count: Option<u64>,
    /// How many trials there were, from 1; none if they were not counted.
    pub trials: Option<u64>,
    /// Anything a reader should know, such as why a case is unsupported.
    pub note: String,
}

/// The columns of `<platform>.csv`, in order.
pub const COLUMNS: [&str; 21] = [
    "platform", "provenance", "scenario", "transport", "sigpipe", "call", "option", "read_call", "wait", "step",
    "actor", "operation", "outcome", "code", "name", "kind", "signal", "flags", "count", "trials", "note",
];

/// The columns of a place, which are those of the case and of the step.
pub(super) const PLACE: Range<usize> = 2..12;
/// How many there are.
pub(super) const PLACE_FIELDS: usize = PLACE.end - PLACE.start;
/// The columns of an entry, which are those of an outcome.
pub(super) const ENTRY: Range<usize> = PLACE.end..COLUMNS.len();
/// How many there are.
pub(super) const ENTRY_FIELDS: usize = ENTRY.end - ENTRY.start;

/// The columns that files of earlier versions lack, with the value that every row of such a file has there. A file has
/// all of them that tell cases apart or none.
pub(crate) const NEW_COLUMNS: [(&str, &str); 3] =
    [("read_call", Axes::USUAL.read_call.word()), ("wait", Axes::USUAL.wait.word()), (FLAGS, "")];

/// The new column that tells no case apart.
pub(super) const FLAGS: &str = "flags";

/// Longest field of a row, in bytes.
pub const MAX_FIELD: usize = 2000;

impl Row {
    /// The rows of a measured case, whose steps may race on this platform.
    pub(super) fn of_case(platform: &str, case: Case<'_>, races: bool, result: &CaseResult) -> Vec<Row> {
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
                read_call: case.axes.read_call.word().to_owned(),
                wait: case.axes.wait.word().to_owned(),
                step: u32::try_from(index + 1).unwrap_or(u32::MAX),
                actor: step.actor.word().to_owned(),
                operation: step.operation.to_string(),
                outcome: outcome::NOT_RUN.to_owned(),
                code: None,
                name: String::new(),
                kind: String::new(),
                signal: String::new(),
                flags: String::new(),
                // A case that was not measured counts as one trial.
                count: Some(1),
                trials: Some(1),
                note: String::new(),
            };
            match result {
                CaseResult::NotRun(reason) => rows.push(Row { note: reason.clone(), ..row }),
                CaseResult::Unsupported(reason) => {
                    rows.push(Row { outcome: outcome::UNSUPPORTED.to_owned(), note: reason.clone(), ..row });
                }
                CaseResult::Measured { trials, steps } => {
                    let observed = steps[index].iter().map(|&(observation, count)| Row {
                        outcome: observation.to_string(),
                        code: observation.outcome.code(),
                        name: observation.outcome.native_name().unwrap_or_default().to_owned(),
                        kind: observation.outcome.kind().unwrap_or_default(),
                        signal: if observation.signal == Signal::None { "" } else { "SIGPIPE" }.to_owned(),
                        flags: observation.flags.to_string(),
                        // The counts of a race differ from run to run.
                        count: (!races).then_some(count),
                        trials: Some(*trials),
                        ..row.clone()
                    });
                    let mut observed: Vec<_> = observed.collect();
                    if races {
                        observed.sort_by(|a, b| a.outcome.cmp(&b.outcome));
                    }
                    rows.append(&mut observed);
                }
            }
        }
        rows
    }

    /// The fields from `scenario` on, in the order of the [`COLUMNS`] and as they are written: those of the step, and
    /// those of its outcome.
    pub(super) fn fields(&self) -> ([Cow<'_, str>; PLACE_FIELDS], [Cow<'_, str>; ENTRY_FIELDS]) {
        fn number<T: ToString>(number: Option<T>) -> Cow<'static, str> {
            number.map(|number| number.to_string()).unwrap_or_default().into()
        }
        let [_, scenario, transport, sigpipe, call, option, read_call, wait] = self.case().map(Cow::from);
        let [actor, operation, outcome, name] =
            [&self.actor, &self.operation, &self.outcome, &self.name].map(Cow::from);
        let [kind, signal, flags, note] = [&self.kind, &self.signal, &self.flags, &self.note].map(Cow::from);
        let (count, trials) = (number(self.count), number(self.trials));
        (
            [
                scenario,
                transport,
                sigpipe,
                call,
                option,
                read_call,
                wait,
                self.step.to_string().into(),
                actor,
                operation,
            ],
            [outcome, number(self.code), name, kind, signal, flags, count, trials, note],
        )
    }

    /// The platform and the words of the case, which are equal in two rows of the same case.
    pub(super) fn case(&self) -> [&str; 2 + AXES] {
        let Row { platform, scenario, transport, sigpipe, call, option, read_call, wait, .. } = self;
        [platform, scenario, transport, sigpipe, call, option, read_call, wait].map(String::as_str)
    }

    /// Whether both are rows of the same case.
    pub(super) fn same_case(&self, other: &Row) -> bool {
        self.case() == other.case()
    }

    /// Whether both are rows of the same step.
    pub(super) fn same_step(&self, other: &Row) -> bool {
        self.same_case(other)
            && (self.step, &self.actor, &self.operation) == (other.step, &other.actor, &other.operation)
    }
}

/// A field as text, checked as far as is possible without the other fields of its row.
///
/// # Errors
///
/// The column, and what it should hold.
pub(crate) fn text<'a>(column: &str, field: &'a [u8]) -> Result<&'a str, String> {
    if field.len() > MAX_FIELD {
        return Err(format!("column `{column}`: {} bytes; at most {MAX_FIELD} are allowed", field.len()));
    }
    let text = std::str::from_utf8(field).map_err(|_| NOT_UTF8.to_owned())?;
    if text.chars().any(char::is_control) {
        // The message is the same for both kinds of line ends.
        let text = quoted(&text.replace("\r\n", "\n"));
        return Err(format!("column `{column}`: a control character in {text}; none is allowed"));
    }
    let expected = match column {
        "platform" => check_name(text).err().map(str::to_owned),
        "scenario" | "actor" | "operation" | "outcome" => (!is_word(text)).then(|| WORD.to_owned()),
        axis if Axes::NAMES.contains(&axis) => (!is_word(text)).then(|| WORD.to_owned()),
        "name" | "kind" | "signal" | FLAGS => {
            (!text.is_empty() && !is_word(text)).then(|| format!("nothing, or {WORD}"))
        }
        _ => None,
    };
    expected.map_or(Ok(text), |expected| Err(invalid(column, text, expected)))
}

fn invalid(column: &str, text: &str, expected: impl Display) -> String {
    format!("column `{column}`: invalid value {}: expected {expected}", quoted(text))
}

/// The message for a file that is not UTF-8.
pub(super) const NOT_UTF8: &str = "not UTF-8; results are UTF-8 text";

/// What [`is_word`] requires.
const WORD: &str = "1 to 120 of a-z, A-Z, 0-9, space and `_-+./`, beginning with a letter or digit";

/// Where a cell comes from.
pub(crate) fn provenance(field: &[u8]) -> Result<Provenance, String> {
    let text = text("provenance", field)?;
    Provenance::from_word(text).ok_or_else(|| invalid("provenance", text, "`measured`, `reported` or `documented`"))
}

/// The number of a step, from 1 to 1000.
pub(crate) fn step(text: &str) -> Result<u32, String> {
    let step = text.parse().ok().filter(|step| (1..=1000).contains(step));
    step.ok_or_else(|| invalid("step", text, "a whole number from 1 to 1000"))
}

/// An operating system's error code, which may be negative or missing.
pub(crate) fn code(text: &str) -> Result<Option<i32>, String> {
    let expected = || format!("a whole number from {} to {}, or nothing", i32::MIN, i32::MAX);
    number(text).map_err(|_| invalid("code", text, expected()))
}

/// Checks whether the fields beside an outcome belong to it. The texts are those of the columns from `outcome` on.
pub(super) fn check_sense(texts: [&str; ENTRY_FIELDS], code: Option<i32>) -> Result<(), String> {
    let [outcome, code_text, name, kind, signal, ..] = texts;
    outcome::check_fields(outcome, code, name, kind, signal).map_err(|Misfit { column, expected }| {
        let text = match column {
            "code" => code_text,
            "name" => name,
            "kind" => kind,
            _ => signal,
        };
        invalid(column, text, expected)
    })
}

/// A row's count and trials. Both are empty if nothing was counted; the count alone if the trials were counted and not
/// how often each outcome came.
pub(crate) fn counts(count: &str, trials: &str) -> Result<(Option<u64>, Option<u64>), String> {
    let expected = || format!("a whole number from 1 to {}, or nothing if they were not counted", u64::MAX);
    match number(trials) {
        Err(_) | Ok(Some(0)) => Err(invalid("trials", trials, expected())),
        Ok(None) if count.is_empty() => Ok((None, None)),
        Ok(None) => Err(format!("column `trials`: expected a whole number, since `count` is {}", quoted(count))),
        Ok(Some(all)) => match number(count) {
            Ok(some) if some.is_none_or(|some| (1..=all).contains(&some)) => Ok((some, Some(all))),
            _ => Err(invalid(
                "count",
                count,
                format!("a whole number from 1 to the row's trials, which are {all}, or nothing if it was not counted"),
            )),
        },
    }
}

/// A number, or none if the text is empty.
fn number<T: FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// Names have no characters that could make them markup, an escape sequence, a formula or a command where they are
/// shown. Only `note` is free text.
fn is_word(text: &str) -> bool {
    (1..=120).contains(&text.len())
        && text.as_bytes()[0].is_ascii_alphanumeric()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-+./".contains(&byte))
}
