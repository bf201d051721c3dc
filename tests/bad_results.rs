//! Invalid results: exit code 2, one message that says where and what is expected, and no file changed.

mod common;

use brokenpipe::results::COLUMNS;
use common::{Folder, GOOD, HEAD, ONE_CASE, contents, good, good_but};

/// How many columns a file of results has.
const ALL: usize = COLUMNS.len();

/// Where a column of a file of results is, from 0.
fn column(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).expect("a column")
}

/// Asserts that every command that reads results refuses this `box-1.csv` with one message and changes no file.
#[track_caller]
fn wrong_results(text: impl AsRef<[u8]>, words: &[&str]) {
    wrong_file("box-1.csv", text.as_ref(), words);
}

#[track_caller]
fn wrong_file(name: &str, text: &[u8], words: &[&str]) {
    // A run reads the folder before it measures, so that its results are not lost to a mistake there.
    let run = [&["run", "--quiet", "--out", "."], &ONE_CASE[..]].concat();
    let show = ["show", "peer-close/read-read-write", "--results", "."];
    refused_by(
        &[&["report", "--details", "--legend", name], &["report", "--legend", "."], &show, &run],
        name,
        text,
        words,
    );
    // Windows line ends are valid, and do not change the numbers of lines.
    let windows: Vec<u8> = text.split_inclusive(|byte| *byte == b'\n').flat_map(with_windows_end).copied().collect();
    refused_by(&[&["report", "--details", "--legend", name]], name, &windows, words);
}

fn with_windows_end(line: &[u8]) -> impl Iterator<Item = &u8> {
    let (text, end) = match line {
        [.., b'\r', b'\n'] => (line, &b""[..]),
        [text @ .., b'\n'] => (text, &b"\r\n"[..]),
        _ => (line, &b""[..]),
    };
    text.iter().chain(end)
}

/// Asserts that `report` refuses this `box-1.csv` with exactly this message.
#[track_caller]
fn wrong_with(text: impl AsRef<[u8]>, message: &str) {
    let ran =
        Folder::with("box-1.csv", text).brokenpipe(&["report", "--details", "--legend", "box-1.csv"]).refuses(&[]);
    assert_eq!(ran.err, format!("error: box-1.csv:{message}\n"));
}

#[track_caller]
fn refused_by(commands: &[&[&str]], name: &str, text: &[u8], words: &[&str]) {
    let folder = Folder::with(name, text);
    let before = contents(folder.path());
    for command in commands {
        let ran = folder.brokenpipe(command);
        assert!(ran.err.len() < 1000, "a message of {} bytes", ran.err.len());
        let ran = ran.refuses(words);
        assert!(ran.err.contains(&format!("{name}:")), "the file is not named: {ran:#?}");
        assert!(contents(folder.path()) == before, "changed by {command:?}");
    }
}

#[test]
fn the_valid_results_are_accepted() {
    let folder = Folder::with("box-1.csv", good());
    let out = folder.brokenpipe(&["report", "--details", "--legend", ".", "--format", "csv"]).exits(0).silent().out;
    let rows = ["1,client,connect,no,ok", "2,client,write 1,no,\"EPIPE 7/10, ok 1 3/10\"", "3,client,close,no,ok"];
    let rows: Vec<String> = rows.iter().map(|row| format!("own/x,tcp4,{row}\n")).collect();
    assert_eq!(out, "scenario,cases,step,actor,operation,differs,box-1\n".to_owned() + &rows.concat());
}

#[test]
fn a_missing_column_is_named() {
    let columns: Vec<&str> = HEAD.trim_end().split(',').collect();
    for missing in ["platform", "signal", "note"] {
        let at = columns.iter().position(|column| *column == missing).unwrap();
        let without = |line: &str| {
            let mut fields: Vec<&str> = line.split(',').collect();
            fields.remove(at);
            fields.join(",") + "\n"
        };
        let text: String = good().lines().map(without).collect();
        let right = format!("the columns are {}", HEAD.trim_end());
        wrong_results(text, &["box-1.csv:1: ", &format!("column `{missing}` is missing"), &right]);
    }
}

#[test]
fn a_column_twice_is_refused_by_name() {
    let twice: String =
        good().lines().map(|line| format!("{line},{}\n", line.split(',').nth(column("signal")).unwrap())).collect();
    assert!(twice.starts_with(&format!("{},signal\n", HEAD.trim_end())));
    wrong_results(twice, &["box-1.csv:1: ", "`signal`"]);
}

