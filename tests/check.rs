//! What `check` finds: a verdict for each step of each case, and an exit code.

mod common;

use brokenpipe::catalogue::Catalogue;
use brokenpipe::check::Terms;
use brokenpipe::matrix::Comparison;
use brokenpipe::platform::{Platform, Provenance};
use brokenpipe::report::{self, Look};
use brokenpipe::results::{Results, Row};
use common::{
    Folder,
    accepted::{ACCEPTED, CHANGED, ID, STEPS, but, check, folder, known, step, write},
    facts, row,
};
use insta::assert_snapshot;

#[test]
fn an_unchanged_run_is_the_same() {
    let ran = check(&folder(ACCEPTED), &[]).exits(0).silent();
    assert_eq!(ran.out, "box-5.1: 3 same\n");
}

#[test]
fn another_outcome_is_a_change() {
    let ran = check(&folder(but(2, CHANGED)), &[]).exits(1);
    assert_eq!(
        ran.out,
        "box-5.1: 1 changed, 2 same\n  changed  peer-close/read-read-write step 2 client write 1 (tcp4): ECONNRESET, \
         where the baseline has EPIPE\n"
    );
    assert_eq!(
        ran.err,
        "brokenpipe: not as accepted: 1 changed\n  brokenpipe show peer-close/read-read-write  # what is known of it\n  \
         brokenpipe accept run --into results        # if the change is meant\n"
    );
    check(&folder(but(2, CHANGED)), &["--compare", "class"]).exits(0).silent();
    check(&folder(but(2, CHANGED)), &["--allow", "changed"]).exits(0).silent();
}

/// What to type next can be typed: paths are words of a shell, and the user's own scenarios are named.
#[cfg(unix)]
#[test]
fn what_follows_a_failed_check_can_be_typed() {
    let folder = folder(but(2, CHANGED));
    folder.write("own.toml", common::OWN);
    std::fs::rename(folder.join("run"), folder.join("to day's")).unwrap();
    let args = ["check", "to day's", "--baseline", "results/box-5.1.csv", "--scenarios", "own.toml"];
    let err = folder.brokenpipe(&args).exits(1).err;
    let typed: Vec<_> = err.lines().skip(1).map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    let [show, accept] = typed[..] else { panic!("{err}") };
    assert_eq!(show, "brokenpipe show peer-close/read-read-write --scenarios own.toml");
    assert_eq!(accept, r"brokenpipe accept 'to day'\''s' --into results --scenarios own.toml");
    // Other formats are for programs, which get nothing of it.
    for format in ["json", "github", "junit", "markdown"] {
        let err = folder.brokenpipe(&[&args[..], &["--format", format]].concat()).exits(1).err;
        assert_eq!(err, "brokenpipe: not as accepted: 1 changed\n", "{format}");
    }
}

/// What the program says without a command reads as `check` does, and counts cases for which there is no room.
#[test]
fn differences_in_brief_say_where_and_what() {
    let folder = folder(but(2, CHANGED));
    let [baseline, run] = [folder.join("results"), folder.join("run")];
    let pair = Comparison::read(&[baseline], &[run], &Catalogue::builtin()).unwrap();
    let checked = brokenpipe::check::check(&pair, &[], &Terms { everything: true, ..Terms::default() });
    let text = |most, width| report::differences(&checked, most, Look { width, colour: false, legend: false });
    let head = "This machine agrees with the accepted results of box-5.1 in 2 cells. It differs in:\n";
    let place = "  peer-close/read-read-write step 2 client write 1: ECONNRESET, where the baseline has EPIPE";
    assert_eq!(text(10, 120), format!("{head}{place} (tcp4)\n"));
    assert_eq!(text(0, 120), format!("{head}  and 1 more\n"));
    let narrow = format!("{}\n      EPIPE (1 case)\n", place.trim_end_matches(" EPIPE"));
    assert_eq!(text(10, 88), format!("{head}{narrow}"));
}

