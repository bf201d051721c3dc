//! The numbers of an error in each table of errors, and the exit statuses that tell of it.

use crate::explain::{Code, Error, Errors};

/// A number of an error, or an exit status.
pub(super) struct Number {
    /// The system, library or program that has it.
    pub(super) place: String,
    pub(super) number: String,
    /// What it is called there; empty for a status.
    pub(super) native: String,
    /// What else it may stand for.
    pub(super) others: Vec<String>,
    pub(super) source: &'static str,
}

/// The tables that are no system's or library's own numbering, by their ids, and what people call them.
const TABLES: [(&str, &str); 4] = [
    ("win32", "Windows (Win32)"),
    ("wininet", "Windows (WinINet)"),
    ("ntstatus", "Windows (NTSTATUS)"),
    ("nsurl", "Apple’s Foundation (URL loading)"),
];

/// Every number that may stand for an error, the tables in the order in which they are shown.
pub(super) fn numbers(error: &Error) -> Vec<Number> {
    let known = Errors::builtin();
    let mut codes: Vec<_> = known.codes.iter().filter(|code| code.errors.contains(&error.name)).collect();
    let rank = |code: &&Code| {
        let system = known.systems.iter().position(|system| system.id == code.table);
        let table = || TABLES.iter().position(|(id, _)| *id == code.table).map(|at| known.systems.len() + at);
        system.or_else(table).unwrap_or(usize::MAX)
    };
    codes.sort_by_key(rank);
    codes.into_iter().map(|code| number(code, error)).collect()
}

fn number(code: &'static Code, error: &Error) -> Number {
    let table = TABLES.iter().find(|(id, _)| *id == code.table);
    let place = match (table, code.table.as_str()) {
        (Some((_, title)), _) => (*title).to_owned(),
        (None, "winsock") => "Windows (Winsock)".to_owned(),
        (None, id) => Errors::builtin().label(id).to_owned(),
    };
    // NTSTATUS is written in hexadecimal wherever it is shown.
    let number = if code.table == "ntstatus" { format!("0x{:08X}", code.code) } else { code.code.to_string() };
    let native = code.native.clone();
    Number { place, number, native, others: others(&code.errors, &error.name), source: &code.source }
}

/// The exit statuses that may stand for an error.
pub(super) fn statuses(error: &Error) -> Vec<Number> {
    let statuses = Errors::builtin().statuses.iter().filter(|status| status.errors.contains(&error.name));
    let number = |status: &'static crate::explain::Status| Number {
        place: status.program.clone(),
        number: status.code.to_string(),
        native: String::new(),
        others: others(&status.errors, &error.name),
        source: &status.source,
    };
    statuses.map(number).collect()
}

/// The other names in a list.
pub(super) fn others(errors: &[String], name: &str) -> Vec<String> {
    errors.iter().filter(|other| *other != name).cloned().collect()
}

/// The numbers of an error in some tables, with commas between them.
pub(super) fn short_numbers(error: &Error, tables: &[&str]) -> String {
    let of_table = |table: &&str| {
        let table = (*table).to_owned();
        let codes = Errors::builtin().codes.iter();
        codes.filter(move |code| code.table == table && code.errors[0] == error.name && error.name != "OTHER")
    };
    let codes: Vec<_> = tables.iter().flat_map(of_table).map(|code| code.code.to_string()).collect();
    codes.join(", ")
}
