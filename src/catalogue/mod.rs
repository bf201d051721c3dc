//! What is tried: scenarios, built in or a user's own.

mod arguments;
mod awaited;
mod case_name;
mod edits;
mod file;
mod language;
mod operations;
mod scenario;
mod select;
mod sequence;
mod steps;
mod transports;
mod vocabulary;

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::diagnostic::{Mistake, Mistakes};

pub use arguments::{Assignment, BlockingCall, Value};
pub use awaited::Awaited;
pub use case_name::{CaseName, name_all};
pub use edits::Edit;
pub use language::{ArgumentEntry, OperationEntry, WordList, operations, word_lists};
pub use operations::{Datagram, MAX_COUNT, Operation};
pub(crate) use scenario::AXES;
pub use scenario::{Axes, Case, Scenario, Step, family};
pub(crate) use select::fits;
pub use select::{BadSelector, CaseFilter, Selection};
pub use sequence::MAX_STEPS;
pub use vocabulary::{
    Actor, Asked, Call, Condition, Ending, Half, ReadCall, Setting, Sigpipe, SocketOption, Start, Transport, Wait,
};

/// Parses the steps of one scenario, which may race with each other, whatever it runs over.
///
/// # Errors
///
/// Every line that is not a step; without such lines, the first step that cannot follow those before it. Spans are
/// bytes of `text`.
pub fn parse_steps(text: &str) -> Result<Vec<Step>, Vec<Mistake>> {
    parse_steps_over(text, &[])
}

/// Parses the steps of one scenario that runs over each of these transports.
///
/// # Errors
///
/// Those of [`parse_steps`], and the first step that cannot be taken over one of the transports.
pub fn parse_steps_over(text: &str, transports: &[Transport]) -> Result<Vec<Step>, Vec<Mistake>> {
    steps::parse(text, 0, true, transports)
}

/// Parses one step, which may stand in any sequence.
///
/// # Errors
///
/// What is wrong with it. The span is of bytes of `text`.
pub fn parse_step(text: &str) -> Result<Step, Mistake> {
    steps::parse_one(text)
}

macro_rules! builtin {
    ($($family:literal)*) => {
        &[$((
            concat!("src/scenarios/", $family, ".toml"),
            include_str!(concat!("../scenarios/", $family, ".toml")),
        )),*]
    };
}

/// The name and the text of each built-in file, one for each family, in the order of the catalogue.
const BUILTIN: &[(&str, &str)] = builtin! {
    "peer-close" "peer-close-unread" "peer-reset" "peer-half-close" "peer-shutdown-read" "peer-shutdown-both"
    "peer-crash" "buffered" "blocked-writer" "own-shutdown-write" "own-shutdown-read" "own-shutdown-both"
    "own-shutdown" "metadata" "connect" "accept" "listener-close" "listener" "race" "delayed-ack" "readiness" "asked"
    "edge" "poll" "sigpipe" "calls" "blocked-call" "local-abort" "urgent" "unix" "socketpair" "unix-dgram"
    "unix-seqpacket" "pipe" "fifo" "pty" "vsock" "mptcp" "udp" "udp-unconnected" "recover" "peer-reboot" "zero-window"
    "timers" "timeout"
};

/// All scenarios known to a run, in order; no two of them share an id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    scenarios: Vec<Scenario>,
    /// The index in `scenarios` of each id, and the file that the scenario is from.
    index: HashMap<String, (usize, String)>,
    /// The table of each of `scenarios` in its file.
    tables: Vec<String>,
}

impl Catalogue {
    /// The scenarios that come with the program.
    ///
    /// # Panics
    ///
    /// If a built-in file has a mistake, which a test rules out.
    pub fn builtin() -> Self {
        let mut catalogue = Catalogue::default();
        for (path, text) in BUILTIN {
            catalogue.add(path, text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        }
        catalogue
    }

    /// Adds the scenarios of one file; `path` is its name in messages, `text` its contents.
    ///
    /// # Errors
    ///
    /// All mistakes in the file; none of its scenarios is added then.
    pub fn add(&mut self, path: &str, text: &str) -> Result<(), Mistakes> {
        let placed = file::parse(path, text)?;
        let mut list = Vec::new();
        let mut seen = HashSet::new();
        for (Scenario { id, .. }, span) in &placed {
            let earlier = self.index.get(id).map(|(_, path)| path.as_str());
            if let Some(first) = if seen.insert(id) { earlier } else { Some(path) } {
                let label = format!("an id is used once; the first is in {first}");
                list.push(Mistake::new(span.clone(), format!("a second scenario `{id}`"), label));
            }
        }
        if !list.is_empty() {
            return Err(Mistakes::new(path, text, list));
        }
        let starts: Vec<_> = placed.iter().map(|(_, span)| file::table_start(text, span.start)).collect();
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        self.tables.extend(starts.iter().zip(ends).map(|(start, end)| text[*start..end].trim_end().to_owned()));
        for (scenario, _) in placed {
            self.index.insert(scenario.id.clone(), (self.scenarios.len(), path.to_owned()));
            self.scenarios.push(scenario);
        }
        Ok(())
    }

    /// All scenarios, in order.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// The ids of all scenarios, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.scenarios.iter().map(|scenario| scenario.id.as_str())
    }

    /// The families in the order in which they first come, each with its scenarios: a user's file may add to any.
    pub fn families(&self) -> IndexMap<&str, Vec<&Scenario>> {
        let mut families: IndexMap<&str, Vec<&Scenario>> = IndexMap::new();
        for scenario in &self.scenarios {
            families.entry(scenario.family()).or_default().push(scenario);
        }
        families
    }

    /// The scenario with this id, if there is one.
    pub fn find(&self, id: &str) -> Option<&Scenario> {
        self.position(id).map(|position| &self.scenarios[position])
    }

    /// The scenario with this id as its file has it, from `[[scenario]]` on; `None` for an unknown id, and empty where the
    /// file has another form of table.
    pub fn toml(&self, id: &str) -> Option<&str> {
        self.position(id).map(|position| self.tables[position].as_str())
    }

    /// Whether the steps of the scenario with this id may race with each other on a system; `false` for an unknown id.
    pub fn races(&self, id: &str, system: &str) -> bool {
        self.find(id).is_some_and(|scenario| scenario.races(system))
    }

    /// The index of the scenario with this id in [`scenarios`](Catalogue::scenarios), if there is one.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.index.get(id).map(|(position, _)| *position)
    }
}
