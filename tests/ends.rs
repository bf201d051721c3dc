//! A run always ends, and keeps what it has: trials that hang, the time limit, and many runs into one folder.

#![cfg(unix)]

mod common;

use std::{
    collections::BTreeMap,
    fs, thread,
    time::{Duration, Instant},
};
#[cfg(target_os = "linux")]
use std::{path::Path, process};

#[cfg(target_os = "linux")]
use brokenpipe::catalogue::Sigpipe;
use brokenpipe::{
    catalogue::{Actor, Assignment, Axes, Case, Catalogue, Operation, Selection, Setting, Step},
    driver::{self, CaseResult, Progress, Settings},
    results::FolderLock,
};
#[cfg(target_os = "linux")]
use common::{BROKENPIPE, until};
use common::{Folder, LIMIT, ONE_CASE, RUN, Ran, contents, distinct, process::Process};

/// A scenario that ends, and one that waits; both also in processes of their own.
#[cfg(target_os = "linux")]
const OWN: &str = r#"
[[scenario]]
id = "own/waits"
title = "t"
why = "w"
transports = ["tcp4"]
steps = """
client connect
server accept
client await quiet
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

/// The language lets no scenario block a whole run, so the steps are changed afterwards.
#[test]
fn a_thread_that_hangs_costs_its_own_case_only() {
    let mut catalogue = Catalogue::default();
    catalogue.add("own.toml", common::OWN).expect("the scenarios are valid");
    let mut blocked = catalogue.find("own/short").expect("it was added").clone();
    blocked.id = "own/blocked".to_owned();
    let step = |operation| Step { actor: Actor::Client, operation };
    blocked.steps.truncate(2);
    let blocks = Assignment { setting: Setting::Blocking, value: None };
    blocked.steps.extend([step(Operation::Set(blocks)), step(Operation::Read(1))]);
    let short = Selection::new(&["own/short"]).expect("an id is a selector").cases(&catalogue)[0];
    let cases = [Case { scenario: &blocked, axes: Axes::USUAL }, short];
    let settings = Settings {
        repeat: 5,
        connect_deadline: Duration::from_millis(200),
        patience: Duration::from_secs(3),
        ..Settings::default()
    };
    let progress = Progress::default();
    let begun = Instant::now();
    let results = driver::run(&cases, &settings, &progress).expect("the selector works");
    assert!(begun.elapsed() < LIMIT);
    assert_eq!(progress.finished(), 10);
    assert_eq!(results[0], CaseResult::NotRun("hung: step 4 client read 1, for 3 s".to_owned()));
    assert!(matches!(results[1], CaseResult::Measured { trials: 5, .. }), "{results:?}");
    assert_eq!(progress.hangs(), []);
}

/// The processes with this last argument that work in a folder, or that this one has started, and copies of them.
#[cfg(target_os = "linux")]
fn processes_with(word: &str, folder: Option<&Path>) -> Vec<u32> {
    let is_child = |id: u32| process_group(id).is_some_and(|group| parent(group) == Some(process::id()));
    let is_one = |id: &u32| {
        let is_there = |folder| fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd == folder);
        fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.ends_with(format!("\0{word}\0").as_bytes()))
            && folder.map_or_else(|| is_child(*id), is_there)
    };
    let entries = fs::read_dir("/proc").expect("/proc is mounted");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter(is_one).collect()
}

/// A field of a process's `/proc/ID/stat`, counted from the one after its name and state (proc_pid_stat(5)); `None` if
/// there is no such process.
#[cfg(target_os = "linux")]
fn field(id: u32, number: usize) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit(") ").next()?.split(' ').nth(1 + number)?.parse().ok()
}

#[cfg(target_os = "linux")]
fn parent(id: u32) -> Option<u32> {
    field(id, 0)
}

#[cfg(target_os = "linux")]
fn process_group(id: u32) -> Option<u32> {
    field(id, 1)
}

/// A process that has ended and that nobody has waited for has no command line.
#[cfg(target_os = "linux")]
#[track_caller]
fn until_ended(id: u32) {
    until(&format!("the end of process {id}"), || {
        fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.is_empty()) || parent(id).is_none()
    });
}

/// Sends this signal to the only process that runs trials where SIGPIPE kills, once it has had time to come to a step
/// that waits. It is a copy of the one that leads its group, and there is no other.
#[cfg(target_os = "linux")]
fn signal_process(name: &str, folder: Option<&Path>) -> u32 {
    let mut waiting = Vec::new();
    until("a process that waits", || {
        thread::sleep(Duration::from_millis(1500));
        let before = std::mem::replace(&mut waiting, processes_with("run-trials", folder));
        waiting.retain(|&id| process_group(id).is_some_and(|group| group != id));
        waiting.len() == 1 && before == waiting
    });
    let sent = process::Command::new("kill").args([format!("-{name}"), waiting[0].to_string()]).status();
    assert!(sent.expect("there is kill").success());
    waiting[0]
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_hangs_costs_its_own_case_only() {
    let mut catalogue = Catalogue::default();
    catalogue.add("own.toml", OWN).expect("the scenarios are valid");
    let cases = Selection::default().cases(&catalogue);
    assert_eq!(cases[1].axes.sigpipe, Sigpipe::Default);
    let settings = Settings {
        repeat: 1,
        await_deadline: Duration::from_secs(5),
        connect_deadline: Duration::from_secs(1),
        patience: Duration::from_secs(1),
        program: Some(BROKENPIPE.into()),
        ..Settings::default()
    };
    let progress = Progress::default();
    let results = thread::scope(|scope| {
        let run = scope.spawn(|| driver::run(&cases, &settings, &progress).expect("the selector works"));
        let stopped = signal_process("STOP", None);
        let results = run.join().expect("it does not panic");
        until_ended(stopped);
        results
    });
    assert_eq!(results[1], CaseResult::NotRun("hung: step 3 client await quiet, for 6 s".to_owned()));
    for result in [&results[0], &results[2], &results[3]] {
        assert!(matches!(result, CaseResult::Measured { trials: 1, .. }), "{results:?}");
    }
    assert!(processes_with("run-trials", None).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_killed_costs_its_own_case_only() {
    let folder = Folder::with("own.toml", OWN);
    let args = ["own", "--scenarios", "own.toml", "--repeat", "1", "--await-deadline", "8s"];
    let run = Process::begin(folder.path(), &[&RUN[..], &args].concat());
    let place = folder.path().canonicalize().expect("it exists");
    signal_process("KILL", Some(&place));
    let ran = Ran::of(run.output()).exits(3);
    assert!(ran.err.contains("child crashed (signal: 9 (SIGKILL))"), "{ran:?}");
    let csv = folder.read("out/here.csv");
    assert_eq!(csv.matches(",own/short,tcp4,default,std,none,std,mio,3,client,close,ok,").count(), 1, "{csv}");
    assert_eq!(
        csv.matches(",own/waits,tcp4,default,std,none,std,mio,3,client,await quiet,not-run,").count(),
        1,
        "{csv}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn at_the_time_limit_the_run_ends_and_says_what_it_waits_for() {
    let folder = Folder::with("own.toml", OWN);
    let args = ["own", "--scenarios", "own.toml", "--repeat", "3", "--await-deadline", "1h", "--time-limit", "6s"];
    let begun = Instant::now();
    let ran = folder.brokenpipe(&[&RUN[..], &args].concat()).exits(3);
    assert!((6..60).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("waits: own/waits tcp4: step 3 client await quiet has waited "), "{ran:?}");
    assert!(lines[0].ends_with(" s for quiet (3 trials)"), "{ran:?}");
    let summary =
        "brokenpipe: the time limit has passed: here: 1 of 4 cases measured, 3 not run, 3 trials, written to ";
    assert!(lines[1].starts_with(summary), "{ran:?}");
    assert!(
        folder.read("out/here.csv").contains(",own/short,tcp4,ignore,std,none,std,mio,3,client,close,ok,,,,,,3,3,\n")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_hangs_is_named_when_the_run_is_stopped() {
    let elsewhere = OWN.replace("transports = [\"tcp4\"]\nsteps", "transports = [\"unix\"]\nsteps");
    let folder = Folder::with("own.toml", elsewhere);
    let args = ["own", "--scenarios", "own.toml", "--transport", "tcp4", "--repeat", "1", "--await-deadline", "1h"];
    let run = Process::begin(folder.path(), &[&RUN[..], &args].concat());
    let place = folder.path().canonicalize().expect("it exists");
    let stopped = signal_process("STOP", Some(&place));
    thread::sleep(Duration::from_secs(3));
    run.signal("TERM");
    let ran = Ran::of(run.output()).exits(143);
    let hangs = "hangs: own/waits tcp4 sigpipe=default: step 3 client await quiet has waited ";
    assert!(ran.err.starts_with(hangs), "{ran:?}");
    assert!(ran.err.contains(&format!(" s for a call to return in process {stopped}\n")), "{ran:?}");
    until_ended(stopped);
    assert!(processes_with("run-trials", Some(&place)).is_empty());
}

/// A scenario that starts a process.
#[cfg(target_os = "linux")]
const DEPARTS: &str = r#"
[[scenario]]
id = "own/departs"
title = "t"
why = "w"
transports = ["tcp4"]
steps = """
client connect
server accept
server depart
client close
"""
"#;

/// While the first steps of a run wait, another program takes the place of this one: the process that is started then
/// says nothing, and the run waits for it.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_run_that_waits_for_a_process() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::with("own.toml", DEPARTS);
    fs::copy(BROKENPIPE, folder.join("program")).expect("it can be copied");
    let args = ["--scenarios", "own.toml", "--repeat", "1", "--pace", "2s", "own"];
    let run = Process::begin_program(&folder.join("program"), folder.path(), &[&RUN[..], &args].concat());
    folder.write("other", "#!/bin/sh\nexec sleep 1000\n");
    fs::set_permissions(folder.join("other"), fs::Permissions::from_mode(0o755)).expect("it is this test's own");
    thread::sleep(Duration::from_secs(1));
    fs::rename(folder.join("other"), folder.join("program")).expect("a running program can be replaced");
    let place = folder.path().canonicalize().expect("it exists");
    until("a process that says nothing", || !processes_with("1000", Some(&place)).is_empty());
    thread::sleep(Duration::from_secs(3));
    run.signal("HUP");
    let ran = Ran::of(run.output()).exits(129);
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("hangs: own/departs tcp4: step 3 server depart has waited "), "{ran:?}");
    assert!(lines[0].ends_with(" s for a call to return"), "{ran:?}");
    assert_eq!(distinct(&folder.read("out/here.csv"), "outcome"), ["not-run"]);
    until("the end of its process", || processes_with("1000", Some(&place)).is_empty());
}

/// The first signal ends the measuring, and then the run waits for the folder.
#[test]
fn a_second_signal_ends_a_run_at_once() {
    let folder = Folder::with("own.toml", common::OWN);
    let args = ["own/long", "--scenarios", "own.toml", "--await-deadline", "1h"];
    let mut run = Process::begin(folder.path(), &[&RUN[..], &args].concat());
    thread::sleep(Duration::from_secs(3));
    let lock = FolderLock::take(&folder.join("out")).expect("the folder can be locked");
    run.signal("TERM");
    thread::sleep(Duration::from_secs(2));
    assert!(run.is_running(), "it did not wait");
    run.interrupt();
    let ran = Ran::of(run.output()).exits(130).silent();
    assert_eq!(ran.out, "");
    drop(lock);
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
