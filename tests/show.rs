//! `show` in brief: what a scenario's plain case gave on each system, and in what its other cases differ.

mod common;

use brokenpipe::{
    catalogue::{CaseName, Catalogue, Selection},
    matrix::{Matrix, Outline},
    report::{self, Look},
    results::Source,
};
use common::{Folder, HEAD, PLATFORMS_HEAD};

/// What `show` prints of the results that the program carries.
fn show(args: &[&str]) -> String {
    Folder::new().brokenpipe(&[&["show"], args, &["--width", "120"]].concat()).exits(0).silent().out
}

#[test]
fn a_scenario_fits_a_screen() {
    let text = show(&["peer-close/write-write-write-read"]);
    assert!(text.lines().count() <= 60 && text.lines().all(|line| line.chars().count() <= 120), "{text}");
    assert!(text.starts_with("peer-close/write-write-write-read\nKeep writing to a peer that has closed\n"), "{text}");
    assert!(!text.contains("Sources of") && !text.contains("SRC "), "{text}");
    let sources = show(&["peer-close/write-write-write-read", "--sources"]);
    assert!(sources.starts_with(&text) && sources.contains("\n  ≈macos, step 9, 10: SRC xnu-"), "{sources}");
}

#[test]
fn cases_that_have_no_room_are_counted() {
    let scenario = "peer-close/write-write-write-read";
    let folder = Folder::new();
    let shown = |width: &str| folder.brokenpipe(&["show", scenario, "--width", width]).exits(0).silent().out;
    let page = shown("120");
    let left: Vec<_> = page.lines().filter(|line| line.ends_with(" not shown here, but with --details")).collect();
    let [left] = left[..] else { panic!("{page}") };
    let left: usize = left.trim_start().split(' ').next().unwrap().parse().unwrap();
    let wide = shown("1000");
    assert!(!wide.contains("not shown here"), "{wide}");
    let kinds = |page: &str| page.lines().filter(|line| line.contains(" – ")).count();
    assert_eq!(kinds(&page) + left, kinds(&wide), "{page}\n{wide}");
}