/// What is typed next after a check against what the program carries leads to a check that passes.
#[test]
fn a_change_can_be_accepted_outside_the_checkout() {
    const PLATFORM: &str = "gvisor-2022-x86_64-gnu";
    let accepted = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let read = |name: &str| std::fs::read_to_string(accepted.join(name)).unwrap();
    let folder = Folder::new();
    let results = read(&format!("{PLATFORM}.csv"));
    let changed = results.replacen(",EPIPE,32,EPIPE,BrokenPipe,", ",ECONNRESET,104,ECONNRESET,ConnectionReset,", 1);
    assert_ne!(results, changed);
    folder.make("changed");
    folder.write(&format!("changed/{PLATFORM}.csv"), changed);
    let facts = read("platforms.csv");
    let is_kept = |line: &&str| line.starts_with("platform,") || line.starts_with(PLATFORM);
    folder.write(
        "changed/platforms.csv",
        facts.lines().filter(is_kept).map(|line| line.to_owned() + "\n").collect::<String>(),
    );
    let err = folder.brokenpipe(&["check", "changed"]).exits(1).err;
    let typed: Vec<_> = err.lines().filter_map(|line| line.trim().split_once(" # ")).collect();
    let [(_, known), (accept, meant), (check, compares)] = typed[..] else { panic!("{err}") };
    assert_eq!(
        (known, meant, compares),
        ("what is known of it", "if the change is meant", "compares with what was accepted")
    );
    assert_eq!(accept.trim(), "brokenpipe accept changed --into results");
    assert_eq!(check.trim(), "brokenpipe check changed --baseline results");
    folder.brokenpipe(&["accept", "changed", "--into", "results", "--yes"]).exits(0);
    folder.brokenpipe(&["check", "changed", "--baseline", "results"]).exits(0);
}

#[test]
fn only_the_platforms_that_a_glob_fits_are_checked() {
    let folder = folder(but(2, CHANGED));
    write(&folder, "run", facts("box-6", "6"), ACCEPTED);
    assert_eq!(check(&folder, &["--platform", "box-6"]).exits(0).out.lines().next(), Some("box-6: 3 same"));
    check(&folder, &["--platform", "box-5*"]).exits(1).says(&["not as accepted: 1 changed"]);
    check(&folder, &["--platform", "moon"])
        .refuses(&["no platform of the run fits \"moon\"; there are box-5.1, box-6"]);
}

#[test]
fn an_additional_outcome_is_unsteady() {
    for outcomes in [&[("EPIPE", 9), ("eof", 1)][..], &[("EPIPE", 4), ("ok 1", 5), ("eof", 1)]] {
        let folder = Folder::new();
        write(&folder, "results", facts("box-5.1", "5.1"), ACCEPTED);
        write(&folder, "run", facts("box-5.1", "5.1"), [ACCEPTED[0], ACCEPTED[1], outcomes, ACCEPTED[3]]);
        let ran = check(&folder, &[]).exits(0).silent();
        assert!(ran.out.starts_with("box-5.1: 1 unsteady, 2 same\n"), "{}", ran.out);
        check(&folder, &["--deny", "unsteady"]).exits(1).says(&["not as accepted: 1 unsteady"]);
    }
}

#[test]
fn fewer_outcomes_of_a_race_are_the_same() {
    check(&folder(but(3, &[("ok 1", 10)])), &["--deny", "unsteady"]).exits(0).silent();
}

#[test]
fn a_step_without_an_outcome_is_missing() {
    for outcomes in [&[("unsupported", 10)], &[("not-run", 10)]] {
        let ran = check(&folder(but(2, outcomes)), &[]).exits(1);
        assert!(ran.out.starts_with("box-5.1: 1 missing, 2 same\n"), "{}", ran.out);
    }
    let missing = Folder::new();
    write(&missing, "results", facts("box-5.1", "5.1"), ACCEPTED);
    let rows = step("box-5.1", 1, STEPS[0], ACCEPTED[0]);
    let results = Results { rows, platforms: Vec::new(), notes: Vec::new() };
    results.write(&missing.join("run"), "box-5.1").unwrap();
    let ran = check(&missing, &[]).exits(1);
    assert!(ran.out.contains("(tcp4): nothing, where the baseline has EPIPE\n"), "{}", ran.out);
    check(&missing, &["--allow", "missing"]).exits(0).silent();
}

#[test]
fn an_outcome_where_the_baseline_has_none_is_new() {
    let new = folder(but(4, &[("eof", 10)]));
    let ran = check(&new, &[]).exits(0).silent();
    assert_eq!(
        ran.out,
        "box-5.1: 1 new, 3 same\n  new      peer-close/read-read-write step 4 client read 1 (tcp4): eof, where the \
         baseline has unsupported\n"
    );
    check(&new, &["--deny", "new"]).exits(1).says(&["not as accepted: 1 new"]);
}

