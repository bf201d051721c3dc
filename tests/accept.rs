//! `accept` adopts a run as the results to check against; `absent` records that a platform was not measured.

mod common;

use brokenpipe::{
    platform::Platform,
    results::{Results, Row},
};
use common::{Folder, HEAD, ONE_CASE, contents, good, good_but, row};

/// A folder with good results of `box-1` in `results`, and these in `run`.
fn folder(run: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::new();
    for (name, text) in [("results", good().as_bytes()), ("run", run.as_ref())] {
        folder.make(name);
        folder.write(&format!("{name}/box-1.csv"), text);
    }
    folder
}

#[test]
fn without_a_terminal_accept_shows_what_would_change_and_adopts_nothing() {
    let folder = folder(good_but("connect,ok", "connect,EPIPE"));
    let ran = folder.brokenpipe(&["accept", "run"]).exits(2);
    assert_eq!(
        ran.out,
        "box-1: 1 changed, 2 same\n  changed  own/x step 1 client connect (tcp4): EPIPE, where the baseline has ok\n"
    );
    assert_eq!(ran.err, "error: nothing is adopted: no terminal to confirm on; pass --yes\n");
    assert_eq!(folder.read("results/box-1.csv"), good());
}

#[test]
fn with_yes_a_run_becomes_the_baseline() {
    let folder = folder(good_but("connect,ok", "connect,EPIPE"));
    folder.brokenpipe(&["check", "run", "--baseline", "results"]).exits(1);
    folder.brokenpipe(&["accept", "run", "--yes"]).exits(0).silent();
    assert_eq!(folder.read("results/box-1.csv"), good_but("connect,ok", "connect,EPIPE"));
    folder.brokenpipe(&["check", "run", "--baseline", "results"]).exits(0).silent();
    assert_eq!(contents(&folder.join("results")).len(), 1, "another file is left there");
}

#[test]
fn folders_of_several_jobs_are_merged() {
    let folder = Folder::new();
    for name in ["one", "two"] {
        folder.run_one_case_as(name);
    }
    folder.brokenpipe(&["absent", "three", "--reason", "no runner", "--out", "three"]).exits(0).silent();
    folder.brokenpipe(&["accept", "one", "two", "three", "--into", "merged", "--yes"]).exits(0).silent();
    let merged = contents(&folder.join("merged"));
    assert_eq!(merged.keys().collect::<Vec<_>>(), ["one.csv", "platforms.csv", "three.csv", "two.csv"]);
    for name in ["one", "two", "three"] {
        assert_eq!(folder.read(&format!("merged/{name}.csv")), folder.read(&format!("{name}/{name}.csv")));
    }
    let platforms = common::distinct(&folder.read("merged/platforms.csv"), "platform");
    assert_eq!(platforms, ["one", "two"], "facts of a platform that was not measured");
}

#[test]
fn a_platform_that_was_not_measured_replaces_nothing() {
    let folder = folder(good());
    folder.brokenpipe(&["absent", "box-1", "--reason", "no runner", "--out", "failed"]).exits(0);
    let ran = folder.brokenpipe(&["accept", "failed", "--yes"]).exits(2);
    assert_eq!(
        ran.err,
        "note: box-1 was not measured; its accepted results stay\n\
         error: nothing to adopt: none of these platforms was measured\n"
    );
    assert_eq!(folder.read("results/box-1.csv"), good());
}

#[test]
fn a_partial_run_is_refused() {
    let folder = Folder::new();
    let case = |id: &str| row("box-1", id, "tcp4", (1, "client connect"), "ok", (10, 10));
    let write = |dir: &str, rows: Vec<Row>| {
        Results { rows, ..Results::default() }.write(&folder.join(dir), "box-1").unwrap();
    };
    let ids = ["peer-close/read-read-write", "peer-reset/write-write-write-read", "gone/from-the-catalogue"];
    write("results", ids.map(case).to_vec());
    let before = contents(&folder.join("results"));
    write("run", vec![case(ids[0])]);
    folder.brokenpipe(&["accept", "run", "--yes"]).refuses(&[
        "box-1: 1 of its 2 accepted cases were not run, the first of them peer-reset/write-write-write-read tcp4",
        "only a whole run is adopted",
    ]);
    let interrupted = Row { outcome: "not-run".to_owned(), ..case(ids[1]) };
    write("run", vec![case(ids[0]), interrupted]);
    folder.brokenpipe(&["accept", "run", "--yes"]).refuses(&["were not run"]);
    assert_eq!(contents(&folder.join("results")), before);
    // A scenario that is no longer in the catalogue cannot be run.
    write("run", vec![case(ids[0]), case(ids[1])]);
    folder.brokenpipe(&["accept", "run", "--yes"]).exits(0);
}

