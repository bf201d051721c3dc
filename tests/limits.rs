//! Missing resources: a full disk, too few descriptors, no network. Linux can take each away from a single process.

#![cfg(target_os = "linux")]

mod common;

use std::{path::Path, thread};

use assert_cmd::Command;
use brokenpipe::catalogue::{Catalogue, Selection, Transport};
use common::{BROKENPIPE, Folder, LIMIT, ONE_CASE, RUN, Ran, contents, distinct, rows, sh};

/// Runs a script as [`sh`] does, in namespaces of its own. Fails where these are not allowed, rather than test nothing.
fn unshared(namespaces: &str, folder: &Path, script: &str, args: &[&str]) -> Ran {
    let unshare = |args: &[&str]| {
        let ran = Command::new("unshare").current_dir(folder).arg(namespaces).args(args).timeout(LIMIT).output();
        Ran::of(ran.expect("util-linux has unshare"))
    };
    let probe = unshare(&["true"]);
    assert_eq!(probe.code, Some(0), "`unshare {namespaces}` is not allowed here, so this cannot be tested: {probe:?}");
    unshare(&[&["sh", "-c", script, BROKENPIPE], args].concat())
}

#[test]
fn a_full_disk_keeps_the_old_results() {
    let folder = Folder::new();
    for name in ["out", "before", "after"] {
        folder.make(name);
    }
    // The disk disappears with the namespace, so its files are copied. `fill` takes every page that is left.
    let script = r#"set -e
        mount -t tmpfs -o size=1m tmpfs out
        "$0" "$@" --repeat 2
        cp -a out/. before
        dd if=/dev/zero of=out/fill bs=1024 2>dd || true
        grep -q 'No space left' dd
        rm dd
        code=0; "$0" "$@" --repeat 3 || code=$?
        rm out/fill
        cp -a out/. after
        exit $code"#;
    let args = [&RUN, &["peer-close", "--transport", "tcp4"][..]].concat();
    let ran = unshared("-rm", folder.path(), script, &args);
    ran.refuses(&["error: out", "cannot be written: No space left on device", "what it held before is unchanged"]);
    let before = contents(&folder.join("before"));
    assert_eq!(before.keys().collect::<Vec<_>>(), ["here.csv", "platforms.csv"]);
    assert_eq!(contents(&folder.join("after")), before);
}

#[test]
fn a_disk_that_is_mounted_read_only_keeps_the_old_results() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let script = r#"set -e
        mount --bind out out
        mount -o remount,bind,ro out
        exec "$0" "$@""#;
    let ran = unshared("-rm", folder.path(), script, &[&RUN, &ONE_CASE[..]].concat());
    ran.refuses(&["error: out: cannot be written: Read-only file system", "what it held before is unchanged"]);
    assert_eq!(contents(&folder.join("out")), before);
}

/// Each run is the first process of its namespace, as in two containers that share a network.
#[test]
fn runs_with_the_same_process_id_do_not_interfere() {
    let folder = Folder::new();
    let script = r#"for n in 1 2 3 4; do unshare -pf "$0" "$@" --out out$n & all="$all $!"; done
        for one in $all; do wait $one || exit; done"#;
    let args = ["run", "--platform", "here", "--transport", "unix", "--repeat", "50", "peer-close"];
    unshared("-r", folder.path(), script, &args).exits(0);
    for out in ["out1", "out2", "out3", "out4"] {
        let csv = folder.read(&format!("{out}/here.csv"));
        assert!(number_of_cases(&csv, "unix") > 10);
        assert!(rows(&csv).iter().all(|row| row["outcome"] != "unsupported" && row["trials"] == "50"), "{csv}");
    }
}

/// Prefix of a script that needs 127.0.0.1 in a network namespace of its own. sysfs needs no iproute2, but has to be
/// mounted again to show the devices of the namespace.
const LOOPBACK_UP: &str =
    "{ mount -t sysfs sysfs /sys && echo 0x9 >/sys/class/net/lo/flags; } 2>/dev/null || ip link set lo up || exit 9\n";

/// Prefix of a script that must not have IPv6. A kernel without IPv6 does not have the file.
const NO_IPV6: &str = "f=/proc/sys/net/ipv6/conf/all/disable_ipv6; if [ -e $f ]; then echo 1 >$f || exit 9; fi\n";

/// The lines of a file of results for one transport.
fn over<'a>(csv: &'a str, transport: &str) -> Vec<&'a str> {
    csv.lines().filter(|line| line.split(',').nth(3) == Some(transport)).collect()
}

/// The number of cases that a file of results has over one transport.
fn number_of_cases(csv: &str, transport: &str) -> usize {
    rows(csv).iter().filter(|row| row["transport"] == transport && row["step"] == "1").count()
}

