//! Ctrl-C and kill -9: complete cases are kept, and no file is left half written.

#![cfg(unix)]

mod common;

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt,
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, Instant},
};
#[cfg(target_os = "linux")]
use std::{fs, path::Path};

use brokenpipe::{
    catalogue::{Catalogue, Selection},
    platform::Platform,
    results::{Adoption, MergeError},
};
#[cfg(target_os = "linux")]
use common::until;
use common::{Bytes, Folder, HEAD, LIMIT, ONE_CASE, OWN, RUN, Ran, contents, distinct, process::Process, rows};

/// Starts a run, interrupts it after a while, and waits for its end. On a busy machine a run may not have installed its
/// handler by then: this tries again with a fresh folder and twice the time until the run has come far `enough`.
#[track_caller]
fn interrupted(prepare: impl Fn() -> Folder, args: &[&str], enough: impl Fn(&Folder) -> bool) -> (Folder, Ran) {
    stopped_by("INT", prepare, args, enough)
}

/// Does the same by another signal.
#[track_caller]
fn stopped_by(
    signal: &str,
    prepare: impl Fn() -> Folder,
    args: &[&str],
    enough: impl Fn(&Folder) -> bool,
) -> (Folder, Ran) {
    let mut last = None;
    for doublings in 0..8 {
        let folder = prepare();
        let run = Process::begin(folder.path(), args);
        thread::sleep(Duration::from_millis(60) * 2_u32.pow(doublings));
        run.signal(signal);
        let output = run.output();
        let by_signal = output.status.signal();
        let ran = Ran::of(output);
        if by_signal.is_none() && enough(&folder) {
            return (folder, ran);
        }
        last = Some((by_signal, ran));
    }
    panic!("the run never came far enough: {last:?}");
}

/// Asserts that an interrupted run said so in one line with these texts.
#[track_caller]
fn assert_interrupted(ran: Ran, words: &[&str]) {
    let ran = ran.exits(130).says(words);
    assert_eq!((ran.out.as_str(), ran.err.lines().count()), ("", 1), "{ran:?}");
    assert!(ran.err.starts_with("brokenpipe: interrupted: here: "), "{ran:?}");
}

/// So many trials that a run does not end by itself during the test.
const ENDLESS: [&str; 2] = ["--repeat", "100000"];

/// A run of three trials a case: the short scenario ends at once, the long one waits until it is interrupted.
const LONG: [&str; 7] = ["own", "--scenarios", "own.toml", "--repeat", "3", "--await-deadline", "1h"];

/// The file with `own/short` of `short` trials, and `own/long` of `long` trials and with these outcomes.
fn own_rows(short: u32, long: u32, outcomes: [&str; 3]) -> String {
    let row = |id, trials, step, operation, outcome| {
        let note = if outcome == "not-run" { "the run ended before the case was complete" } else { "" };
        let flags = if outcome == "quiet" { "EPOLLOUT" } else { "" };
        format!(
            "here,measured,own/{id},tcp4,ignore,std,none,std,mio,{step},{operation},{outcome},,,,,{flags},{trials},{trials},{note}\n"
        )
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

/// Whether the run of three trials has measured the case that ends at once.
fn short_is_measured(folder: &Folder) -> bool {
    folder.join("out/here.csv").exists() && folder.read("out/here.csv").contains(",close,ok,,,,,,3,3,")
}

#[test]
fn ctrl_c_writes_the_cases_that_are_complete_and_the_others_as_not_run() {
    let (folder, ran) = interrupted(|| Folder::with("own.toml", OWN), &[&RUN[..], &LONG].concat(), short_is_measured);
    assert_interrupted(ran, &["1 of 2 cases measured, 1 not run, 3 trials, written to out/here.csv"]);
    assert_eq!(folder.read("out/here.csv"), own_rows(3, 1, ["not-run"; 3]));
    assert_eq!(distinct(&folder.read("out/platforms.csv"), "platform"), ["here"]);
    let report = folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out;
    assert!(report.contains("not-run: the step was not tried"), "{report}");
}

#[test]
fn sigterm_and_sighup_write_the_cases_that_are_complete_too() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let own = || Folder::with("own.toml", OWN);
        let (folder, ran) = stopped_by(signal, own, &[&RUN[..], &LONG].concat(), short_is_measured);
        let ran =
            ran.exits(code).says(&["brokenpipe: interrupted: here: 1 of 2 cases measured, 1 not run, 3 trials, "]);
        assert_eq!((ran.out.as_str(), ran.err.lines().count()), ("", 1), "{ran:?}");
        assert!(folder.read("out/here.csv").contains(",close,ok,,,,,,3,3,"));
    }
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
    assert_interrupted(
        ran,
        &["1 of 2 cases measured, 1 not run, 1 kept from before, 3 trials, written to out/here.csv"],
    );
    assert_eq!(folder.read("out/here.csv"), own_rows(3, 2, ["ok", "ok", "quiet"]));
}

