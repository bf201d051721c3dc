//! What goes wrong around the program: folders it cannot write, disks that are full, descriptors that run out,
//! networks that are not there, readers that leave. Nothing that was there before may be lost.

#![cfg(unix)]

mod common;

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path, process::Command};

#[cfg(target_os = "linux")]
use brokenpipe::catalogue::{Catalogue, Selection, Transport};
use common::{BROKENPIPE, Folder, HEAD, ONE_CASE, Ran, contents, distinct, good, rows};

/// Runs a script in a folder; in it `$0` is the program, and `$@` are these arguments.
fn sh(folder: &Path, script: &str, args: &[&str]) -> Ran {
    let mut sh = Command::new("sh");
    sh.current_dir(folder).args(["-c", script, BROKENPIPE]).args(args);
    Ran::of(sh.output().expect("there is a shell"))
}

/// `run` into `out` as platform `here`.
const RUN: [&str; 6] = ["run", "--quiet", "--out", "out", "--platform", "here"];

// Folders.

/// Refused before anything is measured, and told which folder.
#[track_caller]
fn cannot_write(folder: &Folder, out: &str) {
    let before = contents(folder.path());
    let ran = folder.brokenpipe(&[&["run", "--quiet", "--out", out], &ONE_CASE[..]].concat());
    ran.refuses(&[&format!("error: {out}: cannot be written: "), "what it held before is unchanged"]);
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let folder = Folder::with("file", "a file, not a folder");
    cannot_write(&folder, "file/sub");
    cannot_write(&folder, "file");
    #[cfg(target_os = "linux")]
    cannot_write(&folder, "/proc/nope");
}

#[test]
fn a_folder_that_may_not_be_written_is_refused() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    fs::set_permissions(folder.join("out"), fs::Permissions::from_mode(0o555)).unwrap();
    // Permissions do not bind root, so root gives up the capability that makes it so.
    let script = r#"[ "$(id -u)" = 0 ] || exec "$0" "$@"
                    exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override "$0" "$@""#;
    let ran = sh(folder.path(), script, &[&RUN, &ONE_CASE[..]].concat());
    fs::set_permissions(folder.join("out"), fs::Permissions::from_mode(0o755)).unwrap();
    ran.refuses(&["error: out: cannot be written: Permission denied"]);
    assert_eq!(contents(&folder.join("out")), before);
}

/// Rows and facts are two files, and a run replaces both or neither.
#[test]
fn where_the_table_of_platforms_cannot_be_replaced_the_rows_stay_as_well() {
    let folder = Folder::new();
    folder.run(&[&["--repeat", "2"], &ONE_CASE[..]].concat());
    fs::remove_file(folder.join("out/platforms.csv")).unwrap();
    // Nothing can be renamed over a folder.
    fs::create_dir(folder.join("out/platforms.csv")).unwrap();
    let before = contents(&folder.join("out"));
    let ran = folder.brokenpipe(&[&RUN[..], &["--repeat", "1"]].concat());
    ran.refuses(&["platforms.csv: cannot be written: "]);
    assert_eq!(contents(&folder.join("out")), before);
}

#[test]
fn where_the_rows_cannot_be_replaced_nothing_is_left_behind() {
    let folder = Folder::new();
    fs::create_dir_all(folder.join("out/here.csv")).unwrap();
    let ran = folder.brokenpipe(&[&RUN, &ONE_CASE[..]].concat());
    ran.refuses(&["error: out/here.csv: cannot be written: ", "what it held before is unchanged"]);
    assert_eq!(contents(&folder.join("out")).len(), 0);
}

#[test]
fn results_are_for_everybody_the_umask_allows() {
    let folder = Folder::new();
    sh(folder.path(), r#"umask 027; exec "$0" "$@""#, &[&RUN, &ONE_CASE[..]].concat()).exits(0).silent();
    for file in ["out/here.csv", "out/platforms.csv"] {
        assert_eq!(fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777, 0o640, "{file}");
    }
}

#[test]
fn what_an_earlier_run_left_half_written_is_not_taken_for_results() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let report = || folder.brokenpipe(&["report", "out"]).exits(0).silent().out;
    let before = report();
    let whole = folder.read("out/here.csv");
    folder.write("out/.brokenpipe-a1B2c3", &whole[..whole.len() / 2]);
    assert_eq!(report(), before);
    folder.run(&ONE_CASE);
    assert_eq!(folder.read("out/here.csv"), whole);
}

