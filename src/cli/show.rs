//! `brokenpipe show`.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;

use super::{
    failure::{Done, Failure, print_as},
    load::catalogue,
    options::{Own, look},
    view::read_matrix_if_any,
};
use crate::{
    catalogue::{Selection, Transport},
    matrix::{Options, View},
    report::{self, Format},
};

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The scenario's id
    scenario: String,
    /// Files of results, or folders of them; repeatable [default: results]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Show only cases over this transport; repeatable
    #[arg(long, value_name = "TRANSPORT")]
    transport: Vec<Transport>,
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
    let over: BTreeSet<_> = scenario.axes.iter().map(|axes| axes.transport.word()).collect();
    if !args.transport.is_empty() && !args.transport.iter().any(|transport| over.contains(transport.word())) {
        let asked: Vec<_> = args.transport.iter().map(|transport| transport.word()).collect();
        return Err(Failure::No(format!(
            "{} has no case over {}; it has cases over {}",
            scenario.id,
            asked.join(", "),
            over.into_iter().collect::<Vec<_>>().join(", ")
        )));
    }
    let matrix = read_matrix_if_any(&args.results, &catalogue)?;
    let selection = Selection::new(&[&scenario.id]).map_err(Failure::wrong)?.over(&args.transport);
    let options = Options { selection, merged: !args.expand, with_cells: true, ..Options::default() };
    let view = View::new(&matrix, &options).map_err(Failure::no)?;
    print_as(Format::Table, |out| report::show(scenario, &view, look(args.width), out))
}
