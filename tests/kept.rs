//! Which earlier results a run keeps.

mod common;

use brokenpipe::platform::Platform;
use common::{Folder, ONE_CASE, OWN, contents, distinct, good, number_of_cases, rows};

/// The rows of the cases other than the one that is run again.
fn others(csv: &str) -> Vec<&str> {
    csv.lines().filter(|line| !line.contains(",peer-close/read-read-write,tcp4,")).collect()
}

#[test]
fn a_run_of_everything_keeps_the_results_of_slow_scenarios() {
    let own = OWN.replace("id = \"own/short\"", "id = \"own/short\"\nslow = true");
    let folder = Folder::with("own.toml", own);
    let run = |args: &[&str]| {
        folder.run(&[&["--scenarios", "own.toml", "--repeat", "1", "--await-deadline", "10ms"], args].concat());
        folder.read("out/here.csv")
    };
    let slow = run(&["--slow", "own/short"]);
    assert_eq!(distinct(&slow, "scenario"), ["own/short"]);
    let both = run(&[]);
    assert!(distinct(&both, "scenario").len() > 100);
    for line in slow.lines() {
        assert!(both.lines().any(|other| other == line), "{line}");
    }
}

#[test]
fn a_run_with_other_deadlines_is_of_the_same_platform_and_records_them() {
    let folder = Folder::new();
    let deadlines = || {
        let row = &rows(&folder.read("out/platforms.csv"))[0];
        [row["await_deadline"].clone(), row["connect_deadline"].clone()]
    };
    folder.run(&[&ONE_CASE[..], &["--await-deadline", "90ms", "--connect-deadline", "6s"]].concat());
    assert_eq!(deadlines(), ["90ms", "6s"]);
    folder.run(&["--transport", "unix", "unix", "--await-deadline", "1s 500ms", "--connect-deadline", "7s"]);
    assert_eq!(deadlines(), ["1s 500ms", "7s"]);
    assert!(distinct(&folder.read("out/here.csv"), "scenario").contains(&ONE_CASE[0].to_owned()));
}

#[test]
fn a_run_of_everything_replaces_the_note_and_a_run_of_a_selection_keeps_it() {
    let folder = Folder::with("own.toml", OWN);
    let note = |out: &str| rows(&folder.read(&format!("{out}/platforms.csv")))[0]["note"].clone();
    let run = |args: &[&str]| {
        folder.run(args);
        note("out")
    };
    let one_case = |text: &str| run(&[&ONE_CASE[..], &["--note", text]].concat());
    let everything = |more: &[&str]| run(&[&["--repeat", "1", "--await-deadline", "10ms"], more].concat());
    assert_eq!(one_case("net.inet.icmp.icmplim=0"), "net.inet.icmp.icmplim=0");
    assert_eq!(run(&["--transport", "unix", "unix"]), "net.inet.icmp.icmplim=0");
    assert_eq!([one_case(""), one_case("of one case")], ["", "of one case"]);
    assert_eq!(everything(&[]), "");
    assert_eq!([everything(&["--note", "of all"]), run(&ONE_CASE)], ["of all", "of all"]);

    // `accept` adopts a run of everything only, and its note with it.
    folder.brokenpipe(&["accept", "out", "--into", "accepted", "--yes"]).exits(0);
    assert_eq!([note("accepted"), everything(&[])], ["of all", ""]);
    folder.brokenpipe(&["accept", "out", "--into", "accepted", "--yes"]).exits(0);
    assert_eq!(note("accepted"), "");
}

/// Most of what such a run leaves is from before, which the note is about.
#[test]
fn a_run_of_everything_that_stops_keeps_the_note() {
    let folder = Folder::new();
    folder.run(&["--repeat", "1", "--await-deadline", "10ms", "--note", "as it was"]);
    let args = ["run", "--platform", "here", "--out", "out", "--await-deadline", "10m", "--time-limit", "300ms"];
    folder.brokenpipe(&args).exits(3);
    assert_eq!(rows(&folder.read("out/platforms.csv"))[0]["note"], "as it was");
}

#[test]
fn every_table_of_platforms_shows_the_note() {
    let folder = Folder::new();
    folder.run(&[&ONE_CASE[..], &["--note", "all as it comes"]].concat());
    let list = folder.brokenpipe(&["platform", "--list", "--results", "out"]).exits(0).out;
    assert!(list.ends_with("\n\n  here: all as it comes\n"), "{list}");
    let legend =
        folder.brokenpipe(&["report", "--details", "--legend", "--results", "out", "--width", "200"]).exits(0).out;
    assert!(legend.contains(", brokenpipe 0.1.0, all as it comes\n"), "{legend}");
    let said = folder.brokenpipe(&["run", "--out", "out", "--note", "two\nlines"]).exits(2);
    said.says(&["control character"]);
}

