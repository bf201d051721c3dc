//! Ordinary use of the built program, command by command.

mod common;

#[cfg(target_os = "linux")]
use std::thread;
use std::{collections::BTreeMap, process::Command, sync::LazyLock};

use brokenpipe::{
    catalogue::{Catalogue, ReadCall, Selection, Wait},
    platform::Platform,
    results::COLUMNS,
};
use common::{
    BROKENPIPE, Bytes, Folder, GOOD, HEAD, ONE_CASE, OWN, Ran, brokenpipe, contents, distinct, good, number_of_cases,
    rows,
};

#[test]
fn help_names_every_command_and_every_exit_code() {
    let help = Folder::new().brokenpipe(&["--help"]).exits(0).silent().out;
    let (_, commands) = help.split_once("\nCommands:\n").expect("a list of commands");
    let (commands, _) = commands.split_once("\n\n").expect("the list ends");
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names: Vec<_> = commands.lines().filter(is_name).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        names,
        [
            "run", "report", "diff", "check", "accept", "absent", "lint", "list", "explain", "show", "site",
            "platform", "guide", "completions", "help"
        ]
    );
    for name in names.into_iter().filter(|name| *name != "help") {
        let help = Folder::new().brokenpipe(&[name, "--help"]).exits(0).silent().out;
        assert!(help.contains(&format!("\nUsage: brokenpipe {name}")), "{name}: {help}");
    }
    for code in ["    0  done", "    1  no: nothing was selected", "    2  wrong input", "  130  interrupted"] {
        assert!(help.contains(code), "{code}: {help}");
    }
    let version = Folder::new().brokenpipe(&["--version"]).exits(0).silent().out;
    assert_eq!(version, concat!("brokenpipe ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// A run starts itself with these words. They are not meant for users.
#[test]
fn the_internal_commands_of_a_run_are_hidden_and_refuse_arguments() {
    let folder = Folder::new();
    let help = folder.brokenpipe(&["--help"]).exits(0).silent().out;
    for word in ["run-trials", "hold-socket", "write-as-inherited"] {
        assert!(!help.contains(word), "{help}");
        folder.brokenpipe(&[word, "--all"]).exits(2);
    }
    let err = folder.brokenpipe(&["run-trials"]).exits(2).err;
    assert!(err.starts_with("error: ") && err.lines().count() == 1, "{err}");
}

#[test]
fn list_prints_a_line_for_every_case_and_writes_nothing() {
    let folder = Folder::new();
    let listed = folder.brokenpipe(&["list"]).exits(0).silent().out;
    let catalogue = Catalogue::builtin();
    let cases = Selection::default().cases(&catalogue);
    assert!(!cases.is_empty());
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    let expected: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let axes = [
                case.axes.transport.to_string(),
                format!("sigpipe={}", case.axes.sigpipe),
                format!("call={}", case.axes.call),
                format!("option={}", case.axes.option),
            ];
            let read_call = format!("read_call={}", case.axes.read_call);
            let read_call = (case.axes.read_call != ReadCall::Std).then_some(read_call);
            let wait = (case.axes.wait != Wait::Mio).then(|| format!("wait={}", case.axes.wait));
            [case.scenario.id.clone()].into_iter().chain(axes).chain(read_call).chain(wait).collect()
        })
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(contents(folder.path()).len(), 0);
}

#[test]
fn an_id_a_family_and_a_glob_can_be_listed() {
    let folder = Folder::new();
    let ids = |selectors: &[&str]| {
        let out = folder.brokenpipe(&[&["list"], selectors].concat()).exits(0).silent().out;
        out.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&["peer-shutdown-read/write-write"])[..2],
        ["peer-shutdown-read/write-write"; 2],
        "not one line a case"
    );
    assert_eq!(ids(&["recover/reconnect-after-e*"]), ["recover/reconnect-after-epipe"; 2]);
    let family = ids(&["peer-close"]);
    assert!(family.len() > 2 && family.iter().all(|id| id.starts_with("peer-close/")), "{family:?}");
}

