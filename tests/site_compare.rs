//! The pages of the site on which two are compared, and the list of them.

mod common;

use brokenpipe::{
    platform::{Platform, Provenance},
    results::{Results, Row},
};
use common::{Folder, facts, row};

const ID: &str = "peer-close/read-read-write";

/// The outcomes of the four steps, in trials, or stated where there are no counts.
type Steps<'a> = [&'a [(&'a str, u64)]; 4];

const STEPS: [&str; 4] = ["client connect", "client read 1", "client write 1", "client so_error"];

/// Writes a platform with these outcomes in steps of a scenario.
fn add(folder: &Folder, name: &str, os: &str, provenance: Provenance, id: &str, steps: Steps<'_>) {
    let platform = Platform { os: os.to_owned(), provenance, ..facts(name, "1") };
    let mut rows = Vec::new();
    for ((number, text), outcomes) in (1..).zip(STEPS).zip(steps) {
        for (outcome, count) in outcomes {
            let measured = row(name, id, "tcp4", (number, text), outcome, (*count, 10));
            rows.push(match provenance {
                Provenance::Measured => measured,
                _ => Row { provenance, count: None, trials: None, note: "Seen in a source.".to_owned(), ..measured },
            });
        }
    }
    let results = Results { rows, platforms: vec![platform], notes: Vec::new() };
    results.write(&folder.join("results"), name).expect("the temporary folder is writable");
}

const LINUX: Steps<'_> = [&[("ok", 10)], &[("eof", 10)], &[("EPIPE", 10)], &[("none", 10)]];

/// Against [`LINUX`], step 2 is of another class, step 3 is of the same class, and step 4 has nothing.
const MACOS: Steps<'_> = [&[("ok", 10)], &[("ECONNRESET", 10)], &[("ECONNRESET", 10)], &[("unsupported", 10)]];

fn site(folder: &Folder) {
    folder.brokenpipe(&["site", "--results", "results", "--out", "site"]).exits(0).silent();
}

fn two_systems() -> Folder {
    let folder = Folder::new();
    add(&folder, "linux-5", "linux", Provenance::Measured, ID, LINUX);
    add(&folder, "xnu-1", "macos", Provenance::Reported, ID, MACOS);
    folder
}

#[track_caller]
fn has(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "not on the page: {text}\n{page}");
    }
}

