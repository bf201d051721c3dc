//! The page of the site on what a check found.

mod common;

use common::{
    Folder,
    accepted::{ACCEPTED, CHANGED, but, folder, known, write},
    facts,
};

/// The page of changes of a site that is made from a folder of the check's tests.
fn page(folder: &Folder) -> String {
    let args = ["site", "--results", "results", "--out", "site", "--changes", "run", "--baseline", "results"];
    folder.brokenpipe(&args).exits(0).silent();
    folder.read("site/changes.html")
}

#[track_caller]
fn has(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "not on the page: {text}\n{page}");
    }
}

/// The verdict and the step of each row, in the order of the page.
fn findings(page: &str) -> Vec<(String, String)> {
    let rows = page.split("<tr data-family=\"peer-close\">").skip(1);
    let cell = |row: &str, at: usize| row.split("<td>").nth(at).and_then(|cell| cell.split("</td>").next()).map(text);
    rows.map(|row| (cell(row, 1).expect("a verdict"), cell(row, 2).expect("a step"))).collect()
}

/// A piece of a page without its tags, except for those of what fails.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        if let Some((tag, rest)) = part.split_once('>') {
            text += if tag == "strong" { "!" } else { "" };
            text += rest;
        } else {
            text += part;
        }
    }
    text
}

#[test]
fn what_fails_comes_first_with_what_was_accepted_and_what_was_found() {
    let run = folder([&[("unsupported", 10)], CHANGED, &[("EPIPE", 9), ("ECONNRESET", 1)], &[("eof", 10)]]);
    let page = page(&run);
    has(
        &page,
        &[
            "<b>Changed: the results are not as accepted.</b> What fails: 1 changed, 1 missing.</p>",
            r##"<a href="platforms/box-5.1.html">box-5.1</a> <small><a href="#platform-box-5.1">findings</a></small>"##,
            r#"<tr id="platform-box-5.1"><th scope="rowgroup" colspan="6">box-5.1</th></tr>"#,
            concat!(
                r#"<a href="scenarios/peer-close/read-read-write.html#step-2">2 client write 1</a></td><td>"#,
                r#"<span class="c disconnected" data-sign="✕"><span class="t">EPIPE"#,
                r#"</span></span></td><td><span class="c disconnected" data-sign="✕">"#,
                r#"<span class="t">ECONNRESET</span></span></td>"#
            ),
            "<span class=\"t\">EPIPE 7/10, ok 1 3/10</span>",
        ],
    );
    let expected = [
        ("!changed", "2 client write 1"),
        ("!missing", "1 client connect"),
        ("unsteady", "3 client write 1"),
        ("new", "4 client read 1"),
    ];
    assert_eq!(findings(&page), expected.map(|(verdict, step)| (verdict.to_owned(), step.to_owned())));
}

#[test]
fn a_run_as_accepted_has_no_findings_and_no_page_where_none_is_asked_for() {
    let same = folder(ACCEPTED);
    let page = page(&same);
    has(
        &page,
        &[
            "<b>Same: the results are as accepted.</b></p>",
            &(r#"<td class="number">0</td>"#.repeat(5) + r#"<td class="number">3</td><td>its own baseline</td>"#),
            r#"<a href="changes.html" aria-current="true">Changes</a>"#,
        ],
    );
    assert!(!page.contains("id=\"findings\""), "{page}");
    same.brokenpipe(&["site", "--results", "results", "--out", "site"]).exits(0).silent();
    assert!(!same.join("site/changes.html").exists());
    assert!(!same.read("site/index.html").contains("changes.html"));
}

#[test]
fn platforms_that_were_not_compared_have_a_line_with_the_reason() {
    let run = folder(ACCEPTED);
    write(&run, "run", common_facts("lone-1", "otheros"), ACCEPTED);
    write(&run, "run", facts("box-7", "7"), [&[("not-run", 10)]; 4]);
    let page = page(&run);
    has(
        &page,
        &[
            "<b>Inconclusive: nothing that fails was found, but not every platform was measured.</b> 1 platform was \
             not measured. 1 platform has no baseline.</p>",
            // Platforms without accepted results have no page on this site.
            r#"<th scope="row">box-7</th><td colspan="7">not measured: none of its cases was run</td>"#,
            r#"<th scope="row">lone-1</th>"#,
            "new platform: the baseline has none of this name",
        ],
    );
    assert!(!page.contains("id=\"findings\""), "{page}");
}

fn common_facts(name: &str, os: &str) -> brokenpipe::platform::Platform {
    brokenpipe::platform::Platform { os: os.to_owned(), ..facts(name, "1") }
}

#[test]
fn exceptions_are_told_with_their_reason_and_a_link_that_is_text() {
    let run = folder(but(2, CHANGED));
    let exceptions =
        [known("step = 2\noutcomes = [\"ECONNRESET\"]"), known("step = 3\noutcomes = [\"quiet\"]")].concat();
    run.write("results/known.toml", exceptions.replace("Seen by many.", "Seen by <many>."));
    let page = page(&run);
    has(
        &page,
        &[
            "<b>Same: no difference fails the check.</b>",
            "<small>allowed: Seen by &#60;many&#62;. (https://example.org/1)</small>",
            "<li><code>results/known.toml:8</code>: the known exception for peer-close no longer applies: the step \
             that it fits is the same without it (Seen by &#60;many&#62;.; https://example.org/1)</li>",
        ],
    );
    assert_eq!(findings(&page), [("known".to_owned(), "2 client write 1".to_owned())]);
    assert!(!page.contains("href=\"http"), "{page}");
}
