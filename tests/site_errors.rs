//! The pages of errors, and the list of them.

mod common;

use brokenpipe::{
    catalogue::Catalogue,
    explain::{Errors, Situation, situations, situations_of_each},
    matrix::Matrix,
    platform::Platform,
    results::{Results, Row},
};
use common::{Folder, HEAD, PLATFORMS_HEAD, facts, row, text};

/// Writes the site of two systems, of which Linux was measured and macOS is documented.
fn site() -> Folder {
    let folder = Folder::new();
    folder.make("results");
    let measured = |id: &str, step: u32, what: &str, outcome: &str| {
        format!("linux-1,measured,{id},tcp4,ignore,std,none,std,mio,{step},{what},{outcome},,,,,,10,10,\n")
    };
    let stated = |id: &str, step: u32, what: &str, outcome: &str| {
        format!("macos,documented,{id},tcp4,ignore,std,none,std,mio,{step},{what},{outcome},,,,,,,,a source\n")
    };
    let rows = [
        measured("peer-reset/write-write-write-read", 1, "client,write 1", "ECONNRESET"),
        measured("peer-reset/write-write-write-read", 2, "client,write 1", "EPIPE"),
        measured("peer-reset/write-write-write-read", 3, "client,write 1", "EPIPE"),
        stated("peer-reset/write-write-write-read", 1, "client,write 1", "EPIPE"),
        stated("peer-reset/write-write-write-read", 3, "client,write 1", "EPIPE"),
        measured("own/../..", 1, "client,write 1", "EPIPE"),
    ];
    folder.write("results/all.csv", HEAD.to_owned() + &rows.concat());
    let platforms =
        ["linux-1,measured,linux,6.1,6.1,vax,,native,epoll,1,1,1\n", "macos,documented,macos,,,,,native,kqueue,,,\n"];
    folder.write("results/platforms.csv", PLATFORMS_HEAD.to_owned() + &platforms.concat());
    folder.brokenpipe(&["site", "--out", "site", "--results", "results"]).exits(0).silent();
    folder
}

/// What stands between two texts.
#[track_caller]
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {page}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after:?} after {before:?}")).0
}

#[test]
fn a_page_says_what_explain_says() {
    let page = site().read("site/errors/EPIPE.html");
    assert_eq!(between(&page, "<h1>", "</h1>"), "EPIPE: Broken pipe");
    let known = Errors::builtin().find("EPIPE").expect("it is known");
    let texts = text(&page);
    for told in [&known.meaning, &known.not, &known.sign] {
        assert!(texts.contains(told.as_str()), "{told}");
    }
    let numbers = between(&page, "<caption>Numbers of EPIPE", "</table>");
    let rows: Vec<_> = numbers.split("<tr>").map(text).collect();
    let linux = rows.iter().find(|row| row.starts_with("32EPIPE")).expect("the number of Linux is there");
    assert!(linux.contains("Linux, macOS, FreeBSD, NetBSD, OpenBSD, illumos"), "{linux}");
    for number in ["109ERROR_BROKEN_PIPEWindows (Win32)", "-4047UV_EPIPElibuv on Windows"] {
        assert!(rows.iter().any(|row| row == number), "{number} in {rows:#?}");
    }
    assert!(rows.iter().any(|row| row == "0xC00000B0STATUS_PIPE_DISCONNECTEDWindows (NTSTATUS)ESHUTDOWN"), "{rows:#?}");
    let python = between(&page, "<th scope=\"row\">Python</th>", "</tr>");
    assert!(python.contains("<code>BrokenPipeError</code>"), "{python}");
    let go = between(&page, "<summary>Go</summary>", "</details>");
    assert!(text(go).contains("errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)"), "{go}");
    assert!(text(go).contains("Everywhere: net.ErrClosed is your own close"), "{go}");
    assert!(page.contains("<a href=\"../errors/ECONNRESET.html\">ECONNRESET</a>"));
}

#[test]
fn situations_have_links_and_marks_and_those_of_no_page_are_text() {
    let folder = site();
    let page = folder.read("site/errors/EPIPE.html");
    let table = between(&page, "<caption>Steps that give EPIPE", "</table>");
    let rows: Vec<_> = table.split("<tr data-family=").skip(1).filter_map(|row| row.split("</tr>").next()).collect();
    assert_eq!(rows.len(), 2, "{table}");
    // Of the three steps the last one gives it on both systems.
    let link = "<a href=\"../scenarios/peer-reset/write-write-write-read.html#step-3\">";
    assert!(rows[0].starts_with("\"peer-reset\"") && rows[0].contains(link), "{}", rows[0]);
    let cells: Vec<_> = rows[0].split("<td").skip(2).map(|cell| text(&format!("<td{cell}"))).collect();
    assert_eq!(cells, ["✕ EPIPE", "✕ ≈EPIPE"]);
    assert_eq!(rows[0].matches("<td class=\"it\">").count(), 2);
    assert!(rows[1].starts_with("\"own\"") && !rows[1].contains("href"), "{}", rows[1]);
    let step = "<th scope=\"row\">own/../..</th><td>1 client write 1<br><span class=\"small\">tcp4</span></td>";
    assert!(rows[1].contains(step), "{}", rows[1]);
    // macOS gives EPIPE at that step.
    let page = folder.read("site/errors/ECONNRESET.html");
    let row = between(&page, "<tr data-family=\"peer-reset\">", "</tr>");
    assert_eq!(row.matches("<td class=\"it\">").count(), 1, "{row}");
}

