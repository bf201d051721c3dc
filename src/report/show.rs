//! One scenario in full: why it matters, its steps, and what every platform gave.

use std::io::{self, Write};

use super::{Format, Look, Rows, legend, render};
use crate::{
    catalogue::{CaseName, Scenario, name_all},
    matrix::View,
};

/// The text of a scenario; `matrix` holds its rows and no others.
///
/// # Errors
///
/// Those of `out`.
pub fn show(scenario: &Scenario, matrix: &View<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = usize::from(look.width);
    let fill = |text: &str| textwrap::fill(text, width);
    let mut text = format!("{}\n{}\n\n{}\n\n", fill(&scenario.id), fill(&scenario.title), fill(&scenario.why));
    if let Some(source) = &scenario.source {
        text.push_str(&fill(&format!("Source: {source}")));
        text.push('\n');
    }
    let cases: Vec<_> = scenario.axes.iter().map(CaseName::from).collect();
    text.push_str(&fill(&format!("Cases: {}", name_all(&cases).join("; "))));
    text.push_str("\n\n");
    if matrix.is_empty() {
        for (index, step) in scenario.steps.iter().enumerate() {
            text.push_str(&format!("{:>3} {step}\n", index + 1));
        }
        text.push('\n');
        text.push_str(&fill("No platform's results have this scenario yet."));
        text.push('\n');
        return out.write_all(text.as_bytes());
    }
    out.write_all(text.as_bytes())?;
    render(matrix, Rows::All, Format::Table, look, out)?;
    let indent = textwrap::Options::new(width).initial_indent("  ").subsequent_indent("  | ");
    for line in legend::sources(matrix) {
        writeln!(out, "{}", textwrap::fill(&line, &indent))?;
    }
    Ok(())
}
