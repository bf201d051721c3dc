//! How many rows differ between each two platforms: a triangle for people, and a list for programs.

use std::io::{self, Write};

use comfy_table::CellAlignment;
use serde::Serialize;
use textwrap::Options;

use super::{
    EMPTY, Format, Look, STATED, legend, of,
    table::{AROUND, drawn, empty},
    transposed::{AT_END, blocks, options},
};
use crate::{
    matrix::{Compare, PairCount, View},
    platform::Provenance,
    untrusted::{escape_markdown, write_json},
};

/// A name that is longer than this is broken where that makes room for more platforms.
const NAME: u16 = 28;

#[derive(Serialize)]
struct Pair<'a> {
    a: &'a str,
    b: &'a str,
    a_provenance: Provenance,
    b_provenance: Provenance,
    rows: usize,
    differing: usize,
}

/// Renders what [`pair_counts`](View::pair_counts) counts.
///
/// # Errors
///
/// Those of `out`.
pub fn pairwise(matrix: &View<'_>, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let between = matrix.pair_counts();
    match format {
        Format::Json => write_json(&between.iter().map(pair).collect::<Vec<_>>(), out),
        Format::Csv => csv(&between, out),
        Format::Markdown => out.write_all(markdown(&Triangle::of(matrix, &between)).as_bytes()),
        Format::Table => out.write_all(table(&Triangle::of(matrix, &between), look).as_bytes()),
    }
}

fn pair<'a>(between: &PairCount<'a>) -> Pair<'a> {
    let PairCount { one, other, rows, differing } = *between;
    Pair { a: &one.name, b: &other.name, a_provenance: one.provenance, b_provenance: other.provenance, rows, differing }
}

fn csv(between: &[PairCount<'_>], out: &mut dyn Write) -> io::Result<()> {
    let head = ["a", "b", "a_provenance", "b_provenance", "rows", "differing"].map(str::to_owned).to_vec();
    let record = |between: &PairCount<'_>| {
        let Pair { a, b, a_provenance, b_provenance, rows, differing } = pair(between);
        let (rows, differing) = (rows.to_string(), differing.to_string());
        [a, b, a_provenance.word(), b_provenance.word(), &rows, &differing].map(str::to_owned).to_vec()
    };
    super::csv::table(std::iter::once(head).chain(between.iter().map(record)), out)
}

/// A line for each platform, with as many cells as there are platforms before it.
struct Triangle {
    lines: Vec<(String, Vec<String>)>,
    legend: Vec<String>,
}

impl Triangle {
    fn of(matrix: &View<'_>, between: &[PairCount<'_>]) -> Self {
        let mut pairs = between.iter();
        let line = |(at, column)| {
            let name = format!("{} {}", at + 1, legend::head(column));
            (name, pairs.by_ref().take(at).map(cell).collect())
        };
        let lines = matrix.columns().iter().enumerate().map(line).collect();
        let class = if matrix.compared() == Compare::Class { " in the class of what they gave" } else { "" };
        let mut legend =
            vec![format!("{}: in how many rows the two differ{class}.", of(between.len(), "pair", "pairs"))];
        if between.iter().any(|pair| pair.rows == 0) {
            legend.push(format!("{EMPTY} they have no row in common."));
        }
        if between.iter().any(|pair| pair.rows > 0 && !is_measured(pair)) {
            legend.push(format!(
                "{STATED} one of the two, or both, was not measured by this program: somebody reported or documented it."
            ));
        }
        legend.extend(matrix.columns().iter().filter_map(legend::members));
        legend.push(
            "The rows of two of them: brokenpipe diff A B. JSON and CSV also tell how many rows both have.".to_owned(),
        );
        Triangle { lines, legend }
    }
}

fn is_measured(between: &PairCount<'_>) -> bool {
    between.one.is_measured() && between.other.is_measured()
}

fn cell(between: &PairCount<'_>) -> String {
    if between.rows == 0 {
        return EMPTY.to_owned();
    }
    let mark = if is_measured(between) { "" } else { STATED };
    format!("{mark}{}", between.differing)
}

fn table(triangle: &Triangle, look: Look) -> String {
    let width = |text: &String| u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
    let lines = &triangle.lines;
    let columns = lines.len().saturating_sub(1);
    let longest = lines.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let name_width = longest.min(NAME.max(look.width / 5)).min(look.width / 2);
    // What goes on begins with a bar, whatever word of it comes first: `::` there would be a command to a CI runner.
    let broken = Options::new(usize::from(name_width)).subsequent_indent("| ");
    let widths: Vec<_> = (0..columns)
        .map(|at| {
            let cells = lines.iter().filter_map(|(_, cells)| cells.get(at)).map(width);
            cells.chain([width(&(at + 1).to_string())]).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for block in blocks(&widths, look.width.saturating_add(AT_END).saturating_sub(name_width + AROUND)) {
        let mut table = empty(look);
        table.set_header(std::iter::once(String::new()).chain(block.clone().map(|at| (at + 1).to_string())));
        // What has no cell in this block is above the triangle.
        for (name, cells) in lines.iter().skip(if block.start == 0 { 0 } else { block.start + 1 }) {
            let cells = block.clone().map(|at| cells.get(at).cloned().unwrap_or_default());
            table.add_row(std::iter::once(textwrap::fill(name, &broken)).chain(cells));
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        text.push_str(&drawn(table, &[&[name_width], &widths[block]].concat()));
        text.push_str("\n\n");
    }
    for line in &triangle.legend {
        text.push_str(&textwrap::fill(line, options(look.width).subsequent_indent("| ")));
        text.push('\n');
    }
    text
}

fn markdown(triangle: &Triangle) -> String {
    let columns = triangle.lines.len().saturating_sub(1);
    let numbers: Vec<_> = (1..=columns).map(|number| number.to_string()).collect();
    let mut text = format!("| | {} |\n|---|{}\n", numbers.join(" | "), "---:|".repeat(columns));
    for (at, (name, cells)) in triangle.lines.iter().enumerate() {
        let cells: String = cells.iter().map(|cell| format!(" {cell} |")).collect();
        let blank = " |".repeat(columns - at);
        text.push_str(&format!("| {} |{cells}{blank}\n", escape_markdown(name)));
    }
    text.push('\n');
    for line in &triangle.legend {
        text.push_str(&format!("- {}\n", escape_markdown(line)));
    }
    text
}
