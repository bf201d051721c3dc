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
    let settings = Settings { repeat, program: program.map(Path::to_owned), ..Settings::default() };
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

/// A process is given a batch of trials and ends with the first that kills it; harmless trials come in between.
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
fn a_crash_is_an_error_of_the_run_and_keeps_other_results() {
    for program in ["true", "false", "echo"] {
        let (_, results) = run(Some(&on_path(program)));
        let RunError { error, results } = results.expect_err("the program is no brokenpipe");
        let error = error.to_string();
        assert!(error.contains("crashed between two trials"), "{program}: {error}");
        assert!(matches!(results[0], CaseResult::Measured { trials: 3, .. }), "{program}: {:?}", results[0]);
        assert!(results[1..].iter().all(|result| matches!(result, CaseResult::NotRun(_))), "{program}: {results:?}");
    }
}
