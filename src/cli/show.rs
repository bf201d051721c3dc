//! `brokenpipe show`.

use std::path::PathBuf;

use clap::Args;

use super::{
    failure::{Done, Failure, print_as},
    load::{catalogue, no_case},
    options::{CaseArgs, Own, look},
    view::read_matrix,
};
use crate::{
    catalogue::{CaseName, Selection},
    matrix::{Options, View},
    report::{self, Format},
};

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The scenario's id
    scenario: String,
    /// Files of results, or folders of them; repeatable [default: those that the program carries]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    #[command(flatten)]
    only: CaseArgs,
    /// Give every platform a column of its own, though some agree in all cells
    #[arg(long)]
    expand: bool,
    /// Width of the text in characters, at least 40 [default: the terminal's, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
    #[command(flatten)]
    own: Own,
}

pub(super) fn show(args: &ShowArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let Some(scenario) = catalogue.find(&args.scenario) else {
        let own = if args.own.scenarios.is_empty() { ", and --scenarios FILE adds your own" } else { "" };
        let problem = format!("no scenario {:?}; `brokenpipe list` names all of them{own}", args.scenario);
        return Err(Failure::No(problem));
    };
    let selection = Selection::new(&[&scenario.id]).map_err(Failure::wrong)?.of_cases(args.only.filter());
    let cases: Vec<_> = scenario.axes.iter().map(CaseName::from).collect();
    if !cases.iter().any(|case| selection.includes_case(case)) {
        return Err(no_case(&selection, &cases));
    }
    let matrix = read_matrix(&args.results, &catalogue)?;
    let options = Options { selection, merged: !args.expand, with_cells: true, ..Options::default() };
    let view = View::new(&matrix, &options).map_err(Failure::no)?;
    print_as(Format::Table, |out| report::show(scenario, &view, look(args.width), out))
}
