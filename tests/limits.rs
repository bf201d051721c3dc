//! Missing resources: a full disk, too few descriptors, no network. Linux can take each away from a single process.

#![cfg(target_os = "linux")]

mod common;

use std::{cmp::Reverse, collections::BTreeMap, path::Path, thread};

use assert_cmd::Command;
use brokenpipe::catalogue::{Catalogue, Selection, Transport};
use common::{BROKENPIPE, Folder, HEAD, LIMIT, ONE_CASE, RUN, Ran, contents, distinct, rows, sh};

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
    let problem = "No space left on device (os error 28); what it held before is unchanged\n";
    ran.refuses(&["error: out", &format!(": cannot be written: {problem}")]);
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

/// The errors of a bind to `[::1]`: without the address, and in a kernel without IPv6.
const NO_IPV6_ERRORS: [&str; 2] = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/// Asserts that every row over IPv6 is not run for want of it, and returns the error and the number of cases.
#[track_caller]
fn not_run_over_ipv6(csv: &str) -> (String, usize) {
    let rows = rows(csv);
    let over_ipv6: Vec<_> = rows.iter().filter(|row| row["transport"] == "tcp6").collect();
    let error = over_ipv6[0]["note"].strip_prefix("listen on [::1]:0: ").expect("the note says why").to_owned();
    assert!(NO_IPV6_ERRORS.contains(&&*error), "{error}");
    for row in over_ipv6 {
        assert_eq!((&*row["outcome"], &row["note"]), ("not-run", &format!("listen on [::1]:0: {error}")));
    }
    (error, number_of_cases(csv, "tcp6"))
}

fn line_without_ipv6((error, cases): &(String, usize)) -> String {
    format!("not run: {cases} cases: listen on [::1]:0: {error} (is IPv6 switched off?)\n")
}

#[test]
fn without_ipv6_its_cases_are_not_run_and_others_do_not_change() {
    let folder = Folder::new();
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    let args = ["--repeat", "2", "accept", "connect"];
    let run = ["run", "--out", "out", "--platform", "here"];
    let ran = unshared("-rmn", folder.path(), &script, &[&run[..], &args].concat()).exits(3);
    let csv = folder.read("out/here.csv");
    let missing = not_run_over_ipv6(&csv);
    let measured = number_of_cases(&csv, "tcp4");
    assert!(measured > 10 && missing.1 > 10);
    let ran = ran.says(&[&format!("here: {measured} of {} cases measured, ", measured + missing.1)]);
    let ran = ran.says(&[&format!(" measured, {} not run, ", missing.1)]);
    assert!(ran.err.ends_with(&format!("\n{}", line_without_ipv6(&missing))), "{ran:?}");
    // The report says why.
    let report = folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out;
    assert!(report.contains(&format!("  here: listen on [::1]:0: {}", missing.0)), "{report}");

    // What was measured over IPv6 before stays, and what was measured now is as usual.
    let usual = Folder::new();
    usual.run(&args);
    let before = contents(&usual.join("out"));
    assert_eq!(over(&csv, "tcp4"), over(&usual.read("out/here.csv"), "tcp4"));
    let ran = unshared("-rmn", usual.path(), &script, &[&run[..], &args].concat()).exits(3);
    ran.says(&[&format!(", {0} not run, {0} kept from before, ", missing.1), &line_without_ipv6(&missing)]);
    assert_eq!(contents(&usual.join("out")), before);
    // Nor are the results of a folder replaced by accepting a run that lacks them.
    folder.brokenpipe(&["accept", "out", "--into", &usual.join("out").to_string_lossy(), "--yes"]).exits(2);
    assert_eq!(contents(&usual.join("out")), before);
}

#[test]
fn check_says_what_is_missing_without_ipv6_and_why() {
    let folder = Folder::new();
    folder.run(&["connect", "--repeat", "2"]);
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    let args = ["check", "--baseline", "out", "--select", "connect"];
    let ran = unshared("-rmn", folder.path(), &script, &args).exits(1);
    let cases = number_of_cases(&folder.read("out/here.csv"), "tcp6");
    let error = NO_IPV6_ERRORS.into_iter().find(|error| ran.err.contains(error)).expect("it says why");
    let ran = ran.says(&[&format!("note: {}", line_without_ipv6(&(error.to_owned(), cases)))]);
    let steps = over(&folder.read("out/here.csv"), "tcp6").len();
    let lines: Vec<_> = ran.out.lines().filter(|line| line.starts_with("  missing  ")).collect();
    assert_eq!(lines.len(), steps);
    let why = format!(" (tcp6): not-run (listen on [::1]:0: {error}), where the baseline has ");
    assert!(lines.iter().all(|line| line.contains(&why)), "{}", ran.out);
}

