//! The plain types of the catalogue: a scenario is an ordered list of steps, and nothing in it knows how it is run.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    operations::Operation,
    vocabulary::{Actor, Call, Sigpipe, SocketOption, Transport},
};

/// An ordered list of steps under a stable id, with what a reader can learn from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// `family/operations-in-order`; stable for ever, since results name it.
    pub id: String,
    /// One line.
    pub title: String,
    /// Why it matters, in two or three sentences.
    pub why: String,
    /// Where the question comes from: a thread, a manual page, another suite.
    pub source: Option<String>,
    /// The axes of its cases, in the order in which they are listed.
    pub axes: Vec<Axes>,
    /// Whether it takes seconds: such a scenario is left out unless it is asked for, and has longer deadlines.
    pub slow: bool,
    /// Whether its steps race with each other, so that several outcomes are right. Elsewhere a step has one outcome
    /// on a platform, and a second one is a mistake of the scenario or of the driver.
    pub racing: bool,
    /// What is done, in order. The order is part of what the scenario is.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The part of the id before the slash.
    pub fn family(&self) -> &str {
        family(&self.id)
    }
}

/// The family of a scenario's id: the part before the slash.
pub fn family(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// What a case is besides its scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Axes {
    /// Over what.
    pub transport: Transport,
    /// What SIGPIPE does.
    pub sigpipe: Sigpipe,
    /// Which system call `write` is.
    pub call: Call,
    /// Which option against SIGPIPE is set, and where.
    pub option: SocketOption,
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

/// One scenario with one value for each axis: what is run, again and again, and what a row of results belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'a> {
    /// What is done.
    pub scenario: &'a Scenario,
    /// Over what, and how.
    pub axes: Axes,
}

/// The axes as they stand in a list and in a message.
impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Axes { transport, sigpipe, call, option } = self;
        write!(f, "{transport} sigpipe={sigpipe} call={call} option={option}")
    }
}
