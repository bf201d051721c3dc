//! Documented and reported results: rows name existing steps, and cannot be mistaken for measured ones.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use brokenpipe::{
    catalogue::{Axes, Catalogue},
    matrix::Matrix,
    outcome::{NOT_RUN, UNSUPPORTED, forms_of},
    results::Source,
};
use common::committed;

/// The files of rows in a folder of `results`.
fn files(folder: &str) -> Vec<PathBuf> {
    committed(&format!("results/{folder}"))
}

/// Calls `each` for every row of a file, with its place and a function that returns a field by its column.
fn for_each_row(path: &Path, mut each: impl FnMut(&str, &dyn Fn(&str) -> String)) {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let headers = reader.headers().expect("a line of column names").clone();
    for record in reader.records() {
        let record = record.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let line = record.position().map_or(0, csv::Position::line);
        let field = |name: &str| {
            let at = headers.iter().position(|header| header == name);
            // A file of an earlier version lacks the newer axes.
            let usual = || Axes::NAMES.into_iter().zip(Axes::USUAL.words()).find(|(axis, _)| *axis == name);
            let field = at.and_then(|at| record.get(at)).or_else(|| usual().map(|(_, word)| word));
            field.unwrap_or_else(|| panic!("no column `{name}`")).to_owned()
        };
        each(&format!("{}:{line}", path.display()), &field);
    }
}

const FOLDERS: [(&str, usize); 2] = [("documented", 10), ("reported", 3)];

#[test]
fn every_row_names_a_step_of_a_case_of_the_catalogue_in_its_order() {
    let catalogue = Catalogue::builtin();
    for (folder, count) in FOLDERS {
        let files = files(folder);
        assert_eq!(files.len(), count, "platforms in {folder}");
        for file in files {
            let mut last = None;
            let mut seen = BTreeSet::new();
            for_each_row(&file, |place, field| {
                let id = field("scenario");
                let at = catalogue.scenarios().iter().position(|scenario| scenario.id == id);
                let at = at.unwrap_or_else(|| panic!("{place}: no scenario {id}"));
                let scenario = &catalogue.scenarios()[at];
                let case = Axes::NAMES.map(field);
                let nth = scenario.axes.iter().position(|known| known.words() == case.each_ref().map(String::as_str));
                let nth = nth.unwrap_or_else(|| panic!("{place}: no case {case:?} of {id}"));
                let number: usize = field("step").parse().unwrap_or_else(|_| panic!("{place}: a step is a number"));
                let step = number.checked_sub(1).and_then(|index| scenario.steps.get(index));
                let step = step.unwrap_or_else(|| panic!("{place}: no step {number} of {id}"));
                let said = format!("{} {}", field("actor"), field("operation"));
                assert_eq!(said, format!("{} {}", step.actor.word(), step.operation), "{place}");
                let order = Some((at, nth, number));
                assert!(last <= order, "{place}: not in the order of the catalogue");
                last = order;
                assert!(seen.insert((order, field("outcome"))), "{place}: the same outcome twice");
            });
            assert!(!seen.is_empty(), "{}", file.display());
        }
    }
}

#[test]
fn no_row_can_be_mistaken_for_a_measured_one() {
    for (folder, _) in FOLDERS {
        for file in files(folder) {
            let platform = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            for_each_row(&file, |place, field| {
                assert_eq!(field("platform"), platform, "{place}");
                assert_eq!(field("provenance"), folder, "{place}");
                assert_eq!([field("count"), field("trials")], ["", ""], "{place}: a statement has no trials");
                assert!(!field("note").trim().is_empty(), "{place}: no source");
                assert!(field("note").len() <= 300, "{place}: more than 300 bytes of source");
            });
        }
    }
}

#[test]
fn exactly_the_platforms_with_rows_have_facts() {
    for (folder, _) in FOLDERS {
        let named: BTreeSet<_> = files(folder)
            .iter()
            .map(|file| file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned())
            .collect();
        let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(folder).join("platforms.csv");
        let mut known = BTreeSet::new();
        for_each_row(&facts, |place, field| {
            assert_eq!(field("provenance"), folder, "{place}");
            assert!(known.insert(field("platform")), "{place}: a second row");
        });
        assert_eq!(named, known, "{folder}");
    }
}

