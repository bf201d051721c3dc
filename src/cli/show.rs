//! `brokenpipe show`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Done, Failure, RESULTS, args::Own, catalogue, look, print, read_results, read_results_if_any};
use crate::{catalogue::Selection, matrix::Matrix, report};

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The scenario's id
    scenario: String,
    /// Files of results, or folders of them; repeatable [default: results]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Width of the text in characters [default: the terminal's, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
    #[command(flatten)]
    own: Own,
}

pub(super) fn show(args: &ShowArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let Some(scenario) = catalogue.find(&args.scenario) else {
        return Err(Failure::No(format!("no scenario {:?}; `brokenpipe list` names all of them", args.scenario)));
    };
    let results =
        if args.results.is_empty() { read_results_if_any(Path::new(RESULTS))? } else { read_results(&args.results)? };
    let mut matrix = Matrix::new(&results, &catalogue);
    let selection = Selection::new(&[&scenario.id]).map_err(Failure::wrong)?;
    matrix.select(&selection);
    print(&report::show(scenario, &matrix, look(args.width)))
}
