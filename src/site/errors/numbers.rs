//! The numbers of an error in each table of errors, and the exit statuses that tell of it.

use indexmap::IndexMap;

use crate::explain::{Code, Error, Errors, Status};

/// A number of an error, with everything that has it under one name; or an exit status.
pub(super) struct Number {
    pub(super) number: String,
    /// What it is called; empty for a status.
    pub(super) native: String,
    /// The systems, libraries or programs that have it, each with where that is known from.
    pub(super) places: Vec<(String, &'static str)>,
    /// What else it may stand for.
    pub(super) others: Vec<String>,
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
    let mut numbers: IndexMap<(String, &str), Number> = IndexMap::new();
    for code in codes {
        // NTSTATUS is written in hexadecimal wherever it is shown.
        let is_hexadecimal = code.table == "ntstatus";
        let number = if is_hexadecimal { format!("0x{:08X}", code.code) } else { code.code.to_string() };
        let new = Number {
            number: number.clone(),
            native: code.native.clone(),
            places: Vec::new(),
            others: others(&code.errors, &error.name),
        };
        numbers.entry((number, &code.native)).or_insert(new).places.push((place(code), &code.source));
    }
    numbers.into_values().collect()
}

/// What people call the table of a number.
fn place(code: &Code) -> String {
    let table = TABLES.iter().find(|(id, _)| *id == code.table);
    match (table, code.table.as_str()) {
        (Some((_, title)), _) => (*title).to_owned(),
        (None, "winsock") => "Windows (Winsock)".to_owned(),
        (None, id) => Errors::builtin().label(id).to_owned(),
    }
}

/// The exit statuses that may stand for an error.
pub(super) fn statuses(error: &Error) -> Vec<Number> {
    let statuses = Errors::builtin().statuses.iter().filter(|status| status.errors.contains(&error.name));
    let number = |status: &'static Status| Number {
        number: status.code.to_string(),
        native: String::new(),
        places: vec![(status.program.clone(), &*status.source)],
        others: others(&status.errors, &error.name),
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
