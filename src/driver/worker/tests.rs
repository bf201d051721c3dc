use std::{fs, net, os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc};

use mio::{Interest, Token, net::UdpSocket};

use super::*;
use crate::{
    catalogue::{Catalogue, Selection, Transport},
    driver::{
        pacing::Pacing,
        plan::Plan,
        schedule::InOrder,
        settings::{Progress, Settings},
    },
};

/// Does something with a worker that has one trial, of the case with these steps, and returns the case's result, too.
fn with_worker<T>(
    transport: &str,
    steps: &str,
    program: Option<PathBuf>,
    act: impl FnOnce(Worker<'_>) -> T,
) -> (T, CaseResult) {
    let mut catalogue = Catalogue::default();
    let head = "[[scenario]]\nid = 'own/steps'\ntitle = 't'\nwhy = 'w'";
    let text = format!("{head}\ntransports = ['tcp4']\nsteps = '''\n{steps}'''\n");
    catalogue.add("own.toml", &text).expect("the scenario is valid");
    let mut cases = Selection::default().cases(&catalogue);
    // So the parser lets pass what a transport rules out.
    cases[0].axes.transport = Transport::from_word(transport).expect("it is a transport");
    let settings = Settings { program, ..Settings::default() };
    let plan = Plan::new(&cases, &settings, &Progress::default(), Arc::new(Pacing::unlimited()), None);
    let (queue, ledger) = (Queue::repeating(InOrder { long: Vec::new(), others: vec![0] }, 1), Ledger::default());
    let worker = Worker::new(plan.run(&cases, &settings), &queue, &ledger, None, true).expect("there is a selector");
    let given = act(worker);
    (given, plan.take_tally().into_results(|_| 1, "").remove(0))
}

/// The flags that the trial has after one `collect` that takes an event at a time, while the selector has two for it:
/// another socket under its token stands for a selector that reports reading and writing apart.
fn collected(split_events: bool) -> Readiness {
    with_worker("udp4", "listener so_error\nclient connect\nclient await readable\n", None, |mut worker| {
        worker.split_events = split_events;
        worker.fill();
        let tokens = (0..8).map(|serial| Token(serial * MAX_SLOTS));
        let token = tokens.into_iter().find(|token| worker.slots[0].trial.awaits(*token).is_some()).expect("it waits");

        let other = net::UdpSocket::bind("127.0.0.1:0").unwrap();
        other.send_to(b".", other.local_addr().unwrap()).unwrap();
        other.peek(&mut [0]).unwrap();
        other.set_nonblocking(true).unwrap();
        let mut other = UdpSocket::from_std(other);
        worker.context.registry.register(&mut other, token, Interest::READABLE).unwrap();

        let mut touched = Vec::new();
        let may_have_more = worker.collect(&mut Events::with_capacity(1), Duration::from_secs(5), &mut touched);
        assert!(may_have_more.unwrap(), "there is room for one event, and there was one");
        assert_eq!(touched, [0]);
        worker.slots[0].seen.flags
    })
    .0
}

#[test]
fn two_events_of_one_socket_are_joined_where_the_selector_splits_them() {
    assert_eq!(collected(true).to_string(), "readable+writable");
    let one = collected(false).to_string();
    assert!(["readable", "writable"].contains(&one.as_str()), "{one}");
}

/// The result of a trial in which the peer moves into a process and is killed, on a system where moving it might end
/// the connection; the process is this shell script.
fn crashed(script: &str) -> CaseResult {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("hold");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let steps = "client connect\nserver accept\nserver depart\nserver crash\nclient await fin\n";
    with_worker("tcp4", steps, Some(program), |mut worker| {
        worker.context.moved_sockets_may_end = true;
        worker.run().unwrap()
    })
    .1
}

#[test]
fn a_peer_is_killed_after_it_has_proved_that_it_holds_the_connection() {
    let CaseResult::Measured { steps, .. } = crashed("printf . >&2; exec cat") else { panic!("not measured") };
    let gave: Vec<_> = steps.iter().map(|step| step[0].0.to_string()).collect();
    assert_eq!(gave, ["ok", "ok", "ok", "ok", "readable+writable+read_closed"]);
}

#[test]
fn a_peer_that_does_not_hold_the_connection_is_not_killed_for_a_result() {
    let reason = "the connection ended when its socket moved into a process: readable+writable+read_closed";
    let closes = crashed("exec >/dev/null; printf . >&2; exec cat");
    assert_eq!(closes, CaseResult::NotRun(reason.to_owned()));
}

/// The outcomes of a trial's steps.
#[cfg(target_os = "linux")]
fn outcomes(transport: &str, steps: &str) -> Vec<String> {
    let ((), result) = with_worker(transport, steps, None, |worker| worker.run().unwrap());
    let CaseResult::Measured { steps, .. } = result else { panic!("not measured") };
    steps.iter().map(|step| step[0].0.to_string()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_fills_a_long_queue() {
    let gave = outcomes("unix", "listener backlog 300\ncrowd connect\nclient start_connect\n");
    assert_eq!(gave, ["ok", "would-block", "would-block"]);
}

/// There is no queue.
#[test]
fn a_case_whose_crowd_finds_no_full_queue_is_not_run() {
    let steps = "crowd connect\nlistener so_error\n";
    let ((), result) = with_worker("udp4", steps, None, |worker| worker.run().unwrap());
    let reason = "the queue never filled: 256 connections".to_owned();
    assert_eq!(result, CaseResult::NotRun(reason));
}

#[cfg(target_os = "linux")]
#[test]
fn a_fin_after_an_own_shutdown_of_writing_is_no_reset() {
    const ALL_BUT_ERROR: &str = "readable+writable+read_closed+write_closed";
    let begun = "client connect\nserver accept\nclient shutdown write\n";
    let ended = "server close\nclient await reset\n";
    let last = |steps: String| outcomes("tcp4", &steps).pop().unwrap();
    assert_eq!(last(format!("{begun}{ended}")), format!("no-event {ALL_BUT_ERROR}"));
    // The flag was not there before, so the peer has set it.
    assert_eq!(last(format!("{begun}client await event\n{ended}")), ALL_BUT_ERROR);
}

#[cfg(target_os = "linux")]
#[test]
fn only_what_is_asked_for_and_what_comes_unasked_is_reported() {
    let begun = "client connect\nserver accept\n";
    let last = |steps: &str| outcomes("tcp4", &format!("{begun}{steps}\n")).pop().unwrap();
    assert_eq!(last("server write 1\nclient await readable on read"), "readable");
    assert_eq!(last("server close\nclient await event on write"), "writable");
    assert_eq!(last("server close\nclient await event on none"), "no-event");
    assert_eq!(last("server reset\nclient await event on none"), "error+read_closed+write_closed");
}

#[cfg(target_os = "linux")]
#[test]
fn who_goes_on_waiting_sees_what_has_changed_and_nothing_else() {
    let begun = "client connect\nserver accept\nserver write 2\nclient await readable on read\n";
    let last = |steps: &str| outcomes("tcp4", &format!("{begun}{steps}\n")).pop().unwrap();
    assert_eq!(last("client read 1\nclient await event on read again"), "no-event");
    assert_eq!(last("client read 1\nclient await event on read"), "readable");
    assert_eq!(last("server write 1\nclient await event on read again"), "readable");
    // A call that has to wait meanwhile does not register the socket anew.
    assert_eq!(
        last("client read 2\nclient read 1\nserver close\nclient await fin on read again"),
        "readable+read_closed"
    );
}
