//! What was observed in a step: an [`Observation`], whose canonical name is the outcome in results.

mod class;
mod errors;
mod fields;
mod raw;
mod readiness;
mod took;
mod vocabulary;

use std::{
    collections::BTreeSet,
    fmt, io,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize};

use crate::sys;

pub use crate::sys::Signal;
pub use class::Class;
pub use errors::is_error_name;
pub(crate) use errors::usual as usual_spelling;
pub use fields::{Misfit, check_fields};
pub use raw::RawFlags;
pub use readiness::Readiness;
pub use took::Took;
pub use vocabulary::{
    Form, KILLED, NO_EVENT, NOT_RUN, UNSUPPORTED, VOCABULARY, class_of, flags_of, forms_of, is_observed,
};

/// What was observed in a step, signals included. It is small and can be compared, since a run counts millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// What the step itself returned.
    pub outcome: Outcome,
    /// What became of SIGPIPE during the step.
    pub signal: Signal,
    /// What the selector itself said, in a step that awaits something; it is no part of the outcome.
    #[serde(default, skip_serializing_if = "RawFlags::is_empty")]
    pub flags: RawFlags,
}

impl Observation {
    /// What a step gave that awaits nothing.
    pub fn new(outcome: Outcome, signal: Signal) -> Self {
        Observation { outcome, signal, flags: RawFlags::default() }
    }
}

/// What a step returned, without its signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The call succeeded, and returned nothing else.
    Done,
    /// That many bytes were written or read.
    Bytes(usize),
    /// A read returned 0 bytes: the end.
    Eof,
    /// The call would have blocked, until the deadline.
    WouldBlock,
    /// A non-blocking connect ended without a connection, and the call itself named no error: the error is pending.
    InProgress,
    /// The writes went on until there was no more room.
    Full,
    /// The reads went on until there was no more data.
    Drained,
    /// What was awaited did not come before the deadline; these flags came meanwhile.
    NoEvent(Readiness),
    /// Nothing came, as awaited.
    Quiet,
    /// What was awaited came, with these flags.
    Ready(Readiness),
    /// `SO_ERROR` was 0.
    NoError,
    /// The step before it took a time of this class.
    Took(Took),
    /// The operating system's error with this code.
    Error(i32),
    /// An error that has no code of the operating system, by its [`io::ErrorKind`].
    OtherError(KindName),
    /// The step was not tried, since its actor has no socket, as an earlier step made none, or since the system has no
    /// such option to set.
    NotRun,
}

impl Outcome {
    /// The outcome of a call that failed with this error.
    pub fn from_error(error: &io::Error) -> Self {
        match (error.kind(), error.raw_os_error()) {
            (io::ErrorKind::WouldBlock, _) => Outcome::WouldBlock,
            (_, Some(code)) => Outcome::Error(code),
            (kind, None) => Outcome::OtherError(KindName::keep(format!("{kind:?}"))),
        }
    }

    /// The operating system's code of the error, if it has one.
    pub fn code(self) -> Option<i32> {
        match self {
            Outcome::Error(code) => Some(code),
            _ => None,
        }
    }

    /// The operating system's own name of the error, such as `WSAECONNRESET`; `None` if it is not known.
    pub fn native_name(self) -> Option<&'static str> {
        self.code().and_then(sys::error_name).map(|name| name.native)
    }

    /// The name of the error's [`io::ErrorKind`], such as `ConnectionReset`.
    pub fn kind(self) -> Option<String> {
        match self {
            Outcome::Error(code) => Some(format!("{:?}", io::Error::from_raw_os_error(code).kind())),
            Outcome::OtherError(KindName(kind)) => Some((*kind).to_owned()),
            _ => None,
        }
    }
}

/// The name of an [`io::ErrorKind`], such as `UnexpectedEof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KindName(&'static str);

impl KindName {
    /// Keeps the name for as long as the program runs, so that an outcome can be copied. There are some forty kinds,
    /// which bounds what is leaked.
    fn keep(name: String) -> Self {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = names.get(name.as_str()).copied();
        KindName(known.unwrap_or_else(|| {
            let kept = &*name.leak();
            names.insert(kept);
            kept
        }))
    }
}

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(KindName::keep)
    }
}

/// The outcome: the canonical name, comparable across platforms.
impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signal {
            Signal::None => self.outcome.fmt(f),
            Signal::Delivered => write!(f, "{}+SIGPIPE", self.outcome),
            Signal::Elsewhere => write!(f, "{}+SIGPIPE elsewhere", self.outcome),
            Signal::Killed => f.write_str("killed SIGPIPE"),
        }
    }
}

/// The outcome without its signal.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Done => f.write_str("ok"),
            Outcome::Bytes(count) => write!(f, "ok {count}"),
            Outcome::Eof => f.write_str("eof"),
            Outcome::WouldBlock => f.write_str("would-block"),
            Outcome::InProgress => f.write_str("in-progress"),
            Outcome::Full => f.write_str("full"),
            Outcome::Drained => f.write_str("drained"),
            Outcome::NoEvent(seen) if seen.is_empty() => f.write_str(NO_EVENT),
            Outcome::NoEvent(seen) => write!(f, "{NO_EVENT} {seen}"),
            Outcome::Quiet => f.write_str("quiet"),
            Outcome::Ready(seen) => seen.fmt(f),
            Outcome::NoError => f.write_str("none"),
            Outcome::Took(took) => took.fmt(f),
            Outcome::Error(code) => match sys::error_name(*code) {
                Some(name) => f.write_str(name.canonical),
                None => write!(f, "errno {code}"),
            },
            Outcome::OtherError(KindName(kind)) => write!(f, "error {kind}"),
            Outcome::NotRun => f.write_str(NOT_RUN),
        }
    }
}
