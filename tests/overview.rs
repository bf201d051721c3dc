//! The overview: its questions, its answers, and how a page of it looks.

mod common;

use brokenpipe::{
    catalogue::Catalogue,
    matrix::Matrix,
    overview::{Overview, Questions, SystemColumn},
    results::Source,
};
use common::{Folder, HEAD, PLATFORMS_HEAD, brokenpipe, rows, runner_commands};

/// The case that the question "The peer has closed: 2nd write" points at, the step, and what comes before it.
const CASE: &str = "peer-close/write-write-write-read,tcp4,ignore,std,none,std,mio";
const BEFORE: [(&str, &str); 8] = [
    ("client,connect", "ok"),
    ("server,accept", "ok"),
    ("client,write 1", "ok 1"),
    ("server,read 1", "ok 1"),
    ("server,close", "ok"),
    ("client,await fin", "readable+read_closed"),
    ("client,write 1", "ok 1"),
    ("client,await reset", "readable+write_closed"),
];
const SECOND_WRITE: &str = "client,write 1";

/// The facts of a platform as a row of `platforms.csv`.
fn facts(platform: &str, provenance: &str, os: &str, version: &str, runtime: &str) -> String {
    format!("{platform},{provenance},{os},{version},{version},x86_64,gnu,{runtime},epoll,1.95.0,1.2.5,0.1.0\n")
}

