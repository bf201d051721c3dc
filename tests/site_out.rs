//! The folder that `brokenpipe site` writes into: what it refuses, what it replaces, and what it leaves behind.

mod common;

use std::{fs, path::Path};

use common::{Folder, Ran, good};

/// A folder with results in it, from which a site is made quickly.
fn folder() -> Folder {
    Folder::with("results.csv", good())
}

fn site(folder: &Folder, out: &str) -> Ran {
    folder.brokenpipe(&["site", "--results", "results.csv", "--out", out])
}

/// The paths of all files below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("the folder is readable") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path.display().to_string()) }
        }
    }
    let mut found = Vec::new();
    walk(folder, &mut found);
    let head = format!("{}/", folder.display());
    let mut names: Vec<_> = found.iter().map(|path| path.trim_start_matches(&head).to_owned()).collect();
    names.sort();
    names
}

const EXPECTED: &str = "expected a new folder, an empty one, or a site to replace\n";

#[test]
fn what_is_no_site_is_refused_and_left_alone() {
    let folder = folder();
    folder.make("full");
    folder.write("full/index.html", "<p>someone's page</p>");
    for (out, what) in [
        ("results.csv", "it is a file"),
        ("full", "there is something else in it"),
        (".", "there is something else in it"),
        ("full/..", "there is something else in it"),
        ("/", "there is something else in it"),
        #[cfg(unix)]
        ("results.csv/site", "Not a directory (os error 20)"),
    ] {
        site(&folder, out).refuses(&[&format!("error: --out {out}: {what}; {EXPECTED}")]);
    }
    assert_eq!(files(folder.path()), ["full/index.html", "results.csv"]);
    assert_eq!(folder.read("full/index.html"), "<p>someone's page</p>");
}

/// Until the folder `new` was made, `new/..` cannot be looked into.
#[test]
#[cfg(unix)]
fn a_way_back_through_a_new_folder_does_not_lead_around_the_check() {
    let folder = folder();
    folder.write("index.html", "<p>someone's page</p>");
    site(&folder, "new/..").refuses(&["error: --out new/..: there is something else in it; "]);
    assert_eq!(files(folder.path()), ["index.html", "results.csv"]);
    assert!(!folder.join("new").exists());
}

#[test]
fn a_site_is_written_into_a_new_folder_an_empty_one_or_the_one_it_is_run_in() {
    let folder = folder();
    folder.make("empty");
    folder.make("within");
    for out in ["new/deep", "empty", "within/../beside/"] {
        let ran = site(&folder, out).exits(0).silent();
        assert!(ran.out.ends_with("index.html in a browser\n"), "{ran:?}");
    }
    let made = files(&folder.join("new/deep"));
    assert!(made.contains(&"index.html".to_owned()) && made.contains(&"compare.html".to_owned()), "{made:?}");
    assert_eq!(files(&folder.join("empty")), made);
    assert_eq!(files(&folder.join("beside")), made);
    common::brokenpipe(&folder.join("within"), &["site", "--results", "../results.csv", "--out", "."])
        .exits(0)
        .silent();
    assert_eq!(files(&folder.join("within")), made);
}

#[test]
fn of_a_site_that_is_there_pages_are_replaced_and_other_files_stay() {
    let folder = folder();
    folder.make("baseline");
    folder.write("baseline/box-1.csv", good());
    let args = ["site", "--results", "results.csv", "--out", "site"];
    folder.brokenpipe(&[&args[..], &["--changes", "results.csv", "--baseline", "baseline"]].concat()).exits(0).silent();
    assert!(folder.join("site/changes.html").exists());
    let page = folder.read("site/index.html");
    folder.write("site/index.html", page.replace("<h1>", "<h1>old "));
    folder.write("site/CNAME", "example.org");
    folder.make("site/.git");
    folder.write("site/.git/HEAD", "ref");
    folder.make("site/.brokenpipe-site-killed");
    folder.write("site/.brokenpipe-site-killed/half.html", "half");
    site(&folder, "site").exits(0).silent();
    // Without --changes there is no such page.
    assert!(!folder.join("site/changes.html").exists());
    assert!(!folder.join("site/.brokenpipe-site-killed").exists());
    assert_eq!(folder.read("site/CNAME"), "example.org");
    assert_eq!(folder.read("site/.git/HEAD"), "ref");
    assert!(!folder.read("site/index.html").contains("<h1>old "));
}

