//! Known exceptions: what `known.toml` allows, and when an entry no longer applies.

mod common;

use brokenpipe::check::parse_known;
use common::{
    Folder,
    accepted::{ACCEPTED, CHANGED, but, check, folder, known, write},
    facts,
};

#[test]
fn a_known_exception_allows_what_it_names_and_nothing_else() {
    let folder = folder(but(2, CHANGED));
    folder.write("results/known.toml", known("outcomes = [\"ECONNRESET\"]\nstep = 2"));
    let ran = check(&folder, &[]).exits(0).silent();
    assert_eq!(
        ran.out,
        "box-5.1: 1 known, 2 same\n  known    peer-close/read-read-write step 2 client write 1 (tcp4): ECONNRESET, \
         where the baseline has EPIPE\n           allowed: Seen by many. (https://example.org/1)\n"
    );
    for other in [
        "outcomes = [\"eof\"]",
        "outcomes = [\"ECONNRESET\"]\nstep = 3",
        "outcomes = [\"ECONNRESET\"]\ntransport = \"tcp6\"",
        "outcomes = [\"ECONNRESET\"]\ncall = \"send\"",
        "outcomes = [\"ECONNRESET\"]\nplatform = { os = \"linux\" }",
        "outcomes = [\"ECONNRESET\"]\nplatform = { runtime = \"gvisor\" }",
        "outcomes = [\"ECONNRESET\"]\nplatform = { version = \">=5.2\" }",
    ] {
        folder.write("results/known.toml", known(other));
        let ran = check(&folder, &[]);
        assert_eq!(ran.code, Some(1), "{other}: {ran:#?}");
    }
    let fitting =
        "outcomes = [\"ECONNRESET\"]\nplatform = { os = \"testos\", version = \">=5.0, <5.2\" }\ntransport = \"tcp4\"";
    folder.write("elsewhere.toml", known(fitting));
    check(&folder, &["--known", "elsewhere.toml"]).exits(0).silent();
}

/// An exception for platforms of these versions.
fn known_of(versions: &str) -> String {
    known(&format!("outcomes = [\"ECONNRESET\"]\nplatform = {{ version = \"{versions}\" }}"))
}

/// Whether an exception for these versions fits a platform of this one.
fn fits(versions: &str, version: &str) -> bool {
    let folder = Folder::new();
    write(&folder, "results", facts("box-1", version), ACCEPTED);
    write(&folder, "run", facts("box-1", version), but(2, CHANGED));
    folder.write("results/known.toml", known_of(versions));
    let ran = check(&folder, &[]);
    assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.err);
    ran.code == Some(0)
}

#[test]
fn versions_are_numbers() {
    assert!(fits("=6.18", "6.18") && !fits("=6.1", "6.18"));
    assert!(fits("=14.2", "14.2-RELEASE") && !fits(">14.2", "14.2-RELEASE"));
    assert!(!fits(">=0", "rolling"));
}

#[test]
fn a_range_holds_what_lies_in_it() {
    let fitting: Vec<_> = ["5.9", "5.10", "5.10.3", "6.0", "6.1", "6.1.2", "x"]
        .into_iter()
        .filter(|version| fits(">=5.10, <6.1", version))
        .collect();
    assert_eq!(fitting, ["5.10", "5.10.3", "6.0"]);
    assert!(fits("=6.1", "6.1.7") && fits("6", "6.1"));
    assert!(fits("<=6.1", "6.1.7") && !fits(">6.1", "6.1.7"));
    assert!(parse_known("known.toml", &known_of(">=5.10, <6.1")).is_ok());
    for wrong in ["", "newest", "~5", ">= ", "5.", "5,", "99999999999999999999"] {
        let mistakes = parse_known("known.toml", &known_of(wrong)).unwrap_err();
        assert!(mistakes.to_string().contains("not a range of versions"), "{wrong}: {mistakes}");
    }
}