#[test]
fn a_wrong_count_is_refused() {
    let wrong = ["box-1.csv:4: wrong count", "step 2 of own/x", "count 9 together, of 10 trials"];
    wrong_results(good_but(",ok 1,,,,,,3,10,", ",ok 1,,,,,,2,10,"), &wrong);
    wrong_results(HEAD.to_owned() + GOOD[0] + GOOD[1], &["box-1.csv:3: wrong count", "count 7 together, of 10 trials"]);
    let right = "expected a whole number from 1 to the row's trials, which are 10, or nothing if it was not counted";
    for count in ["0", "11", "three", "-3", "99999999999999999999"] {
        let text = good_but(",ok 1,,,,,,3,10,", &format!(",ok 1,,,,,,{count},10,"));
        wrong_with(text, &format!("4: column `count`: invalid value \"{count}\": {right}"));
    }
    let right = "expected a whole number from 1 to 18446744073709551615, or nothing if they were not counted";
    for trials in ["0", "ten", "99999999999999999999"] {
        let text = good_but(",ok 1,,,,,,3,10,", &format!(",ok 1,,,,,,3,{trials},"));
        wrong_with(text, &format!("4: column `trials`: invalid value \"{trials}\": {right}"));
    }
    let nothing = "4: column `trials`: expected a whole number, since `count` is \"3\"";
    wrong_with(good_but(",ok 1,,,,,,3,10,", ",ok 1,,,,,,3,,"), nothing);
}

#[test]
fn counts_that_make_up_the_trials_only_by_overflow_are_refused() {
    let most = u64::MAX;
    let row = |outcome: &str, count| GOOD[0].replace(",ok,", outcome).replace(",10,10,", &format!(",{count},{most},"));
    // Wrapping at 2^64, the sum of these counts would equal the number of trials.
    let rows = [row(",EIO,", most), row(",EPIPE,", most), row(",ok,", 1)];
    wrong_results(HEAD.to_owned() + &rows.concat(), &["box-1.csv:", "count"]);
}

#[test]
fn a_truncated_file_is_refused() {
    let whole = good();
    let cut = ["box-1.csv:5: ", "truncated: no final newline"];
    wrong_results(&whole[..whole.len() - 1], &cut);
    // Cut within the note, the trials, the operation.
    for end in ["seen tw", ",10,1", ",client,clo"] {
        let end = whole.rfind(end).unwrap() + end.len();
        wrong_results(&whole[..end], &cut);
    }
    // What is left of a cut number is a valid number; only the end of its line is missing.
    let one_digit = whole.find(",ok,,,,,,1").unwrap() + ",ok,,,,,,1".len();
    wrong_results(&whole[..one_digit], &["box-1.csv:2: ", "truncated: no final newline"]);
    // Only the head, without its line end.
    wrong_results(HEAD.trim_end(), &["box-1.csv:1: ", "truncated: no final newline"]);
    wrong_with(&HEAD[..HEAD.len() / 2], "1: truncated: no final newline");
}

#[test]
fn control_characters_are_refused() {
    for control in ["\0", "\u{1b}[31m", "\u{7}", "\u{9b}31m", "\u{7f}"] {
        let note = format!("seen{control}twice");
        let wrong = format!("box-1.csv:5: column `note`: a control character in {note:?}; none is allowed\n");
        wrong_results(good_but("seen twice", &note), &[&wrong]);
    }
    wrong_results(good_but("client,connect", "cli\0ent,connect"), &["box-1.csv:2: ", "column `actor`", "control"]);
    wrong_results(good_but("seen twice", "\"seen\ntwice\""), &["box-1.csv:5: ", "column `note`", "control"]);
    wrong_results(good_but("seen twice", "\"seen\r\ntwice\""), &["box-1.csv:5: ", "column `note`", "control"]);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let latin = |text: &str| text.bytes().map(|byte| if byte == b'!' { 0xe9 } else { byte }).collect::<Vec<u8>>();
    wrong_results(latin(&good_but("seen twice", "d!j! vu")), &["box-1.csv:5: not UTF-8; results are UTF-8 text"]);
    wrong_results(latin(&good_but("client,connect", "cl!ent,connect")), &["box-1.csv:2: not UTF-8"]);
    wrong_results(latin(&good_but(",note\n", ",n!te\n")), &["box-1.csv:1: not UTF-8"]);
}

