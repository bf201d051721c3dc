//! Which errors are recognised in texts: those that programs are known to write, an independent collection of lines of
//! public bug reports, and lines that say nothing of an error.

use brokenpipe::explain::{Recognised, Recogniser};
use proptest::prelude::*;

/// A text and the canonical names it stands for, likeliest first.
struct Line {
    text: String,
    errors: Vec<String>,
    /// What writes it; empty where that is not recorded.
    runtime: String,
}

fn lines(csv: &str) -> Vec<Line> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let records = reader.records().map(|record| record.expect("the file is CSV"));
    let line = |record: csv::StringRecord| Line {
        text: fill(&record[0]),
        errors: record[1].split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        runtime: record.get(2).unwrap_or_default().to_owned(),
    };
    records.map(line).collect()
}

/// Puts values for the placeholders.
fn fill(text: &str) -> String {
    const VALUES: [(&str, &str); 15] = [
        ("addr", "127.0.0.1:9001"),
        ("host", "10.0.0.5"),
        ("port", "8080"),
        ("n", "42"),
        ("fd", "7"),
        ("pid", "4711"),
        ("url", "https://example.org/a?b=1"),
        ("path", "/srv/app/main.c"),
        ("time", "2024-05-01 10:11:12"),
        ("id", "0x7f3a2c"),
        ("name", "worker-1"),
        ("cmd", "seq 100000 | head"),
        ("request", "GET / HTTP/1.1"),
        ("user", "alice"),
        ("text", "some text"),
    ];
    VALUES.iter().fold(text.to_owned(), |text, (word, value)| text.replace(&format!("{{{word}}}"), value))
}

/// Texts known from programs and from the sources that each line names.
fn known() -> Vec<Line> {
    lines(include_str!("data/explain-texts.csv"))
}

/// Lines of public bug reports, which were collected without a look at what `explain` knows.
fn independent() -> Vec<Line> {
    lines(include_str!("data/explain-corpus.csv"))
}

/// How many texts get all their errors and, of those that stand for none or something else, nothing else. What was
/// missed is printed, and shown if the test fails.
fn right(lines: &[Line], surround: impl Fn(&str) -> String) -> usize {
    let recogniser = Recogniser::new();
    let is_right = |line: &&Line| {
        let text = surround(&line.text);
        let got = recogniser.recognise(&text).errors;
        let is_right = match line.errors.as_slice() {
            [] => got.is_empty(),
            errors => errors.iter().all(|error| got.contains(error)),
        };
        if !is_right {
            println!("{text:?}\n  expected {:?}\n  got      {got:?}", line.errors);
        }
        is_right
    };
    lines.iter().filter(is_right).count()
}

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

/// At least 97 in 100, and no fewer than were right when this was written.
fn assert_share(right: usize, all: usize, least: usize) {
    assert!(right * 100 >= all * 97 && right >= least, "{right} of {all} are right");
}

#[test]
fn known_texts_are_recognised_with_all_their_possibilities() {
    let known = known();
    assert_eq!(known.len(), 812);
    assert_share(right(&known, as_it_is), known.len(), 812);
}

#[test]
fn the_likeliest_error_of_a_known_text_comes_first() {
    let recogniser = Recogniser::new();
    // A number without a word depends on the system.
    let texts: Vec<_> = known().into_iter().filter(|line| !line.runtime.starts_with("number")).collect();
    let first = |line: &&Line| recogniser.recognise(&line.text).errors.first() == line.errors.first();
    assert_share(texts.iter().filter(first).count(), texts.len(), 550);
}

#[test]
fn lines_of_bug_reports_are_recognised() {
    let lines = independent();
    assert_eq!(lines.len(), 449);
    assert_share(right(&lines, as_it_is), lines.len(), 443);
}

/// Two further collections, each made without a look at the others and at what `explain` knows.
#[test]
fn lines_of_other_bug_reports_are_recognised() {
    for (csv, count, least) in
        [(include_str!("data/explain-corpus2.csv"), 396, 396), (include_str!("data/explain-corpus3.csv"), 359, 359)]
    {
        let lines = lines(csv);
        assert_eq!(lines.len(), count);
        assert_share(right(&lines, as_it_is), lines.len(), least);
    }
}

#[test]
fn more_lines_are_recognised() {
    let lines = lines(include_str!("data/explain-more.csv"));
    assert_eq!(lines.len(), 371);
    assert_share(right(&lines, as_it_is), lines.len(), 371);
}

