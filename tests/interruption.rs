//! Ctrl-C and kill -9: what was measured is kept, and no file is half of anything.

#![cfg(unix)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::AtomicBool,
    thread,
    time::Duration,
};

use brokenpipe::{
    catalogue::{Catalogue, Selection},
    platform::Platform,
    results::{Adoption, MergeError},
};
use common::{BROKENPIPE, Bytes, Folder, HEAD, ONE_CASE, OWN, RUN, Ran, contents, distinct, rows, sh};

fn begin(folder: &Path, args: &[&str]) -> Child {
    let mut command = Command::new(BROKENPIPE);
    command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program runs")
}

/// Begins a run, sends SIGINT after a while, and waits for its end. A run on a busy machine may not even have its
/// handler by then: then again, with a fresh state and twice the while, until the run has come far `enough`.
#[track_caller]
fn interrupted(prepare: impl Fn() -> Folder, args: &[&str], enough: impl Fn(&Folder) -> bool) -> (Folder, Ran) {
    let mut last = None;
    for doublings in 0..8 {
        let folder = prepare();
        let run = begin(folder.path(), args);
        thread::sleep(Duration::from_millis(60) * 2_u32.pow(doublings));
        sh(folder.path(), r#"kill -INT "$1""#, &[&run.id().to_string()]).exits(0);
        let output = run.wait_with_output().expect("a child can be waited for");
        let by_signal = output.status.signal();
        let ran = Ran::of(output);
        if by_signal.is_none() && enough(&folder) {
            return (folder, ran);
        }
        last = Some((by_signal, ran));
    }
    panic!("never far enough: {last:?}");
}

/// What an interrupted run says, between these two words.
#[track_caller]
fn told(ran: Ran, words: &[&str]) {
    let ran = ran.exits(130).says(words);
    assert_eq!((ran.out.as_str(), ran.err.lines().count()), ("", 1), "{ran:?}");
    assert!(ran.err.starts_with("brokenpipe: interrupted: here: "), "{ran:?}");
}

/// Ends with the test, not by itself.
const ENDLESS: [&str; 2] = ["--repeat", "100000"];

/// Three trials each: the short scenario ends at once, the long one waits until it is interrupted.
const LONG: [&str; 7] = ["own", "--scenarios", "own.toml", "--repeat", "3", "--await-deadline", "1h"];

/// The rows of `own/short` with this many trials, and those of `own/long` with this many of this last outcome.
fn own_rows(short: u32, long: u32, outcomes: [&str; 3]) -> String {
    let row = |id, trials, step, operation, outcome| {
        format!("here,measured,own/{id},tcp4,ignore,std,none,{step},{operation},{outcome},,,,,{trials},{trials},\n")
    };
    let rows = [
        row("short", short, 1, "client,connect", "ok"),
        row("short", short, 2, "server,accept", "ok"),
        row("short", short, 3, "client,close", "ok"),
        row("long", long, 1, "client,connect", outcomes[0]),
        row("long", long, 2, "server,accept", outcomes[1]),
        row("long", long, 3, "client,await quiet", outcomes[2]),
    ];
    HEAD.to_owned() + &rows.concat()
}

/// Whether the case that ends at once has been measured by the run of three trials.
fn short_is_measured(folder: &Folder) -> bool {
    folder.join("out/here.csv").exists() && folder.read("out/here.csv").contains(",close,ok,,,,,3,3,")
}

#[test]
fn ctrl_c_writes_the_cases_that_are_complete_and_the_others_as_not_run() {
    let (folder, ran) = interrupted(|| Folder::with("own.toml", OWN), &[&RUN[..], &LONG].concat(), short_is_measured);
    told(ran, &["1 of 2 cases measured, 1 not run, 3 trials, written to out/here.csv"]);
    assert_eq!(folder.read("out/here.csv"), own_rows(3, 1, ["not-run"; 3]));
    assert_eq!(distinct(&folder.read("out/platforms.csv"), "platform"), ["here"]);
    let report = folder.brokenpipe(&["report", "out"]).exits(0).silent().out;
    assert!(report.contains("not-run: the step was not tried"), "{report}");
}

#[test]
fn ctrl_c_keeps_earlier_results_of_cases_that_are_not_complete() {
    let prepare = || {
        let folder = Folder::with("own.toml", OWN);
        folder.run(&["own", "--scenarios", "own.toml", "--repeat", "2", "--await-deadline", "10ms"]);
        assert_eq!(folder.read("out/here.csv"), own_rows(2, 2, ["ok", "ok", "quiet"]));
        folder
    };
    let (folder, ran) = interrupted(prepare, &[&RUN[..], &LONG].concat(), short_is_measured);
    told(ran, &["1 of 2 cases measured, 1 not run, 1 kept from before, 3 trials, written to out/here.csv"]);
    assert_eq!(folder.read("out/here.csv"), own_rows(3, 2, ["ok", "ok", "quiet"]));
}

#[test]
fn ctrl_c_on_a_run_of_everything_is_answered_at_any_pace() {
    let cases = Selection::default().cases(&Catalogue::builtin()).len();
    for pace in [&ENDLESS[..], &["--pace", "1h"]] {
        let (folder, ran) = interrupted(Folder::new, &[&RUN, pace].concat(), |_| true);
        told(ran, &[&format!("0 of {cases} cases measured, "), " not run, "]);
        let csv = folder.read("out/here.csv");
        // What a system does not have is known without a trial.
        assert!(
            distinct(&csv, "outcome").iter().all(|outcome| ["not-run", "unsupported"].contains(&outcome.as_str())),
            "{pace:?}"
        );
        assert_eq!(rows(&csv).iter().filter(|row| row["step"] == "1").count(), cases);
        folder.brokenpipe(&["report", "out"]).exits(0).silent();
    }
}

#[test]
fn ctrl_c_on_a_run_of_everything_keeps_the_results_there_are() {
    let full = Folder::new();
    full.run(&["--repeat", "2", "--await-deadline", "50ms"]);
    let before = contents(&full.join("out"));
    let cases = Selection::default().cases(&Catalogue::builtin()).len();
    let prepare = || copy_of(&before);
    let (folder, ran) = interrupted(prepare, &[&RUN[..], &ENDLESS].concat(), |_| true);
    told(ran, &[&format!("0 of {cases} cases measured, "), " not run, ", " kept from before"]);
    assert_eq!(contents(&folder.join("out")), before);
}

/// A folder with these files in `out`.
fn copy_of(files: &BTreeMap<String, Bytes>) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.join("out")).unwrap();
    for (name, bytes) in files {
        folder.write(&format!("out/{name}"), &bytes.0);
    }
    folder
}

