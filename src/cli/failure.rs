//! How a command ends, and what it says on standard output and standard error.

use std::{
    fmt,
    io::{self, BufWriter, Write},
};

use super::{
    ascii::{Ascii, is_ascii_only},
    options::is_coloured,
    pager, stop,
};
use crate::{diagnostic::Mistakes, report::Format, results::MergeError, untrusted::no_command};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The answer is no.
    No(String),
    /// Wrong input or environment.
    Wrong(String),
    /// Mistakes in a file.
    Mistakes(Mistakes),
    /// `lint`: mistakes in results, as a report.
    Lint(String),
    /// `check`: nothing changed, but some platform has no baseline.
    New(String),
    /// Cases that were not run for want of something that says nothing about the platform: lines that tell how many,
    /// and why. What was run is written.
    NotRun(Vec<String>),
    /// A signal, or the time limit. The message says what was written.
    Interrupted(String),
    /// The reader of standard output has gone, which is not an error.
    OutputClosed,
}

impl Failure {
    /// The exit code, and the message, which may be empty.
    pub(super) fn ending(&self) -> (u8, String) {
        match self {
            Failure::OutputClosed => (0, String::new()),
            Failure::No(message) => (1, format!("brokenpipe: {message}")),
            Failure::Wrong(message) => (2, format!("error: {message}")),
            Failure::Mistakes(mistakes) => (2, mistakes.render(is_coloured(&io::stderr()))),
            Failure::Lint(report) => (2, report.clone()),
            Failure::New(message) => (4, format!("brokenpipe: {message}")),
            Failure::NotRun(lines) => (3, lines.join("\n")),
            Failure::Interrupted(message) => (stop::code(), format!("brokenpipe: {message}")),
        }
    }

    /// The answer is no, for this reason.
    pub(super) fn no(error: impl fmt::Display) -> Self {
        Failure::No(error.to_string())
    }

    pub(super) fn wrong(error: impl fmt::Display) -> Self {
        Failure::Wrong(error.to_string())
    }

    /// Results that cannot be merged with those of a folder, which this `option` names.
    pub(super) fn merge(error: &MergeError, option: &str) -> Self {
        match error {
            MergeError::Incomplete(_) => Failure::Interrupted(format!("{}: {error}", stop::cause())),
            MergeError::Stopped => Failure::Interrupted(error.to_string()),
            MergeError::Elsewhere(message) => Failure::Wrong(format!("{message} with {option}")),
            error => Failure::wrong(error),
        }
    }
}

pub(super) type Done = Result<(), Failure>;

/// Writes to standard output.
pub(super) fn print(text: &str) -> Done {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// Calls `write` with standard output, buffered, or shows what it writes in a pager.
pub(super) fn print_with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Done {
    if let Some(pager) = pager::chosen() {
        let mut text = Vec::new();
        write(&mut text).or_else(|error| not_printed(&error))?;
        if pager::is_long(&text) && pager::show(&pager, &text) {
            return Ok(());
        }
        return io::stdout().write_all(&text).or_else(|error| not_printed(&error));
    }
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).or_else(|error| not_printed(&error))
}

/// The failure to write to standard output with this error.
pub(super) fn not_printed(error: &io::Error) -> Done {
    Err(match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::Wrong(format!("standard output: {error}")),
    })
}

/// Does the same with text in this format: a table is ASCII where the terminal shows nothing else.
pub(super) fn print_as(format: Format, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Done {
    match format {
        Format::Table if is_ascii_only() => print_with(|out| write(&mut Ascii(out))),
        _ => print_with(write),
    }
}

/// Prints notes on standard error.
pub(super) fn note(notes: &[String]) {
    for note in notes {
        // There is nobody to tell if standard error is closed.
        let _ = writeln!(io::stderr(), "note: {}", no_command(note));
    }
}
