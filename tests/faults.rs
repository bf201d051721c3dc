//! Faults around the program: folders that it cannot write, and readers that go away. Earlier results must not be lost.

#![cfg(unix)]

mod common;

use std::{fs, io, os::unix::fs::PermissionsExt, process::Command};

use common::{BROKENPIPE, Folder, HEAD, ONE_CASE, RUN, Ran, contents, good, sh};

/// Asserts that a run refuses this folder by name and changes nothing.
#[track_caller]
fn cannot_write(folder: &Folder, out: &str) {
    let before = contents(folder.path());
    let ran = folder.brokenpipe(&[&["run", "--quiet", "--out", out], &ONE_CASE[..]].concat());
    ran.refuses(&[&format!("error: {out}: cannot be written: "), "what it held before is unchanged"]);
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let folder = Folder::with("file", "a file, not a folder");
    cannot_write(&folder, "file/sub");
    cannot_write(&folder, "file");
    #[cfg(target_os = "linux")]
    cannot_write(&folder, "/proc/nope");
}

#[test]
fn a_folder_that_may_not_be_written_is_refused() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let before = contents(&folder.join("out"));
    fs::set_permissions(folder.join("out"), fs::Permissions::from_mode(0o555)).unwrap();
    // Root ignores permissions, so it gives up the capability to do so.
    let script = r#"[ "$(id -u)" = 0 ] || exec "$0" "$@"
                    exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override "$0" "$@""#;
    let ran = sh(folder.path(), script, &[&RUN, &ONE_CASE[..]].concat());
    fs::set_permissions(folder.join("out"), fs::Permissions::from_mode(0o755)).unwrap();
    let problem = "Permission denied (os error 13); what it held before is unchanged";
    ran.refuses(&[&format!("error: out: cannot be written: {problem}\n")]);
    assert_eq!(contents(&folder.join("out")), before);
}

/// Rows and facts are two files, and a run replaces both or neither.
#[test]
fn if_the_table_of_platforms_cannot_be_replaced_the_rows_stay() {
    let folder = Folder::new();
    folder.run(&[&["--repeat", "2"], &ONE_CASE[..]].concat());
    fs::remove_file(folder.join("out/platforms.csv")).unwrap();
    // No file can be renamed over a folder.
    folder.make("out/platforms.csv");
    let before = contents(&folder.join("out"));
    let ran = folder.brokenpipe(&[&RUN[..], &["--repeat", "1", "--await-deadline", "20ms"]].concat());
    ran.refuses(&["platforms.csv: cannot be written: "]);
    assert_eq!(contents(&folder.join("out")), before);
}

#[test]
fn if_the_rows_cannot_be_replaced_no_file_is_left_behind() {
    let folder = Folder::new();
    fs::create_dir_all(folder.join("out/here.csv")).unwrap();
    let ran = folder.brokenpipe(&[&RUN, &ONE_CASE[..]].concat());
    ran.refuses(&["error: out/here.csv: cannot be written: ", "what it held before is unchanged"]);
    assert_eq!(contents(&folder.join("out")).len(), 0);
}

#[test]
fn results_have_the_permissions_that_the_umask_allows() {
    let folder = Folder::new();
    sh(folder.path(), r#"umask 027; exec "$0" "$@""#, &[&RUN, &ONE_CASE[..]].concat()).exits(0).silent();
    for file in ["out/here.csv", "out/platforms.csv"] {
        assert_eq!(fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777, 0o640, "{file}");
    }
}

#[test]
fn a_half_written_file_of_an_earlier_run_is_not_read_as_results() {
    let folder = Folder::new();
    folder.run(&ONE_CASE);
    let report = || folder.brokenpipe(&["report", "--details", "--legend", "out"]).exits(0).silent().out;
    let before = report();
    let whole = folder.read("out/here.csv");
    folder.write("out/.brokenpipe-a1B2c3", &whole[..whole.len() / 2]);
    assert_eq!(report(), before);
    folder.run(&ONE_CASE);
    assert_eq!(folder.read("out/here.csv"), whole);
}

/// Results whose report of some 200 kB is far more than a pipe holds.
fn long_results() -> Folder {
    let rows: String = (0..1000).map(|n| good()[HEAD.len()..].replace("own/x", &format!("own/x{n}"))).collect();
    Folder::with("box-1.csv", HEAD.to_owned() + &rows)
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let folder = long_results();
    let commands: [&[&str]; 9] = [
        &["report", "--details", "--legend", "--all", "."],
        &["report", "--details", "--legend", "--all", ".", "--format", "markdown"],
        &["report", "--details", "--legend", "--all", ".", "--format", "csv"],
        &["report", "--details", "--legend", "--all", ".", "--format", "json"],
        &["list"],
        &["show", "peer-close/read-read-write"],
        &["platform"],
        &["--help"],
        &["--version"],
    ];
    for args in commands {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(BROKENPIPE);
        command.current_dir(folder.path()).args(args).stdout(writer);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_reader_that_closes_the_pipe_after_a_line_gets_that_line() {
    let folder = long_results();
    let script = r#"{ "$0" "$@" 2>err; echo $? >code; } | head -1"#;
    let first = "What an operating system tells a program when the other end of a connection goes away.\n";
    let cases: [(&[&str], &str); 4] = [
        (&["report", "--details", "--legend", "--all", "."], "own\n"),
        (&["report", "--details", "--legend", "--all", ".", "--format", "json"], "{\n"),
        (&["--help"], first),
        (&["list"], "peer-close/"),
    ];
    for (args, first) in cases {
        let ran = sh(folder.path(), script, args).exits(0).silent();
        assert!(ran.out.starts_with(first) && ran.out.lines().count() == 1, "{args:?}: {ran:?}");
        assert_eq!((folder.read("code").as_str(), folder.read("err").as_str()), ("0\n", ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_to_a_full_disk_is_an_error() {
    let folder = Folder::with("box-1.csv", good());
    for args in [
        &["report", "--details", "--legend", "."][..],
        &["list"],
        &["show", "peer-close/read-read-write"],
        &["platform"],
        &["--help"],
    ] {
        let ran = sh(folder.path(), r#"exec "$0" "$@" >/dev/full"#, args);
        ran.refuses(&["error: standard output: No space left on device"]);
    }
    // A message that cannot be written is no reason to fail.
    sh(folder.path(), r#"exec "$0" "$@" 2>/dev/full"#, &[&RUN, &ONE_CASE[..]].concat()).exits(0);
    assert!(folder.join("out/here.csv").exists());
}
