//! `brokenpipe report`.

use std::path::PathBuf;

use clap::Args;
use glob::Pattern;

use super::{
    failure::{Done, Failure, print_with},
    load::catalogue,
    options::look,
    view::{Cases, FormatArgs, RowArgs, for_people, keep_platforms},
};
use crate::{
    matrix::{Column, Matrix},
    report::{self, Rows, render},
};

#[derive(Debug, Default, Args)]
pub(super) struct ReportArgs {
    /// Files of results, or folders of them [default: results]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    rows: RowArgs,
    /// Show only platforms whose names fit this glob; repeatable. With --verify, of what was measured only these
    #[arg(long, value_name = "GLOB")]
    platform: Vec<Pattern>,
    /// Mark what differs from this platform, which is always shown, instead of from what most platforms gave
    #[arg(long, value_name = "PLATFORM")]
    baseline_column: Option<String>,
    /// Give every platform a column of its own; otherwise, in a table or Markdown, those that agree in all cells share
    /// one
    #[arg(long)]
    expand: bool,
    /// Show how what was measured stands to what is documented or reported for the same system, instead of the matrix
    #[arg(long, conflicts_with_all = ["all", "baseline_column"])]
    verify: bool,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn report(args: &ReportArgs) -> Done {
    let catalogue = catalogue(&args.rows.own)?;
    let mut matrix = args.rows.matrix(&args.paths, &catalogue)?;
    let baseline = args.baseline_column.as_deref();
    keep_platforms(&mut matrix, &args.platform, |column| {
        (args.verify && !column.is_measured()) || baseline.is_some_and(|baseline| column.has(baseline))
    })?;
    let FormatArgs { format, width } = args.format;
    let for_people = for_people(format);
    if !args.expand && for_people {
        matrix.merge_columns();
    }
    args.rows.keep(&mut matrix, if for_people && !args.verify { Cases::Plain } else { Cases::All })?;
    if args.verify {
        let verified = matrix.verify();
        if verified.is_empty() {
            return Err(Failure::No(nothing_to_verify(&matrix, args.platform.is_empty())));
        }
        return print_with(|out| report::verify(&verified, format, look(width), out));
    }
    if !args.expand && for_people && args.platform.is_empty() {
        matrix.keep_best_columns(baseline);
    }
    if let Some(platform) = baseline {
        matrix.set_baseline(platform).map_err(|error| Failure::No(error.to_string()))?;
    }
    let rows = if args.rows.all { Rows::All } else { Rows::Differing };
    print_with(|out| render(&matrix, rows, format, look(width), out))
}

/// Why nothing measured stands beside anything stated.
fn nothing_to_verify(matrix: &Matrix, all: bool) -> String {
    let is_measured = |column: &Column| column.is_measured() && !column.is_absent();
    let there = if all { "there" } else { "that --platform chooses" };
    if !matrix.columns.iter().any(is_measured) {
        format!("nothing {there} was measured, so that there is nothing to verify what is documented or reported with")
    } else if matrix.columns.iter().all(Column::is_measured) {
        "nothing there is documented or reported".to_owned()
    } else {
        let named = "platforms.csv says which system a platform is of";
        format!("nothing is documented or reported for a system of which something {there} was measured; {named}")
    }
}