#[test]
fn slow_scenarios_are_listed_with_slow() {
    let folder = Folder::new();
    let lines = |args: &[&str]| folder.brokenpipe(args).exits(0).silent().out.lines().count();
    let catalogue = Catalogue::builtin();
    let slow: usize = catalogue.scenarios().iter().filter(|scenario| scenario.slow).map(|s| s.axes.len()).sum();
    assert!(slow > 20, "{slow}");
    assert_eq!(lines(&["list", "--slow"]), number_of_cases() + slow);
    // `show` only explains a scenario, and needs no `--slow` for that.
    folder.brokenpipe(&["show", "timeout/write-peek-read"]).exits(0).silent();
}

#[test]
fn platform_prints_the_facts_that_a_run_records() {
    let folder = Folder::new();
    let printed = folder.brokenpipe(&["platform"]).exits(0).silent().out;
    let here = Platform::here();
    for (fact, value) in [("platform", &here.platform), ("kernel", &here.kernel), ("rustc", &here.rustc)] {
        let line = printed.lines().find(|line| line.split(' ').next() == Some(fact));
        assert_eq!(line, Some(format!("{fact:<16} {value}").as_str()));
    }

    folder.brokenpipe(&[&["run", "--quiet"], &ONE_CASE[..]].concat()).exits(0).silent();
    let recorded = rows(&folder.read("brokenpipe-results/platforms.csv"));
    assert_eq!(recorded.len(), 1);
    for (fact, value) in &recorded[0] {
        if fact != "provenance" && !value.is_empty() {
            let line = format!("{fact:<16} {value}");
            assert!(printed.lines().any(|printed| printed == line), "{line} is not in {printed}");
        }
    }
}

#[test]
fn a_run_writes_two_tables_and_says_so() {
    let folder = Folder::new();
    // A checkout has accepted results of the same platform, which a run must not touch.
    folder.make("results");
    folder.write("results/here.csv", good().replace("box-1", "here"));
    let accepted = contents(&folder.join("results"));
    let ran = folder.brokenpipe(&[&["run", "--platform", "here"], &ONE_CASE[..]].concat()).exits(0);
    assert_eq!(ran.out, "");
    assert!(ran.err.starts_with("here: 1 of 1 cases measured, 10 trials, written to brokenpipe-results"), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");

    assert_eq!(
        contents(&folder.join("brokenpipe-results")).into_keys().collect::<Vec<_>>(),
        ["here.csv", "platforms.csv"]
    );
    assert_eq!(contents(&folder.join("results")), accepted);
    let csv = folder.read("brokenpipe-results/here.csv");
    assert_eq!(csv.lines().next(), Some(COLUMNS.join(",").as_str()));
    let rows = rows(&csv);
    assert_eq!(rows[0]["operation"], "connect");
    assert_eq!(rows[0]["outcome"], "ok");
    assert_eq!((rows[0]["count"].as_str(), rows[0]["trials"].as_str()), ("10", "10"));
    assert_eq!(distinct(&csv, "step").len(), 7, "not a row for each of the scenario's steps");
    assert_eq!(distinct(&csv, "provenance"), ["measured"]);
    assert_eq!(distinct(&folder.read("brokenpipe-results/platforms.csv"), "platform"), ["here"]);
}

/// What the program does without a command, which takes seconds and is examined by two tests.
struct Everything {
    ran: Ran,
    /// The files in `brokenpipe-results`.
    files: BTreeMap<String, Bytes>,
}

static EVERYTHING: LazyLock<Everything> = LazyLock::new(|| {
    let folder = Folder::new();
    let ran = folder.brokenpipe(&[]).exits(0);
    assert!(!folder.join("results").exists());
    Everything { ran, files: contents(&folder.join("brokenpipe-results")) }
});

impl Everything {
    fn rows(&self) -> String {
        let bytes = &self.files[&format!("{}.csv", Platform::here().platform)];
        String::from_utf8(bytes.0.clone()).expect("results are UTF-8")
    }
}

#[test]
fn without_a_command_everything_is_run_and_shown_beside_other_systems() {
    let Everything { ran, .. } = &*EVERYTHING;
    let cases = number_of_cases();
    assert!(ran.err.contains(&format!(" of {cases} cases measured, ")), "{ran:?}");
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines.len() <= 60, "{} lines: {ran:?}", lines.len());
    let heads: Vec<_> = lines[0].split("  ").map(str::trim).filter(|head| !head.is_empty()).collect();
    assert_eq!(heads[..3], ["this machine", "Linux", "macOS"]);
    let commands: Vec<_> = lines[lines.len() - 3..].iter().map(|line| line.split("  ").next().unwrap()).collect();
    let next = ["show peer-close/write-write-write-read", "explain 'write: broken pipe'", "check brokenpipe-results"];
    assert_eq!(commands, next.map(|next| format!("brokenpipe {next}")));
    let keepalive = lines.iter().find(|line| line.starts_with("  no answer, keepalive: read  "));
    assert_eq!(
        keepalive.and_then(|line| line.split("  ").map(str::trim).filter(|it| !it.is_empty()).nth(1)),
        Some("not run")
    );
    assert!(ran.out.contains("\n  `brokenpipe run --slow` runs it\n"), "{ran:?}");
    let scenarios = Selection::default().scenarios(&Catalogue::builtin()).len();
    assert_eq!(distinct(&EVERYTHING.rows(), "scenario").len(), scenarios);
}