#[test]
fn the_baseline_is_the_closest_version_of_the_same_kind() {
    let folder = Folder::new();
    for version in ["4.19", "5.1", "5.9", "5.10"] {
        write(&folder, "results", facts(&format!("box-{version}"), version), ACCEPTED);
    }
    let other = Platform { arch: "mips".to_owned(), ..facts("other-5.8", "5.8") };
    write(&folder, "results", other, ACCEPTED);
    write(&folder, "run", facts("box-5.8", "5.8"), ACCEPTED);
    let ran = check(&folder, &[]).exits(0).silent();
    assert_eq!(
        ran.out,
        "box-5.8: 3 same\n  compared with box-5.9: the baseline of testos vax gnu whose version, 5.9, is closest \
         to 5.8\n"
    );
}

/// gVisor says the same of itself in all its versions.
#[test]
fn of_platforms_that_call_themselves_the_same_the_newest_is_the_baseline() {
    let folder = Folder::new();
    for year in ["2022", "2024"] {
        write(&folder, "results", facts(&format!("box-{year}"), "4.4"), ACCEPTED);
    }
    write(&folder, "run", facts("box-since-2023.10", "4.4"), ACCEPTED);
    assert!(check(&folder, &[]).exits(0).silent().out.contains("compared with box-2024: "));
}

#[test]
fn versions_are_compared_number_by_number() {
    for (run, nearer, farther) in [("6.12", "6.18", "6.1"), ("6.0", "6.18", "5.19"), ("14.2-RELEASE", "14.3", "15.2")] {
        let folder = Folder::new();
        for version in [nearer, farther] {
            write(&folder, "results", facts(&format!("box-{version}"), version), ACCEPTED);
        }
        write(&folder, "run", facts("box-1", run), ACCEPTED);
        assert!(check(&folder, &[]).exits(0).out.contains(&format!("compared with box-{nearer}:")), "{run}");
    }
    let folder = folder(ACCEPTED);
    write(&folder, "other", facts("box-2", "rolling"), ACCEPTED);
    assert!(
        folder.brokenpipe(&["check", "other", "--baseline", "results"]).exits(4).out.contains("none of testos vax gnu")
    );
}

#[test]
fn of_two_equally_close_versions_the_older_is_the_baseline() {
    let folder = Folder::new();
    for version in ["5.12", "5.8"] {
        write(&folder, "results", facts(&format!("box-{version}"), version), ACCEPTED);
    }
    write(&folder, "run", facts("box-5.10", "5.10"), ACCEPTED);
    assert!(check(&folder, &[]).exits(0).out.contains("compared with box-5.8:"));
}

#[test]
fn an_emulated_machine_is_the_baseline_of_a_native_one_if_no_native_one_is_as_close() {
    let folder = Folder::new();
    let emulated = |name: &str, version| Platform { runtime: "qemu".to_owned(), ..facts(name, version) };
    write(&folder, "results", emulated("box-5.9", "5.9"), ACCEPTED);
    write(&folder, "results", facts("box-5.19", "5.19"), ACCEPTED);
    write(&folder, "run", facts("box-5.10", "5.10"), ACCEPTED);
    assert!(check(&folder, &[]).exits(0).out.contains("compared with box-5.9: the baseline of testos vax gnu whose"));
    write(&folder, "results", facts("box-5.11", "5.11"), ACCEPTED);
    assert!(check(&folder, &[]).exits(0).out.contains("compared with box-5.11:"));
}

#[test]
fn a_platform_of_another_kind_is_new() {
    let folder = folder(ACCEPTED);
    write(&folder, "other", Platform { runtime: "gvisor".to_owned(), ..facts("g-5.1", "5.1") }, ACCEPTED);
    let checked = |more: &[&str]| folder.brokenpipe(&[&["check", "other", "--baseline", "results"], more].concat());
    let ran = checked(&[]).exits(4);
    assert_eq!(
        ran.out,
        "g-5.1: 3 new\n  new platform: the baseline has none of this name, and none of testos vax gnu gvisor\n"
    );
    assert_eq!(
        ran.err,
        "brokenpipe: new: there are no accepted results of g-5.1 to compare with\n  \
         brokenpipe accept other --into results  # makes them the baseline\n"
    );
    // Every step of a new platform is new, but `--deny new` is only about platforms with a baseline.
    checked(&["--deny", "new"]).exits(4);
    checked(&["--deny", "new-platform"]).exits(1).says(&["1 without a baseline"]);
    checked(&["--allow", "new-platform"]).exits(0).silent();
    let json = serde_json::from_str::<serde_json::Value>(&checked(&["--format", "json"]).exits(4).out).unwrap();
    assert_eq!(json["answer"], "new");
    let annotation = "::warning title=no baseline::g-5.1: new, so nothing of it was compared; ";
    assert!(checked(&["--format", "github"]).exits(4).out.contains(annotation));
    assert!(!checked(&["--format", "github", "--allow", "new-platform"]).exits(0).out.contains("::"));
}

