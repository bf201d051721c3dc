//! A baseline of one platform and a run of the same platform, for tests of `check`.

use brokenpipe::{
    platform::Platform,
    results::{Results, Row},
};

use super::{Folder, Ran, facts, row};

pub const ID: &str = "peer-close/read-read-write";

/// The rows of a step over tcp4, from its outcomes and their counts out of ten trials.
pub fn step(platform: &str, number: u32, text: &str, outcomes: &[(&str, u64)]) -> Vec<Row> {
    outcomes.iter().map(|(outcome, count)| row(platform, ID, "tcp4", (number, text), outcome, (*count, 10))).collect()
}

/// The outcomes that the baseline has for `box-5.1` in the four steps of a case.
pub const ACCEPTED: [&[(&str, u64)]; 4] =
    [&[("ok", 10)], &[("EPIPE", 10)], &[("EPIPE", 7), ("ok 1", 3)], &[("unsupported", 10)]];

pub const STEPS: [&str; 4] = ["client connect", "client write 1", "client write 1", "client read 1"];

pub fn write(folder: &Folder, dir: &str, platform: Platform, steps: [&[(&str, u64)]; 4]) {
    let name = platform.platform.clone();
    let rows = (1..).zip(STEPS).zip(steps).flat_map(|((number, text), outcomes)| step(&name, number, text, outcomes));
    let results = Results { rows: rows.collect(), platforms: vec![platform], notes: Vec::new() };
    results.write(&folder.join(dir), &name).expect("the temporary folder is writable");
}

/// A folder with the baseline [`ACCEPTED`] in `results`, and a run with these outcomes in `run`.
pub fn folder(run: [&[(&str, u64)]; 4]) -> Folder {
    let folder = Folder::new();
    write(&folder, "results", facts("box-5.1", "5.1"), ACCEPTED);
    write(&folder, "run", facts("box-5.1", "5.1"), run);
    folder
}

/// [`ACCEPTED`] with other outcomes in one step, counted from 1.
pub fn but(number: usize, outcomes: &'static [(&'static str, u64)]) -> [&'static [(&'static str, u64)]; 4] {
    let mut steps = ACCEPTED;
    steps[number - 1] = outcomes;
    steps
}

pub fn check(folder: &Folder, args: &[&str]) -> Ran {
    let baseline = if args.contains(&"--baseline") { &[][..] } else { &["--baseline", "results"] };
    folder.brokenpipe(&[&["check", "run"], baseline, args].concat())
}

pub const CHANGED: &[(&str, u64)] = &[("ECONNRESET", 10)];

/// A file of known exceptions with a single entry, for the family of the case and with these lines in it.
pub fn known(lines: &str) -> String {
    format!(
        "[[known]]\nselect = \"peer-close\"\n{lines}\nreason = \"Seen by many.\"\nlink = \"https://example.org/1\"\n"
    )
}
