//! `brokenpipe` without a command: measures this machine, and shows it beside what is known of other systems.

use std::{fmt::Write as _, fs, io, path::Path};

use super::{
    check::embedded_known,
    failure::{Done, Failure, print_as},
    options::{OWN_RESULTS, look},
    run::{self, RunArgs},
    view::read_matrix,
};
use crate::{
    catalogue::Catalogue,
    check::{self, Terms},
    matrix::Comparison,
    overview::{Overview, Questions, SystemColumn},
    platform::Platform,
    report::{self, Format, Look},
    results::Source,
};

/// The most differences that are listed.
const MAX_DIFFERENCES: usize = 10;

/// The least differences that are listed, however long the overview is.
const MIN_DIFFERENCES: usize = 3;

/// The lines that the page should have at most.
const SCREEN: usize = 60;

/// Reports what was run, also if some cases were not.
pub(super) fn here() -> Done {
    is_writable(Path::new(OWN_RESULTS)).map_err(|error| {
        Failure::Wrong(format!(
            "{OWN_RESULTS}: cannot be written: {error}\n  \
             brokenpipe run --out DIR  # measures this machine, and writes into another folder\n  \
             brokenpipe report         # shows what is known of other systems"
        ))
    })?;
    let ran = run::run(&RunArgs::default());
    if !matches!(ran, Ok(()) | Err(Failure::NotRun(_))) {
        return ran;
    }
    match show() {
        Ok(()) | Err(Failure::OutputClosed) if ran.is_err() => ran,
        shown => shown,
    }
}

/// Tries whether results can be written into a folder, which is created: a run that found out would have been in vain.
fn is_writable(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder).map(drop)
}

/// What to type next, and what it shows.
fn next() -> String {
    let check = format!("brokenpipe check {OWN_RESULTS}");
    let commands = [
        ("brokenpipe show peer-close/write-write-write-read", "a question in full: steps, all cases and systems"),
        ("brokenpipe explain 'write: broken pipe'", "what an error in a log means, and what to do"),
        (check.as_str(), "everything that differs here from what is accepted"),
    ];
    let width = commands.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (command, what) in commands {
        let _ = writeln!(text, "{command:width$}  {what}");
    }
    text
}

/// Shows what [`OWN_RESULTS`] has of this machine.
fn show() -> Done {
    let catalogue = Catalogue::builtin();
    let name = Platform::here().platform;
    let file = Path::new(OWN_RESULTS).join(format!("{name}.csv"));
    let run = [file];
    let own = read_matrix(&run, &catalogue)?;
    let accepted = read_matrix(&[], &catalogue)?;
    let questions = Questions::builtin();
    let (own_evidence, evidence) = (own.evidence(), accepted.evidence());
    let this_machine = own.columns().iter().find(|column| column.has(&name));
    let this_machine =
        this_machine.map(|column| SystemColumn::platform(questions, "this machine", column, &own_evidence));
    let systems = this_machine.into_iter().chain(SystemColumn::all(questions, &evidence)).collect();
    let overview = Overview::new(questions, systems);

    let known = embedded_known()?;
    let mut pair = Comparison::read(Source::Embedded, &run, &catalogue).map_err(Failure::wrong)?;
    pair.leave_out_slow(&catalogue);
    let checked = check::check(&pair, &known, &Terms { everything: true, ..Terms::default() });
    let look = Look { legend: false, ..look(None) };
    let next = next();
    print_as(Format::Table, |out| {
        let mut page = Vec::new();
        report::overview(&overview, Format::Table, look, &mut page)?;
        // There are a blank line, two lines before the differences, and one for how many more there are.
        let taken = page.iter().filter(|byte| **byte == b'\n').count() + 4 + next.lines().count();
        let most = SCREEN.saturating_sub(taken).clamp(MIN_DIFFERENCES, MAX_DIFFERENCES);
        out.write_all(&page)?;
        write!(out, "\n{}{next}", report::differences(&checked, most, look))
    })
}