#[test]
fn a_change_or_a_missing_platform_weighs_more_than_a_new_one() {
    let folder = folder(ACCEPTED);
    let new = |name: &str| Platform { runtime: "gvisor".to_owned(), ..facts(name, "5.1") };
    write(&folder, "run", new("g-5.1"), ACCEPTED);
    check(&folder, &[]).exits(4);
    folder.brokenpipe(&["absent", "moon-1", "--reason", "no runner", "--out", "run"]).exits(0).silent();
    check(&folder, &[]).exits(2);
    write(&folder, "run", facts("box-5.1", "5.1"), but(2, CHANGED));
    check(&folder, &[]).exits(1);
}

#[test]
fn a_change_is_the_first_annotation_however_many_jobs_are_absent() {
    let folder = folder(but(2, CHANGED));
    for at in 1..=12 {
        let reason = if at == 1 { "no runner" } else { "its job failed" };
        folder.brokenpipe(&["absent", &format!("moon-{at}"), "--reason", reason, "--out", "run"]).exits(0).silent();
    }
    let out = check(&folder, &["--format", "github"]).exits(1).out;
    let annotations: Vec<_> = out.lines().filter(|line| line.starts_with("::")).collect();
    let jobs: Vec<_> = (2..=12).map(|at| format!("moon-{at}")).collect();
    assert_eq!(annotations.len(), 3, "{out}");
    assert!(annotations[0].contains("title=changed on box-5.1::"), "{out}");
    assert_eq!(annotations[1], "::error title=not measured::moon-1: no runner");
    assert_eq!(annotations[2], format!("::error title=not measured::{}: its job failed", jobs.join(", ")));
}

#[test]
fn a_summary_begins_with_what_failed_and_tells_an_explanation_once() {
    let folder = folder(but(1, &[("ok", 9), ("EPIPE", 1)]));
    write(&folder, "results", facts("moon-1", "1"), ACCEPTED);
    let step = |number: u32, step: &str, outcome: &str, note: &str| {
        format!("moon-1,measured,{ID},tcp4,ignore,std,none,std,mio,{number},{step},{outcome},,,,,,10,10,{note}\n")
    };
    let rows = [
        step(1, "client,connect", "not-run", "no loopback"),
        step(2, "client,write 1", "not-run", "no loopback"),
        step(3, "client,write 1", "ECONNRESET", ""),
        step(4, "client,read 1", "unsupported", ""),
    ];
    folder.write("run/moon-1.csv", common::HEAD.to_owned() + &rows.concat());
    for (name, reason) in [("sun-1", "no runner"), ("sun-2", "no runner")] {
        folder.brokenpipe(&["absent", name, "--reason", reason, "--out", "run"]).exits(0).silent();
    }
    let out = check(&folder, &["--format", "markdown"]).exits(1).out;
    let (_, findings) = out.split_once("\n### ").expect("there are findings");
    let verdicts: Vec<_> = findings.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()).collect();
    assert!(findings.starts_with("moon-1\n"), "{out}");
    assert_eq!(verdicts[1..4], ["**changed**", "**missing**", "**missing**"], "{out}");
    assert_eq!(out.matches("not-run (note 1)").count(), 2, "{out}");
    assert_eq!(out.matches("no loopback").count(), 1, "{out}");
    assert!(out.contains("\n\nNote 1: no loopback\n"), "{out}");
    assert!(out.contains("\n**Not measured:** sun-1, sun-2 (no runner).\n"), "{out}");
}

#[test]
fn a_badge_has_the_verdict() {
    let badge = |folder: &Folder, code| check(folder, &["--format", "badge"]).exits(code).out;
    let folder = folder(ACCEPTED);
    let json: serde_json::Value = serde_json::from_str(&badge(&folder, 0)).unwrap();
    let expected =
        serde_json::json!({"schemaVersion": 1, "label": "behaviour", "message": "same", "color": "brightgreen"});
    assert_eq!(json, expected);
    write(&folder, "run", Platform { runtime: "gvisor".to_owned(), ..facts("g-5.1", "5.1") }, ACCEPTED);
    assert!(badge(&folder, 4).contains("\"new\""));
    folder.brokenpipe(&["absent", "moon-1", "--reason", "no runner", "--out", "run"]).exits(0).silent();
    assert!(badge(&folder, 2).contains("\"inconclusive\""));
    write(&folder, "run", facts("box-5.1", "5.1"), but(2, CHANGED));
    assert!(badge(&folder, 1).contains("\"changed\""));
}

