//! Verdicts on contradictions: they are about what is there, and no contradiction is without one.

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use brokenpipe::{
    catalogue::Catalogue,
    matrix::{Column, Matrix, Options, View},
    results::{PlaceId, Source},
    verdicts::{Cells, Contradiction, Done, Kind, Verdict, builtin, find},
};
use common::Folder;

fn accepted() -> Matrix {
    Matrix::read(Source::Embedded, &Catalogue::builtin()).expect("accepted results are valid").0
}

fn column<'a>(matrix: &'a Matrix, name: &str) -> &'a Column {
    matrix.columns().iter().find(|column| column.name == name).unwrap_or_else(|| panic!("no platform {name}"))
}

/// The outcomes of a step of a case on a platform; empty where nothing was observed or stated.
fn outcomes<'a>(matrix: &'a Matrix, column: &Column, place: PlaceId) -> BTreeSet<&'a str> {
    let cell = matrix.cell(column, place).filter(|cell| cell.is_observed());
    cell.into_iter().flat_map(|cell| &cell.outcomes).map(|seen| &*seen.outcome).collect()
}

/// The cases of a step that some platform has.
fn cases(matrix: &Matrix, scenario: &str, step: u32) -> Vec<PlaceId> {
    let is_of_step = |id: &PlaceId| {
        let place = matrix.place(*id);
        place.step == step && *place.scenario == *scenario
    };
    matrix.places().filter(is_of_step).collect()
}

/// The steps, each with its scenario.
fn steps(cells: &[Cells]) -> BTreeSet<(&str, u32)> {
    cells.iter().flat_map(|of| of.steps.iter().map(|step| (of.scenario.as_str(), *step))).collect()
}

#[test]
fn every_verdict_is_about_platforms_and_steps_that_are_there() {
    let (catalogue, matrix) = (Catalogue::builtin(), accepted());
    let mut cells = BTreeSet::new();
    for verdict in builtin() {
        let Verdict { system, platform, about, .. } = verdict;
        let stated = column(&matrix, platform);
        assert!(!stated.is_measured(), "{about}: {platform} was measured");
        assert_eq!(stated.system(), Some(system.as_str()), "{about}");
        for name in &verdict.measured {
            let seen = column(&matrix, name);
            assert_eq!((seen.system(), name != platform), (Some(system.as_str()), true), "{about}: {name}");
        }
        assert!(!verdict.cells.is_empty(), "{about}");
        for of in &verdict.cells {
            let id = &of.scenario;
            let steps = catalogue.find(id).unwrap_or_else(|| panic!("{about}: no scenario {id}")).steps.len();
            for step in &of.steps {
                assert!((1..=steps).contains(&(*step as usize)), "{about}: no step {step} of {id}");
                assert!(cells.insert((platform, id, step)), "a second verdict on {platform} {id} step {step}");
            }
        }
    }
}

#[test]
fn every_contradiction_has_a_verdict() {
    let matrix = accepted();
    let options = Options { stated_anyway: true, ..Options::default() };
    let view = View::new(&matrix, &options).expect("there are results");
    let (mut without, mut found) = (BTreeSet::new(), 0);
    for verified in view.verify() {
        for statement in verified.statements().iter().filter(|statement| !statement.agrees) {
            let (platform, row) = (&verified.stated().name, statement.row);
            let (scenario, step, stated) = (row.scenario(), row.step(), statement.stated);
            let seen: Vec<_> = statement.measured.outcomes.iter().map(|seen| &*seen.outcome).collect();
            for case in row.cases().map(ToString::to_string) {
                found += 1;
                if find(&Contradiction { platform, scenario, case: &case, step, stated, seen: &seen }).is_none() {
                    without.insert(format!("{platform} {scenario} step {step} {case}: {stated}, seen {seen:?}"));
                }
            }
        }
    }
    assert!(without.is_empty(), "contradictions without a verdict in src/verdicts:\n{without:#?}");
    assert!(found > 50, "only {found} contradictions");
}

