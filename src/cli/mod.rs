//! The command line: what is asked is parsed once, carried out by one file a command, and answered with an exit code.

mod absent;
mod accept;
mod args;
mod check;
mod diff;
mod list;
mod platform;
mod report;
mod run;
mod show;
mod view;

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, BufWriter, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use crate::{
    catalogue::{Case, Catalogue, Selection},
    driver,
    report::Look,
    results::{PLATFORMS, Results, unknown_columns},
    untrusted::{no_command, shown},
};
use args::{Args, Command, Own};

/// Parses the command line, carries it out, and returns the exit code that `--help` documents.
pub fn main() -> ExitCode {
    // A run starts hundreds of processes with one such word, and each would pay for all that people can type: on an
    // emulated processor that is a good part of its life.
    let typed: Vec<_> = env::args_os().skip(1).collect();
    let part = if let [word] = &typed[..] { driver::part_of_run(word) } else { None };
    let done = match part {
        Some(part) => part().map_err(Failure::wrong),
        None => carry_out(Args::parse().command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                // Nobody is left to be told if standard error is closed.
                let _ = writeln!(io::stderr(), "{}", no_command(&message));
            }
            failure.code()
        }
    }
}

fn carry_out(command: Option<Command>) -> Done {
    match command {
        None => run::run(&run::RunArgs::default()).and_then(|()| report::report(&report::ReportArgs::default())),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Report(args)) => report::report(&args),
        Some(Command::Diff(args)) => diff::diff(&args),
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::Accept(args)) => accept::accept(&args),
        Some(Command::Absent(args)) => absent::absent(&args),
        Some(Command::List(args)) => list::list(&args),
        Some(Command::Show(args)) => show::show(&args),
        Some(Command::Platform) => platform::platform(),
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
enum Failure {
    /// The answer is no.
    No(String),
    /// Wrong input or environment.
    Wrong(String),
    /// Ctrl-C; what was measured is written.
    Interrupted(String),
    /// Whoever read our output has gone: nothing is left to do, and nothing is wrong.
    OutputClosed,
}

impl Failure {
    fn message(&self) -> Option<String> {
        match self {
            Failure::No(message) | Failure::Interrupted(message) => Some(format!("brokenpipe: {message}")),
            Failure::Wrong(message) => Some(format!("error: {message}")),
            Failure::OutputClosed => None,
        }
    }

    fn code(&self) -> ExitCode {
        match self {
            Failure::OutputClosed => ExitCode::SUCCESS,
            Failure::No(_) => ExitCode::from(1),
            Failure::Wrong(_) => ExitCode::from(2),
            // 128 + SIGINT, as shells report it.
            Failure::Interrupted(_) => ExitCode::from(130),
        }
    }

    fn wrong(error: impl std::fmt::Display) -> Self {
        Failure::Wrong(error.to_string())
    }
}

type Done = Result<(), Failure>;

