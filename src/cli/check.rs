//! `brokenpipe check`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use glob::Pattern;

use super::{
    failure::{Done, Failure, note, print},
    load::{catalogue, given_or_embedded, read_text},
    next::{self, after_failure, after_new},
    options::{CaseArgs, Own, RESULTS},
    run::{self, RunArgs},
};
use crate::{
    catalogue::{Catalogue, Selection},
    check::{self, Answer, Checked, Concern, Known, MAX_KNOWN, Policy, Terms, parse_known},
    matrix::{Compare, Comparison},
    report::{self, CheckFormat},
    results::{embedded_text, write_text},
    untrusted::shown,
};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files of results, or folders of them; if none is named, this machine is measured now
    #[arg(value_name = "RUN")]
    run: Vec<PathBuf>,
    /// Accepted results: a folder, or a file [default: those that the program carries]
    #[arg(long, visible_alias = "results", value_name = "DIR")]
    baseline: Option<PathBuf>,
    /// Known exceptions [default: known.toml beside the accepted results, if it is there]
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// How to write what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,
    /// Write it into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What has to be the same: the exact outcome, or what portable code needs to know of it
    #[arg(long, value_enum, default_value_t = Compare::Exact)]
    compare: Compare,
    /// Fail on this, too; repeatable. `changed` and `missing` fail by default
    #[arg(long, value_name = "VERDICT")]
    deny: Vec<Concern>,
    /// Do not fail on this; repeatable
    #[arg(long, value_name = "VERDICT")]
    allow: Vec<Concern>,
    /// Check only these scenarios; repeatable
    #[arg(long, value_name = "SELECTOR")]
    select: Vec<String>,
    #[command(flatten)]
    only: CaseArgs,
    /// Check only platforms of the run whose names fit this glob; repeatable
    #[arg(long, value_name = "GLOB")]
    platform: Vec<Pattern>,
    #[command(flatten)]
    own: Own,
}

/// The name of a file of known exceptions beside accepted results.
const KNOWN: &str = "known.toml";

impl CheckArgs {
    /// Where everything is, for what to type next.
    fn paths(&self) -> next::Paths<'_> {
        next::Paths { run: &self.run, baseline: self.baseline.as_deref(), scenarios: &self.own.scenarios }
    }
}

pub(super) fn check(args: &CheckArgs) -> Done {
    // Exit code 1 is for a change alone; whatever else is wrong, the check is inconclusive.
    carry_out(args).unwrap_or_else(|failure| {
        Err(match failure {
            Failure::No(message) => Failure::Wrong(message),
            failure => failure,
        })
    })
}

/// Returns the answer, or fails if the check is inconclusive.
fn carry_out(args: &CheckArgs) -> Result<Done, Failure> {
    if let Some(both) = args.deny.iter().find(|concern| args.allow.contains(concern)) {
        return Err(Failure::Wrong(format!("--deny and --allow both name {both}: expected one of them")));
    }
    let catalogue = catalogue(&args.own)?;
    let selection = Selection::new(&args.select).map_err(Failure::wrong)?.of_cases(args.only.filter());
    if let Some(out) = &args.out {
        spare_results(out, args)?;
    }
    let known = read_known(args)?;
    let pair = read(args, &selection, &catalogue)?;
    let terms = Terms {
        by: args.compare,
        policy: Policy::new(&args.deny, &args.allow),
        only_own: false,
        everything: selection.is_everything(),
    };
    let checked = check::check(&pair, &known, &terms);
    if checked.is_of_nothing() && not_measured(&checked).is_empty() {
        return Err(Failure::Wrong(
            "nothing is compared: no step of what is selected was observed in the results to be checked".to_owned(),
        ));
    }
    let text = report::check(&checked, args.format);
    match &args.out {
        Some(path) => write_text(path, &text).map_err(Failure::wrong)?,
        None => print(&text)?,
    }
    Ok(match checked.answer() {
        Answer::Same => Ok(()),
        Answer::Changed => {
            // What to type next is for people; the other formats are for programs, and so is their standard error.
            let next = match args.format {
                CheckFormat::Text => after_failure(&checked, &catalogue, args.paths()),
                _ => String::new(),
            };
            Err(Failure::No(format!("not as accepted: {}{next}", checked.failures().join(", "))))
        }
        Answer::Inconclusive => {
            return Err(Failure::Wrong(format!("inconclusive: not measured: {}", not_measured(&checked).join(", "))));
        }
        Answer::New => {
            let names: Vec<_> = checked.without_baseline().map(|platform| platform.name).collect();
            let next = match args.format {
                CheckFormat::Text => after_new(args.paths()),
                _ => String::new(),
            };
            Err(Failure::New(format!(
                "new: there are no accepted results of {} to compare with{next}",
                names.join(", ")
            )))
        }
    })
}

