//! `brokenpipe report`.

use std::path::PathBuf;

use clap::Args;
use glob::Pattern;

use super::{
    failure::{Done, Failure, print_as},
    load::catalogue,
    options::look,
    view::{Cases, FormatArgs, NO_RESULTS, RowArgs, for_people, read_matrix},
};
use crate::{
    catalogue::Catalogue,
    matrix::{Column, Compare, Matrix, Options, Statement},
    overview::{Overview, Questions, SystemColumn},
    report::{self, Look, render},
    verdicts,
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Files of results, or folders of them [default: those that the program carries]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The same as PATH, as other commands have it; repeatable
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Give the results of a run columns of their own before the systems of the overview; repeatable
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with_all = [
            "details", "select", "all", "cases", "compare", "scenarios", "transport", "sigpipe", "call", "option",
            "read_call", "wait", "platform", "baseline_column", "expand", "verify", "departures", "verdicts",
        ]
    )]
    run: Vec<PathBuf>,
    /// Show the matrix: scenarios and steps down, platforms across. So does every option that chooses rows or columns
    /// of it
    #[arg(long)]
    details: bool,
    #[command(flatten)]
    rows: RowArgs,
    /// Only platforms whose names fit this glob; repeatable. With --verify, this applies to measured platforms only
    #[arg(long, value_name = "GLOB")]
    platform: Vec<Pattern>,
    /// Mark what differs from this platform, which is always shown, instead of from what most platforms gave
    #[arg(long, value_name = "PLATFORM")]
    baseline_column: Option<String>,
    /// Give every platform a column of its own; otherwise, in a table or Markdown, those that agree in all cells share
    /// one
    #[arg(long)]
    expand: bool,
    /// Compare what was measured with what is documented or reported for the same system, instead of showing the matrix
    #[arg(long, conflicts_with_all = ["all", "baseline_column"])]
    verify: bool,
    /// List the contradictions between what is stated of a system and what was seen there, each with who is right and
    /// why; --platform chooses among the platforms that state it
    #[arg(
        long,
        conflicts_with_all = [
            "paths", "results", "details", "select", "all", "cases", "compare", "scenarios", "transport", "sigpipe",
            "call", "option", "read_call", "wait", "baseline_column", "expand", "verify", "departures",
        ]
    )]
    verdicts: bool,
    /// Show where systems depart from a standard: what is best known of each beside what the standard demands, instead
    /// of showing the matrix
    #[arg(long, conflicts_with_all = ["verify", "all", "expand", "baseline_column"])]
    departures: bool,
    /// Explain every sign and word of the page under it; under the matrix, tell the facts of its platforms, too
    #[arg(long)]
    legend: bool,
    #[command(flatten)]
    format: FormatArgs,
}

impl ReportArgs {
    /// Whether the matrix is asked for, not the overview.
    fn is_of_matrix(&self) -> bool {
        let RowArgs { select, only, all, cases, compare, own } = &self.rows;
        let of_rows = *all || cases.is_some() || *compare != Compare::Exact || !select.is_empty();
        let of_cases = !only.filter().is_everything() || !own.scenarios.is_empty();
        let of_columns = self.expand || self.baseline_column.is_some();
        self.details || self.verify || self.departures || of_rows || of_cases || of_columns
    }

    /// Where the results are.
    fn paths(&self) -> Vec<PathBuf> {
        [self.paths.as_slice(), &self.results].concat()
    }
}

pub(super) fn report(args: &ReportArgs) -> Done {
    if args.verdicts {
        verdicts(args)
    } else if args.is_of_matrix() {
        matrix(args)
    } else {
        overview(args)
    }
}

/// Prints the verdicts on contradictions.
fn verdicts(args: &ReportArgs) -> Done {
    let all = verdicts::builtin();
    if let Some(glob) = args.platform.iter().find(|glob| !all.iter().any(|each| glob.matches(&each.platform))) {
        return Err(Failure::No(format!("there is no verdict on what a platform like {:?} states", glob.as_str())));
    }
    let fits = |platform: &str| args.platform.is_empty() || args.platform.iter().any(|glob| glob.matches(platform));
    let chosen: Vec<_> = all.iter().filter(|each| fits(&each.platform)).collect();
    let FormatArgs { format, width } = args.format;
    print_as(format, |out| report::verdicts(&chosen, format, look(width), out))
}

