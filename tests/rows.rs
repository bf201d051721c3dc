//! Which rows of the committed results are shown and counted.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use common::{Folder, Ran};

/// Runs the program on the committed results.
fn ran(args: &[&str]) -> Ran {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let results = results.to_str().expect("a path that is text");
    let (command, rest) = args.split_first().expect("a command");
    let paths = if *command == "report" { vec![results] } else { vec!["--results", results] };
    Folder::new().brokenpipe(&[&[*command], rest, &paths[..]].concat())
}

/// The rows of a CSV, all of which have to differ, as scenario, cases, step, actor and operation.
fn differing(csv: &str) -> BTreeSet<[String; 5]> {
    let of = |row: BTreeMap<String, String>| {
        assert_eq!(row["differs"], "yes", "{row:?}");
        ["scenario", "cases", "step", "actor", "operation"].map(|column| row[column].clone())
    };
    common::rows(csv).into_iter().map(of).collect()
}

#[test]
fn a_diff_shows_the_same_rows_in_either_order() {
    for (one, other, count) in [
        ("linux-6.18-x86_64-gnu", "documented/linux", Some(0)),
        ("macos", "windows", None),
        ("macos", "linux-6.18-x86_64-gnu", None),
    ] {
        let rows = |one, other| differing(&ran(&["diff", one, other, "--format", "csv"]).exits(0).silent().out);
        let (there, back) = (rows(one, other), rows(other, one));
        assert_eq!(there, back, "{one} {other}");
        assert_eq!(there.is_empty(), count == Some(0), "{one} {other}");
    }
}

#[test]
fn a_diff_says_what_was_not_measured_and_a_matrix_does_not_count_it() {
    let diff = |one, other| ran(&["diff", one, other, "--width", "1000"]).exits(0).out;
    assert!(diff("macos", "windows").contains(" macos is reported, windows is documented; neither was measured."));
    let mixed = diff("macos", "linux-6.18-x86_64-gnu");
    let (_, counts) = mixed.split_once(" rows (").expect("a line of counts");
    let (shown, counts) = counts.split_once(" shown): ").expect("how many are shown");
    assert!(counts.starts_with(&format!("{shown} differ from macos, 0 unsteady ")), "{mixed}");
    assert!(mixed.contains(" macos is reported, not measured.\n"), "{mixed}");
    assert!(!mixed.contains("nothing is counted on it"), "{mixed}");
    let matrix =
        ran(&["report", "--details", "--legend", "--baseline-column", "macos", "--width", "1000"]).exits(0).out;
    assert!(matrix.contains(" from what is documented for macos, "), "{matrix}");
    assert!(!matrix.contains("differ from macos"), "{matrix}");
    let csv = ran(&["report", "--details", "--legend", "--baseline-column", "macos", "--format", "csv"]).exits(0).out;
    // Rows in which trials of some platform disagree are shown, too, whether or not it differs.
    let counts = |word| common::rows(&csv).iter().filter(|row| row["differs"] == word).count();
    assert!(counts("stated") > 400 && counts("yes") == 0, "{} {}", counts("stated"), counts("yes"));
}

#[test]
fn without_names_diff_counts_the_rows_of_each_pair() {
    for compare in ["exact", "class"] {
        let csv = |args: &[&str]| {
            common::rows(
                &ran(&[&["diff"], args, &["--format", "csv", "--compare", compare]].concat()).exits(0).silent().out,
            )
        };
        let both = |pair: &BTreeMap<String, String>| [pair["a"].clone(), pair["b"].clone()];
        let counts = csv(&[]);
        let all: BTreeSet<_> = counts.iter().flat_map(both).collect();
        assert_eq!(counts.len(), all.len() * (all.len() - 1) / 2, "not each pair once");
        for (one, other) in [
            ("linux-6.18-x86_64-gnu", "gvisor-2024-x86_64-gnu"),
            ("linux-6.18-x86_64-gnu", "xnu-11417"),
            ("gvisor-2022-x86_64-gnu", "wine-10-x86_64-gnu"),
            ("xnu-11417", "windows"),
        ] {
            let pair = counts.iter().find(|pair| both(pair) == [one, other]);
            let count = &pair.unwrap_or_else(|| panic!("{one} {other}"))["differing"];
            // Rows in which trials disagree are shown, too, and counted only where the two differ.
            let rows = csv(&[one, other]).iter().filter(|row| row["differs"] == "yes").count();
            assert_eq!(*count, rows.to_string(), "{one} {other} {compare}");
            assert_ne!(count, "0", "{one} {other} {compare}");
        }
    }
}

