//! `brokenpipe lint`: what is wrong with rows of results is said with its place and what would be right.

mod common;

use common::{Folder, HEAD, PLATFORMS_HEAD, Ran};

/// A scenario of a user with two cases.
const OWN: &str = r#"[[scenario]]
id = "own/x"
title = "Write, read and close"
why = "It has each kind of outcome."
transports = ["tcp4", "unix"]
steps = """
client connect
server accept
client write 1
client read 1
client await fin
client close
"""

[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["handler"]
call = ["write"]
"#;

/// Rows of a case of it as a user writes them.
const ROWS: [&str; 4] = [
    "box-1,documented,own/x,tcp4,ignore,std,none,std,mio,3,client,write 1,EPIPE,32,EPIPE,BrokenPipe,,,,,write(2)\n",
    "box-1,documented,own/x,tcp4,ignore,std,none,std,mio,4,client,read 1,ECONNRESET,104,ECONNRESET,,,,,,read(2)\n",
    "box-1,documented,own/x,tcp4,ignore,std,none,std,mio,4,client,read 1,eof,,,,,,,,read(2)\n",
    "box-1,documented,own/x,tcp4,ignore,std,none,std,mio,5,client,await fin,readable+read_closed,,,,,,,,\"epoll(7), poll(2)\"\n",
];

fn platforms(os: &str) -> String {
    format!("{PLATFORMS_HEAD}box-1,documented,{os},1,,x86_64,,native,,,,\n")
}

/// The linted file of these rows, beside a table of platforms.
fn lint(rows: &str, platforms: &str) -> Ran {
    let folder = Folder::with("own.toml", OWN);
    folder.write("box-1.csv", HEAD.to_owned() + rows);
    if !platforms.is_empty() {
        folder.write("platforms.csv", platforms);
    }
    folder.brokenpipe(&["lint", "box-1.csv", "--scenarios", "own.toml"])
}

#[test]
fn what_is_right_is_counted() {
    let ran = lint(&ROWS.concat(), &platforms("linux")).exits(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("no mistakes: 4 rows of 1 platform in 1 file\n", ""));
}

/// Asserts that one change to the rows is answered with this mistake at this place, and with this text of what is right.
fn wrong(from: &str, to: &str, place: &str, title: &str, right: &str) {
    let rows = ROWS.concat();
    assert!(rows.contains(from), "{from}");
    let ran = lint(&rows.replacen(from, to, 1), &platforms("linux")).exits(2);
    assert_eq!(ran.out, "");
    for text in [format!("error: {title}"), format!("--> box-1.csv:{place}\n"), right.to_owned()] {
        assert!(ran.err.contains(&text), "{to}: {text:?} is not in\n{}", ran.err);
    }
}

#[test]
fn each_wrong_field_is_pointed_at() {
    wrong("EPIPE,32,", "EPIPE,104,", "2:76", "code `104` does not belong to outcome `EPIPE`", "ECONNRESET");
    wrong("RESET,104,", "RESET,54,", "3:80", "code `54` does not belong to outcome `ECONNRESET`", "expected 104");
    wrong(",EPIPE,Br", ",ECONNRESET,Br", "2:79", "name `ECONNRESET` does not belong", "expected a name of EPIPE");
    wrong("BrokenPipe", "Other", "2:85", "kind `Other` does not belong", "expected BrokenPipe");
    wrong("client,write 1", "client,wriet 1", "2:62", "unknown operation `wriet`", "did you mean `write`?");
    wrong("client,write 1", "cilent,write 1", "2:55", "unknown actor `cilent`", "did you mean `client`?");
    wrong("await fin", "await fni", "5:62", "`await` cannot take `fni`", "did you mean `fin`?");
    wrong(
        "3,client,write 1",
        "3,client,write 2",
        "2:62",
        "step 3 of own/x is not `client write 2`",
        "expected `client write 1`",
    );
    wrong("5,client,await", "6,client,await", "5:62", "step 6 of own/x is not", "`client await fin` is step 5");
    wrong("5,client,await", "9,client,await", "5:53", "own/x has no step 9", "it has 6 steps");
    wrong(
        "tcp4,ignore,std,none,std,mio,3",
        "tcp6,ignore,std,none,std,mio,3",
        "2:24",
        "own/x has no case `tcp6,ignore,std,none,std,mio`",
        "unix",
    );
    wrong(
        "tcp4,ignore,std,none,std,mio,3",
        "tpc4,ignore,std,none,std,mio,3",
        "2:24",
        "unknown transport `tpc4`",
        "did you mean `tcp4`?",
    );
    wrong(
        "write 1,EPIPE,32,EPIPE,BrokenPipe",
        "write 1,eof,,,",
        "2:70",
        "`client write 1` cannot give `eof`",
        "would-block",
    );
    wrong(
        "EPIPE,32,EPIPE,BrokenPipe,",
        "EPIPE+SIGPIPE,32,EPIPE,BrokenPipe,SIGPIPE",
        "2:70",
        "`client write 1` cannot",
        "SIGPIPE",
    );
    wrong("eof,,", "epipe,,", "4:69", "`client read 1` cannot give `epipe`", "guide outcomes");
    wrong("eof,,", ",,", "4:69", "no outcome", "remove the row");
    wrong("eof,,,,,,,,read(2)", "eof,,,,,,,,", "4:80", "a `documented` row without its source", "expected where");
    wrong("eof,,,,,,,,", "eof,,,,,,3,4,", "4:78", "the rows of a step differ in their trials", "expected nothing");
    wrong("eof,", "ECONNRESET,", "4:69", "outcome `ECONNRESET` of this step a second time", "once");
    wrong("5,client,await", "2,client,await", "5:53", "step 2 after step 4", "expected 5");
    wrong("eof,", "eof,,", "4:1", "22 fields where the first line has 21", "quotes");
    wrong(
        "tcp4,ignore,std,none,std,mio,5",
        "unix,ignore,std,none,std,mio,x",
        "5:53",
        "column `step`: invalid value \"x\"",
        "1 to 1000",
    );
    wrong("poll(2)\"\n", "poll(2)\"", "5:119", "truncated: no final newline", "");
}

#[test]
fn numbers_are_those_of_the_system() {
    let rows = ROWS.concat();
    let err = lint(&rows, &platforms("macos")).exits(2).err;
    assert!(
        err.contains("code `104` does not belong") && err.contains("expected 54, the number of ECONNRESET"),
        "{err}"
    );
    let windows = rows.replace("104,ECONNRESET", "10054,WSAECONNRESET").replace("32,EPIPE,", "232,ERROR_NO_DATA,");
    lint(&windows, &platforms("windows")).exits(0);
    lint(&rows, &platforms("windows")).exits(2);
}

#[test]
fn a_platform_without_facts_is_named_with_a_row_for_it() {
    let other = platforms("linux").replace("box-1,", "box-2,");
    for table in [&*other, ""] {
        let err = lint(&ROWS.concat(), table).exits(2).err;
        assert!(err.contains("error: platform `box-1` is not in platforms.csv"), "{err}");
        assert!(err.contains("`box-1,documented,box,"), "{err}");
        assert_eq!(err.matches("error:").count(), 1, "{err}");
    }
    // It has the columns of the table that is there.
    let err = lint(&ROWS.concat(), &other).exits(2).err;
    let example = err.split_once("such as `").and_then(|(_, rest)| rest.split_once('`')).expect("there is one").0;
    lint(&ROWS.concat(), &format!("{other}{example}\n")).exits(0);
    let err = lint(&ROWS.concat(), &platforms("linux").replace("documented", "reported")).exits(2).err;
    assert!(err.contains("expected `reported`, as in platforms.csv"), "{err}");
}

/// All rows of a case as they are measured.
fn measured() -> String {
    let steps = [("client", "connect", "ok"), ("server", "accept", "ok"), ("client", "write 1", "ok 1")];
    let more = [("client", "read 1", "eof"), ("client", "await fin", "readable"), ("client", "close", "ok")];
    let row = |(number, (actor, operation, outcome)): (usize, &(&str, &str, &str))| {
        format!(
            "box-1,measured,own/x,unix,ignore,std,none,std,mio,{number},{actor},{operation},{outcome},,,,,,10,10,\n"
        )
    };
    (1..).zip(steps.iter().chain(&more)).map(row).collect()
}

#[test]
fn measured_cases_are_whole_and_counted() {
    let table = platforms("linux").replace("documented", "measured");
    let rows = measured();
    lint(&rows, &table).exits(0);
    let (most, _) = rows.trim_end().rsplit_once('\n').unwrap();
    let err = lint(&format!("{most}\n"), &table).exits(2).err;
    assert!(err.contains("a case of own/x ends after step 5 of 6"), "{err}");
    assert!(err.contains("expected a row of step 6 after it, `client close`"), "{err}");

    for (from, to, title) in [
        (",10,10,\n", ",9,10,\n", "the counts of a step are 9 together"),
        (",10,10,\n", ",,,\n", "a measured row without trials"),
        (",10,10,\n", ",11,10,\n", "column `count`: invalid value"),
        ("4,client,read 1,eof", "4,client,read 1,unsupported", "`unsupported` without its reason"),
    ] {
        let err = lint(&rows.replacen(from, to, 1), &table).exits(2).err;
        assert!(err.contains(title), "{to}: {err}");
    }
    let twice = format!("{rows}{}{rows}", rows.replace(",unix,", ",tcp4,"));
    let err = lint(&twice, &table).exits(2).err;
    assert!(err.contains("a case of own/x a second time"), "{err}");
}

#[test]
fn an_unknown_scenario_is_a_warning() {
    let folder = Folder::new();
    folder.write("box-1.csv", HEAD.to_owned() + &ROWS.concat().replace("own/x", "peer-close/write-write-write-raed"));
    folder.write("platforms.csv", platforms("linux"));
    let ran = folder.brokenpipe(&["lint", "."]).exits(0);
    assert_eq!(ran.err.matches("warning:").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("unknown scenario `peer-close/write-write-write-raed`"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `peer-close/write-write-write-read`?"), "{}", ran.err);
    assert!(ran.out.starts_with("no mistakes: 4 rows"), "{}", ran.out);
}

#[test]
fn what_the_reader_refuses_is_a_mistake() {
    let folder = Folder::new();
    folder.write("a.csv", HEAD.to_owned() + &ROWS.concat());
    folder.write("b.csv", HEAD.to_owned() + &ROWS.concat());
    folder.write("platforms.csv", platforms("linux"));
    let err = folder.brokenpipe(&["lint", "."]).exits(2).err;
    assert!(err.contains("platform box-1 is in"), "{err}");
    folder.write("b.csv", "x,y\n1,2\n");
    let err = folder.brokenpipe(&["lint", "b.csv"]).exits(2).err;
    assert!(err.contains("column `platform` is missing"), "{err}");
    folder.write("b.csv", [0xff, b'\n']);
    assert!(folder.brokenpipe(&["lint", "b.csv"]).exits(2).err.contains("not UTF-8"));
    folder.write("platforms.csv", platforms("linux").replace("documented", "guessed"));
    assert!(folder.brokenpipe(&["lint", "a.csv"]).exits(2).err.contains("guessed"));
    assert!(folder.brokenpipe(&["lint", "none.csv"]).exits(2).err.contains("none.csv"));
}

#[test]
fn a_template_is_right_once_it_is_filled_in() {
    let folder = Folder::with("own.toml", OWN);
    let args = ["lint", "--template", "own/x", "box-1", "--scenarios", "own.toml"];
    let template = folder.brokenpipe(&args).exits(0).silent().out;
    assert_eq!(template.lines().count(), 1 + 3 * 6);
    assert!(template.starts_with(HEAD));
    folder.write("box-1.csv", &template);
    folder.write("platforms.csv", platforms("linux"));
    let empty = folder.brokenpipe(&["lint", "box-1.csv", "--scenarios", "own.toml"]).exits(2).err;
    assert_eq!(empty.matches("error: no outcome").count(), 18, "{empty}");
    folder.write("box-1.csv", template.replace(",,,,,,,,,\n", ",EIO,,,,,,,,a manual\n"));
    folder.brokenpipe(&["lint", "box-1.csv", "--scenarios", "own.toml"]).exits(0);

    let err = folder.brokenpipe(&["lint", "--template", "own/y", "box-1", "--scenarios", "own.toml"]).exits(1).err;
    assert!(err.contains("own/x"), "{err}");
    folder.brokenpipe(&["lint", "--template", "own/x", "a/b", "--scenarios", "own.toml"]).exits(2);
    folder.brokenpipe(&["lint"]).exits(2);
}

#[test]
fn the_accepted_results_have_no_mistakes() {
    let results = concat!(env!("CARGO_MANIFEST_DIR"), "/results");
    let ran = Folder::new().brokenpipe(&["lint", results]).exits(0);
    assert_eq!(ran.err, "");
    assert!(ran.out.starts_with("no mistakes: "), "{}", ran.out);
}

#[test]
fn where_there_are_no_results_nothing_passes() {
    let folder = Folder::new();
    folder.make("e");
    folder.write("e/readme.txt", "no results\n");
    folder.brokenpipe(&["lint", "e"]).exits(1).says(&["no results there"]);
}