/// Fails if what was found would be written over one of the files that it is found in, or over any other file of the
/// baseline.
fn spare_results(out: &Path, args: &CheckArgs) -> Done {
    let Ok(file) = fs::canonicalize(out) else { return Ok(()) };
    let is_in = |path: &PathBuf| {
        let path = fs::canonicalize(path).ok();
        path.map(|path| (path == file, file.parent() == Some(&path)))
    };
    // The tables of a folder and its exceptions are directly in it.
    let mut read = args.run.iter().chain(&args.known).filter_map(is_in);
    let mut accepted = args.baseline.iter().filter_map(is_in);
    if read.any(|(is_it, is_beside)| is_it || (is_beside && is_read(&file)))
        || accepted.any(|(is_it, is_beside)| is_it || is_beside)
    {
        return Err(Failure::Wrong(format!(
            "--out {}: this file is one of the results to check or of the baseline; name another one",
            shown(out)
        )));
    }
    Ok(())
}

/// Whether a file of a folder of results is read.
fn is_read(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "csv") || file.file_name().is_some_and(|name| name == KNOWN)
}

/// Both sets of results. If no run is named, this machine is measured.
fn read(args: &CheckArgs, selection: &Selection, catalogue: &Catalogue) -> Result<Comparison, Failure> {
    let measured = tempfile::tempdir().map_err(|error| Failure::Wrong(format!("a temporary folder: {error}")))?;
    let mut run = args.run.clone();
    if run.is_empty() {
        // Measuring takes time: an unreadable baseline is reported before, not after.
        if let Some(baseline) = &args.baseline {
            fs::metadata(baseline)
                .map_err(|error| Failure::Wrong(format!("{}: cannot be read: {error}", shown(baseline))))?;
        }
        let mut here = RunArgs::default();
        here.selectors.clone_from(&args.select);
        here.only.clone_from(&args.only);
        here.own.clone_from(&args.own);
        here.out = measured.path().to_owned();
        here.quiet = true;
        here.aside = true;
        match run::run(&here) {
            // The reasons are notes here: what was not run is missing, and the verdict says what follows from that.
            Err(Failure::NotRun(reasons)) => note(&reasons),
            ran => ran?,
        }
        run.push(measured.path().to_owned());
    }
    let mut pair =
        Comparison::read(given_or_embedded(args.baseline.as_slice()), &run, catalogue).map_err(Failure::wrong)?;
    note(&pair.notes);
    for selector in &args.select {
        let one = Selection::new(std::slice::from_ref(selector)).map_err(Failure::wrong)?;
        if !pair.has(&one) {
            return Err(Failure::Wrong(format!("no results of {selector:?}; `brokenpipe list` names all scenarios")));
        }
    }
    pair.select(selection);
    pair.select_run(&args.platform).map_err(Failure::wrong)?;
    make_ready(&mut pair, args.baseline.as_deref(), catalogue)?;
    Ok(pair)
}

/// Leaves out what a run has only if it is asked for it, and says so on standard error.
///
/// # Errors
///
/// Nothing was measured in the run, or in the baseline.
pub(super) fn make_ready(pair: &mut Comparison, baseline: Option<&Path>, catalogue: &Catalogue) -> Done {
    if pair.leave_out_slow(catalogue) {
        note(&["scenarios that take seconds were not run and are not checked; `brokenpipe run --slow` runs them"
            .to_owned()]);
    }
    if !pair.run.iter().any(|column| column.is_measured()) {
        return Err(Failure::Wrong("nothing to compare: no measured results to be checked".to_owned()));
    }
    if !pair.baseline.iter().any(|column| column.is_measured()) {
        let baseline = baseline.map_or("what the program carries".to_owned(), shown);
        return Err(Failure::Wrong(format!(
            "nothing to compare with: no measured results in {baseline}; `brokenpipe accept` adopts some"
        )));
    }
    Ok(())
}

fn read_known(args: &CheckArgs) -> Result<Vec<Known>, Failure> {
    let (name, text) = match (&args.known, &args.baseline) {
        (Some(path), _) => read_known_file(path)?,
        (None, Some(baseline)) => return known_beside(baseline),
        (None, None) => return embedded_known(),
    };
    parse_known(&name, &text).map_err(Failure::Mistakes)
}

/// The exceptions beside accepted results, a folder or a file; none if there is no such file.
pub(super) fn known_beside(baseline: &Path) -> Result<Vec<Known>, Failure> {
    let folder = if baseline.is_dir() { Some(baseline) } else { baseline.parent() };
    let path = folder.unwrap_or(Path::new(".")).join(KNOWN);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let (name, text) = read_known_file(&path)?;
    parse_known(&name, &text).map_err(Failure::Mistakes)
}

/// The exceptions that the program carries.
pub(super) fn embedded_known() -> Result<Vec<Known>, Failure> {
    let name = format!("{RESULTS}/{KNOWN}");
    let Some(text) = embedded_text(&name) else { return Ok(Vec::new()) };
    parse_known(&name, &text).map_err(Failure::Mistakes)
}

/// The name of a file of known exceptions in messages, and what is in it.
fn read_known_file(path: &Path) -> Result<(String, String), Failure> {
    let text = read_text(path, (MAX_KNOWN, "no list of exceptions"), "known exceptions are UTF-8 text")?;
    Ok((shown(path), text))
}

/// The platforms that were not measured.
fn not_measured<'a>(checked: &Checked<'a>) -> Vec<&'a str> {
    checked.platforms.iter().filter(|platform| !platform.is_measured()).map(|platform| platform.name).collect()
}
