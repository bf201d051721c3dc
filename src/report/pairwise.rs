//! How many rows differ between each two platforms: a triangle for people, and a list for programs.

use std::io::{self, Write};

use comfy_table::CellAlignment;
use textwrap::Options;

use super::{
    EMPTY, Format, Look, STATED, csv, legend,
    markdown_table::{
        Align::{Left, Right},
        MarkdownTable,
    },
    of,
    table::{AROUND, drawn, empty, widest},
    transposed::{AT_END, blocks, wrap},
};
use crate::{
    matrix::{PairCount, View},
    platform::Provenance,
    untrusted::{escape_markdown, write_json},
};

/// A name that is longer than this, in characters, is broken if that makes room for more platforms.
const NAME: u16 = 28;

/// Renders what [`pair_counts`](View::pair_counts) counts.
///
/// # Errors
///
/// Those of `out`.
pub fn pairwise(view: &View<'_>, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let pairs = view.pair_counts();
    match format {
        Format::Json => write_json(&pairs, out),
        Format::Csv => {
            let head = ["a", "b", "a_provenance", "b_provenance", "rows", "differing"];
            csv::table(head, pairs.iter().map(record), out)
        }
        Format::Markdown => out.write_all(markdown(&Triangle::of(view, &pairs)).as_bytes()),
        Format::Table => out.write_all(table(&Triangle::of(view, &pairs), look).as_bytes()),
    }
}

fn record(pair: &PairCount<'_>) -> [String; 6] {
    let (rows, differing) = (pair.rows.to_string(), pair.differing.to_string());
    [pair.a, pair.b, pair.a_provenance.word(), pair.b_provenance.word(), &*rows, &*differing].map(str::to_owned)
}

/// A line for each platform, with as many cells as there are platforms before it.
struct Triangle {
    lines: Vec<(String, Vec<String>)>,
    legend: Vec<String>,
}

impl Triangle {
    fn of(view: &View<'_>, pairs: &[PairCount<'_>]) -> Self {
        let mut rest = pairs.iter();
        let line = |(at, column)| {
            let name = format!("{} {}", at + 1, legend::head(column));
            (name, rest.by_ref().take(at).map(cell).collect())
        };
        let lines = view.columns().iter().enumerate().map(line).collect();
        let (count, class) = (of(pairs.len(), "pair", "pairs"), legend::in_class(view));
        let mut legend = vec![format!("{count}: the number of rows in which the two differ{class}.")];
        if pairs.iter().any(|pair| pair.rows == 0) {
            legend.push(format!("{EMPTY} no row in common"));
        }
        if pairs.iter().any(|pair| pair.rows > 0 && !is_measured(pair)) {
            legend.push(format!("{STATED} one of the two, or both, was documented or reported, not measured"));
        }
        legend.extend(view.columns().iter().filter_map(legend::members));
        legend.push(
            "brokenpipe diff A B shows the rows; JSON and CSV also have the number of rows in common.".to_owned(),
        );
        Triangle { lines, legend }
    }

    /// How many columns it has: the last platform has none.
    fn columns(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }
}

fn is_measured(pair: &PairCount<'_>) -> bool {
    [pair.a_provenance, pair.b_provenance] == [Provenance::Measured; 2]
}

fn cell(pair: &PairCount<'_>) -> String {
    match pair.rows {
        0 => EMPTY.to_owned(),
        _ if is_measured(pair) => pair.differing.to_string(),
        _ => format!("{STATED}{}", pair.differing),
    }
}

fn table(triangle: &Triangle, look: Look) -> String {
    let lines = &triangle.lines;
    let longest = widest(lines.iter().map(|(name, _)| name));
    let name_width = longest.min(NAME.max(look.width / 5)).min(look.width / 2);
    // As in `wrap`, a bar begins every line but the first.
    let broken = Options::new(usize::from(name_width)).subsequent_indent("| ");
    let widths: Vec<_> = (0..triangle.columns())
        .map(|at| widest(lines.iter().filter_map(|(_, cells)| cells.get(at)).chain([&(at + 1).to_string()])))
        .collect();
    let mut text = String::new();
    for block in blocks(&widths, look.width.saturating_add(AT_END).saturating_sub(name_width + AROUND)) {
        let mut table = empty(look);
        table.set_header([String::new()].into_iter().chain(block.clone().map(|at| (at + 1).to_string())));
        // Lines above this block of the triangle have no cells in it.
        for (name, cells) in lines.iter().skip(if block.start == 0 { 0 } else { block.start + 1 }) {
            let cells = block.clone().map(|at| cells.get(at).cloned().unwrap_or_default());
            table.add_row([textwrap::fill(name, &broken)].into_iter().chain(cells));
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        text.push_str(&(drawn(table, &[&[name_width], &widths[block]].concat()) + "\n\n"));
    }
    text.extend(triangle.legend.iter().map(|line| wrap(line, "", look)));
    text
}

fn markdown(triangle: &Triangle) -> String {
    let numbers = (1..=triangle.columns()).map(|number| (number.to_string(), Right));
    let mut table = MarkdownTable::new([(String::new(), Left)].into_iter().chain(numbers));
    for (name, cells) in &triangle.lines {
        table.row([name].into_iter().chain(cells));
    }
    let legend = triangle.legend.iter().map(|line| format!("- {}\n", escape_markdown(line)));
    format!("{}\n{}", table.into_text(), legend.collect::<String>())
}