#[test]
fn without_a_command_a_folder_that_cannot_be_written_is_told_before_anything_is_run() {
    let folder = Folder::with("brokenpipe-results", "a file");
    let ran = folder.brokenpipe(&[]).exits(2);
    assert_eq!(ran.out, "");
    let (problem, next) = ran.err.split_once('\n').expect("several lines");
    assert!(problem.starts_with("error: brokenpipe-results: cannot be written: "), "{problem}");
    let expected = "  brokenpipe run --out DIR  # measures this machine, and writes into another folder\n  \
                    brokenpipe report         # shows what is known of other systems\n";
    assert_eq!(next, expected);
}

/// Only on Linux on this processor are there accepted results to be near to.
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[test]
fn without_a_command_this_machine_is_compared_with_the_nearest_platform() {
    let Everything { ran, .. } = &*EVERYTHING;
    let column = |line: &str| line.split("  ").map(str::trim).filter(|it| !it.is_empty()).nth(1).map(str::to_owned);
    let second = ran.out.lines().find(|line| line.starts_with("  2nd write  ")).and_then(column);
    assert_eq!(second.as_deref(), Some("EPIPE"));
    let agrees = ran.out.lines().find(|line| line.starts_with("This machine agrees with the accepted results of "));
    let agrees = agrees.unwrap_or_else(|| panic!("{ran:?}"));
    let (_, cells) = agrees.split_once(" in ").expect("a number of cells");
    let cells: u32 = cells.split(' ').next().unwrap().parse().expect("a number");
    assert!(cells > 5000, "{agrees}");
}