#[test]
fn earlier_outcomes_of_a_race_stay_if_the_facts_are_the_same() {
    let step = |outcome: &str| Row {
        count: None,
        ..row("box-1", "race/close-write-write-write-read", "tcp4", (1, "client connect"), outcome, (50, 50))
    };
    let steady = |outcome| row("box-1", "peer-close/read-read-write", "tcp4", (1, "client connect"), outcome, (10, 10));
    let before = vec![step("EPIPE"), step("ok"), steady("EPIPE")];
    let run = vec![step("ECONNRESET"), steady("ok")];
    let (here, other) = (Platform { platform: "box-1".to_owned(), ..Platform::here() }, "of another day".to_owned());
    let another_kernel = Platform { kernel: other, ..here.clone() };
    let all = vec![step("ECONNRESET"), step("EPIPE"), step("ok"), steady("ok")];
    for (facts, adopted) in [(&here, &all), (&another_kernel, &run)] {
        let folder = Folder::new();
        for (name, rows, facts) in [("results", &before, &here), ("run", &run, facts)] {
            let results = Results { rows: rows.clone(), platforms: vec![facts.clone()], ..Results::default() };
            results.write(&folder.join(name), "box-1").unwrap();
        }
        folder.brokenpipe(&["accept", "run", "--yes"]).exits(0).silent();
        assert_eq!(Results::read(&[folder.join("results/box-1.csv")]).unwrap().rows, *adopted);
    }
}

/// On the system that it races on, a scenario's outcomes are adopted without counts and beside the earlier ones; on
/// another, each run replaces them.
#[test]
fn a_scenario_that_races_on_one_system_is_adopted_as_a_race_there_alone() {
    let id = "connect/refused-so_error-write-read";
    let step = |outcome: &str| row("box-1", id, "tcp4", (1, "client connect"), outcome, (10, 10));
    let raced = |outcome: &str| Row { count: None, ..step(outcome) };
    for (os, adopted) in
        [("freebsd", vec![raced("ECONNREFUSED"), raced("in-progress")]), ("linux", vec![step("in-progress")])]
    {
        let folder = Folder::new();
        let facts = Platform { os: os.to_owned(), runtime: "qemu".to_owned(), ..common::facts("box-1", "15.0") };
        for (name, outcome) in [("results", "ECONNREFUSED"), ("run", "in-progress")] {
            let results = Results { rows: vec![step(outcome)], platforms: vec![facts.clone()], ..Results::default() };
            results.write(&folder.join(name), "box-1").unwrap();
        }
        folder.brokenpipe(&["accept", "run", "--yes"]).exits(0).silent();
        assert_eq!(Results::read(&[folder.join("results/box-1.csv")]).unwrap().rows, adopted, "{os}");
        // The first results of a race have no counts, either.
        folder.brokenpipe(&["accept", "run", "--into", "new", "--yes"]).exits(0).silent();
        let first = Results::read(&[folder.join("new/box-1.csv")]).unwrap().rows;
        let expected = if os == "freebsd" { raced("in-progress") } else { step("in-progress") };
        assert_eq!(first, [expected], "{os}");
    }
}

#[test]
fn a_platform_keeps_its_own_file() {
    let folder = folder(good());
    std::fs::rename(folder.join("results/box-1.csv"), folder.join("results/all.csv")).unwrap();
    folder.brokenpipe(&["accept", "run", "--yes"]).refuses(&["all.csv: holds the results of box-1"]);
    std::fs::rename(folder.join("results/all.csv"), folder.join("results/box-1.csv")).unwrap();
    folder.write("results/box-1.csv", good() + &good().replace(HEAD, "").replace("box-1", "box-2"));
    folder.brokenpipe(&["accept", "run", "--yes"]).refuses(&["box-1.csv: holds the results of box-2"]);
}

#[test]
fn nothing_is_replaced_unless_everything_is_written() {
    let folder = folder(good_but("connect,ok", "connect,EPIPE"));
    folder.make("results/box-2.csv");
    folder.write("run/box-2.csv", good().replace("box-1", "box-2"));
    folder.brokenpipe(&["accept", "run", "--yes"]).exits(2).says(&["box-2.csv: cannot be written"]);
    assert_eq!(folder.read("results/box-1.csv"), good());
    assert_eq!(contents(&folder.join("results")).len(), 1, "another file is left there");
    // An invalid row in the last of the files is also found before anything is replaced.
    folder.write("run/box-2.csv", good().replace("box-1", "../box"));
    folder.brokenpipe(&["accept", "run", "--yes"]).refuses(&["box-2.csv:2: column `platform`"]);
    assert_eq!(folder.read("results/box-1.csv"), good());
    folder.brokenpipe(&["accept", "run", "run/box-1.csv", "--into", "x", "--yes"]).exits(2);
    assert!(!folder.join("x").exists());
}

