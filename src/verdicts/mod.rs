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
    /// Those of the steps of which nothing is stated any more, since no source settles what is right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Cells>,
    /// The contradictions that stand: together they are about the same steps. Empty if the statement is corrected, or
    /// if no platform of the results refutes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcomes>,
}

/// What is stated, and what was seen instead, in some cases of some steps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Outcomes {
    /// The outcome that is stated.
    pub stated: String,
    /// The outcomes that were seen, each on its own or beside the stated one.
    pub seen: Vec<String>,
    /// The cases, such as `tcp4` and `tcp4 sigpipe=handler call=write`.
    pub cases: Vec<String>,
    /// The steps.
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
    match file.verdict.iter().find_map(|verdict| Some((verdict, verdict.mistake()?))) {
        Some((verdict, mistake)) => Err(format!("{}: {mistake}", verdict.about)),
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

/// A statement of a platform about a step, and what another platform gave there.
#[derive(Debug, Clone, Copy)]
pub struct Contradiction<'a> {
    /// The platform that the statement is in.
    pub platform: &'a str,
    /// The scenario's id.
    pub scenario: &'a str,
    /// The case, as [`Outcomes::cases`] has it.
    pub case: &'a str,
    /// The step's number, from 1.
    pub step: u32,
    /// The outcome that is stated.
    pub stated: &'a str,
    /// All outcomes that were seen.
    pub seen: &'a [&'a str],
}

/// The verdict on a contradiction: one that is about this step in this case, about the outcome that is stated and about
/// each that was seen. `None` if there is none.
pub fn find(contradiction: &Contradiction<'_>) -> Option<&'static Verdict> {
    builtin().iter().find(|verdict| verdict.is_about(contradiction))
}

impl Verdict {
    /// Whether it is about this contradiction.
    pub fn is_about(&self, contradiction: &Contradiction<'_>) -> bool {
        self.platform == contradiction.platform && self.outcomes.iter().any(|each| each.are_of(contradiction))
    }

    /// What is wrong with its fields, each of which is right.
    fn mistake(&self) -> Option<&'static str> {
        let stands = !self.measured.is_empty() && self.done != Done::Corrected;
        if self.measured.is_empty() != self.seen.is_some() {
            Some("expected either `measured` or `seen`")
        } else if stands == self.outcomes.is_empty() {
            Some("expected `outcomes` where platforms refute what stands, and only there")
        } else if self.done != Done::Corrected && !self.withdrawn.is_empty() {
            Some("expected `withdrawn` only where the statement is corrected")
        } else {
            None
        }
    }
}

impl Outcomes {
    fn are_of(&self, contradiction: &Contradiction<'_>) -> bool {
        let Contradiction { scenario, case, step, stated, seen, .. } = *contradiction;
        let is_known = |outcome: &&str| *outcome == stated || self.seen.iter().any(|known| known == outcome);
        self.stated == stated
            && seen.iter().all(is_known)
            && self.cases.iter().any(|known| known == case)
            && self.cells.iter().any(|cells| cells.scenario == scenario && cells.steps.contains(&step))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    const TEXT: &str = "[[verdict]]\nsystem = 'a'\nplatform = 'b'\nabout = 'c'\nsays = 'd'\nsource = 'e'\ndoes = 'f'\n\
                        verdict = 'wrong'\nwhy = 'g'\ncells = ['x/y: 2 3']\n";
    const OUTCOMES: &str = "[[verdict.outcomes]]\nstated = 'eof'\nseen = ['EPIPE', 'ok 1']\ncases = ['tcp4', 'tcp6']\n\
                            cells = ['x/y: 2 3']\n";

    #[test]
    fn a_verdict_says_where_it_was_seen_and_what() {
        let parse = |more: &str| parse(&(TEXT.to_owned() + more)).map(|verdicts| verdicts[0].outcomes.len());
        let both = |more: &str| parse(&format!("{more}{OUTCOMES}"));
        assert_eq!(both("done = 'marked'\nmeasured = ['m']\n"), Ok(1));
        assert_eq!(parse("done = 'corrected'\nmeasured = ['m']\nwithdrawn = ['x/y: 3']\n"), Ok(0));
        assert_eq!(parse("done = 'marked'\nseen = 's'\n"), Ok(0));
        let where_seen = Err("c: expected either `measured` or `seen`".to_owned());
        assert_eq!(parse("done = 'marked'\n"), where_seen);
        assert_eq!(both("done = 'marked'\nmeasured = ['m']\nseen = 's'\n"), where_seen);
        let what = Err("c: expected `outcomes` where platforms refute what stands, and only there".to_owned());
        assert_eq!(parse("done = 'dated'\nmeasured = ['m']\n"), what);
        assert_eq!(both("done = 'corrected'\nmeasured = ['m']\n"), what);
        assert_eq!(both("done = 'marked'\nseen = 's'\n"), what);
        let withdrawn = Err("c: expected `withdrawn` only where the statement is corrected".to_owned());
        assert_eq!(both("done = 'marked'\nmeasured = ['m']\nwithdrawn = ['x/y: 3']\n"), withdrawn);
    }

    #[test]
    fn a_verdict_is_about_its_cases_and_outcomes_alone() {
        let text = format!("{TEXT}done = 'marked'\nmeasured = ['m']\n{OUTCOMES}");
        let verdict = &parse(&text).expect("it is complete")[0];
        let usual =
            Contradiction { platform: "b", scenario: "x/y", case: "tcp6", step: 3, stated: "eof", seen: &["EPIPE"] };
        for seen in [&["EPIPE"][..], &["ok 1"], &["EPIPE", "ok 1"], &["EPIPE", "eof"]] {
            assert!(verdict.is_about(&Contradiction { seen, ..usual }), "{seen:?}");
        }
        for other in [
            Contradiction { platform: "m", ..usual },
            Contradiction { scenario: "x/z", ..usual },
            Contradiction { case: "tcp6 call=writev", ..usual },
            Contradiction { step: 4, ..usual },
            Contradiction { stated: "EPIPE", ..usual },
            Contradiction { seen: &["EINTR"], ..usual },
            Contradiction { seen: &["EPIPE", "EINTR"], ..usual },
        ] {
            assert!(!verdict.is_about(&other), "{other:?}");
        }
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
