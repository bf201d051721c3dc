//! Invalid scenario files: exit code 2, a message that points at the word, and no change on disk.

mod common;

use brokenpipe::{
    catalogue::{Axes, Case, Catalogue},
    driver::Settings,
};
use common::{Folder, OWN, Ran, contents, good};

/// A scenario file with these steps, the first of which is on line 7.
fn scenario(id: &str, steps: &str) -> String {
    format!(
        "[[scenario]]\nid = \"{id}\"\ntitle = \"t\"\nwhy = \"w\"\ntransports = [\"tcp4\"]\n\
         steps = \"\"\"\n{steps}\"\"\"\n"
    )
}

/// Asserts that every command that reads scenario files refuses this one, and that a run does not even make its folder.
#[track_caller]
fn wrong_scenarios(text: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let folder = Folder::with("own.toml", text);
    let before = contents(folder.path());
    let commands: [&[&str]; 4] = [
        &["list"],
        &["show", "own/x"],
        &["run", "--out", "out"],
        &["report", "--details", "--legend", "does-not-matter"],
    ];
    let mut last = None;
    for command in commands {
        let ran = folder.brokenpipe(&[command, &["--scenarios", "own.toml"]].concat()).exits(2).says(words);
        assert!(ran.err.starts_with("error: "), "{ran:#?}");
        assert!(!ran.err.contains("error: error"), "{ran:#?}");
        assert_eq!(ran.out, "", "{ran:#?}");
        assert!(!folder.join("out").exists() && !folder.join("brokenpipe-results").exists());
        last = Some(ran);
    }
    assert_eq!(contents(folder.path()), before);
    last.expect("there are commands")
}

/// The word that the carets underline.
#[track_caller]
fn pointed_at(ran: &Ran) -> String {
    let lines: Vec<&str> = ran.err.lines().collect();
    let (at, carets) =
        lines.iter().enumerate().find(|(_, line)| line.contains('^')).unwrap_or_else(|| panic!("no caret: {ran:#?}"));
    let begin = carets.find('^').expect("found above");
    let count = carets[begin..].chars().take_while(|&c| c == '^').count();
    lines[at - 1].chars().skip(begin).take(count).collect()
}

#[test]
fn a_scenario_file_that_is_not_toml_is_refused() {
    let ran =
        wrong_scenarios("[[scenario]\nid = \"own/x\"\n", &["own.toml:1:12", "expected `]`", "`[[scenario]]` with id"]);
    assert!(ran.err.contains("1 | [[scenario]\n"), "the line is not shown: {ran:#?}");
    wrong_scenarios(good(), &["own.toml:1:9", "a scenario file is TOML"]);
    wrong_scenarios("id = \"own/x\n", &["own.toml:1:", "a scenario file is TOML"]);
}

#[test]
fn a_scenario_file_without_scenarios_is_refused() {
    wrong_scenarios("", &["own.toml:1:1", "missing field `scenario`"]);
    wrong_scenarios("# nothing\n", &["own.toml:1:1", "missing field `scenario`"]);
}

#[test]
fn an_unknown_operation_is_pointed_at() {
    let words = ["error: unknown operation `accpt`", "own.toml:8:8", "the server can `accept`, `write`, `read`"];
    let ran = wrong_scenarios(scenario("own/x", "client connect\nserver accpt\n"), &words);
    assert_eq!(pointed_at(&ran), "accpt");
    assert!(ran.err.contains("8 | server accpt\n"), "the line is not shown: {ran:#?}");
}

#[test]
fn all_errors_of_a_file_are_reported_together() {
    let first = scenario("own/x", "client connect\npeer accept\nserver read -1\n");
    let second = scenario("Own x", "client connect\nserver accept\nclient shutdown twice\n").replace("tcp4", "tcp5");
    let ran = wrong_scenarios(
        first + &second,
        &[
            "error: unknown actor `peer`\n",
            "own.toml:8:1",
            "error: `read` cannot take `-1`\n",
            "own.toml:9:13",
            "a number, 0 to 1048576",
            "error: not a scenario id\n",
            "own.toml:12:6",
            "error: unknown word `tcp5`\n",
            "own.toml:15:15",
            "one of `tcp4`, `tcp6`",
            "error: `shutdown` cannot take `twice`\n",
            "own.toml:19:17",
            "expected one of `read`, `write`, `both`",
        ],
    );
    assert_eq!(ran.err.matches("error: ").count(), 5, "{ran:#?}");
}