// Pipes.

/// A report of some 200 kB, far more than a pipe holds.
fn long_results() -> Folder {
    let rows: String = (0..1000).map(|n| good()[HEAD.len()..].replace("own/x", &format!("own/x{n}"))).collect();
    Folder::with("box-1.csv", HEAD.to_owned() + &rows)
}

#[test]
fn a_reader_that_has_left_is_no_error() {
    let folder = long_results();
    let commands: [&[&str]; 9] = [
        &["report", "--all", "."],
        &["report", "--all", ".", "--format", "markdown"],
        &["report", "--all", ".", "--format", "csv"],
        &["report", "--all", ".", "--format", "json"],
        &["list"],
        &["show", "peer-close/read-read-write"],
        &["platform"],
        &["--help"],
        &["--version"],
    ];
    for args in commands {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(BROKENPIPE);
        command.current_dir(folder.path()).args(args).stdout(writer);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_reader_that_leaves_after_a_line_has_it() {
    let folder = long_results();
    let script = r#"{ "$0" "$@" 2>err; echo $? >code; } | head -1"#;
    let first = "What an operating system tells a program when the other end of a connection goes away.\n";
    let cases: [(&[&str], &str); 4] = [
        (&["report", "--all", "."], "own\n"),
        (&["report", "--all", ".", "--format", "json"], "{\n"),
        (&["--help"], first),
        (&["list"], "peer-close/"),
    ];
    for (args, first) in cases {
        let ran = sh(folder.path(), script, args).exits(0).silent();
        assert!(ran.out.starts_with(first) && ran.out.lines().count() == 1, "{args:?}: {ran:?}");
        assert_eq!((folder.read("code").as_str(), folder.read("err").as_str()), ("0\n", ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_to_a_full_disk_is_an_error() {
    let folder = Folder::with("box-1.csv", good());
    for args in [&["report", "."][..], &["list"], &["show", "peer-close/read-read-write"], &["platform"]] {
        let ran = sh(folder.path(), r#"exec "$0" "$@" >/dev/full"#, args);
        ran.refuses(&["error: standard output: No space left on device"]);
    }
    // Nobody can be told, and that is no reason to fail.
    sh(folder.path(), r#"exec "$0" "$@" 2>/dev/full"#, &[&RUN[..2], &RUN[2..], &ONE_CASE].concat()).exits(0);
    assert!(folder.join("out/here.csv").exists());
}

// Namespaces of Linux, to be alone with a network or a disk.

/// Runs a script as [`sh`] does in namespaces of its own. A machine without them fails the test: it has not been done.
#[cfg(target_os = "linux")]
fn unshared(namespaces: &str, folder: &Path, script: &str, args: &[&str]) -> Ran {
    let unshare = |args: &[&str]| {
        let ran = Command::new("unshare").current_dir(folder).arg(namespaces).args(args).output();
        Ran::of(ran.expect("util-linux has unshare"))
    };
    let probe = unshare(&["true"]);
    assert_eq!(probe.code, Some(0), "`unshare {namespaces}` is not allowed here, so this cannot be tested: {probe:?}");
    unshare(&[&["sh", "-c", script, BROKENPIPE], args].concat())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_the_old_results() {
    let folder = Folder::new();
    for name in ["out", "before", "after"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    // The disk is gone with the namespace, so copies tell what was on it. `fill` takes every page that is left.
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

#[cfg(target_os = "linux")]
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

/// Before a script that needs 127.0.0.1, in a network namespace of its own. sysfs does it without iproute2, but has
/// to be mounted anew to show the namespace's devices.
#[cfg(target_os = "linux")]
const LOOPBACK_UP: &str =
    "{ mount -t sysfs sysfs /sys && echo 0x9 >/sys/class/net/lo/flags; } 2>/dev/null || ip link set lo up || exit 9\n";

/// Before a script that is to have no IPv6; a kernel without it has no such file.
#[cfg(target_os = "linux")]
const NO_IPV6: &str = "f=/proc/sys/net/ipv6/conf/all/disable_ipv6; if [ -e $f ]; then echo 1 >$f || exit 9; fi\n";

/// The rows of a file over one transport.
#[cfg(target_os = "linux")]
fn over<'a>(csv: &'a str, transport: &str) -> Vec<&'a str> {
    csv.lines().filter(|line| line.split(',').nth(3) == Some(transport)).collect()
}

/// How many cases a file has over one transport.
#[cfg(target_os = "linux")]
fn number_of_cases(csv: &str, transport: &str) -> usize {
    rows(csv).iter().filter(|row| row["transport"] == transport && row["step"] == "1").count()
}

#[cfg(target_os = "linux")]
#[test]
fn without_ipv6_its_cases_are_unsupported_and_the_others_are_as_ever() {
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

#[cfg(target_os = "linux")]
#[test]
fn where_no_case_can_be_run_all_are_unsupported_and_none_is_left_out() {
    let folder = Folder::new();
    let script = [LOOPBACK_UP, NO_IPV6, r#"exec "$0" "$@""#].concat();
    unshared("-rmn", folder.path(), &script, &[&RUN[..], &["--transport", "tcp6"]].concat()).exits(0).silent();
    let csv = folder.read("out/here.csv");
    assert!(number_of_cases(&csv, "tcp6") > 10);
    // `not-run` would say that the run was interrupted.
    assert_eq!(distinct(&csv, "outcome"), ["unsupported"]);
}

#[cfg(target_os = "linux")]
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
    // ENETUNREACH is the want of a network, and nothing about how this system breaks connections.
    assert_eq!(distinct(&csv, "outcome"), ["unsupported"]);
    assert!(rows(&csv).iter().all(|row| !row["note"].is_empty()), "each says why");
}

// Descriptors.

/// Families with sockets of every kind, and with processes.
#[cfg(target_os = "linux")]
const FAMILIES: [&str; 6] = ["peer-close", "peer-reset", "peer-crash", "connect", "sigpipe", "unix"];

/// Elsewhere than on Linux the system itself may answer now this, now that.
#[cfg(target_os = "linux")]
#[test]
fn few_descriptors_make_a_run_slower_and_not_different() {
    let folder = Folder::new();
    let run = |limit: &str| {
        let script = format!("ulimit -n {limit} && exec \"$0\" \"$@\"");
        sh(folder.path(), &script, &[&RUN[..], &FAMILIES, &["--repeat", "2"]].concat()).exits(0).silent();
        folder.read("out/here.csv")
    };
    let usual = run("1024");
    assert!(distinct(&usual, "scenario").len() > 40);
    for limit in ["32", "16"] {
        assert_eq!(run(limit), usual, "with {limit} descriptors");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn too_few_descriptors_for_any_case_make_all_of_them_unsupported() {
    let folder = Folder::new();
    // Standard input, output, error, the selector and its copy: nothing is left for a listener.
    sh(folder.path(), r#"ulimit -n 5 && exec "$0" "$@""#, &RUN).exits(0).silent();
    let csv = folder.read("out/here.csv");
    assert_eq!(distinct(&csv, "scenario").len(), Catalogue::builtin().scenarios().len());
    // `not-run` would say that the run was interrupted.
    assert_eq!(distinct(&csv, "outcome"), ["unsupported"]);
    assert!(
        rows(&csv)
            .iter()
            .all(|row| row["note"].ends_with(": EMFILE") || row["note"].starts_with("this system does not have"))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn too_few_descriptors_for_the_selector_are_refused_and_old_results_stay() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    let ran = sh(folder.path(), r#"ulimit -n 4 && exec "$0" "$@""#, &RUN);
    ran.refuses(&["the selector cannot be used", "Too many open files"]);
    assert_eq!(contents(&folder.join("out")), before);
}
