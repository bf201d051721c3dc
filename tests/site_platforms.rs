//! The pages of platforms, and the list of them.

mod common;

use common::{Folder, HEAD, PLATFORMS_HEAD, text};

const ID: &str = "peer-reset/write-write-write-read";

/// A row of the scenario [`ID`]: its platform and provenance, the case's option, the step, the outcome, its count and
/// trials, and its note.
fn row(platform: &str, option: &str, step: u32, outcome: &str, counts: &str, note: &str) -> String {
    format!("{platform},{ID},tcp4,ignore,std,{option},std,mio,{step},client,write 1,{outcome},,,,,,{counts},{note}\n")
}

/// Writes the site of some platforms.
fn site(rows: &[String], platforms: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.make("results");
    folder.write("results/all.csv", HEAD.to_owned() + &rows.concat());
    let head = PLATFORMS_HEAD.trim_end().to_owned() + ",await_deadline,connect_deadline,note\n";
    folder.write("results/platforms.csv", head + &platforms.concat());
    folder.brokenpipe(&["site", "--out", "site", "--results", "results"]).exits(0).silent();
    folder
}

/// The site of two versions of Linux, of what is documented of it, and of a standard.
fn usual() -> Folder {
    let (new, old, stated) = ("linux-6.2,measured", "linux-6.1,measured", "linux,documented");
    let rows = [
        row(new, "none", 1, "ECONNRESET", "10,10", ""),
        row(new, "none", 2, "EPIPE", "7,10", ""),
        row(new, "none", 2, "ok 1", "3,10", ""),
        row(new, "nodelay", 1, "unsupported", "10,10", "no <such> option"),
        row(new, "linger0", 1, "not-run", "10,10", ""),
        row(old, "none", 1, "EPIPE", "10,10", ""),
        row(old, "none", 2, "EPIPE", "10,10", ""),
        row(stated, "none", 1, "EPIPE", ",", "send(2)"),
        row(stated, "none", 3, "EPIPE", ",", "send(2)"),
        row("posix-2024,documented", "none", 1, "EPIPE", ",", "XSH send()"),
        row("gone,measured", "none", 1, "not-run", "10,10", "no <machine>"),
    ];
    let platforms = [
        "linux-6.2,measured,linux,6.2,6.2.7,vax,gnu,native,epoll,1.90.0,1.1.0,0.1.0,200ms,5s,\"a <b>\u{202e} note\"\n",
        "linux-6.1,measured,linux,6.1,6.1.9,vax,musl,native,epoll,1.90.0,1.1.0,0.1.0,200ms,5s,\n",
        "linux,documented,linux,,,,,native,epoll,,,,,,\n",
        "posix-2024,documented,posix,2024,Issue 8,,,,,,,,,,\n",
        "gone,measured,freebsd,15.0,15.0,vax,,native,kqueue,1.90.0,1.1.0,0.1.0,200ms,5s,\n",
    ];
    site(&rows, &platforms)
}

/// The text of each cell of each row of the table with this caption.
#[track_caller]
fn table(page: &str, caption: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("<caption>{caption}")).unwrap_or_else(|| panic!("no {caption} in {page}"));
    let table = rest.split_once("</table>").expect("the table ends").0;
    let body = table.split_once("<tbody>").expect("the table has rows").1;
    let cell = |cell: &str| text(cell.split_once('>').map_or("", |(_, cell)| cell));
    let row = |row: &str| row.replace("<th ", "<td ").split("<td").skip(1).map(cell).collect();
    body.split("<tr").skip(1).map(row).collect()
}