#[test]
fn columns_of_a_newer_version_are_not_lost_to_another_platform() {
    let folder = Folder::new();
    for name in ["one", "two"] {
        folder.run_one_case_as(name);
    }
    let facts = folder.read("one/platforms.csv").replace(",note\n", ",note,libc\n");
    folder.write("one/platforms.csv", facts.strip_suffix('\n').unwrap().to_owned() + ",2.41\n");
    let before = contents(&folder.join("one"));
    let ran = folder.brokenpipe(&["accept", "two", "--into", "one", "--yes"]).exits(2);
    ran.says(&["platforms.csv:1: has columns unknown", "lose them: `libc`; write elsewhere with --into\n"]);
    assert_eq!(contents(&folder.join("one")), before);
    // If the platform itself is adopted, all of its facts are replaced.
    std::fs::rename(folder.join("two/two.csv"), folder.join("two/one.csv")).unwrap();
    for name in ["one.csv", "platforms.csv"] {
        folder.write(&format!("two/{name}"), folder.read(&format!("two/{name}")).replace("two,", "one,"));
    }
    folder.brokenpipe(&["accept", "two", "--into", "one", "--yes"]).exits(0).says(&["note: ", "`libc`\n"]);
    assert_eq!(folder.read("one/platforms.csv"), folder.read("two/platforms.csv"));
}

#[test]
fn a_named_file_is_adopted_with_its_facts_and_one_without_leaves_a_table_that_can_be_read() {
    let folder = Folder::new();
    folder.run_one_case_as("here");
    folder.brokenpipe(&["accept", "here/here.csv", "--yes"]).exits(0).silent();
    assert_eq!(contents(&folder.join("results")), contents(&folder.join("here")));
    std::fs::remove_file(folder.join("here/platforms.csv")).unwrap();
    folder.brokenpipe(&["accept", "here", "--yes"]).exits(0).silent();
    assert_eq!(folder.read("results/platforms.csv").lines().count(), 1, "more than the head");
    folder.brokenpipe(&["report", "results", "--details", "--legend"]).exits(0).silent();
}

#[test]
fn one_platform_twice_is_refused() {
    let folder = folder(good());
    let ran = folder.brokenpipe(&["accept", "run", "results", "--into", "merged", "--yes"]);
    ran.refuses(&["platform box-1 is in run", "already; remove one of the two"]);
}

#[test]
fn temporary_files_of_a_killed_program_are_not_read_as_results() {
    let folder = folder(good());
    folder.write("results/.brokenpipe-abc", "half a fi");
    folder.brokenpipe(&["check", "run", "--baseline", "results"]).exits(0).silent();
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_accept_asks_for_confirmation() {
    for (answer, code, adopted) in [("y", 0, true), ("n", 1, false), ("", 1, false)] {
        let changed = good_but("connect,ok", "connect,EPIPE");
        let folder = folder(&changed);
        let (status, out) = on_terminal(&folder, &format!("{answer}\n"));
        assert_eq!(status, Some(code), "{out}");
        assert!(out.contains("Adopt 1 platform into results? [y/N]"), "{out}");
        let is = folder.read("results/box-1.csv");
        assert_eq!(is, if adopted { changed } else { good() }, "{out}");
    }
}

/// Runs `accept run` on a terminal of its own, which `script` of util-linux creates.
#[cfg(target_os = "linux")]
fn on_terminal(folder: &Folder, typed: &str) -> (Option<i32>, String) {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };
    let command = format!("'{}' accept run", common::BROKENPIPE);
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("util-linux has script");
    script.stdin.take().expect("it is a pipe").write_all(typed.as_bytes()).expect("script reads it");
    let ended = script.wait_with_output().expect("a child can be waited for");
    (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
}

#[test]
fn an_absent_platform_has_a_column_that_says_why() {
    let folder = Folder::new();
    folder.brokenpipe(&["absent", "moon-1", "--reason", "the job timed out"]).exits(0).silent();
    let csv = folder.read("brokenpipe-results/moon-1.csv");
    assert_eq!(common::distinct(&csv, "outcome"), ["not-run"]);
    assert_eq!(common::distinct(&csv, "note"), ["the job timed out"]);
    assert_eq!(common::distinct(&csv, "provenance"), ["measured"]);
    let listed = folder.brokenpipe(&["list"]).out.lines().count();
    let first_steps = common::rows(&csv).iter().filter(|row| row["step"] == "1").count();
    assert_eq!(first_steps, listed, "not every case is there");
    let report = folder.brokenpipe(&["report", "brokenpipe-results", "--details", "--legend"]).exits(0).silent().out;
    assert!(report.contains("moon-1: not measured: the job timed out\n"), "{report}");
}

#[test]
fn an_absent_platform_does_not_replace_results() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let absent = |args: &[&str]| folder.brokenpipe(&[&["absent"], args, &["--out", "out"]].concat());
    absent(&["here", "--reason", "x"]).refuses(&["out: already has results of here; they are kept"]);
    absent(&["there", "--reason", " "]).refuses(&["--reason: empty text"]);
    absent(&["there", "--reason", "a\u{1b}[31m"]).refuses(&["--reason: column `note`: a control character"]);
    absent(&["there", "--reason", &"x".repeat(2001)]).refuses(&["--reason: column `note`: 2001 bytes"]);
    absent(&["../there", "--reason", "x"]).exits(2).says(&["'../there'", "expected a name of 1 to 64"]);
    assert_eq!(contents(&folder.join("out")), before);
    absent(&["there", "--reason", "x"]).exits(0).silent();
    assert_eq!(contents(&folder.join("out"))["platforms.csv"], before["platforms.csv"]);
}
