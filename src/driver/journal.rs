//! What a child tells its parent, line by line: which trial begins, what each step gave, that it ended.
//!
//! Every line is written at once, since the next step may kill the process.

use std::{
    io::{self, Write},
    sync::Mutex,
};

use crate::observation::{Given, Observation, Readiness, Signal};

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A trial of this case begins; the one at hand begins anew, if there is one.
    Begin(usize),
    /// The step at hand gave this.
    Step(Observation),
    /// Nothing happened for a while: the process is there, and the trial waits.
    Waiting,
    /// The trial ended.
    End,
    /// The trial's case cannot be run here.
    Unsupported(String),
}

impl Line {
    pub(super) fn encode(&self) -> String {
        match self {
            Line::Begin(case) => format!("begin {case}"),
            Line::Step(Observation { given, signal }) => {
                format!("step {} {}", signal_word(*signal), encode(*given))
            }
            Line::Waiting => "waiting".to_owned(),
            Line::End => "end".to_owned(),
            Line::Unsupported(reason) => format!("unsupported {reason}"),
        }
    }

    /// Reads a line that [`Journal`] wrote; `None` if it is none.
    pub(super) fn decode(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "begin" => Some(Line::Begin(rest.parse().ok()?)),
            "waiting" => Some(Line::Waiting),
            "end" => Some(Line::End),
            "unsupported" => Some(Line::Unsupported(rest.to_owned())),
            "step" => {
                let (signal, given) = rest.split_once(' ')?;
                let signal = SIGNALS.into_iter().find(|known| signal_word(*known) == signal)?;
                Some(Line::Step(Observation { given: decode(given)?, signal }))
            }
            _ => None,
        }
    }
}

const SIGNALS: [Signal; 4] = [Signal::None, Signal::Delivered, Signal::Elsewhere, Signal::Killed];

fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::None => "none",
        Signal::Delivered => "delivered",
        Signal::Elsewhere => "elsewhere",
        Signal::Killed => "killed",
    }
}

fn encode(given: Given) -> String {
    match given {
        Given::Done => "done".to_owned(),
        Given::Bytes(count) => format!("bytes {count}"),
        Given::Eof => "eof".to_owned(),
        Given::WouldBlock => "would-block".to_owned(),
        Given::InProgress => "in-progress".to_owned(),
        Given::Full => "full".to_owned(),
        Given::Drained => "drained".to_owned(),
        Given::NoEvent(seen) => format!("no-event {}", seen.bits()),
        Given::Quiet => "quiet".to_owned(),
        Given::Ready(seen) => format!("ready {}", seen.bits()),
        Given::NoError => "none".to_owned(),
        Given::Error(code) => format!("error {code}"),
        Given::OtherError(kind) => format!("other {kind:?}"),
        Given::NotRun => "not-run".to_owned(),
    }
}

fn decode(text: &str) -> Option<Given> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match word {
        "done" => Given::Done,
        "bytes" => Given::Bytes(rest.parse().ok()?),
        "eof" => Given::Eof,
        "would-block" => Given::WouldBlock,
        "in-progress" => Given::InProgress,
        "full" => Given::Full,
        "drained" => Given::Drained,
        "no-event" => Given::NoEvent(Readiness::from_bits(rest.parse().ok()?)),
        "quiet" => Given::Quiet,
        "ready" => Given::Ready(Readiness::from_bits(rest.parse().ok()?)),
        "none" => Given::NoError,
        "error" => Given::Error(rest.parse().ok()?),
        "other" => Given::OtherError(*KINDS.iter().find(|kind| format!("{kind:?}") == rest)?),
        "not-run" => Given::NotRun,
        _ => return None,
    })
}

/// Every kind of error that std names; those that it makes without the operating system are among them.
const KINDS: &[io::ErrorKind] = &[
    io::ErrorKind::NotFound,
    io::ErrorKind::PermissionDenied,
    io::ErrorKind::ConnectionRefused,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::HostUnreachable,
    io::ErrorKind::NetworkUnreachable,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::NotConnected,
    io::ErrorKind::AddrInUse,
    io::ErrorKind::AddrNotAvailable,
    io::ErrorKind::NetworkDown,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::AlreadyExists,
    io::ErrorKind::WouldBlock,
    io::ErrorKind::NotADirectory,
    io::ErrorKind::IsADirectory,
    io::ErrorKind::DirectoryNotEmpty,
    io::ErrorKind::ReadOnlyFilesystem,
    io::ErrorKind::StaleNetworkFileHandle,
    io::ErrorKind::InvalidInput,
    io::ErrorKind::InvalidData,
    io::ErrorKind::TimedOut,
    io::ErrorKind::WriteZero,
    io::ErrorKind::StorageFull,
    io::ErrorKind::NotSeekable,
    io::ErrorKind::QuotaExceeded,
    io::ErrorKind::FileTooLarge,
    io::ErrorKind::ResourceBusy,
    io::ErrorKind::ExecutableFileBusy,
    io::ErrorKind::Deadlock,
    io::ErrorKind::TooManyLinks,
    io::ErrorKind::ArgumentListTooLong,
    io::ErrorKind::Interrupted,
    io::ErrorKind::Unsupported,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::OutOfMemory,
    io::ErrorKind::Other,
];

/// The child's end of the journal.
pub(super) struct Journal(Mutex<Box<dyn Write + Send>>);

impl Journal {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Journal(Mutex::new(out))
    }

    pub(super) fn step(&self, observation: Observation) {
        self.line(&Line::Step(observation));
    }

    pub(super) fn line(&self, line: &Line) {
        let mut out = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let written = out.write_all(format!("{}\n", line.encode()).as_bytes()).and_then(|()| out.flush());
        if written.is_err() {
            // The parent is gone, and with it whoever wanted the rest.
            std::process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_as_it_was_written() {
        let flags = Readiness::READABLE | Readiness::WRITE_CLOSED;
        let mut given = vec![
            Given::Done,
            Given::Bytes(7),
            Given::Eof,
            Given::WouldBlock,
            Given::InProgress,
            Given::Full,
            Given::Drained,
            Given::NoEvent(flags),
            Given::Quiet,
            Given::Ready(flags),
            Given::NoError,
            Given::Error(-3),
            Given::NotRun,
        ];
        given.extend(KINDS.iter().copied().map(Given::OtherError));
        for given in given {
            for signal in SIGNALS {
                let line = Line::Step(Observation { given, signal });
                assert_eq!(Line::decode(&line.encode()), Some(line));
            }
        }
        for line in [Line::Begin(12), Line::Waiting, Line::End, Line::Unsupported("no such thing: EPERM".to_owned())] {
            assert_eq!(Line::decode(&line.encode()), Some(line));
        }
        assert_eq!(Line::decode("nonsense"), None);
    }
}
