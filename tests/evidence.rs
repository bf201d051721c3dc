//! What is best known of each system, and the accepted results that the program carries.

mod common;

use std::path::Path;

use brokenpipe::{
    catalogue::{Axes, CaseFilter, CaseName, Catalogue, Selection, Sigpipe, Transport},
    matrix::{Best, Matrix},
    platform::{Platform, Provenance},
    results::{Results, Row, Source},
};
use common::{facts, row};

const SCENARIO: &str = "peer-close/write-write-write-read";

/// A platform's facts: its name, operating system, version, what stands in for the kernel, and its provenance.
type Facts = (&'static str, &'static str, &'static str, &'static str, Provenance);

const PLATFORMS: [Facts; 9] = [
    ("linux-6.9-x86_64-gnu", "linux", "6.9", "native", Provenance::Measured),
    ("linux-6.18-x86_64-musl", "linux", "6.18", "native", Provenance::Measured),
    ("linux-6.18-x86_64-gnu", "linux", "6.18", "native", Provenance::Measured),
    ("linux-6.20-x86_64-gnu", "linux", "6.20", "qemu", Provenance::Documented),
    ("qemu-user-7.1-s390x-gnu", "linux", "7.1", "qemu-user", Provenance::Measured),
    ("gvisor-2022-x86_64-gnu", "linux", "4.4", "gvisor", Provenance::Measured),
    ("gvisor-2024-x86_64-gnu", "linux", "4.4", "gvisor", Provenance::Measured),
    ("macos", "macos", "", "native", Provenance::Documented),
    ("xnu-11417", "macos", "15.4", "native", Provenance::Reported),
];

fn stated(row: Row, provenance: Provenance) -> Row {
    match provenance {
        Provenance::Measured => row,
        _ => Row { provenance, count: None, trials: None, ..row },
    }
}

/// A matrix of these platforms. `outcomes` are the platform, the step and what it gave.
fn matrix(outcomes: &[(&str, u32, &str)]) -> Matrix {
    let mut results = Results::default();
    for (name, os, version, runtime, provenance) in PLATFORMS {
        let of_platform = outcomes.iter().filter(|(platform, ..)| *platform == name);
        results.rows.extend(of_platform.map(|(_, step, outcome)| {
            stated(row(name, SCENARIO, "tcp4", (*step, "client write 1"), outcome, (10, 10)), provenance)
        }));
        results.platforms.push(Platform {
            os: os.to_owned(),
            os_version: version.to_owned(),
            runtime: runtime.to_owned(),
            provenance,
            ..facts(name, "1")
        });
    }
    Matrix::new(&results, &Catalogue::builtin())
}

/// The platform, what it gave, and the other platforms with what they gave; `None` if nothing is known.
fn best(matrix: &Matrix, system: &str, step: u32) -> Option<(String, String, Vec<String>)> {
    let evidence = matrix.evidence();
    let place = matrix.find(SCENARIO, step, &CaseName::from(&Axes::USUAL)).expect("some platform has it");
    let Best { cell, platform, others } = evidence.best(evidence.system(system).expect("it is there"), place)?;
    let others = others.iter().map(|(column, cell)| format!("{} {cell}", column.name)).collect();
    Some((platform.name.clone(), cell.to_string(), others))
}

#[test]
fn measured_comes_before_reported_before_documented_and_the_newest_first() {
    let all = PLATFORMS.map(|(name, ..)| (name, 1, "ok 1"));
    let matrix = matrix(&all);
    let evidence = matrix.evidence();
    let systems: Vec<_> = evidence
        .systems()
        .iter()
        .map(|system| (system.title(), system.platforms.iter().map(|column| column.name.as_str()).collect()))
        .collect();
    let expected: [(&str, Vec<&str>); 3] = [
        (
            "Linux",
            vec!["linux-6.18-x86_64-gnu", "linux-6.18-x86_64-musl", "linux-6.9-x86_64-gnu", "linux-6.20-x86_64-gnu"],
        ),
        ("macOS", vec!["xnu-11417", "macos"]),
        ("gVisor", vec!["gvisor-2024-x86_64-gnu", "gvisor-2022-x86_64-gnu"]),
    ];
    assert_eq!(systems, expected, "what is translated for another processor says nothing of a system");
}