/// What a logger puts around a text changes nothing. Numbers and flags that stand alone are no such texts.
#[test]
fn texts_are_recognised_within_log_lines() {
    let is_text = |line: &Line| {
        let alone = ["number", "shell / exit", "Envoy response", "strsignal"];
        !alone.iter().any(|runtime| line.runtime.starts_with(runtime)) && line.text != "Error: Parse Error"
    };
    let known: Vec<_> = known().into_iter().filter(is_text).collect();
    let logger = |text: &str| format!("2024-05-01T10:11:12.345Z ERROR app[123]: {text}");
    assert_share(right(&known, logger), known.len(), 552);
    let cause = |text: &str| format!("request 7f3a failed, will retry in 2s: {text}");
    assert_share(right(&known, cause), known.len(), 552);
    let json = |text: &str| format!(r#"{{"level":"error","msg":{:?},"attempt":3}}"#, text);
    assert_share(right(&known, json), known.len(), 549);
}

#[test]
fn ordinary_lines_say_nothing_of_an_error() {
    let recogniser = Recogniser::new();
    for line in include_str!("data/explain-none.txt").lines() {
        assert_eq!(recogniser.recognise(line), Recognised::default(), "{line:?}");
    }
}

/// Texts that look alike.
#[test]
fn alike_texts_are_told_apart() {
    let recogniser = Recogniser::new();
    for (text, errors) in [
        ("exit status 141", &["SIGPIPE"][..]),
        ("exit status 13", &["OTHER"]),
        ("signal: 13", &["SIGPIPE"]),
        ("signal: 11", &[]),
        ("Aborted (core dumped)", &[]),
        ("[WinError 32]", &["OTHER"]),
        ("[Errno 32]", &["EPIPE"]),
        ("usb.core.USBError: [Errno 32] Pipe error", &["OTHER"]),
        ("('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))", &["ECONNRESET"]),
        ("[Errno 103] Software caused connection abort", &["ECONNABORTED"]),
        ("timeout of 1000ms exceeded, code: 'ECONNABORTED'", &["LOCAL-TIMEOUT"]),
        ("connect ETIMEDOUT 192.0.2.1:443", &["ETIMEDOUT"]),
        ("read: i/o timeout", &["LOCAL-TIMEOUT"]),
        ("java.net.SocketException: Socket closed", &["LOCAL-CLOSED"]),
        ("SyntaxError: unexpected EOF while parsing", &["OTHER"]),
        ("read: unexpected EOF", &["EOF"]),
        ("errno: 113, \"Software caused connection abort\"", &["ECONNABORTED"]),
        ("0x80072746", &["ECONNRESET"]),
        ("-2147014842", &["ECONNRESET"]),
        ("-4077", &["ECONNRESET"]),
        // A number decides where the text is in a language that is not known.
        ("Tá an nasc caillte (os error 10054)", &["ECONNRESET"]),
    ] {
        assert_eq!(recogniser.recognise(text).errors, errors, "{text}");
    }
}

/// Words such as `spi`, `ls:` and `mount` tell of devices and files, but not within longer words.
#[test]
fn a_word_within_another_one_takes_no_error_away() {
    let recogniser = Recogniser::new();
    for (text, error) in [
        ("hospital-api: write EPIPE", "EPIPE"),
        ("Error: read ECONNRESET at Spinner", "ECONNRESET"),
        ("spider error: broken pipe", "EPIPE"),
        ("tls: transport endpoint is not connected", "ENOTCONN"),
        ("the amount could not be sent: ENOTCONN", "ENOTCONN"),
        ("compile-service: EOF", "EOF"),
    ] {
        assert_eq!(recogniser.recognise(text).errors, [error], "{text}");
    }
}

/// Numbers of errors that are not about connections, some of which rare systems give to others.
#[test]
fn the_numbers_of_other_errors_are_not_taken_for_a_lost_connection() {
    let recogniser = Recogniser::new();
    for text in [
        "Stale file handle (os error 116)",
        "Directory not empty (os error 39)",
        "File name too long (os error 36)",
        "Disk quota exceeded (os error 122)",
        "[Errno 40] Too many levels of symbolic links",
    ] {
        assert_eq!(recogniser.recognise(text).errors, [""; 0], "{text}");
    }
    assert_eq!(recogniser.recognise("errno=116").errors, ["OTHER", "ETIMEDOUT"]);
    assert_eq!(recogniser.recognise("Too many open files in system (os error 23)").errors, ["ENFILE"]);
}

#[test]
fn the_system_and_the_language_are_recognised() {
    let recogniser = Recogniser::new();
    for (text, runtime, os) in [
        // macOS and the BSDs share the number.
        ("Connection reset by peer (os error 54)", "Rust", ""),
        ("Connection reset by peer (os error 104)", "Rust", "linux"),
        ("ConnectionResetError: [WinError 10054] x", "Python", "windows"),
        ("write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe", "Go", ""),
        ("Error: read ECONNRESET", "Node", ""),
        ("java.io.IOException: Broken pipe", "Java", ""),
        ("System.IO.IOException: Broken pipe", ".NET", ""),
    ] {
        let recognised = recogniser.recognise(text);
        assert_eq!((recognised.runtime.as_str(), recognised.os.as_str()), (runtime, os), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_searched(text in any::<String>()) {
        Recogniser::new().recognise(&text);
    }

    /// Texts made of pieces that mean something, cut and joined anywhere.
    #[test]
    fn any_pieces_are_searched(pieces in prop::collection::vec(prop_oneof![
        Just("EPIPE"), Just("os error "), Just("-2147014842"), Just("0x"), Just("0x8007"), Just("104"), Just("("), Just(")"),
        Just(" "), Just("errno="), Just("Обрыв канала"), Just("管道"), Just("Can't connect to server on '"), Just("' (115)"),
        Just("\u{1b}["), Just("\u{1b}[31m"), Just("{n}"), Just("EOF"), Just("99999999999999999999"), Just("-"),
        Just("İ"), Just("ﬁ"), Just("\0"), Just("exit status 141"), Just("’"), Just("make: *** ["), Just("] Error 141"),
    ], 0..40)) {
        Recogniser::new().recognise(&pieces.concat());
    }
}

#[test]
fn a_long_line_is_searched_in_no_time() {
    let recogniser = Recogniser::new();
    let begin = std::time::Instant::now();
    for piece in ["a", "(", "1", "make: *** [", "connection ", "Can't connect to server on '", "0x", "ſ"] {
        recogniser.recognise(&piece.repeat(5_000_000 / piece.len()));
    }
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}
