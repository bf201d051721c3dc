//! `brokenpipe diff`.

use std::path::PathBuf;

use clap::Args;

use super::{
    failure::{Done, Failure, print_as},
    load::catalogue,
    options::look,
    view::{Cases, FormatArgs, RowArgs, for_people},
};
use crate::{
    matrix::Options,
    report::{self, render},
};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The platform to start from
    #[arg(requires = "b")]
    a: Option<String>,
    /// The platform that is compared with it
    b: Option<String>,
    /// Files of results, or folders of them; repeatable [default: those that the program carries]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Without A and B: give every platform a line of its own; otherwise, in a table or Markdown, those that agree in
    /// all cells share one
    #[arg(long, conflicts_with = "a")]
    expand: bool,
    #[command(flatten)]
    rows: RowArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn diff(args: &DiffArgs) -> Done {
    let catalogue = catalogue(&args.rows.own)?;
    let FormatArgs { format, width } = args.format;
    let (Some(a), Some(b)) = (&args.a, &args.b) else {
        if args.rows.all {
            return Err(Failure::Wrong("--all needs two platforms: `brokenpipe diff A B --all`".to_owned()));
        }
        let (matrix, options) = args.rows.read(&args.results, Cases::All, &catalogue)?;
        if let [one] = matrix.columns() {
            return Err(Failure::No(format!(
                "{} is the only platform with results; there is nothing to compare it with",
                one.name
            )));
        }
        let merged =
            args.rows.view(&matrix, &Options { merged: !args.expand && for_people(format), ..options.clone() })?;
        // Where all platforms agree there are pairs as well, and that they agree is what they show.
        let view = if merged.columns().len() > 1 { merged } else { args.rows.view(&matrix, &options)? };
        return print_as(format, |out| report::pairwise(&view, format, look(width), out));
    };
    if a == b {
        return Err(Failure::Wrong(format!("{a:?} cannot be compared with itself: name two platforms")));
    }
    let (matrix, options) = args.rows.read(&args.results, Cases::All, &catalogue)?;
    let view = args.rows.view(&matrix, &Options { pair: Some([a.clone(), b.clone()]), ..options })?;
    print_as(format, |out| render(&view, args.rows.rows(), format, look(width), out))
}
