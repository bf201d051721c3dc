//! The plain types of the catalogue, which do not know how a scenario is run.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    operations::Operation,
    vocabulary::{Actor, Call, ReadCall, Sigpipe, SocketOption, Transport, Wait},
};

/// An ordered list of steps under a stable id, and what a reader should know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// `family/operations-in-order`. It never changes, since results refer to it.
    pub id: String,
    /// One line.
    pub title: String,
    /// Why it matters, in two or three sentences.
    pub why: String,
    /// Where the question comes from: a thread, a manual page, another suite.
    pub source: Option<String>,
    /// The axes of its cases, in the order in which they are listed.
    pub axes: Vec<Axes>,
    /// Whether it takes seconds: then it is left out by default, and has longer deadlines.
    pub slow: bool,
    /// Whether its steps race with each other, so that a step may have several outcomes on one platform. In other
    /// scenarios a second outcome points to a mistake in the scenario or in the driver.
    pub racing: bool,
    /// The systems, by their names in data, on which its steps race although they do not elsewhere, since a connection
    /// over loopback may be handled by another processor there. Empty where `racing` is set.
    pub races_on: Vec<String>,
    /// What is done, in order: 1 to [`MAX_STEPS`](super::MAX_STEPS) steps.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The part of the id before the slash.
    pub fn family(&self) -> &str {
        family(&self.id)
    }

    /// Whether its steps may race with each other on the system of this name in data, such as `freebsd`.
    pub fn races(&self, system: &str) -> bool {
        self.racing || self.races_on.iter().any(|known| known == system)
    }
}

/// The family of a scenario's id: the part before the slash, or all of a text without one.
pub fn family(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// How many axes there are.
pub(crate) const AXES: usize = 6;

/// The values that tell the cases of one scenario apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Axes {
    /// What the connection is made of.
    pub transport: Transport,
    /// What SIGPIPE does.
    pub sigpipe: Sigpipe,
    /// Which system call `write` makes.
    pub call: Call,
    /// Which option against SIGPIPE is set, and where.
    pub option: SocketOption,
    /// Which system call `read` makes.
    pub read_call: ReadCall,
    /// Which system call `await` waits with.
    pub wait: Wait,
}

impl Axes {
    /// The usual values, which an axis has unless a scenario file sets it.
    pub const USUAL: Axes = Axes {
        transport: Transport::Tcp4,
        sigpipe: Sigpipe::Ignore,
        call: Call::Std,
        option: SocketOption::None,
        read_call: ReadCall::Std,
        wait: Wait::Mio,
    };

    /// The names of the axes in data and on the command line, in the order of [`words`](Self::words).
    pub const NAMES: [&str; AXES] = ["transport", "sigpipe", "call", "option", "read_call", "wait"];

    /// The words of the values.
    pub const fn words(self) -> [&'static str; AXES] {
        let Axes { transport, sigpipe, call, option, read_call, wait } = self;
        [transport.word(), sigpipe.word(), call.word(), option.word(), read_call.word(), wait.word()]
    }
}

/// Who does what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub actor: Actor,
    /// What.
    pub operation: Operation,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.actor, self.operation)
    }
}

/// One scenario with one value for each axis: what is run many times, and what rows of results are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'a> {
    /// What is done.
    pub scenario: &'a Scenario,
    /// Over what, and how.
    pub axes: Axes,
}

/// The axes, as lists and messages name them. Those that few scenarios set are left out where they have their usual
/// values.
impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Axes { transport, sigpipe, call, option, read_call, wait } = self;
        write!(f, "{transport} sigpipe={sigpipe} call={call} option={option}")?;
        if *read_call != Self::USUAL.read_call {
            write!(f, " read_call={read_call}")?;
        }
        if *wait != Self::USUAL.wait {
            write!(f, " wait={wait}")?;
        }
        Ok(())
    }
}
