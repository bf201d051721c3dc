//! Verdicts on contradictions: they are about what is there, and no contradiction is without one.

mod common;

use std::collections::BTreeSet;

use brokenpipe::{
    catalogue::Catalogue,
    matrix::{Cell, Column, Compare, Matrix, Options, Relation, View, relation},
    results::Source,
    verdicts::{Done, Kind, Verdict, builtin, find},
};
use common::Folder;

fn accepted() -> Matrix {
    Matrix::read(Source::Embedded, &Catalogue::builtin()).expect("accepted results are valid").0
}

fn column<'a>(matrix: &'a Matrix, name: &str) -> &'a Column {
    matrix.columns().iter().find(|column| column.name == name).unwrap_or_else(|| panic!("no platform {name}"))
}

/// Whether what is stated of a step contradicts what one of these platforms gave, in some case; `None` where nothing is
/// stated.
fn contradicts(matrix: &Matrix, stated: &Column, others: &[&Column], scenario: &str, step: u32) -> Option<bool> {
    let mut found = None;
    for place in matrix.places().filter(|id| {
        let place = matrix.place(*id);
        place.step == step && *place.scenario == *scenario
    }) {
        let Some(cell) = matrix.cell(stated, place).filter(|cell| cell.is_observed()) else { continue };
        let other = others.iter().filter_map(|other| matrix.cell(other, place)).filter(|cell| cell.is_observed());
        let one_by_one = cell.outcomes.iter().map(|seen| Cell { outcomes: vec![seen.clone()], trials: None });
        let one_by_one: Vec<_> = one_by_one.collect();
        let differs =
            |seen: &Cell| one_by_one.iter().any(|stated| relation(seen, stated, Compare::Exact) != Relation::Same);
        *found.get_or_insert(false) |= other.into_iter().any(differs);
    }
    found
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
    let mut without = BTreeSet::new();
    for verified in view.verify() {
        for statement in verified.statements().iter().filter(|statement| !statement.agrees) {
            let (platform, scenario, step) = (&verified.stated().name, statement.row.scenario(), statement.row.step());
            if find(platform, scenario, step).is_none() {
                without.insert(format!("{platform} {scenario} step {step}: {}", statement.stated));
            }
        }
    }
    assert!(without.is_empty(), "contradictions without a verdict in src/verdicts:\n{without:#?}");
}

#[test]
fn a_statement_that_was_corrected_agrees_and_one_that_stands_contradicts() {
    let matrix = accepted();
    for verdict in builtin().iter().filter(|verdict| !verdict.measured.is_empty()) {
        let Verdict { platform, about, done, .. } = verdict;
        let stated = column(&matrix, platform);
        let seen: Vec<_> = verdict.measured.iter().map(|name| column(&matrix, name)).collect();
        for cells in &verdict.cells {
            for step in &cells.steps {
                let found = contradicts(&matrix, stated, &seen, &cells.scenario, *step);
                let expected = if *done == Done::Corrected {
                    found == Some(false) || found.is_none()
                } else {
                    found == Some(true)
                };
                assert!(expected, "{about}: {platform} {} step {step}: {done}, but {found:?}", cells.scenario);
            }
        }
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

#[test]
fn verdicts_are_listed_in_every_format() {
    let folder = Folder::new();
    let list = |args: &[&str]| folder.brokenpipe(&[&["report", "--verdicts"], args].concat());
    let csv = list(&["--format", "csv", "--platform", "netbsd*"]).exits(0).silent().out;
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "system,platform,about,says,source,does,measured,seen,verdict,why,done,cells");
    assert_eq!(lines.len(), 2);
    let about = "netbsd,netbsd-2014,peer's data after one's own shutdown of reading,";
    assert!(lines[1].starts_with(about), "{csv}");
    assert!(lines[1].ends_with(",corrected,own-shutdown-read/data-first-read-read-write: 9"), "{csv}");
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
