//! A run always ends, and keeps what it has: trials that hang, the time limit, and many runs into one folder.

#![cfg(unix)]

mod common;

use std::{
    collections::BTreeMap,
    fs, thread,
    time::{Duration, Instant},
};

use brokenpipe::{
    catalogue::{Catalogue, Selection},
    driver::{self, CaseResult, Progress, Settings},
    results::FolderLock,
};
use common::{BROKENPIPE, Folder, LIMIT, ONE_CASE, RUN, Ran, contents, distinct, process::Process, until};

/// Two scenarios, each here and in processes of its own: one that ends, and one in which a read waits for ever.
const OWN: &str = r#"
[[scenario]]
id = "own/hangs"
title = "t"
why = "w"
transports = ["tcp4"]
steps = """
client connect
server accept
client set blocking
client read 1
"""
[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["default"]

[[scenario]]
id = "own/short"
title = "t"
why = "w"
transports = ["tcp4"]
steps = """
client connect
server accept
client close
"""
[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["default"]
"#;

/// Threads and processes that hang are left behind, and what they had still to do is done by others.
#[cfg(target_os = "linux")]
#[test]
fn a_trial_that_hangs_costs_its_own_case_only() {
    let mut catalogue = Catalogue::default();
    catalogue.add("own.toml", OWN).expect("the scenarios are valid");
    let cases = Selection::default().cases(&catalogue);
    let settings = Settings {
        repeat: 5,
        connect_deadline: Duration::from_millis(200),
        patience: Duration::from_secs(3),
        program: Some(BROKENPIPE.into()),
        ..Settings::default()
    };
    let progress = Progress::default();
    let begun = Instant::now();
    let results = driver::run(&cases, &settings, &progress).expect("the selector works");
    assert!(begun.elapsed() < LIMIT);
    assert_eq!(progress.finished(), 20);
    for (case, result) in cases.iter().zip(results) {
        match result {
            CaseResult::NotRun(reason) if case.scenario.id == "own/hangs" => {
                assert_eq!(reason, "hung: step 4 client read 1, for 3 s");
            }
            CaseResult::Measured { trials: 5, .. } if case.scenario.id == "own/short" => {}
            result => panic!("{}: {result:?}", case.scenario.id),
        }
    }
}

/// Runs `own/hangs` here, or in a process of its own, and the short scenario before it.
fn run_of(args: &[&str]) -> (Folder, Ran) {
    let folder = Folder::with("own.toml", OWN);
    folder.brokenpipe(&[&RUN[..], &["own/short", "--scenarios", "own.toml"]].concat()).exits(0).silent();
    let begun = Instant::now();
    let ran = folder.brokenpipe(&[&RUN[..], &["own/hangs", "--scenarios", "own.toml", "--repeat", "3"], args].concat());
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    (folder, ran)
}

#[test]
fn at_the_time_limit_the_run_ends_and_says_what_hangs() {
    let (folder, ran) = run_of(&["--time-limit", "2s", "--jobs", "1"]);
    let ran = ran.exits(3);
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("hangs: own/hangs tcp4: step 4 client read 1 has waited "), "{ran:?}");
    assert!(lines[0].ends_with(" s for a call to return"), "{ran:?}");
    assert!(lines[1].starts_with("brokenpipe: the time limit has passed: here: 0 of 2 cases measured, 2 not run, "));
    let csv = folder.read("out/here.csv");
    let of = |scenario: &str| csv.lines().filter(|line| line.contains(scenario)).count();
    assert_eq!((of(",own/short,"), of(",own/hangs,")), (6, 8), "{csv}");
    assert!(csv.contains(",own/short,tcp4,default,std,none,3,client,close,ok,,,,,10,10,"), "{csv}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_hangs_is_ended_and_named() {
    let own = OWN.replacen("[[scenario.also]]\ntransports = [\"tcp4\"]\nsigpipe = [\"default\"]\n", "", 1);
    let own = own.replacen("transports = [\"tcp4\"]\n", "transports = [\"tcp4\"]\nsigpipe = [\"default\"]\n", 1);
    let folder = Folder::with("own.toml", own);
    let args = ["own/hangs", "--scenarios", "own.toml", "--repeat", "3", "--time-limit", "4s"];
    let ran = folder.brokenpipe(&[&RUN[..], &args].concat()).exits(3);
    let hangs = ran.err.lines().next().expect("it reports");
    assert!(hangs.starts_with("hangs: own/hangs tcp4 sigpipe=default: step 4 client read 1 has waited "), "{ran:?}");
    assert!(hangs.contains(" s for a call to return in process ") && hangs.ends_with(" (3 trials)"), "{ran:?}");
    assert_eq!(distinct(&folder.read("out/here.csv"), "outcome"), ["not-run"]);
    assert!(processes_with("run-trials", folder.path().to_str().unwrap()).is_empty());
}

/// The processes whose arguments are this word, and whose working directory is this folder.
#[cfg(target_os = "linux")]
fn processes_with(word: &str, folder: &str) -> Vec<u32> {
    let is_one = |id: &u32| {
        fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.ends_with(format!("\0{word}\0").as_bytes()))
            && fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd.as_os_str() == folder)
    };
    let entries = fs::read_dir("/proc").expect("/proc is mounted");
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(is_one).collect()
}

