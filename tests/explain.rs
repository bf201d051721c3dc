//! `brokenpipe explain` on the command line.

mod common;

use std::process::Output;

use assert_cmd::Command;
use brokenpipe::explain::{Errors, LONGEST_LINE, Language, Recogniser, USUAL_LANGUAGES, languages};
use common::BROKENPIPE;
use serde_json::Value;

fn explain(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(BROKENPIPE);
    // Tables are ASCII where the locale is `C`.
    command
        .env("LC_ALL", "C.UTF-8")
        .env_remove("TERM")
        .arg("explain")
        .args(args)
        .write_stdin(input)
        .output()
        .expect("the program runs")
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
        "  not    Not a sign of which write was lost, nor of how the peer ended: on macOS, the BSDs and illumos",
        "    brokenpipe show peer-close/write-write-write-read\n",
        "  Go       errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || \
         errors.Is(err, syscall.Errno(10053))\n",
        "    macOS  add EPROTOTYPE, which a write can give",
        "  Windows  WSAECONNABORTED is 10053, WSAECONNRESET 10054;",
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
    assert!(page.contains("  maybe  ECONNRESET, connection reset by peer: on Linux, Cygwin, ESP32\n"), "{page}");
    assert!(page.contains("on Windows (ERROR_INVALID_AT_INTERRUPT_TIME)\n"), "{page}");
}

/// What tells the meanings of a number apart is the system or the program that it is from.
#[test]
fn a_number_that_is_an_exit_status_names_the_program() {
    let page = text(&["7", "--width", "200"]);
    let refused = "  maybe  ECONNREFUSED, connection refused: exit status 7 of curl\n";
    assert!(page.contains(refused), "{page}");
    assert!(page.contains("  maybe  EALREADY, operation already in progress: on WASI, Emscripten\n"), "{page}");
    let page = text(&["107"]);
    assert!(page.contains("  maybe  EPROTOTYPE, protocol wrong type for socket: on Cygwin, ESP32\n"), "{page}");
}

/// The tests of several languages are not shown without where they fail.
#[test]
fn each_test_stands_with_its_worst_hole() {
    let page = text(&["ECONNRESET", "--width", "120"]);
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for Language { name, test, holes, .. } in languages().iter().take(USUAL_LANGUAGES) {
        let (system, hole) = &holes[0];
        let system = if system == "all" { String::new() } else { format!("{system}: ") };
        assert!(flat.contains(&format!("{name} {test} but {system}{hole}")), "{name} is missing in\n{page}");
    }
    let c = &languages()[0];
    assert!(["ESHUTDOWN", "ETIMEDOUT", "EPROTOTYPE"].iter().all(|error| c.test.contains(error)), "{}", c.test);
}

/// The chapter has the tests that `explain` prints, and all that is wrong with them.
#[test]
fn the_guide_has_the_same_tests() {
    let chapter = include_str!("../src/guide/errors.md").split_whitespace().collect::<Vec<_>>().join(" ");
    for Language { name, test, holes, .. } in languages().iter().take(USUAL_LANGUAGES) {
        let holes = holes.iter().map(|(system, hole)| match system.as_str() {
            "all" => format!("{hole}."),
            system => format!("{system}: {hole}."),
        });
        let expected = format!("- **{name}**: `{test}` – {}", holes.collect::<Vec<_>>().join(" "));
        assert!(chapter.contains(&expected), "the chapter on errors lacks:\n{expected}");
    }
}

/// Errors that no test for a lost connection answers have advice instead, and no situation of a system call.
#[test]
fn what_this_side_did_has_something_to_do() {
    for (name, advice) in [
        ("LOCAL-CLOSED", "What to do: Find who closed it: another thread, a timeout"),
        ("LOCAL-TIMEOUT", "What to do: Find which deadline passed (connect, read, or the whole request)"),
        ("ECONNREFUSED", "What to do: Check the address and port, and whether the server listens there."),
    ] {
        let page = text(&[name, "--width", "120"]);
        assert!(page.contains(advice) && !page.contains("one test for all ways"), "{page}");
    }
}

/// What is about something else has no numbers of its own: it says what it is here.
#[test]
fn what_is_no_connection_says_what_it_is() {
    let page = text(&["exit status 13"]);
    assert!(page.starts_with("OTHER: something else") && !page.contains("  number "), "{page}");
    assert!(!page.contains("brokenpipe "), "{page}");
    let page = text(&["libusb: EPIPE"]);
    assert!(page.contains("  why    \"EPIPE\", a USB device or an endpoint that has stalled;"), "{page}");
    let page = text(&["WinError 32"]);
    assert!(page.contains("on Windows\n  number 32 ERROR_SHARING_VIOLATION (Windows)\n\n"), "{page}");
}

/// The mark is at the system, whether it gives the error or another outcome.
#[test]
fn systems_that_were_not_measured_are_marked() {
    let page = text(&["EPIPE", "--width", "300"]);
    assert!(page.contains("gVisor; but ECONNABORTED on ≈Windows, ECONNRESET on Wine\n"), "{page}");
}