/// A source's outcome is of a form that the vocabulary has, so that it can be compared at all.
#[test]
fn every_outcome_is_in_canonical_words() {
    // What only a run of this program tells: that a step was not tried, that nothing came, an error that nobody names.
    const OF_A_RUN: [&str; 6] = ["errno N", "error KIND", "+SIGPIPE elsewhere", "quiet", UNSUPPORTED, NOT_RUN];
    // What another program's run can tell, too.
    const OF_ANY_RUN: [&str; 2] = ["+SIGPIPE elsewhere", "quiet"];
    for (folder, _) in FOLDERS {
        let is_told = |form: &&str| !OF_A_RUN.contains(form) || (folder == "reported" && OF_ANY_RUN.contains(form));
        for file in files(folder) {
            for_each_row(&file, |place, field| {
                let outcome = field("outcome");
                let (own, signal) = outcome.split_at(outcome.find("+SIGPIPE").unwrap_or(outcome.len()));
                let forms: Vec<_> = forms_of(&outcome).map(|form| form.form).collect();
                // A form of its own, and that of the signal if there is one.
                assert_eq!(forms.len(), 1 + usize::from(!signal.is_empty()), "{place}: {outcome}");
                assert!(
                    forms_of(own).count() == 1 && forms[1..].iter().all(|form| *form == signal),
                    "{place}: {outcome}"
                );
                assert!(forms.iter().all(is_told), "{place}: {outcome}");
                assert!(forms[0] != "ok N" || own[3..].parse::<u32>().is_ok(), "{place}: {outcome}");
                // Only a failed call has an error's name, and on Windows the name is Winsock's, or a file's.
                let name = field("name");
                let is_error = forms[0] == "ERROR";
                // Only a failed call takes a signal along with it.
                assert!(is_error || signal.is_empty(), "{place}: {outcome}");
                if is_error {
                    assert!(own.starts_with('E') && !own.contains('_'), "{place}: {outcome} is not POSIX's spelling");
                    if field("platform") == "windows" && own == "EPIPE" {
                        // Winsock does not have this error; it is that of a named pipe.
                        assert_eq!(field("transport"), "pipe", "{place}");
                        assert!(["ERROR_NO_DATA", "ERROR_BROKEN_PIPE"].contains(&name.as_str()), "{place}: {name}");
                    } else {
                        let winsock = if field("platform") == "windows" { "WSA" } else { "" };
                        assert_eq!(name, format!("{winsock}{own}"), "{place}");
                    }
                } else {
                    assert_eq!(name, "", "{place}");
                }
                let signal = if outcome.contains("SIGPIPE") { "SIGPIPE" } else { "" };
                assert_eq!(field("signal"), signal, "{place}");
            });
        }
    }
}

/// A row whose source names no number has that of its system all the same, so that a number in a log finds it.
#[test]
fn every_error_has_its_number_on_its_system() {
    // No error of a source is without a number on its system: those that are would be listed here, with the reason.
    const WITHOUT_NUMBER: [(&str, &str); 0] = [];
    let mut codes = BTreeMap::new();
    for_each_row(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain/codes.csv"), |_, field| {
        for (system, column) in [
            ("linux", "linux"),
            ("macos", "macos"),
            ("windows", "winsock"),
            ("freebsd", "freebsd"),
            ("netbsd", "netbsd"),
            ("openbsd", "openbsd"),
            ("illumos", "illumos"),
        ] {
            codes.insert((system, field("error")), field(column));
        }
    });
    let mut without = BTreeSet::new();
    let mut with = 0;
    for (folder, _) in FOLDERS {
        let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(folder).join("platforms.csv");
        let mut systems = BTreeMap::new();
        for_each_row(&facts, |_, field| {
            systems.insert(field("platform"), field("os"));
        });
        for file in files(folder) {
            for_each_row(&file, |place, field| {
                let outcome = field("outcome");
                let own = outcome.split('+').next().unwrap_or_default();
                if forms_of(own).next().is_none_or(|form| form.form != "ERROR") {
                    return assert_eq!(field("code"), "", "{place}");
                }
                let system = systems[&field("platform")].as_str();
                if system == "posix" {
                    return assert_eq!(field("code"), "", "{place}: a standard leaves numbers to the system");
                }
                let code = codes.get(&(system, own.to_owned())).cloned().unwrap_or_default();
                let code = match field("name").as_str() {
                    "ERROR_NO_DATA" => "232".to_owned(),
                    "ERROR_BROKEN_PIPE" => "109".to_owned(),
                    _ => code,
                };
                assert_eq!(field("code"), code, "{place}: {own} on {system}");
                if code.is_empty() {
                    without.insert((system.to_owned(), own.to_owned()));
                }
                with += usize::from(!code.is_empty());
            });
        }
    }
    let expected = WITHOUT_NUMBER.iter().map(|(system, own)| (system.to_string(), own.to_string()));
    assert_eq!(without, expected.collect());
    assert!(with > 4000, "only {with} errors with a number");
}