/// Results of another kernel cannot stand beside new ones. But a run that has nothing new must not cost them.
#[test]
fn ctrl_c_does_not_replace_another_kernels_results_with_nothing() {
    let full = Folder::new();
    full.run(&ONE_CASE);
    let kernel = Platform::here().kernel;
    let facts = full.read("out/platforms.csv");
    full.write("out/platforms.csv", facts.replacen(&format!(",{kernel},"), ",0.0.1-other,", 1));
    let before = contents(&full.join("out"));
    assert_ne!(before["platforms.csv"].0, facts.as_bytes());
    let (folder, ran) = interrupted(|| copy_of(&before), &[&RUN[..], &ENDLESS].concat(), |_| true);
    ran.exits(130);
    assert_eq!(contents(&folder.join("out")), before);
}

/// What is measured for a comparison is in a folder that goes with it.
#[test]
fn ctrl_c_while_check_measures_names_no_file() {
    let long = OWN.replace("client await quiet\n", &"client await quiet\n".repeat(50));
    let prepare = || {
        let folder = Folder::with("own.toml", &long);
        fs::create_dir(folder.join("results")).unwrap();
        folder
    };
    let args = ["check", "--scenarios", "own.toml", "--select", "own/long"];
    let (_, ran) = interrupted(prepare, &args, |_| true);
    let name = Platform::here().platform;
    let told =
        format!("brokenpipe: interrupted: {name}: 0 of 1 cases measured, 1 not run, 0 trials, nothing is written\n");
    assert_eq!((ran.code, ran.out.as_str(), ran.err), (Some(130), "", told));
}