/// Nothing of macOS was measured by this program, and `--verify` has nothing of it. What XNU's own code gave is held
/// against what is documented. A race may give any outcome that was seen.
#[test]
fn every_contradiction_of_what_is_documented_and_reported_of_macos_has_a_verdict() {
    let matrix = accepted();
    let xnu = column(&matrix, "xnu-11417");
    let (mut without, mut agreeing, mut contradicting) = (BTreeSet::new(), 0, BTreeSet::new());
    for platform in ["macos", "macos-11"] {
        let documented = column(&matrix, platform);
        for place in matrix.places() {
            let all = outcomes(&matrix, xnu, place);
            let seen: Vec<_> = all.iter().copied().collect();
            for stated in outcomes(&matrix, documented, place).iter().filter(|_| !all.is_empty()) {
                if all.contains(stated) {
                    agreeing += 1;
                    continue;
                }
                let (about, case) = (matrix.place(place), &*matrix.case(place).to_string());
                let (scenario, step) = (&*about.scenario, about.step);
                match find(&Contradiction { platform, scenario, case, step, stated, seen: &seen }) {
                    Some(verdict) => contradicting.insert(verdict.about.clone()),
                    None => without.insert(format!("{platform} {scenario} step {step} {case}: {stated}, {seen:?}")),
                };
            }
        }
    }
    assert!(without.is_empty(), "contradictions without a verdict in src/verdicts/macos.toml:\n{without:#?}");
    let of_xnu = builtin().iter().filter(|verdict| verdict.measured == ["xnu-11417"]);
    assert_eq!(contradicting, of_xnu.map(|verdict| verdict.about.clone()).collect());
    assert!(agreeing > 1000, "only {agreeing} agree");
}

#[test]
fn what_stands_or_was_replaced_is_there_and_what_was_withdrawn_is_not() {
    let matrix = accepted();
    for Verdict { platform, about, cells, withdrawn, .. } in builtin() {
        let (stated, withdrawn) = (column(&matrix, platform), steps(withdrawn));
        assert!(withdrawn.is_subset(&steps(cells)), "{about}: {withdrawn:?}");
        for (scenario, step) in steps(cells) {
            let has = |place: &PlaceId| !outcomes(&matrix, stated, *place).is_empty();
            let is_stated = cases(&matrix, scenario, step).iter().any(has);
            let expected = !withdrawn.contains(&(scenario, step));
            assert_eq!(is_stated, expected, "{about}: whether {platform} has {scenario} step {step}");
        }
    }
}

#[test]
fn a_statement_that_was_corrected_agrees_with_what_was_measured() {
    let matrix = accepted();
    let is_corrected = |verdict: &&Verdict| verdict.done == Done::Corrected && !verdict.measured.is_empty();
    for Verdict { platform, about, measured, cells, withdrawn, .. } in builtin().iter().filter(is_corrected) {
        let stated = column(&matrix, platform);
        for (scenario, step) in steps(cells).difference(&steps(withdrawn)) {
            let mut compared = 0;
            for place in cases(&matrix, scenario, *step) {
                let says = outcomes(&matrix, stated, place);
                let all = measured.iter().map(|name| outcomes(&matrix, column(&matrix, name), place));
                for seen in all.filter(|seen| !seen.is_empty() && !says.is_empty()) {
                    compared += 1;
                    assert_eq!(says, seen, "{about}: {platform} {scenario} step {step}");
                }
            }
            assert!(compared > 0, "{about}: nothing was measured of {scenario} step {step}");
        }
    }
}

