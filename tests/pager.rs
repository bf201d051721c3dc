//! Long texts on a terminal, which `script` of util-linux plays.

#![cfg(target_os = "linux")]

mod common;

use std::process::{Command, Stdio};

use common::{BROKENPIPE, Folder, Ran};

/// What a terminal of 10 lines shows while a command runs, after a pager was set up in the environment.
fn on_terminal(folder: &Folder, pager: Option<&str>, command: &str) -> String {
    let mut script = Command::new("script");
    script.current_dir(folder.path()).args(["-qec", &format!("stty rows 10 cols 100; {BROKENPIPE} {command}")]);
    script.arg("/dev/null").env("LC_ALL", "C.UTF-8").env("TERM", "xterm").env_remove("LESS").env_remove("PAGER");
    if let Some(pager) = pager {
        script.env("PAGER", pager);
    }
    Ran::of(script.stdin(Stdio::null()).output().expect("there is script")).exits(0).out.replace('\r', "")
}

/// A pager that says how many lines it was given, and with which options for less.
const COUNTS: &str = "echo \"paged $(wc -l) $LESS\"";

#[test]
fn a_long_text_goes_through_the_pager() {
    let folder = Folder::new();
    for command in ["report --width 100", "list", "show peer-close/write-write-write-read --width 100"] {
        let lines = folder.brokenpipe(&command.split(' ').collect::<Vec<_>>()).exits(0).out.lines().count();
        assert!(lines > 10, "{command}");
        assert_eq!(on_terminal(&folder, Some(COUNTS), command), format!("paged {lines} FRX\n"), "{command}");
    }
}

#[test]
fn other_texts_do_not() {
    let folder = Folder::new();
    let long = "report --width 100";
    for (pager, command) in [
        (COUNTS, "list udp --transport udp4"),
        (COUNTS, "--no-pager report --width 100"),
        (COUNTS, "report --width 100 --no-pager"),
        (COUNTS, "platform"),
        ("", long),
        ("cat", long),
        ("no-such-pager 2>/dev/null", long),
    ] {
        let shown = on_terminal(&folder, Some(pager), command);
        assert!(!shown.contains("paged"), "{pager}, {command}: {shown}");
        assert!(shown.lines().count() > 2, "{pager}, {command}: {shown}");
    }
    // Where the output is no terminal, nothing is paged.
    let mut report = Command::new(BROKENPIPE);
    let piped = report.args(["report", "--width", "100"]).env("PAGER", COUNTS).output().expect("the program runs");
    assert!(Ran::of(piped).exits(0).silent().out.lines().count() > 10);
}

#[test]
fn a_reader_who_quits_early_is_no_error() {
    let folder = Folder::new();
    // More than a pipe holds, so that the program still writes when the pager ends.
    let shown = on_terminal(&folder, Some("head -n 1"), "report --details --all --cases all --format csv");
    assert_eq!(shown.lines().count(), 1, "{shown}");
}