#[test]
fn kill_9_in_the_midst_of_a_run_changes_nothing() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let report = folder.brokenpipe(&["report", "out"]).exits(0).silent().out;
    for milliseconds in [10, 100] {
        let mut run = begin(folder.path(), &[&RUN[..], &ENDLESS].concat());
        thread::sleep(Duration::from_millis(milliseconds));
        run.kill().expect("it is still running");
        assert_eq!(run.wait().unwrap().signal(), Some(9), "it did not end by itself");
        assert_eq!(contents(&folder.join("out")), before);
        assert_eq!(folder.brokenpipe(&["report", "out"]).exits(0).silent().out, report);
    }
}

#[test]
fn kill_9_at_any_moment_leaves_the_old_file_or_the_new_one() {
    let folder = Folder::new();
    let csv = |repeat| {
        folder.run(&["peer-close", "--transport", "tcp4", "--repeat", repeat]);
        folder.read("out/here.csv")
    };
    let (new, old) = (csv("3"), csv("2"));
    assert_ne!(new, old);
    let facts = folder.read("out/platforms.csv");
    let (mut olds, mut news) = (0, 0);
    // Later and later, until the kill comes after the end.
    for milliseconds in (0..).step_by(3) {
        let args = ["peer-close", "--transport", "tcp4", "--repeat", "3"];
        let mut run = begin(folder.path(), &[&RUN[..], &args].concat());
        thread::sleep(Duration::from_millis(milliseconds));
        run.kill().expect("a child can be killed until it is waited for");
        let ended = run.wait().expect("a child can be waited for");
        match folder.read("out/here.csv") {
            csv if csv == old => olds += 1,
            csv if csv == new => news += 1,
            csv => panic!("neither the old file nor the new one after {milliseconds} ms: {csv}"),
        }
        assert_eq!(folder.read("out/platforms.csv"), facts);
        folder.brokenpipe(&["report", "out"]).exits(0).silent();
        if ended.success() {
            break;
        }
        folder.write("out/here.csv", &old);
    }
    assert!(olds > 0 && news > 0, "{olds} old, {news} new");
}

