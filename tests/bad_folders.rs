//! Folders without results, and with several files of the same platform.

mod common;

use std::fs;

use common::{Folder, HEAD, ONE_CASE, contents, good};

#[test]
fn two_files_for_one_platform_are_refused() {
    let folder = Folder::with("a.csv", good());
    folder.write("b.csv", good());
    let before = contents(folder.path());
    let run = [&["run", "--quiet", "--out", "."], &ONE_CASE[..]].concat();
    for command in [&["report", "--details", "--legend", "."][..], &["report", "--legend", "a.csv", "b.csv"], &run] {
        let ran = folder.brokenpipe(command);
        ran.refuses(&["b.csv: platform box-1 is in ", "a.csv already; remove one of the two"]);
    }
    assert_eq!(contents(folder.path()), before);
}

/// A file may have been renamed, or hold several platforms. A run must not write a second file for its platform.
#[test]
fn a_run_refuses_a_folder_that_has_its_platform_in_another_file() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    fs::rename(folder.join("out/here.csv"), folder.join("out/collected.csv")).unwrap();
    let run = [&["run", "--quiet", "--out", "out", "--platform", "here"], &ONE_CASE[..]].concat();
    let before = contents(&folder.join("out"));
    folder.brokenpipe(&run).refuses(&["the results of here are in a file of another name than here.csv; rename it, "]);
    assert_eq!(contents(&folder.join("out")), before);
    folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent();
}

/// Also one that leads to a folder above it, or to one that was searched already.
#[cfg(unix)]
#[test]
fn links_to_folders_are_followed_once() {
    let folder = Folder::new();
    for made in ["results", "there"] {
        folder.make(made);
    }
    folder.write("there/box-1.csv", good());
    for (to, link) in [("../there", "results/there"), ("..", "there/up"), ("there", "again")] {
        std::os::unix::fs::symlink(to, folder.join(link)).unwrap();
    }
    let direct = folder.brokenpipe(&["report", "--details", "--legend", "there"]).exits(0).silent();
    for paths in [&["results"][..], &["again"], &["results", "again"]] {
        let ran = folder.brokenpipe(&[&["report", "--details", "--legend"], paths].concat()).exits(0).silent();
        assert_eq!(ran.out, direct.out, "{paths:?}");
    }
}

#[test]
fn exit_code_1_if_there_are_no_results() {
    let folder = Folder::with("notes.txt", "not results");
    folder.write("box-1.csv.orig", "not results either");
    let assert_none = || {
        let ran = folder.brokenpipe(&["report", "--details", "--legend", "."]).exits(1);
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("", "brokenpipe: no results there; `brokenpipe run` measures some\n")
        );
    };
    assert_none();
    folder.write("box-1.csv", HEAD);
    assert_none();
}

#[test]
fn paths_that_do_not_exist_are_refused() {
    let folder = Folder::new();
    folder.brokenpipe(&["report", "--details", "--legend", "no-such"]).refuses(&["error: no-such: cannot be read: "]);
    folder.brokenpipe(&["report", "--results", "results"]).refuses(&["error: results: cannot be read: "]);
    let show = ["show", "peer-close/read-read-write", "--results", "no-such"];
    folder.brokenpipe(&show).refuses(&["error: no-such: cannot be read: "]);
    folder.write("box-1.csv", good());
    folder
        .brokenpipe(&["report", "--details", "--legend", "box-1.csv", "no-such.csv"])
        .refuses(&["error: no-such.csv: cannot be read: "]);
}
