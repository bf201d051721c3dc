//! The first page of a site, the pages of distances, and the colours of all pages.

mod common;

use std::{collections::BTreeMap, fs};

use common::{Folder, HEAD, PLATFORMS_HEAD};

/// The case that the question "The peer has closed: 2nd write" points at, and the steps up to that write.
const CASE: &str = "peer-close/write-write-write-read,tcp4,ignore,std,none,std,mio";
const BEFORE: [(&str, &str); 8] = [
    ("client,connect", "ok"),
    ("server,accept", "ok"),
    ("client,write 1", "ok 1"),
    ("server,read 1", "ok 1"),
    ("server,close", "ok"),
    ("client,await fin", "readable+read_closed"),
    ("client,write 1", "ok 1"),
    ("client,await reset", "readable+write_closed"),
];

/// A page that the built program makes of the results in a folder or, without one, of those that it carries.
fn site(folder: &Folder, results: Option<&str>) {
    let results = results.map_or(vec![], |results| vec!["--results", results]);
    folder.brokenpipe(&[&["site", "--out", "site"], &*results].concat()).exits(0).silent();
}

/// Adds the results of a platform, in which the second write gave this outcome.
fn add(folder: &Folder, [name, provenance, os, version]: [&str; 4], outcome: &str) {
    let counts = if provenance == "measured" { "10,10" } else { "," };
    let steps = BEFORE.into_iter().chain([("client,write 1", outcome)]);
    let rows = (1..).zip(steps).map(|(number, (operation, outcome))| {
        format!("{name},{provenance},{CASE},{number},{operation},{outcome},,,,,,{counts},\n")
    });
    folder.write(&format!("results/{name}.csv"), HEAD.to_owned() + &rows.collect::<String>());
    let table = folder.join("results/platforms.csv");
    let facts = fs::read_to_string(&table).unwrap_or_else(|_| PLATFORMS_HEAD.to_owned());
    let row = format!("{name},{provenance},{os},{version},{version},x86_64,gnu,native,epoll,1.95.0,1.2.5,0.1.0\n");
    fs::write(table, facts + &row).expect("the folder is writable");
}

/// Platforms of which little is known.
fn few() -> Folder {
    let folder = Folder::new();
    folder.make("results");
    add(&folder, ["box-9", "measured", "linux", "9"], "EPIPE");
    add(&folder, ["box-8", "measured", "linux", "8"], "ok 1");
    add(&folder, ["stated", "documented", "windows", "10"], "ECONNABORTED");
    // Windows takes this name for a device.
    add(&folder, ["dos", "measured", "con", "1"], "EPIPE");
    site(&folder, Some("results"));
    folder
}

/// The part of a text between two others, of which the first must be there once.
#[track_caller]
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let parts: Vec<_> = text.split(begin).collect();
    assert_eq!(parts.len(), 2, "{begin} is there {} times", parts.len() - 1);
    parts[1].split_once(end).unwrap_or_else(|| panic!("no {end} after {begin}")).0
}

