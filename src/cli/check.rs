//! `brokenpipe check`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    failure::{Done, Failure, note, print},
    load::{catalogue, read_text},
    options::{Own, RESULTS},
    run::{self, RunArgs},
};
use crate::{
    catalogue::{Catalogue, Selection, Transport},
    check::{self, Answer, Checked, Concern, Known, MAX_KNOWN, Policy, Terms, parse_known},
    matrix::{Compare, Comparison},
    report::{self, CheckFormat},
    results::write_text,
    untrusted::shown,
};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files of results, or folders of them; if none is named, this machine is measured now
    #[arg(value_name = "RUN")]
    run: Vec<PathBuf>,
    /// Accepted results: a folder, or a file
    #[arg(long, value_name = "DIR", default_value = RESULTS)]
    baseline: PathBuf,
    /// Known exceptions [default: known.toml in the baseline's folder, if it is there]
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
    /// Check only cases over this transport; repeatable
    #[arg(long, value_name = "TRANSPORT")]
    transport: Vec<Transport>,
    #[command(flatten)]
    own: Own,
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
    let selection = Selection::new(&args.select).map_err(Failure::wrong)?.over(&args.transport);
    let known = read_known(args)?;
    let pair = read(args, &selection, &catalogue)?;
    if !pair.baseline.iter().any(|column| column.is_measured()) {
        return Err(Failure::Wrong(format!(
            "nothing to compare with: no measured results in {}; `brokenpipe accept` adopts some",
            shown(&args.baseline)
        )));
    }
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
        Answer::Changed => Err(Failure::No(format!("not as accepted: {}", checked.failures().join(", ")))),
        Answer::Inconclusive => {
            return Err(Failure::Wrong(format!("inconclusive: not measured: {}", not_measured(&checked).join(", "))));
        }
    })
}

/// Both sets of results. If no run is named, this machine is measured.
fn read(args: &CheckArgs, selection: &Selection, catalogue: &Catalogue) -> Result<Comparison, Failure> {
    let measured = tempfile::tempdir().map_err(|error| Failure::Wrong(format!("a temporary folder: {error}")))?;
    let mut run = args.run.clone();
    if run.is_empty() {
        // Measuring takes time: an unreadable baseline is reported before, not after.
        fs::metadata(&args.baseline)
            .map_err(|error| Failure::Wrong(format!("{}: cannot be read: {error}", shown(&args.baseline))))?;
        let mut here = RunArgs::default();
        here.selectors.clone_from(&args.select);
        here.transport.clone_from(&args.transport);
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
    let mut pair = Comparison::read(std::slice::from_ref(&args.baseline), &run, catalogue).map_err(Failure::wrong)?;
    note(&pair.notes);
    for selector in &args.select {
        let one = Selection::new(std::slice::from_ref(selector)).map_err(Failure::wrong)?;
        if !pair.has(&one) {
            return Err(Failure::Wrong(format!("no results of {selector:?}; `brokenpipe list` names all scenarios")));
        }
    }
    pair.select(selection);
    if pair.leave_out_slow(catalogue) {
        note(&["scenarios that take seconds were not run and are not checked; `brokenpipe run --slow` runs them"
            .to_owned()]);
    }
    if !pair.run.iter().any(|column| column.is_measured()) {
        return Err(Failure::Wrong("nothing to compare: no measured results to be checked".to_owned()));
    }
    Ok(pair)
}

fn read_known(args: &CheckArgs) -> Result<Vec<Known>, Failure> {
    let path = match &args.known {
        Some(path) => path.clone(),
        None => {
            let folder = if args.baseline.is_dir() { Some(args.baseline.as_path()) } else { args.baseline.parent() };
            let path = folder.unwrap_or(Path::new(".")).join("known.toml");
            if !path.exists() {
                return Ok(Vec::new());
            }
            path
        }
    };
    let name = shown(&path);
    let text = read_text(&path, (MAX_KNOWN, "no list of exceptions"), "known exceptions are UTF-8 text")?;
    parse_known(&name, &text).map_err(Failure::Mistakes)
}

/// The platforms that were not measured.
fn not_measured<'a>(checked: &Checked<'a>) -> Vec<&'a str> {
    checked.platforms.iter().filter(|platform| !platform.is_measured()).map(|platform| platform.name).collect()
}