/// Writes what is known of scenarios, as `show` does at 120 columns.
fn written(write: impl FnOnce(Look, &mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut text = Vec::new();
    write(Look { width: 120, colour: false, legend: true }, &mut text).expect("memory can be written to");
    String::from_utf8(text).expect("it is text")
}

#[test]
fn every_scenario_and_every_family_fits_a_screen() {
    let catalogue = Catalogue::builtin();
    let (matrix, _) = Matrix::read(Source::Embedded, &catalogue).unwrap();
    let evidence = matrix.evidence();
    let outline = |scenario| Outline::of(scenario, &evidence, &Selection::default());
    let fits = |text: &str| text.lines().count() <= 60 && text.lines().all(|line| line.chars().count() <= 120);
    for of_family in catalogue.scenarios().chunk_by(|a, b| a.family() == b.family()) {
        let outlines: Vec<_> = of_family.iter().map(|scenario| (scenario, outline(scenario))).collect();
        let text = written(|look, out| report::outlines(of_family[0].family(), &outlines, look, out));
        assert!(fits(&text), "{text}");
        for (scenario, outline) in &outlines {
            assert!(text.contains(&format!("\n{}: {}", scenario.id, &scenario.title[..10])), "{}\n{text}", scenario.id);
            let outline = outline.as_ref().expect("results of every scenario");
            let text = written(|look, out| report::outline(scenario, outline, look, out));
            assert!(fits(&text), "{text}");
        }
    }
}

#[test]
fn a_family_or_the_beginning_of_ids_names_several() {
    let families = show(&["listener-close"]);
    assert!(families.starts_with("listener-close: 2 scenarios, "), "{families}");
    // A family, and not those whose names begin with its name.
    assert!(show(&["peer-close"]).starts_with("peer-close: 10 scenarios, "));
    assert!(show(&["peer-close-"]).starts_with("peer-close-: 4 scenarios, "));
    let prefix = show(&["peer-close/write-w"]);
    assert!(prefix.starts_with("peer-close/write-w: 2 scenarios, "), "{prefix}");
    let two = show(&["peer-close/write-write-write-read", "pipe"]);
    assert!(two.contains("\n\npipe: 6 scenarios, "), "{two}");
}

/// Results of two systems: a documented platform and two versions of a measured one.
fn folder() -> Folder {
    let folder = Folder::new();
    let mut platforms = PLATFORMS_HEAD.to_owned();
    for (platform, provenance, os, version, rows) in [
        ("box-1", "measured", "linux", "1", &[("ignore", "std", "EPIPE"), ("default", "write", "killed SIGPIPE")][..]),
        (
            "box-2",
            "measured",
            "linux",
            "2",
            &[
                ("ignore", "std", "ECONNRESET"),
                ("ignore", "write", "ECONNRESET"),
                ("default", "write", "killed SIGPIPE"),
            ],
        ),
        ("mac", "documented", "macos", "", &[("ignore", "std", "EPIPE"), ("ignore", "write", "EPIPE")]),
    ] {
        let counts = if provenance == "measured" { "10,10," } else { ",,a source" };
        let rows = rows.iter().map(|(sigpipe, call, outcome)| {
            let signal = if outcome.contains("SIGPIPE") { "SIGPIPE" } else { "" };
            let row = |step, did: &str, gave: &str, signal: &str| {
                format!("{platform},{provenance},own/x,tcp4,{sigpipe},{call},none,std,mio,{step},{did},{gave},,,,{signal},,{counts}\n")
            };
            match provenance {
                "measured" => {
                    row(1, "client,connect", "ok", "")
                        + &row(2, "server,accept", "ok", "")
                        + &row(3, "client,write 1", outcome, signal)
                }
                _ => row(3, "client,write 1", outcome, signal),
            }
        });
        folder.write(&format!("{platform}.csv"), HEAD.to_owned() + &rows.collect::<String>());
        platforms += &format!("{platform},{provenance},{os},{version},1,vax,,native,epoll,1,1,1\n");
    }
    folder.write("platforms.csv", platforms);
    folder.write("own.toml", X);
    folder
}

/// The scenario that the results of [`folder`] are of.
const X: &str = r#"[[scenario]]
id = "own/x"
title = "Connect and write"
why = "It is tried."
transports = ["tcp4"]
steps = """
client connect
server accept
client write 1
"""

[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["ignore", "default"]
call = ["write"]
"#;

#[test]
fn the_newest_measured_version_is_shown_and_others_are_named_below() {
    let folder = folder();
    let args = ["show", "own/x", "--scenarios", "own.toml", "--results", ".", "--width", "120"];
    let show = |more: &[&str]| folder.brokenpipe(&[&args[..], more].concat()).exits(0).silent().out;
    let expected = "\
own/x
Connect and write

It is tried.

tcp4, after 1 client connect ok, 2 server accept ok:
          │ 3 client
          │ write 1
──────────┼─────────────
 Linux    │ ECONNRESET*
 macOS    │ ≈EPIPE
≈ documented or reported, not measured; * other versions differ.
* Linux, 3 client write 1: EPIPE on box-1
From: Linux box-2; macOS ≈mac.

As above, but:
  tcp4 call=write – the same (Linux, ≈macOS)
  tcp4 sigpipe=default call=write – 3 client write 1: killed SIGPIPE (Linux)

brokenpipe show own/x --details has every platform and every row, and --sources what is stated, and where.
";
    assert_eq!(show(&[]), expected);
    // Only one version, only one case.
    let one = show(&["--platform", "box-1", "--sigpipe", "default"]);
    assert!(one.contains("\ntcp4 sigpipe=default call=write, after"), "{one}");
    assert!(
        one.contains(" Linux    │ killed SIGPIPE\n") && !one.contains("As above") && !one.contains("macOS"),
        "{one}"
    );
    folder.brokenpipe(&[&args[..], &["--platform", "moon"]].concat()).exits(1).says(&["no platform fits \"moon\""]);
    folder
        .brokenpipe(&[&args[..], &["--transport", "unix"]].concat())
        .exits(1)
        .says(&["no case of \"own/x\" over unix; there are cases over tcp4"]);
}

/// The outcomes of a cell, without in how many trials each came: `EPIPE 9/10, ok 1 1/10`.
fn without_counts(cell: &str) -> Vec<String> {
    let is_count = |word: &str| word.contains('/') && word.bytes().all(|byte| byte == b'/' || byte.is_ascii_digit());
    let outcome = |text: &str| match text.rsplit_once(' ') {
        Some((outcome, count)) if is_count(count) => outcome.to_owned(),
        _ => text.to_owned(),
    };
    cell.split(", ").map(outcome).collect()
}

/// Every cell of every case can be told from what is shown: it is that of the plain case, or it is named as a difference.
#[test]
fn what_is_not_named_as_a_difference_is_the_same() {
    let catalogue = Catalogue::builtin();
    let (matrix, _) = Matrix::read(Source::Embedded, &catalogue).unwrap();
    let evidence = matrix.evidence();
    let mut tried = 0;
    for scenario in catalogue.scenarios().iter().filter(|scenario| !scenario.racing) {
        let outline = Outline::of(scenario, &evidence, &Selection::default()).expect("results of every scenario");
        for place in matrix.places().filter(|place| *matrix.place(*place).scenario == *scenario.id) {
            let (step, case) = (matrix.place(place).step, matrix.case(place));
            let variation = outline.variations.iter().find(|variation| variation.cases.contains(&case));
            for (at, system) in outline.systems.iter().enumerate() {
                let Some(best) = evidence.best(system, place).filter(|best| best.cell.is_observed()) else { continue };
                let of_plain = outline.steps.iter().find(|plain| plain.place.step == step);
                let plain = of_plain.and_then(|plain| plain.best[at].as_ref());
                let Some(variation) = variation else {
                    assert_eq!(*case, outline.case, "{}", scenario.id);
                    continue;
                };
                assert!(variation.known.contains(&at), "{} {case}", scenario.id);
                // What is the same as in the plain case must not look measured, either.
                assert!(best.platform.is_measured() || variation.stated.contains(&at), "{} {case}", scenario.id);
                let mut told = variation.differences.iter();
                let told = told.find(|told| told.system == at && told.place.step == step);
                match told {
                    Some(told) => {
                        assert_eq!(told.best.cell.to_string(), best.cell.to_string(), "{} {case}", scenario.id)
                    }
                    None => {
                        // On the platform that the cell is of, the plain case gave the same.
                        let (number, plain_case) = (step, CaseName::clone(&outline.case));
                        let there = matrix.find(&scenario.id, number, &plain_case).expect("a step of the plain case");
                        let there = matrix.cell(best.platform, there).filter(|cell| cell.is_observed());
                        let there = there.or(plain.map(|plain| plain.cell)).expect("something to be the same as");
                        let [there, best] = [there, best.cell].map(|cell| without_counts(&cell.to_string()));
                        assert_eq!(there, best, "{} {case} step {step}", scenario.id);
                    }
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 5000, "{tried}");
}

#[test]
fn results_of_nothing_are_no_answer() {
    let folder = Folder::new();
    folder.make("empty");
    for command in [&["show", "peer-close"][..], &["show", "pipe", "--details"], &["list", "--platform", "linux"]] {
        let ran = folder.brokenpipe(&[command, &["--results", "empty"]].concat()).exits(1);
        let message = "brokenpipe: no results there; `brokenpipe run` measures some\n";
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", message), "{command:?}");
    }
}

/// Sources say nothing of the first steps, in which there is nothing to tell.
#[test]
fn steps_of_which_nothing_is_known_are_not_told() {
    let text = show(&["peer-close/write-write-write-read", "--platform", "macos"]);
    assert!(text.contains("\n\ntcp4:\n") && !text.contains("no result"), "{text}");
    let some = show(&["peer-close/write-write-write-read", "--platform", "linux-7.2-*"]);
    assert!(some.contains("\n\ntcp4, after 1 client connect ok, 2 server accept ok, "), "{some}");
}

#[test]
fn list_has_only_cases_that_the_chosen_platforms_know() {
    let list = |args: &[&str]| Folder::new().brokenpipe(&[&["list"], args].concat());
    let all = list(&["peer-close/write-write-write-read"]).exits(0).silent().out;
    let macos = list(&["peer-close/write-write-write-read", "--platform", "macos"]).exits(0).silent().out;
    assert!(macos.lines().count() < all.lines().count() && macos.lines().all(|line| all.contains(line)), "{macos}");
    assert!(!macos.contains("call=wsasend") && macos.contains("option=so_nosigpipe"), "{macos}");
    list(&["unix", "--platform", "macos"]).exits(1).says(&["these platforms have results of none of these cases"]);
    list(&["--platform", "moon"]).exits(1).says(&["no platform fits \"moon\"; there are "]);
}
