//! The rendered matrix, byte for byte.

mod common;

use std::path::Path;

use brokenpipe::{
    catalogue::Catalogue,
    matrix::{Matrix, Options, Rows, View},
    platform::Platform,
    report::{self, Format, Look},
    results::{Results, Row},
};
use common::{facts, row};
use insta::assert_snapshot;

/// The rows of a step over a transport, one for each outcome with its count.
fn step(platform: &str, scenario: &str, transport: &str, step: u32, text: &str, outcomes: &[(&str, u64)]) -> Vec<Row> {
    let trials = outcomes.iter().map(|(_, count)| count).sum();
    let row =
        |(outcome, count): &(&str, u64)| row(platform, scenario, transport, (step, text), outcome, (*count, trials));
    outcomes.iter().map(row).collect()
}

/// Outcomes with their counts.
type Outcomes = &'static [(&'static str, u64)];

const STEPS: [&str; 4] = ["client await reset", "client write 1", "client write 1", "client read 1"];
const RESET: &str = "readable+writable+error+read_closed+write_closed";

/// Kinds of systems, with their outcomes in [`STEPS`].
const KINDS: [(&str, [Outcomes; 4]); 3] = [
    ("linux", [&[(RESET, 10)], &[("ECONNRESET", 10)], &[("EPIPE", 10)], &[("eof", 10)]]),
    ("bsd", [&[(RESET, 10)], &[("EPIPE", 10)], &[("EPIPE", 10)], &[("ECONNRESET", 10)]]),
    (
        "odd",
        [&[("no-event writable", 10)], &[("EPIPE", 7), ("ok 1", 3)], &[("errno 4711", 10)], &[("would-block", 10)]],
    ),
];

/// A matrix of platforms of each kind in turn, over tcp4 and tcp6. The third has no tcp6, and says why.
fn matrix(platforms: usize) -> Matrix {
    let mut results = Results::default();
    for number in 0..platforms {
        let (kind, outcomes) = KINDS[number % KINDS.len()];
        let name = format!("{kind}-{}.{number}-x86_64-gnu", 10 + number);
        for transport in ["tcp4", "tcp6"] {
            for (index, text) in STEPS.iter().enumerate() {
                let outcomes =
                    if number == 2 && transport == "tcp6" { &[("unsupported", 10)] } else { outcomes[index] };
                let mut rows =
                    step(&name, "peer-reset/write-write-write-read", transport, index as u32 + 1, text, outcomes);
                if outcomes[0].0 == "unsupported" {
                    rows[0].note = "listen on [::1]:0: EADDRNOTAVAIL".to_owned();
                }
                results.rows.extend(rows);
            }
        }
        results.rows.extend(step(&name, "own/same-everywhere", "tcp4", 1, "server accept", &[("ok", 10)]));
        results.platforms.push(facts(&name, "1"));
    }
    Matrix::new(&results, &Catalogue::builtin())
}

fn whole(matrix: &Matrix) -> View<'_> {
    View::new(matrix, &Options::default()).unwrap()
}