/// Writes to standard output.
fn print(text: &str) -> Done {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// Has something written to standard output.
fn print_with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Done {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::OutputClosed),
        Err(error) => Err(Failure::Wrong(format!("standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// The catalogue with a user's own scenarios.
fn catalogue(own: &Own) -> Result<Catalogue, Failure> {
    let mut catalogue = Catalogue::builtin();
    for path in &own.scenarios {
        let name = shown(path);
        let text = read_text(path, (MAX_SCENARIOS, "no file of scenarios"), "a scenario file is UTF-8 text")?;
        catalogue.add(&name, &text).map_err(|mistakes| Failure::Wrong(with_head(&mistakes.to_string())))?;
    }
    Ok(catalogue)
}

/// Largest file of scenarios, in bytes.
const MAX_SCENARIOS: u64 = 1 << 20;

/// Reads a file of at most so many bytes, which would otherwise not be what it should; `right` says what would be right
/// where it is not text.
fn read_text(path: &Path, (most, no_such): (u64, &str), right: &str) -> Result<String, Failure> {
    let name = shown(path);
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::Wrong(format!("{name}: cannot be read: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Failure::Wrong(format!("{name}: more than {} MiB; that is {no_such}", most >> 20)));
    }
    utf8(&name, bytes, right)
}

/// The bytes of a file as text; `right` says what would be right.
fn utf8(name: &str, bytes: Vec<u8>, right: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Failure::Wrong(format!("{name}:{}: not UTF-8; {right}", line + 1))
    })
}

/// A report of mistakes brings the word `error` of its own.
fn with_head(report: &str) -> String {
    report.strip_prefix("error: ").unwrap_or(report).to_owned()
}

/// The selected cases; a selector that fits nothing is a mistake even beside others that fit something.
fn select<'a>(selection: &Selection, catalogue: &'a Catalogue) -> Result<Vec<Case<'a>>, Failure> {
    let misses = selection.misses(catalogue.ids());
    if !misses.is_empty() {
        return Err(no_scenario(&misses));
    }
    let slow = selection.slow_only(catalogue);
    if !slow.is_empty() {
        return Err(Failure::Wrong(format!(
            "{}: takes seconds, and is run by `brokenpipe run --slow` alone",
            quoted_all(&slow)
        )));
    }
    let cases = selection.cases(catalogue);
    if cases.is_empty() {
        let axes = selection.scenarios(catalogue).into_iter().flat_map(|scenario| &scenario.axes);
        return Err(no_case(selection, axes.map(|axes| axes.transport.word())));
    }
    Ok(cases)
}

/// What selectors that fit nothing are told.
fn no_scenario(misses: &[&str]) -> Failure {
    Failure::No(format!("no scenario fits {}; `brokenpipe list` names all scenarios", quoted_all(misses)))
}

/// What a selection is told whose scenarios have cases over other transports alone.
fn no_case<'a>(selection: &Selection, over: impl Iterator<Item = &'a str>) -> Failure {
    let over: BTreeSet<_> = over.collect();
    Failure::No(format!("no case {selection}; there are cases over {}", Vec::from_iter(over).join(", ")))
}

fn quoted_all(selectors: &[&str]) -> String {
    selectors.iter().map(|selector| format!("{selector:?}")).collect::<Vec<_>>().join(", ")
}

/// The folder of results that commands read and write by default.
const RESULTS: &str = "results";

/// The paths that were given, or the default folder.
fn paths_or_default(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(RESULTS)] } else { paths.to_vec() }
}

/// Reads results and says on standard error what was passed over.
fn read_results(paths: &[PathBuf]) -> Result<Results, Failure> {
    let results = Results::read(paths).map_err(Failure::wrong)?;
    note(&results.notes);
    Ok(results)
}

/// Says on standard error what was passed over.
fn note(notes: &[String]) {
    for note in notes {
        // Nobody is left to be told if standard error is closed.
        let _ = writeln!(io::stderr(), "note: {}", no_command(note));
    }
}

/// What is known in this folder, which may not exist yet.
fn read_results_if_any(folder: &Path) -> Result<Results, Failure> {
    if folder.exists() { read_results(&[folder.to_owned()]) } else { Ok(Results::default()) }
}

/// Refuses to replace a file that has columns that would be lost with that.
fn refuse_loss(path: &Path, option: &str) -> Done {
    match unknown_columns(path).map_err(Failure::wrong)? {
        None => Ok(()),
        Some(columns) => Err(Failure::Wrong(format!(
            "{}:1: has columns unknown to this version, which would lose them: {columns}; write elsewhere with {option}",
            shown(path)
        ))),
    }
}

/// The same of a folder's table of platforms, unless all its rows are replaced.
fn refuse_loss_of_facts(folder: &Path, is_replaced: impl Fn(&str) -> bool, option: &str) -> Done {
    let table = folder.join(PLATFORMS);
    let facts = if table.is_file() { Results::read(std::slice::from_ref(&table)) } else { Ok(Results::default()) };
    match facts.map_err(Failure::wrong)?.platforms.iter().all(|platform| is_replaced(&platform.platform)) {
        true => Ok(()),
        false => refuse_loss(&table, option),
    }
}

/// How tables look on this standard output: as wide as the terminal, coloured there and nowhere else.
fn look(width: Option<u16>) -> Look {
    let terminal = io::stdout().is_terminal();
    let here = || terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| width.0);
    // The variable's convention: https://no-color.org.
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Look { width: width.or_else(here).unwrap_or(120), colour: terminal && !plain }
}
