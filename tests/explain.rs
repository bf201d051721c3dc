//! `brokenpipe explain` on the command line.

mod common;

use std::process::Output;

use assert_cmd::Command;
use brokenpipe::explain::{Errors, Recogniser};
use common::BROKENPIPE;
use serde_json::Value;

fn explain(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(BROKENPIPE);
    command.arg("explain").args(args).write_stdin(input).output().expect("the program runs")
}

/// What the program writes if it recognises something.
#[track_caller]
fn text(args: &[&str]) -> String {
    let output = explain(args, b"");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

#[track_caller]
fn objects(args: &[&str], input: &[u8], code: i32) -> Vec<Value> {
    let output = explain(args, input);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("it is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn a_line_of_go_gives_the_whole_page() {
    let page = text(&["write tcp 127.0.0.1:9001->127.0.0.1:52862: write: broken pipe", "--width", "120"]);
    let expected = [
        "EPIPE: broken pipe\n  from   write tcp 127.0.0.1:9001->127.0.0.1:52862: write: broken pipe\n",
        "  why    \"Broken pipe\"; written by Go; see strerror(3)",
        "  number 32 (Linux, macOS, FreeBSD, NetBSD, OpenBSD, illumos); -4047 UV_EPIPE (libuv on Windows); \
         109 ERROR_BROKEN_PIPE,",
        "  means  This side wrote to a connection or pipe that takes no more data:",
        "  not    Not a sign of which write was lost",
        "    brokenpipe show peer-close/write-write-write-read\n",
        "  Go       errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)\n",
        "  Windows  both are false for 10053 and 10054",
        "  SIGPIPE  nothing to do for sockets;",
    ];
    for part in expected {
        assert!(page.contains(part), "{part:?} is missing in\n{page}");
    }
    assert!(!page.contains("Rust "), "{page}");
}

/// Every error that is about a connection, and every kind of number, fits on a page.
#[test]
fn a_page_has_at_most_40_lines_of_120_columns() {
    let names = Errors::builtin().errors.iter().filter(|error| !error.aside).map(|error| error.name.clone());
    let texts = ["32", "104", "107", "110", "113", "54", "13", "7", "56", "255", "os error 64", "fetch failed"];
    let texts = texts.iter().map(|text| (*text).to_owned());
    let typed = names.filter(|name| name != "OTHER").chain(texts);
    for input in typed {
        let page = text(&[&input, "--width", "120"]);
        assert!(page.lines().count() <= 40, "{input}: {} lines\n{page}", page.lines().count());
        assert!(page.lines().all(|line| line.chars().count() <= 120), "{page}");
    }
}

#[test]
fn an_ambiguous_number_lists_each_possibility_and_its_systems() {
    let page = text(&["104"]);
    assert!(page.starts_with("ECONNRESET: connection reset by peer\n"), "{page}");
    assert!(page.contains("  maybe  ECONNRESET, connection reset by peer: on Linux, Cygwin, ESP32. To tell: a packet trace shows an RST"), "{page}");
    assert!(page.contains("on Windows (ERROR_INVALID_AT_INTERRUPT_TIME)"), "{page}");
}

#[test]
fn sigpipe_comes_from_steps_that_kill_and_says_how_to_keep_the_signal_away() {
    let page = text(&["141"]);
    assert!(page.starts_with("SIGPIPE: killed by SIGPIPE\n"), "{page}");
    assert!(page.contains("brokenpipe show sigpipe/peer-closed-write-write-write"), "{page}");
    assert!(
        page.contains("What to do: keep the signal from killing\n  C        send(fd, p, n, MSG_NOSIGNAL)"),
        "{page}"
    );
}

#[test]
fn a_language_can_be_chosen() {
    let page = text(&["EPIPE", "--language", "python"]);
    assert!(page.contains("  Python   except (ConnectionError,") && !page.contains("errors.Is"), "{page}");
    let output = explain(&["EPIPE", "--language", "cobol"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected one of C, Rust, Go, Python"), "{output:?}");
}

#[test]
fn words_that_say_nothing_alone_are_one_text() {
    let [object] = &objects(&["os", "error", "10054", "--format", "json"], b"", 0)[..] else { panic!("one object") };
    assert_eq!(object["input"], "os error 10054");
    assert_eq!(object["errors"], serde_json::json!(["ECONNRESET"]));
}

#[test]
fn several_inputs_are_told_one_after_the_other() {
    let page = text(&["EPIPE", "10054", "-104", "--width", "120"]);
    let heads: Vec<_> = page.lines().filter(|line| line.starts_with('E')).collect();
    let reset = "ECONNRESET: connection reset by peer";
    assert_eq!(heads, ["EPIPE: broken pipe", reset, reset]);
}

#[test]
fn an_object_has_what_programs_need() {
    let input = "ConnectionResetError: [WinError 10054] x";
    let [object] = &objects(&[input, "--format", "json"], b"", 0)[..] else { panic!("one object") };
    assert_eq!(object["input"], input);
    assert_eq!(object["errors"], serde_json::json!(["ECONNRESET"]));
    assert_eq!(object["code"], 10054);
    assert_eq!(object["runtime"], "Python");
    assert_eq!(object["os"], "windows");
    let linux = serde_json::json!({"system": "linux", "code": 104, "name": "ECONNRESET"});
    assert!(object["numbers"].as_array().is_some_and(|numbers| numbers.contains(&linux)), "{object}");
    let situation = &object["situations"][0];
    assert_eq!(situation["scenario"], "peer-reset/read-read-write");
    assert_eq!(situation["command"], "brokenpipe show peer-reset/read-read-write");
    let linux = serde_json::json!({"system": "linux", "outcome": "ECONNRESET", "measured": true, "same": true});
    assert!(situation["systems"].as_array().is_some_and(|systems| systems.contains(&linux)), "{situation}");
    assert_eq!(object["tests"][0]["language"], "Python");
}

#[test]
fn each_line_of_a_log_has_an_object() {
    let log = b"read: connection reset by peer\nhello\n\nexit code 141\r\n\xff\xfe EPIPE";
    let objects = objects(&["-", "--format", "json"], log, 0);
    let errors: Vec<_> = objects.iter().map(|object| object["errors"].clone()).collect();
    let [none, reset, sigpipe, epipe] = [&[][..], &["ECONNRESET"], &["SIGPIPE"], &["EPIPE"]].map(Value::from);
    assert_eq!(errors, [reset, none.clone(), none, sigpipe, epipe]);
    assert_eq!(objects[3]["input"], "exit code 141");
}

#[test]
fn a_log_is_summed_up() {
    let log = "start\nwrite: broken pipe\nok\nread: connection reset by peer\nsend: Broken pipe\n";
    let output = explain(&["-", "--width", "120"], log.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    let head = "3 of 5 lines are about an error\n      2 × EPIPE\n       2: write: broken pipe\n       5: send: Broken pipe\n      \
                1 × ECONNRESET\n       4: read: connection reset by peer\n\nEPIPE: broken pipe\n";
    assert!(page.starts_with(head), "{page}");
    assert!(page.contains("\nECONNRESET: connection reset by peer\n"), "{page}");
}

#[test]
fn nothing_recognised_is_exit_code_1() {
    for (input, hint) in [
        ("hello", "expected an error's name (EPIPE), its number (10054, 'os error 54', 141), or a message"),
        ("EPIEP", "did you mean EPIPE?"),
        ("wsaeconreset", "did you mean WSAECONNRESET?"),
    ] {
        let output = explain(&[input], b"");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty());
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(&format!("{input:?}: no error of a connection recognised; {hint}")), "{message}");
    }
    let output = explain(&["-"], b"hello\nworld\n");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard input: 2 lines, and no error"), "{output:?}");
    let none = objects(&["hello", "--format", "json"], b"", 1);
    assert_eq!(none[0]["errors"], Value::from(Vec::<String>::new()));
}

/// Text from a log cannot be a command of a terminal or a CI runner.
#[test]
fn the_text_is_shown_as_data() {
    let hostile = "\u{1b}]0;x\u{7}##[error]write: broken pipe\u{202e}";
    let page = text(&[hostile]);
    assert!(page.contains("# #[error]write: broken pipe") && !page.contains(['\u{1b}', '\u{202e}']), "{page}");
    let output = explain(&["-"], format!("{hostile}\n").as_bytes());
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    assert!(page.contains("# #[error]write") && !page.contains(['\u{1b}', '\u{202e}']), "{page}");
    let output = explain(&[hostile, "--format", "json"], b"");
    let json = String::from_utf8(output.stdout).expect("it is UTF-8");
    assert!(json.contains("\\u0023#[error]") && !json.contains('\u{1b}'), "{json}");
    let object: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(object["input"], hostile);
}

/// A line without an end takes no more memory than its beginning.
#[test]
fn a_line_of_many_megabytes_is_one_line() {
    let mut log = b"EPIPE ".to_vec();
    log.resize(30_000_000, b'x');
    log.extend(b"\nECONNRESET\n");
    let objects = objects(&["-", "--format", "json"], &log, 0);
    assert_eq!(objects.len(), 2);
    assert!(objects[0]["input"].as_str().is_some_and(|input| input.len() < 20_000));
    assert_eq!(objects[1]["errors"], serde_json::json!(["ECONNRESET"]));
}

/// The scenarios that `errors.toml` names show the error on some system, so that they come first.
#[test]
fn named_scenarios_show_their_errors() {
    for error in &Errors::builtin().errors {
        let Some(first) = error.scenarios.first() else { continue };
        let object = &objects(&[&error.name, "--format", "json"], b"", 0)[0];
        let shown: Vec<_> = object["situations"].as_array().expect("a list").iter().map(|it| &it["scenario"]).collect();
        assert_eq!(shown[0], first.as_str(), "{}", error.name);
        for scenario in &error.scenarios {
            assert!(shown.iter().any(|shown| *shown == scenario.as_str()), "{}: {scenario}", error.name);
        }
    }
}

#[test]
fn names_of_errors_are_recognised() {
    let recogniser = Recogniser::new();
    let names = Errors::builtin().errors.iter().map(|error| error.name.as_str());
    for name in names.filter(|name| *name != "OTHER") {
        assert_eq!(recogniser.recognise(name).errors, [name]);
    }
}
