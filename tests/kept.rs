//! What a run leaves of the results that were there before it.

mod common;

use brokenpipe::platform::Platform;
use common::{Folder, ONE_CASE, OWN, contents, distinct, good, number_of_cases, rows};

/// The rows of the cases that are not the one that is run again.
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
fn a_run_of_a_selection_keeps_the_other_cases() {
    let folder = Folder::new();
    folder.run(&["--repeat", "2"]);
    let before = folder.read("out/here.csv");
    assert_eq!(distinct(&before, "trials"), ["1", "10", "2"], "1 where nothing can be observed, 10 where steps race");

    let args = ["run", "--platform", "here", "--out", "out", "--repeat", "5"];
    let ran = folder.brokenpipe(&[&args, &ONE_CASE[..]].concat()).exits(0);
    let kept = number_of_cases() - 1;
    ran.says(&["here: 1 of 1 cases measured", &format!("{kept} kept from before"), "5 trials"]);
    let after = folder.read("out/here.csv");
    assert_eq!(others(&after), others(&before));
    assert!(others(&before).len() > 100, "there are others");
    let again: Vec<_> = rows(&after).into_iter().filter(|row| row["trials"] == "5").collect();
    assert_eq!(again.len(), before.lines().count() - others(&before).len(), "in their old place, with new counts");
    assert!(again.iter().all(|row| row["scenario"] == "peer-close/read-read-write" && row["transport"] == "tcp4"));
    let order = |csv: &str| {
        let ids =
            rows(csv).into_iter().map(|row| (row["scenario"].clone(), row["transport"].clone(), row["step"].clone()));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(order(&after), order(&before));
}

#[test]
fn a_run_of_everything_keeps_what_it_has_no_scenarios_for_or_says_that_it_goes() {
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

    let facts = folder.read("out/platforms.csv");
    let kernel = rows(&facts)[0]["kernel"].clone();
    folder.write("out/platforms.csv", facts.replacen(&format!(",{kernel},"), ",0.0.1-other,", 1));
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
    let facts = folder.read("out/platforms.csv");
    let kernel = rows(&facts)[0]["kernel"].clone();
    folder.write("out/platforms.csv", facts.replacen(&format!(",{kernel},"), ",0.0.1-other,", 1));
    let before = contents(&folder.join("out"));
    assert_ne!(before["platforms.csv"].0, facts.as_bytes());

    let args = ["run", "--platform", "here", "--out", "out"];
    let refused = folder.brokenpipe(&[&args, &ONE_CASE[..]].concat());
    refused.refuses(&["error: out: ", "results of here", "another kernel", "run everything", "--out"]);
    assert_eq!(contents(&folder.join("out")), before);

    // A run of everything replaces them, facts and all.
    folder.run(&["--repeat", "1"]);
    assert_eq!(folder.read("out/platforms.csv"), facts);
    assert_eq!(distinct(&folder.read("out/here.csv"), "trials"), ["1", "5"], "5 where steps race");
}

#[test]
fn other_platforms_stay_as_they_are_beside_a_new_one() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let facts = folder.read("out/platforms.csv");
    folder.write("out/box-1.csv", good());
    let args = ["run", "--quiet", "--out", "out", "--platform", "second"];
    folder.brokenpipe(&[&args, &ONE_CASE[..]].concat()).exits(0).silent();

    let after = contents(&folder.join("out"));
    assert_eq!(after.keys().collect::<Vec<_>>(), ["box-1.csv", "here.csv", "platforms.csv", "second.csv"]);
    assert_eq!(after["box-1.csv"].0, good().as_bytes());
    // The same but for its name.
    let second = folder.read("out/second.csv");
    assert_eq!(second.replace("\nsecond,", "\nhere,"), folder.read("out/here.csv"));
    assert_ne!(second, folder.read("out/here.csv"));
    assert!(folder.read("out/platforms.csv").starts_with(&facts), "the first row stays, in order of name");
    let matrix = folder.brokenpipe(&["report", "out", "--format", "csv"]).exits(0).silent().out;
    // A platform that stands in for another comes after one of which nothing is known; all others come before it.
    let columns = if Platform::here().runtime == "wine" { "box-1,here,second" } else { "here,second,box-1" };
    assert_eq!(matrix.lines().next(), Some(&*format!("scenario,cases,step,actor,operation,differs,{columns}")));
}

// /proc tells when the other run has begun.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_ends_during_another_keeps_its_row_of_facts() {
    use std::{
        fs,
        path::PathBuf,
        process::{Command, Stdio},
        thread,
    };

    let folder = Folder::with("own.toml", OWN);
    fs::create_dir(folder.join("out")).unwrap();
    let args = ["run", "own/long", "--scenarios", "own.toml", "--out", "out", "--platform", "slow"];
    let mut slow = Command::new(common::BROKENPIPE);
    // Ctrl-C ends it long before that.
    slow.current_dir(folder.path()).args(args).args(["--quiet", "--await-deadline", "2m"]);
    let mut slow = slow.stderr(Stdio::null()).spawn().unwrap();
    let open = PathBuf::from(format!("/proc/{}/fd", slow.id()));
    let is_socket = |entry: std::io::Result<fs::DirEntry>| {
        let link = entry.and_then(|entry| fs::read_link(entry.path()));
        link.is_ok_and(|link| link.to_string_lossy().starts_with("socket:"))
    };
    while !fs::read_dir(&open).unwrap().any(is_socket) {
        assert_eq!(slow.try_wait().unwrap(), None, "it ended before it measured");
        thread::yield_now();
    }
    folder.run(&ONE_CASE);
    assert_eq!(slow.try_wait().unwrap(), None);
    common::sh(folder.path(), r#"kill -INT "$1""#, &[&slow.id().to_string()]).exits(0);
    assert_eq!(slow.wait().unwrap().code(), Some(130));
    assert_eq!(distinct(&folder.read("out/platforms.csv"), "platform"), ["here", "slow"]);
}