#[test]
fn ctrl_c_on_a_run_of_everything_is_answered_at_any_pace() {
    let cases = Selection::default().cases(&Catalogue::builtin()).len();
    let interrupt = |pace: &[&str]| {
        let (folder, ran) = interrupted(Folder::new, &[&RUN, pace].concat(), |_| true);
        assert_interrupted(ran, &[&format!("0 of {cases} cases measured, "), " not run, "]);
        let csv = folder.read("out/here.csv");
        // What a system does not have is known without a trial.
        assert!(
            distinct(&csv, "outcome").iter().all(|outcome| ["not-run", "unsupported"].contains(&outcome.as_str())),
            "{pace:?}"
        );
        assert_eq!(rows(&csv).iter().filter(|row| row["step"] == "1").count(), cases);
        folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent();
    };
    thread::scope(|scope| {
        scope.spawn(|| interrupt(&ENDLESS));
        scope.spawn(|| interrupt(&["--pace", "1h"]));
    });
}

#[test]
fn ctrl_c_on_a_run_of_everything_keeps_the_results_there_are() {
    let full = Folder::new();
    let deadline = ["--await-deadline", "50ms"];
    full.run(&[&["--repeat", "2"][..], &deadline].concat());
    let before = contents(&full.join("out"));
    let cases = Selection::default().cases(&Catalogue::builtin()).len();
    let prepare = || copy_of(&before);
    let (folder, ran) = interrupted(prepare, &[&RUN[..], &ENDLESS, &deadline].concat(), |_| true);
    assert_interrupted(ran, &[&format!("0 of {cases} cases measured, "), " not run, ", " kept from before"]);
    assert_eq!(contents(&folder.join("out")), before);
}

/// A folder with these files in `out`.
fn copy_of(files: &BTreeMap<String, Bytes>) -> Folder {
    let folder = Folder::new();
    folder.make("out");
    for (name, bytes) in files {
        folder.write(&format!("out/{name}"), &bytes.0);
    }
    folder
}

/// Results of another kernel cannot be mixed with new ones, but a run without a complete case must not delete them.
#[test]
fn ctrl_c_does_not_replace_another_kernels_results_with_nothing() {
    let full = Folder::new();
    full.run(&ONE_CASE);
    full.change_kernel();
    let before = contents(&full.join("out"));
    let (folder, ran) = interrupted(|| copy_of(&before), &[&RUN[..], &ENDLESS].concat(), |_| true);
    ran.exits(130);
    assert_eq!(contents(&folder.join("out")), before);
}

/// `check` measures into a temporary folder, so the message of an interrupted one must not name it.
#[test]
fn ctrl_c_while_check_measures_names_no_file() {
    let long = OWN.replace("client await quiet\n", &"client await quiet\n".repeat(50));
    let prepare = || {
        let folder = Folder::with("own.toml", &long);
        folder.make("results");
        folder
    };
    let args = ["check", "--scenarios", "own.toml", "--select", "own/long"];
    let (_, ran) = interrupted(prepare, &args, |_| true);
    let name = Platform::here().platform;
    let told = format!(
        "brokenpipe: interrupted: {name}: 0 of 1 cases measured, 1 not run, no case is complete, 0 trials, nothing is written\n"
    );
    assert_eq!((ran.code, ran.out.as_str(), ran.err), (Some(130), "", told));
}

#[test]
fn kill_9_during_a_run_changes_nothing() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let report = folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out;
    for milliseconds in [10, 100] {
        let mut run = Process::begin(folder.path(), &[&RUN[..], &ENDLESS].concat());
        thread::sleep(Duration::from_millis(milliseconds));
        run.kill();
        assert_eq!(run.output().status.signal(), Some(9), "it ended by itself");
        assert_eq!(contents(&folder.join("out")), before);
        assert_eq!(folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out, report);
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
    // Ever later, until the kill comes after the end.
    let begin = Instant::now();
    for milliseconds in (0..).step_by(3) {
        assert!(begin.elapsed() < LIMIT, "no run has ended by itself within {milliseconds} ms");
        let args = ["peer-close", "--transport", "tcp4", "--repeat", "3"];
        let mut run = Process::begin(folder.path(), &[&RUN[..], &args].concat());
        thread::sleep(Duration::from_millis(milliseconds));
        run.kill();
        let ended = run.output().status;
        match folder.read("out/here.csv") {
            csv if csv == old => olds += 1,
            csv if csv == new => news += 1,
            csv => panic!("neither the old file nor the new one after {milliseconds} ms: {csv}"),
        }
        assert_eq!(folder.read("out/platforms.csv"), facts);
        folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent();
        if ended.success() {
            break;
        }
        folder.write("out/here.csv", &old);
    }
    assert!(olds > 0 && news > 0, "{olds} old, {news} new");
}

