//! `brokenpipe list`.

use std::{collections::HashSet, path::PathBuf};

use clap::{Args, ValueEnum};
use glob::Pattern;

use super::{
    failure::{Done, Failure, print},
    load::{catalogue, select},
    options::{CaseArgs, Own},
    view::{NO_RESULTS, read_matrix},
};
use crate::{
    catalogue::{Case, CaseName, Catalogue, Selection},
    matrix::{Cell, Options, Row, View},
    report,
};

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
    /// Only cases of which the accepted results have some of a platform whose name fits this glob; repeatable
    #[arg(long, value_name = "GLOB")]
    platform: Vec<Pattern>,
    /// Take these results instead of those that the program carries; repeatable
    #[arg(long, value_name = "PATH", requires = "platform")]
    results: Vec<PathBuf>,
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
    let mut cases = select(&selection, &catalogue, "list")?;
    if !args.platform.is_empty() {
        keep_known(&mut cases, args, &catalogue)?;
    }
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

/// Keeps the cases of which the chosen platforms have an outcome.
fn keep_known(cases: &mut Vec<Case<'_>>, args: &ListArgs, catalogue: &Catalogue) -> Done {
    let matrix = read_matrix(&args.results, catalogue)?;
    if matrix.is_empty() {
        return Err(Failure::No(NO_RESULTS.to_owned()));
    }
    let options = Options { platforms: args.platform.clone(), ..Options::default() };
    let view = View::new(&matrix, &options).map_err(Failure::no)?;
    let is_known = |row: &Row<'_>| row.cells().flatten().any(Cell::is_observed);
    let known =
        view.rows().filter(is_known).flat_map(|row| row.cases().map(move |case| (row.scenario(), case.clone())));
    let known: HashSet<_> = known.collect();
    cases.retain(|case| known.contains(&(case.scenario.id.as_str(), CaseName::from(&case.axes))));
    match cases.is_empty() {
        true => Err(Failure::No("these platforms have results of none of these cases".to_owned())),
        false => Ok(()),
    }
}
