//! One scenario in full: why it matters, its steps, and what every platform gave.

use std::io::{self, Write};

use super::{Format, Look, Rows, legend, render, table::item};
use crate::{
    catalogue::{CaseName, Scenario, name_all},
    matrix::View,
};

/// Renders a scenario; `view` holds its rows and no others. If it is empty the steps are listed without results.
///
/// # Errors
///
/// Those of `out`.
pub fn show(scenario: &Scenario, view: &View<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let fill = |text: &str| textwrap::fill(text, usize::from(look.width));
    writeln!(out, "{}\n{}\n\n{}\n", fill(&scenario.id), fill(&scenario.title), fill(&scenario.why))?;
    let cases: Vec<_> = scenario.axes.iter().map(CaseName::from).collect();
    writeln!(out, "{}\n", fill(&format!("Cases: {}", name_all(&cases).join("; "))))?;
    if view.is_empty() {
        for (number, step) in (1..).zip(&scenario.steps) {
            writeln!(out, "{number:>3} {step}")?;
        }
        return writeln!(out, "\n{}", fill("No platform's results have this scenario yet."));
    }
    render(view, Rows::All, Format::Table, look, out)
}

/// Renders where the question of a scenario comes from, and what is documented or reported for its steps, with sources.
///
/// # Errors
///
/// Those of `out`.
pub fn sources(scenario: &Scenario, view: &View<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let fill = |text: &str| textwrap::fill(text, usize::from(look.width));
    writeln!(out, "\n{}", fill(&format!("Sources of {}", scenario.id)))?;
    if let Some(source) = &scenario.source {
        out.write_all(item(&format!("asked by: {source}"), look).as_bytes())?;
    }
    legend::sources(view).iter().try_for_each(|line| out.write_all(item(line, look).as_bytes()))
}
