//! What a step gave, and its canonical name: the outcome.

use std::{fmt, io};

use mio::event::Event;

use crate::sys;

/// What a step gave, signals included. Small and comparable, since a run counts them by the million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// What the step itself gave.
    pub given: Given,
    /// What became of SIGPIPE meanwhile.
    pub signal: Signal,
}

/// What became of SIGPIPE during a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signal {
    /// None was seen; while SIGPIPE is ignored none can be.
    #[default]
    None,
    /// One was delivered to the handler, or is pending where SIGPIPE is blocked.
    Delivered,
    /// One was delivered to a handler in another thread than the one that wrote, which blocks it.
    Elsewhere,
    /// It killed the process in this step, or the one that the step started.
    Killed,
}

/// What a step itself gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The call succeeded and has nothing more to say.
    Done,
    /// That many bytes were written or read.
    Bytes(usize),
    /// A read gave 0 bytes: the end.
    Eof,
    /// The call would have blocked, and nothing changed that until the deadline.
    WouldBlock,
    /// A non-blocking connect ended without a connection, and the call itself named no error: the error is pending.
    InProgress,
    /// Writing went on until there was no more room.
    Full,
    /// Reading went on until there was no more data.
    Drained,
    /// What was awaited did not come before the deadline; these flags were seen meanwhile.
    NoEvent(Readiness),
    /// Nothing came, as awaited.
    Quiet,
    /// What was awaited came, with these flags.
    Ready(Readiness),
    /// `SO_ERROR` was 0.
    NoError,
    /// The operating system's error of this code.
    Error(i32),
    /// An error that has no code of the operating system.
    OtherError(io::ErrorKind),
    /// The step could not be tried, since its actor has no socket: an earlier step gave none.
    NotRun,
}

impl Given {
    /// What an error of a call stands for.
    pub fn from_error(error: &io::Error) -> Self {
        match (error.kind(), error.raw_os_error()) {
            (io::ErrorKind::WouldBlock, _) => Given::WouldBlock,
            (_, Some(code)) => Given::Error(code),
            (kind, None) => Given::OtherError(kind),
        }
    }

    /// The operating system's code, where an error has one.
    pub fn code(self) -> Option<i32> {
        match self {
            Given::Error(code) => Some(code),
            _ => None,
        }
    }

    /// The operating system's own name of the error, such as `WSAECONNRESET`.
    pub fn native_name(self) -> Option<&'static str> {
        self.code().and_then(sys::error_name).map(|name| name.native)
    }

    /// The `std::io::ErrorKind` that Rust gives the error.
    pub fn kind(self) -> Option<io::ErrorKind> {
        match self {
            Given::Error(code) => Some(io::Error::from_raw_os_error(code).kind()),
            Given::OtherError(kind) => Some(kind),
            _ => None,
        }
    }
}

/// The outcome: the canonical name, comparable across platforms.
impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signal {
            Signal::None => self.given.fmt(f),
            Signal::Delivered => write!(f, "{}+SIGPIPE", self.given),
            Signal::Elsewhere => write!(f, "{}+SIGPIPE elsewhere", self.given),
            Signal::Killed => f.write_str("killed SIGPIPE"),
        }
    }
}

/// The part of the outcome that is not a signal.
impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Given::Done => f.write_str("ok"),
            Given::Bytes(count) => write!(f, "ok {count}"),
            Given::Eof => f.write_str("eof"),
            Given::WouldBlock => f.write_str("would-block"),
            Given::InProgress => f.write_str("in-progress"),
            Given::Full => f.write_str("full"),
            Given::Drained => f.write_str("drained"),
            Given::NoEvent(seen) if seen.is_empty() => f.write_str(outcome::NO_EVENT),
            Given::NoEvent(seen) => write!(f, "{} {seen}", outcome::NO_EVENT),
            Given::Quiet => f.write_str("quiet"),
            Given::Ready(seen) => seen.fmt(f),
            Given::NoError => f.write_str("none"),
            Given::Error(code) => match sys::error_name(*code) {
                Some(name) => f.write_str(name.canonical),
                None => write!(f, "errno {code}"),
            },
            Given::OtherError(kind) => write!(f, "error {kind:?}"),
            Given::NotRun => f.write_str(outcome::NOT_RUN),
        }
    }
}

/// Outcomes that more than one station has to know by name.
pub mod outcome {
    /// What was awaited did not come; flags seen meanwhile may follow.
    pub const NO_EVENT: &str = "no-event";
    /// The step was not tried.
    pub const NOT_RUN: &str = "not-run";
    /// The case cannot be run on this platform; the row's note says why.
    pub const UNSUPPORTED: &str = "unsupported";