/// Where parts of a kernel run as a program, that program is not a system of its own.
#[test]
fn a_kernel_that_runs_as_a_program_is_its_system() {
    let (matrix, _) = Matrix::read(Source::Embedded, &Catalogue::builtin()).expect("accepted results are valid");
    for (name, system) in [("netbsd-7.99.34", "netbsd"), ("xnu-11417", "macos")] {
        let column = matrix.columns().iter().find(|column| column.name == name);
        assert_eq!(column.and_then(|column| column.system()), Some(system), "{name}");
    }
}

/// What the program around XNU's code did by itself is no outcome of macOS, nor is what sockets without SO_NOSIGPIPE
/// give in the cases of std, which sets it there.
#[test]
fn nothing_that_stood_in_for_macos_is_an_outcome_of_it() {
    const NOT_XNU: [&str; 7] = ["depart", "crash", "vanish", "reboot", "exec plain", "exec std", "set user_timeout"];
    let mut strengths = BTreeMap::new();
    for_each_row(&Path::new(env!("CARGO_MANIFEST_DIR")).join("results/reported/xnu-11417.csv"), |place, field| {
        let operation = field("operation");
        assert!(!NOT_XNU.contains(&operation.as_str()), "{place}: {operation}");
        let is_made = ["connect", "accept"].contains(&operation.as_str()) && field("transport") == "unix";
        assert!(!is_made, "{place}: a socketpair has no {operation}");
        let is_std = field("call") == "std" && field("option") == "none";
        assert!(!is_std || field("signal").is_empty(), "{place}: {}", field("outcome"));
        // The program set SO_NOSIGPIPE on sockets of TCP, and no other option against the signal.
        let option = field("option");
        assert!(option == "none" || (option == "so_nosigpipe" && field("transport") != "unix"), "{place}: {option}");
        assert!(option == "none" || field("signal").is_empty(), "{place}: {}", field("outcome"));
        let note = field("note");
        // A connection that is fine times out within a call only where the call waits for as long as keepalive takes.
        let was_fine = note.contains("tcp=ESTABLISHED") && note.contains("so_error=0");
        let gives_end = ["ETIMEDOUT", "EPIPE"].contains(&field("outcome").as_str());
        let is_blocked = field("scenario") == "timeout/keepalive-blocked-read-read";
        assert!(!was_fine || !gives_end || is_blocked, "{place}: {note}");
        let (strength, rest) = note.split_once(" xnu-11417.101.15 in user space").unwrap_or_else(|| panic!("{place}"));
        assert_eq!(strength == "STAGED", is_staged(rest), "{place}: {note}");
        *strengths.entry(strength.to_owned()).or_insert(0) += 1;
    });
    assert_eq!(strengths, BTreeMap::from([("RUN".to_owned(), 4113), ("STAGED".to_owned(), 1071)]));
}

/// Whether a note names something that stood in for XNU's.
fn is_staged(note: &str) -> bool {
    const STAND_INS: [&str; 4] = ["packets come ", "a socketpair", "the peer's exit is a close", "the peer is gone"];
    STAND_INS.iter().any(|stand_in| note.contains(stand_in))
}