/// What was run is reported all the same.
#[test]
fn without_a_command_the_overview_comes_before_the_exit_code() {
    let folder = Folder::new();
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0""#].concat();
    let ran = unshared("-rmn", folder.path(), &script, &[]).exits(3);
    assert!(ran.out.trim_start().starts_with("this machine  Linux "), "{ran:?}");
    assert!(ran.err.ends_with(" (is IPv6 switched off?)\n"), "{ran:?}");
}

#[test]
fn if_no_case_can_run_none_is_left_out() {
    let folder = Folder::new();
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    let ran = unshared("-rmn", folder.path(), &script, &[&RUN[..], &["--transport", "tcp6"]].concat()).exits(3);
    let csv = folder.read("out/here.csv");
    // A call that the system does not have is known without a trial.
    let all = rows(&csv);
    let mut of_system = all.iter().filter(|row| row["outcome"] == "unsupported");
    assert!(of_system.all(|row| row["note"].starts_with("this system does not have")));
    let not_run: Vec<_> = csv.lines().filter(|line| !line.contains(",unsupported,")).collect();
    let missing = not_run_over_ipv6(&(not_run.join("\n") + "\n"));
    assert!(missing.1 > 10);
    assert_eq!(ran.err, line_without_ipv6(&missing));
}

/// The facts of an older kernel's results cannot be mixed with new ones.
#[test]
fn a_run_without_ipv6_replaces_results_of_another_kernel_only_if_they_have_none_over_ipv6_either() {
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    let everything = [&RUN[..], &["--repeat", "1", "--await-deadline", "10ms"]].concat();
    let folder = Folder::new();
    folder.run(&["connect", "--repeat", "2"]);
    folder.change_kernel();
    let before = contents(&folder.join("out"));
    let ran = unshared("-rmn", folder.path(), &script, &everything).exits(3);
    let lines: Vec<_> = ran.err.lines().collect();
    assert!(lines[0].starts_with("not run: ") && lines[0].ends_with(" (is IPv6 switched off?)"), "{ran:?}");
    let why = "error: nothing is written, since the results of here in out are of another kernel, compiler or version of \
               brokenpipe, and this run is not complete; write elsewhere with --out";
    assert_eq!(lines[1..], [why]);
    assert_eq!(contents(&folder.join("out")), before);

    let folder = Folder::new();
    folder.run(&["connect", "--transport", "tcp4", "--repeat", "2"]);
    let facts = folder.change_kernel();
    unshared("-rmn", folder.path(), &script, &everything).exits(3);
    assert_eq!(folder.read("out/platforms.csv"), facts.replace(",200ms,", ",10ms,"));
    assert_eq!(distinct(&folder.read("out/here.csv"), "trials"), ["1", "5"], "not 1, and 5 where steps race");
}