/// A scenario that waits for the deadline of its await, with cases that each run in processes of their own.
#[cfg(target_os = "linux")]
const WAITING: &str = r#"[[scenario]]
id = "own/waiting"
slow = true
title = "Connect and wait"
why = "A process that waits writes nothing, and yet must notice that its parent has ended."
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

/// The number of processes whose working directory is this folder. Children inherit it from their parent.
#[cfg(target_os = "linux")]
fn processes_in(folder: &Path) -> usize {
    let folder = folder.canonicalize().expect("the folder exists");
    let entries = fs::read_dir("/proc").expect("/proc is mounted");
    let place = |entry: std::io::Result<fs::DirEntry>| fs::read_link(entry.ok()?.path().join("cwd")).ok();
    entries.filter_map(place).filter(|place| *place == folder).count()
}

#[cfg(target_os = "linux")]
#[track_caller]
fn until_processes_are(count: usize, folder: &Path) {
    until(&format!("{count} processes in {}", folder.display()), || processes_in(folder) == count);
}

/// A run all of whose remaining cases wait in processes of their own.
#[cfg(target_os = "linux")]
fn begin_waiting() -> (Folder, Process) {
    let own = WAITING.replacen("transports = [\"tcp4\"]", "transports = [\"unix\"]", 1);
    let folder = Folder::with("own.toml", own);
    let run = Process::begin(folder.path(), &[&RUN[..], &WAIT, &["--transport", "tcp4"]].concat());
    // The run itself, and two processes for each of the three cases, with a copy of each that SIGPIPE may kill.
    until_processes_are(9, folder.path());
    (folder, run)
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_processes_that_wait() {
    let (folder, run) = begin_waiting();
    run.interrupt();
    assert_interrupted(Ran::of(run.output()), &["0 of 3 cases measured, 3 not run"]);
    assert_eq!(processes_in(folder.path()), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn kill_9_ends_processes_that_wait() {
    let (folder, mut run) = begin_waiting();
    run.kill();
    assert_eq!(run.output().status.signal(), Some(9));
    until_processes_are(0, folder.path());
}

/// The invented results of two platforms, with this outcome in the second step of each of a thousand cases.
fn two_platforms(outcome: &str) -> [(&'static str, String); 2] {
    let case = |platform: &str, number: u32| {
        let step = |step, operation, outcome| {
            format!(
                "{platform},measured,own/{number},tcp4,ignore,std,none,std,mio,{step},{operation},{outcome},,,,,,10,10,\n"
            )
        };
        step(1, "client,connect", "ok") + &step(2, "client,write 1", outcome)
    };
    let table = |platform| HEAD.to_owned() + &(0..1_000).map(|number| case(platform, number)).collect::<String>();
    [("box-1.csv", table("box-1")), ("box-2.csv", table("box-2"))]
}

/// Interrupts `accept` at moments from its beginning, before it has a handler, to after its end.
#[test]
fn ctrl_c_while_accepting_leaves_all_as_it_was_or_all_adopted() {
    let (before, after) = (two_platforms("EPIPE"), two_platforms("ok 1"));
    let begin_accept = || {
        let folder = Folder::new();
        for (name, tables) in [("results", &before), ("run", &after)] {
            folder.make(name);
            tables.iter().for_each(|(file, table)| folder.write(&format!("{name}/{file}"), table));
        }
        let accept = Process::begin(folder.path(), &["accept", "run", "--yes"]);
        (folder, accept, Instant::now())
    };
    let (mut handled, mut adopted) = (0, 0);
    let begin = Instant::now();
    // On a busy machine a whole pass may miss the time of the handler, and is repeated.
    while handled == 0 || adopted == 0 {
        let (_folder, accept, began) = begin_accept();
        assert_eq!(accept.output().status.code(), Some(0));
        let whole = began.elapsed();
        for twentieths in 0..25 {
            assert!(begin.elapsed() < LIMIT, "{handled} interrupts were handled, {adopted} runs adopted");
            let (folder, accept, began) = begin_accept();
            thread::sleep((whole * twentieths / 20).saturating_sub(began.elapsed()));
            accept.interrupt();
            let ended = accept.output();
            let expected = match (ended.status.code(), ended.status.signal()) {
                (Some(0), None) => {
                    adopted += 1;
                    &after
                }
                (Some(130), None) => {
                    handled += 1;
                    &before
                }
                (None, Some(2)) => &before,
                _ => panic!("{ended:?}"),
            };
            for (file, table) in expected {
                assert!(folder.read(&format!("results/{file}")) == *table, "{file} after {}", ended.status);
            }
        }
    }
}

/// Stops after all new files are written and before the first old one is replaced.
#[test]
fn a_stopped_accept_replaces_nothing() {
    let folder = Folder::new();
    for name in ["results", "run"] {
        folder.make(name);
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
