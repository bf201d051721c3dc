//! Columns that an older version did not write have their usual values. Columns of a newer version are ignored with a note by commands that read, and never lost by those that write.

mod common;

use common::{Folder, GOOD, HEAD, ONE_CASE, contents, good};

#[test]
fn columns_of_a_newer_version_are_passed_over_with_a_note() {
    let folder = Folder::with("box-1.csv", good());
    let plain = folder.brokenpipe(&["report", "--details", "--legend", "box-1.csv"]).exits(0).silent().out;
    // One column before and one after all others.
    let newer: String = good()
        .lines()
        .enumerate()
        .map(|(n, line)| if n == 0 { format!("era,{line},mood\n") } else { format!("1,{line},2\n") })
        .collect();
    folder.write("box-1.csv", newer);
    let ran = folder.brokenpipe(&["report", "--details", "--legend", "box-1.csv"]).exits(0);
    assert_eq!(ran.err, "note: box-1.csv: ignored columns unknown to this version: `era`, `mood`\n");
    assert_eq!(ran.out, plain);
}

/// A table with a further column at its end, which has the same value in every row.
fn with_column(table: &str, name: &str) -> String {
    let line = |(n, line)| format!("{line},{}\n", if n == 0 { name } else { "7" });
    table.lines().enumerate().map(line).collect()
}

#[test]
fn a_run_loses_no_columns_of_a_newer_version() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let (rows, facts) = (folder.read("out/here.csv"), folder.read("out/platforms.csv"));
    let select = [&["run", "--platform", "here", "--out", "out"], &ONE_CASE[..]].concat();
    let all = ["run", "--platform", "here", "--out", "out", "--repeat", "1", "--await-deadline", "20ms"];
    let refuse = |args: &[&str], name: &str, column: &str| {
        let before = contents(&folder.join("out"));
        let lost = format!(":1: has columns unknown to this version, which would lose them: `{column}`");
        folder.brokenpipe(args).refuses(&[name, &lost, "write elsewhere with --out"]);
        assert_eq!(contents(&folder.join("out")), before);
    };
    folder.write("out/here.csv", with_column(&rows, "latency"));
    refuse(&select, "here.csv", "latency");
    folder.write("out/here.csv", &rows);
    folder.write("out/platforms.csv", with_column(&facts, "libc"));
    refuse(&select, "platforms.csv", "libc");
    // A run of everything replaces its own rows and facts with a note. It refuses to drop a column of rows it keeps.
    folder.write("out/here.csv", with_column(&rows, "latency"));
    folder.brokenpipe(&all).exits(0).says(&["`latency`\n", "`libc`\n"]);
    assert!(!folder.read("out/here.csv").contains("latency") && !folder.read("out/platforms.csv").contains("libc"));
    let own = GOOD[0].replace("box-1", "here");
    folder.write("out/here.csv", with_column(&(rows.clone() + &own), "latency"));
    refuse(&all, "here.csv", "latency");
    folder.write("out/here.csv", &rows);
    let (head, row) = facts.split_once('\n').unwrap();
    let other = row.replacen("here,", "other,", 1);
    folder.write("out/platforms.csv", with_column(&format!("{head}\n{row}{other}"), "libc"));
    refuse(&all, "platforms.csv", "libc");
    refuse(&["absent", "moon-1", "--reason", "no runner", "--out", "out"], "platforms.csv", "libc");
}

/// A table of platforms of a version that recorded neither deadlines nor notes.
fn without_deadlines(table: &str) -> String {
    let line = |line: &str| line.rsplitn(4, ',').last().expect("a line has four fields").to_owned() + "\n";
    table.lines().map(line).collect()
}

#[test]
fn tables_without_deadlines_are_read_and_a_run_adds_them() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let (facts, plain) = (
        folder.read("out/platforms.csv"),
        folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out,
    );
    let older = without_deadlines(&facts);
    assert!(older.starts_with("platform,") && older.lines().all(|line| line.matches(',').count() == 11), "{older}");
    folder.write("out/platforms.csv", &older);
    assert_eq!(folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out, plain);
    folder.run(&ONE_CASE);
    assert_eq!(folder.read("out/platforms.csv"), facts);
    // One of the two alone is no table of any version, but tells as much as it has.
    folder.write("out/platforms.csv", facts.replace("connect_deadline", "patience"));
    folder
        .brokenpipe(&["report", "--details", "--legend", "out"])
        .exits(0)
        .says(&["ignored columns unknown to this version: `patience`"]);
}

#[test]
fn columns_of_a_newer_table_of_platforms_are_passed_over_with_a_note() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let plain = folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out;
    let facts = folder.read("out/platforms.csv");
    folder.write("out/platforms.csv", with_column(&facts, "libc"));
    let ran = folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0);
    assert!(ran.err.starts_with("note: ") && ran.err.lines().count() == 1, "{ran:#?}");
    assert!(ran.err.ends_with("platforms.csv: ignored columns unknown to this version: `libc`\n"), "{ran:#?}");
    assert_eq!(ran.out, plain);
}

/// A table as a version before the axes `read_call` and `wait` wrote it.
fn older(table: &str) -> String {
    table.replace(",read_call,wait,", ",").replace(",none,std,mio,", ",none,")
}

#[test]
fn results_without_the_newer_axes_are_of_their_usual_values() {
    let folder = Folder::with("box-1.csv", good());
    let report = ["report", "--details", "--legend", "box-1.csv", "--cases", "all"];
    let plain = folder.brokenpipe(&report).exits(0).silent().out;
    folder.write("box-1.csv", older(&good()));
    assert_eq!(folder.brokenpipe(&report).exits(0).silent().out, plain);
    let filtered = [&report[..], &["--read-call", "std", "--wait", "mio"]].concat();
    assert!(folder.brokenpipe(&filtered).exits(0).silent().out.contains("EPIPE 7/10"));
    folder.brokenpipe(&[&report[..], &["--read-call", "recv"]].concat()).exits(1).says(&["read_call=recv"]);
}

#[test]
fn results_with_one_of_the_newer_axes_are_refused() {
    let folder = Folder::with("box-1.csv", good().replace(",wait,", ",").replace(",mio,", ","));
    let right = format!("the columns are {}", HEAD.trim_end());
    let said = ["box-1.csv:1: column `wait` is missing", &right];
    folder.brokenpipe(&["report", "--details", "box-1.csv"]).refuses(&said);
}

#[test]
fn a_run_adds_the_newer_axes_to_what_it_keeps() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let rows = folder.read("out/here.csv");
    let own = GOOD.concat().replace("box-1", "here");
    folder.write("out/here.csv", older(&(rows.clone() + &own)));
    folder.run(&ONE_CASE);
    assert_eq!(folder.read("out/here.csv"), rows + &own);
}