#[test]
fn a_measured_platform_has_facts_and_neighbours_and_what_is_not_certain() {
    let page = usual().read("site/platforms/linux-6.2.html");
    let facts = table(&page, "Facts of linux-6.2");
    assert_eq!(facts[..3], [["Operating system", "Linux"], ["Version", "6.2"], ["Kernel", "6.2.7"]]);
    assert_eq!(facts.last().map(|fact| fact[1].as_str()), Some("a &#60;b&#62;\u{fffd} note"));
    assert_eq!(facts.len(), 13);
    assert!(text(&page).contains(
        "It has 3 cases of 1 scenario, with an outcome in 2 steps. 1 of the cases is not supported there. 1 was not run."
    ));
    let others = table(&page, "Rows in which both have an outcome");
    assert_eq!(
        others,
        [["linux-6.1", "the version before, 6.1, C library musl", "2", "2"], ["≈linux", "documented", "1", "1"],]
    );
    assert!(page.contains("href=\"../compare/linux-6.1/linux-6.2.html\""), "{page}");
    assert!(page.contains("href=\"../compare/linux-6.2/documented.linux.html\""), "{page}");
    let varying = table(&page, "Steps with several outcomes");
    assert_eq!(varying, [[ID, "2 client write 1", "tcp4", "✕ EPIPE 7/10, ok 1 3/10", "trials disagree"]]);
    let reasons: Vec<_> = page.split("<details class=\"reason\"><summary>").skip(1).collect();
    let heads: Vec<_> = reasons.iter().filter_map(|reason| reason.split("</summary>").next()).collect();
    assert_eq!(
        heads,
        ["Not run, without a reason recorded (1 case)", "Not supported: no &#60;such&#62; option (1 case)"]
    );
    assert!(reasons[1].contains(&format!("<a href=\"../scenarios/{ID}.html\">{ID}</a>: 1 case")), "{}", reasons[1]);
}

#[test]
fn what_is_stated_is_held_against_what_was_measured() {
    let page = usual().read("site/platforms/documented/linux.html");
    assert!(page.contains("<h1>≈linux (documented)</h1>") && page.contains("nothing was run"), "{page}");
    assert!(text(&page).contains("Something is stated of 2 steps in 1 case of 1 scenario."));
    let held = table(&page, "Statements of linux about rows that were measured");
    assert_eq!(held, [["linux-6.1", "1", "0", "1", "1"], ["linux-6.2", "0", "1", "1", "1"]]);
    // No verdict is about what a stranger states.
    let contradictions = table(&page, "Statements that some measured platform contradicts");
    assert_eq!(
        contradictions,
        [[ID, "tcp4", "1 client write 1", "✕ ≈EPIPE", "✕ ECONNRESET", "linux-6.2", "none", "send(2)"]]
    );
    assert!(page.contains(&format!("<a href=\"../../scenarios/{ID}.html#step-1\">")), "{page}");
}

#[test]
fn a_standard_is_no_system_and_an_absent_platform_says_why() {
    let folder = usual();
    let page = folder.read("site/platforms/documented/posix-2024.html");
    assert!(page.contains("It is a standard and no system"), "{page}");
    let held = table(&page, "Rows of which posix-2024 demands something");
    // The newest version gives ECONNRESET, which is not allowed; of FreeBSD nothing is known, so it has no page to compare.
    assert_eq!(held, [["Linux", "1", "1", "0", "compare Linux with it"], ["FreeBSD", "0", "0", "1", ""]]);
    let page = folder.read("site/platforms/gone.html");
    assert!(text(&page).contains("No case was run on it. The reason: no &#60;machine&#62;"), "{page}");
    let list = folder.read("site/platforms/index.html");
    let rows: Vec<_> = table(&list, "Platforms by system").into_iter().filter(|row| row.len() > 1).collect();
    let expected: [&[&str]; 5] = [
        &["linux-6.1", "measured", "6.1", "vax musl", "native", "1", "1", "2"],
        &["linux-6.2", "measured", "6.2", "vax gnu", "native", "1", "3", "2"],
        &["≈linux", "documented", "", "", "native", "1", "1", "2"],
        &["gone", "not measured", "no &#60;machine&#62;"],
        &["≈posix-2024", "documented", "2024", "", "", "1", "1", "1"],
    ];
    assert_eq!(rows, expected);
}

#[test]
fn every_platform_has_a_page_of_its_own_whatever_its_name() {
    let names = ["index", "Index", "a", "A", "documented"];
    let measured = names.map(|name| row(&format!("{name},measured"), "none", 1, "EPIPE", "10,10", ""));
    let stated = names.map(|name| row(&format!("s{name},documented"), "none", 1, "EPIPE", ",", "a source"));
    let folder = site(&[measured, stated].concat(), &[]);
    for page in [
        "measured/index.html",
        "~index.html",
        "a.html",
        "~a.html",
        "documented.html",
        "documented/sindex.html",
        "documented/s~index.html",
        "documented/sa.html",
        "documented/s~a.html",
        "documented/sdocumented.html",
    ] {
        let text = folder.read(&format!("site/platforms/{page}"));
        assert!(text.contains("No facts are recorded of it."), "{page}");
    }
    assert!(folder.read("site/platforms/index.html").contains("<h1>Platforms</h1>"));
}