#[test]
fn two_systems_have_a_page_of_what_differs() {
    let folder = two_systems();
    site(&folder);
    let page = folder.read("site/compare/linux/macos.html");
    has(
        &page,
        &[
            "<h1>Linux and ≈macOS</h1>",
            "Linux and ≈macOS differ in 2 of the 3 rows in which both have an outcome; in 1 of these the classes of \
             their outcomes differ, which portable code has to handle. ≈ was not measured by this program.</p>",
            r#"<b>Linux</b>: <a href="../../platforms/linux-5.html">linux-5</a> (measured)</li>"#,
            r#"<b>≈macOS</b>: ≈<a href="../../platforms/reported/xnu-1.html">xnu-1</a> (reported)</li>"#,
            "<code>brokenpipe diff linux macos --cases all</code>",
            concat!(
                r##"<a href="#family-peer-close">peer-close</a></th><td class="number">3</td>"##,
                r#"<td class="number">2</td><td class="number">1</td>"#
            ),
            r#"<th scope="col">Linux</th><th scope="col">≈macOS</th>"#,
            concat!(
                r#"<tr data-family="peer-close" data-class="differs"><th scope="row">"#,
                r#"<a href="../../scenarios/peer-close/read-read-write.html">read-read-write</a></th><td>"#,
                r#"<a href="../../scenarios/peer-close/read-read-write.html#step-2">2 client read 1</a></td>"#
            ),
            concat!(
                r#"<tr data-family="peer-close"><th scope="row">"#,
                r#"<a href="../../scenarios/peer-close/read-read-write.html">read-read-write</a></th><td>"#,
                r#"<a href="../../scenarios/peer-close/read-read-write.html#step-3">3 client write 1</a></td>"#
            ),
            concat!(
                r#"<span class="t">EPIPE</span></span></td><td><span class="c disconnected" data-sign="✕">"#,
                r#"<abbr class="stated" title="documented or reported, not measured">≈</abbr>"#
            ),
        ],
    );
    assert_eq!(page.matches("<tr data-family=").count(), 2, "{page}");
    assert_eq!(page.matches(r#"class="stated""#).count(), 2, "only macOS is stated: {page}");
    let list = folder.read("site/compare.html");
    has(
        &list,
        &[
            r#"<td class="number most"><a href="compare/linux/macos.html">2 <small>of 3</small></a></td>"#,
            "<th scope=\"row\">≈macOS <small>reported</small></th>",
        ],
    );
    // One page a pair, which two cells of the table lead to.
    assert_eq!(list.matches("compare/linux/macos.html").count(), 2, "{list}");
    assert!(!folder.join("site/compare/macos").exists());
}

#[test]
fn platforms_of_a_system_and_standards_have_pages_and_the_program_agrees() {
    let folder = two_systems();
    add(&folder, "linux-6", "linux", Provenance::Measured, ID, LINUX);
    add(&folder, "linux", "linux", Provenance::Documented, ID, MACOS);
    add(&folder, "posix-1", "posix", Provenance::Documented, ID, LINUX);
    add(&folder, "other", "netbsd", Provenance::Measured, "peer-reset/read", LINUX);
    site(&folder);
    let same = folder.read("site/compare/linux-5/linux-6.html");
    has(&same, &["linux-5 and linux-6 do not differ in any of the 4 rows in which both have an outcome.</p>"]);
    assert!(!same.contains("id=\"differences\""), "{same}");
    has(
        &folder.read("site/compare/linux-5/documented.linux.html"),
        &["<h1>linux-5 and ≈linux</h1>", "brokenpipe diff linux-5 documented/linux --cases all"],
    );
    has(&folder.read("site/compare/macos/posix-1.html"), &["≈macOS and ≈posix-1 differ in 2 of the 3 rows"]);
    has(
        &folder.read("site/compare/linux/netbsd.html"),
        &["Linux and NetBSD have no row in common: in none do both have an outcome.</p>"],
    );
    let csv = folder.brokenpipe(&["diff", "--results", "results", "macos", "posix-1", "--format", "csv"]).exits(0);
    assert_eq!(common::rows(&csv.out).len(), 2, "{csv:?}");
}

#[test]
fn where_trials_disagree_shares_are_shown() {
    let folder = two_systems();
    let unsteady: Steps<'_> = [&[("ok", 10)], &[("eof", 10)], &[("EPIPE", 7), ("ok 1", 3)], &[("none", 10)]];
    add(&folder, "linux-6", "linux", Provenance::Measured, ID, unsteady);
    site(&folder);
    let page = folder.read("site/compare/linux-5/linux-6.html");
    has(&page, &[r#"<span class="t">EPIPE 7/10, ok 1 3/10</span>"#, r#"<td class="differs">class</td>"#]);
}

/// The id of a scenario of the results may be any path.
#[test]
fn a_scenario_that_the_catalogue_does_not_have_is_text() {
    let folder = two_systems();
    let id = "up/../../../and away";
    add(&folder, "linux-6", "linux", Provenance::Measured, id, LINUX);
    add(&folder, "linux-7", "linux", Provenance::Measured, id, MACOS);
    site(&folder);
    let page = folder.read("site/compare/linux-6/linux-7.html");
    has(&page, &[r#"<th scope="row">up/../../../and away</th><td>2 client read 1</td>"#]);
    assert!(!page.contains("family-up"), "{page}");
    assert_eq!(page.matches("and away").count(), 2, "as text of each row alone: {page}");
}

#[test]
fn pairs_of_too_many_platforms_have_no_pages_and_the_list_says_so() {
    let folder = two_systems();
    for number in 6..41 {
        add(&folder, &format!("linux-{number}"), "linux", Provenance::Measured, ID, LINUX);
    }
    site(&folder);
    has(
        &folder.read("site/compare.html"),
        &["There would be too many pages for each two platforms of Linux; <code>brokenpipe diff A B</code>"],
    );
    assert!(!folder.join("site/compare/linux-5").exists());
    assert!(folder.join("site/compare/linux/macos.html").exists());
}