#[test]
fn an_exception_that_no_longer_applies_is_reported() {
    let folder = folder(ACCEPTED);
    folder.write("results/known.toml", known("outcomes = [\"ECONNRESET\"]\nstep = 2"));
    let ran = check(&folder, &[]).exits(0).silent();
    assert_eq!(
        ran.out.replace('\\', "/"),
        "box-5.1: 3 same\nstale: results/known.toml:2: the known exception for peer-close no longer applies: the step \
         that it fits is the same without it\n"
    );
    check(&folder, &["--deny", "stale"])
        .exits(1)
        .says(&["not as accepted: 1 known exception that no longer applies\n"]);
    // An entry that matches no step is misspelt, or its scenario was removed.
    folder.write("results/known.toml", known("outcomes = [\"ECONNRESET\"]\nstep = 99"));
    assert!(check(&folder, &[]).exits(0).out.ends_with("it fits no step that was compared\n"));
    // An entry for another platform is not stale.
    let elsewhere = known("outcomes = [\"ECONNRESET\"]\nplatform = { os = \"elsewhere\" }");
    folder.write("results/known.toml", elsewhere);
    assert_eq!(check(&folder, &[]).exits(0).out, "box-5.1: 3 same\n");
}

#[test]
fn an_exception_with_several_outcomes_is_not_stale_if_a_run_has_none_of_them() {
    let folder = folder(ACCEPTED);
    folder.write("results/known.toml", known("outcomes = [\"EPIPE\", \"eof\"]\nstep = 2"));
    check(&folder, &["--deny", "stale"]).exits(0).silent();
}

#[test]
fn whatever_names_a_ticket_is_a_link_and_stays_text() {
    let folder = folder(but(2, CHANGED));
    for link in ["OPS-1234", "bug 7 of the tracker", "javascript:alert(1)"] {
        let text = known("outcomes = [\"ECONNRESET\"]").replace("https://example.org/1", link);
        folder.write("results/known.toml", text);
        assert!(check(&folder, &[]).exits(0).out.contains(&format!("allowed: Seen by many. ({link})\n")), "{link}");
    }
}

#[test]
fn errors_in_exceptions_say_what_is_expected() {
    let folder = folder(ACCEPTED);
    for (text, line, right) in [
        ("[[known]]\nselect = \"x\"\n", 1, "missing field"),
        ("known = 3\n", 1, "invalid type"),
        ("[[known]\n", 1, "known exceptions are TOML"),
        (&known("outcomes = []"), 3, "the outcomes that are allowed"),
        (&known("outcomes = [\"<b>\"]"), 3, "an outcome as results have it"),
        (&known("outcomes = [\"not-run\"]"), 3, "an outcome that a step can give"),
        (&known("outcomes = [\"ok\"]\ntransport = \"tcp\""), 4, "one of `tcp4`"),
        (&known("outcomes = [\"ok\"]\nstep = 0"), 4, "steps are numbered from 1"),
        (&known("outcomes = [\"ok\"]\nstep = -1"), 4, "invalid"),
        (&known("outcomes = [\"ok\"]\nplatform = { version = \"new\" }"), 4, ">=5.10, <6.1"),
        (&known("outcomes = [\"ok\"]\nplatform = { kernel = \"6\" }"), 4, "unknown field `kernel`"),
        (&known("outcomes = [\"ok\"]").replace("peer-close", "[x"), 2, "a scenario id, a family, or a glob"),
        (&known("outcomes = [\"ok\"]").replace("Seen by many.", " "), 4, "why this is allowed"),
        (&known("outcomes = [\"ok\"]").replace("https://example.org/1", " "), 5, "what names a ticket"),
        (&known("outcomes = [\"ok\"]").replace("Seen", "\\u001b[31m"), 4, "a control character"),
    ] {
        folder.write("results/known.toml", text);
        let ran = check(&folder, &[]).exits(2);
        assert_eq!(ran.out, "");
        let path = std::path::Path::new("results").join("known.toml").display().to_string();
        assert!(ran.err.contains(&format!("{path}:{line}:")), "{text}\n{}", ran.err);
        assert!(ran.err.contains(right), "{text}\n{}", ran.err);
        assert!(!ran.err.contains('\u{1b}'));
    }
    folder.write("results/known.toml", b"\n\xff");
    check(&folder, &[]).refuses(&["known.toml:2: not UTF-8"]);
    check(&folder, &["--known", "none.toml"]).refuses(&["none.toml: cannot be read"]);
}
