//! Where what is stated of a system contradicts what was seen there: who is right, and why, as data. `report --verify`
//! shows a verdict beside its contradiction, and the guide lists all of them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::words::words;

macro_rules! files {
    ($($name:literal)*) => {
        &[$((concat!("src/verdicts/", $name, ".toml"), include_str!(concat!($name, ".toml")))),*]
    };
}

/// The name and the text of each file, in the order in which verdicts are listed.
const FILES: &[(&str, &str)] = files! { "linux" "macos" "windows" "bsd" };

/// The verdicts that come with the program.
static BUILTIN: LazyLock<Vec<Verdict>> = LazyLock::new(|| {
    FILES.iter().flat_map(|(path, text)| parse(text).unwrap_or_else(|problem| panic!("{path}: {problem}"))).collect()
});

/// A contradiction, and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The system's name in data, such as `freebsd`.
    pub system: String,
    /// The documented or reported platform that the statement is, or was, in.
    pub platform: String,
    /// The subject, in few words.
    pub about: String,
    /// What is stated, as a sentence.
    pub says: String,
    /// Who states it.
    pub source: String,
    /// What was seen, as a sentence.
    pub does: String,
    /// The platforms on which it was seen; empty if it was not seen on a platform of the results.
    #[serde(default)]
    pub measured: Vec<String>,
    /// Who saw it, where no platform of the results did.
    pub seen: Option<String>,
    /// Who is right.
    pub verdict: Kind,
    /// Why, with the source that decides.
    pub why: String,
    /// What became of the statement.
    pub done: Done,
    /// The steps that it is about.
    pub cells: Vec<Cells>,
}

words! {
    /// Who is right.
    Kind {
        /// The statement is wrong.
        Wrong = "wrong",
        /// The statement is right of another version than that which was measured.
        OtherVersion = "other-version",
        /// The statement is right of another call than that which was measured.
        OtherCall = "other-call",
        /// Both happen: the steps race on that system.
        Races = "races",
        /// Both happen: it depends on settings, such as sizes of buffers.
        Settings = "settings",
        /// Neither is refuted: no source settles it.
        Unsettled = "unsettled",
    }
}

words! {
    /// What became of a statement.
    Done {
        /// It has been replaced or withdrawn.
        Corrected = "corrected",
        /// It stands, and its note says of which version it is.
        Dated = "dated",
        /// It stands, beside this verdict.
        Marked = "marked",
    }
}

/// Steps of a scenario, in all its cases. Written as `peer-close/write-write-write-read: 6 7`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cells {
    /// The scenario's id.
    pub scenario: String,
    /// The steps' numbers, from 1, in ascending order; never empty.
    pub steps: Vec<u32>,
}

impl TryFrom<String> for Cells {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let problem =
            || format!("{text:?}: expected a scenario's id, a colon, and numbers of steps in ascending order");
        let (scenario, steps) = text.split_once(": ").ok_or_else(problem)?;
        let steps = steps.split(' ').map(str::parse).collect::<Result<Vec<u32>, _>>().map_err(|_| problem())?;
        if scenario.is_empty() || !steps.is_sorted_by(|a, b| a < b) {
            return Err(problem());
        }
        Ok(Cells { scenario: scenario.to_owned(), steps })
    }
}

impl From<Cells> for String {
    fn from(cells: Cells) -> Self {
        let steps: Vec<_> = cells.steps.iter().map(u32::to_string).collect();
        format!("{}: {}", cells.scenario, steps.join(" "))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    verdict: Vec<Verdict>,
}

/// The verdicts of a file's text.
fn parse(text: &str) -> Result<Vec<Verdict>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    match file.verdict.iter().find(|verdict| verdict.measured.is_empty() != verdict.seen.is_some()) {
        Some(verdict) => Err(format!("{}: expected either `measured` or `seen`", verdict.about)),
        None => Ok(file.verdict),
    }
}

/// All verdicts that come with the program.
///
/// # Panics
///
/// If a file has a mistake, which a test rules out.
pub fn builtin() -> &'static [Verdict] {
    &BUILTIN
}

/// The verdict on what a platform states about a step, if there is one.
pub fn find(platform: &str, scenario: &str, step: u32) -> Option<&'static Verdict> {
    builtin().iter().find(|verdict| verdict.platform == platform && verdict.is_about(scenario, step))
}

impl Verdict {
    /// Whether it is about this step.
    pub fn is_about(&self, scenario: &str, step: u32) -> bool {
        self.cells.iter().any(|cells| cells.scenario == scenario && cells.steps.contains(&step))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    const TEXT: &str = "[[verdict]]\nsystem = 'a'\nplatform = 'b'\nabout = 'c'\nsays = 'd'\nsource = 'e'\ndoes = 'f'\n\
                        verdict = 'wrong'\nwhy = 'g'\ndone = 'marked'\n";

    #[test]
    fn a_verdict_says_where_it_was_seen() {
        let parse = |more: &str| parse(&(TEXT.to_owned() + "cells = ['x/y: 2 3']\n" + more));
        let read = parse("measured = ['m']\n").expect("it is complete");
        assert_eq!(read[0].cells, [Cells { scenario: "x/y".to_owned(), steps: vec![2, 3] }]);
        assert!(read[0].is_about("x/y", 3) && !read[0].is_about("x/y", 4) && !read[0].is_about("x/z", 3));
        assert!(parse("seen = 's'\n").is_ok());
        let problem = Err("c: expected either `measured` or `seen`".to_owned());
        assert_eq!((parse(""), parse("measured = ['m']\nseen = 's'\n")), (problem.clone(), problem));
    }

    #[test]
    fn cells_name_a_scenario_and_steps_in_order() {
        for text in ["x/y", "x/y: ", "x/y: 2 2", "x/y: 3 2", ": 1", "x/y: a", "x/y:1"] {
            assert!(Cells::try_from(text.to_owned()).is_err(), "{text}");
        }
        let cells = Cells::try_from("x/y: 1 12".to_owned()).expect("it is right");
        assert_eq!(String::from(cells), "x/y: 1 12");
    }

    #[test]
    fn every_file_is_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/verdicts");
        let names =
            fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").file_name());
        let names = names.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".toml"));
        let mut found: Vec<_> = names.map(|name| format!("src/verdicts/{name}")).collect();
        found.sort();
        let mut known: Vec<_> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        known.sort();
        assert_eq!(found, known);
        assert!(!builtin().is_empty());
    }
}