#[test]
fn outcomes_of_a_verdict_are_stated_and_were_seen() {
    let matrix = accepted();
    for verdict in builtin().iter().filter(|verdict| !verdict.outcomes.is_empty()) {
        let Verdict { platform, about, measured, cells, .. } = verdict;
        let stated = column(&matrix, platform);
        let mut covered = BTreeSet::new();
        for each in &verdict.outcomes {
            let expected: BTreeSet<_> = each.seen.iter().map(String::as_str).collect();
            assert!(!expected.is_empty() && !each.cases.is_empty() && !each.cells.is_empty(), "{about}");
            for (scenario, step) in steps(&each.cells) {
                covered.insert((scenario, step));
                let places = cases(&matrix, scenario, step);
                for case in &each.cases {
                    let at = format!("{about}: {platform} {scenario} step {step} {case}");
                    let place = places.iter().find(|place| matrix.case(**place).to_string() == *case);
                    let place = *place.unwrap_or_else(|| panic!("{at}: no such case"));
                    let says = outcomes(&matrix, stated, place);
                    assert!(says.contains(&*each.stated), "{at}: {says:?}");
                    let seen = measured.iter().flat_map(|name| outcomes(&matrix, column(&matrix, name), place));
                    let others: BTreeSet<_> = seen.filter(|seen| *seen != each.stated).collect();
                    assert_eq!(others, expected, "{at}");
                }
            }
        }
        assert_eq!(covered, steps(cells), "{about}");
    }
}

/// What is reported was measured by somebody, and stands.
#[test]
fn nothing_that_is_reported_is_corrected() {
    let matrix = accepted();
    for verdict in builtin().iter().filter(|verdict| verdict.done == Done::Corrected) {
        let provenance = column(&matrix, &verdict.platform).provenance;
        assert_eq!(provenance.word(), "documented", "{}", verdict.about);
    }
    assert!(builtin().iter().any(|verdict| verdict.platform == "freebsd-12.1" && verdict.done == Done::Marked));
}

/// They stand in Markdown as they are.
#[test]
fn no_text_of_a_verdict_has_marks_or_is_left_empty() {
    for verdict in builtin() {
        let Verdict { about, says, source, does, why, .. } = verdict;
        for text in [about, says, source, does, why].into_iter().chain(&verdict.seen) {
            assert!(!text.trim().is_empty() && !text.contains(['*', '<', '`', '[', '|', '\n', '~']), "{text:?}");
        }
    }
}

#[test]
fn the_chapter_explains_every_word() {
    let chapter = Folder::new().brokenpipe(&["guide", "documentation"]).exits(0).silent().out;
    for kind in Kind::ALL {
        assert_eq!(chapter.matches(&format!("\n| `{kind}` ")).count(), 1, "{kind}");
    }
    for done in Done::ALL {
        assert_eq!(chapter.matches(&format!("`{done}`")).count(), 1, "{done}");
    }
}

#[test]
fn a_contradiction_is_shown_with_its_verdict() {
    let folder = Folder::new();
    let verify = |args: &[&str]| {
        let verify = ["report", "--verify", "--select", "connect/refused-connect_again-connect_again-connect_again"];
        folder.brokenpipe(&[&verify[..], args].concat()).exits(0).silent().out
    };
    let said = "freebsd-15.0-x86_64,freebsd-13,connect/refused-connect_again-connect_again-connect_again,tcp4 tcp6,\
                2 client connect,ECONNREFUSED,≈in-progress,";
    let csv = verify(&["--format", "csv"]);
    let line = csv.lines().find(|line| line.starts_with(said)).unwrap_or_else(|| panic!("{csv}"));
    assert!(line.ends_with(",races: connect that is refused"), "{line}");
    let json: serde_json::Value = serde_json::from_str(&verify(&["--format", "json"])).expect("JSON");
    let pairs = json.as_array().expect("pairs");
    let pair = pairs.iter().find(|pair| pair["stated"] == "freebsd-13").expect("freebsd-13 is verified");
    let verdict = &pair["contradictions"][0]["verdict"];
    assert_eq!((&verdict["verdict"], &verdict["done"]), (&"races".into(), &"marked".into()), "{verdict}");
}

