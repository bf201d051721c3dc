//! The documented column of Windows: how strong each row is, and the script that makes its rows.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use common::{Folder, rows, sh};

fn column() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/documented/windows.csv");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_row_says_how_strong_its_source_is() {
    let mut counts = BTreeMap::new();
    for row in rows(&column()) {
        let (word, _) = row["note"].split_once(' ').expect("a strength and a source");
        *counts.entry(word.to_owned()).or_insert(0) += 1;
    }
    let expected = [("DOC", 93), ("LIB", 19), ("MNT", 44), ("OBS", 82), ("TST", 639)];
    assert_eq!(counts, expected.map(|(word, count)| (word.to_owned(), count)).into());
}

/// A named pipe is a file, so its errors have the numbers of files, and a source says which of them it is.
#[test]
fn the_errors_of_named_pipes_have_the_numbers_that_their_sources_name() {
    let mut errors = BTreeMap::new();
    for row in rows(&column()).into_iter().filter(|row| row["transport"] == "pipe" && !row["code"].is_empty()) {
        *errors.entry(["outcome", "code", "name"].map(|column| row[column].clone())).or_insert(0) += 1;
    }
    let expected = [
        (["ENOTSOCK", "10038", "WSAENOTSOCK"], 2),
        (["EPIPE", "109", "ERROR_BROKEN_PIPE"], 1),
        (["EPIPE", "232", "ERROR_NO_DATA"], 9),
    ];
    assert_eq!(errors, expected.map(|(row, count)| (row.map(str::to_owned), count)).into());
}

/// Runs the script in a copy of what it reads, since it writes into its own checkout: `$1` is this one, `$2` an option.
const CONVERT: &str = r#"
mkdir -p scripts src/catalogue src/explain results
cp "$1"/scripts/convert-windows "$1"/scripts/fill-codes scripts
cp "$1"/src/catalogue/mod.rs src/catalogue && cp -r "$1"/src/scenarios src
cp "$1"/src/explain/codes.csv "$1"/src/explain/errors.toml src/explain
test -e results/documented || { mkdir results/documented && cp "$1"/results/documented/windows.csv results/documented; }
scripts/convert-windows statements.csv $2
"#;

const HEAD: &str = "scenario,transport,sigpipe,call,option,step,outcome,strength,source\n";

#[test]
#[ignore = "needs Python 3.11, which ci/check runs it with"]
fn the_script_replaces_the_steps_it_is_told_of_and_leaves_out_what_has_no_source() {
    let folder = Folder::new();
    let case = "peer-close/write-write-write-read,tcp4,ignore,std,none";
    let long = format!("first; {}", "x".repeat(300));
    folder.write(
        "statements.csv",
        HEAD.to_owned()
            + &format!("{case},9,EPIPE,maintainer,somebody: ERROR_NO_DATA (232)\n")
            + &format!("{case},9,ENOTCONN,test,{long}\n")
            + &format!("{case},10,eof,inference,nothing\n")
            + &format!("{case},11,eof,test,a test; step 11 by inference\n")
            + "own/mine,tcp4,ignore,std,none,1,ok,test,a test\n"
            + &format!("{case},12,ok,test,a test\n")
            + &format!("{case},11,broken,test,a test\n")
            + &format!("{case},11,ok,rumour,a rumour\n"),
    );
    let root = env!("CARGO_MANIFEST_DIR");
    let stale = sh(folder.path(), CONVERT, &[root, "--check"]).exits(1).says(&[
        "statements.csv:6: left out: the catalogue has no case own/mine tcp4 ignore std none",
        "statements.csv:7: left out: peer-close/write-write-write-read has 11 steps, and no step 12",
        "statements.csv:8: left out: `broken` is not an outcome",
        "statements.csv:9: left out: unknown strength `rumour`",
    ]);
    let cells = rows(&column()).iter().map(|row| (case_of(row), row["step"].clone())).collect::<BTreeSet<_>>();
    let said = format!(
        "rows of the file: 1 MNT maintainer, 1 TST test, 2 left out, an inference, 4 left out, does not fit, 1 \
         shortened\nsteps: 1 different, {} only in the column\n",
        cells.len() - 1
    );
    assert_eq!(stale.out, said);
    assert_eq!(folder.read("results/documented/windows.csv"), column(), "--check writes nothing");

    sh(folder.path(), CONVERT, &[root, ""]).exits(0);
    let is_changed = |row: &BTreeMap<String, String>| case_of(row) == case && row["step"] == "9";
    let after = rows(&folder.read("results/documented/windows.csv"));
    let changed: Vec<_> = after.iter().filter(|row| is_changed(row)).collect();
    let fields = |row: &BTreeMap<String, String>| ["outcome", "code", "name", "note"].map(|name| row[name].clone());
    assert_eq!(
        changed.iter().map(|row| fields(row)).collect::<Vec<_>>(),
        [
            ["ENOTCONN", "10057", "WSAENOTCONN", "TST first; …"].map(str::to_owned),
            ["EPIPE", "232", "ERROR_NO_DATA", "MNT somebody: ERROR_NO_DATA (232)"].map(str::to_owned),
        ]
    );
    let others =
        |rows: Vec<BTreeMap<String, String>>| -> Vec<_> { rows.into_iter().filter(|row| !is_changed(row)).collect() };
    assert_eq!(others(after), others(rows(&column())));
    sh(folder.path(), CONVERT, &[root, "--check"]).exits(0);
}

#[test]
#[ignore = "needs Python 3.11, which ci/check runs it with"]
fn a_file_that_is_not_of_the_form_is_refused_in_a_sentence() {
    let case = "peer-close/write-write-write-read,tcp4,ignore,std,none";
    let root = env!("CARGO_MANIFEST_DIR");
    for (text, said) in [
        (format!("{HEAD}{case},9,ok,test\n"), "error: statements.csv:2: expected 9 fields\n"),
        (format!("{HEAD}{case},9,ok,test,a,b\n"), "error: statements.csv:2: expected 9 fields\n"),
        (format!("{HEAD}{case},9,ok,test,\"a\nb\"\n"), "error: statements.csv:3: a line break in a field\n"),
        ("scenario,step\n".to_owned(), &format!("error: statements.csv: expected the columns {HEAD}")),
    ] {
        let folder = Folder::new();
        folder.write("statements.csv", text);
        assert_eq!(sh(folder.path(), CONVERT, &[root, ""]).exits(2).err, said);
        assert_eq!(folder.read("results/documented/windows.csv"), column());
    }
    let nothing = sh(Folder::new().path(), CONVERT, &[root, ""]).exits(2).err;
    assert!(nothing.starts_with("error: statements.csv: ") && nothing.lines().count() == 1, "{nothing}");
}

fn case_of(row: &BTreeMap<String, String>) -> String {
    ["scenario", "transport", "sigpipe", "call", "option"].map(|column| row[column].as_str()).join(",")
}
