//! What is Windows' alone: named pipes, WSASend, a process that is terminated. Only what Microsoft documents is asked for,
//! since Wine runs these tests too, and is no evidence about Windows.

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

/// What each step of the one case gave that this selects, the same in all of three trials.
#[track_caller]
fn observe(own: &str, selector: &str, fits: impl Fn(&Case<'_>) -> bool) -> Vec<Observation> {
    let mut catalogue = Catalogue::builtin();
    if !own.is_empty() {
        catalogue.add("own.toml", own).expect("the scenario is right");
    }
    let selection = Selection::new(&[selector]).expect("the selector is right");
    let cases: Vec<_> = selection.cases(&catalogue).into_iter().filter(fits).collect();
    assert_eq!(cases.len(), 1, "{selector}");
    let program = Some(BROKENPIPE.into());
    // A process that is terminated on Wine may take longer to be gone than the usual deadline.
    let settings = Settings { repeat: 3, await_deadline: Duration::from_secs(5), program, ..Settings::default() };
    let results = driver::run(&cases, &settings, &Progress::default()).expect("nothing crashes");
    observed(&results[0])
}

#[test]
fn a_pipe_whose_reader_has_closed_takes_no_more() {
    let gave = observe("", "pipe/reader-closed-unread-write-write", |_| true);
    assert_eq!(words(&gave[..5]), ["ok", "ok", "ok 1", "readable+writable", "ok"]);
    assert_eq!(words(&gave[6..]), ["EPIPE", "EPIPE", "ok"]);
    assert_eq!(gave[6].outcome.native_name(), Some("ERROR_NO_DATA"));
}

#[test]
fn a_pipe_whose_writer_has_closed_gives_the_data_and_then_the_end() {
    let gave = observe("", "pipe/data-first-writer-closed-read-read-read", |_| true);
    assert_eq!(words(&[gave[5], gave[7], gave[8]]), ["ok 1", "eof", "eof"]);
}

#[test]
fn wsasend_writes_and_fails_by_its_own_name() {
    let of_tcp = |case: &Case<'_>| case.axes.transport.word() == "tcp4";
    let gave = observe(WSASEND, "own/wsasend", of_tcp);
    assert_eq!(words(&gave), ["ok", "ok", "ok 1", "ok 1", "ok", "ESHUTDOWN"]);
    assert_eq!(gave[5].outcome.native_name(), Some("WSAESHUTDOWN"));
}

/// The process that holds the peer is started and terminated, and that is the peer's end: something comes of it.
#[test]
fn a_terminated_process_is_the_end_of_its_socket() {
    let of_tcp = |case: &Case<'_>| case.axes.transport.word() == "tcp4";
    let gave = observe("", "peer-crash/write-write-read", of_tcp);
    assert_eq!(words(&gave[..4]), ["ok", "ok", "ok", "ok"]);
    assert!(!words(&gave)[4].starts_with("no-event"), "{gave:?}");
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
