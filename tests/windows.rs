//! Behaviour of Windows alone: named pipes, WSASend, a terminated process. Wine runs these tests too and is no evidence
//! about Windows, so they assert only what Microsoft documents, or tell the two apart.

#![cfg(windows)]

mod common;

use std::time::Duration;

use brokenpipe::{
    catalogue::{Case, Catalogue, Selection},
    driver::{self, Progress, Settings},
    outcome::Observation,
    platform::Platform,
    sys,
};
use common::{BROKENPIPE, observed, words};

const WSASEND: &str = r#"
[[scenario]]
id = "own/wsasend"
title = "t"
why = "w"
transports = ["udp4"]
steps = """
client connect
server accept
client write 1
server read 1
client shutdown write
client write 1
"""
[[scenario.also]]
transports = ["tcp4"]
call = ["wsasend"]
"#;

/// The outcome of each step of the only case that is selected, which has to be the same in all three trials.
#[track_caller]
fn observe(own: &str, selector: &str, fits: impl Fn(&Case<'_>) -> bool) -> Vec<Observation> {
    let mut catalogue = Catalogue::builtin();
    if !own.is_empty() {
        catalogue.add("own.toml", own).expect("the scenario is valid");
    }
    let selection = Selection::new(&[selector]).expect("the selector is valid");
    let cases: Vec<_> = selection.cases(&catalogue).into_iter().filter(fits).collect();
    assert_eq!(cases.len(), 1, "{selector}");
    let program = Some(BROKENPIPE.into());
    // On Wine a terminated process may take longer to end than the default deadline.
    let settings = Settings { repeat: 3, await_deadline: Duration::from_secs(5), program, ..Settings::default() };
    let results = driver::run(&cases, &settings, &Progress::default()).expect("nothing crashes");
    observed(&results[0])
}

#[test]
fn a_write_to_a_pipe_without_a_reader_fails() {
    let gave = observe("", "pipe/reader-closed-unread-write-write", |_| true);
    assert_eq!(words(&gave[..5]), ["ok", "ok", "ok 1", "readable+writable", "ok"]);
    assert_eq!(words(&gave[6..]), ["EPIPE", "EPIPE", "ok"]);
    assert_eq!(gave[6].outcome.native_name(), Some("ERROR_NO_DATA"));
}

#[test]
fn a_pipe_whose_writer_has_closed_gives_its_data_and_then_the_end() {
    let gave = observe("", "pipe/data-first-writer-closed-read-read-read", |_| true);
    assert_eq!(words(&[gave[5], gave[7], gave[8]]), ["ok 1", "eof", "eof"]);
}

#[test]
fn wsasend_writes_and_fails_with_the_error_of_winsock() {
    let of_tcp = |case: &Case<'_>| case.axes.transport.word() == "tcp4";
    let gave = observe(WSASEND, "own/wsasend", of_tcp);
    assert_eq!(words(&gave), ["ok", "ok", "ok 1", "ok 1", "ok", "ESHUTDOWN"]);
    assert_eq!(gave[5].outcome.native_name(), Some("WSAESHUTDOWN"));
}

/// The peer is in a process of its own, which is terminated.
#[test]
fn the_end_of_a_terminated_process_is_reported_to_its_peer() {
    let of_tcp = |case: &Case<'_>| case.axes.transport.word() == "tcp4";
    let gave = observe("", "peer-crash/write-write-read", of_tcp);
    assert_eq!(words(&gave[..4]), ["ok", "ok", "ok", "ok"]);
    let reported = &words(&gave)[4];
    if sys::host().runtime == "wine" {
        // As in `results/wine-8-x86_64-gnu.csv` and `results/wine-10-x86_64-gnu.csv`.
        assert_eq!(reported, "readable+writable+read_closed");
    } else {
        // Windows may send a reset instead of a FIN, and mio reports `read_closed` for either.
        assert!(!reported.starts_with("no-event") && reported.split('+').any(|flag| flag == "read_closed"), "{gave:?}");
    }
}

#[test]
fn wine_is_never_called_windows() {
    let host = sys::host();
    let name = Platform::here().platform;
    if host.evidence.contains("exports wine_get_version") {
        assert_eq!(host.runtime, "wine");
        assert!(name.starts_with(&format!("wine-{}-", host.runtime_version)), "{name}");
    } else {
        assert_eq!(host.runtime, "native");
        assert!(name.starts_with("windows-"), "{name}");
    }
}