fn render(matrix: &Matrix, rows: Rows, format: Format, look: Look) -> String {
    let mut out = Vec::new();
    report::render(&whole(matrix), rows, format, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn table(platforms: usize, rows: Rows, width: u16) -> String {
    render(&matrix(platforms), rows, Format::Table, Look { width, colour: false, legend: true })
}

/// Files are read by several threads, each of which interns texts in its own order.
#[test]
fn files_make_the_matrix_that_their_rows_make() {
    let folder = [Path::new(env!("CARGO_MANIFEST_DIR")).join("results")];
    let (of_files, _) = Matrix::read(&folder, &Catalogue::builtin()).unwrap();
    let of_rows = Matrix::new(&Results::read(&folder).unwrap(), &Catalogue::builtin());
    let csv = |matrix| render(matrix, Rows::All, Format::Csv, Look { width: 80, colour: false, legend: true });
    assert!(of_files.columns().len() > 12);
    assert!(csv(&of_files) == csv(&of_rows));
}

#[test]
fn what_each_two_differ_in_is_a_triangle_which_is_broken_where_it_is_too_wide() {
    let matrix = matrix(9);
    let between = |format, width| {
        let mut out = Vec::new();
        report::pairwise(&whole(&matrix), format, Look { width, colour: false, legend: true }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_snapshot!(between(Format::Table, 48));
    assert_snapshot!(between(Format::Markdown, 60));
    assert_snapshot!(between(Format::Csv, 60));
}

#[test]
fn one_platform_shows_all_its_rows_at_80_columns() {
    assert_snapshot!(table(1, Rows::Differing, 80));
}

#[test]
fn three_platforms_show_where_they_differ_at_80_columns() {
    assert_snapshot!(table(3, Rows::Differing, 80));
}

#[test]
fn ten_platforms_at_200_columns() {
    assert_snapshot!(table(10, Rows::All, 200));
}

#[test]
fn twenty_platforms_stand_below_each_other_at_80_columns() {
    assert_snapshot!(table(20, Rows::Differing, 80));
}

#[test]
fn what_follows_a_difference_is_shown_with_it_where_platforms_stand_below_each_other() {
    let mut results = Results::default();
    // Over tcp6 nothing differs, and both transports share the row of the step after the difference.
    for (platform, transport, odd) in ["a", "b", "c"]
        .into_iter()
        .flat_map(|platform| [(platform, "tcp4", platform == "b"), (platform, "tcp6", false)])
    {
        let second: Outcomes = if odd { &[("EPIPE", 10)] } else { &[("ECONNRESET", 10)] };
        for (index, outcomes) in [&[("ok 1", 10)], second, &[("eof", 10)]].into_iter().enumerate() {
            let text = ["client write 1", "client write 1", "client read 1"][index];
            results.rows.extend(step(platform, "own/story", transport, index as u32 + 1, text, outcomes));
        }
    }
    let matrix = Matrix::new(&results, &Catalogue::builtin());
    let text = render(&matrix, Rows::Differing, Format::Table, Look { width: 60, colour: false, legend: true });
    let (table, counts) = text.split_once("\n\n").expect("an empty line under the table");
    assert!(counts.starts_with("4 rows (2 shown, with what follows a difference): 1"), "{counts}");
    assert_eq!(
        table,
        "own/story, tcp4\n platform │ 2 client   │ 3 client\n          │ write 1    │ read 1\n\
         ──────────┼────────────┼──────────\n a; c     │ ECONNRESET │ eof\n b        │ ≠ EPIPE    │ eof"
    );
}

/// The head of the one platform's column.
fn head(results: &Results) -> String {
    let matrix = Matrix::new(results, &Catalogue::builtin());
    let view = View::new(&matrix, &Options { merged: true, ..Options::default() }).unwrap();
    let mut out = Vec::new();
    report::render(&view, Rows::All, Format::Table, Look { width: 80, colour: false, legend: true }, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let head = text.lines().skip(1).take_while(|line| !line.contains('─'));
    head.map(|line| line.split('│').nth(2).unwrap().trim()).collect::<Vec<_>>().join("\n")
}

#[test]
fn names_are_broken_at_hyphens() {
    let of = |names: &[&str]| Results {
        rows: names.iter().flat_map(|name| step(name, "own/x", "tcp4", 1, "server accept", &[("ok", 10)])).collect(),
        ..Results::default()
    };
    assert_eq!(head(&of(&["linux-6.18-x86_64-gnu"])), "linux-6.18-\nx86_64-gnu");
    assert_eq!(head(&of(&["one"])), "one");
    let versions = ["5.10", "5.15", "6.1", "6.6", "6.12", "6.18", "7.2"];
    let mut many = of(&versions);
    let linux = |version: &&str| Platform { os: "linux".to_owned(), ..facts(version, version) };
    many.platforms = versions.iter().map(linux).collect();
    assert_eq!(head(&many), "linux 5.10 –\n7.2, 7\nplatforms");
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for platforms in [1, 3, 10, 20] {
        for width in [40, 60, 80, 120, 200] {
            let text = table(platforms, Rows::All, width);
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= usize::from(width), "{widest} columns of {width} for {platforms} platforms:\n{text}");
        }
    }
}

/// Not on Windows, where colour may be set by calls to the console instead of the text.
#[cfg(not(windows))]
#[test]
fn colour_changes_no_letter() {
    let coloured = render(&matrix(3), Rows::All, Format::Table, Look { width: 120, colour: true, legend: true });
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').expect("only colours are escaped").1;
    }
    plain.push_str(rest);
    let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&plain), trimmed(&table(3, Rows::All, 120)));
}

#[test]
fn markdown_is_a_table_a_family() {
    assert_snapshot!(render(&matrix(3), Rows::All, Format::Markdown, Look { width: 80, colour: false, legend: true }));
}

#[test]
fn csv_has_a_column_a_platform() {
    assert_snapshot!(render(&matrix(3), Rows::All, Format::Csv, Look { width: 80, colour: false, legend: true }));
}

#[test]
fn json_has_everything() {
    assert_snapshot!(render(
        &matrix(2),
        Rows::Differing,
        Format::Json,
        Look { width: 80, colour: false, legend: true }
    ));
}