/// Only on Linux: other systems may themselves give different outcomes from run to run.
#[cfg(target_os = "linux")]
#[test]
fn two_runs_write_the_same_bytes_even_if_every_processor_is_busy_during_one_of_them() {
    use std::{
        hint, panic,
        sync::atomic::{AtomicBool, Ordering},
    };

    let idle = &EVERYTHING.files;
    let busy = Folder::new();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            });
        }
        let run = panic::catch_unwind(|| busy.brokenpipe(&["run", "--quiet"]).exits(0).silent());
        done.store(true, Ordering::Relaxed);
        run.unwrap_or_else(|panic| panic::resume_unwind(panic));
    });
    let busy = contents(&busy.join("brokenpipe-results"));
    let here = format!("{}.csv", Platform::here().platform);
    for files in [idle, &busy] {
        assert_eq!(files.keys().collect::<Vec<_>>(), [here.as_str(), "platforms.csv"]);
    }
    // Which outcome a race has is chance.
    let steady = |contents: &BTreeMap<String, Bytes>| {
        let text: Vec<_> = contents.values().map(|bytes| String::from_utf8(bytes.0.clone()).unwrap()).collect();
        text.concat().lines().filter(|line| !line.contains(",race/")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(steady(idle), steady(&busy));
    let csv = EVERYTHING.rows();
    assert_eq!(distinct(&csv, "scenario").len(), Selection::default().scenarios(&Catalogue::builtin()).len());
    assert!(!csv.contains(",1,client,connect,not-run,"), "not every case was run");
}

#[cfg(target_os = "linux")]
#[test]
fn the_number_of_workers_does_not_change_the_results() {
    let csv = |jobs| {
        let folder = Folder::new();
        // All families but `race`, whose outcomes are chance.
        folder.run(&["--repeat", "3", "--jobs", jobs, "[!r]*", "re*"]);
        folder.read("out/here.csv")
    };
    let (one, seven) = thread::scope(|scope| {
        let seven = scope.spawn(|| csv("7"));
        (csv("1"), seven.join().expect("a run with seven workers succeeds"))
    });
    assert!(
        one.contains("\nhere,measured,peer-close/read-read-write,tcp4,ignore,std,none,std,mio,7,client,write 1,ok 1,")
    );
    assert_eq!(one, seven);
}

#[test]
fn a_paced_run_gives_the_same_rows() {
    let folder = Folder::with("own.toml", OWN);
    let run = |pace: &[&str]| {
        folder.run(&[&["own/short", "--scenarios", "own.toml"], pace].concat());
        contents(&folder.join("out"))
    };
    let unpaced = run(&[]);
    assert_eq!(rows(&folder.read("out/here.csv")).len(), 3);
    assert_eq!(unpaced, run(&["--pace", "50ms"]));
}

#[test]
fn a_users_scenario_file_can_be_listed_run_reported_and_shown() {
    let folder = Folder::with("own.toml", OWN);
    let own = ["--scenarios", "own.toml"];
    let own = |args: &[&str]| folder.brokenpipe(&[args, &own[..]].concat()).exits(0).silent().out;

    let listed = own(&["list", "own"]);
    let axes = "tcp4 sigpipe=ignore call=std option=none";
    assert_eq!(listed, format!("own/short {axes}\nown/long  {axes}\n"));
    assert_eq!(own(&["list"]).lines().count(), number_of_cases() + 2, "not the built-in cases and two more");

    let steps = "  1 client connect\n  2 server accept\n  3 client await quiet\n";
    let shown = own(&["show", "own/long"]);
    let head = "own/long\nConnect and wait\n\nNothing comes, and the deadline says how long that takes.\n\n\
                Cases: tcp4\n\n";
    assert_eq!(shown, format!("{head}{steps}\nNo platform's results have this scenario yet.\n"));

    own(&["run", "own", "--quiet", "--platform", "here", "--await-deadline", "20ms"]);
    let case = |id, step, operation, outcome| {
        let flags = if outcome == "quiet" { "EPOLLOUT" } else { "" };
        format!("here,measured,own/{id},tcp4,ignore,std,none,std,mio,{step},{operation},{outcome},,,,,{flags},10,10,\n")
    };
    let expected = [
        case("short", 1, "client,connect", "ok"),
        case("short", 2, "server,accept", "ok"),
        case("short", 3, "client,close", "ok"),
        case("long", 1, "client,connect", "ok"),
        case("long", 2, "server,accept", "ok"),
        case("long", 3, "client,await quiet", "quiet"),
    ];
    assert_eq!(folder.read("brokenpipe-results/here.csv"), HEAD.to_owned() + &expected.concat());

    let matrix = own(&["report", "brokenpipe-results", "--format", "csv"]);
    let line = |id, step, rest| format!("own/{id},tcp4,{step},{rest}\n");
    let short = [
        line("short", 1, "client,connect,no,ok"),
        line("short", 2, "server,accept,no,ok"),
        line("short", 3, "client,close,no,ok"),
    ];
    let long = [
        line("long", 1, "client,connect,no,ok"),
        line("long", 2, "server,accept,no,ok"),
        line("long", 3, "client,await quiet,no,quiet"),
    ];
    let head = "scenario,cases,step,actor,operation,differs,here\n";
    assert_eq!(matrix, head.to_owned() + &short.concat() + &long.concat());
    // Without the file its scenarios are unknown, and sorted by name.
    let unknown =
        folder.brokenpipe(&["report", "brokenpipe-results", "--details", "--format", "csv"]).exits(0).silent().out;
    assert_eq!(unknown, head.to_owned() + &long.concat() + &short.concat());

    let show = ["show", "own/long", "--results", "brokenpipe-results"];
    let details = own(&[&show[..], &["--details"]].concat());
    assert!(details.contains("  3 client await quiet │ tcp4 │ quiet\n"), "{details}");
    assert!(!details.contains("No platform's results"), "{details}");
    let brief = own(&show);
    assert!(brief.contains("\ntcp4, after 1 client connect ok, 2 server accept ok:\n"), "{brief}");
    assert!(brief.contains(" │ 3 client\n") && brief.contains(" │ quiet\n"), "{brief}");
    assert!(brief.contains(" here.\n") && !brief.contains("No platform's results"), "{brief}");
}

#[test]
fn report_shows_rows_that_differ_and_with_all_every_row() {
    let folder = Folder::with("box-1.csv", good());
    let second = good().replace("\nbox-1,", "\nbox-2,").replace("client,close,ok", "client,close,EIO");
    folder.write("box-2.csv", &second);
    let rows = [
        "own/x,tcp4,1,client,connect,no,ok,ok\n",
        "own/x,tcp4,2,client,write 1,no,\"EPIPE 7/10, ok 1 3/10\",\"EPIPE 7/10, ok 1 3/10\"\n",
        "own/x,tcp4,3,client,close,yes,ok,EIO\n",
    ];
    let head = "scenario,cases,step,actor,operation,differs,box-1,box-2\n";
    let report = |args: &[&str]| {
        folder.brokenpipe(&[&["report", "--details", "--legend", "."], args].concat()).exits(0).silent().out
    };
    assert_eq!(report(&["--all", "--format", "csv"]), head.to_owned() + &rows.concat());
    assert_eq!(report(&["--format", "csv"]), head.to_owned() + rows[1] + rows[2], "unsteady rows are not shown");

    let table = report(&[]);
    assert!(table.contains("3 rows (2 shown): 1 differs between platforms, 1 unsteady"), "{table}");
    assert!(!table.contains('\u{1b}'), "colours without a terminal");
    let json: serde_json::Value = serde_json::from_str(&report(&["--format", "json", "--all"])).unwrap();
    assert_eq!(json["rows"][2]["cells"][1]["outcomes"][0]["outcome"], "EIO");
    assert_eq!(json["counts"]["differing"], 1);
    let markdown = report(&["--format", "markdown"]);
    assert!(markdown.contains("\n| scenario | step | case | box-1 | box-2 |\n"), "{markdown}");
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let folder = Folder::with("box-1.csv", good());
    folder.write("notes.txt", "not results");
    folder.make("folder.csv");
    let of_folder = folder.brokenpipe(&["report", "--details", "--legend", "."]).exits(0).silent().out;
    assert!(of_folder.contains("box-1"), "{of_folder}");
    for paths in [&["box-1.csv"][..], &["box-1.csv", "box-1.csv"], &[".", "box-1.csv"], &["box-1.csv", "."]] {
        assert_eq!(
            folder.brokenpipe(&[&["report", "--details", "--legend"], paths].concat()).exits(0).silent().out,
            of_folder,
            "{paths:?}"
        );
    }
}

#[test]
fn no_table_is_wider_than_requested() {
    let folder = Folder::new();
    for name in ["first-1-arch", "second-2-arch", "third-3-arch"] {
        folder.write(&format!("{name}.csv"), HEAD.to_owned() + &GOOD.concat().replace("box-1,", &format!("{name},")));
    }
    for width in ["60", "80", "200"] {
        let table = brokenpipe(folder.path(), &["report", "--details", "--legend", ".", "--width", width])
            .exits(0)
            .silent()
            .out;
        let widest = table.lines().map(|line| line.chars().count()).max().expect("a table has lines");
        assert!(widest <= width.parse().expect("a number"), "{width}: {widest}\n{table}");
        for name in ["first-", "second-", "third-"] {
            assert!(table.contains(name), "{width}: {table}");
        }
    }
}

/// A table for a terminal that shows only ASCII has the same columns.
#[test]
fn the_c_locale_and_a_dumb_terminal_get_ascii() {
    let folder = Folder::with("box-1.csv", good());
    folder.write("box-2.csv", good().replace("box-1", "box-2").replace("EPIPE,32,EPIPE,BrokenPipe", "eof,,,"));
    let report = |environment: &[(&str, &str)]| {
        let mut report = Command::new(BROKENPIPE);
        report.current_dir(folder.path()).args(["report", "--details", "--legend", "."]);
        for name in ["LC_ALL", "LC_CTYPE", "LANG", "TERM"] {
            report.env_remove(name);
        }
        report.envs(environment.iter().copied());
        Ran::of(report.output().expect("the program runs")).exits(0).silent().out
    };
    let usual = report(&[]);
    assert!(usual.contains('│') && usual.contains('≠'), "{usual}");
    for other in [("LC_ALL", "C.UTF-8"), ("LANG", "de_DE.UTF-8"), ("TERM", "xterm")] {
        assert_eq!(report(&[other]), usual, "{other:?}");
    }
    let ascii = report(&[("LANG", "C")]);
    let by_hand = [('│', '|'), ('─', '-'), ('┼', '+'), ('≠', '#')].into_iter();
    assert_eq!(ascii, by_hand.fold(usual.clone(), |text, (from, to)| text.replace(from, &to.to_string())));
    assert_eq!(report(&[("LC_ALL", "POSIX"), ("LANG", "C.UTF-8")]), ascii);
    assert_eq!(report(&[("TERM", "dumb"), ("LANG", "C.UTF-8")]), ascii);
    assert_eq!(report(&[("LC_ALL", "C.UTF-8"), ("LANG", "C")]), usual);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let folder = Folder::new();
    let help = folder.brokenpipe(&["--help"]).exits(0).out;
    let (_, commands) = help.split_once("\nCommands:\n").expect("a list of commands");
    let (commands, _) = commands.split_once("\n\n").expect("the list ends");
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names = commands.lines().filter(is_name).filter_map(|line| line.split_whitespace().next());
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.brokenpipe(&["completions", shell]).exits(0).silent().out;
        for word in names.iter().chain(&["await-deadline"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    folder.brokenpipe(&["completions", "cmd"]).exits(2);
    assert_eq!(folder.brokenpipe(&["man", "."]).exits(0).silent().out, "");
    for name in &names {
        let page = folder.read(&format!("brokenpipe-{name}.1"));
        assert!(page.contains(".SH SYNOPSIS") && page.contains(name), "{page}");
    }
    assert!(folder.read("brokenpipe.1").contains("130  interrupted"));
    assert!(folder.brokenpipe(&["man", "no-such-folder"]).exits(2).err.starts_with("error: no-such-folder: "));
}

/// What leaves a sandbox that keeps no file: both tables, and a mark after each that nothing is cut off.
#[test]
fn a_run_into_standard_output_prints_what_another_writes() {
    let folder = Folder::new();
    let run = |out| {
        let args = [&["run", "--quiet", "--platform", "here", "--out", out], &ONE_CASE[..]].concat();
        folder.brokenpipe(&args).exits(0).silent().out
    };
    assert_eq!(run("out"), "");
    let printed = run("-");
    assert_eq!(printed, format!("{}\n{}\n", folder.read("out/platforms.csv"), folder.read("out/here.csv")));
    assert!(contents(folder.path()).is_empty(), "a file was left");
    let said = folder.brokenpipe(&[&["run", "--platform", "here", "--out", "-"], &ONE_CASE[..]].concat()).exits(0).err;
    assert!(said.contains(", written to standard output in "), "{said}");
}
