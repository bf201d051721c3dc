//! `brokenpipe diff`.

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
    matrix::Options,
    report::{self, Look, render},
};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The system or platform to start from. Of a system, what was measured stands before what is reported or
    /// documented; documented/linux is the platform that is called like a system
    #[arg(requires = "b")]
    a: Option<String>,
    /// The system or platform that is compared with it
    b: Option<String>,
    /// Files of results, or folders of them; repeatable [default: those that the program carries]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Without A and B: give every platform a line of its own; otherwise, in a table or Markdown, those that agree in
    /// all cells share one
    #[arg(long, conflicts_with = "a")]
    expand: bool,
    /// Without A and B: only platforms whose names fit this glob; repeatable
    #[arg(long, value_name = "GLOB", conflicts_with = "a")]
    platform: Vec<Pattern>,
    /// Explain every sign and word under the rows, and tell the facts of the platforms
    #[arg(long)]
    legend: bool,
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
        let options = Options { platforms: args.platform.clone(), ..options };
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
    let usual = if for_people(format) { Cases::Plain } else { Cases::All };
    let (matrix, options) = args.rows.read(&args.results, usual, &catalogue)?;
    let [one, other] = [a, b].map(|word| matrix.side(word).map_err(Failure::no));
    let pair = [one?, other?];
    if pair[0].is_of_same_platforms(&pair[1]) {
        return Err(Failure::Wrong(format!("{a:?} cannot be compared with itself: name two systems or platforms")));
    }
    let view = args.rows.view(&matrix, &Options { pair: Some(pair), ..options })?;
    let look = Look { legend: args.legend, ..look(width) };
    print_as(format, |out| {
        report::sides(&view, format, look, out)?;
        render(&view, args.rows.rows(), format, look, out)
    })
}
