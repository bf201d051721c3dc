//! `brokenpipe report`.

use std::path::PathBuf;

use clap::Args;
use glob::Pattern;

use super::{
    failure::{Done, Failure, print_as},
    load::catalogue,
    options::look,
    view::{Cases, FormatArgs, RowArgs, for_people},
};
use crate::{
    matrix::{Column, Options},
    report::{self, render},
};

#[derive(Debug, Default, Args)]
pub(super) struct ReportArgs {
    /// Files of results, or folders of them [default: those that the program carries]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    rows: RowArgs,
    /// Show only platforms whose names fit this glob; repeatable. With --verify, this applies to measured platforms
    /// only
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
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn report(args: &ReportArgs) -> Done {
    let catalogue = catalogue(&args.rows.own)?;
    let FormatArgs { format, width } = args.format;
    let for_people = for_people(format);
    let usual = if for_people && !args.verify { Cases::Plain } else { Cases::All };
    let (matrix, options) = args.rows.read(&args.paths, usual, &catalogue)?;
    let merged = for_people && !args.expand;
    let options = Options {
        platforms: args.platform.clone(),
        stated_anyway: args.verify,
        merged,
        best: merged && !args.verify && args.platform.is_empty(),
        reference: args.baseline_column.clone(),
        ..options
    };
    let view = args.rows.view(&matrix, &options)?;
    if args.verify {
        let verified = view.verify();
        if verified.is_empty() {
            return Err(Failure::No(nothing_to_verify(view.columns(), args.platform.is_empty())));
        }
        return print_as(format, |out| report::verify(&verified, format, look(width), out));
    }
    print_as(format, |out| render(&view, args.rows.rows(), format, look(width), out))
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