#[test]
fn an_answer_shows_its_class_its_provenance_and_other_versions_and_leads_to_its_step() {
    let folder = few();
    let index = folder.read("site/index.html");
    let row = between(&index, "#step-9\">2nd write</a></th>", "</tr>");
    let row = row.split("<td").skip(1).map(str::trim).collect::<Vec<_>>();
    let link = concat!(
        r#"<a href="scenarios/peer-close/write-write-write-read.html#step-9">"#,
        r#"<span class="c disconnected" data-sign="✕">"#
    );
    let star = r#"<abbr class="versions" title="other measured versions gave another outcome">*</abbr>"#;
    let stated = r#"<abbr class="stated" title="documented or reported, not measured">≈</abbr>"#;
    assert_eq!(
        row,
        [
            format!(r#">{link}<span class="t">EPIPE</span>{star}</span></a></td>"#),
            format!(r#">{link}{stated}<span class="t">ECONNABORTED</span></span></a></td>"#),
            format!(r#">{link}<span class="t">EPIPE</span></span></a></td>"#),
        ]
    );
    let row = between(&index, ">then read</a></th>", "</tr>");
    assert_eq!(row.matches(r#"<td class="unknown">·</td>"#).count(), 3, "{row}");
    let line = "* box-8 gave another outcome than box-9: ok 1 (The peer has closed, 2nd write)";
    assert!(index.contains(&format!("<li>{line}</li>")), "{index}");
    // Windows has no SIGPIPE, and its documentation is quoted for it.
    assert_eq!(index.matches(r#"<span class="t">no SIGPIPE</span>"#).count(), 4);
    assert!(index.contains("No SIGPIPE: Windows (Microsoft&#39;s C run-time library reference"), "{index}");
    // The classes that are on the page, and no others.
    let legend = between(&index, r#"<ul class="legend">"#, "</li>");
    let classes: Vec<_> = legend.split(r#"<span class="t">"#).skip(1).map(|it| it.split_once('<').unwrap().0).collect();
    assert_eq!(classes, ["disconnected", "data"]);
}

#[test]
fn a_distance_of_zero_is_not_nothing_in_common() {
    let folder = few();
    // `box-9` is what is best known of Linux, so it differs in none of the 9 rows of the case.
    let page = folder.read("site/distance/linux.html");
    let row = |name: &str| between(&page, &format!(">{name}</a></th>"), "</tr>").to_owned();
    let cells = |first: &str, all: &str, nothing: usize| {
        let cell = |text: &str| format!(r#"<td class="number">{text}</td>"#);
        cell(first) + &cell("·").repeat(nothing) + &cell(all)
    };
    let families = page.matches(r#"<span class="upright">"#).count();
    assert_eq!(row("box-9"), cells("0/9", "0/9", families - 2));
    assert_eq!(row("box-8"), cells("1/9", "1/9", families - 2));
    assert_eq!(row("stated (documented)"), cells("1/9", "1/9", families - 2));
    // In the picture, what is not 0 has a shade of its own, and where nothing is in common there is no cell.
    let picture = between(&page, "<svg", "</svg>");
    let tspans = |number: &str| picture.matches(&format!(">{number}</tspan>")).count();
    assert_eq!((tspans("0"), tspans("1"), tspans("·")), (4, 4, 4 * (families - 2)));
    let cells = |shade: usize| {
        let path = picture.split_once(&format!(r#"<path class="h-{shade}" d=""#));
        path.map_or(0, |(_, rest)| rest.split_once('"').unwrap().0.matches('M').count())
    };
    assert_eq!((0..6).map(cells).collect::<Vec<_>>(), [4, 0, 4, 0, 0, 0]);
    assert!(folder.join("site/distance/windows.html").exists());
    assert!(!folder.join("site/distance/con.html").exists());
}

#[test]
fn distances_are_those_of_diff_and_the_first_page_is_small() {
    let folder = Folder::new();
    site(&folder, None);
    // All that is known of macOS is stated, in several ways; of Linux most is measured.
    for (system, platform) in [("macos", "freebsd-15.0-x86_64"), ("linux", "wine-10-x86_64-gnu"), ("linux", "macos-11")]
    {
        let out = folder.brokenpipe(&["diff", system, platform, "--cases", "all"]).exits(0).silent().out;
        let summary = out.lines().rfind(|line| line.contains(" row") && line.contains(" differ")).expect("a summary");
        let number = |text: &str| text.split(' ').next_back().unwrap().parse::<usize>().expect("a number");
        let rows = number(summary.split_once(" row").unwrap().0);
        let differing = number(summary.split_once(": ").unwrap().1.split_once(" differ").unwrap().0);
        assert!(differing > 0, "{summary}");
        let page = folder.read(&format!("site/distance/{system}.html"));
        let lines = page.lines().filter(|line| line.contains(r#"<th scope="row">"#));
        let line = lines.into_iter().find(|line| line.contains(&format!("{platform}.html"))).expect("a line");
        let all = format!(r#"<td class="number">{differing}/{rows}</td></tr>"#);
        assert!(line.ends_with(&all), "{system}, {platform}: {all} is not at the end of {line}");
    }
    let bytes = folder.read("site/index.html").len();
    assert!(bytes <= 150 << 10, "{bytes} bytes");
}

/// WCAG's relative luminance of a colour such as `#1b1f24`.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour")) / 255.0;
    let linear = |part: f64| if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
}

#[test]
fn every_text_has_the_contrast_of_level_aa_on_every_ground_in_light_and_dark() {
    let folder = few();
    let style = folder.read("site/style.css");
    let colours = |begin: &str| -> BTreeMap<String, String> {
        let block = between(&style, begin, "}");
        let pairs = block
            .split("--")
            .skip(1)
            .filter_map(|it| it.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.split(';').next().unwrap_or_default().to_owned()));
        pairs.filter(|(_, value)| value.starts_with('#') && value.len() == 7).collect()
    };
    let light = colours("\n:root {");
    let mut dark = light.clone();
    dark.extend(colours("@media screen and (prefers-color-scheme: dark) {"));
    assert_ne!(light["ground"], dark["ground"]);
    let classes = ["disconnected", "end", "data", "wait", "misuse", "done", "killed"];
    let grounds = ["ground", "panel"].into_iter().map(str::to_owned);
    let mut pairs = Vec::new();
    for ground in grounds.chain(classes.iter().map(|class| format!("g-{class}"))) {
        pairs.extend(["text", "muted", "link"].map(|text| (text.to_owned(), ground.clone())));
    }
    for class in classes {
        let own = format!("g-{class}");
        pairs.extend(["ground", "panel", own.as_str()].map(|ground| (format!("c-{class}"), ground.to_owned())));
    }
    pairs.extend((0..6).map(|shade| ("text".to_owned(), format!("h-{shade}"))));
    for (scheme, colours) in [("light", light), ("dark", dark)] {
        for (text, ground) in &pairs {
            let (one, other) = (luminance(&colours[text]), luminance(&colours[ground]));
            let ratio = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            assert!(ratio >= 4.5, "{scheme}: {text} on {ground} has {ratio:.2}");
        }
    }
}