#[test]
fn an_unknown_value_of_an_axis_is_pointed_at() {
    let file = |axis: &str, word: &str| {
        let also = format!("[[scenario.also]]\ntransports = [\"tcp4\"]\n{axis} = [\"{word}\"]\n");
        scenario("own/x", "client connect\nserver accept\n") + &also
    };
    let calls = "expected one of `std`, `read`, `readv`, `recv`, `recvmsg`, `recv-waitall`";
    let ran = wrong_scenarios(file("read_call", "pread"), &["error: unknown word `pread`", "own.toml:12:14", calls]);
    assert_eq!(pointed_at(&ran), "\"pread\"");
    let waits = "expected one of `mio`, `poll`, `select`";
    wrong_scenarios(file("wait", "epoll"), &["error: unknown word `epoll`", "own.toml:12:9", waits]);
    let twice = "error: the case tcp4 sigpipe=ignore call=std option=none wait=poll is listed twice";
    let also = "[[scenario.also]]\ntransports = [\"tcp4\"]\nwait = [\"poll\"]\n";
    wrong_scenarios(file("wait", "poll") + also, &[twice]);
}

#[test]
fn a_scenario_without_a_peer_or_without_steps_is_refused() {
    let words = ["error: a scenario without a peer", "own.toml:6:", "`server accept`, or `listener close`"];
    wrong_scenarios(scenario("own/x", "client connect\nclient close\n"), &words);
    wrong_scenarios(scenario("own/x", "# none\n"), &["error: a scenario without steps", "own.toml:6:"]);
}

#[test]
fn a_step_that_cannot_follow_those_before_it_is_refused() {
    let ran = wrong_scenarios(
        scenario("own/x", "client connect\nserver accept\nserver close\nserver write 1\n"),
        &["error: the server has no socket here", "own.toml:10:1", "needs `server accept` first"],
    );
    assert_eq!(pointed_at(&ran), "server write 1");
}

#[test]
fn missing_and_unknown_keys_are_refused() {
    wrong_scenarios("[[scenario]]\nid = \"own/x\"\n", &["own.toml:1:1", "missing field `title`"]);
    let ran = wrong_scenarios(
        scenario("own/x", "client connect\nserver accept\n") + "repeat = 3\n",
        &["own.toml:10:1", "unknown field `repeat`"],
    );
    assert_eq!(pointed_at(&ran), "repeat");
}

#[test]
fn the_id_of_a_built_in_scenario_is_refused() {
    let text = scenario("peer-close/read-read-write", "client connect\nserver accept\n");
    let words = [
        "error: a second scenario `peer-close/read-read-write`",
        "own.toml:2:6",
        "an id is used once; the first is in src/scenarios/peer-close.toml",
    ];
    let ran = wrong_scenarios(text, &words);
    assert_eq!(pointed_at(&ran), "\"peer-close/read-read-write\"");
}

#[test]
fn a_duplicate_id_in_the_users_files_is_refused() {
    let text = scenario("own/x", "client connect\nserver accept\n");
    wrong_scenarios(text.clone() + &text, &["own.toml:11:6", "own/x", "the first is in own.toml"]);

    let folder = Folder::with("first.toml", &text);
    folder.write("second.toml", &text);
    let list = |files: [&str; 2]| folder.brokenpipe(&["list", "--scenarios", files[0], "--scenarios", files[1]]);
    list(["first.toml", "second.toml"]).exits(2).says(&["second.toml:2:6", "the first is in first.toml"]);
    list(["first.toml", "first.toml"]).exits(2).says(&["first.toml:2:6", "the first is in first.toml"]);
}

#[test]
fn a_scenario_file_that_is_not_utf_8_is_refused() {
    let mut text = scenario("own/x", "client connect\nserver accept # caf").into_bytes();
    let ran = wrong_scenarios([&text[..text.len() - 4], b"\xe9\n\"\"\"\n"].concat(), &["own.toml:8: not UTF-8"]);
    ran.refuses(&["a scenario file is UTF-8 text"]);
    text.insert(0, 0xff);
    wrong_scenarios(text, &["own.toml:1: not UTF-8"]);
}

#[test]
fn a_scenario_file_that_does_not_exist_is_refused() {
    let folder = Folder::new();
    for command in [&["list"][..], &["run"], &["report", "--details", "--legend"], &["show", "own/x"]] {
        let ran = folder.brokenpipe(&[command, &["--scenarios", "no-such.toml"]].concat());
        ran.refuses(&["error: no-such.toml: cannot be read: "]);
    }
    assert_eq!(contents(folder.path()).len(), 0);
    assert!(!folder.join("brokenpipe-results").exists());
    let ran = folder.brokenpipe(&["list", "--scenarios", "."]);
    ran.refuses(&["error: .: cannot be read: "]);
}