#[test]
fn a_run_of_a_selection_keeps_the_other_cases() {
    let folder = Folder::new();
    folder.run(&["--repeat", "2", "--await-deadline", "20ms"]);
    let before = folder.read("out/here.csv");
    assert_eq!(
        distinct(&before, "trials"),
        ["1", "10", "2"],
        "not 1 where a case is unsupported, and 10 where steps race"
    );

    let args = ["run", "--platform", "here", "--out", "out", "--repeat", "5"];
    let ran = folder.brokenpipe(&[&args, &ONE_CASE[..]].concat()).exits(0);
    let kept = number_of_cases() - 1;
    ran.says(&["here: 1 of 1 cases measured", &format!("{kept} kept from before"), "5 trials"]);
    let after = folder.read("out/here.csv");
    assert_eq!(others(&after), others(&before));
    assert!(others(&before).len() > 100, "there are hardly any others");
    let again: Vec<_> = rows(&after).into_iter().filter(|row| row["trials"] == "5").collect();
    assert_eq!(again.len(), before.lines().count() - others(&before).len(), "the number of rows has changed");
    assert!(again.iter().all(|row| row["scenario"] == "peer-close/read-read-write" && row["transport"] == "tcp4"));
    let order = |csv: &str| {
        let ids =
            rows(csv).into_iter().map(|row| (row["scenario"].clone(), row["transport"].clone(), row["step"].clone()));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(order(&after), order(&before));
}

#[test]
fn a_run_of_everything_keeps_results_of_unknown_scenarios_or_says_that_it_drops_them() {
    let folder = Folder::with("own.toml", OWN);
    folder.run(&["own/short", "--scenarios", "own.toml"]);
    let own = rows(&folder.read("out/here.csv"));
    let all = ["run", "--platform", "here", "--out", "out", "--repeat", "1", "--await-deadline", "20ms"];
    let ran = folder.brokenpipe(&all).exits(0).says(&[", 1 kept from before, "]);
    assert!(!ran.err.contains("dropped"), "{ran:?}");
    let of_own = |folder: &Folder| {
        rows(&folder.read("out/here.csv")).into_iter().filter(|row| row["scenario"] == "own/short").collect::<Vec<_>>()
    };
    assert_eq!((of_own(&folder).len(), of_own(&folder)), (3, own));

    let facts = folder.change_kernel();
    let ran = folder.brokenpipe(&all).exits(0);
    let ran = ran.says(&[", 1 dropped from before (of another kernel, compiler or version of brokenpipe), "]);
    assert!(!ran.err.contains("kept"), "{ran:?}");
    assert_eq!(of_own(&folder), []);
    assert_eq!(folder.read("out/platforms.csv"), facts);
}

#[test]
fn a_run_of_a_selection_does_not_mix_with_another_kernels_results() {
    let folder = Folder::new();
    folder.run(&["peer-close", "--repeat", "2"]);
    let facts = folder.change_kernel();
    let before = contents(&folder.join("out"));

    let args = ["run", "--platform", "here", "--out", "out"];
    let refused = folder.brokenpipe(&[&args, &ONE_CASE[..]].concat());
    refused.refuses(&[
        "error: out: ",
        "results of here",
        "another kernel",
        "would mix them; write elsewhere with --out",
    ]);
    assert_eq!(contents(&folder.join("out")), before);

    // A run of everything replaces them, including the facts.
    folder.run(&["--repeat", "1", "--await-deadline", "20ms"]);
    assert_eq!(folder.read("out/platforms.csv"), facts.replace(",200ms,", ",20ms,"));
    assert_eq!(distinct(&folder.read("out/here.csv"), "trials"), ["1", "5"], "not 1, and 5 where steps race");
}

#[test]
fn a_run_of_a_new_platform_does_not_change_other_platforms() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let facts = folder.read("out/platforms.csv");
    folder.write("out/box-1.csv", good());
    let args = ["run", "--quiet", "--out", "out", "--platform", "second"];
    folder.brokenpipe(&[&args, &ONE_CASE[..]].concat()).exits(0).silent();

    let after = contents(&folder.join("out"));
    assert_eq!(after.keys().collect::<Vec<_>>(), ["box-1.csv", "here.csv", "platforms.csv", "second.csv"]);
    assert_eq!(after["box-1.csv"].0, good().as_bytes());
    // The two differ only in the name of the platform.
    let second = folder.read("out/second.csv");
    assert_eq!(second.replace("\nsecond,", "\nhere,"), folder.read("out/here.csv"));
    assert_ne!(second, folder.read("out/here.csv"));
    assert!(
        folder.read("out/platforms.csv").starts_with(&facts),
        "the rows are not sorted by name, or the first has changed"
    );
    let matrix =
        folder.brokenpipe(&["report", "--details", "--legend", "out", "--format", "csv"]).exits(0).silent().out;
    // A platform without facts sorts after native ones, and before those that stand in for another system.
    let columns = if Platform::here().runtime == "wine" { "box-1,here,second" } else { "here,second,box-1" };
    assert_eq!(matrix.lines().next(), Some(&*format!("scenario,cases,step,actor,operation,differs,{columns}")));
}

/// A run may take minutes, and another may end meanwhile. Only on Linux, where `/proc` tells that a run has sockets:
/// then it is measuring, and has read the folder.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_ends_during_another_keeps_its_row_of_facts() {
    use std::{fs, path::PathBuf};

    use common::{process::Process, until};

    let folder = Folder::with("own.toml", OWN);
    folder.make("out");
    // Ctrl-C ends it long before that deadline.
    let args = ["run", "own/long", "--scenarios", "own.toml", "--out", "out", "--platform", "slow", "--quiet"];
    let mut slow = Process::begin(folder.path(), &[&args[..], &["--await-deadline", "10m"]].concat());
    let open = PathBuf::from(format!("/proc/{}/fd", slow.id()));
    let is_socket = |entry: std::io::Result<fs::DirEntry>| {
        let link = entry.and_then(|entry| fs::read_link(entry.path()));
        link.is_ok_and(|link| link.to_string_lossy().starts_with("socket:"))
    };
    until("a run that measures", || {
        assert!(slow.is_running(), "it ended before it measured");
        fs::read_dir(&open).unwrap().any(is_socket)
    });
    folder.run(&ONE_CASE);
    assert!(slow.is_running());
    slow.interrupt();
    assert_eq!(slow.output().status.code(), Some(130));
    assert_eq!(distinct(&folder.read("out/platforms.csv"), "platform"), ["here", "slow"]);
}