#[test]
fn without_results_nothing_is_said_of_systems() {
    let folder = common::Folder::new();
    let page = text(&["EPIPE", "--results", folder.path().to_str().expect("it is UTF-8")]);
    assert!(page.contains("\nThere are no results there that could tell where it comes from.\n"), "{page}");
    assert!(page.contains("\nWhat to do: "), "{page}");
    let page = text(&["EPROTOTYPE"]);
    assert!(page.contains("\nNo step of the scenarios in these results gives it on any system.\n"), "{page}");
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
    let page = text(&["write:", "broken", "pipe"]);
    assert!(page.starts_with("EPIPE: broken pipe\n  from   write: broken pipe\n"), "{page}");
    // One of them says something.
    let page = text(&["hello", "EPIPE"]);
    assert!(page.starts_with("\"hello\": no error of a connection recognised; expected an error's name"), "{page}");
    assert!(page.contains("\n\nEPIPE: broken pipe\n  from   EPIPE\n"), "{page}");
    assert!(page.ends_with("\n\nA text of several words is one input if it is in quotes.\n"), "{page}");
}

#[test]
fn each_input_has_an_object() {
    let inputs_and_errors = |args: &[&str], code| -> Vec<(String, Value)> {
        let objects = objects(&[args, &["--format", "json"]].concat(), b"", code);
        let of = |object: &Value| (object["input"].as_str().unwrap_or_default().to_owned(), object["errors"].clone());
        objects.iter().map(of).collect()
    };
    let [none, reset, pipe] = [&[][..], &["ECONNRESET"], &["EPIPE"]].map(Value::from);
    let input = |text: &str, errors: &Value| (text.to_owned(), errors.clone());
    let expected = [input("EPIPE", &pipe), input("foo", &none), input("10054", &reset)];
    assert_eq!(inputs_and_errors(&["EPIPE", "foo", "10054"], 0), expected);
    let expected = [input("broken", &none), input("pipe", &none)];
    assert_eq!(inputs_and_errors(&["broken", "pipe"], 1), expected);
}

#[test]
fn several_inputs_are_told_one_after_the_other() {
    let page = text(&["EPIPE", "10054", "-104", "--width", "120"]);
    let heads: Vec<_> = page.lines().filter(|line| line.starts_with('E')).collect();
    let reset = "ECONNRESET: connection reset by peer";
    assert_eq!(heads, ["EPIPE: broken pipe", reset, reset]);
    let more: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("  more:  ")).collect();
    let reset = "brokenpipe explain ECONNRESET";
    assert_eq!(more, ["brokenpipe explain EPIPE", reset, reset]);
    let page = text(&["EPIPE", "LOCAL-TIMEOUT", "--language", "c#", "--width", "120"]);
    assert!(page.contains("\n  more:  brokenpipe explain EPIPE --language 'C#'\n"), "{page}");
    assert!(page.contains("\n  do     Find which deadline passed"), "{page}");
}

/// A log from standard input is no input among others.
#[test]
fn standard_input_stands_alone() {
    for args in [&["-", "EPIPE"][..], &["EPIPE", "-"], &["-", "-"], &["-", "EPIPE", "--format", "json"]] {
        let output = explain(args, b"EPIPE\n");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let message = "error: `-` reads a log from standard input, and takes no other input beside it\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), message);
    }
}

/// The keys of every object, whatever was recognised and wherever it comes from.
#[test]
fn objects_have_the_same_keys() {
    let keys = [
        "input", "line", "truncated", "errors", "why", "source", "code", "runtime", "os", "title", "meaning", "not",
        "advice", "numbers", "situations", "tests",
    ];
    let format = ["--format", "json"];
    let mut all = objects(&[&["EPIPE", "hello", "os error 104", "141", "LOCAL-CLOSED"], &format[..]].concat(), b"", 0);
    all.extend(objects(&["-", "--format", "json"], b"EPIPE\nhello\n", 0));
    for object in &all {
        let mut expected = keys;
        expected.sort_unstable();
        let found: Vec<_> = object.as_object().expect("an object").keys().collect();
        assert_eq!(found, expected, "{object}");
    }
    let [epipe, hello, .., local, line, no_line] = &all[..] else { panic!("7 objects") };
    assert_eq!([&epipe["line"], &line["line"], &no_line["line"]], [&Value::Null, &Value::from(1), &Value::from(2)]);
    assert_eq!(epipe["title"], "broken pipe");
    assert_eq!(epipe["advice"], Value::Null);
    assert!(local["advice"].as_str().is_some_and(|advice| advice.starts_with("Find who closed it")), "{local}");
    for key in ["source", "code", "runtime", "os", "title", "meaning", "not", "advice"] {
        assert_eq!(hello[key], Value::Null, "{key}");
    }
    for key in ["why", "errors", "numbers", "situations", "tests"] {
        assert_eq!(hello[key], Value::Array(Vec::new()), "{key}");
    }
    // What is said of an error is not said again with each line.
    assert_eq!([&line["meaning"], &line["title"]], [&Value::Null, &Value::Null]);
    assert_eq!([&line["numbers"], &line["situations"], &line["tests"]], [&Value::Array(Vec::new()); 3]);
    let help = String::from_utf8(explain(&["--help"], b"").stdout).expect("it is UTF-8");
    let guide = include_str!("../src/guide/errors.md");
    for key in keys {
        assert!(help.contains(key) && guide.contains(&format!("`{key}`")), "{key} is not documented");
    }
}

