//! What the tests of the built program share.

// Every test binary compiles this module for itself, and none uses all of it.
#![allow(dead_code)]

pub mod accepted;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
    process::{self, Output},
    time::Duration,
};

use assert_cmd::Command;
use brokenpipe::{
    catalogue::{Catalogue, Selection},
    driver::{CaseResult, StepTally},
    outcome::Observation,
    platform::{Platform, Provenance},
    results::Row,
};

/// The built program.
pub const BROKENPIPE: &str = env!("CARGO_BIN_EXE_brokenpipe");

/// One case that is measured in a moment, on every platform and without IPv6.
pub const ONE_CASE: [&str; 3] = ["peer-close/read-read-write", "--transport", "tcp4"];

/// A scenario file of one's own: the short scenario ends at once, the long one after an await's deadline.
pub const OWN: &str = r#"[[scenario]]
id = "own/short"
title = "Connect and close"
why = "It is over at once."
transports = ["tcp4"]
steps = """
client connect
server accept
client close
"""

[[scenario]]
id = "own/long"
title = "Connect and wait"
why = "Nothing comes, and the deadline says how long that takes."
transports = ["tcp4"]
steps = """
client connect
server accept
client await quiet
"""
"#;

/// The first line of a file of results.
pub const HEAD: &str = "platform,provenance,scenario,transport,sigpipe,call,option,step,actor,operation,outcome,code,\
                        name,kind,signal,count,trials,note\n";

/// Good results, written by hand. Step 2 has two outcomes.
pub const GOOD: [&str; 4] = [
    "box-1,measured,own/x,tcp4,ignore,std,none,1,client,connect,ok,,,,,10,10,\n",
    "box-1,measured,own/x,tcp4,ignore,std,none,2,client,write 1,EPIPE,32,EPIPE,BrokenPipe,,7,10,\n",
    "box-1,measured,own/x,tcp4,ignore,std,none,2,client,write 1,ok 1,,,,,3,10,\n",
    "box-1,measured,own/x,tcp4,ignore,std,none,3,client,close,ok,,,,,10,10,seen twice\n",
];

/// The file that [`HEAD`] and [`GOOD`] make.
pub fn good() -> String {
    HEAD.to_owned() + &GOOD.concat()
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// None if a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Every one of these words is on standard error.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "not on standard error: {word}\n{self:#?}");
        }
        self
    }

    /// Nothing on standard error.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert_eq!(self.err, "", "{self:#?}");
        self
    }

    /// Exit code 2, nothing on standard output, and one message of one line with these words.
    #[track_caller]
    pub fn refuses(self, words: &[&str]) -> Self {
        let ran = self.exits(2).says(words);
        assert_eq!(ran.out, "", "{ran:#?}");
        assert!(ran.err.starts_with("error: ") && ran.err.ends_with('\n'), "{ran:#?}");
        assert_eq!(ran.err.lines().count(), 1, "one message of one line: {ran:#?}");
        ran
    }
}

/// Runs the program in a folder.
pub fn brokenpipe(folder: &Path, args: &[&str]) -> Ran {
    // Far longer than anything takes: a test must not hang.
    let limit = Duration::from_secs(120);
    Ran::of(Command::new(BROKENPIPE).current_dir(folder).args(args).timeout(limit).output().expect("the program runs"))
}

/// A folder that is gone after the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().expect("there is a folder for temporary files"))
    }

    /// A folder with this file in it.
    pub fn with(name: &str, text: impl AsRef<[u8]>) -> Self {
        let folder = Folder::new();
        folder.write(name, text);
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.join(name), text).expect("the test's own folder can be written");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs the program here.
    pub fn brokenpipe(&self, args: &[&str]) -> Ran {
        brokenpipe(self.path(), args)
    }

    /// Runs `brokenpipe run` here, into `out` and as platform `here`, and expects success without a word.
    #[track_caller]
    pub fn run(&self, args: &[&str]) {
        let ran = self.brokenpipe(&[&["run", "--quiet", "--platform", "here", "--out", "out"], args].concat());
        assert_eq!(ran.exits(0).silent().out, "");
    }
}