/// Prints the overview.
fn overview(args: &ReportArgs) -> Done {
    let matrix = read_matrix(&args.paths(), &Catalogue::builtin())?;
    if matrix.is_empty() {
        return Err(Failure::No(NO_RESULTS.to_owned()));
    }
    let questions = Questions::builtin();
    let evidence = matrix.evidence_of(&args.platform).map_err(Failure::no)?;
    let run = if args.run.is_empty() { None } else { Some(read_matrix(&args.run, &Catalogue::builtin())?) };
    let run_evidence = run.as_ref().map(Matrix::evidence);
    let of_run = run.iter().flat_map(Matrix::columns).zip(run_evidence.iter().cycle());
    let of_run = of_run.map(|(column, evidence)| SystemColumn::platform(questions, &column.name, column, evidence));
    let systems = of_run.chain(SystemColumn::all(questions, &evidence)).collect();
    let overview = Overview::new(questions, systems);
    if overview.is_empty() {
        return Err(Failure::No(
            "no question of the overview is answered there, or platforms.csv does not say of which system; \
             `brokenpipe report --details` shows the rows"
                .to_owned(),
        ));
    }
    let FormatArgs { format, width } = args.format;
    let look = Look { legend: args.legend, ..look(width) };
    print_as(format, |out| report::overview(&overview, format, look, out))
}

/// Prints the matrix.
fn matrix(args: &ReportArgs) -> Done {
    let catalogue = catalogue(&args.rows.own)?;
    let FormatArgs { format, width } = args.format;
    let for_people = for_people(format);
    let compares = args.verify || args.departures;
    let usual = if for_people && !compares { Cases::Plain } else { Cases::All };
    let (matrix, options) = args.rows.read(&args.paths(), usual, &catalogue)?;
    let merged = for_people && !args.expand;
    let options = Options {
        platforms: args.platform.clone(),
        stated_anyway: args.verify,
        merged,
        best: merged && !compares && args.platform.is_empty(),
        reference: args.baseline_column.clone(),
        ..options
    };
    let view = args.rows.view(&matrix, &options)?;
    if args.departures {
        let evidence = matrix.evidence_of(&args.platform).map_err(Failure::no)?;
        let departures = view.departures(&evidence);
        if departures.is_empty() {
            return Err(Failure::No(nothing_to_hold_against(matrix.columns()).to_owned()));
        }
        return print_as(format, |out| report::departures(&departures, format, look(width), out));
    }
    if args.verify {
        let verified = view.verify();
        if verified.is_empty() {
            return Err(Failure::No(nothing_to_verify(view.columns(), args.platform.is_empty())));
        }
        // What was read may state something else than what the program carries, which the verdicts are about.
        let carried = if args.paths().is_empty() { None } else { Some(read_matrix(&[], &Catalogue::builtin())?) };
        let is_own = |statement: &Statement<'_>| carried.as_ref().is_none_or(|matrix| statement.is_in(matrix));
        return print_as(format, |out| report::verify(&verified, &is_own, format, look(width), out));
    }
    let look = Look { legend: args.legend, ..look(width) };
    print_as(format, |out| render(&view, args.rows.rows(), format, look, out))
}

/// Why no system stands beside a standard.
fn nothing_to_hold_against(columns: &[Column]) -> &'static str {
    match columns.iter().any(Column::is_standard) {
        true => {
            "nothing is known of a system that could be held against the standard; platforms.csv says which system \
                 a platform is of"
        }
        false => "no standard is there: a platform whose `os` in platforms.csv is posix",
    }
}

/// Why nothing measured stands beside anything stated.
fn nothing_to_verify(columns: &[Column], all: bool) -> String {
    let is_measured = |column: &Column| column.is_measured() && !column.is_absent();
    let there = if all { "there" } else { "that --platform chooses" };
    if !columns.iter().any(is_measured) {
        format!("nothing {there} was measured, so there is nothing to verify")
    } else if columns.iter().all(Column::is_measured) {
        "nothing there is documented or reported".to_owned()
    } else {
        let named = "platforms.csv says which system a platform is of";
        format!("nothing is documented or reported for a system of which something {there} was measured; {named}")
    }
}
