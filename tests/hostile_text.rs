//! Text from a file is never markup or a command where it is shown.

mod common;

use common::{Folder, GOOD, HEAD, good_but, runner_commands};

const HOSTILE: &str = "<script>alert(1)</script> | `x` **b** [l](http://h) ![i](x) @all #1 www.x.org ::error::no";

/// Markdown without its escaped characters, and the text that a reader sees.
fn bare_and_seen(markdown: &str) -> (String, String) {
    let (mut bare, mut seen) = (String::new(), String::new());
    let mut rest = markdown;
    while let Some(first) = rest.chars().next() {
        if let Some(escaped) = rest.strip_prefix('\\').and_then(|rest| rest.chars().next()) {
            assert!(escaped.is_ascii_punctuation(), "this cannot be escaped: {rest}");
            seen.push(escaped);
            rest = &rest[1 + escaped.len_utf8()..];
        } else if first == '&' {
            let (entity, after) = rest[1..].split_once(';').expect("an ampersand begins an entity");
            seen.push(match entity {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                code => {
                    let code = code.strip_prefix('#').and_then(|code| code.parse().ok());
                    code.and_then(char::from_u32).unwrap_or_else(|| panic!("not an entity: {rest}"))
                }
            });
            rest = after;
        } else {
            bare.push(first);
            seen.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (bare, seen)
}

#[test]
fn markup_in_a_note_is_escaped_in_markdown() {
    let folder = Folder::with("box-1.csv", good_but("seen twice", HOSTILE));
    let markdown = folder
        .brokenpipe(&["report", "--details", "--legend", ".", "--all", "--format", "markdown"])
        .exits(0)
        .silent()
        .out;
    let expected = format!("- box-1: {HOSTILE}");
    let lines: Vec<_> = markdown.lines().map(bare_and_seen).collect();
    let (bare, _) = lines.iter().find(|(_, seen)| *seen == expected).unwrap_or_else(|| panic!("{markdown}"));
    let active: String = bare.chars().filter(|c| "<>&`*_[]|@#~\\".contains(*c)).collect();
    assert_eq!(active, "", "{bare}");
    assert!(!bare.contains("://") && !bare.contains("www."), "GitHub would turn this into a link: {bare}");
    assert!(markdown.lines().all(|line| !line.trim_start().starts_with("::")), "{markdown}");
    // Every line of the table has as many columns as its head.
    let table: Vec<_> = lines.iter().filter(|(bare, _)| bare.starts_with('|')).collect();
    assert_eq!(table.len(), 5, "not a head, a rule and three rows: {markdown}");
    assert!(table.iter().all(|(bare, _)| bare.matches('|').count() == 5), "{markdown}");
}

#[test]
fn a_note_reaches_json_as_it_is() {
    let folder = Folder::with("box-1.csv", good_but("seen twice", HOSTILE));
    let json =
        folder.brokenpipe(&["report", "--details", "--legend", ".", "--all", "--format", "json"]).exits(0).silent().out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rows"][2]["cells"][0]["notes"][0], HOSTILE);
}

/// GitHub's runner takes a line of a log that begins with `::`, blanks aside, for a command, and also `##[` anywhere. A
/// long note is wrapped, so that any of its words may begin a line.
#[test]
fn no_line_of_a_table_is_a_command_to_a_ci_runner() {
    let rows = (1..130).map(|length| {
        let row = GOOD[3].replace("own/x", &format!("own/x{length}")).replace(",3,client", ",1,client");
        row.replace("seen twice", &format!("{} ::error::no ##[error]no", "x".repeat(length)))
    });
    let folder = Folder::with("box-1.csv", HEAD.to_owned() + &rows.collect::<String>());
    let table = folder.brokenpipe(&["report", "--details", "--legend", ".", "--all"]).exits(0).silent().out;
    assert!(table.contains("error"), "the notes are not shown: {table}");
    assert_eq!(runner_commands(&table), Vec::<&str>::new());
}

#[test]
fn a_message_that_quotes_a_file_is_no_command() {
    let bad = Folder::with("box-1.csv", good_but(",connect,ok", ",connect,##[error]no"));
    let refused = bad.brokenpipe(&["report", "--details", "--legend", "box-1.csv"]).exits(2);
    assert!(refused.err.contains(": invalid value \"# #[error]no\": "), "{}", refused.err);
    let newer = Folder::with("box-1.csv", format!("{},##[error]no\n", HEAD.trim_end()));
    let passed_over = newer.brokenpipe(&["report", "--details", "--legend", "box-1.csv"]);
    assert!(!passed_over.err.contains("##[") && passed_over.err.contains("# #[error]no"), "{}", passed_over.err);
}

/// Platforms that share a column are named with words of `platforms.csv`, which may hold anything.
#[test]
fn the_name_of_platforms_that_share_a_column_is_no_command() {
    let folder = Folder::new();
    let mut platforms = common::PLATFORMS_HEAD.to_owned();
    for (platform, outcome) in [("a", "EPIPE"), ("b", "EPIPE"), ("c", "eof")] {
        let row =
            format!("{platform},measured,own/x,tcp4,ignore,std,none,std,mio,1,client,write 1,{outcome},,,,,,10,10,\n");
        folder.write(&format!("{platform}.csv"), HEAD.to_owned() + &row);
        let os = if platform == "c" { "os" } else { ":::error ::error::no ##[error]\u{202e}no" };
        platforms += &format!("{platform},measured,{os},{platform},1,vax,,native,epoll,1,1,1\n");
    }
    let row = "d,documented,own/x,tcp4,ignore,std,none,std,mio,1,client,write 1,eof,,,,,,,,##[error]no\n";
    folder.write("d.csv", HEAD.to_owned() + row);
    platforms += "d,documented,:::error ::error::no ##[error]\u{202e}no,1,1,vax,,native,epoll,1,1,1\n";
    folder.write("platforms.csv", platforms);
    folder.write("own.toml", common::OWN.replace("own/short", "own/x"));
    for args in [
        &["report", "--details", "--legend", "."][..],
        &["report", "--details", "--legend", ".", "--all"],
        &["report", "--details", "--legend", ".", "--baseline-column", "a"],
        &["report", "--details", "--legend", ".", "--verify"],
        &["diff", "--results", "."],
    ] {
        for width in ["40", "60", "1000"] {
            let out = folder.brokenpipe(&[args, &["--width", width]].concat()).exits(0).silent().out;
            assert!(out.contains("a, 2 platforms"), "the column is named by facts: {out}");
            assert_eq!(runner_commands(&out), Vec::<&str>::new());
            assert!(!out.contains('\u{202e}'), "{out}");
        }
    }
    for args in [
        &["diff", "a", "c", "--results", ".", "--legend"][..],
        &["show", "own/x", "--scenarios", "own.toml", "--results", "."],
        &["show", "own", "--scenarios", "own.toml", "--results", "."],
        &["show", "own/x", "--scenarios", "own.toml", "--results", ".", "--details", "--sources"],
    ] {
        for width in ["40", "60", "1000"] {
            let out = folder.brokenpipe(&[args, &["--width", width]].concat()).exits(0).silent().out;
            assert!(out.contains("error") || args[1] == "own", "the system is named: {out}");
            assert_eq!(runner_commands(&out), Vec::<&str>::new(), "{out}");
            assert!(!out.contains('\u{202e}'), "{out}");
        }
    }
}

#[test]
fn characters_that_change_the_direction_of_text_are_replaced() {
    let folder = Folder::with("box-1.csv", good_but("seen twice", "seen \u{202e}eciwt"));
    for format in ["table", "markdown"] {
        let out = folder
            .brokenpipe(&["report", "--details", "--legend", ".", "--all", "--format", format])
            .exits(0)
            .silent()
            .out;
        assert!(out.contains("seen \u{fffd}eciwt") && !out.contains('\u{202e}'), "{out}");
    }
}

/// Lines that a CI runner would take for commands, blanks aside.
fn commands(out: &str) -> Vec<&str> {
    out.lines().filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect()
}

/// Every string in a JSON text that holds this one.
fn texts_with<'a>(json: &'a serde_json::Value, part: &str) -> Vec<&'a str> {
    match json {
        serde_json::Value::String(text) if text.contains(part) => vec![text],
        serde_json::Value::Array(list) => list.iter().flat_map(|value| texts_with(value, part)).collect(),
        serde_json::Value::Object(map) => map.values().flat_map(|value| texts_with(value, part)).collect(),
        _ => Vec::new(),
    }
}