#[test]
fn a_further_outcome_of_a_race_is_no_annotation_unless_it_fails() {
    let folder = Folder::new();
    let race = |outcomes: &[&str]| -> String {
        let row = |outcome: &&str| {
            format!("box-5.1,measured,{ID},tcp4,ignore,std,none,std,mio,1,client,write 1,{outcome},,,,,,,10,\n")
        };
        outcomes.iter().map(row).collect()
    };
    ["results", "run"].iter().for_each(|name| folder.make(name));
    folder.write("results/box-5.1.csv", common::HEAD.to_owned() + &race(&["ok 1"]));
    folder.write("run/box-5.1.csv", common::HEAD.to_owned() + &race(&["EPIPE", "ok 1"]));
    let out = check(&folder, &["--format", "github"]).exits(0).silent().out;
    assert!(out.contains("  unsteady peer-close/"), "{out}");
    assert!(out.contains("; its steps race\n"), "{out}");
    assert!(!out.contains("::"), "{out}");
    let denied = check(&folder, &["--format", "github", "--deny", "unsteady"]).exits(1).out;
    assert!(denied.contains("::error file="), "{denied}");
}

#[test]
fn what_was_found_is_never_written_over_results() {
    let folder = folder(but(2, CHANGED));
    let before = |path: &str| folder.read(path);
    folder.write("results/known.toml", "");
    folder.write("results/datapackage.json", "{}");
    let spared =
        ["box-5.1.csv", "platforms.csv", "known.toml", "datapackage.json"].map(|name| format!("results/{name}"));
    for file in spared.iter().map(String::as_str).chain(["run/box-5.1.csv"]) {
        let text = before(file);
        check(&folder, &["--out", file]).refuses(&[file.rsplit('/').next().unwrap(), "name another one"]);
        assert_eq!(before(file), text, "{file}");
    }
    // What is beside the results is written.
    for _ in 0..2 {
        check(&folder, &["--out", "run/found.txt"]).exits(1);
        assert_eq!(folder.read("run/found.txt"), check(&folder, &[]).out);
    }
}

#[test]
fn a_check_of_an_absent_platform_is_inconclusive() {
    let folder = folder(ACCEPTED);
    folder.brokenpipe(&["absent", "moon-1", "--reason", "the job timed out", "--out", "run"]).exits(0).silent();
    let ran = check(&folder, &[]).exits(2);
    assert_eq!(ran.out, "box-5.1: 3 same\nmoon-1: nothing compared\n  not measured: the job timed out\n");
    assert_eq!(ran.err, "error: inconclusive: not measured: moon-1\n");
    // A change of another platform is certain.
    write(&folder, "run", facts("box-5.1", "5.1"), but(2, CHANGED));
    check(&folder, &[]).exits(1);
}

#[test]
fn a_platform_that_was_not_measured_has_no_changes() {
    let folder = folder(ACCEPTED);
    folder.brokenpipe(&["absent", "box-5.1", "--reason", "no runner", "--out", "other"]).exits(0);
    let ran = folder.brokenpipe(&["check", "other", "--baseline", "results"]).exits(2);
    assert_eq!(ran.out, "box-5.1: nothing compared\n  not measured: no runner\n");
}

#[test]
fn only_selected_steps_are_expected() {
    let folder = Folder::new();
    write(&folder, "results", facts("box-5.1", "5.1"), ACCEPTED);
    let rows = vec![row("box-5.1", "own/x", "tcp6", (1, "client connect"), "ok", (10, 10))];
    let other = Results { rows, platforms: Vec::new(), notes: Vec::new() };
    other.write(&folder.join("run"), "box-5.1").unwrap();
    check(&folder, &[]).exits(1).says(&["3 missing"]);
    assert_eq!(check(&folder, &["--select", "own"]).exits(0).silent().out.lines().next(), Some("box-5.1: 1 new"));
    check(&folder, &["--transport", "tcp6"]).exits(0).silent();
    check(&folder, &["--select", "own", "--select", "onw"]).refuses(&["no results of \"onw\""]);
}

