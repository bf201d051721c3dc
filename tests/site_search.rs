//! The script of a site, and what its search finds.

mod common;

use std::collections::BTreeSet;

use brokenpipe::{
    catalogue::Catalogue,
    explain::{Errors, Recogniser, spellings},
};
use common::{Folder, GOOD, OWN, PLATFORMS_HEAD, good};
use serde_json::Value;

/// The data of the search in a script that only gives it a name.
fn data(script: &str) -> Value {
    let json = script.strip_prefix("\"use strict\";\nconst searchData = ").expect("the data has a name");
    serde_json::from_str(json.strip_suffix(";\n").expect("the script ends with it")).expect("it is JSON")
}

/// A site of the results that the program carries, in a folder.
fn site() -> Folder {
    let folder = Folder::new();
    folder.brokenpipe(&["site", "--out", "site"]).exits(0).silent();
    folder
}

/// The addresses of the pages of a kind.
fn addresses(data: &Value, kind: &str) -> BTreeSet<String> {
    let kind = data["kinds"].as_array().expect("kinds").iter().position(|known| known == kind).expect("a kind");
    let pages = data["pages"].as_array().expect("pages").iter().filter(|page| page[0] == kind);
    pages.map(|page| page[1].as_str().expect("an address").to_owned()).collect()
}

/// The names of the pages that a number or a text leads to.
fn names(data: &Value, pages: &Value) -> Vec<String> {
    let page =
        |at: &Value| data["pages"][at.as_u64().expect("a number") as usize][2].as_str().expect("a name").to_owned();
    pages.as_array().expect("pages").iter().map(page).collect()
}

fn of_number(data: &Value, number: i64) -> Vec<(String, String)> {
    let meanings = data["numbers"][number.to_string()].as_array().cloned().unwrap_or_default();
    let name = |meaning: &Value| names(data, &Value::Array(vec![meaning[0].clone()])).remove(0);
    meanings.iter().map(|it| (name(it), it[1].as_str().expect("a place").to_owned())).collect()
}

#[test]
fn every_scenario_family_error_and_platform_is_found() {
    let folder = site();
    let data = data(&folder.read("site/search-data.js"));
    let catalogue = Catalogue::builtin();
    let ids = catalogue.ids().map(|id| format!("scenarios/{id}.html"));
    assert_eq!(addresses(&data, "scenario"), ids.collect());
    let families = catalogue.scenarios().iter().map(|scenario| format!("families/{}.html", scenario.family()));
    assert_eq!(addresses(&data, "family"), families.collect());
    let errors = Errors::builtin().errors.iter().map(|error| format!("errors/{}.html", error.name));
    assert_eq!(addresses(&data, "error"), errors.collect());
    let tables = ["", "reported/", "documented/"].map(|folder| {
        let table = format!("{}/results/{folder}platforms.csv", env!("CARGO_MANIFEST_DIR"));
        let names = common::distinct(&std::fs::read_to_string(table).expect("the table is there"), "platform");
        names.into_iter().map(move |name| format!("platforms/{folder}{name}.html"))
    });
    assert_eq!(addresses(&data, "platform"), tables.into_iter().flatten().collect());
    assert!(addresses(&data, "comparison").contains("compare/linux/macos.html"));
    assert!(addresses(&data, "question").contains("scenarios/peer-close/write-write-write-read.html#step-9"));
}

#[test]
fn numbers_and_texts_lead_to_the_errors_that_explain_names() {
    let data = data(&site().read("site/search-data.js"));
    let known = |number: i64, error: &str, place: &str| {
        let meaning = (error.to_owned(), place.to_owned());
        assert!(of_number(&data, number).contains(&meaning), "{number}: {:?}", of_number(&data, number));
    };
    assert_eq!(of_number(&data, 10054), [("ECONNRESET".to_owned(), "10054 on Windows (WSAECONNRESET)".to_owned())]);
    known(109, "EPIPE", "109 on Windows (ERROR_BROKEN_PIPE)");
    known(141, "SIGPIPE", "exit status 141 of a shell");
    known(-4077, "ECONNRESET", "-4077 on libuv on Windows");
    assert_eq!(of_number(&data, 54)[0].0, "ECONNRESET");
    let recogniser = Recogniser::new();
    for code in &Errors::builtin().codes {
        let names: Vec<_> = of_number(&data, code.code).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, recogniser.recognise(&code.code.to_string()).errors, "{code:?}");
    }
    let texts = data["texts"].as_array().expect("texts");
    assert_eq!(texts.len(), spellings().len());
    for (text, spelling) in texts.iter().zip(spellings()) {
        assert_eq!((text[0].as_str(), names(&data, &text[2])), (Some(&*spelling.text), spelling.errors));
    }
}

#[test]
fn no_text_ends_the_script_or_turns_a_hit_around() {
    let folder = Folder::with("own.csv", good());
    let facts =
        "box-1,measured,linux,</script><script>alert(1)</script>\u{2028}\u{202e},6.1,x86_64,gnu,native,epoll,1,1,1\n";
    folder.write("platforms.csv", PLATFORMS_HEAD.to_owned() + facts);
    let title = "Connect and close\"]];alert(2)//<!--<script>\u{202e}";
    let title = title.replace('\u{202e}', "\\u202e").replace('"', "\\\"");
    folder.write("own.toml", OWN.replace("Connect and close", &title));
    folder.brokenpipe(&["site", "--out", "site", "--results", ".", "--scenarios", "own.toml"]).exits(0);
    let script = folder.read("site/search-data.js");
    assert_eq!(script.lines().count(), 2);
    assert!(!script.contains(['<', '\u{2028}', '\u{2029}', '\u{202e}']), "{script}");
    let data = data(&script);
    let named = |address: &str| {
        let pages = data["pages"].as_array().expect("pages");
        pages.iter().find(|page| page[1] == address).unwrap_or_else(|| panic!("{address} is not found")).clone()
    };
    assert_eq!(named("scenarios/own/short.html")[2], "Connect and close\"]];alert(2)//<!--<script>\u{fffd}");
    let about = "Linux </script><script>alert(1)</script>\u{2028}\u{fffd} x86_64 gnu, measured";
    assert_eq!(named("platforms/box-1.html")[3], about);
    assert!(!script.contains("own/x"), "{GOOD:?} are of a scenario that has no page");
}

#[test]
fn the_script_is_small_and_makes_no_markup_of_texts() {
    let folder = site();
    let (own, library) = (folder.read("site/site.js"), folder.read("site/ufuzzy.js"));
    assert!(own.len() + library.len() <= 30_000, "{} and {} bytes", own.len(), library.len());
    assert!(own.starts_with("\"use strict\";\n") && own.contains("search-data.js"));
    assert!(own.lines().all(|line| !line.starts_with([' ', '/', '*'])));
    for risky in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(", "import"]
    {
        assert!(!own.contains(risky) && !library.contains(risky), "{risky}");
    }
    assert!(library.contains("Permission is hereby granted"), "its licence has to go with it");
}