/// With a port for the listener and none for the client.
#[test]
fn without_ports_cases_are_not_run_and_with_few_they_do_not_change() {
    let folder = Folder::new();
    let args = ["peer-close", "--transport", "tcp4", "--repeat", "2"];
    folder.run(&args);
    let before = contents(&folder.join("out"));
    let with_ports = |ports: &str| {
        let range = format!("echo '{ports}' >/proc/sys/net/ipv4/ip_local_port_range || exit 9\n");
        let script = [LOOPBACK_UP, &range, r#"exec "$0" "$@""#].concat();
        unshared("-rmn", folder.path(), &script, &[&RUN[..], &args].concat())
    };
    let ran = with_ports("60000 60000").exits(3);
    let csv = folder.read("out/here.csv");
    let has_call = |row: &&BTreeMap<String, String>| row["step"] == "1" && row["outcome"] != "unsupported";
    let cases = rows(&csv).iter().filter(has_call).count();
    let line = format!("not run: {cases} cases: connect: EADDRNOTAVAIL (are there too few ephemeral ports?)\n");
    assert_eq!(ran.err, line);
    assert_eq!(contents(&folder.join("out")), before);
    with_ports("60000 60011").exits(0).silent();
    assert_eq!(contents(&folder.join("out")), before);
}

#[test]
fn without_proc_nothing_changes() {
    let folder = Folder::new();
    let args = [&["--repeat", "2"], &FAMILIES[..]].concat();
    folder.run(&args);
    let before = contents(&folder.join("out"));
    folder.write("out/here.csv", HEAD);
    let script = r#"mount -t tmpfs tmpfs /proc || exit 9
        exec "$0" "$@""#;
    unshared("-rm", folder.path(), script, &[&RUN[..], &args].concat()).exits(0).silent();
    assert_eq!(contents(&folder.join("out")), before);
}

#[test]
fn without_a_network_no_case_is_measured_that_needs_it() {
    let folder = Folder::new();
    // In a new namespace the loopback device is down.
    let transports = [Transport::Tcp4, Transport::Tcp6, Transport::Udp4, Transport::Udp6];
    let over: Vec<_> = transports.iter().flat_map(|transport| ["--transport", transport.word()]).collect();
    let args = [&["--repeat", "1", "--await-deadline", "10ms"], &over[..]].concat();
    let script = r#"exec "$0" "$@""#;
    let ran = unshared("-rn", folder.path(), script, &[&RUN[..], &args].concat()).exits(3);
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
    let first = |outcome: &str| {
        let of_outcome = |row: &&BTreeMap<String, String>| row["step"] == "1" && row["outcome"] == outcome;
        others.iter().filter(of_outcome).collect::<Vec<_>>()
    };
    let (unsupported, not_run) = (first("unsupported"), first("not-run"));
    assert!(unsupported.iter().all(|row| row["note"].starts_with("this system does not have")));
    // ENETUNREACH says that there is no network, not how this system breaks connections.
    let (to_connect, to_listen): (Vec<_>, Vec<_>) =
        not_run.into_iter().partition(|row| row["note"] == "connect: ENETUNREACH");
    let (to_send, to_listen): (Vec<_>, Vec<_>) =
        to_listen.into_iter().partition(|row| row["note"] == "send_to: ENETUNREACH");
    let error = to_listen[0]["note"].strip_prefix("listen on [::1]:0: ").expect("there is no [::1]");
    assert!(to_listen.iter().all(|row| row["note"] == to_listen[0]["note"]));
    let cases = rows(&csv).iter().filter(|row| row["step"] == "1").count();
    assert_eq!(unsupported.len() + to_connect.len() + to_send.len() + to_listen.len() + 1, cases);
    let mut lines = [
        (to_connect.len() + to_send.len(), "connect, send_to: ENETUNREACH (is the loopback interface up?)".to_owned()),
        (to_listen.len(), format!("listen on [::1]:0: {error} (is IPv6 switched off?)")),
    ];
    lines.sort_by_key(|(count, _)| Reverse(*count));
    let lines = lines.map(|(count, reason)| format!("not run: {count} cases: {reason}\n"));
    assert_eq!(ran.err, lines.concat());
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
fn with_too_few_descriptors_for_any_case_none_is_run_and_none_is_left_out() {
    let folder = Folder::new();
    // Standard input, output and error, the selector and its copy take all five.
    let ran = sh(folder.path(), r#"ulimit -n 5 && exec "$0" "$@""#, &RUN).exits(3);
    let csv = folder.read("out/here.csv");
    assert_eq!(distinct(&csv, "scenario").len(), Selection::default().scenarios(&Catalogue::builtin()).len());
    let (not_run, others): (Vec<_>, Vec<_>) = rows(&csv).into_iter().partition(|row| row["outcome"] == "not-run");
    assert!(not_run.iter().all(|row| row["note"].ends_with(": EMFILE")));
    assert!(others.iter().all(|row| row["outcome"] == "unsupported"));
    assert!(others.iter().all(|row| row["note"].starts_with("this system does not have")));
    let cases = not_run.iter().filter(|row| row["step"] == "1").count();
    assert!(ran.err.starts_with(&format!("not run: {cases} cases: ")), "{ran:?}");
    assert!(ran.err.ends_with(": EMFILE (does `ulimit -n` allow too few descriptors?)\n"), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
}

#[test]
fn too_few_descriptors_for_a_run_are_refused_and_old_results_stay() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let ran = sh(folder.path(), r#"ulimit -n 4 && exec "$0" "$@""#, &RUN);
    ran.refuses(&["error: out: cannot be read: Too many open files"]);
    assert_eq!(contents(&folder.join("out")), before);
}