/// Waits until the run is in the read that never returns.
#[cfg(target_os = "linux")]
fn begin_hanging(folder: &Folder) -> Process {
    let args = ["own/hangs", "--scenarios", "own.toml", "--repeat", "3", "--jobs", "1"];
    let run = Process::begin(folder.path(), &[&RUN[..], &args].concat());
    let tasks = format!("/proc/{}/task", run.id());
    let hangs = |entry: std::io::Result<fs::DirEntry>| {
        let place = entry.and_then(|entry| fs::read_to_string(entry.path().join("wchan")));
        place.is_ok_and(|place| place.contains("wait_woken") || place.contains("sk_wait"))
    };
    until("a thread that waits for data", || fs::read_dir(&tasks).is_ok_and(|mut tasks| tasks.any(hangs)));
    run
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_run_that_hangs_and_a_second_one_ends_it_at_once() {
    let folder = Folder::with("own.toml", OWN);
    let run = begin_hanging(&folder);
    thread::sleep(Duration::from_secs(2));
    run.signal("TERM");
    let ran = Ran::of(run.output()).exits(143);
    assert!(ran.err.starts_with("hangs: own/hangs tcp4: step 4 client read 1 has waited "), "{ran:?}");
    assert_eq!(distinct(&folder.read("out/here.csv"), "outcome"), ["not-run"]);

    let folder = Folder::with("own.toml", OWN);
    let run = begin_hanging(&folder);
    run.signal("TERM");
    thread::sleep(Duration::from_millis(300));
    run.interrupt();
    let ran = Ran::of(run.output()).exits(130).silent();
    assert_eq!(ran.out, "");
    assert!(!folder.join("out").exists(), "nothing was written, and a folder is left");
}

#[test]
fn runs_at_once_into_one_folder_lose_nothing() {
    let folder = Folder::new();
    let names: Vec<_> = (10..30).map(|number| format!("box-{number}")).collect();
    let begin = |name: &String| {
        let args = ["run", "--quiet", "--repeat", "1", "--out", "out", "--platform", name];
        Process::begin(folder.path(), &[&args[..], &ONE_CASE].concat())
    };
    let runs: Vec<_> = names.iter().map(begin).collect();
    for run in runs {
        Ran::of(run.output()).exits(0).silent();
    }
    assert_eq!(distinct(&folder.read("out/platforms.csv"), "platform"), names);
    let files = contents(&folder.join("out"));
    let expected = names.iter().map(|name| format!("{name}.csv")).chain(["platforms.csv".to_owned()]);
    assert_eq!(files.into_keys().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn runs_of_different_selections_at_once_keep_each_others_cases() {
    let families = [
        "peer-close", "peer-reset", "peer-half-close", "own-shutdown-write", "own-shutdown-read", "metadata", "accept",
        "listener-close", "unix", "pipe",
    ];
    let rows_of = |csv: &str| {
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for row in common::rows(csv) {
            let family = row["scenario"].split('/').next().unwrap_or_default().to_owned();
            *rows.entry(family).or_default() += 1;
        }
        rows
    };
    let args = ["--repeat", "1", "--await-deadline", "50ms"];
    let alone = Folder::new();
    alone.run(&[&args[..], &families].concat());
    let folder = Folder::new();
    let begin = |family: &&str| Process::begin(folder.path(), &[&RUN[..], &args, &[*family]].concat());
    let runs: Vec<_> = families.iter().map(begin).collect();
    for run in runs {
        Ran::of(run.output()).exits(0).silent();
    }
    let rows = rows_of(&folder.read("out/here.csv"));
    assert_eq!(rows.keys().collect::<Vec<_>>().len(), families.len());
    assert_eq!(rows, rows_of(&alone.read("out/here.csv")));
}

#[test]
fn a_run_waits_for_another_that_writes() {
    let folder = Folder::new();
    folder.make("out");
    let lock = FolderLock::take(&folder.join("out")).expect("the folder can be locked");
    assert_eq!(lock.notes, [""; 0]);
    let mut run = Process::begin(folder.path(), &[&RUN[..], &ONE_CASE].concat());
    thread::sleep(Duration::from_secs(2));
    assert!(run.is_running());
    assert_eq!(contents(&folder.join("out")).len(), 0);
    drop(lock);
    Ran::of(run.output()).exits(0).silent();
    assert_eq!(contents(&folder.join("out")).into_keys().collect::<Vec<_>>(), ["here.csv", "platforms.csv"]);
}

#[test]
fn a_run_removes_what_a_killed_one_has_left_behind_and_nothing_else() {
    let folder = Folder::new();
    folder.make("out");
    for name in [".brokenpipe-aB3dE9", ".brokenpipe", "brokenpipe-notes", "elsewhere"] {
        folder.write(&format!("out/{name}"), "half a ta");
    }
    folder.make("out/.brokenpipe-folder");
    std::os::unix::fs::symlink("elsewhere", folder.join("out/.brokenpipe-link")).expect("links can be made");
    folder.run(&ONE_CASE);
    let mut left: Vec<_> = fs::read_dir(folder.join("out"))
        .expect("the folder exists")
        .map(|entry| entry.expect("it is readable").file_name().into_string().expect("the name is UTF-8"))
        .collect();
    left.sort();
    let expected = [
        ".brokenpipe", ".brokenpipe-folder", ".brokenpipe-link", "brokenpipe-notes", "elsewhere", "here.csv",
        "platforms.csv",
    ];
    assert_eq!(left, expected);
}

#[test]
fn a_folder_that_was_made_in_vain_is_removed() {
    let folder = Folder::new();
    let inner = folder.join("a/b");
    let lock = FolderLock::take(&inner).expect("the folder can be made");
    assert!(inner.is_dir());
    drop(lock);
    assert!(!folder.join("a").exists());

    folder.make("a");
    drop(FolderLock::take(&inner).expect("the folder can be made"));
    assert!(folder.join("a").is_dir() && !inner.exists());

    let lock = FolderLock::take(&inner).expect("the folder can be made");
    folder.write("a/b/file", "");
    drop(lock);
    assert!(inner.is_dir());
}