/// The rows of results of a platform, with this outcome of the second write.
fn results(platform: &str, provenance: &str, outcome: &str) -> String {
    let counts = if provenance == "measured" { "10,10" } else { "," };
    let steps = BEFORE.into_iter().chain([(SECOND_WRITE, outcome)]);
    let rows = (1..).zip(steps).map(|(number, (operation, outcome))| {
        format!("{platform},{provenance},{CASE},{number},{operation},{outcome},,,,,,{counts},\n")
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

/// A folder with results of these platforms: name, provenance, operating system, version, runtime, outcome.
fn folder(platforms: &[[&str; 6]]) -> Folder {
    let folder = Folder::new();
    let mut table = PLATFORMS_HEAD.to_owned();
    for [name, provenance, os, version, runtime, outcome] in platforms {
        table += &facts(name, provenance, os, version, runtime);
        folder.write(&format!("{name}.csv"), results(name, provenance, outcome));
    }
    folder.write("platforms.csv", table);
    folder
}

fn lines(folder: &Folder, args: &[&str]) -> Vec<String> {
    let out = folder.brokenpipe(&[&["report"], args].concat()).exits(0).silent().out;
    out.lines().map(str::to_owned).collect()
}

/// The cells of a question's line; the words are separated from them by two blanks.
fn cells(lines: &[String], question: &str) -> Vec<String> {
    let line = lines.iter().find_map(|line| line.strip_prefix(&format!("  {question}  ")));
    let line = line.unwrap_or_else(|| panic!("no line for {question}: {lines:#?}"));
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_question_points_at_a_step_of_a_case() {
    let catalogue = Catalogue::builtin();
    let questions = Questions::builtin();
    let mut seen = Vec::new();
    for question in questions.topics.iter().flat_map(|topic| &topic.questions) {
        let scenario = catalogue.find(&question.scenario).unwrap_or_else(|| panic!("no scenario: {question:?}"));
        assert!(scenario.axes.contains(&question.axes()), "no such case: {question:?}");
        assert!((1..=scenario.steps.len()).contains(&(question.step as usize)), "no such step: {question:?}");
        let operation = scenario.steps[question.step as usize - 1].operation.to_string();
        assert!(!operation.starts_with("close") && !operation.starts_with("reset"), "tells nothing: {question:?}");
        seen.push((&question.scenario, question.step, question.axes()));
    }
    let count = seen.len();
    assert!((25..=35).contains(&count), "{count}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count, "two questions point at the same step");
}

#[test]
fn every_question_is_answered_and_every_listed_system_answers() {
    let (matrix, notes) = Matrix::read(Source::Embedded, &Catalogue::builtin()).unwrap();
    assert_eq!(notes, <[&str; 0]>::default());
    let (questions, evidence) = (Questions::builtin(), matrix.evidence());
    let overview = Overview::new(questions, SystemColumn::all(questions, &evidence));
    for (topic, answers) in overview.questions() {
        let question = &answers.question.words;
        assert!(answers.cells.iter().any(|answer| answer.is_of_behaviour()), "{}: {question}: nothing", topic.name);
    }
    let systems: Vec<_> = overview.systems.iter().map(|column| column.system.name).collect();
    let expected = ["linux", "macos", "windows", "freebsd", "netbsd", "openbsd", "illumos", "gvisor", "wine"];
    assert_eq!(systems, expected);
    // Other pages have them in the same order.
    assert_eq!(evidence.systems().iter().map(|system| system.name).collect::<Vec<_>>(), expected);
    for known in &questions.without_sigpipe {
        assert!(systems.contains(&known.system.as_str()), "{known:?}");
    }
}

#[test]
fn the_page_fits_one_screen() {
    let folder = Folder::new();
    let page = lines(&folder, &["--width", "120"]);
    assert!(page.len() <= 45, "{} lines: {page:#?}", page.len());
    for width in [80, 120, 200] {
        let page = lines(&folder, &["--width", &width.to_string()]);
        let widest = page.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} of {width}: {page:#?}");
    }
    let narrow = lines(&folder, &["--width", "80"]);
    let heads: Vec<_> = narrow[0].split_whitespace().collect();
    assert_eq!(heads, ["Linux", "macOS", "Windows"]);
    // A command is not broken, and can be copied.
    let left_out = narrow.iter().position(|line| line == "Not shown: FreeBSD, NetBSD, OpenBSD, illumos, gVisor, Wine;");
    let command = left_out.map(|at| narrow[at + 1].as_str());
    assert_eq!(command, Some("  `brokenpipe report --width 160` shows all"), "{narrow:#?}");
    let whole = lines(&folder, &["--width", "160"]);
    assert!(!whole.iter().any(|line| line.starts_with("Not shown")), "{whole:#?}");
    // The legend is one line of a page that is wide enough.
    let legend = "≈ not measured, · unknown, … or another, R W readable, writable, E error, RC WC read, write closed";
    assert!(page.iter().any(|line| line == legend), "{page:#?}");
}

#[test]
fn the_accepted_results_answer() {
    let json = Folder::new().brokenpipe(&["report", "--format", "json"]).exits(0).silent().out;
    let records: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let find = |topic: &str, question: &str, system: &str| {
        let fits = |record: &&serde_json::Value| {
            record["topic"] == topic && record["question"] == question && record["system"] == system
        };
        records.iter().find(fits).unwrap_or_else(|| panic!("{topic}, {question}, {system}")).clone()
    };
    let linux = find("The peer has closed", "2nd write", "linux");
    assert_eq!(linux["outcomes"], serde_json::json!(["EPIPE"]));
    assert_eq!((&linux["provenance"], &linux["step"]), (&"measured".into(), &9.into()));
    assert_eq!(linux["scenario"], "peer-close/write-write-write-read");
    let macos = find("The peer has reset", "1st write", "macos");
    assert_eq!((&macos["outcomes"][0], &macos["provenance"]), (&"EPIPE".into(), &"reported".into()));
    let windows = find("The peer has closed", "… write(2), SIGPIPE default", "windows");
    assert_eq!(windows["outcomes"], serde_json::json!(["unsupported"]));
    assert!(windows["note"].as_str().unwrap().starts_with("no SIGPIPE: Microsoft's C run-time"), "{windows}");
    assert_eq!(windows["platform"], serde_json::Value::Null);
    let openbsd = find("The peer has closed", "… write(2), SIGPIPE default", "openbsd");
    assert_eq!((&openbsd["outcomes"][0], &openbsd["provenance"]), (&"killed SIGPIPE".into(), &"measured".into()));
    let illumos = find("The peer has closed", "… write(2), SIGPIPE default", "illumos");
    assert_eq!((&illumos["outcomes"], &illumos["provenance"]), (&serde_json::json!([]), &serde_json::Value::Null));

    let csv = Folder::new().brokenpipe(&["report", "--format", "csv"]).exits(0).silent().out;
    let csv = rows(&csv);
    assert_eq!(csv.len(), records.len());
    for (row, record) in csv.iter().zip(&records) {
        for name in
            ["topic", "question", "scenario", "transport", "sigpipe", "call", "option", "read_call", "wait", "system"]
        {
            assert_eq!(row[name].trim_start_matches('\''), record[name].as_str().unwrap(), "{name}");
        }
        let outcomes: Vec<_> = record["outcomes"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        assert_eq!(row["outcomes"], outcomes.join(" or "));
    }
}

#[test]
fn what_was_measured_is_shown_before_what_is_stated_and_the_newest_version_first() {
    let folder = folder(&[
        ["moon-1", "documented", "linux", "9.0", "native", "EIO"],
        ["moon-2", "reported", "linux", "8.0", "native", "ENETDOWN"],
        ["moon-3", "measured", "linux", "5.9", "native", "ECONNRESET"],
        ["moon-4", "measured", "linux", "5.10", "native", "EPIPE"],
        ["moon-5", "measured", "linux", "5.8", "native", "EPIPE"],
        ["moon-6", "measured", "linux", "6.0", "qemu-user", "ETIMEDOUT"],
        ["star-1", "documented", "macos", "15", "native", "EPIPE"],
        ["star-2", "reported", "macos", "14", "native", "EPROTOTYPE"],
        ["box-1", "measured", "linux", "7.0", "gvisor", "ok 1"],
    ]);
    let page = lines(&folder, &["."]);
    assert_eq!(page[0].split_whitespace().collect::<Vec<_>>(), ["Linux", "macOS", "gVisor"]);
    assert_eq!(cells(&page, "2nd write"), ["EPIPE*", "≈EPROTOTYPE", "ok 1"]);
    assert_eq!(cells(&page, "flags of the FIN"), ["·"; 3]);
    assert_eq!(cells(&page, "1st write"), ["ok 1", "≈ok 1", "ok 1"]);
    let end = ["≈ not measured, · unknown, * versions differ", NOTE];
    assert_eq!(page[page.len() - 2..], end);

    let markdown = folder.brokenpipe(&["report", ".", "--format", "markdown"]).exits(0).silent().out;
    assert!(markdown.starts_with("|  | Linux | macOS | gVisor |\n|---|---|---|---|\n"), "{markdown}");
    assert!(markdown.contains("\n| 2nd write | EPIPE\\* | ≈EPROTOTYPE | ok 1 |\n"), "{markdown}");

    let page = lines(&folder, &[".", "--platform", "star-*", "--platform", "moon-3"]);
    assert_eq!(page[0].split_whitespace().collect::<Vec<_>>(), ["Linux", "macOS"]);
    assert_eq!(cells(&page, "2nd write"), ["ECONNRESET", "≈EPROTOTYPE"]);
    let none = folder.brokenpipe(&["report", ".", "--platform", "sun-*"]).exits(1);
    none.says(&["brokenpipe: no platform fits \"sun-*\"; there are moon-"]);
}

/// A documented platform gives all outcomes of a cell as far as they fit, and never hides success.
#[test]
fn a_cell_has_several_outcomes_where_they_fit() {
    let folder = folder(&[
        ["short", "documented", "linux", "1", "native", "EINVAL"],
        ["long", "documented", "macos", "1", "native", "ECONNABORTED"],
        ["good", "documented", "windows", "1", "native", "ECONNABORTED"],
    ]);
    for (platform, others) in [("short", &["ENOMEM"][..]), ("long", &["ECONNRESET"]), ("good", &["ECONNRESET", "ok 1"])]
    {
        let mut text = folder.read(&format!("{platform}.csv"));
        for outcome in others {
            text += &format!("{platform},documented,{CASE},9,client,write 1,{outcome},,,,,,,,\n");
        }
        folder.write(&format!("{platform}.csv"), text);
    }
    let page = lines(&folder, &["."]);
    assert_eq!(cells(&page, "2nd write"), ["≈EINVAL/ENOMEM", "≈ECONNABORTED…", "≈ok 1…"]);
    assert_eq!(page.last().unwrap(), "≈ not measured, · unknown, / or, … or another");
    let legend = lines(&folder, &[".", "--legend", "--width", "160"]);
    let end = [
        "≈ was documented or reported, not measured by this program",
        "· nothing is known",
        "/ stands between the outcomes of a race, of trials that disagree, or of sources that disagree",
        "no SIGPIPE: the system does not have this signal (Windows: Microsoft's C run-time library reference, signal: \
         SIGABRT, SIGFPE, SIGILL, SIGINT, SIGSEGV and",
        "  SIGTERM are all)",
        "ok N: N bytes were written or read",
        "EPIPE and the like: the call failed with this error; `brokenpipe explain` tells of one",
        "… there are further outcomes:",
        "… macOS, The peer has closed, 2nd write: ECONNABORTED or ECONNRESET",
        "… Windows, The peer has closed, 2nd write: ok 1 or ECONNABORTED or ECONNRESET",
    ];
    assert_eq!(legend[legend.len() - end.len()..], end);
    // The table above it is the same.
    let rows = legend.len() - end.len();
    assert_eq!(legend[..rows], page[..rows]);
}

#[test]
fn a_footnote_names_three_questions_and_the_legend_all() {
    let folder = Folder::new();
    let note = |args: &[&str]| {
        let page = lines(&folder, &[&["--width", "1000"], args].concat());
        page.into_iter().find(|line| line.starts_with("* wine-8-")).expect("a footnote")
    };
    assert_eq!(
        note(&[]),
        "* wine-8-x86_64-gnu gave another outcome than wine-10-x86_64-gnu: eof (The peer has closed, then read); \
         eof (The peer has reset, 1st read); eof (The peer has reset, 2nd read); and 6 more"
    );
    let all = note(&["--legend"]);
    assert_eq!(all.split("; ").count(), 9, "{all}");
    assert!(all.ends_with("; ECONNABORTED (A refused connect, connect again)"), "{all}");
}

/// What is said of `moon-3`, whose outcome differs from that of the newest version.
const NOTE: &str = "* moon-3 gave another outcome than moon-4: ECONNRESET (The peer has closed, 2nd write)";

#[test]
fn results_without_an_answer_lead_to_the_rows() {
    let facts = PLATFORMS_HEAD.to_owned() + &facts("box-1", "measured", "linux", "5.1", "native");
    for (name, text) in [("no facts", ""), ("other scenarios", facts.as_str())] {
        let folder = Folder::with("box-1.csv", common::good());
        if !text.is_empty() {
            folder.write("platforms.csv", text);
        }
        let ran = folder.brokenpipe(&["report", "."]).exits(1);
        assert_eq!(ran.out, "", "{name}");
        ran.says(&["brokenpipe: no question of the overview is answered there", "`brokenpipe report --details`"]);
        let rows = folder.brokenpipe(&["report", ".", "--details"]).exits(0).silent().out;
        assert!(rows.contains("EPIPE 7/10"), "{rows}");
    }
}

#[test]
fn a_hostile_system_is_text_in_the_overview() {
    let hostile = "##[error]<b>`x`|@all";
    let folder = folder(&[
        ["box-1", "measured", hostile, "1", "native", "EPIPE"],
        ["box-2", "measured", "::error::no", "1", "native", "EPIPE"],
    ]);
    for format in ["table", "markdown", "csv", "json"] {
        let out = brokenpipe(folder.path(), &["report", ".", "--format", format]).exits(0).silent().out;
        assert_eq!(runner_commands(&out), <[&str; 0]>::default(), "{format}: {out}");
        assert!(out.contains("error"), "{format}: {out}");
        assert!(format != "markdown" || !out.contains("<b>"), "{out}");
    }
}

#[test]
fn one_line_under_the_matrix_says_what_its_signs_mean() {
    let folder = Folder::new();
    let select = ["--select", "peer-close/write-write-write-read", "--width", "200"];
    let short = lines(&folder, &select);
    let signs = short.last().unwrap();
    assert!(signs.starts_with("  ≠ differs from most measured; ≈ not measured by this program; "), "{signs}");
    assert!(signs.ends_with("; --legend explains all"), "{signs}");
    let whole = lines(&folder, &[&select[..], &["--legend"]].concat());
    assert!(whole.len() > short.len() + 10, "{} and {} lines", whole.len(), short.len());
    // The rows and the counts above it are the same.
    assert_eq!(whole[..short.len() - 1], short[..short.len() - 1]);
}

#[test]
fn the_facts_of_all_platforms_are_a_table() {
    let folder = folder(&[
        ["moon-1", "documented", "linux", "9.0", "native", "EIO"],
        ["box-1", "measured", "linux", "7.0", "gvisor", "ok 1"],
    ]);
    folder.brokenpipe(&["absent", "sun-1", "--reason", "no runner", "--out", "."]).exits(0).silent();
    let list = folder.brokenpipe(&["platform", "--list", "--results", "."]).exits(0).silent().out;
    let expected = "
 platform │ provenance   │ system    │ processor  │ runtime      │ measured with
──────────┼──────────────┼───────────┼────────────┼──────────────┼──────────────────────────────────────────────
 moon-1   │ documented   │ linux 9.0 │ x86_64 gnu │ native epoll │ rustc 1.95.0, mio 1.2.5, brokenpipe 0.1.0
 sun-1    │ not measured │           │            │              │ no runner
 box-1    │ measured     │ linux 7.0 │ x86_64 gnu │ gvisor epoll │ rustc 1.95.0, mio 1.2.5, brokenpipe 0.1.0
";
    let squeeze = |text: &str| text.lines().map(|line| line.trim_end().replace('─', "")).collect::<Vec<_>>();
    assert_eq!(squeeze(&list), squeeze(expected)[1..]);
    let embedded = folder.brokenpipe(&["platform", "--list"]).exits(0).silent().out;
    assert!(embedded.contains("\n linux-7.2-x86_64-gnu ") && embedded.contains("\n macos "), "{embedded}");
    folder.brokenpipe(&["platform", "--results", "."]).exits(2).says(&["--list"]);
}

/// As an action's summary has it: the machine of the job beside the systems.
#[test]
fn a_run_has_a_column_of_its_own_before_the_systems() {
    let folder = folder(&[["linux-1", "measured", "linux", "1.0", "native", "EPIPE"]]);
    let run = self::folder(&[["linux-2", "measured", "linux", "2.0", "native", "ECONNRESET"]]);
    folder.make("run");
    folder.write("run/linux-2.csv", run.read("linux-2.csv"));
    folder.write("run/platforms.csv", run.read("platforms.csv"));
    let accepted = ["--results", "linux-1.csv", "--results", "platforms.csv"];
    let page = lines(&folder, &[&["--run", "run"], &accepted[..]].concat());
    assert_eq!(page[0].split_whitespace().collect::<Vec<_>>(), ["linux-2", "Linux"]);
    assert_eq!(cells(&page, "2nd write"), ["ECONNRESET", "EPIPE"]);
    folder.brokenpipe(&["report", "--run", "run", "--details"]).exits(2);
    folder.brokenpipe(&["report", "--run", "nowhere"]).exits(2).says(&["nowhere"]);
}
