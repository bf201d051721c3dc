//! Helpers shared by the tests of the built program.

// Every test binary compiles this module for itself, and none uses all of it.
#![allow(dead_code)]

pub mod accepted;
#[cfg(unix)]
pub mod process;
pub mod random;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
    process::Output,
    thread,
    time::{Duration, Instant},
};

use assert_cmd::Command;
use brokenpipe::{
    catalogue::{Catalogue, Selection},
    driver::{CaseResult, StepTally},
    outcome::Observation,
    platform::{Platform, Provenance},
    results::Row,
};

/// The path of the built program.
pub const BROKENPIPE: &str = env!("CARGO_BIN_EXE_brokenpipe");

/// A case that is quick to measure on every platform, also without IPv6.
pub const ONE_CASE: [&str; 3] = ["peer-close/read-read-write", "--transport", "tcp4"];

/// A user's scenario file: the short scenario ends at once, the long one when the deadline of its await passes.
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
pub const HEAD: &str = "platform,provenance,scenario,transport,sigpipe,call,option,read_call,wait,step,actor,\
                        operation,outcome,code,name,kind,signal,flags,count,trials,note\n";

/// The rows of a valid file of results. Step 2 has two outcomes.
pub const GOOD: [&str; 4] = [
    "box-1,measured,own/x,tcp4,ignore,std,none,std,mio,1,client,connect,ok,,,,,,10,10,\n",
    "box-1,measured,own/x,tcp4,ignore,std,none,std,mio,2,client,write 1,EPIPE,32,EPIPE,BrokenPipe,,,7,10,\n",
    "box-1,measured,own/x,tcp4,ignore,std,none,std,mio,2,client,write 1,ok 1,,,,,,3,10,\n",
    "box-1,measured,own/x,tcp4,ignore,std,none,std,mio,3,client,close,ok,,,,,,10,10,seen twice\n",
];

/// The first line of a table of platforms.
pub const PLATFORMS_HEAD: &str =
    "platform,provenance,os,os_version,kernel,arch,abi,runtime,selector,rustc,mio,brokenpipe\n";

/// The file of results that [`HEAD`] and [`GOOD`] make.
pub fn good() -> String {
    HEAD.to_owned() + &GOOD.concat()
}

/// The output and the exit code of a program.
#[derive(Debug)]
pub struct Ran {
    /// `None` if a signal ended the program.
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

    /// Asserts that standard error contains each of these texts.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "not on standard error: {word}\n{self:#?}");
        }
        self
    }

    /// Asserts that standard error is empty.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert_eq!(self.err, "", "{self:#?}");
        self
    }

    /// Asserts exit code 2, no standard output, and a single error message of one line with these texts.
    #[track_caller]
    pub fn refuses(self, words: &[&str]) -> Self {
        let ran = self.exits(2).says(words);
        assert_eq!(ran.out, "", "{ran:#?}");
        assert!(ran.err.starts_with("error: ") && ran.err.ends_with('\n'), "{ran:#?}");
        assert_eq!(ran.err.lines().count(), 1, "not one message of one line: {ran:#?}");
        ran
    }
}

/// The longest that a test waits for anything, so that none of them can hang.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Runs the program in a folder, with a locale that has more than ASCII.
pub fn brokenpipe(folder: &Path, args: &[&str]) -> Ran {
    let mut program = Command::new(BROKENPIPE);
    program.current_dir(folder).args(args).env("LC_ALL", "C.UTF-8").env_remove("TERM").timeout(LIMIT);
    Ran::of(program.output().expect("the program runs"))
}

/// Polls until the condition holds, and panics if that takes longer than [`LIMIT`].
#[track_caller]
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < LIMIT, "timed out: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A temporary folder, which is removed when it is dropped.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().expect("there is a folder for temporary files"))
    }

    /// A temporary folder with this file in it.
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
        fs::write(self.join(name), text).expect("the temporary folder is writable");
    }

    /// Makes a folder in this one.
    pub fn make(&self, name: &str) {
        fs::create_dir(self.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs the program in this folder.
    pub fn brokenpipe(&self, args: &[&str]) -> Ran {
        brokenpipe(self.path(), args)
    }

    /// Runs `brokenpipe run` in this folder, into `out` and as platform `here`, and asserts success without output.
    #[track_caller]
    pub fn run(&self, args: &[&str]) {
        let ran = self.brokenpipe(&[&RUN[..], args].concat());
        assert_eq!(ran.exits(0).silent().out, "");
    }

    /// Measures [`ONE_CASE`] as a platform, into a folder of the platform's name.
    #[track_caller]
    pub fn run_one_case_as(&self, platform: &str) {
        let args = ["run", "--quiet", "--out", platform, "--platform", platform];
        assert_eq!(self.brokenpipe(&[&args[..], &ONE_CASE].concat()).exits(0).silent().out, "");
    }

    /// Replaces the kernel in the facts of `out`'s one platform with another, and returns the original facts.
    #[track_caller]
    pub fn change_kernel(&self) -> String {
        let facts = self.read("out/platforms.csv");
        let kernel = format!(",{},", rows(&facts)[0]["kernel"]);
        assert!(facts.contains(&kernel), "{facts}");
        self.write("out/platforms.csv", facts.replacen(&kernel, ",0.0.1-other,", 1));
        facts
    }
}

/// The contents of a file, which `Debug` shows as text.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// The contents of all files in a folder, including hidden ones, by name.
pub fn contents(folder: &Path) -> BTreeMap<String, Bytes> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("the folder is readable"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let bytes = fs::read(entry.path()).expect("the file is readable");
            (entry.file_name().into_string().expect("the name is UTF-8"), Bytes(bytes))
        })
        .collect()
}

