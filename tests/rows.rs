//! Which rows are shown and counted, over the committed results.

mod common;

use std::{collections::BTreeSet, path::Path};

use common::{Folder, Ran};

/// Runs the program on the committed results.
fn ran(args: &[&str]) -> Ran {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let results = results.to_str().expect("a path that is text");
    let (command, rest) = args.split_first().expect("a command");
    let paths = if *command == "report" { vec![results] } else { vec!["--results", results] };
    Folder::new().brokenpipe(&[&[*command], rest, &paths[..]].concat())
}

/// The rows of a CSV that differ, in their own words.
fn differing(csv: &str) -> BTreeSet<[String; 5]> {
    let of = |row: std::collections::BTreeMap<String, String>| {
        assert_eq!(row["differs"], "yes", "{row:?}");
        ["scenario", "cases", "step", "actor", "operation"].map(|column| row[column].clone())
    };
    common::rows(csv).into_iter().map(of).collect()
}

#[test]
fn a_diff_shows_the_same_rows_in_either_order() {
    for (one, other, count) in [
        ("linux-6.18-x86_64-gnu", "linux", Some(0)),
        ("macos", "windows", None),
        ("macos", "linux-6.18-x86_64-gnu", None),
    ] {
        let rows = |one, other| differing(&ran(&["diff", one, other, "--format", "csv"]).exits(0).silent().out);
        let (there, back) = (rows(one, other), rows(other, one));
        assert_eq!(there, back, "{one} {other}");
        assert_eq!(there.is_empty(), count == Some(0), "{one} {other}");
    }
}

#[test]
fn a_diff_says_what_was_not_measured_and_a_matrix_never_counts_it() {
    let diff = |one, other| ran(&["diff", one, other, "--width", "1000"]).exits(0).out;
    assert!(
        diff("macos", "windows").contains(" macos is documented, windows is documented: none of them was measured.")
    );
    let mixed = diff("macos", "linux-6.18-x86_64-gnu");
    assert!(mixed.contains(" shown): 111 differ from macos, "), "{mixed}");
    assert!(mixed.contains(" macos is documented, not measured.\n"), "{mixed}");
    assert!(!mixed.contains("nothing is counted on it"), "{mixed}");
    let matrix = ran(&["report", "--baseline-column", "macos", "--width", "1000"]).exits(0).out;
    assert!(matrix.contains("something else was measured or is said than is documented of macos, "), "{matrix}");
    assert!(!matrix.contains("differ from macos"), "{matrix}");
    let csv = ran(&["report", "--baseline-column", "macos", "--format", "csv"]).exits(0).out;
    assert!(common::rows(&csv).iter().all(|row| row["differs"] == "no"));
}

#[test]
fn a_platform_is_compared_with_another_one() {
    ran(&["diff", "macos", "macos"]).refuses(&["\"macos\" with itself: a platform is compared with another one"]);
    ran(&["diff", "macos", "macros"]).exits(1).says(&["no results of a platform \"macros\"; there are linux-5.10"]);
}
