//! `brokenpipe show`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use glob::Pattern;

use super::{
    failure::{Done, Failure, print_as},
    load::{catalogue, no_case},
    nearest::no_scenario,
    options::{CaseArgs, Own, look},
    view::{NO_RESULTS, read_matrix},
};
use crate::{
    catalogue::{CaseName, Catalogue, Scenario, Selection},
    matrix::{Evidence, Options, Outline, View},
    report::{self, Format, Look},
};

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// A scenario's id, a family, the beginning of ids, or a glob
    #[arg(value_name = "SCENARIO", required = true)]
    named: Vec<String>,
    /// Show every platform and every row, instead of what is best known of each system
    #[arg(long)]
    details: bool,
    /// Show what is documented or reported, too, and where
    #[arg(long)]
    sources: bool,
    /// Files of results, or folders of them; repeatable [default: those that the program carries]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    #[command(flatten)]
    only: CaseArgs,
    /// Only platforms whose names fit this glob; repeatable
    #[arg(long, value_name = "GLOB")]
    platform: Vec<Pattern>,
    /// With --details: give every platform a column of its own, though some agree in all cells
    #[arg(long, requires = "details")]
    expand: bool,
    /// Width of the text in characters, at least 40 [default: the terminal's, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
    #[command(flatten)]
    own: Own,
}

pub(super) fn show(args: &ShowArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let chosen = choose(args, &catalogue)?;
    let every = Selection::new(&args.named).map_err(Failure::wrong)?.of_cases(args.only.filter());
    let axes = chosen.iter().flat_map(|(_, scenarios)| scenarios).flat_map(|scenario| &scenario.axes);
    let cases: Vec<_> = axes.map(CaseName::from).collect();
    if !cases.iter().any(|case| every.includes_case(case)) {
        return Err(no_case(&every, &cases));
    }
    let matrix = read_matrix(&args.results, &catalogue)?;
    if matrix.is_empty() {
        return Err(Failure::No(NO_RESULTS.to_owned()));
    }
    let evidence = matrix.evidence_of(&args.platform).map_err(Failure::no)?;
    let look = look(args.width);
    print_as(Format::Table, |out| {
        for (at, (called, scenarios)) in chosen.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            shown(args, called, scenarios, &evidence, look, out)?;
        }
        Ok(())
    })
}

/// The scenarios that each argument stands for: those that it fits or, if it fits none, those whose ids it begins.
fn choose<'a>(args: &'a ShowArgs, catalogue: &'a Catalogue) -> Result<Vec<(&'a str, Vec<&'a Scenario>)>, Failure> {
    let mut chosen = Vec::new();
    for name in &args.named {
        let selection = Selection::new(&[name]).map_err(Failure::wrong)?;
        let those = |fits: &dyn Fn(&str) -> bool| -> Vec<_> {
            catalogue.scenarios().iter().filter(|scenario| fits(&scenario.id)).collect()
        };
        let mut scenarios = those(&|id| selection.includes(id));
        // A family is not the beginning of another one's name.
        if scenarios.is_empty() && !name.is_empty() {
            scenarios = those(&|id| id.starts_with(name.as_str()));
        }
        if scenarios.is_empty() {
            return Err(no_scenario(&[name], catalogue.ids()));
        }
        chosen.push((name.as_str(), scenarios));
    }
    Ok(chosen)
}

fn shown(
    args: &ShowArgs,
    called: &str,
    scenarios: &[&Scenario],
    evidence: &Evidence<'_>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let selected = |scenario: &Scenario| {
        let selection = Selection::new(&[Pattern::escape(&scenario.id)]).expect("an escaped id is a glob");
        selection.of_cases(args.only.filter())
    };
    let rows = |scenario: &Scenario, merged: bool| {
        let (selection, platforms) = (selected(scenario), args.platform.clone());
        let options = Options { selection, platforms, merged, with_cells: true, ..Options::default() };
        View::new(evidence.matrix(), &options).expect("the globs were tried before")
    };
    let outlines = scenarios.iter().map(|scenario| (*scenario, Outline::of(scenario, evidence, &selected(scenario))));
    let outlines: Vec<_> = outlines.collect();
    match outlines.as_slice() {
        [(scenario, Some(outline))] if !args.details => report::outline(scenario, outline, look, out)?,
        [_, _, ..] if !args.details => report::outlines(called, &outlines, look, out)?,
        all => {
            for (at, (scenario, _)) in all.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                report::show(scenario, &rows(scenario, !args.expand), look, out)?;
            }
        }
    }
    if args.sources {
        for scenario in scenarios {
            report::sources(scenario, &rows(scenario, false), look, out)?;
        }
    }
    Ok(())
}