/// A note may begin with a command, in both forms that a CI runner knows, and so may what a note begins: a field, a cell,
/// a line.
#[test]
fn no_format_of_any_command_hands_a_command_to_a_ci_runner() {
    const NOTE: &str = "::error::x ##[error]x";
    let head = "platform,provenance,os,os_version,kernel,arch,abi,runtime,selector,rustc,mio,brokenpipe\n";
    let row = |platform: &str, provenance: &str, outcome: &str, trials: &str| {
        format!(
            "{platform},{provenance},own/x,tcp4,ignore,std,none,std,mio,1,client,connect,{outcome},,,,,,{trials},{NOTE}\n"
        )
    };
    let facts =
        |platform: &str, provenance: &str| format!("{platform},{provenance},linux,1,{NOTE},vax,,native,epoll,1,1,1\n");
    let folder = Folder::new();
    for dir in ["results", "run"] {
        std::fs::create_dir(folder.join(dir)).unwrap();
        folder.write(&format!("{dir}/a.csv"), HEAD.to_owned() + &row("a", "measured", "EPIPE", "10,10"));
        folder.write(&format!("{dir}/platforms.csv"), head.to_owned() + &facts("a", "measured"));
    }
    folder.write("results/b.csv", HEAD.to_owned() + &row("b", "measured", "eof", "10,10"));
    folder.write("results/d.csv", HEAD.to_owned() + &row("d", "documented", "eof", ","));
    folder.write("run/a.csv", HEAD.to_owned() + &row("a", "measured", "unsupported", "10,10"));
    folder.write("results/platforms.csv", [head, &facts("a", "measured"), &facts("d", "documented")].concat());
    folder.write("own.toml", common::OWN.replace("own/short", "own/x"));
    let mut shown = 0;
    let mut looks_safe = |args: &[&str], format: &str, code: i32, has_note: bool| {
        let out = folder.brokenpipe(&[args, &["--format", format]].concat()).exits(code).out;
        // The runner's own commands are what that format is for.
        let commands = commands(&out).into_iter().filter(|line| format != "github" || !line.starts_with("::error "));
        assert_eq!(commands.collect::<Vec<_>>(), Vec::<&str>::new(), "{args:?} {format}");
        assert_eq!(out.contains("error"), has_note, "{args:?} {format}: the text is there at all: {out}");
        if format == "json" {
            let json: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
            let texts = texts_with(&json, "error");
            assert_eq!(!texts.is_empty(), has_note, "{args:?}");
            assert!(texts.iter().all(|text| *text == NOTE), "the same text as in the file: {texts:?}");
        }
        shown += usize::from(has_note);
    };
    for format in ["table", "markdown", "csv", "json"] {
        // CSV has no column for notes and facts, and who only counts has no room for them.
        looks_safe(&["report", "--details", "--legend", "results", "--all"], format, 0, format != "csv");
        looks_safe(&["report", "--details", "--legend", "results", "--verify"], format, 0, true);
        looks_safe(&["diff", "a", "b", "--results", "results", "--legend"], format, 0, format != "csv");
        looks_safe(&["diff", "--results", "results"], format, 0, false);
    }
    for format in ["text", "github", "markdown", "junit", "json"] {
        looks_safe(&["check", "run", "--baseline", "results"], format, 1, true);
    }
    assert_eq!(shown, 15);
    for width in ["40", "60", "1000"] {
        let show = folder
            .brokenpipe(&["show", "own/x", "--results", "results", "--scenarios", "own.toml", "--width", width])
            .exits(0)
            .out;
        assert_eq!(commands(&show), Vec::<&str>::new());
        let show = ["show", "own/x", "--results", "results", "--scenarios", "own.toml", "--width", width];
        let show = folder.brokenpipe(&[&show[..], &["--details", "--sources"]].concat()).exits(0).out;
        assert!(show.contains("error"), "{show}");
        assert_eq!(commands(&show), Vec::<&str>::new());
    }
}
