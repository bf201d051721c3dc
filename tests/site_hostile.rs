//! Text from results is text on every page of a site, and no path is made of it.

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use common::{Folder, HEAD, OWN};

/// An element and an attribute, if it were not escaped.
const HOSTILE: &str = "<x-hostile> \"x-hostile=' \u{202e}";

/// The same as pages show it.
const ESCAPED: &str = "&#60;x-hostile&#62; &#34;x-hostile=&#39; \u{fffd}";

/// Ids of scenarios that are in no catalogue, and no paths.
const IDS: [&str; 5] = ["a/../../../outside", "a/..", "index", "a b+c./.d", "own/../index"];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Results of a platform: three steps of the scenario of [`OWN`], and one of each of [`IDS`].
fn rows(platform: &str, provenance: &str, write: &str) -> String {
    let counts = if provenance == "measured" { "10,10" } else { "," };
    let row = |scenario: &str, step: u32, operation: &str, outcome: &str| {
        let note = quoted(HOSTILE);
        format!(
            "{platform},{provenance},{scenario},tcp4,ignore,std,none,std,mio,{step},{operation},{outcome},,,,,,{counts},{note}\n"
        )
    };
    let own = [("client,connect", "ok"), ("server,accept", "ok"), ("client,close", write)];
    let own = own.iter().zip(1..).map(|((operation, outcome), step)| row("own/short", step, operation, outcome));
    let unknown = IDS.iter().map(|id| row(id, 1, "client,connect", "ok"));
    HEAD.to_owned() + &own.chain(unknown).collect::<String>()
}

/// Writes a folder of results of these platforms.
fn write(folder: &Folder, at: &str, provenance: &str, platforms: &[(&str, &str)], close: &str) {
    folder.make(at);
    let mut table = "platform,provenance,os,os_version,kernel,arch,abi,runtime,selector,rustc,mio,brokenpipe,\
                     await_deadline,connect_deadline,note\n"
        .to_owned();
    for (platform, os) in platforms {
        folder.write(&format!("{at}/{platform}.csv"), rows(platform, provenance, close));
        let (os, fact) = (quoted(os), quoted(HOSTILE));
        let runtime = if *os == quoted("linux") { "native".to_owned() } else { quoted(HOSTILE) };
        table += &format!(
            "{platform},{provenance},{os},{fact},{fact},{fact},{fact},{runtime},{fact},{fact},{fact},{fact},,,{fact}\n"
        );
    }
    folder.write(&format!("{at}/platforms.csv"), table);
}

/// Makes a site of hostile results. What it says is how many files it wrote.
fn site() -> (Folder, String) {
    let folder = Folder::new();
    let measured = [
        ("index", "linux"),
        ("documented", "linux"),
        ("Documented", "linux"),
        ("documented.macos", "macos"),
        ("box", HOSTILE),
    ];
    write(&folder, "results", "measured", &measured, "ok");
    write(&folder, "results/documented", "documented", &[("macos", "macos"), ("macos-11", "macos")], "ENOTCONN");
    write(&folder, "run", "measured", &measured[..1], "unsupported");
    let known = format!(
        "[[known]]\nselect = \"own/*\"\noutcomes = [\"eof\"]\nreason = '''{HOSTILE}'''\nlink = \"https://h/'><x-hostile>\"\n"
    );
    folder.write("results/known.toml", known);
    // Whoever names a file of scenarios trusts it as far as characters that turn text.
    let own = HOSTILE.replace('"', "\\\"").replace('\u{202e}', "");
    let own = OWN.replace("Connect and close", &own).replace("It is over at once.", &own);
    folder.write("own.toml", own);
    let from = ["--results", "results", "--changes", "run", "--baseline", "results", "--scenarios", "own.toml"];
    let said = folder.brokenpipe(&[&["site", "--out", "made/site"][..], &from].concat()).exits(0).out;
    (folder, said)
}

/// The paths of the files in a folder.
fn files(folder: &Path, below: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &format!("{path}/"), found);
        } else {
            found.push(path);
        }
    }
}

fn files_of(folder: &Folder) -> Vec<String> {
    let mut found = Vec::new();
    files(&folder.join("made"), "", &mut found);
    found.sort();
    found
}

#[test]
fn no_text_of_results_is_markup_on_any_page() {
    let (folder, _) = site();
    let pages = files_of(&folder).into_iter().filter(|path| path.ends_with(".html"));
    let mut with_the_text = BTreeSet::new();
    for path in pages {
        let text = fs::read_to_string(folder.join(&format!("made/{path}"))).unwrap();
        for raw in ["<x-hostile", "\"x-hostile", "'x-hostile", "'><x"] {
            assert!(!text.contains(raw), "{path} has {raw:?}");
        }
        // An attribute that is data for the script may have such a character, since nobody reads it.
        let mut read = text.split('<').filter_map(|part| part.split_once('>')).map(|(_, read)| read);
        assert!(read.all(|read| !read.contains('\u{202e}')), "{path} has a character that turns text");
        if text.contains(ESCAPED) {
            with_the_text.insert(path);
        }
    }
    // Without the text on them, pages would prove nothing.
    for path in ["changes.html", "platforms/box.html", "platforms/measured/index.html", "scenarios/own/short.html"] {
        assert!(with_the_text.contains(&format!("site/{path}")), "{path} is not one of {with_the_text:?}");
    }
}

#[test]
fn each_page_has_a_path_of_its_own_inside_the_folder() {
    let (folder, said) = site();
    let files = files_of(&folder);
    let count: usize = said.split(' ').next().and_then(|word| word.parse().ok()).expect("it says how many");
    assert_eq!(files.len(), count, "two pages have the same path, or one is elsewhere: {files:#?}");
    assert!(files.iter().all(|path| path.starts_with("site/")), "{files:?}");
    let alike: BTreeSet<_> = files.iter().map(|path| path.to_ascii_lowercase()).collect();
    assert_eq!(alike.len(), count, "two paths differ in case alone: {files:#?}");
    assert!(files.contains(&"site/scenarios/own/short.html".to_owned()), "{files:?}");
    let of_unknown = ["outside", "site/scenarios/a/", "b+c", "site/families/a.html", "site/scenarios/own/index"];
    let unexpected = |path: &&String| of_unknown.iter().any(|part| path.contains(part));
    assert_eq!(files.iter().filter(unexpected).collect::<Vec<_>>(), Vec::<&String>::new());
}