/// What a file holds, readable where a test fails.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Every file in a folder, hidden ones too, by name.
pub fn contents(folder: &Path) -> BTreeMap<String, Bytes> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("a folder can be listed"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let bytes = fs::read(entry.path()).expect("a file can be read");
            (entry.file_name().into_string().expect("our names are UTF-8"), Bytes(bytes))
        })
        .collect()
}

/// The rows of a file of results as maps from column to field; its own reading, not the program's.
pub fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.expect("results are CSV")).collect()
}

/// The distinct values of a column, in order.
pub fn distinct(csv: &str, column: &str) -> Vec<String> {
    let values: BTreeSet<_> = rows(csv).iter().map(|row| row[column].clone()).collect();
    values.into_iter().collect()
}

/// The good file with one text of it replaced.
#[track_caller]
pub fn good_but(old: &str, new: &str) -> String {
    assert_eq!(good().matches(old).count(), 1, "{old} stands there once");
    good().replace(old, new)
}

/// Runs a script in a folder; in it `$0` is the program, and `$@` are these arguments.
pub fn sh(folder: &Path, script: &str, args: &[&str]) -> Ran {
    let mut sh = process::Command::new("sh");
    sh.current_dir(folder).args(["-c", script, BROKENPIPE]).args(args);
    Ran::of(sh.output().expect("there is a shell"))
}

/// `run` into `out` as platform `here`.
pub const RUN: [&str; 6] = ["run", "--quiet", "--out", "out", "--platform", "here"];

/// A measured row of the usual case over a transport: `step` is its number, actor and operation.
pub fn row(platform: &str, id: &str, transport: &str, step: (u32, &str), outcome: &str, of: (u64, u64)) -> Row {
    let (actor, operation) = step.1.split_once(' ').expect("a step is an actor and an operation");
    Row {
        platform: platform.to_owned(),
        provenance: Provenance::Measured,
        scenario: id.to_owned(),
        transport: transport.to_owned(),
        sigpipe: "ignore".to_owned(),
        call: "std".to_owned(),
        option: "none".to_owned(),
        step: step.0,
        actor: actor.to_owned(),
        operation: operation.to_owned(),
        outcome: outcome.to_owned(),
        code: None,
        name: String::new(),
        kind: String::new(),
        signal: String::new(),
        count: Some(of.0),
        trials: Some(of.1),
        note: String::new(),
    }
}

/// The facts of a platform of this version, of a system that nobody can take for a real one.
pub fn facts(name: &str, version: &str) -> Platform {
    let text = str::to_owned;
    Platform {
        platform: text(name),
        provenance: Provenance::Measured,
        os: text("testos"),
        os_version: text(version),
        kernel: format!("{version}.2.3"),
        arch: text("vax"),
        abi: text("gnu"),
        runtime: text("native"),
        selector: text("epoll"),
        rustc: text("1.0.0"),
        mio: text("1.0.0"),
        brokenpipe: text("0.1.0"),
    }
}

/// The committed files of rows in a folder of the crate, without those of the folders in it, in order of name.
pub fn committed(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let is_rows = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "csv") && !path.ends_with("platforms.csv")
    };
    let mut files: Vec<_> =
        entries.map(|entry| entry.expect("a folder can be listed").path()).filter(is_rows).collect();
    files.sort();
    files
}

/// What each step of a case gave, the same in all of three trials.
#[track_caller]
pub fn observed(result: &CaseResult) -> Vec<Observation> {
    let CaseResult::Measured { trials: 3, steps } = result else { panic!("{result:?}") };
    let steady = |step: &StepTally| {
        assert_eq!(step.len(), 1, "trials disagree: {step:?}");
        step[0].0
    };
    steps.iter().map(steady).collect()
}

/// What tables say of these.
pub fn words(observations: &[Observation]) -> Vec<String> {
    observations.iter().map(Observation::to_string).collect()
}

/// How many cases a run of everything has that takes no seconds.
pub fn number_of_cases() -> usize {
    Selection::default().cases(&Catalogue::builtin()).len()
}
