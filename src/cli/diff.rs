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
    if args.a == args.b {
        return Err(Failure::Wrong(format!("{:?} with itself: a platform is compared with another one", args.a)));
    }
    let catalogue = catalogue(&args.rows.own)?;
    let mut matrix = args.rows.matrix(&args.results, &catalogue)?;
    matrix.set_pair(&args.a, &args.b).map_err(|error| Failure::No(error.to_string()))?;
    args.rows.keep(&mut matrix, Cases::All)?;
    let rows = if args.rows.all { Rows::All } else { Rows::Differing };
    print_with(|out| render(&matrix, rows, args.format.format, look(args.format.width), out))
}
