//! `scripts/adopt-measured`, which needs Python.

#![cfg(target_os = "linux")]

mod common;

use common::{Folder, ONE_CASE, Ran, contents, rows, sh};

/// Runs the script on the results in `out`, into the folder `into`.
fn adopt(folder: &Folder, args: &str) -> Ran {
    let script = format!("\"$1\"/scripts/adopt-measured --into into --program \"$0\" {args}");
    sh(folder.path(), &script, &[env!("CARGO_MANIFEST_DIR")])
}

/// A folder with one case of the platform `here` in `out`, and of `there` in `other`.
fn measured() -> Folder {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let run = ["run", "--quiet", "--out", "other", "--platform", "there"];
    folder.brokenpipe(&[&run[..], &ONE_CASE].concat()).exits(0);
    folder
}

#[test]
#[ignore = "needs Python, which ci/check runs it with"]
fn results_are_adopted_with_a_note_and_without_what_is_withdrawn() {
    let folder = measured();
    let notes = "--fact note='two processors' --withdraw 'peer-close/read-read-write=it asks again'";
    adopt(&folder, &format!("out --supplement out {notes}")).exits(0);
    assert_eq!(contents(&folder.join("into")).keys().collect::<Vec<_>>(), ["here.csv", "platforms.csv"]);
    assert_eq!(rows(&folder.read("into/platforms.csv"))[0]["note"], "two processors");
    let adopted = rows(&folder.read("into/here.csv"));
    assert!(!adopted.is_empty());
    assert!(adopted.iter().all(|row| row["outcome"] == "not-run" && row["note"] == "it asks again"), "{adopted:?}");
}

#[test]
#[ignore = "needs Python, which ci/check runs it with"]
fn a_wrong_argument_is_one_message_and_nothing_is_adopted() {
    let folder = measured();
    folder.make("bad");
    folder.write("bad/platforms.csv", "platform\na\n");
    folder.write("bad/a.csv", "platform,scenario\na,b\n");
    folder.make("uneven");
    folder.write("uneven/platforms.csv", "platform\na,b\n");
    for (args, message) in [
        ("out --supplement other", "--supplement other: results of there; expected those of here"),
        ("out --withdraw peer-close/read-read-write", "peer-close/read-read-write: expected SCENARIO[:CALL]=REASON"),
        ("out --withdraw peer-close/read-read-write=' '", "expected SCENARIO[:CALL]=REASON"),
        ("out --withdraw no/such=reason", "--withdraw no/such: no such case was measured"),
        ("out --fact foo=bar", "--fact foo: not one of note, await_deadline, connect_deadline"),
        ("out --fact note", "--fact note: expected NAME=VALUE"),
        ("none", "none/platforms.csv: No such file or directory"),
        ("out --supplement none", "none/platforms.csv: No such file or directory"),
        ("bad", "bad/a.csv: no column transport"),
        ("uneven", "uneven/platforms.csv: a row with another number of fields than the head"),
    ] {
        adopt(&folder, args).refuses(&[message]);
    }
    assert!(!folder.join("into").exists());
}
