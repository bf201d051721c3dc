//! `brokenpipe` without a command: measures this machine, and shows it beside what is known of other systems.

use std::{fmt::Write as _, path::Path};

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
    overview::{Known, Overview, Questions},
    platform::Platform,
    report::{self, Format},
    results::Source,
};

/// The most differences that are listed.
const MAX_DIFFERENCES: usize = 10;

/// What to type next.
const NEXT: [(&str, &str); 3] = [
    ("brokenpipe show peer-close/write-write-write-read", "a question in full: steps, all cases and systems"),
    ("brokenpipe explain 'write: broken pipe'", "what an error in a log means, and what to do"),
    ("brokenpipe check brokenpipe-results", "everything that differs here from what is accepted"),
];

/// Reports what was run, also if some cases were not.
pub(super) fn here() -> Done {
    let ran = run::run(&RunArgs::default());
    if !matches!(ran, Ok(()) | Err(Failure::NotRun(_))) {
        return ran;
    }
    match show() {
        Ok(()) | Err(Failure::OutputClosed) if ran.is_err() => ran,
        shown => shown,
    }
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
    let this_machine = this_machine.map(|column| Known::platform(questions, "this machine", column, &own_evidence));
    let systems = this_machine.into_iter().chain(Known::all(questions, &evidence)).collect();
    let overview = Overview::new(questions, systems);

    let known = embedded_known()?;
    let mut pair = Comparison::read(Source::Embedded, &run, &catalogue).map_err(Failure::wrong)?;
    pair.leave_out_slow(&catalogue);
    let checked = check::check(&pair, &known, &Terms { everything: true, ..Terms::default() });
    let look = look(None);
    let mut text = format!("\n{}", report::differences(&checked, MAX_DIFFERENCES, look));
    let width = NEXT.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    for (command, what) in NEXT {
        let _ = writeln!(text, "{command:width$}  {what}");
    }
    print_as(Format::Table, |out| {
        report::overview(&overview, Format::Table, look, out)?;
        out.write_all(text.as_bytes())
    })
}
