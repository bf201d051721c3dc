//! Results that are written and read again are the same, whatever they hold.

mod common;

use std::{collections::BTreeMap, path::Path};

use brokenpipe::{
    platform::Platform,
    results::{Results, Row},
};
use common::{GOOD, HEAD, good, row};
use proptest::{collection::vec, prelude::*};

const PLATFORM: &str = "os-1-arch";

/// Free text as only a note may hold it: quotes, separators, markup and any letters, but no control characters.
fn note() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~]{0,40}", "\\PC{0,20}"]
}

/// The outcomes of a step with their counts, codes and notes.
fn outcomes() -> impl Strategy<Value = BTreeMap<String, (u64, Option<i32>, String)>> {
    let outcome = "(ok [1-9]|eof|E[A-Z]{3,9}|readable\\+read_closed|no-event writable)";
    proptest::collection::btree_map(outcome, (1..1000_u64, any::<Option<i32>>(), note()), 1..4)
}

fn results() -> impl Strategy<Value = Results> {
    let case = ("[a-z]{1,8}/[a-z_-]{1,20}", prop_oneof![Just("tcp4"), Just("tcp6")], vec(outcomes(), 1..6));
    vec(case, 0..6).prop_map(|cases| {
        let cases: BTreeMap<_, _> = cases.into_iter().map(|(id, transport, steps)| ((id, transport), steps)).collect();
        let rows = cases.into_iter().flat_map(|((scenario, transport), steps)| {
            (1..).zip(steps).flat_map(move |(step, outcomes)| rows(&scenario, transport, step, outcomes))
        });
        Results {
            rows: rows.collect(),
            platforms: vec![Platform { platform: PLATFORM.to_owned(), ..Platform::here() }],
            notes: Vec::new(),
        }
    })
}

fn rows(
    scenario: &str,
    transport: &str,
    step: u32,
    outcomes: BTreeMap<String, (u64, Option<i32>, String)>,
) -> Vec<Row> {
    let trials = outcomes.values().map(|(count, ..)| count).sum();
    let row = |(outcome, (count, code, note)): (String, (u64, Option<i32>, String))| Row {
        // Only an error has a code.
        code: code.filter(|_| outcome.starts_with('E')),
        note,
        ..row(PLATFORM, scenario, transport, (step, "client read 1"), &outcome, (count, trials))
    };
    outcomes.into_iter().map(row).collect()
}

#[test]
fn line_ends_of_two_bytes_become_one_wherever_reading_stops() {
    let parse = |text: &str| Results::parse(Path::new("box-1.csv"), text.as_bytes());
    let line = |number: usize| GOOD[0].replace("own/x", &format!("own/{number}"));
    let text = HEAD.to_owned() + &(0..2000).map(line).collect::<String>();
    // So many bytes are read at once. A line end stands before their end, across it and behind it.
    let block = 1 << 16;
    let distance = block - 2 - text.replace('\n', "\r\n")[..block - 1].rfind('\r').unwrap();
    for shift in distance..distance + 3 {
        let shifted = text.replacen(",10,10,\n", &format!(",10,10,{}\n", "x".repeat(shift)), 1);
        let windows = shifted.replace('\n', "\r\n");
        assert_eq!(windows[..block + 2].rfind('\r'), Some(block - 2 + shift - distance));
        assert!(parse(&windows).unwrap() == parse(&shifted).unwrap(), "{shift}");
    }
    let blank = good().replace('\n', "\r\n\r\n");
    assert_eq!(parse(&blank).unwrap(), parse(&good()).unwrap());
    for (end, part) in
        [("\r\r\n", "`note`: a control character in \"\\r\"; none"), ("\r", "truncated: no final newline")]
    {
        let error = parse(&(HEAD.to_owned() + &GOOD[0].replace('\n', end))).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

proptest! {
    // Each case writes and syncs files.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn results_are_read_as_they_were_written(results in results()) {
        prop_assume!(!results.rows.is_empty());
        let folder = tempfile::tempdir().unwrap();
        results.write(folder.path(), PLATFORM).unwrap();
        prop_assert_eq!(Results::read(&[folder.path().to_owned()]).unwrap(), results);
    }

    #[test]
    fn a_file_cut_anywhere_is_refused_or_a_prefix(results in results(), cut in any::<prop::sample::Index>()) {
        prop_assume!(!results.rows.is_empty());
        let folder = tempfile::tempdir().unwrap();
        let path = results.write(folder.path(), PLATFORM).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let kept = &bytes[..cut.index(bytes.len())];
        std::fs::write(&path, kept).unwrap();
        // A cut between two lines leaves a shorter file, which is valid if its last step is complete.
        match Results::read(std::slice::from_ref(&path)) {
            Ok(read) => {
                prop_assert!(kept.ends_with(b"\n"));
                prop_assert_eq!(&read.rows[..], &results.rows[..read.rows.len()]);
            }
            Err(error) => prop_assert!(error.to_string().starts_with(&path.display().to_string())),
        }
    }
}
