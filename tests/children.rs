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
    let mut catalogue = Catalogue::default();
    catalogue.add("own.toml", SCENARIO).expect("the scenario is right");
    let cases: Vec<Case<'_>> = Selection::default().cases(&catalogue);
    let settings = Settings { repeat: 3, program: program.map(Path::to_owned), ..Settings::default() };
    let modes = cases.iter().map(|case| case.axes.sigpipe).collect();
    (modes, driver::run(&cases, &settings, &Progress::default()))
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
    const REPEAT: u64 = 120;

    let mut catalogue = Catalogue::default();
    catalogue.add("own.toml", SCENARIO).expect("the scenario is right");
    catalogue.add("harmless.toml", HARMLESS).expect("the scenario is right");
    let cases: Vec<Case<'_>> = Selection::default().cases(&catalogue);
    let program = Some(PathBuf::from(common::BROKENPIPE));
    let settings = Settings { repeat: REPEAT as u32, program, ..Settings::default() };
    let progress = Progress::default();
    let results = driver::run(&cases, &settings, &progress).expect("nothing crashes");
    assert_eq!(results.len(), 9);
    for (case, result) in cases.iter().zip(&results) {
        let CaseResult::Measured { trials: REPEAT, steps } = result else { panic!("{}: {result:?}", case.axes) };
        for step in steps {
            assert_eq!(step.iter().map(|&(_, count)| count).sum::<u64>(), REPEAT, "{}: {steps:?}", case.axes);
        }
    }
    assert_eq!(progress.finished(), 9 * REPEAT);
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