/// A verdict is about a statement that comes with the program and about what was seen; others may state or measure
/// something else of the same step.
#[test]
fn a_contradiction_of_others_is_shown_without_a_verdict() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let taken = |path: &str, platform: &str| {
        let text = fs::read_to_string(root.join(path)).expect("it is committed");
        let is_taken = |(number, line): &(usize, &str)| *number == 0 || line.starts_with(platform);
        text.lines().enumerate().filter(is_taken).map(|(_, line)| line.to_owned() + "\n").collect::<String>()
    };
    let scenario = "connect/refused-so_error-write-read";
    let measured = taken("freebsd-15.0-x86_64.csv", &format!("freebsd-15.0-x86_64,measured,{scenario},"));
    let stated = taken("documented/freebsd-13.csv", &format!("freebsd-13,documented,{scenario},"));
    let verdicts_of_step_2 = |measured: &str, stated: &str| {
        let folder = Folder::new();
        for (dir, platform, text, facts) in [
            ("measured", "freebsd-15.0-x86_64", measured, "platforms.csv"),
            ("stated", "freebsd-13", stated, "documented/platforms.csv"),
        ] {
            folder.make(dir);
            folder.write(&format!("{dir}/{platform}.csv"), text);
            folder.write(&format!("{dir}/platforms.csv"), taken(facts, &format!("{platform},")));
        }
        let args = ["report", "--verify", "--results", "measured", "--results", "stated", "--format", "json"];
        let json = folder.brokenpipe(&args).exits(0).silent().out;
        let pairs: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let all = pairs[0]["contradictions"].as_array().expect("contradictions").clone();
        let of_step = all.into_iter().filter(|each| each["step"] == 2);
        of_step.map(|each| each["verdict"]["about"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(verdicts_of_step_2(&measured, &stated), [Some("connect that is refused".to_owned())]);
    let other_note = stated.replace("EINPROGRESS", "my own statement");
    assert_ne!(other_note, stated);
    assert_eq!(verdicts_of_step_2(&measured, &other_note), [None]);
    let other_outcome = stated.replace(",client,connect,in-progress,", ",client,connect,ok,");
    assert_ne!(other_outcome, stated);
    assert_eq!(verdicts_of_step_2(&measured, &other_outcome), [None]);
    let other_seen = measured.replace(
        ",client,connect,ECONNREFUSED,61,ECONNREFUSED,ConnectionRefused,",
        ",client,connect,EINTR,4,EINTR,Interrupted,",
    );
    assert_ne!(other_seen, measured);
    // The statement that agreed contradicts that, too.
    assert_eq!(verdicts_of_step_2(&other_seen, &stated), [None, None]);
}

#[test]
fn verdicts_are_listed_in_every_format() {
    let folder = Folder::new();
    let list = |args: &[&str]| folder.brokenpipe(&[&["report", "--verdicts"], args].concat());
    let csv = list(&["--format", "csv", "--platform", "netbsd*"]).exits(0).silent().out;
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "system,platform,about,says,source,does,measured,seen,verdict,why,done,cells,withdrawn,outcomes"
    );
    assert_eq!(lines.len(), 2);
    let about = "netbsd,netbsd-2014,peer's data after one's own shutdown of reading,";
    assert!(lines[1].starts_with(about), "{csv}");
    assert!(lines[1].ends_with(",corrected,own-shutdown-read/data-first-read-read-write: 9,,"), "{csv}");
    let json: Vec<Verdict> = serde_json::from_str(&list(&["--format", "json"]).exits(0).silent().out).expect("JSON");
    assert_eq!(json, builtin());
    let markdown = list(&["--format", "markdown"]).exits(0).silent().out;
    assert!(markdown.lines().all(|line| line.chars().count() <= 98), "{markdown}");
    let head: Vec<_> = markdown.lines().next().expect("a head").split(" | ").collect();
    assert_eq!(head.len(), 1 + Kind::ALL.len(), "{markdown}");
    for verdict in builtin() {
        let entry =
            format!("- **{}** (`{}`): {}, {}\n", verdict.about, verdict.platform, verdict.verdict, verdict.done);
        assert_eq!(markdown.matches(&entry).count(), 1, "{entry}");
    }
    let table = list(&["--width", "80"]).exits(0).silent().out;
    assert!(table.lines().all(|line| line.chars().count() <= 80) && table.contains("verdict"), "{table}");
    list(&["--platform", "plan9"]).exits(1).says(&["there is no verdict on what a platform like \"plan9\" states"]);
    list(&["--verify"]).exits(2).says(&["cannot be used with"]);
}