#[cfg(unix)]
#[test]
fn a_scenario_file_without_an_end_is_refused() {
    let folder = Folder::new();
    let ran = folder.brokenpipe(&["list", "--scenarios", "/dev/zero"]);
    ran.refuses(&["error: /dev/zero: more than 1 MiB; that is no file of scenarios"]);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_accepted() {
    let folder = Folder::with("unix.toml", OWN);
    folder.write("windows.toml", "\u{feff}".to_owned() + &OWN.replace('\n', "\r\n"));
    let show = |file| folder.brokenpipe(&["show", "own/long", "--scenarios", file]).exits(0).silent().out;
    let shown = show("unix.toml");
    assert!(shown.contains("3 client await quiet\n"), "{shown}");
    assert_eq!(show("windows.toml"), shown);
}

/// A terminal interprets control characters, and a scenario file may come from anybody.
#[test]
fn control_characters_of_a_scenario_file_never_reach_the_terminal() {
    let steps = "client connect\nserver accept\n";
    let text = scenario("own/x", steps)
        .replace("\"t\"", "\"red \\u001b[31m title\"")
        .replace("\"w\"", "\"bell \\u0007 why\"")
        .replace("transports", "source = \"back\\bspace\"\ntransports");
    let folder = Folder::with("own.toml", text);
    let ran = folder.brokenpipe(&["show", "own/x", "--scenarios", "own.toml"]).exits(2);
    assert_eq!(ran.out, "");
    let places: Vec<_> = ran.err.lines().filter(|line| line.starts_with("error: ") || line.contains("--> ")).collect();
    let mistake = "error: a control character";
    assert_eq!(
        places,
        [mistake, " --> own.toml:3:9", mistake, " --> own.toml:4:7", mistake, " --> own.toml:5:10"],
        "{ran:#?}"
    );
    assert_eq!(ran.err.matches("expected plain text, since terminals show it").count(), 3, "{ran:#?}");
    let controls: Vec<char> = ran.err.chars().filter(|c| c.is_control() && *c != '\n').collect();
    assert_eq!(controls, Vec::<char>::new(), "{ran:#?}");
}

/// A scenario file whose steps are this TOML string.
fn with_steps(steps: &str) -> String {
    format!("[[scenario]]\nid = \"a/b\"\ntitle = \"t\"\nwhy = \"w\"\ntransports = [\"tcp4\"]\nsteps = {steps}\n")
}

/// What the mistakes of a scenario file point at.
fn places(text: &str) -> Vec<String> {
    let mistakes = Catalogue::default().add("f.toml", text).unwrap_err();
    mistakes.list.into_iter().map(|mistake| text[mistake.span].to_owned()).collect()
}

#[test]
fn mistakes_in_steps_are_found_in_every_kind_of_string() {
    for quotes in ["\"\"\"", "'''"] {
        assert_eq!(places(&with_steps(&format!("{quotes}\nclient conect\r\nserver accept\n{quotes}"))), ["conect"]);
    }
    assert_eq!(places(&with_steps("\"client conect\"")), ["conect"]);
}

#[test]
fn every_mistake_of_a_file_is_reported() {
    let text = with_steps("'client connect'").replace("a/b", "A b").replace("tcp4", "tcp5").replace("\"w\"", "\" \"");
    assert_eq!(places(&text), ["\"A b\"", "\" \"", "\"tcp5\"", "client connect"]);
}

#[test]
fn a_scenario_races_only_where_it_says_so() {
    let read = |text: &str| {
        let mut catalogue = Catalogue::default();
        catalogue.add("f.toml", text).ok().map(|()| catalogue.scenarios()[0].racing)
    };
    let text = with_steps("'client connect\\nserver accept'").replace("'", "\"");
    assert_eq!(read(&text), Some(false));
    assert_eq!(read(&(text.clone() + "racing = true\n")), Some(true));
    assert_eq!(places(&(text + "racing = 1\n")), ["1"]);
}

#[test]
fn a_scenario_may_race_on_some_systems_only() {
    let text = with_steps("'client connect\\nserver accept'").replace("'", "\"");
    let mut catalogue = Catalogue::default();
    catalogue.add("f.toml", &(text.clone() + "races_on = [\"freebsd\", \"netbsd\"]\n")).expect("systems are named");
    let races = |system| catalogue.races("a/b", system);
    assert_eq!(["freebsd", "netbsd", "linux", ""].map(races), [true, true, false, false]);
    assert!(!catalogue.races("a/c", "freebsd"));
    let trials = |systems: &str| {
        let mut catalogue = Catalogue::default();
        catalogue.add("f.toml", &(text.clone() + systems)).expect("systems are named");
        let case = Case { scenario: &catalogue.scenarios()[0], axes: Axes::USUAL };
        Settings { repeat: 3, ..Settings::default() }.trials(&case)
    };
    let here = format!("races_on = [\"{}\"]\n", std::env::consts::OS);
    assert_eq!([trials(&here), trials("races_on = [\"haiku\"]\n"), trials("")], [15, 3, 3]);
    let places = |line: &str| places(&(text.clone() + line + "\n"));
    assert_eq!(places("races_on = []"), ["[]"]);
    let unknown = "races_on = [\"freebsd\", \"FreeBSD\", \"\", \"freebds\", \"posix\"]";
    assert_eq!(places(unknown), ["\"FreeBSD\"", "\"\"", "\"freebds\"", "\"posix\""]);
    let report = Catalogue::default().add("f.toml", &(text.clone() + unknown + "\n")).unwrap_err().to_string();
    let expected = "expected one of `linux`, `macos`, `windows`, `freebsd`, `netbsd`, `openbsd`, `dragonfly`, `illumos`, \
                    `android`, `haiku`";
    assert!(report.contains("unknown system `freebds`") && report.contains(expected), "{report}");
    assert_eq!(places("races_on = [\"freebsd\", \"freebsd\"]"), ["\"freebsd\""]);
    assert_eq!(places("racing = true\nraces_on = [\"freebsd\"]"), ["[\"freebsd\"]"]);
    assert_eq!(places("races_on = \"freebsd\""), ["\"freebsd\""]);
}

#[test]
fn unknown_and_missing_keys_are_mistakes() {
    assert_eq!(places(&(with_steps("''") + "repeat = 3\n")), ["repeat"]);
    let report = Catalogue::default().add("f.toml", "[[scenario]]\nid = \"a/b\"\n").unwrap_err().to_string();
    assert!(report.contains("missing field `title`"), "{report}");
}

#[test]
fn a_mistake_is_shown_with_file_line_column_and_caret() {
    let text = with_steps("'''\nclient connect\nserver accpt\n'''");
    let report = Catalogue::default().add("own.toml", &text).unwrap_err().to_string();
    assert!(report.contains("own.toml:8:8"), "{report}");
    assert!(report.contains("^^^^^ did you mean `accept`? the server can `accept`"), "{report}");
}

/// The carets are under the word of the second list that makes the case.
#[test]
fn a_case_twice_is_a_mistake_at_its_second_place() {
    let also = "[[scenario.also]]\ntransports = [\"tcp6\", \"tcp4\"]\nsigpipe = [\"ignore\"]\n";
    let text = scenario("own/x", "client connect\nserver accept\n") + also;
    let ran = wrong_scenarios(text, &["own.toml:11:23", "the case", "is listed twice", "list each case once"]);
    assert_eq!(pointed_at(&ran), "\"tcp4\"");
}

/// Opening a pipe waits for a writer, who may never come.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_file_of_scenarios_or_exceptions() {
    let folder = Folder::new();
    folder.make("results");
    for name in ["pipe.toml", "results/known.toml"] {
        let made = std::process::Command::new("mkfifo").arg(folder.join(name)).status().expect("there is mkfifo");
        assert!(made.success());
    }
    folder.brokenpipe(&["list", "--scenarios", "pipe.toml"]).refuses(&["error: pipe.toml: a pipe, not a file"]);
    for args in [&["check", "--baseline", "results"][..], &["check", "--known", "pipe.toml"]] {
        folder.brokenpipe(args).refuses(&["a pipe, not a file; known exceptions are UTF-8 text"]);
    }
}

#[test]
fn an_id_twice_is_a_mistake_that_names_the_first_file() {
    let mut catalogue = Catalogue::builtin();
    let before = catalogue.scenarios().len();
    let text = "[[scenario]]\nid = \"peer-close/read-read-write\"\ntitle = \"t\"\nwhy = \"w\"\n\
                transports = [\"tcp4\"]\nsteps = \"\"\"client connect\nserver accept\"\"\"\n";
    let report = catalogue.add("own.toml", text).unwrap_err().to_string();
    assert!(report.contains("own.toml:2:6"), "{report}");
    assert!(report.contains("src/scenarios/peer-close.toml"), "{report}");
    assert_eq!(catalogue.scenarios().len(), before);

    let twice = text.replace("peer-close/read-read-write", "own/x");
    let report = catalogue.add("own.toml", &(twice.clone() + &twice)).unwrap_err().to_string();
    assert!(report.contains("the first is in own.toml"), "{report}");
}