#[test]
fn each_error_is_in_the_list_and_says_what_it_does_not_have() {
    let folder = site();
    let list = folder.read("site/errors/index.html");
    for error in &Errors::builtin().errors {
        assert_eq!(list.matches(&format!("\"../errors/{}.html\"", error.name)).count(), 1, "{}", error.name);
        let page = folder.read(&format!("site/errors/{}.html", error.name));
        assert!(page.len() < 300_000, "{}: {}", error.name, page.len());
    }
    let at = |name: &str| list.find(&format!(">{name}</a>")).expect("it is listed");
    assert!(at("EPIPE") < at("ECONNRESET") && at("ECONNRESET") < at("SIGPIPE") && at("SIGPIPE") < at("EOF"));
    let reset = between(&list, ">ECONNRESET</a></th>", "</tr>").replace("</td>", "|");
    assert!(text(&reset).starts_with("connection reset by peer|104|54|10054, 64|A reset (RST) came"), "{reset}");
    let says = |name: &str, words: &str| {
        let page = folder.read(&format!("site/errors/{name}.html"));
        assert!(text(&page).contains(words), "{name}: {words}");
    };
    says("ENETDOWN", "No step of the scenarios in these results gives it on any system.");
    says("LOCAL-CLOSED", "No system call gives it, so no scenario shows it.");
    says("LOCAL-CLOSED", "Let one owner close it after the last use");
    says("SIGPIPE", "number 13 everywhere but on Haiku, where it is 7");
    says("SIGPIPE", "Exit statuses that tell of it");
    says("EACCES", "It says nothing about the other end of a connection");
}

#[test]
fn one_pass_finds_the_situations_of_each_error() {
    let catalogue = Catalogue::builtin();
    let ids = ["peer-reset/write-write-write-read", "peer-close/write-write-write-read"];
    let of = |platform: &str, id: &str, step: u32, outcome: &str| {
        row(platform, id, "tcp4", (step, "client write 1"), outcome, (10, 10))
    };
    let killing = |row: Row| Row { sigpipe: "default".to_owned(), call: "write".to_owned(), ..row };
    let rows = vec![
        of("a", ids[0], 1, "ECONNRESET"),
        of("a", ids[0], 2, "EPIPE+SIGPIPE"),
        of("a", ids[0], 3, "would-block"),
        of("b", ids[0], 1, "EPIPE"),
        of("b", ids[0], 2, "EPIPE"),
        of("b", ids[1], 1, "ECONNRESET"),
        killing(of("a", ids[1], 1, "killed SIGPIPE")),
        killing(of("a", ids[1], 2, "EPIPE")),
    ];
    let mut results = Results { rows, ..Results::default() };
    for (name, os) in [("a", "linux"), ("b", "macos")] {
        results.platforms.push(Platform { os: os.to_owned(), ..facts(name, "1") });
    }
    let matrix = Matrix::new(&results, &catalogue);
    let evidence = matrix.evidence();
    let telling = [ids[1].to_owned()];
    let asked = ["EPIPE", "ECONNRESET", "SIGPIPE", "EAGAIN", "LOCAL-CLOSED"].map(|error| (error, &telling[..]));
    let found = situations_of_each(&evidence, &catalogue, &asked);
    let short = |all: &Vec<Situation>| -> Vec<_> {
        all.iter().map(|each| (each.scenario.clone(), each.step, each.case.clone())).collect()
    };
    let expected = [
        vec![(ids[0], 2, "tcp4")],
        vec![(ids[1], 1, "tcp4"), (ids[0], 1, "tcp4")],
        vec![(ids[1], 1, "tcp4 sigpipe=default call=write")],
        vec![(ids[0], 3, "tcp4")],
        vec![],
    ];
    let expected = expected.map(|all| {
        let owned = |(id, step, case): (&str, u32, &str)| (id.to_owned(), step, case.to_owned());
        all.into_iter().map(owned).collect::<Vec<_>>()
    });
    assert_eq!(found.iter().map(short).collect::<Vec<_>>(), expected);
    for ((error, telling), found) in asked.iter().zip(&found) {
        assert_eq!(&situations(&evidence, &catalogue, error, telling), found, "{error}");
    }
}