/// The sign that the site's style sheet shows before what an element with this tag holds, and a blank; empty without one.
pub fn sign(tag: &str) -> String {
    let sign = tag.split_once(" data-sign=\"").and_then(|(_, rest)| rest.split_once('"'));
    sign.map_or_else(String::new, |(sign, _)| format!("{sign} "))
}

/// The text that a reader sees of a piece of HTML, with single blanks.
pub fn text(html: &str) -> String {
    let shown = |part: &str| part.split_once('>').map_or(part.to_owned(), |(tag, text)| sign(tag) + text);
    let text: String = html.split('<').map(shown).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of a file of results as maps from column to field. It does not use the program's own parser.
pub fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.expect("results are CSV")).collect()
}

/// The distinct values of a column, sorted.
pub fn distinct(csv: &str, column: &str) -> Vec<String> {
    let values: BTreeSet<_> = rows(csv).iter().map(|row| row[column].clone()).collect();
    values.into_iter().collect()
}

/// The file [`good`] with one text replaced, which has to occur exactly once.
#[track_caller]
pub fn good_but(old: &str, new: &str) -> String {
    assert_eq!(good().matches(old).count(), 1, "{old} does not occur once");
    good().replace(old, new)
}

/// Runs a shell script in a folder. In it `$0` is the program, and `$@` are these arguments.
pub fn sh(folder: &Path, script: &str, args: &[&str]) -> Ran {
    let mut sh = Command::new("sh");
    sh.current_dir(folder).args(["-c", script, BROKENPIPE]).args(args).timeout(LIMIT);
    Ran::of(sh.output().expect("there is a shell"))
}

/// The arguments of a run into `out` as platform `here`.
pub const RUN: [&str; 6] = ["run", "--quiet", "--out", "out", "--platform", "here"];

/// A measured row of a case with the default axes. `step` is its number, from 1, and its actor and operation. `of` is
/// its count and the number of trials.
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
        read_call: "std".to_owned(),
        wait: "mio".to_owned(),
        step: step.0,
        actor: actor.to_owned(),
        operation: operation.to_owned(),
        outcome: outcome.to_owned(),
        code: None,
        name: String::new(),
        kind: String::new(),
        signal: String::new(),
        flags: String::new(),
        count: Some(of.0),
        trials: Some(of.1),
        note: String::new(),
    }
}

/// The facts of a platform with this name and version, of an invented system.
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
        await_deadline: text("200ms"),
        connect_deadline: text("5s"),
        note: text(""),
    }
}

/// The lines that a CI runner would take for commands: those that begin with `::`, blanks aside, or contain `##[`.
pub fn runner_commands(out: &str) -> Vec<&str> {
    out.lines().filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect()
}

/// The committed files of results in a folder of the crate, sorted by name, without those in its subfolders.
pub fn committed(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let is_rows = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "csv") && !path.ends_with("platforms.csv")
    };
    let mut files: Vec<_> =
        entries.map(|entry| entry.expect("the folder is readable").path()).filter(is_rows).collect();
    files.sort();
    files
}

/// The outcome of each step of a case, which has to be the same in all three trials.
#[track_caller]
pub fn observed(result: &CaseResult) -> Vec<Observation> {
    let CaseResult::Measured { trials: 3, steps } = result else { panic!("{result:?}") };
    let steady = |step: &StepTally| {
        assert_eq!(step.len(), 1, "trials disagree: {step:?}");
        step[0].0
    };
    steps.iter().map(steady).collect()
}

/// Each of these as it is written in tables.
pub fn words(observations: &[Observation]) -> Vec<String> {
    observations.iter().map(Observation::to_string).collect()
}

/// The number of cases in a run of everything, without the slow scenarios.
pub fn number_of_cases() -> usize {
    Selection::default().cases(&Catalogue::builtin()).len()
}