#[test]
fn diff_marks_pairs_that_were_not_measured_or_have_no_row_in_common() {
    let folder = Folder::new();
    for (platform, provenance, scenario, outcome, counts) in [
        ("a", "measured", "own/x", "EPIPE", "10,10"),
        ("b", "measured", "own/y", "EPIPE", "10,10"),
        ("c", "documented", "own/x", "ok 1", ","),
    ] {
        let row = format!(
            "{platform},{provenance},{scenario},tcp4,ignore,std,none,std,mio,1,client,write 1,{outcome},,,,,,{counts},a source\n"
        );
        folder.write(&format!("{platform}.csv"), common::HEAD.to_owned() + &row);
    }
    let out = folder.brokenpipe(&["diff", "--results", "."]).exits(0).silent().out;
    let (table, legend) = out.split_once("\n\n").expect("a table and its legend");
    let cells =
        |line: &str| line.split(['│', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<_> = table.lines().map(cells).collect();
    assert_eq!(
        (&lines[3][..], &lines[4][..]),
        (&["2", "b", "·"].map(str::to_owned)[..], &["3", "≈c", "≈1", "·"].map(str::to_owned)[..]),
        "{out}"
    );
    assert!(
        legend.contains("3 pairs: ") && legend.contains("\n≈ one of the two, ") && legend.contains("\n· "),
        "{out}"
    );
    folder.brokenpipe(&["diff", "--results", "a.csv"]).exits(1).says(&["a is the only platform with results"]);
}

#[test]
fn pairs_are_counted_even_if_all_platforms_agree() {
    let folder = Folder::new();
    for platform in ["a", "b"] {
        let row =
            format!("{platform},measured,own/x,tcp4,ignore,std,none,std,mio,1,client,write 1,EPIPE,,,,,,10,10,\n");
        folder.write(&format!("{platform}.csv"), common::HEAD.to_owned() + &row);
    }
    let diff = |format| folder.brokenpipe(&["diff", "--results", ".", "--format", format]).exits(0).silent().out;
    assert_eq!(diff("csv"), "a,b,a_provenance,b_provenance,rows,differing\na,b,measured,measured,1,0\n");
    assert_eq!(diff("markdown").lines().nth(3), Some("| 2 b | 0 |"));
    assert_eq!(diff("table").lines().nth(3), Some(" 2 b │ 0"));
}

#[test]
fn diff_lists_the_names_of_platforms_that_share_a_line() {
    let diff = |args: &[&str]| ran(&[&["diff", "--select", "peer-reset"], args].concat()).exits(0).silent().out;
    let out = diff(&["--width", "1000"]);
    let line = "6 platforms: linux-6.18-x86_64-gnu, linux-6.18-x86_64-musl, linux-6.1-x86_64-gnu, ";
    assert!(out.contains(line), "{out}");
    let expanded = diff(&["--expand", "--width", "1000"]);
    assert!(!expanded.contains("6 platforms") && expanded.contains("\n 2 linux-6.18-x86_64-musl "), "{expanded}");
    let class = diff(&["--compare", "class", "--width", "1000"]);
    assert!(class.contains(" pairs: the number of rows in which the two differ in class.\n"), "{class}");
    let json: serde_json::Value = serde_json::from_str(&diff(&["--format", "json"])).expect("JSON");
    let pairs = json.as_array().expect("a list of pairs");
    assert_eq!(pairs.len(), 29 * 28 / 2, "not each pair of 29 platforms");
    let musl = pairs.iter().find(|pair| pair["b"] == "linux-6.18-x86_64-musl").expect("a pair with musl");
    assert_eq!((&musl["a"], &musl["differing"]), (&"linux-6.18-x86_64-gnu".into(), &0.into()));
}

#[test]
fn diff_refuses_anything_but_two_different_platforms() {
    ran(&["diff", "macos", "macos"])
        .refuses(&["\"macos\" cannot be compared with itself: name two systems or platforms"]);
    ran(&["diff", "macos"]).exits(2).says(&["not provided:\n  <B>\n"]);
    ran(&["diff", "--all"]).refuses(&["--all needs two platforms: `brokenpipe diff A B --all`"]);
    ran(&["diff", "macos", "macOS"]).refuses(&["\"macos\" cannot be compared with itself"]);
    let systems = "linux, macos, windows, freebsd, netbsd, openbsd, illumos, gvisor, wine";
    let none =
        format!("no results of a system or platform \"macros\"; there are systems {systems}; platforms linux-6.18");
    ran(&["diff", "macos", "macros"]).exits(1).says(&[&none]);
    ran(&["diff", "macos", ""]).exits(1).says(&["no results of a system or platform \"\"; there are systems linux, "]);
    ran(&["diff", "linux-6.18", "macos"])
        .exits(1)
        .says(&["several begin with \"linux-6.18\": linux-6.18-x86_64-gnu, linux-6.18-x86_64-musl\n"]);
    ran(&["diff", "macos", "w"]).exits(1).says(&["several begin with \"w\": windows, wine\n"]);
}

/// What `diff` says before the rows: what stands behind each side, and how many rows differ.
fn sides(args: &[&str]) -> [String; 3] {
    let out = ran(&[&["diff"], args, &["--width", "1000"]].concat()).exits(0).silent().out;
    let (head, _) = out.split_once("\n\n").expect("a head, and rows");
    let lines: Vec<_> = head.lines().map(str::to_owned).collect();
    lines.try_into().unwrap_or_else(|lines| panic!("{lines:?}"))
}

/// Systems are compared by the best evidence of each step, and the head of the rows tells which that is.
#[test]
fn diff_compares_the_best_evidence_of_two_systems() {
    let [linux, macos, count] = sides(&["linux", "macos"]);
    // What takes seconds was not measured on the newest kernel, and pipes were not part of what is reported of macOS.
    let newest = "linux: linux-7.2-x86_64-gnu (measured in 1446 rows), linux-6.18-x86_64-gnu (measured in 139 rows)";
    let best = "macos: xnu-11417 (reported in 1571 rows), macos (documented in 14 rows)";
    assert_eq!([linux.as_str(), &macos], [newest, best]);
    let csv = ran(&["diff", "linux", "macos", "--format", "csv", "--cases", "plain"]).exits(0).silent().out;
    assert!(count.ends_with(&format!(", {} in which they differ", differing(&csv).len())), "{count}");
    // Systems of which one platform was measured in all these rows.
    let [freebsd, netbsd, _] = sides(&["FreeBSD", "net"]);
    assert_eq!(freebsd, "freebsd: freebsd-15.0-x86_64 (measured)");
    assert_eq!(netbsd, "netbsd: netbsd-10.99-x86_64 (measured)");
    // A platform that is called like a system is named with its provenance.
    assert_eq!(sides(&["documented/linux", "linux"])[0], "documented/linux: linux (documented)");
    let same = ran(&["diff", "documented/linux", "linux", "--width", "1000"]).exits(0).silent().out;
    let rows = sides(&["documented/linux", "linux"])[2].split(" in which").next().unwrap().to_owned();
    assert!(same.contains(&format!("\n{rows} (0 shown): 0 differ from documented/linux, ")), "{same}");
    assert_eq!(
        sides(&["wine-8", "wine"])[..2],
        ["wine-8-x86_64-gnu: wine-8-x86_64-gnu (measured)", "wine: wine-10-x86_64-gnu (measured)"]
    );
    let json: serde_json::Value =
        serde_json::from_str(&ran(&["diff", "macos", "linux", "--all", "--format", "json"]).exits(0).out)
            .expect("JSON");
    let cells = json["rows"].as_array().expect("rows").iter().map(|row| &row["cells"][0]);
    let platforms: BTreeSet<_> = cells.filter_map(|cell| cell["platform"].as_str()).collect();
    assert_eq!(platforms, BTreeSet::from(["macos", "xnu-11417"]));
}

/// For people, a diff is of plain cases and has one line of legend, unless more is asked for.
#[test]
fn diff_is_short() {
    let diff = |args: &[&str]| {
        ran(&[&["diff", "linux", "macos", "--select", "peer-reset", "--width", "120"], args].concat()).exits(0).out
    };
    let short = diff(&[]);
    assert!(short.contains("--cases all shows them.") && !short.contains("sigpipe=default"), "{short}");
    assert!(short.contains("--legend explains all") && !short.contains("a read returned 0 bytes"), "{short}");
    let long = diff(&["--cases", "all", "--legend"]);
    assert!(long.contains("sigpipe=default") && long.contains("  eof: a read returned 0 bytes\n"), "{long}");
    assert!(
        long.contains("  linux, each cell is of the first that has it:\n  linux-7.2-x86_64-gnu: measured"),
        "{long}"
    );
}

#[test]
fn diff_counts_the_pairs_of_the_platforms_that_a_glob_fits() {
    let csv = ran(&["diff", "--platform", "wine-*", "--platform", "macos", "--format", "csv"]).exits(0).silent().out;
    assert_eq!(common::rows(&csv).len(), 3, "{csv}");
    ran(&["diff", "--platform", "moon-*"]).exits(1).says(&["no platform fits \"moon-*\"; there are linux-6.18"]);
    ran(&["diff", "linux", "macos", "--platform", "wine-*"]).exits(2).says(&["cannot be used with"]);
}

/// The counts under the tables and what follows them, each on one line.
fn under_the_tables(args: &[&str]) -> String {
    let text = ran(&[args, &["--width", "1000"]].concat()).exits(0).silent().out;
    let (_, under) = text.rsplit_once("\n\n").expect("tables and counts");
    under.to_owned()
}

#[test]
fn the_baseline_column_is_always_shown() {
    let hidden =
        under_the_tables(&["report", "--details", "--legend", "--select", "udp", "--baseline-column", "linux"]);
    assert!(hidden.contains("\n  linux: documented, linux, native, epoll\n"), "{hidden}");
    let globs = [
        "report", "--details", "--legend", "--select", "udp", "--platform", "linux-*", "--baseline-column",
        "wine-10-x86_64-gnu",
    ];
    let other = under_the_tables(&globs);
    assert!(
        other.contains(" from wine-10-x86_64-gnu, ") && other.contains("\n  wine-10-x86_64-gnu: measured, "),
        "{other}"
    );
    ran(&["report", "--details", "--legend", "--baseline-column", "macros"])
        .exits(1)
        .says(&["no results of a platform \"macros\"; there are "]);
}

#[test]
fn show_refuses_a_transport_without_a_case() {
    ran(&["show", "peer-close/read-read-write", "--transport", "udp4"])
        .exits(1)
        .says(&["no case of \"peer-close/read-read-write\" over udp4; there are cases over tcp4, tcp6, unix"]);
}

#[test]
fn cases_that_are_left_out_are_counted() {
    let under = under_the_tables(&["report", "--details", "--legend", "--select", "peer-close"]);
    let plain = |line: &&str| line.ends_with(" sigpipe=ignore call=std option=none");
    let listed = Folder::new().brokenpipe(&["list", "peer-close"]).exits(0).out;
    let others = listed.lines().filter(|line| !plain(line)).count();
    let said = format!(
        "\n{others} cases with another sigpipe, call, option, read_call or wait are hidden; --cases all shows them."
    );
    assert!(under.contains(&said), "{said}\n{under}");
    let all = under_the_tables(&[
        "report", "--details", "--legend", "--all", "--cases", "all", "--select", "sigpipe", "--platform", "linux-*",
    ]);
    let (counts, _) = all.split_once(" that no platform here supports are hidden): ").expect("why rows are missing");
    let numbers: Vec<u32> = counts.split([' ', '(']).filter_map(|word| word.parse().ok()).collect();
    let [rows, shown, left_out] = numbers[..] else { panic!("{counts}") };
    assert!(left_out > 0 && rows == shown + left_out, "{counts}");
}

#[test]
fn an_absent_platform_does_not_count_as_measured() {
    let folder = Folder::new();
    folder.brokenpipe(&["absent", "moon-1", "--reason", "the job timed out"]).exits(0).silent();
    folder.brokenpipe(&["absent", "moon-2", "--reason", "no such machine"]).exits(0).silent();
    let text = folder
        .brokenpipe(&["report", "brokenpipe-results", "--details", "--legend", "--width", "200"])
        .exits(0)
        .silent()
        .out;
    assert!(text.contains(" 2 platforms (2 not measured).\n"), "{text}");
    assert!(
        text.contains("\n  moon-1: not measured: the job timed out\n  moon-2: not measured: no such machine\n"),
        "{text}"
    );
    assert_eq!(text.matches("the job timed out").count(), 1, "{text}");
}

#[test]
fn a_single_statement_is_counted_in_the_singular_and_fits_the_width() {
    let folder = Folder::new();
    let row = |platform: &str, provenance: &str, counts: &str| {
        format!(
            "{platform},{provenance},own/x,tcp4,ignore,std,none,std,mio,1,client,write 1,EPIPE,,EPIPE,,,,{counts},a source\n"
        )
    };
    let facts =
        |platform: &str, provenance: &str| format!("{platform},{provenance},moonos,1,1,vax,,native,epoll,1,1,1\n");
    folder.write("a.csv", common::HEAD.to_owned() + &row("a", "measured", "10,10"));
    folder.write("b.csv", common::HEAD.to_owned() + &row("b", "documented", ","));
    folder.write(
        "platforms.csv",
        common::PLATFORMS_HEAD.to_owned() + &facts("a", "measured") + &facts("b", "documented"),
    );
    let verify = |width: &str| {
        folder.brokenpipe(&["report", "--details", "--legend", ".", "--verify", "--width", width]).exits(0).silent().out
    };
    let said = "a measured, ≈b documented: 1 statement about rows that were measured; 1 agrees, 0 contradict. 0 \
                measured rows have nothing stated about them, and 0 stated rows were not measured.\n\n";
    assert_eq!(verify("1000"), said);
    assert!(verify("40").lines().all(|line| line.chars().count() <= 40), "{}", verify("40"));
    folder.brokenpipe(&["report", "--details", "--legend", ".", "--width", "39"]).exits(2).says(&["39 is not in 40"]);
}

#[test]
fn statements_are_verified_with_all_their_sources_whatever_platforms_are_shown() {
    let folder = Folder::new();
    let mut platforms = common::PLATFORMS_HEAD.to_owned();
    for (platform, provenance, os, [of_tcp4, of_tcp6, of_unix]) in [
        ("a", "measured", "moonos", ["ok 1,,,,,,10,10,"; 3]),
        ("b", "documented", "moonos", ["EPIPE,,,,,,,,the first", "EPIPE,,,,,,,,the second", "EPIPE,,,,,,,,"]),
        ("c", "measured", "sunos", ["EPIPE,,,,,,10,10,", "eof,,,,,,10,10,", "eof,,,,,,10,10,"]),
    ] {
        let row = |transport: &str, gave: &str| {
            format!("{platform},{provenance},own/x,{transport},ignore,std,none,std,mio,1,client,write 1,{gave}\n")
        };
        let rows = row("tcp4", of_tcp4) + &row("tcp6", of_tcp6) + &row("unix", of_unix);
        folder.write(&format!("{platform}.csv"), common::HEAD.to_owned() + &rows);
        platforms += &format!("{platform},{provenance},{os},1,1,vax,,native,epoll,1,1,1\n");
    }
    folder.write("platforms.csv", platforms);
    let verify =
        |args: &[&str]| folder.brokenpipe(&[&["report", "--details", "--legend", ".", "--verify"], args].concat());
    assert_eq!(
        verify(&["--format", "csv"]).exits(0).silent().out,
        "measured_platform,stated_platform,scenario,cases,step,measured,stated,source,verdict\n\
         a,b,own/x,tcp4 tcp6 unix,1 client write 1,ok 1,≈EPIPE,the first; the second,\n"
    );
    let said = "a measured, ≈b documented: 1 statement about rows that were measured; 0 agree, 1 contradicts.";
    for args in [&["--width", "1000"][..], &["--width", "1000", "--platform", "a"]] {
        assert!(verify(args).exits(0).silent().out.starts_with(said), "c is of another system, and not verified");
    }
    verify(&["--platform", "c"]).exits(1).says(&[
        "nothing is documented or reported for a system of which something that --platform chooses was measured; ",
    ]);
    verify(&["--platform", "b"]).exits(1).says(&["nothing that --platform chooses was measured, "]);
    folder
        .brokenpipe(&["report", "--details", "--legend", "a.csv", "--verify"])
        .exits(1)
        .says(&["nothing there is documented or reported\n"]);
}

#[test]
fn csv_and_json_mark_rows_in_which_only_statements_differ() {
    let pair = ["--platform", "linux-6.18-x86_64-gnu", "--platform", "macos", "--select", "peer-reset"];
    let csv = ran(&[&["report", "--details", "--legend", "--format", "csv"], &pair[..]].concat()).exits(0).silent().out;
    let differs: Vec<_> = csv.lines().skip(1).map(|line| line.contains(",stated,")).collect();
    assert!(!differs.is_empty() && differs.iter().all(|stated| *stated), "{csv}");
    let json =
        ran(&[&["report", "--details", "--legend", "--format", "json"], &pair[..]].concat()).exits(0).silent().out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), differs.len());
    assert!(rows.iter().all(|row| row["stated"] == true && row["differs"] == false), "{json}");
}

#[test]
fn show_explains_all_cases_where_it_prints_all() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/linux-6.18-x86_64-gnu.csv");
    let show = [
        "show",
        "peer-close/write-write-write-read",
        "--details",
        "--results",
        file.to_str().expect("a path that is text"),
    ];
    let said = "\n  all N: all cases of the scenario that are shown and that some platform supports\n";
    let all = Folder::new().brokenpipe(&show).exits(0).out;
    assert!(all.contains("│ all 46 ") && all.contains(said), "{all}");
    let few = Folder::new().brokenpipe(&[&show[..], &["--transport", "tcp6"]].concat()).exits(0).out;
    assert!(few.contains("│ tcp6 ") && !few.contains("all N"), "{few}");
}
