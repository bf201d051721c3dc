//! Processes of a run: what they tell, and what becomes of a run when one of them crashes.

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

/// One scenario with SIGPIPE ignored, and with SIGPIPE as it is everywhere but in Rust.
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

/// Runs these scenarios: what SIGPIPE does in each case, and what came of it.
fn run_all(
    scenarios: &[&str],
    program: Option<&Path>,
    repeat: u32,
) -> (Vec<Sigpipe>, Result<Vec<CaseResult>, RunError>) {
    let mut catalogue = Catalogue::default();
    for scenario in scenarios {
        catalogue.add("own.toml", scenario).expect("the scenario is right");
    }
    let cases: Vec<Case<'_>> = Selection::default().cases(&catalogue);
    let settings = Settings { repeat, program: program.map(Path::to_owned), ..Settings::default() };
    let progress = Progress::default();
    let results = driver::run(&cases, &settings, &progress);
    if results.is_ok() {
        assert_eq!(progress.finished(), u64::from(repeat) * cases.len() as u64);
    }
    (cases.iter().map(|case| case.axes.sigpipe).collect(), results)
}

/// That every step of every case was counted as often as there were trials.
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

/// Two cases that no process dies of, for each of two modes.
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

/// A process is given a portion of the trials, which ends with the first that kills; harmless ones come between.
#[cfg(target_os = "linux")]
#[test]
fn each_trial_is_counted_once_however_processes_end() {
    let (modes, results) = run_all(&[SCENARIO, HARMLESS], Some(Path::new(common::BROKENPIPE)), 120);
    let results = results.expect("nothing crashes");
    assert_eq!((modes.len(), results.len()), (9, 9));
    assert_counted(&results, 120);
}

/// A process that keeps its listeners has too few descriptors for all three of them, and begins trials anew without.
#[cfg(target_os = "linux")]
#[test]
fn a_trial_that_is_begun_anew_is_counted_once() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let transports = HARMLESS.replace(r#"["tcp4"]"#, r#"["tcp4", "tcp6", "unix"]"#);
    let folder = common::Folder::new();
    let scarce = folder.join("scarce");
    // Streams, two of the poll, one listener, and the two ends.
    folder.write("scarce", format!("#!/bin/sh\nulimit -n 8\nexec '{}' \"$@\"\n", common::BROKENPIPE));
    fs::set_permissions(&scarce, fs::Permissions::from_mode(0o755)).unwrap();
    let (_, results) = run_all(&[&transports], Some(&scarce), 40);
    let results = results.expect("nothing crashes");
    assert_eq!(results.len(), 15);
    assert_counted(&results, 40);
    for result in &results {
        let CaseResult::Measured { steps, .. } = result else { unreachable!("it was counted") };
        let words: Vec<_> = steps.iter().map(|step| step[0].0.to_string()).collect();
        assert_eq!(words, ["ok", "ok", "ok 1"]);
        assert!(steps.iter().all(|step| step.len() == 1), "{steps:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_is_seen_by_what_it_does() {
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
fn without_the_program_such_cases_are_unsupported() {
    let (_, results) = run(None);
    let results = results.expect("nothing crashes");
    assert!(matches!(results[0], CaseResult::Measured { trials: 3, .. }), "{:?}", results[0]);
    for result in &results[1..] {
        assert!(matches!(result, CaseResult::Unsupported(reason) if reason.contains("program")), "{result:?}");
    }
}

/// A program of the system, which not every system has in the same folder.
fn on_path(name: &str) -> PathBuf {
    let folders = env::var_os("PATH").expect("there is a PATH");
    let found = env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not on the PATH"))
}

/// Programs that are no brokenpipe stand for one that crashes: one ends at once, one ends badly, one talks nonsense.
#[test]
fn a_crash_is_an_error_of_the_run_and_costs_nothing_else() {
    for program in ["true", "false", "echo"] {
        let (_, results) = run(Some(&on_path(program)));
        let RunError { error, results } = results.expect_err("it cannot do the job");
        let error = error.to_string();
        assert!(error.contains("crashed between two trials"), "{program}: {error}");
        assert!(matches!(results[0], CaseResult::Measured { trials: 3, .. }), "{program}: {:?}", results[0]);
        assert_eq!(results[1..], [CaseResult::NotRun, CaseResult::NotRun, CaseResult::NotRun], "{program}");
    }
}
