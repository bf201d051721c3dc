//! Where systems depart from a standard.

mod common;

use std::{collections::BTreeMap, path::Path};

use common::{Folder, HEAD, PLATFORMS_HEAD, Ran, runner_commands};

/// A step's row: its number, the outcome, and what follows it.
fn row(platform: &str, provenance: &str, step: u32, outcome: &str, counts: &str, note: &str) -> String {
    format!(
        "{platform},{provenance},own/x,tcp4,ignore,std,none,std,mio,{step},client,read {step},{outcome},,,,,,{counts},{note}\n"
    )
}

fn facts(platform: &str, provenance: &str, os: &str) -> String {
    format!("{platform},{provenance},{os},1,1,vax,,native,epoll,1,1,1\n")
}

/// Two systems beside a standard that speaks of steps 1 to 5 of six: one was measured and one is documented.
fn folder() -> Folder {
    let folder = Folder::new();
    let measured = |step, outcome, count| row("m", "measured", step, outcome, &format!("{count},10"), "");
    let documented = |step, outcome| row("d", "documented", step, outcome, ",", "a source");
    let standard = |step, outcome, note| row("p-1", "documented", step, outcome, ",", note);
    let rows = [
        measured(1, "eof", 10),
        measured(2, "eof", 10),
        measured(3, "EPIPE", 7) + &measured(3, "eof", 3),
        measured(4, "EPIPE", 7) + &measured(4, "eof", 3),
        measured(5, "not-run", 10),
        measured(6, "eof", 10),
    ];
    folder.write("m.csv", HEAD.to_owned() + &rows.concat());
    let rows = [documented(1, "eof") + &documented(1, "EPIPE"), documented(2, "ok 1") + &documented(2, "EPIPE")];
    folder.write("d.csv", HEAD.to_owned() + &rows.concat());
    let rows = [
        standard(1, "eof", "one"),
        standard(2, "ECONNRESET", "two") + &standard(2, "ENOTCONN", "three"),
        standard(3, "ECONNRESET", "two") + &standard(3, "EPIPE", "four"),
        standard(4, "EPIPE", "four") + &standard(4, "eof", "one"),
        standard(5, "eof", "one"),
    ];
    folder.write("p-1.csv", HEAD.to_owned() + &rows.concat());
    let platforms =
        [facts("m", "measured", "moonos"), facts("d", "documented", "sunos"), facts("p-1", "documented", "posix")];
    folder.write("platforms.csv", PLATFORMS_HEAD.to_owned() + &platforms.concat());
    folder
}

