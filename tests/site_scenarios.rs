//! The pages of scenarios and families, made of results that are made for them.

mod common;

use brokenpipe::{
    platform::{Platform, Provenance},
    results::{Results, Row},
};
use common::{Folder, facts, row};

const STEPS: [&str; 5] = ["client connect", "server accept", "server close", "client await fin", "client write 1"];

/// A scenario file: `own/close`, one with another third step, and one that no platform has.
fn scenarios() -> String {
    let scenario = |name: &str, title: &str, steps: &[&str]| {
        let texts = format!("title = \"{title}\"\nwhy = \"It <b>matters</b>. So it does.\"\ntransports = [\"tcp4\"]");
        format!("[[scenario]]\nid = \"own/{name}\"\n{texts}\nsteps = \"\"\"\n{}\n\"\"\"\n\n", steps.join("\n"))
    };
    let mut reset = STEPS;
    reset[2] = "server reset";
    scenario("close", "Close & write", &STEPS)
        + &scenario("reset", "Reset & write", &reset)
        + &scenario("untried", "Never run", &["client connect", "server accept", "crowd connect"])
}

/// The rows of `own/close` on a platform whose last step had these outcomes, with counts out of ten.
fn rows(platform: &str, last: &[(&str, Option<u64>)]) -> Vec<Row> {
    let (setup, write) = STEPS.split_at(4);
    let outcomes = ["ok", "ok", "ok", "readable+read_closed"];
    let row = |number, text, outcome: &str| row(platform, "own/close", "tcp4", (number, text), outcome, (10, 10));
    let setup = (1..).zip(setup).zip(outcomes).map(|((number, text), outcome)| row(number, text, outcome));
    let last = last.iter().map(|(outcome, count)| Row { count: *count, ..row(5, write[0], outcome) });
    setup.chain(last).collect()
}

fn write(folder: &Folder, platform: Platform, rows: Vec<Row>) {
    let name = platform.platform.clone();
    let provenance = platform.provenance;
    let rows = rows.into_iter().map(|row| match provenance {
        Provenance::Measured => row,
        _ => Row { provenance, count: None, trials: None, ..row },
    });
    let results = Results { rows: rows.collect(), platforms: vec![platform], notes: Vec::new() };
    results.write(&folder.join("results"), &name).expect("the temporary folder is writable");
}

/// A site of three platforms, two of them of one system.
fn site() -> Folder {
    let folder = Folder::with("own.toml", scenarios());
    let mut newest = rows("box-5.1", &[("EPIPE", Some(7)), ("ok 1", Some(3))]);
    let epipe = &mut newest[4];
    (epipe.code, epipe.name, epipe.kind) = (Some(32), "EPIPE".to_owned(), "BrokenPipe".to_owned());
    write(&folder, facts("box-5.1", "5.1"), newest);
    write(&folder, facts("box-4.0", "4.0"), rows("box-4.0", &[("ok 1", Some(10))]));
    write(&folder, facts("box-3.0", "3.0"), rows("box-3.0", &[("ok 1", Some(10))]));
    let mut stated = rows("sage", &[("ECONNRESET", None)]);
    stated[4].note = "<script>alert(1)</script> https://example.org/".to_owned();
    let sage = Platform { provenance: Provenance::Reported, os: "macos".to_owned(), ..facts("sage", "1") };
    write(&folder, sage, stated);
    folder.brokenpipe(&["site", "--out", "site", "--results", "results", "--scenarios", "own.toml"]).exits(0);
    folder
}

/// The part of a page from one text to another.
#[track_caller]
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let start = page.find(from).unwrap_or_else(|| panic!("{from} is not in {page}"));
    let rest = &page[start + from.len()..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("{to} is not in {rest}"))]
}