#[test]
fn the_help_lists_the_languages() {
    let help = String::from_utf8(explain(&["--help"], b"").stdout).expect("it is UTF-8");
    let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let names: Vec<_> = languages().iter().map(|language| language.name.as_str()).collect();
    assert!(flat.contains(&format!("with all its holes: {} [default:", names.join(", "))), "{help}");
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
fn a_number_by_itself_counts_only_where_it_is_the_whole_log() {
    let numbers: String = (1..=150).map(|number| format!("{number}\n")).collect();
    let output = explain(&["-"], numbers.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = explain(&["-"], b"104\nwrite: broken pipe\n104\n");
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    assert!(page.starts_with("1 of 3 lines is about an error\n      1 × EPIPE\n"), "{page}");
    let output = explain(&["-"], b"10054\n");
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    assert!(page.starts_with("1 of 1 line is about an error\n      1 × ECONNRESET\n"), "{page}");
}

#[test]
fn a_log_is_summed_up() {
    let log = "start\nwrite: broken pipe\nok\nread: connection reset by peer\nsend: Broken pipe\n";
    let output = explain(&["-", "--width", "120"], log.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    let head = "3 of 5 lines are about an error\n      2 × EPIPE\n       2: write: broken pipe\n       \
                5: send: Broken pipe\n      1 × ECONNRESET\n       4: read: connection reset by peer\n\n\
                EPIPE: broken pipe\n";
    assert!(page.starts_with(head), "{page}");
    assert!(page.contains("\nECONNRESET: connection reset by peer\n"), "{page}");
    assert!(page.contains("\n  more:  brokenpipe explain EPIPE\n"), "{page}");
    assert!(page.ends_with("\n  more:  brokenpipe explain ECONNRESET\n"), "{page}");
    let output = explain(&["-"], b"os error 10054\n");
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    assert!(page.starts_with("1 of 1 line is about an error\n"), "{page}");
    assert!(page.contains("; on Windows\n") && page.ends_with("ECONNRESET --language 'Rust'\n"), "{page}");
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
    let nothing = [
        ("", "standard input: empty; expected the lines of a log"),
        ("hello\n", "standard input: 1 line, and no error of a connection in it"),
        ("hello\nworld\n", "standard input: 2 lines, and no error of a connection in them"),
    ];
    for (log, message) in nothing {
        let output = explain(&["-"], log.as_bytes());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("brokenpipe: {message}\n"));
    }
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

/// A line without an end takes no more memory than the bound, and is searched at both ends.
#[test]
fn a_line_of_many_megabytes_is_one_line() {
    let mut log = b"EPIPE ".to_vec();
    log.resize(30_000_000, b'x');
    log.extend(b"\nECONNRESET\n");
    log.resize(log.len() + 2_000_000, b'x');
    log.extend(b" os error 10053");
    let objects = objects(&["-", "--format", "json"], &log, 0);
    let found: Vec<_> = objects.iter().map(|object| (object["truncated"].clone(), object["errors"].clone())).collect();
    let [epipe, reset, aborted] = ["EPIPE", "ECONNRESET", "ECONNABORTED"].map(|error| Value::from(&[error][..]));
    assert_eq!(found, [(true.into(), epipe), (false.into(), reset), (true.into(), aborted)]);
    for object in [&objects[0], &objects[2]] {
        let input = object["input"].as_str().expect("a string");
        assert!(input.len() <= LONGEST_LINE + 5 && input.contains(" … "), "{} bytes", input.len());
    }
    let output = explain(&["-", "--width", "120"], &log);
    let page = String::from_utf8(output.stdout).expect("it is UTF-8");
    let head = "3 of 3 lines are about an error\n2 lines are longer than 1 MiB; the middle was not read\n";
    assert!(page.starts_with(head), "{}", &page[..1000]);
}

/// An error is found wherever it stands in a line that is not cut.
#[test]
fn an_error_far_in_a_line_is_found() {
    let log = format!("{} write: broken pipe {}\n", "word ".repeat(100_000), "word ".repeat(50_000));
    let [object] = &objects(&["-", "--format", "json"], log.as_bytes(), 0)[..] else { panic!("one object") };
    assert_eq!(object["errors"], Value::from(&["EPIPE"][..]));
    assert_eq!(
        (&object["truncated"], object["input"].as_str()),
        (&Value::from(false), Some(log.trim_end_matches('\n')))
    );
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