#[test]
fn a_baseline_without_changes_and_a_folder_without_a_name_are_refused() {
    let ran = folder().brokenpipe(&["site", "--out", "site", "--baseline", "results"]);
    ran.exits(2).says(&["--changes <RUN>"]);
    // An unset variable in a script gives an empty argument.
    site(&folder(), "").exits(2).says(&["a value is required for '--out <DIR>'"]);
}

#[test]
fn a_run_with_nothing_to_compare_it_with_is_refused_and_no_folder_is_made() {
    let folder = folder();
    folder.make("nothing");
    let args = ["site", "--out", "site", "--changes", "results.csv", "--baseline", "nothing"];
    folder.brokenpipe(&args).refuses(&["nothing to compare with: no measured results in nothing; "]);
    assert!(!folder.join("site").exists());
}

#[cfg(unix)]
mod unix {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::{
        common::{process::Process, sh, until},
        files, folder, site,
    };

    #[test]
    fn a_link_to_a_folder_stays_a_link_and_one_to_nothing_is_refused() {
        let folder = folder();
        folder.make("real");
        symlink("real", folder.join("link")).unwrap();
        symlink("nowhere", folder.join("dangling")).unwrap();
        site(&folder, "link").exits(0).silent();
        site(&folder, "link").exits(0).silent();
        assert!(folder.join("link").is_symlink());
        assert!(folder.join("real/index.html").exists());
        site(&folder, "dangling").refuses(&["error: --out dangling: it is a link to nothing; "]);
        assert!(!folder.join("nowhere").exists());
    }

    const ARGS: [&str; 4] = ["site", "--results", "results.csv", "--out"];

    #[test]
    fn a_folder_that_may_not_be_written_is_refused() {
        let folder = folder();
        folder.make("locked");
        fs::set_permissions(folder.join("locked"), fs::Permissions::from_mode(0o555)).unwrap();
        // Root ignores permissions, so it gives up the capability to do so.
        let script = r#"[ "$(id -u)" = 0 ] || exec "$0" "$@"
                        exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override "$0" "$@""#;
        for out in ["locked", "locked/a/b"] {
            let ran = sh(folder.path(), script, &[&ARGS[..], &[out]].concat());
            let problem = "Permission denied (os error 13)";
            ran.refuses(&[&format!("error: --out {out}: cannot be written: {problem}"), "is unchanged\n"]);
        }
        fs::set_permissions(folder.join("locked"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(files(folder.path()), ["results.csv"]);
    }

    /// No file may be longer than 512 bytes, which stands in for a full disk.
    #[test]
    fn where_there_is_no_room_the_folder_is_as_before() {
        let folder = folder();
        site(&folder, "old").exits(0).silent();
        let before = files(folder.path());
        let script = r#"trap '' XFSZ; ulimit -f 1; exec "$0" "$@""#;
        for out in ["old", "new/deep"] {
            let ran = sh(folder.path(), script, &[&ARGS[..], &[out]].concat());
            ran.refuses(&[&format!("error: --out {out}: cannot be written: File too large (os error 27); ")]);
            assert_eq!(files(folder.path()), before);
        }
        assert!(!folder.join("new").exists());
    }

    #[test]
    fn ctrl_c_while_it_is_written_leaves_the_folder_as_before() {
        let folder = folder();
        fs::create_dir(folder.join("site")).unwrap();
        let mut interrupted = false;
        for _ in 0..40 {
            let mut program = Process::begin(folder.path(), &["site", "--out", "site"]);
            let is_begun = || fs::read_dir(folder.join("site")).is_ok_and(|mut entries| entries.next().is_some());
            until("a file is written", || is_begun() || !program.is_running());
            program.interrupt();
            let output = program.output();
            let left = files(&folder.join("site"));
            if output.status.code() == Some(130) {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert_eq!(said, "brokenpipe: interrupted: nothing was written into site\n");
                assert_eq!(left, [""; 0]);
                interrupted = true;
                break;
            }
            // The signal came too late, and the site is whole.
            assert!(output.status.success() && left.contains(&"index.html".to_owned()), "{output:?} {left:?}");
            assert!(!left.iter().any(|file| file.starts_with('.')), "{left:?}");
            fs::remove_dir_all(folder.join("site")).unwrap();
            fs::create_dir(folder.join("site")).unwrap();
        }
        assert!(interrupted, "no signal came in time");
    }
}