/// Waits for an hour in processes of its own.
#[cfg(target_os = "linux")]
const WAITING: &str = r#"[[scenario]]
id = "own/waiting"
slow = true
title = "Connect and wait"
why = "A process that waits has nothing to tell. It must be found out all the same that nobody listens."
transports = ["tcp4"]
steps = """
client connect
server accept
client await quiet
"""
[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["default", "handler", "blocked"]
"#;

#[cfg(target_os = "linux")]
const WAIT: [&str; 8] = ["own", "--slow", "--scenarios", "own.toml", "--repeat", "2", "--await-deadline", "1h"];

/// How many processes work in this folder; children work where their parent does.
#[cfg(target_os = "linux")]
fn processes_in(folder: &Path) -> usize {
    let folder = folder.canonicalize().expect("the folder is there");
    let entries = fs::read_dir("/proc").expect("Linux has it");
    let place = |entry: std::io::Result<fs::DirEntry>| fs::read_link(entry.ok()?.path().join("cwd")).ok();
    entries.filter_map(place).filter(|place| *place == folder).count()
}

/// Waits until so many processes work there. Nothing but the test's own end, by whoever runs it, ends this.
#[cfg(target_os = "linux")]
fn until_processes_are(count: usize, folder: &Path) {
    while processes_in(folder) != count {
        thread::sleep(Duration::from_millis(20));
    }
}

/// A run of which nothing but processes of its own is left, and these all wait.
#[cfg(target_os = "linux")]
fn begin_waiting() -> (Folder, Child) {
    let own = WAITING.replacen("transports = [\"tcp4\"]", "transports = [\"unix\"]", 1);
    let folder = Folder::with("own.toml", own);
    let run = begin(folder.path(), &[&RUN[..], &WAIT, &["--transport", "tcp4"]].concat());
    // Itself, and two for each of the three cases.
    until_processes_are(7, folder.path());
    (folder, run)
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_processes_that_wait() {
    let (folder, run) = begin_waiting();
    sh(folder.path(), r#"kill -INT "$1""#, &[&run.id().to_string()]).exits(0);
    told(Ran::of(run.wait_with_output().unwrap()), &["0 of 3 cases measured, 3 not run"]);
    assert_eq!(processes_in(folder.path()), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn kill_9_ends_processes_that_wait() {
    let (folder, mut run) = begin_waiting();
    run.kill().expect("it is still running");
    assert_eq!(run.wait().unwrap().signal(), Some(9));
    until_processes_are(0, folder.path());
}

/// Two platforms of the same rows, measured in fact on none.
fn two_platforms(outcome: &str) -> [(&'static str, String); 2] {
    let case = |platform: &str, number: u32| {
        let step = |step, operation, outcome| {
            format!("{platform},measured,own/{number},tcp4,ignore,std,none,{step},{operation},{outcome},,,,,10,10,\n")
        };
        step(1, "client,connect", "ok") + &step(2, "client,write 1", outcome)
    };
    let table = |platform| HEAD.to_owned() + &(0..1_000).map(|number| case(platform, number)).collect::<String>();
    [("box-1.csv", table("box-1")), ("box-2.csv", table("box-2"))]
}

#[test]
fn ctrl_c_while_accepting_leaves_all_as_it_was_or_all_adopted() {
    let (before, after) = (two_platforms("EPIPE"), two_platforms("ok 1"));
    // From before there is a handler to after the end.
    for step in 0..20 {
        let folder = Folder::new();
        for (name, tables) in [("results", &before), ("run", &after)] {
            fs::create_dir(folder.join(name)).unwrap();
            tables.iter().for_each(|(file, table)| folder.write(&format!("{name}/{file}"), table));
        }
        let accept = begin(folder.path(), &["accept", "run", "--yes"]);
        thread::sleep(Duration::from_millis(25) * step);
        sh(folder.path(), r#"kill -INT "$1" || true"#, &[&accept.id().to_string()]).exits(0);
        let ended = accept.wait_with_output().expect("a child can be waited for");
        let expected = match (ended.status.code(), ended.status.signal()) {
            (Some(0), None) => &after,
            (Some(130), None) | (None, Some(2)) => &before,
            other => panic!("{other:?}: {ended:?}"),
        };
        for (file, table) in expected {
            assert!(folder.read(&format!("results/{file}")) == *table, "{file} after {}", ended.status);
        }
    }
}

/// Ctrl-C after everything is written and before the first file is replaced.
#[test]
fn accepting_that_is_stopped_replaces_nothing() {
    let folder = Folder::new();
    for name in ["results", "run"] {
        fs::create_dir(folder.join(name)).unwrap();
        folder.write(&format!("{name}/box-1.csv"), two_platforms(name)[0].1.as_bytes());
    }
    let before = contents(&folder.join("results"));
    let adopt = |stop| {
        let (run, catalogue) = ([folder.join("run")], Catalogue::builtin());
        Adoption::plan(&run, &folder.join("results"), &catalogue)?.carry_out(&AtomicBool::new(stop))
    };
    assert!(matches!(adopt(true), Err(MergeError::Stopped)));
    assert_eq!(contents(&folder.join("results")), before);
    adopt(false).unwrap();
    assert_eq!(contents(&folder.join("results")), contents(&folder.join("run")));
}
