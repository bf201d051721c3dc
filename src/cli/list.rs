//! `brokenpipe list`.

use clap::{Args, ValueEnum};

use super::{
    failure::{Done, Failure, print},
    load::{catalogue, select},
    options::{CaseArgs, Own},
};
use crate::{catalogue::Selection, report};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// What to list; everything if nothing is named
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// How to write the list
    #[arg(long, value_enum, default_value_t = ListFormat::Plain)]
    format: ListFormat,
    /// List scenarios that take seconds, too
    #[arg(long)]
    slow: bool,
    #[command(flatten)]
    only: CaseArgs,
    #[command(flatten)]
    own: Own,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// One case a line
    Plain,
    /// A page: families with counts, and every scenario with its title
    Markdown,
}

pub(super) fn list(args: &ListArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let selection =
        Selection::new(&args.selectors).map_err(Failure::wrong)?.of_cases(args.only.filter()).with_slow(args.slow);
    let cases = select(&selection, &catalogue, "list")?;
    if args.format == ListFormat::Markdown {
        return print(&report::catalogue(&cases));
    }
    let widest = cases.iter().map(|case| case.scenario.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for case in cases {
        text.push_str(&format!("{:widest$} {}\n", case.scenario.id, case.axes));
    }
    print(&text)
}
