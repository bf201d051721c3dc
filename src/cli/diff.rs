//! `brokenpipe diff`.

use std::path::PathBuf;

use clap::Args;

use super::{
    Done, Failure, catalogue, look, print_with,
    view::{Cases, FormatArgs, RowArgs},
};
use crate::report::{Rows, render};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The platform to start from
    a: String,
    /// The platform that is compared with it
    b: String,
    /// Files of results, or folders of them; repeatable [default: results]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    #[command(flatten)]
    rows: RowArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn diff(args: &DiffArgs) -> Done {
    let catalogue = catalogue(&args.rows.own)?;
    let mut matrix = args.rows.matrix(&args.results, &catalogue)?;
    for platform in [&args.a, &args.b] {
        if !matrix.columns.iter().any(|column| column.has(platform)) {
            let names: Vec<_> = matrix.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(Failure::No(format!("no results of a platform {platform:?}; there are {}", names.join(", "))));
        }
    }
    args.rows.keep(&mut matrix, Cases::All)?;
    matrix.keep_columns(|column| column.has(&args.a) || column.has(&args.b));
    matrix.columns.sort_by_key(|column| !column.has(&args.a));
    matrix.set_baseline(&args.a).map_err(|error| Failure::No(error.to_string()))?;
    let rows = if args.rows.all { Rows::All } else { Rows::Differing };
    print_with(|out| render(&matrix, rows, args.format.format, look(args.format.width), out))
}
