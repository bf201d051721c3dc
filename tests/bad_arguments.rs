//! Invalid arguments: exit code 2, or 1 where nothing is selected, and nothing written.

mod common;

use std::fs;

use common::{Folder, ONE_CASE, OWN, good};

/// Asserts that the program refuses these arguments with these texts and writes nothing.
#[track_caller]
fn wrong_arguments(args: &[&str], words: &[&str]) {
    let folder = Folder::new();
    let ran = folder.brokenpipe(args).exits(2).says(words);
    assert_eq!(ran.out, "", "{ran:#?}");
    assert!(ran.err.starts_with("error: "), "{ran:#?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a file or folder was made");
}

#[test]
fn wrong_arguments_are_refused() {
    wrong_arguments(&["run", "--transport", "tcp5"], &["'tcp5'", "--transport", "[possible values: tcp4, tcp6, unix"]);
    wrong_arguments(&["run", "--repeat", "0"], &["'0'", "--repeat", "1..=4294967295"]);
    wrong_arguments(&["run", "--repeat", "many"], &["'many'", "--repeat"]);
    wrong_arguments(&["run", "--repeat", "4294967296"], &["--repeat", "1..=4294967295"]);
    wrong_arguments(&["run", "--jobs", "0"], &["'0'", "--jobs", "1..=256"]);
    wrong_arguments(&["run", "--platform", "../x"], &["'../x'", "--platform", "expected a name of 1 to 64 of"]);
    wrong_arguments(&["run", "--platform", "platforms"], &["'platforms'", "expected another name: its file"]);
    wrong_arguments(&["run", "--platform", ""], &["--platform", "expected a name of 1 to 64 of"]);
    wrong_arguments(&["run", "--pace", "nonsense"], &["'nonsense'", "--pace"]);
    wrong_arguments(&["run", "--pace", "10"], &["'10'", "--pace"]);
    wrong_arguments(&["run", "--await-deadline", "soon"], &["'soon'", "--await-deadline"]);
    wrong_arguments(&["report", "--details", "--legend", "--width", "1"], &["'1'", "--width", "40..=65535"]);
    wrong_arguments(&["show", "peer-close/read-read-write", "--width", "39"], &["'39'", "--width", "40..=65535"]);
    wrong_arguments(
        &["report", "--details", "--legend", "--format", "pdf"],
        &["'pdf'", "--format", "table, markdown, csv, json"],
    );
    wrong_arguments(&["show"], &["<SCENARIO>"]);
    wrong_arguments(&["measure"], &["'measure'"]);
    wrong_arguments(&["run", "--out"], &["--out <DIR>"]);
    wrong_arguments(&["run", "timeout/write-peek-read"], &["\"timeout/write-peek-read\"", "run --slow"]);
    wrong_arguments(&["list", "peer-close", "timeo*"], &["\"timeo*\"", "takes seconds", "`brokenpipe list --slow`"]);
}

#[test]
fn an_invalid_glob_is_refused() {
    let words = ["selector \"peer-[close\"", "a selector is a scenario id, a family, or a glob such as 'peer-*'"];
    for command in [&["run"][..], &["list"], &["report", "--details", "--legend", "--select"]] {
        wrong_arguments(&[command, &["peer-[close"]].concat(), &words);
    }
}

/// No clock can represent a moment so far in the future.
#[test]
fn a_duration_that_no_clock_can_represent_is_refused() {
    for option in ["--pace", "--await-deadline", "--connect-deadline"] {
        let args = [&["run", option, "500000000000y"], &ONE_CASE[..]].concat();
        wrong_arguments(&args, &["500000000000y", option]);
    }
}