#[test]
fn a_line_with_too_few_or_too_many_fields_is_refused() {
    wrong_results(
        good_but("seen twice", "seen,twice"),
        &[&format!("box-1.csv:5: {} fields where the first line has {ALL}", ALL + 1)],
    );
    wrong_results(
        good_but(",seen twice", ""),
        &[&format!("box-1.csv:5: {} fields where the first line has {ALL}", ALL - 1)],
    );
    // The field of an unclosed quote extends to the end of the file.
    wrong_results(
        good_but(",connect,ok", ",\"connect,ok"),
        &["box-1.csv:2: ", &format!("fields where the first line has {ALL}")],
    );
}

#[test]
fn ten_megabytes_on_one_line_are_refused_with_a_short_message() {
    let refused = |text: String, words: &[&str]| {
        assert!(text.len() > 10_000_000);
        refused_by(&[&["report", "--details", "--legend", "."]], "box-1.csv", text.as_bytes(), words);
    };
    let long = "x".repeat(10_000_001);
    let too_long = ["box-1.csv:5: ", "a row of more than 128 KiB"];
    refused(good_but("seen twice", &long), &too_long);
    refused(good_but("seen twice", &format!("\"{long}")), &too_long);
    refused(long.clone(), &["box-1.csv:1: invalid results: expected a first line of platform,"]);
    refused(long.clone() + "\n", &["box-1.csv:1: invalid results: expected a first line of platform,"]);
    refused(good_but("seen twice", &",".repeat(10_000_001)), &too_long);
}

#[test]
fn a_long_field_a_long_name_and_many_fields_are_refused() {
    let long = "x".repeat(2001);
    let too_long = ["box-1.csv:5: ", "column `note`: 2001 bytes; at most 2000 are allowed"];
    wrong_results(good_but("seen twice", &long), &too_long);
    wrong_with(
        good_but(",note\n", &format!(",note,{long}\n")),
        "1: a column name of 2001 bytes; at most 100 are allowed",
    );
    let commas = ",".repeat(100_000);
    wrong_results(
        good_but("seen twice", &commas),
        &["box-1.csv:5: ", &format!("fields where the first line has {ALL}")],
    );
    let columns: String = (0..70).map(|number| format!(",more{number}")).collect();
    wrong_results(good_but(",note\n", &format!(",note{columns}\n")), &["box-1.csv:1: ", "at most 64 are allowed"]);
}

/// A note names the unknown columns of a newer version, but so long a name makes the file invalid.
#[test]
fn ten_megabytes_of_a_columns_name_are_not_printed() {
    let text: String = good().lines().map(|line| format!("{line},\n")).collect();
    let text = text.replacen(",note,\n", &format!(",note,{}\n", "x".repeat(10_000_000)), 1);
    refused_by(
        &[&["report", "--details", "--legend", "box-1.csv"]],
        "box-1.csv",
        text.as_bytes(),
        &["box-1.csv:1: invalid results: expected a first line of platform,"],
    );
}

#[test]
fn rows_out_of_order_or_missing_are_refused() {
    let [first, epipe, ok, last] = GOOD;
    let table = |rows: &[&str]| HEAD.to_owned() + &rows.concat();
    let order = "rows are missing or out of order";
    wrong_results(table(&[first, last, epipe, ok]), &["box-1.csv:3: ", "`step`: 3, expected 2", order]);
    wrong_results(table(&[epipe, ok, last]), &["box-1.csv:2: ", "`step`: 2, expected 1", order]);
    wrong_results(table(&[first, last]), &["box-1.csv:3: ", "`step`: 3, expected 2", order]);
    wrong_results(table(&[first, epipe, last, ok]), &["box-1.csv:3: ", "wrong count"]);
    let twice = ["box-1.csv:6: ", "case own/x tcp4 a second time; its rows have to be adjacent"];
    let other = first.replace("own/x", "own/y");
    wrong_results(table(&[first, epipe, ok, &other, first]), &twice);
    let again = ["box-1.csv:4: ", "outcome `EPIPE` of this step a second time"];
    wrong_results(table(&[first, epipe, &epipe.replace(",7,10,", ",3,10,")]), &again);
    let trials = ["box-1.csv:4: ", "actor, operation and trials differ from those of the step's first row"];
    wrong_results(table(&[first, epipe, &ok.replace(",3,10,", ",3,11,"), last]), &trials);
}

