//! Text from results and exceptions is never markup or a command in the output of `check`.

mod common;

use common::{Folder, good, good_but, runner_commands};

/// Free text, which only notes and exceptions can hold. It attacks all output formats at once.
const HOSTILE: &str = "::error::no %0A::set-env name=x::y ##[error]no <script>alert(1)</script> ]]> | `x` **b** \
                       [l](http://h) ![i](x) @all #1 www.x.org =1+1 \u{202e}";

/// One step is missing, with the text as its note. Another is known, with the text as its reason. One exception is
/// stale.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.make("results");
    folder.make("run");
    folder.write("results/box-1.csv", good());
    let run = good_but("connect,ok", "connect,eof")
        .replace("client,close,ok,,,,,,10,10,seen twice", &format!("client,close,unsupported,,,,,,10,10,{HOSTILE}"));
    folder.write("run/box-1.csv", run);
    // This platform was not measured, with the text as the reason.
    folder.brokenpipe(&["absent", "moon-1", "--reason", HOSTILE, "--out", "run"]).exits(0);
    let entry = |step: u32, outcome: &str| {
        format!(
            "[[known]]\nselect = \"own/*\"\nstep = {step}\noutcomes = [\"{outcome}\"]\nreason = '''{HOSTILE}'''\n\
             link = \"https://h/|<b>::error::no\"\n"
        )
    };
    folder.write("results/known.toml", entry(1, "eof") + &entry(2, "ok 7"));
    folder
}

fn of_format(format: &str) -> String {
    let ran = folder().brokenpipe(&["check", "run", "--baseline", "results", "--format", format]).exits(1);
    for c in ['\u{1b}', '\u{202e}', '\r'] {
        assert!(format == "json" || !ran.out.contains(c), "{format}: {:?}", ran.out);
        assert!(!ran.err.contains(c));
    }
    assert!(!ran.err.contains("script"), "text of a file is in the summary: {}", ran.err);
    ran.out
}

#[test]
fn text_has_no_command_for_a_ci_runner() {
    let out = of_format("text");
    assert!(out.contains("unsupported (::error::no"), "the note is not shown: {out}");
    assert_eq!(runner_commands(&out), Vec::<&str>::new());
}

#[test]
fn the_only_annotations_are_those_of_the_program() {
    let out = of_format("github");
    let commands = runner_commands(&out);
    let heads: Vec<_> = commands.iter().map(|line| line[2..].split("::").next().unwrap()).collect();
    let baseline =
        |line: u32, verdict: &str| format!("error file=results/box-1.csv,line={line},title={verdict} on box-1");
    let stale = "warning file=results/known.toml,line=8,title=stale exception";
    let heads: Vec<_> = heads.iter().map(|head| head.replace('\\', "/")).collect();
    assert_eq!(heads, [baseline(5, "missing"), "error title=not measured".to_owned(), stale.to_owned()]);
    assert!(commands.iter().all(|line| !line.contains("%0A") && !line.contains("%0D")), "{out}");
    assert!(
        commands[0].contains("%250A::set-env"),
        "the percent sign is not escaped, which the runner would decode: {out}"
    );
}

#[test]
fn annotations_beyond_the_limit_are_counted_and_grouped() {
    let folder = folder();
    let rows = |outcome: &str| -> String {
        (0..14)
            .map(|case| {
                format!(
                    "box-1,measured,own/x{case},tcp4,ignore,std,none,std,mio,1,client,write 1,{outcome},,,,,,1,1,\n"
                )
            })
            .collect()
    };
    folder.write("results/box-1.csv", common::HEAD.to_owned() + &rows("ok"));
    folder.write("run/box-1.csv", common::HEAD.to_owned() + &rows("eof"));
    folder.write("results/known.toml", "");
    let out =
        folder.brokenpipe(&["check", "run/box-1.csv", "--baseline", "results", "--format", "github"]).exits(1).out;
    assert_eq!(out.matches("::error ").count(), 10);
    let further: Vec<_> = out.lines().skip_while(|line| !line.starts_with("::group::")).collect();
    assert_eq!(further[0], "::group::4 further: error");
    assert_eq!(further.len(), 6, "{out}");
    assert_eq!(further[5], "::endgroup::");
    assert!(further[1..5].iter().all(|line| line.starts_with("error: ")), "{out}");
}

#[test]
fn markdown_has_no_markup_of_a_file() {
    let out = of_format("markdown");
    for active in ["<script", "<b>", "://", "www.", "@all", " #1", "**b**", "`x`", "[l]", "![", "##["] {
        let shown = out.replace("\\`", "").replace("\\*", "").replace("\\[", "").replace("\\]", "");
        assert!(!shown.contains(active), "{active}: {out}");
    }
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let tables: Vec<_> = out.lines().filter(|line| line.starts_with('|')).map(cells).collect();
    assert_eq!(tables, [9, 9, 9, 7, 7, 7, 7], "a line has other columns than its head: {out}");
    assert_eq!(runner_commands(&out), Vec::<&str>::new());
}

#[test]
fn a_page_of_markdown_fits_a_summary() {
    let folder = folder();
    let note = "&".repeat(1900);
    let rows = |outcome: &str, note: &str| -> String {
        (0..200)
            .map(|case| {
                // Two rows have the same note.
                let note = if note.is_empty() { String::new() } else { format!("{}{note}", case / 2) };
                format!("box-1,measured,own/x{case},tcp4,ignore,std,none,std,mio,1,client,write 1,{outcome},,,,,,1,1,{note}\n")
            })
            .collect()
    };
    folder.write("results/box-1.csv", common::HEAD.to_owned() + &rows("ok", ""));
    folder.write("run/box-1.csv", common::HEAD.to_owned() + &rows("unsupported", &note));
    let out =
        folder.brokenpipe(&["check", "run/box-1.csv", "--baseline", "results", "--format", "markdown"]).exits(1).out;
    assert!(out.len() < 1 << 20, "{}", out.len());
    let shown = out.matches("| **missing** |").count();
    assert!((50..150).contains(&shown), "{shown}");
    let rest = out.lines().last().unwrap();
    assert_eq!(rest, format!("{} further rows are not shown: the page would be too long.", 200 - shown));
}

#[test]
fn junit_is_one_document_whatever_a_note_holds() {
    let out = of_format("junit");
    let report = quick_junit::Report::deserialize_from_str(&out).expect("it can be read back");
    let suites: Vec<_> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(suites, ["box-1", "moon-1", "known exceptions"]);
    assert_eq!(report.test_suites[0].test_cases.len(), 2);
    assert!(!out.contains("<script") && !out.contains("]]>"), "{out}");
    // Only the attributes of Jenkins' schema; the library would write one more.
    let root = out.lines().nth(1).unwrap();
    let attributes: Vec<_> = root.split(' ').filter_map(|word| word.split_once("=\"").map(|(name, _)| name)).collect();
    assert_eq!(attributes, ["name", "tests", "failures", "errors"]);
    assert_eq!(runner_commands(&out), Vec::<&str>::new());
}

#[test]
fn json_has_the_text_as_it_is() {
    let out = of_format("json");
    assert_eq!(runner_commands(&out), Vec::<&str>::new());
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["platforms"][0]["findings"][1]["found"]["notes"][0], HOSTILE);
    assert_eq!(json["platforms"][1]["why"], HOSTILE);
}
