//! What a process that a run has started tells its parent: one JSON value a line, for each thing that happens.

use std::{
    io::{self, Write},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde::{Deserialize, Serialize};

use super::tally::CaseResult;
use crate::outcome::Observation;

/// A line of a child's journal, which is its standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    /// A copy of the process, with this number, goes on.
    Copied(u32),
    /// A trial begins, of the case with this 0-based number in the child's job; if a trial was under way, it begins
    /// anew.
    Begin(usize),
    /// The present step has ended with this.
    Observed(Observation),
    /// A poll brought no event: the process lives, and the trial waits.
    Waiting,
    /// The trial has ended.
    Ended,
    /// The trial could not get what it needs, which others may hold at the moment.
    Exhausted,
    /// The case of the trial is given up, with this result.
    GivenUp(CaseResult),
    /// SIGPIPE has killed the copy.
    Killed,
    /// The copy has ended otherwise than it should, with this exit status.
    Crashed(String),
}

/// Where a process writes what happens in its trials.
#[derive(Debug, Clone, Copy)]
pub(super) struct Journal<'a> {
    ended: &'a AtomicUsize,
}

impl<'a> Journal<'a> {
    /// `ended` counts the trials that have ended.
    pub(super) fn new(ended: &'a AtomicUsize) -> Self {
        Journal { ended }
    }

    /// Writes the line like [`Line::write`].
    pub(super) fn write(self, line: &Line) {
        line.write();
        if matches!(line, Line::Ended | Line::Exhausted | Line::GivenUp(_)) {
            self.ended.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Line {
    /// The line as text, without its line end.
    pub(super) fn encode(&self) -> String {
        serde_json::to_string(self).expect("plain data has a JSON form")
    }

    /// Reads a line; `None` for any other text.
    pub(super) fn decode(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// Writes the line to standard output at once, since the next step may kill the process. Ends the process if that
    /// fails: the parent is gone, so nobody needs the rest.
    pub(super) fn write(&self) {
        let mut out = io::stdout().lock();
        if out.write_all(format!("{}\n", self.encode()).as_bytes()).and_then(|()| out.flush()).is_err() {
            process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Outcome, Readiness, Signal};

    #[test]
    fn every_line_is_read_as_it_was_written() {
        let flags = Readiness::READABLE | Readiness::WRITE_CLOSED;
        let other = Outcome::from_error(&io::ErrorKind::UnexpectedEof.into());
        let observed = |outcome, signal| Line::Observed(Observation::new(outcome, signal));
        for line in [
            Line::Copied(u32::MAX),
            Line::Begin(12),
            Line::Waiting,
            Line::Ended,
            Line::Exhausted,
            Line::GivenUp(CaseResult::Unsupported("no such thing:\nEPERM".to_owned())),
            Line::GivenUp(CaseResult::NotRun("a socket: EMFILE".to_owned())),
            Line::Killed,
            Line::Crashed("signal: 6 (SIGABRT)".to_owned()),
            observed(Outcome::Ready(flags), Signal::None),
            observed(Outcome::NoEvent(Readiness::default()), Signal::Elsewhere),
            observed(Outcome::Error(-3), Signal::Killed),
            observed(other, Signal::Delivered),
        ] {
            let text = line.encode();
            assert!(!text.contains('\n'), "{text}");
            assert_eq!(Line::decode(&text), Some(line));
        }
        assert_eq!(Line::decode("nonsense"), None);
    }
}