    /// Whether this outcome says something of the platform's behaviour; the other two say that nothing was observed.
    pub fn is_observed(outcome: &str) -> bool {
        outcome != NOT_RUN && outcome != UNSUPPORTED
    }
}

/// Readiness flags as mio reports them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readiness(u8);

impl Readiness {
    /// A read would not block.
    pub const READABLE: Readiness = Readiness(1);
    /// A write would not block.
    pub const WRITABLE: Readiness = Readiness(2);
    /// The selector reports an error.
    pub const ERROR: Readiness = Readiness(4);
    /// The reading half is closed.
    pub const READ_CLOSED: Readiness = Readiness(8);
    /// The writing half is closed.
    pub const WRITE_CLOSED: Readiness = Readiness(16);

    /// Every flag and its word, in the order in which they are written.
    pub const FLAGS: [(Readiness, &'static str); 5] = [
        (Readiness::READABLE, "readable"),
        (Readiness::WRITABLE, "writable"),
        (Readiness::ERROR, "error"),
        (Readiness::READ_CLOSED, "read_closed"),
        (Readiness::WRITE_CLOSED, "write_closed"),
    ];

    /// The flags of words joined by `+`, as they are written.
    pub fn from_words(text: &str) -> Option<Self> {
        text.split('+').try_fold(Readiness::default(), |flags, word| {
            let (flag, _) = Self::FLAGS.into_iter().find(|(_, name)| *name == word)?;
            Some(flags | flag)
        })
    }

    /// The flags as a number, for [`from_bits`](Readiness::from_bits).
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The flags of such a number; what is no flag is dropped.
    pub const fn from_bits(bits: u8) -> Self {
        Readiness(bits & 31)
    }

    /// The flags of one event.
    pub fn of(event: &Event) -> Self {
        let flag = |set: bool, flag: Readiness| if set { flag } else { Readiness::default() };
        flag(event.is_readable(), Readiness::READABLE)
            | flag(event.is_writable(), Readiness::WRITABLE)
            | flag(event.is_error(), Readiness::ERROR)
            | flag(event.is_read_closed(), Readiness::READ_CLOSED)
            | flag(event.is_write_closed(), Readiness::WRITE_CLOSED)
    }

    /// Whether no flag is set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether one of these flags is set.
    pub fn has_any(self, flags: Readiness) -> bool {
        self.0 & flags.0 != 0
    }
}

impl std::ops::BitOr for Readiness {
    type Output = Readiness;
    fn bitor(self, other: Readiness) -> Readiness {
        Readiness(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Readiness {
    fn bitor_assign(&mut self, other: Readiness) {
        self.0 |= other.0;
    }
}

/// The words of the flags that are set, joined by `+`.
impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (flag, word) in Readiness::FLAGS {
            if self.has_any(flag) {
                write!(f, "{separator}{word}")?;
                separator = "+";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_is_written_in_one_order() {
        let flags = Readiness::WRITE_CLOSED | Readiness::READABLE;
        assert_eq!(Given::Ready(flags).to_string(), "readable+write_closed");
        assert_eq!(Given::NoEvent(flags).to_string(), "no-event readable+write_closed");
        assert_eq!(Given::NoEvent(Readiness::default()).to_string(), "no-event");
    }

    #[test]
    fn an_error_without_a_known_name_is_never_guessed() {
        assert_eq!(Given::Error(4711).to_string(), "errno 4711");
        assert_eq!(Given::Error(4711).native_name(), None);
    }

    #[test]
    fn would_block_is_not_an_error() {
        let error = io::Error::from(io::ErrorKind::WouldBlock);
        assert_eq!(Given::from_error(&error), Given::WouldBlock);
    }

    #[cfg(unix)]
    #[test]
    fn errors_carry_code_name_and_kind() {
        let reset = Given::from_error(&io::Error::from_raw_os_error(libc::ECONNRESET));
        assert_eq!(reset.to_string(), "ECONNRESET");
        assert_eq!(reset.code(), Some(libc::ECONNRESET));
        assert_eq!(reset.native_name(), Some("ECONNRESET"));
        assert_eq!(reset.kind(), Some(io::ErrorKind::ConnectionReset));
    }

    #[cfg(windows)]
    #[test]
    fn windows_errors_have_posix_outcomes_and_their_own_names() {
        let aborted = Given::Error(10053);
        assert_eq!(aborted.to_string(), "ECONNABORTED");
        assert_eq!(aborted.native_name(), Some("WSAECONNABORTED"));
    }
}