/// What a system gives is a departure if one trial of it is none of the allowed outcomes; what is stated of it is one if
/// none of the statements is.
#[test]
fn a_departure_is_an_outcome_that_is_not_allowed() {
    let folder = folder();
    let departures = |args: &[&str]| folder.brokenpipe(&[&["report", ".", "--departures"], args].concat());
    assert_eq!(
        departures(&["--format", "csv"]).exits(0).silent().out,
        "standard,system,scenario,cases,step,allowed,given,platform,provenance,sources\n\
         p-1,moonos,own/x,tcp4,2 client read 2,ECONNRESET or ENOTCONN,eof,m,measured,three; two\n\
         p-1,moonos,own/x,tcp4,3 client read 3,ECONNRESET or EPIPE,\"EPIPE 7/10, eof 3/10\",m,measured,four; two\n\
         p-1,sunos,own/x,tcp4,2 client read 2,ECONNRESET or ENOTCONN,≈EPIPE or ok 1,d,documented,three; two\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&departures(&["--format", "json"]).exits(0).silent().out).unwrap();
    assert_eq!(
        json[1],
        serde_json::json!({
            "system": "sunos",
            "standard": "p-1",
            "newer": [],
            "requirements": 2,
            "kept": 1,
            "unknown": 3,
            "departures": [{
                "scenario": "own/x",
                "cases": "tcp4",
                "step": 2,
                "operation": "client read 2",
                "allowed": ["ECONNRESET", "ENOTCONN"],
                "given": "≈EPIPE or ok 1",
                "platform": "d",
                "provenance": "documented",
                "sources": ["three", "two"],
            }],
        })
    );
    // An error of the same class says the same to portable code, and so does the end of a connection not.
    let classes = departures(&["--compare", "class", "--format", "csv", "--platform", "d"]).exits(0).silent().out;
    assert_eq!(classes.lines().count(), 1, "{classes}");
    let classes = departures(&["--compare", "class", "--format", "csv", "--platform", "m"]).exits(0).silent().out;
    assert_eq!(classes.lines().count(), 3, "{classes}");
}

/// A step is held against the newest edition that speaks of it.
#[test]
fn a_newer_edition_has_the_steps_that_it_speaks_of() {
    let folder = folder();
    folder.write("p-2.csv", HEAD.to_owned() + &row("p-2", "documented", 2, "eof", ",", "five"));
    let newer = facts("p-2", "documented", "posix").replace("posix,1,", "posix,2,");
    folder.write("platforms.csv", folder.read("platforms.csv") + &newer);
    let departures = |args: &[&str]| folder.brokenpipe(&[&["report", ".", "--departures"], args].concat());
    assert_eq!(
        departures(&["--format", "csv"]).exits(0).silent().out,
        "standard,system,scenario,cases,step,allowed,given,platform,provenance,sources\n\
         p-2,sunos,own/x,tcp4,2 client read 2,eof,≈EPIPE or ok 1,d,documented,five\n\
         p-1,moonos,own/x,tcp4,3 client read 3,ECONNRESET or EPIPE,\"EPIPE 7/10, eof 3/10\",m,measured,four; two\n"
    );
    let table = departures(&["--platform", "m", "--width", "200"]).exits(0).silent().out;
    let heads: Vec<_> = table.lines().filter(|line| line.starts_with("p-")).collect();
    assert_eq!(
        heads,
        [
            "p-2 and moonos: 1 requirement, 1 kept, 0 departed from; 0 more of which nothing is known there.",
            "p-1 and moonos: 3 requirements that p-2 does not have, 2 kept, 1 departed from; 1 more of which nothing \
             is known there.",
        ]
    );
    let json: serde_json::Value =
        serde_json::from_str(&departures(&["--format", "json", "--platform", "m"]).exits(0).silent().out).unwrap();
    assert_eq!([&json[0]["newer"], &json[1]["newer"]], [&serde_json::json!([]), &serde_json::json!(["p-2"])]);
}

#[test]
fn tables_have_each_kind_of_departure_once() {
    let folder = folder();
    let of_tcp6 = |step| row("m", "measured", step, "eof", "10,10", "").replace("tcp4", "tcp6");
    let of_standard = |outcome: &str, note: &str| {
        format!("p-1,documented,own/x,tcp6,ignore,std,none,std,mio,2,client,read 2,{outcome},,,,,,,,{note}\n")
    };
    // A case in which more is known of the standard does not share a row with the first one.
    folder.write("m.csv", folder.read("m.csv") + &of_tcp6(1) + &of_tcp6(2));
    let more = of_standard("ECONNRESET", "two") + &of_standard("ENOTCONN", "three") + &of_standard("ok 1", "one");
    folder.write("p-1.csv", folder.read("p-1.csv") + &more);
    let departures =
        |args: &[&str]| folder.brokenpipe(&[&["report", ".", "--departures", "--platform", "m"], args].concat());
    assert_eq!(
        departures(&["--width", "120"]).exits(0).silent().out,
        "p-1 and moonos: 5 requirements, 2 kept, 3 departed from; 1 more of which nothing is known there.\n\
         \n \
         operation │ allowed                        │ given                │ rows │ first in     │ sources\n\
         ───────────┼────────────────────────────────┼──────────────────────┼──────┼──────────────┼─────────────\n \
         read 2    │ ECONNRESET or ENOTCONN         │ eof                  │ 1    │ own/x step 2 │ [1] [2]\n \
         read 2    │ ECONNRESET or ENOTCONN or ok 1 │ eof                  │ 1    │ own/x step 2 │ [3] [1] [2]\n \
         read 3    │ ECONNRESET or EPIPE            │ EPIPE 7/10, eof 3/10 │ 1    │ own/x step 3 │ [4] [2]\n\
         \n\
         \x20 [1] three\n\
         \x20 [2] two\n\
         \x20 [3] one\n\
         \x20 [4] four\n\
         \n"
    );
    let narrow = departures(&["--width", "40"]).exits(0).silent().out;
    assert!(narrow.contains("p-1 and moonos: 5 requirements, 2 kept,\n"), "{narrow}");
    let markdown = departures(&["--format", "markdown"]).exits(0).silent().out;
    assert!(
        markdown.contains("| operation | allowed | given | rows | first in | sources |\n|---|---|---|--:|---|---|\n"),
        "{markdown}"
    );
}

/// A standard is no system: nothing is held against it but by those who ask for that.
#[test]
fn a_standard_is_no_system() {
    let folder = folder();
    let out = |args: &[&str]| folder.brokenpipe(args).exits(0).silent().out;
    let heads = |csv: &str| csv.lines().next().unwrap_or_default().to_owned();
    let csv = out(&["report", ".", "--details", "--format", "csv"]);
    assert_eq!(heads(&csv), "scenario,cases,step,actor,operation,differs,m,d,p-1", "standards come last");
    let table = |args: &[&str]| out(&[&["report", ".", "--details", "--all", "--width", "200"], args].concat());
    assert!(!table(&[]).contains("p-1") && table(&[]).contains("≈d"), "{}", table(&[]));
    for args in [&["--expand"][..], &["--platform", "p-1"], &["--baseline-column", "p-1"]] {
        assert!(table(args).contains("≈p-1"), "{args:?}: {}", table(args));
    }
    folder
        .brokenpipe(&["diff", "nothing", "m", "--results", "."])
        .exits(1)
        .says(&["there are systems moonos, sunos; platforms m, d, p-1\n"]);
}

#[test]
fn without_a_standard_or_a_system_there_is_nothing_to_hold_against() {
    let folder = folder();
    folder
        .brokenpipe(&["report", "m.csv", "--departures"])
        .exits(1)
        .says(&["no standard is there: a platform whose `os` in platforms.csv is posix\n"]);
    folder
        .brokenpipe(&["report", ".", "--departures", "--platform", "p-1"])
        .exits(1)
        .says(&["nothing is known of a system that could be held against the standard; "]);
    folder.brokenpipe(&["report", ".", "--departures", "--verify"]).exits(2).says(&["cannot be used with"]);
}

#[test]
fn no_format_hands_a_command_to_a_ci_runner() {
    const NOTE: &str = "::error::x ##[error]x\u{202e}";
    let folder = Folder::new();
    folder.write("m.csv", HEAD.to_owned() + &row("m", "measured", 1, "eof", "10,10", NOTE));
    folder.write("p.csv", HEAD.to_owned() + &row("p", "documented", 1, "EPIPE", ",", NOTE));
    let platforms = facts("m", "measured", NOTE) + &facts("p", "documented", "posix");
    folder.write("platforms.csv", PLATFORMS_HEAD.to_owned() + &platforms);
    for format in ["table", "markdown", "csv", "json"] {
        for width in ["40", "1000"] {
            let args = ["report", ".", "--departures", "--format", format, "--width", width];
            let out = folder.brokenpipe(&args).exits(0).silent().out;
            assert!(out.contains("eof") && out.contains("error"), "{format}: {out}");
            assert_eq!(runner_commands(&out), Vec::<&str>::new(), "{format}: {out}");
            // What is for people has no character that changes the direction of text.
            assert!(!out.contains('\u{202e}') || ["csv", "json"].contains(&format), "{format}: {out}");
        }
    }
}

/// Runs the program on the committed results, and returns the rows of the CSV.
fn committed(args: &[&str]) -> Vec<BTreeMap<String, String>> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let results = results.to_str().expect("a path that is text");
    let ran: Ran = Folder::new().brokenpipe(&[&["report", results, "--departures", "--format", "csv"], args].concat());
    common::rows(&ran.exits(0).silent().out)
}