#[test]
fn a_baseline_without_the_selected_steps_is_still_a_baseline() {
    let folder = folder(ACCEPTED);
    let rows = vec![row("box-5.1", "own/x", "tcp4", (1, "client connect"), "ok", (10, 10))];
    Results { rows, ..Results::default() }.write(&folder.join("run"), "box-5.1").unwrap();
    let args = ["--select", "own", "--deny"];
    let ran = check(&folder, &[&args[..], &["new"]].concat()).exits(1);
    assert!(ran.out.starts_with("box-5.1: 1 new\n") && !ran.out.contains("new platform"), "{}", ran.out);
    // There is no such scenario to be shown.
    let next = "  brokenpipe accept run --into results  # if the change is meant\n";
    assert_eq!(ran.err, format!("brokenpipe: not as accepted: 1 new\n{next}"));
    check(&folder, &[&args[..], &["new-platform"]].concat()).exits(0).silent();
}

#[test]
fn a_selection_without_anything_to_compare_is_an_error() {
    let folder = folder(ACCEPTED);
    write(&folder, "other", Platform { os: "new".to_owned(), ..facts("novel-1", "1") }, ACCEPTED);
    let slow = row("box-5.1", "timeout/keepalive-read-read-write", "tcp4", (1, "client connect"), "ok", (10, 10));
    let mut results = Results::read(&[folder.join("results")]).unwrap();
    results.rows.push(slow);
    results.write(&folder.join("results"), "box-5.1").unwrap();
    for run in ["run", "other"] {
        for deny in [&[][..], &["--deny", "new-platform"], &["--deny", "new"]] {
            let args = |select: &[&'static str]| [&["check", run, "--baseline", "results"], select, deny].concat();
            folder.brokenpipe(&args(&["--select", ID, "--transport", "pipe"])).refuses(&["nothing is compared"]);
            let ran = folder.brokenpipe(&args(&["--select", "timeout"])).exits(2).says(&["error: nothing is compared"]);
            assert_eq!(ran.out, "");
        }
    }
    // Steps can be missing only if the baseline has them.
    let rows = vec![row("box-5.1", "own/x", "tcp4", (1, "client connect"), "ok", (10, 10))];
    Results { rows, ..Results::default() }.write(&folder.join("run"), "box-5.1").unwrap();
    let ran = check(&folder, &["--select", ID]).exits(1);
    // Nothing of what is missing can be accepted.
    assert_eq!(
        ran.err,
        "brokenpipe: not as accepted: 3 missing\n  \
         brokenpipe run --out run                                 # measures everything\n  \
         brokenpipe check run --baseline results --allow missing  # checks only what was measured\n"
    );
    check(&folder, &["--allow", "missing"]).exits(0);
}

#[test]
fn results_that_cannot_be_compared_are_refused() {
    let folder = folder(ACCEPTED);
    check(&folder, &["--baseline", "nowhere"]).refuses(&["nowhere: cannot be read"]);
    folder.brokenpipe(&["check", "nowhere", "--baseline", "results"]).refuses(&["nowhere: cannot be read"]);
    folder.make("empty");
    check(&folder, &["--baseline", "empty"]).refuses(&["nothing to compare with"]);
    folder.brokenpipe(&["check", "empty", "--baseline", "results"]).refuses(&["nothing to compare"]);
    check(&folder, &["--deny", "new", "--allow", "new"]).refuses(&["--deny and --allow both name new"]);
    folder.write("results/bad.csv", "nonsense\n");
    check(&folder, &[]).refuses(&["bad.csv:1: invalid results: expected a first line of platform,"]);
}

#[test]
fn stated_results_are_no_baseline() {
    let folder = Folder::new();
    let mut results = Results::default();
    results.rows.extend(step("box-5.1", 1, STEPS[0], &[("EPIPE", 10)]).into_iter().map(|row| Row {
        provenance: Provenance::Documented,
        count: None,
        trials: None,
        ..row
    }));
    results.write(&folder.join("results"), "box-5.1").unwrap();
    write(&folder, "run", facts("box-5.1", "5.1"), ACCEPTED);
    check(&folder, &[]).refuses(&["no measured results in results"]);
}

#[test]
fn this_machine_is_measured_where_no_run_is_named() {
    let folder = Folder::new();
    let select = ["--select", "peer-close/read-read-write", "--transport", "tcp4"];
    folder
        .brokenpipe(&[&["check", "--baseline", "results"], &select[..]].concat())
        .refuses(&["results: cannot be read"]);
    let run = ["run", "--quiet", "--out", "results", "peer-close/read-read-write", "--transport", "tcp4"];
    folder.brokenpipe(&run).exits(0);
    let before = common::contents(&folder.join("results"));
    let ran = folder.brokenpipe(&[&["check", "--baseline", "results"], &select[..]].concat()).exits(0).silent();
    assert!(ran.out.ends_with(" same\n") && ran.out.lines().count() == 1, "{}", ran.out);
    assert_eq!(common::contents(&folder.join("results")), before, "a check writes nothing");
}

/// A folder in which every verdict comes, in several cases, with an exception that applies and one that does not.
fn of_everything() -> Folder {
    let folder = Folder::new();
    let outcomes: [(&str, Option<&str>, Option<&str>); 6] = [
        ("a/same", Some("ok"), Some("ok")),
        ("b/changed", Some("ok"), Some("EPIPE")),
        ("c/gone", Some("ok"), None),
        ("d/new", None, Some("ok")),
        ("e/known", Some("ok"), Some("eof")),
        ("f/unsteady", Some("ok"), Some("ok")),
    ];
    for (dir, side) in [("results", 0), ("run", 1)] {
        let mut results = Results { platforms: vec![facts("box-5.1", "5.1")], ..Results::default() };
        for (id, was, is) in outcomes {
            let outcome = if side == 0 { was } else { is };
            for transport in ["tcp4", "tcp6"] {
                let unsteady = id == "f/unsteady" && side == 1;
                let count = if unsteady { 4 } else { 10 };
                let row = |outcome, count| row("box-5.1", id, transport, (1, "client write 1"), outcome, (count, 10));
                results.rows.extend(outcome.map(|outcome| row(outcome, count)));
                results.rows.extend(unsteady.then(|| row("EPIPE", 6)));
            }
        }
        results.write(&folder.join(dir), "box-5.1").unwrap();
    }
    write(&folder, "run", Platform { os: "new".to_owned(), ..facts("novel-1", "1") }, ACCEPTED);
    folder.brokenpipe(&["absent", "moon-1", "--reason", "no runner", "--out", "run"]).exits(0);
    let entry = |select: &str| known("outcomes = [\"eof\"]").replace("peer-close", select);
    folder.write("results/known.toml", entry("e/known") + &entry("a/same"));
    folder
}

fn of_format(format: &str) -> String {
    // Windows has another mark between folders.
    check(&of_everything(), &["--format", format])
        .exits(1)
        .out
        .replace("results\\\\", "results/")
        .replace("results\\", "results/")
}

#[test]
fn every_verdict_as_text() {
    assert_snapshot!(of_format("text"));
}

#[test]
fn every_verdict_as_annotations() {
    assert_snapshot!(of_format("github"));
}

#[test]
fn every_verdict_as_markdown() {
    assert_snapshot!(of_format("markdown"));
}

#[test]
fn every_verdict_as_junit() {
    assert_snapshot!(of_format("junit"));
}

#[test]
fn every_verdict_as_json() {
    let json = of_format("json");
    let page: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(page["answer"], "changed");
    assert_eq!(page["platforms"][1]["findings"][0]["line"], 4);
    assert_snapshot!(json);
}

#[test]
fn slow_scenarios_are_missing_only_from_a_run_that_has_some_of_them() {
    let folder = folder(ACCEPTED);
    let slow = |step: u32| {
        row("box-5.1", "timeout/keepalive-read-read-write", "tcp4", (step, "client connect"), "ok", (10, 10))
    };
    let add = |dir: &str, steps: std::ops::RangeInclusive<u32>| {
        let mut results = Results::read(&[folder.join(dir)]).unwrap();
        results.rows.extend(steps.map(slow));
        results.write(&folder.join(dir), "box-5.1").unwrap();
    };
    add("results", 1..=2);
    let ran = check(&folder, &[]).exits(0);
    assert_eq!(ran.out, "box-5.1: 3 same\n");
    assert!(ran.err.contains("--slow"), "{}", ran.err);
    add("run", 1..=1);
    let ran = check(&folder, &[]).exits(1);
    assert!(ran.out.starts_with("box-5.1: 1 missing, 4 same\n"), "{}", ran.out);
}

/// Windows takes no colon in a name.
#[cfg(unix)]
#[test]
fn a_text_ends_no_annotation_and_begins_none() {
    let folder = Folder::new();
    let baseline = "a,b:c::d%";
    write(&folder, baseline, facts("box-5.1", "5.1"), ACCEPTED);
    write(&folder, "run", facts("box-5.1", "5.1"), but(2, CHANGED));
    for (name, reason) in [("moon-1", "##[error]x"), ("moon-2", "50%0A::error::x ::y")] {
        folder.brokenpipe(&["absent", name, "--reason", reason, "--out", "run"]).exits(0);
    }
    let ran = check(&folder, &["--baseline", baseline, "--format", "github"]).exits(1);
    assert!(ran.out.contains("::error title=not measured::moon-1: # #[error]x\n"), "{}", ran.out);
    assert!(ran.out.contains("::error title=not measured::moon-2: 50%250A::error::x ::y\n"), "{}", ran.out);
    assert!(ran.out.contains("::error file=a%2Cb%3Ac%3A%3Ad%25/box-5.1.csv,line=3,title="), "{}", ran.out);
}

#[test]
fn a_check_can_be_written_to_a_file() {
    let folder = folder(but(2, CHANGED));
    let ran = check(&folder, &["--out", "found.txt"]).exits(1);
    assert_eq!(ran.out, "");
    assert_eq!(folder.read("found.txt"), check(&folder, &[]).out);
    let not_found = if cfg!(windows) { 3 } else { 2 };
    let unchanged = format!(" (os error {not_found}); what it held before is unchanged\n");
    check(&folder, &["--out", "no/such/folder"]).exits(2).says(&["no/such/folder: cannot be written: ", &unchanged]);
}

#[test]
fn a_named_file_is_read_with_the_facts_in_its_folder() {
    let folder = folder(ACCEPTED);
    write(&folder, "results", facts("box-5.8", "5.8"), ACCEPTED);
    write(&folder, "other", facts("box-5.9", "5.9"), ACCEPTED);
    let nearest = |version: &str| {
        format!(
            "box-5.9: 3 same\n  compared with box-{version}: the baseline of testos vax gnu whose version, \
             {version}, is closest to 5.9\n"
        )
    };
    let check = |run: &str, baseline: &str| folder.brokenpipe(&["check", run, "--baseline", baseline]);
    for run in ["other", "other/box-5.9.csv"] {
        assert_eq!(check(run, "results").exits(0).silent().out, nearest("5.8"), "{run}");
        assert_eq!(check(run, "results/box-5.1.csv").exits(0).silent().out, nearest("5.1"), "{run}");
    }
    let report = |paths: &[&str]| {
        let ran =
            folder.brokenpipe(&[&["report", "--details", "--legend", "--all", "--format", "json"], paths].concat());
        serde_json::from_str::<serde_json::Value>(&ran.exits(0).silent().out).expect("it is JSON")
    };
    let whole = report(&["results"]);
    assert_eq!(whole["platforms"].as_array().map(Vec::len), Some(2));
    let both = ["results/box-5.1.csv", "results/box-5.8.csv"];
    assert_eq!(report(&both), whole);
    assert_eq!(report(&[&both[..], &["results", "results/platforms.csv"]].concat()), whole);
    // A file without a table of facts in its folder is still read, but without facts.
    folder.make("alone");
    std::fs::copy(folder.join("other/box-5.9.csv"), folder.join("alone/box-5.9.csv")).unwrap();
    assert!(check("alone/box-5.9.csv", "results").exits(4).out.contains("no facts of it are recorded"));
    let text = folder.read("other/platforms.csv");
    folder.write("other/platforms.csv", text.replace(",vax,", ",v\u{7}x,"));
    check("other/box-5.9.csv", "results").refuses(&["platforms.csv:2: ", "column `arch`: a control character"]);
    folder.brokenpipe(&["report", "--details", "--legend", "other/box-5.9.csv"]).refuses(&["platforms.csv:2: "]);
}

#[cfg(unix)]
#[test]
fn a_file_is_written_through_a_symbolic_link() {
    let folder = folder(ACCEPTED);
    folder.make("elsewhere");
    folder.write("elsewhere/found.txt", "before");
    std::os::unix::fs::symlink("elsewhere/found.txt", folder.join("link.txt")).unwrap();
    check(&folder, &["--out", "link.txt"]).exits(0);
    assert!(folder.join("link.txt").is_symlink());
    assert_eq!(folder.read("elsewhere/found.txt"), "box-5.1: 3 same\n");
    assert_eq!(common::contents(&folder.join("elsewhere")).len(), 1, "another file is left there");
}