#[test]
fn an_invalid_provenance_code_or_step_is_refused() {
    let provenance =
        "2: column `provenance`: invalid value \"guessed\": expected `measured`, `reported` or `documented`";
    wrong_with(good().replacen(",measured,", ",guessed,", 1), provenance);
    let code =
        "3: column `code`: invalid value \"3.2\": expected a whole number from -2147483648 to 2147483647, or nothing";
    wrong_with(good_but(",32,", ",3.2,"), code);
    for step in ["", "0", "one", "1001"] {
        let text = good_but("1,client,connect", &format!("{step},client,connect"));
        wrong_with(
            text,
            &format!("2: column `step`: invalid value \"{step}\": expected a whole number from 1 to 1000"),
        );
    }
}

#[test]
fn an_empty_file_and_binary_junk_are_refused() {
    wrong_results("", &["box-1.csv:1: empty: expected a first line of column names"]);
    // A fixed generator: the same junk every time.
    let mut state = 1_u32;
    let mut junk: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(100_000)
    .collect();
    let utf_16: Vec<u8> = [0xfeff].into_iter().chain(good().encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for end in [b'x', b'\n'] {
        junk.push(end);
        wrong_results(&junk, &["box-1.csv:1: "]);
        wrong_with(&junk, "1: not UTF-8; results are UTF-8 text");
    }
    wrong_with(utf_16, "1: not UTF-8; results are UTF-8 text");
    let right = HEAD.trim_end();
    for other in [&b"\n"[..], b"PK\x03\x04\x14\0\0\0\x08\0\n", b"PK\x03\x04\x14\0\0\0\x08\0", b"{ \"rows\": 1 }"] {
        wrong_with(other, &format!("1: invalid results: expected a first line of {right}"));
    }
}

#[test]
fn a_platform_that_is_a_path_or_markup_is_refused() {
    const NAME: &str = "a name of 1 to 64 of a-z, A-Z, 0-9, `.`, `_` and `-`";
    for (name, right) in [
        ("../x", NAME),
        ("/etc/passwd", NAME),
        ("<b>", NAME),
        ("a|b", NAME),
        ("=1+1", NAME),
        ("", NAME),
        (".hidden", "a name that begins with a letter or digit and does not end with a dot"),
        ("platforms", "another name: its file would be the table of platforms"),
        ("nul", "another name: Windows takes this one for a device"),
    ] {
        let message = format!("2: column `platform`: invalid value \"{name}\": expected {right}");
        let text = good().replace("box-1,", &format!("{name},"));
        wrong_results(&text, &["box-1.csv:2: "]);
        wrong_with(text, &message);
    }
    let text = good().replace("box-1,", "..\\x,");
    wrong_with(text, &format!("2: column `platform`: invalid value \"..\\\\x\": expected {NAME}"));
}

#[test]
fn markup_where_words_belong_is_refused() {
    const WORD: &str = "1 to 120 of a-z, A-Z, 0-9, space and `_-+./`, beginning with a letter or digit";
    const OR_NOTHING: &str =
        "nothing, or 1 to 120 of a-z, A-Z, 0-9, space and `_-+./`, beginning with a letter or digit";
    for (line, column, value, right, old, new) in [
        (
            5,
            "scenario",
            "<script>",
            WORD,
            "own/x,tcp4,ignore,std,none,std,mio,3",
            "<script>,tcp4,ignore,std,none,std,mio,3",
        ),
        (5, "operation", "close|", WORD, "client,close", "client,close|"),
        (5, "outcome", "`ok`", WORD, "close,ok", "close,`ok`"),
        (5, "outcome", "=ok", WORD, "close,ok", "close,=ok"),
        (5, "outcome", "::error::", WORD, "close,ok", "close,::error::"),
        (3, "name", "**EPIPE**", OR_NOTHING, "EPIPE,BrokenPipe", "**EPIPE**,BrokenPipe"),
        (3, "kind", "[x](y)", OR_NOTHING, "EPIPE,BrokenPipe", "EPIPE,[x](y)"),
    ] {
        let message = format!("{line}: column `{column}`: invalid value \"{value}\": expected {right}");
        wrong_results(good_but(old, new), &[&format!("box-1.csv:{message}")]);
        wrong_with(good_but(old, new), &message);
    }
    // A message quotes only the beginning of a long value.
    let long = "ü".repeat(1000);
    let message = format!("5: column `outcome`: invalid value \"{}\"…: expected {WORD}", &long[..120]);
    wrong_with(good_but("close,ok", &format!("close,{long}")), &message);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_accepted() {
    let folder = Folder::with("box-1.csv", good());
    let report = || folder.brokenpipe(&["report", "--details", "--legend", ".", "--all"]).exits(0).silent().out;
    let plain = report();
    assert!(plain.contains("EPIPE 7/10"), "{plain}");
    folder.write("box-1.csv", good().replace('\n', "\r\n"));
    assert_eq!(report(), plain);
    folder.write("box-1.csv", "\u{feff}".to_owned() + &good());
    assert_eq!(report(), plain);
}

#[test]
fn an_error_names_the_right_line_for_any_line_ends() {
    let [first, epipe, ok, last] = GOOD;
    for end in ["\n", "\r\n"] {
        let file = |rows: &[&str]| (HEAD.to_owned() + &rows.concat()).replace('\n', end);
        let fields = format!("{} fields where the first line has {ALL}", ALL - 1);
        wrong_with(file(&[&first.replacen(",connect,", ",", 1), epipe]), &format!("2: {fields}"));
        wrong_with(file(&[first, epipe, ok, &last.replacen(",close,", ",", 1)]), &format!("5: {fields}"));
        // Empty lines are skipped, but counted.
        wrong_with(file(&["\n", first, "\n", "\n", &epipe.replacen(",write 1,", ",", 1)]), &format!("6: {fields}"));
        // In CSV, a quoted field may continue on the next line.
        let hint = "the row continues on the next line: a quote may not have been closed";
        let quoted = first.replacen(",connect,", ",\"a\nb\"", 1);
        wrong_with(file(&[&quoted, epipe]), &format!("2: {fields}; {hint}"));
        wrong_with(
            file(&[&format!("\"{first}"), epipe, ok, last]),
            &format!("2: 1 fields where the first line has {ALL}; {hint}"),
        );
    }
    // A carriage return alone does not end a line.
    wrong_results(
        good_but("client,connect", "cli\rent,connect"),
        &["box-1.csv:2: column `actor`: a control character"],
    );
}

/// The field of an unclosed quote extends over the lines after it.
#[test]
fn an_error_in_a_row_with_an_unclosed_quote_names_its_first_line_and_hints_at_the_quote() {
    const HINT: &str = "; the row continues on the next line: a quote may not have been closed";
    let row = &GOOD[0][..GOOD[0].len() - 1];
    let wrong = ["box-1.csv:2: column `note`: a control character in \"seen\\nbox-1,", "\"…; none is allowed", HINT];
    wrong_results(HEAD.to_owned() + row + "\"seen\n" + &GOOD[1..].concat(), &wrong);
    let many = "x".repeat(3000);
    let wrong = ["box-1.csv:2: column `note`: 3", " bytes; at most 2000 are allowed", HINT];
    wrong_results(format!("{HEAD}{row}\"seen\n{}{many}\n", GOOD[1]), &wrong);
    wrong_results(
        good_but(",connect,ok", ",\"connect,ok"),
        &[&format!("box-1.csv:2: {} fields where the first line has {ALL}", column("operation") + 1), HINT],
    );
}

#[test]
fn an_invalid_table_of_platforms_is_refused() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let good = folder.read("out/platforms.csv");
    let (head, row) = good.split_once('\n').unwrap();
    let wrong = |text: String, words: &[&str]| wrong_file("platforms.csv", text.as_bytes(), words);
    wrong(format!("{head}\n{row}{row}"), &["platforms.csv:3: ", "a second row for platform here"]);
    let named = |name: &str| row.replacen("here,", &format!("{name},"), 1);
    wrong(
        format!("{head}\n{}", named("../x")),
        &["platforms.csv:2: ", "`platform`: invalid value \"../x\": expected", "a name of 1 to 64 of"],
    );
    wrong(format!("{head}\n{}", row.trim_end()), &["platforms.csv:2: ", "truncated: no final newline"]);
    let guessed = row.replacen(",measured,", ",gu\"essed,", 1);
    let provenance =
        "column `provenance`: invalid value \"gu\\\"essed\": expected `measured`, `reported` or `documented`\n";
    wrong(format!("{head}\n{guessed}"), &["platforms.csv:2: ", provenance]);
    wrong(good.replacen(",kernel", ",kern", 1), &["platforms.csv:1: ", "column `kernel` is missing"]);
    let selector = format!(",{},", brokenpipe::sys::SELECTOR);
    wrong(
        good.replacen(&selector, ",ep\u{1b}oll,", 1),
        &["platforms.csv:2: column `selector`: a control character in \"ep\\u{1b}oll\"; none is allowed"],
    );
    wrong(String::new(), &["platforms.csv:1: empty"]);
}