#[test]
fn a_step_that_the_newest_platform_lacks_is_taken_from_the_next() {
    let matrix = matrix(&[
        ("linux-6.18-x86_64-gnu", 1, "ok 1"),
        ("linux-6.18-x86_64-gnu", 2, "not-run"),
        ("linux-6.9-x86_64-gnu", 2, "EPIPE"),
        ("linux-6.20-x86_64-gnu", 1, "ECONNRESET"),
        ("linux-6.20-x86_64-gnu", 3, "ECONNRESET"),
        ("macos", 3, "EPIPE"),
        ("qemu-user-7.1-s390x-gnu", 3, "ok 1"),
    ]);
    let found = |step| best(&matrix, "linux", step).map(|(platform, cell, _)| (platform, cell));
    let expected = |platform: &str, cell: &str| Some((platform.to_owned(), cell.to_owned()));
    assert_eq!(found(1), expected("linux-6.18-x86_64-gnu", "ok 1"));
    assert_eq!(found(2), expected("linux-6.9-x86_64-gnu", "EPIPE"));
    assert_eq!(found(3), expected("linux-6.20-x86_64-gnu", "ECONNRESET"));
    assert_eq!(best(&matrix, "macos", 1), None);
}

#[test]
fn measured_versions_that_differ_are_named() {
    let matrix = matrix(&[
        ("gvisor-2022-x86_64-gnu", 1, "EPIPE"),
        ("gvisor-2024-x86_64-gnu", 1, "ok 1"),
        ("linux-6.9-x86_64-gnu", 1, "ok 1"),
        ("linux-6.18-x86_64-gnu", 1, "ok 1"),
        ("linux-6.20-x86_64-gnu", 1, "EPIPE"),
    ]);
    let found = best(&matrix, "gvisor", 1).expect("it was measured");
    let others = vec!["gvisor-2022-x86_64-gnu EPIPE".to_owned()];
    assert_eq!(found, ("gvisor-2024-x86_64-gnu".to_owned(), "ok 1".to_owned(), others));
    let found = best(&matrix, "linux", 1).expect("it was measured");
    assert_eq!(found.2, [""; 0], "what is stated is no version that was measured");
}

#[test]
fn the_program_carries_the_accepted_results() {
    let catalogue = Catalogue::builtin();
    let folder = [Path::new(env!("CARGO_MANIFEST_DIR")).join("results")];
    let [(carried, notes), (on_disk, _)] = [Source::Embedded, Source::from(&folder)]
        .map(|source| Matrix::read(source, &catalogue).expect("accepted results are valid"));
    assert_eq!(notes, [""; 0]);
    let names = |matrix: &Matrix| matrix.columns().iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&carried), names(&on_disk));
    let cells = |matrix: &Matrix| {
        let cell = |(column, place)| matrix.cell(column, place).map(ToString::to_string);
        let steps = matrix.places().flat_map(|place| matrix.columns().iter().map(move |column| (column, place)));
        steps.map(cell).collect::<Vec<_>>()
    };
    assert!(cells(&carried) == cells(&on_disk));
}

#[test]
fn a_filter_narrows_every_axis() {
    let catalogue = Catalogue::builtin();
    let filter = CaseFilter {
        transport: vec![Transport::Tcp4],
        sigpipe: vec![Sigpipe::Default, Sigpipe::Handler],
        ..CaseFilter::default()
    };
    let selection = Selection::new(&[SCENARIO]).expect("an id is a selector").of_cases(filter);
    assert!(!selection.is_everything());
    assert_eq!(selection.to_string(), format!("of \"{SCENARIO}\" over tcp4 with sigpipe=default, handler"));
    let cases = selection.cases(&catalogue);
    let all = catalogue.find(SCENARIO).expect("it is built in").axes.iter();
    let expected = all.filter(|axes| {
        axes.transport == Transport::Tcp4 && matches!(axes.sigpipe, Sigpipe::Default | Sigpipe::Handler)
    });
    let expected: Vec<_> = expected.copied().collect();
    assert!(expected.len() > 2, "{expected:?}");
    assert_eq!(cases.iter().map(|case| case.axes).collect::<Vec<_>>(), expected);
}