/// The text of markup, with single blanks.
fn text(markup: &str) -> String {
    let mut text = String::new();
    for part in markup.split('<') {
        text += &part.split_once('>').map_or(part.to_owned(), |(tag, after)| common::sign(tag) + after);
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_cell_has_every_platform_with_its_trials_names_and_provenance() {
    let page = site().read("site/scenarios/own/close.html");
    let step = between(&page, "<tr id=\"step-5\"", "</tr>");
    let cells: Vec<_> = step.split("<td>").skip(1).map(text).collect();
    let [macos, testos] = &cells[..] else { panic!("{step}") };
    assert_eq!(
        testos,
        "✕ EPIPE 7/10, ok 1 3/10 * measured – box-5.1 EPIPE , 7 of 10 trials system: 32 EPIPE Rust: BrokenPipe ok 1 , \
         3 of 10 trials measured – box-4.0 , box-3.0 ok 1 , 10 of 10 trials"
    );
    assert_eq!(
        macos,
        "✕ ≈ ECONNRESET ≈ reported – sage ECONNRESET &#60;script&#62;alert(1)&#60;/script&#62; https://example.org/"
    );
    assert!(step.contains("<a href=\"../../platforms/box-4.0.html\">box-4.0</a>"), "{step}");
    assert!(step.contains("<a href=\"../../platforms/reported/sage.html\">sage</a>"), "{step}");
    assert!(!page.contains("<b>") && !page.contains("alert(1)</script>") && !page.contains("href=\"http"), "{page}");
    let errors = between(&page, "Errors in it:", "</p>");
    assert_eq!(text(errors), "EPIPE , ECONNRESET");
}

#[test]
fn the_ladder_has_each_step_in_its_lane_and_marks_the_most_telling() {
    let folder = site();
    let page = folder.read("site/scenarios/own/close.html");
    let ladder = between(&page, "<svg", "</svg>");
    assert_eq!(
        text(between(ladder, "<desc id=\"ladder-words\">", "</desc>")),
        (1..).zip(STEPS).map(|(number, step)| { format!("{number} {step}") }).collect::<Vec<_>>().join(", ")
    );
    let boxes: Vec<_> = ladder.split("<a href=\"").skip(1).collect();
    let place = |markup: &str, name: &str| -> u32 {
        between(between(markup, "<rect", "/>"), &format!(" {name}=\""), "\"").parse().expect("a number")
    };
    let lefts: Vec<_> = boxes.iter().map(|step| place(step, "x")).collect();
    assert!(lefts[0] < lefts[1], "{lefts:?}");
    assert_eq!(lefts, [lefts[0], lefts[1], lefts[1], lefts[0], lefts[0]]);
    let ends =
        boxes.iter().map(|step| (place(step, "y"), place(step, "y") + place(step, "height"))).collect::<Vec<_>>();
    assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0), "{ends:?}");
    for (number, step) in (1..).zip(&boxes) {
        assert!(step.starts_with(&format!("#step-{number}\"")), "{step}");
        assert_eq!(step.contains("class=\"telling\""), number == 5, "{step}");
        assert!(page.contains(&format!("<tr id=\"step-{number}\"")), "{number}");
    }
}

#[test]
fn a_scenario_without_results_has_a_page_that_says_so() {
    let folder = site();
    let page = folder.read("site/scenarios/own/untried.html");
    assert!(page.contains("<p>No platform’s results have this scenario.</p>"), "{page}");
    let table = between(&page, "<table id=\"steps\"", "</table>");
    assert_eq!(text(table).matches("connect").count(), 2, "{table}");
    assert!(!table.contains("<td"), "{table}");
    assert_eq!(page.matches("<text class=\"actor\"").count(), 3, "{page}");
    assert!(page.contains("brokenpipe run own/untried --scenarios FILE\n"), "{page}");
}

#[test]
fn neighbours_and_scenarios_that_differ_in_one_step_are_linked() {
    let folder = site();
    let page = folder.read("site/scenarios/own/close.html");
    let similar = between(&page, "<ul class=\"similar\">", "</ul>");
    assert!(similar.contains("<a href=\"../../scenarios/own/reset.html\">"), "{similar}");
    // Built-in scenarios come first.
    let own = "Reset &#38; write : step 3 is server reset instead of server close";
    assert!(text(similar).ends_with(own), "{similar}");
    assert_eq!(between(&page, "rel=\"next\" href=\"", "\""), "../../scenarios/own/reset.html");
    let toml = between(&page, "<pre tabindex=\"0\"><code>[[", "</code>");
    assert!(
        toml.starts_with("scenario]]\nid = &#34;own/close&#34;\n") && toml.ends_with("client write 1\n&#34;&#34;&#34;")
    );
}

#[test]
fn a_family_has_each_scenario_with_its_most_telling_step() {
    let folder = site();
    let page = folder.read("site/families/own.html");
    let rows: Vec<_> = page.split("<tr data-family=\"own\">").skip(1).map(|row| between(row, "", "</tr>")).collect();
    assert_eq!(
        rows.iter().map(|row| text(row)).collect::<Vec<_>>(),
        [
            "Close &#38; write 5 client write 1 ✕ ≈ ECONNRESET ✕ EPIPE 7/10, ok 1 3/10 *",
            "Reset &#38; write no results · ·",
            "Never run no results · ·",
        ]
    );
    assert_eq!(rows[0].matches("href=\"../scenarios/own/close.html#step-5\"").count(), 2, "{}", rows[0]);
    let list = folder.read("site/scenarios/index.html");
    assert_eq!(
        text(between(&list, "<section id=\"family-own\">", "</section>")),
        "own 3 Close &#38; write Reset &#38; write \
         Never run"
    );
}
