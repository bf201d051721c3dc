//! The processes of a run: what they report, and what happens to the run if one of them crashes.

#![cfg(unix)]

mod common;

use std::{
    env,
    path::{Path, PathBuf},
};

use brokenpipe::{
    catalogue::{Case, Catalogue, Selection, Sigpipe},
    driver::{self, CaseResult, Progress, RunError, Settings},
};

/// A scenario with SIGPIPE ignored, as in Rust programs, and with each other disposition.
const SCENARIO: &str = r#"
[[scenario]]
id = "own/default"
title = "t"
why = "w"
transports = ["tcp4"]
steps = """
client connect
server accept
server close
client await fin
client write 1
client await reset
client write 1
client read 1
"""
[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["default", "handler", "blocked"]
call = ["send"]
"#;

fn run(program: Option<&Path>) -> (Vec<Sigpipe>, Result<Vec<CaseResult>, RunError>) {
    run_all(&[SCENARIO], program, 3)
}

/// Runs these scenarios, and returns the disposition of SIGPIPE in each case, and the results.
fn run_all(
    scenarios: &[&str],
    program: Option<&Path>,
    repeat: u32,
) -> (Vec<Sigpipe>, Result<Vec<CaseResult>, RunError>) {
    let mut catalogue = Catalogue::default();
    for scenario in scenarios {
        catalogue.add("own.toml", scenario).expect("the scenario is valid");
    }
    let cases: Vec<Case<'_>> = Selection::default().cases(&catalogue);
    // So that the number of processes does not depend on that of processors.
    let settings = Settings { repeat, jobs: 1, program: program.map(Path::to_owned), ..Settings::default() };
    let progress = Progress::default();
    let results = driver::run(&cases, &settings, &progress);
    if results.is_ok() {
        assert_eq!(progress.finished(), u64::from(repeat) * cases.len() as u64);
    }
    (cases.iter().map(|case| case.axes.sigpipe).collect(), results)
}

/// Asserts that the outcomes of every step of every case add up to the number of trials.
#[cfg(target_os = "linux")]
#[track_caller]
fn assert_counted(results: &[CaseResult], repeat: u32) {
    let repeat = u64::from(repeat);
    for result in results {
        let CaseResult::Measured { trials, steps } = result else { panic!("{result:?}") };
        assert_eq!(*trials, repeat);
        for step in steps {
            assert_eq!(step.iter().map(|&(_, count)| count).sum::<u64>(), repeat, "{steps:?}");
        }
    }
}

/// Cases that kill no process, two for each of two dispositions, and one that needs no process.
#[cfg(target_os = "linux")]
const HARMLESS: &str = r#"
[[scenario]]
id = "own/harmless"
title = "t"
why = "w"
transports = ["tcp4"]
steps = """
client connect
server accept
client write 1
"""
[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["default", "handler"]
call = ["send", "write"]
"#;

/// A process is given a batch of trials, and a copy of it ends with the first that kills it; harmless trials come in
/// between.
#[cfg(target_os = "linux")]
#[test]
fn each_trial_is_counted_once_however_processes_end() {
    let (modes, results) = run_all(&[SCENARIO, HARMLESS], Some(Path::new(common::BROKENPIPE)), 120);
    let results = results.expect("nothing crashes");
    assert_eq!((modes.len(), results.len()), (9, 9));
    assert_counted(&results, 120);
}

/// A process does not have the descriptors to keep all three listeners, and restarts trials without them.
#[cfg(target_os = "linux")]
#[test]
fn a_trial_that_is_restarted_is_counted_once() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let transports = HARMLESS.replace(r#"["tcp4"]"#, r#"["tcp4", "tcp6", "unix"]"#);
    let folder = common::Folder::new();
    let scarce = folder.join("scarce");
    // Three standard streams, two for the poll, one listener, and the two ends of a connection.
    folder.write("scarce", format!("#!/bin/sh\nulimit -n 8\nexec '{}' \"$@\"\n", common::BROKENPIPE));
    fs::set_permissions(&scarce, fs::Permissions::from_mode(0o755)).unwrap();
    let (_, results) = run_all(&[&transports], Some(&scarce), 40);
    let results = results.expect("nothing crashes");
    assert_eq!(results.len(), 15);
    assert_counted(&results, 40);
    for result in &results {
        let CaseResult::Measured { steps, .. } = result else { unreachable!("asserted above") };
        let words: Vec<_> = steps.iter().map(|step| step[0].0.to_string()).collect();
        assert_eq!(words, ["ok", "ok", "ok 1"]);
        assert!(steps.iter().all(|step| step.len() == 1), "{steps:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_disposition_of_sigpipe_has_its_effect() {
    use common::{BROKENPIPE, observed, words};

    let (modes, results) = run(Some(Path::new(BROKENPIPE)));
    let results = results.expect("nothing crashes");
    assert_eq!(modes, [Sigpipe::Ignore, Sigpipe::Default, Sigpipe::Handler, Sigpipe::Blocked]);
    let last_two: Vec<_> = results.iter().map(|result| words(&observed(result)[6..])).collect();
    assert_eq!(last_two[0], ["EPIPE", "eof"]);
    assert_eq!(last_two[1], ["killed SIGPIPE", "not-run"]);
    assert_eq!(last_two[2], ["EPIPE+SIGPIPE", "eof"]);
    assert_eq!(last_two[3], ["EPIPE+SIGPIPE", "eof"]);
}

#[test]
fn without_the_program_cases_that_need_a_process_are_not_run() {
    let (_, results) = run(None);
    let results = results.expect("nothing crashes");
    assert!(matches!(results[0], CaseResult::Measured { trials: 3, .. }), "{:?}", results[0]);
    for result in &results[1..] {
        assert!(matches!(result, CaseResult::NotRun(reason) if reason.contains("program")), "{result:?}");
    }
}

/// The path of a program of the system, which is in different folders on different systems.
fn on_path(name: &str) -> PathBuf {
    let folders = env::var_os("PATH").expect("there is a PATH");
    let found = env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not on the PATH"))
}

/// Other programs stand in for one that crashes: one succeeds at once, one fails, and one writes nonsense.
#[test]
fn a_crash_costs_its_own_case_only() {
    let reasons = [
        ("true", "child crashed (exit status: 0)"),
        ("false", "child crashed (exit status: 1)"),
        ("echo", "child wrote no journal"),
    ];
    for (program, reason) in reasons {
        let (_, results) = run(Some(&on_path(program)));
        let results = results.expect("a crash does not end the run");
        assert!(matches!(results[0], CaseResult::Measured { trials: 3, .. }), "{program}: {:?}", results[0]);
        assert_eq!(results[1..], vec![CaseResult::NotRun(reason.to_owned()); 3], "{program}");
    }
}

/// Scripts stand in for the program.
#[cfg(target_os = "linux")]
mod scripts {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        time::{Duration, Instant},
    };

    use super::{common::Folder, *};

    /// A folder with a script that has this text after its first line.
    fn script(text: &str) -> (Folder, PathBuf) {
        let folder = Folder::with("script", format!("#!/bin/sh\n{text}\n"));
        let script = folder.join("script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        (folder, script)
    }

    #[test]
    fn a_case_whose_processes_crash_is_not_run_and_all_others_are() {
        // The job is on standard input, which is read once.
        let text = format!(
            r#"read -r job
            case $job in *'"sigpipe":"handler"'*) kill -SEGV $$ ;; esac
            printf '%s' "$job" | '{}' "$@""#,
            common::BROKENPIPE
        );
        let (_folder, script) = script(&text.replace("read -r job", "job=$(cat)"));
        let (modes, results) = run_all(&[SCENARIO, HARMLESS], Some(&script), 3);
        let results = results.expect("a crash does not end the run");
        for (mode, result) in modes.into_iter().zip(results) {
            match result {
                CaseResult::NotRun(reason) if mode == Sigpipe::Handler => {
                    assert!(reason.starts_with("child crashed (signal: 11 (SIGSEGV)"), "{reason}");
                }
                CaseResult::Measured { trials: 3, .. } if mode != Sigpipe::Handler => {}
                result => panic!("{mode}: {result:?}"),
            }
        }
    }

    #[test]
    fn if_every_process_crashes_no_more_are_started_soon() {
        let (folder, script) = script(r#"echo >>"$0.started"; exit 7"#);
        let (modes, results) = run_all(&[SCENARIO, HARMLESS], Some(&script), 200);
        let results = results.expect("a crash does not end the run");
        for (mode, result) in modes.into_iter().zip(results) {
            match result {
                CaseResult::NotRun(reason) if mode != Sigpipe::Ignore => {
                    assert!(reason.starts_with("child crashed (exit status: 7)"), "{reason}");
                }
                CaseResult::Measured { trials: 200, .. } if mode == Sigpipe::Ignore => {}
                result => panic!("{mode}: {result:?}"),
            }
        }
        let started = folder.read("script.started").lines().count();
        assert!((1..=3 * 3 * 16).contains(&started), "{started}");
    }

    /// To start a program takes many times as long as to copy a process.
    #[test]
    fn no_program_is_started_for_each_trial_that_kills() {
        let text = format!(r#"echo >>"$0.started"; exec '{}' "$@""#, common::BROKENPIPE);
        let (folder, script) = script(&text);
        let (modes, results) = run_all(&[SCENARIO], Some(&script), 200);
        assert_eq!(modes.iter().filter(|&&mode| mode == Sigpipe::Default).count(), 1);
        assert_counted(&results.expect("nothing crashes"), 200);
        // 16 processes for each of three dispositions; more only where there are few descriptors.
        let started = folder.read("script.started").lines().count();
        assert!((3 * 16..200).contains(&started), "{started}");
    }

    #[test]
    fn a_process_that_is_silent_is_ended_and_its_case_is_not_run() {
        let mut catalogue = Catalogue::default();
        catalogue.add("own.toml", SCENARIO).expect("the scenario is valid");
        let cases = Selection::default().cases(&catalogue);
        let (_folder, script) = script("exec sleep 1000");
        let short = Duration::from_millis(100);
        let settings = Settings {
            repeat: 1,
            await_deadline: short,
            connect_deadline: short,
            patience: short,
            program: Some(script),
            ..Settings::default()
        };
        let begun = Instant::now();
        let results = driver::run(&cases[1..], &settings, &Progress::default()).expect("the selector works");
        assert!(begun.elapsed() < common::LIMIT);
        let silent = CaseResult::NotRun("hung: a process between two trials, for 0 s".to_owned());
        assert_eq!(results, vec![silent; 3]);
    }
}
