//! What portable code needs to know of an outcome, which is less than the outcome: that the connection is gone, and
//! not by which of six errors.

use crate::observation::{Readiness, outcome};

/// What an outcome means to a program that does not care for the exact one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The connection is no more: an error of it, or flags that say so.
    Gone,
    /// The peer has ended its direction in order.
    End,
    /// Data moved, or can be read.
    Data,
    /// Nothing yet: a later event or a deadline decides.
    Wait,
    /// The call did not fit the socket's state.
    Misuse,
    /// The call succeeded and moved no data.
    Done,
    /// The process was killed.
    Killed,
}

/// Every class: its word, what it means, and the outcomes in it. `ok N` with a number above 0 is of the class `data`,
/// whatever the number counts: where the operation is `accepted_from` it is the length of an address. Readiness flags are of the first class that fits: `error` or `write_closed` is gone, `read_closed` the end,
/// `readable` data, and `writable` alone done. `+SIGPIPE`, be it elsewhere, changes no class. An outcome of no class is
/// compared as it is.
pub const CLASSES: [(Class, &str, &str, &[&str]); 7] = [
    (
        Class::Gone,
        "gone",
        "the connection is no more",
        &[
            "EPIPE",
            "ECONNRESET",
            "ECONNABORTED",
            "ECONNREFUSED",
            "ESHUTDOWN",
            "ETIMEDOUT",
            "ENETRESET",
            "ENETDOWN",
            "ENETUNREACH",
            "EHOSTDOWN",
            "EHOSTUNREACH",
            // A write on macOS in the middle of a disconnect: libuv src/unix/stream.c.
            "EPROTOTYPE",
        ],
    ),
    (Class::End, "end", "the peer has ended its direction", &["eof"]),
    (Class::Data, "data", "data moved, or can be read", &[]),
    (
        Class::Wait,
        "wait",
        "nothing yet",
        &[
            "would-block",
            "in-progress",
            outcome::NO_EVENT,
            "quiet",
            "full",
            "drained",
            "EAGAIN",
            "EINPROGRESS",
            "EALREADY",
        ],
    ),
    (
        Class::Misuse,
        "misuse",
        "the call does not fit the socket's state",
        &[
            "EINVAL",
            "ENOTCONN",
            "EISCONN",
            "EBADF",
            "ENOTSOCK",
            "EOPNOTSUPP",
            "EDESTADDRREQ",
            "EAFNOSUPPORT",
            "ENOPROTOOPT",
            "EADDRINUSE",
        ],
    ),
    (Class::Done, "done", "the call succeeded", &["ok", "ok 0", "none"]),
    (Class::Killed, "killed", "SIGPIPE killed the process", &["killed SIGPIPE"]),
];

impl Class {
    /// The class of an outcome, if it is of one.
    pub fn of(outcome: &str) -> Option<Class> {
        let outcome = outcome.split_once("+SIGPIPE").map_or(outcome, |(given, _)| given);
        // Flags that were seen while something else was awaited do not change that it did not come.
        let outcome = if outcome.starts_with(outcome::NO_EVENT) { outcome::NO_EVENT } else { outcome };
        if let Some((class, ..)) = CLASSES.iter().find(|(.., outcomes)| outcomes.contains(&outcome)) {
            return Some(*class);
        }
        if outcome.strip_prefix("ok ").is_some_and(|count| count.bytes().all(|byte| byte.is_ascii_digit())) {
            return Some(Class::Data);
        }
        let seen = Readiness::from_words(outcome)?;
        let classes = [
            (Readiness::ERROR | Readiness::WRITE_CLOSED, Class::Gone),
            (Readiness::READ_CLOSED, Class::End),
            (Readiness::READABLE, Class::Data),
            (Readiness::WRITABLE, Class::Done),
        ];
        classes.into_iter().find(|(flags, _)| seen.has_any(*flags)).map(|(_, class)| class)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        CLASSES.iter().find(|(class, ..)| *class == self).map_or("", |(_, word, ..)| word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_have_the_class_that_portable_code_acts_on() {
        let classes = [
            ("EPIPE", "gone"),
            ("EPIPE+SIGPIPE", "gone"),
            ("EPIPE+SIGPIPE elsewhere", "gone"),
            ("ECONNRESET", "gone"),
            ("readable+writable+error+read_closed+write_closed", "gone"),
            ("readable+writable+read_closed", "end"),
            ("eof", "end"),
            ("readable", "data"),
            ("ok 17", "data"),
            ("ok 0", "done"),
            ("writable", "done"),
            ("no-event writable", "wait"),
            ("ENOTCONN", "misuse"),
            ("killed SIGPIPE", "killed"),
        ];
        for (outcome, word) in classes {
            assert_eq!(Class::of(outcome).map(Class::word), Some(word), "{outcome}");
        }
        assert_eq!(Class::of("errno 4711"), None);
        assert_eq!(Class::of("ok x"), None);
    }

    #[test]
    fn no_outcome_is_of_two_classes() {
        let mut all: Vec<_> = CLASSES.iter().flat_map(|(.., outcomes)| outcomes.iter()).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