#[test]
fn without_ipv6_its_cases_are_unsupported_and_others_do_not_change() {
    let folder = Folder::new();
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    let args = ["run", "--out", "out", "--platform", "here", "--repeat", "2", "accept", "connect"];
    let ran = unshared("-rmn", folder.path(), &script, &args).exits(0);
    let csv = folder.read("out/here.csv");
    let (measured, unsupported) = (number_of_cases(&csv, "tcp4"), number_of_cases(&csv, "tcp6"));
    assert!(measured > 10 && unsupported > 10);
    ran.says(&[&format!("here: {measured} of {} cases measured", measured + unsupported)])
        .says(&[&format!(", {unsupported} unsupported, ")]);

    for row in rows(&csv).iter().filter(|row| row["transport"] == "tcp6") {
        assert_eq!(row["outcome"], "unsupported");
        let reason = row["note"].strip_prefix("listen on [::1]:0: ");
        assert!(matches!(reason, Some("EADDRNOTAVAIL" | "EAFNOSUPPORT")), "{row:?}");
    }
    let usual = Folder::new();
    usual.run(&["--repeat", "2", "--transport", "tcp4", "accept", "connect"]);
    assert_eq!(over(&csv, "tcp4"), over(&usual.read("out/here.csv"), "tcp4"));
    // The report says why.
    let report = folder.brokenpipe(&["report", "out"]).exits(0).silent().out;
    assert!(report.contains("  here: listen on [::1]:0: EA"), "{report}");
}

#[test]
fn if_no_case_can_run_all_are_unsupported_and_none_is_left_out() {
    let folder = Folder::new();
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    unshared("-rmn", folder.path(), &script, &[&RUN[..], &["--transport", "tcp6"]].concat()).exits(0).silent();
    let csv = folder.read("out/here.csv");
    assert!(number_of_cases(&csv, "tcp6") > 10);
    // `not-run` would say that the run was interrupted.
    assert_eq!(distinct(&csv, "outcome"), ["unsupported"]);
}

#[test]
fn without_a_network_every_case_is_unsupported() {
    let folder = Folder::new();
    // In a new namespace the loopback device is down.
    let transports = [Transport::Tcp4, Transport::Tcp6, Transport::Udp4, Transport::Udp6];
    let over: Vec<_> = transports.iter().flat_map(|transport| ["--transport", transport.word()]).collect();
    let args = [&["--repeat", "1", "--await-deadline", "10ms"], &over[..]].concat();
    let script = r#"exec "$0" "$@""#;
    unshared("-rn", folder.path(), script, &[&RUN[..], &args].concat()).exits(0).silent();
    let csv = folder.read("out/here.csv");
    let catalogue = Catalogue::builtin();
    assert_eq!(
        rows(&csv).len(),
        Selection::default()
            .over(&transports)
            .cases(&catalogue)
            .iter()
            .map(|case| case.scenario.steps.len())
            .sum::<usize>()
    );
    // A write to a listener kills the process without a network, and its later steps are not run.
    let (dead, others): (Vec<_>, Vec<_>) = rows(&csv).into_iter().partition(|row| {
        row["scenario"] == "listener/write-read-names-so_error" && row["sigpipe"] == "default" && row["call"] == "write"
    });
    assert_eq!(dead[0]["outcome"], "killed SIGPIPE");
    assert!(dead[1..].iter().all(|row| row["outcome"] == "not-run"));
    // ENETUNREACH says that there is no network, not how this system breaks connections.
    assert!(
        others.iter().all(|row| row["outcome"] == "unsupported" && !row["note"].is_empty()),
        "a row is not unsupported, or does not say why"
    );
}

/// Families that use sockets of every kind, and processes.
const FAMILIES: [&str; 6] = ["peer-close", "peer-reset", "peer-crash", "connect", "sigpipe", "unix"];

#[test]
fn few_descriptors_make_a_run_slower_but_not_different() {
    let run = |limit: &str| {
        let folder = Folder::new();
        let script = format!("ulimit -n {limit} && exec \"$0\" \"$@\"");
        sh(folder.path(), &script, &[&RUN[..], &FAMILIES, &["--repeat", "2"]].concat()).exits(0).silent();
        folder.read("out/here.csv")
    };
    // The runs wait most of the time, so they wait together.
    let [usual, some, few] = thread::scope(|scope| {
        ["1024", "32", "16"].map(|limit| scope.spawn(move || run(limit))).map(|run| run.join().expect("a run succeeds"))
    });
    assert!(distinct(&usual, "scenario").len() > 40);
    assert_eq!(some, usual, "with 32 descriptors");
    assert_eq!(few, usual, "with 16 descriptors");
}

#[test]
fn too_few_descriptors_for_any_case_make_all_of_them_unsupported() {
    let folder = Folder::new();
    // Standard input, output and error, the selector and its copy take all five.
    sh(folder.path(), r#"ulimit -n 5 && exec "$0" "$@""#, &RUN).exits(0).silent();
    let csv = folder.read("out/here.csv");
    assert_eq!(distinct(&csv, "scenario").len(), Selection::default().scenarios(&Catalogue::builtin()).len());
    // `not-run` would say that the run was interrupted.
    assert_eq!(distinct(&csv, "outcome"), ["unsupported"]);
    assert!(
        rows(&csv)
            .iter()
            .all(|row| row["note"].ends_with(": EMFILE") || row["note"].starts_with("this system does not have"))
    );
}

#[test]
fn too_few_descriptors_for_the_selector_are_refused_and_old_results_stay() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let ran = sh(folder.path(), r#"ulimit -n 4 && exec "$0" "$@""#, &RUN);
    ran.refuses(&["the selector cannot be used", "Too many open files"]);
    assert_eq!(contents(&folder.join("out")), before);
}