/// The chapter's table has every departure once.
#[test]
fn the_chapter_counts_the_departures_of_each_system() {
    const CALLS: [(&str, &str); 10] = [
        ("peek", "read"),
        ("read", "read"),
        ("write", "write"),
        ("connect_again", "connect"),
        ("accept", "accept"),
        ("shutdown", "shutdown"),
        ("so_error", "SO_ERROR"),
        ("set", "setsockopt"),
        ("peer_name", "getpeername"),
        ("local_name", "getsockname"),
    ];
    let mut counted = BTreeMap::new();
    for row in committed(&[]) {
        let operation = row["step"].split(' ').nth(2).expect("a number, an actor and an operation");
        let call = CALLS.iter().find(|(word, _)| *word == operation).unwrap_or_else(|| panic!("no call {operation}"));
        *counted.entry((call.1.to_owned(), row["system"].clone())).or_insert(0) += 1;
    }
    let chapter = Folder::new().brokenpipe(&["guide", "standards"]).exits(0).silent().out;
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let mut lines = chapter.lines().skip_while(|line| !line.starts_with("| call        | Linux"));
    let systems = cells(lines.next().expect("the table of departures"));
    let mut written = BTreeMap::new();
    for line in lines.skip(1).take_while(|line| line.starts_with('|')) {
        let cells = cells(line);
        for (system, count) in systems.iter().zip(&cells).skip(1) {
            let count: usize = count.parse().expect("a number");
            assert!(count == 0 || written.insert((cells[0].clone(), system.to_lowercase()), count).is_none());
        }
    }
    assert_eq!(written, counted);
}

#[test]
fn linux_departs_in_rows_that_are_known() {
    let rows = committed(&["--platform", "linux-*"]);
    let systems: std::collections::BTreeSet<_> = rows.iter().map(|row| row["system"].as_str()).collect();
    assert_eq!(systems.into_iter().collect::<Vec<_>>(), ["linux"]);
    let of = |standard: &str| rows.iter().filter(|row| row["standard"] == standard).count();
    assert_eq!([of("posix-2024"), of("posix-2017"), rows.len()], [27, 23, 50]);
    let find = |scenario: &str, step: &str| {
        let found: Vec<_> = rows.iter().filter(|row| row["scenario"] == scenario && row["step"] == step).collect();
        assert_eq!(found.len(), 1, "{scenario} {step}");
        ["cases", "allowed", "given"].map(|column| found[0][column].as_str())
    };
    assert_eq!(
        find("peer-close/write-so_error-so_error-write", "7 client so_error"),
        ["tcp4 tcp6", "ECONNRESET", "EPIPE"]
    );
    assert_eq!(find("peer-reset/read-read-write", "6 client read 1"), ["tcp4 tcp6", "ECONNRESET or ENOTCONN", "eof"]);
    assert_eq!(find("accept/after-reset", "5 server accept"), ["tcp4 tcp6", "ECONNABORTED or would-block", "ok"]);
}
