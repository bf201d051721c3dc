//! `brokenpipe report`.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Failure, args::Own, catalogue, look, paths_or_default, print, read_results};
use crate::{
    catalogue::{Selection, Transport},
    matrix::Matrix,
    report::{Format, Rows, render},
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Files of results, or folders of them [default: results]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Show every row, not only those in which platforms differ
    #[arg(long)]
    all: bool,
    /// Show only these scenarios; repeatable
    #[arg(long, value_name = "SELECTOR")]
    select: Vec<String>,
    /// Show only cases over this transport; repeatable
    #[arg(long, value_name = "TRANSPORT", value_parser = super::args::transport)]
    transport: Vec<Transport>,
    /// How to write the matrix
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Width of the table in characters [default: the terminal's, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
    #[command(flatten)]
    own: Own,
}

impl Default for ReportArgs {
    fn default() -> Self {
        ReportArgs {
            paths: Vec::new(),
            all: false,
            select: Vec::new(),
            transport: Vec::new(),
            format: Format::Table,
            width: None,
            own: Own::default(),
        }
    }
}

pub(super) fn report(args: &ReportArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let selection = Selection::new(&args.select).map_err(Failure::wrong)?;
    let mut results = read_results(&paths_or_default(&args.paths))?;
    if results.rows.is_empty() {
        return Err(Failure::No("no results there; `brokenpipe run` measures some".to_owned()));
    }
    let wanted = |word: &str| args.transport.is_empty() || args.transport.iter().any(|wanted| wanted.word() == word);
    results.rows.retain(|row| wanted(&row.transport));
    let mut matrix = Matrix::new(&results, &catalogue);
    matrix.select(&selection);
    if matrix.rows.is_empty() {
        return Err(Failure::No("no results of what is selected; `brokenpipe list` names all scenarios".to_owned()));
    }
    let rows = if args.all { Rows::All } else { Rows::Differing };
    print(&render(&matrix, rows, args.format, look(args.width)))
}