#[test]
fn an_unknown_scenario_cannot_be_shown() {
    let folder = Folder::new();
    let fits_none = |args: &[&str], rest: &str| {
        let ran = folder.brokenpipe(args).exits(1);
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("", format!("brokenpipe: no scenario fits {rest}\n").as_str())
        );
    };
    for (id, rest) in [
        ("moon", "\"moon\"; `brokenpipe list` names all scenarios"),
        ("", "\"\"; `brokenpipe list` names all scenarios"),
        (
            "peer-close/write-raed-read-write",
            "\"peer-close/write-raed-read-write\"; the nearest: peer-close/write-read-read-write, \
             peer-reset/write-read-read-write, peer-reboot/write-read-read-write; `brokenpipe list` names all",
        ),
        ("999999", "\"999999\"; `brokenpipe list` names all scenarios"),
        ("EPIPE", "\"EPIPE\", which is an error; `brokenpipe explain EPIPE` says what gives it"),
        ("10054", "\"10054\", which is an error; `brokenpipe explain 10054` says what gives it"),
    ] {
        fits_none(&["show", id], rest);
        fits_none(&["list", id], rest);
        fits_none(&["report", "--select", id], rest);
    }
    folder.write("own.toml", OWN);
    folder.brokenpipe(&["show", "own/short", "--scenarios", "own.toml"]).exits(0).silent();
    let rest = "\"own/shot\"; the nearest: own/short; `brokenpipe list` names all";
    fits_none(&["show", "own/shot", "--scenarios", "own.toml"], rest);
}

#[test]
fn exit_code_1_if_no_scenario_or_case_is_selected() {
    let folder = Folder::new();
    // A selector that matches nothing is named, also next to one that matches something.
    for (command, misses) in [
        (&["run", "no-such"][..], "\"no-such\""),
        (&["run", "no-*", "peer-close", "x/y"], "\"no-*\", \"x/y\""),
        (&["list", ""], "\"\""),
    ] {
        let ran = folder.brokenpipe(command).exits(1);
        let message = format!("brokenpipe: no scenario fits {misses}; `brokenpipe list` names all scenarios\n");
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", message.as_str()), "{command:?}");
    }
    // A user's scenario over a transport that it does not have.
    folder.write("own.toml", OWN);
    let ran = folder.brokenpipe(&["run", "own", "--scenarios", "own.toml", "--transport", "tcp6"]).exits(1);
    let no_case = "brokenpipe: no case of \"own\" over tcp6; there are cases over tcp4\n";
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", no_case));
    assert!(!folder.join("brokenpipe-results").exists());
}

#[test]
fn exit_code_1_if_no_results_are_selected() {
    let folder = Folder::with("box-1.csv", good());
    folder.write("moon-1.csv", good().replace("box-1", "moon-1").replace(",ignore,", ",default,"));
    let no = |args: &[&str], message: &str| {
        let ran = folder.brokenpipe(args).exits(1);
        assert_eq!((ran.out.as_str(), ran.err), ("", format!("brokenpipe: {message}\n")), "{args:?}");
    };
    for command in [&["report", "--details", "--legend", "box-1.csv"][..], &["diff", "--results", "."]] {
        let no = |args: &[&str], message: &str| no(&[command, args].concat(), message);
        let select = |selector| ["--select", selector];
        // A selector that matches nothing is named, also next to one that matches results or scenarios.
        let list = "`brokenpipe list` names all scenarios";
        no(&select("no-such"), &format!("no scenario fits \"no-such\"; {list}"));
        no(
            &[select("own"), select("no-*"), select("x/y")].concat(),
            &format!("no scenario fits \"no-*\", \"x/y\"; {list}"),
        );
        no(&[select("peer-close"), select("")].concat(), &format!("no scenario fits \"\"; {list}"));
        no(&select("peer-close"), "no results of \"peer-close\" there");
        let over = ["--transport", "udp4", "--transport", "pipe"];
        no(&[&select("udp")[..], &over[..2]].concat(), "no results of \"udp\" over udp4 there");
        no(&over, "no results over udp4, pipe there");
        no(&[&select("own")[..], &over].concat(), "no case of \"own\" over udp4, pipe; there are cases over tcp4");
        let over = ["--transport", "tcp4"];
        no(&[&select("udp")[..], &over].concat(), "no case of \"udp\" over tcp4; there are cases over udp4, udp6");
    }
    no(
        &["report", "--details", "--legend", "moon-1.csv", "--select", "own"],
        "none of the selected cases is plain; `--cases all` shows them",
    );
    // A selector may match only scenarios without results if another one matches results.
    let ran = folder
        .brokenpipe(&["report", "--details", "--legend", "box-1.csv", "--select", "own", "--select", "peer-close"])
        .exits(0)
        .silent();
    assert!(ran.out.contains("2 client write 1"), "{ran:#?}");
}
