//! What portable code needs to know of an outcome, which is less than the outcome: that the connection is lost, and not
//! by which of six errors.

use super::Readiness;

/// What an outcome means to a program that acts on its kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The connection is lost.
    Disconnected,
    /// The peer has ended its direction in order.
    End,
    /// Data moved, or can be read.
    Data,
    /// Nothing yet: a later event or a deadline decides.
    Wait,
    /// The call does not fit the state of the socket.
    Misuse,
    /// The call succeeded and moved no data.
    Done,
    /// SIGPIPE killed the process.
    Killed,
}

impl Class {
    /// Every class, in the order in which tables list them.
    pub const ALL: [Class; 7] =
        [Class::Disconnected, Class::End, Class::Data, Class::Wait, Class::Misuse, Class::Done, Class::Killed];

    /// Its word in tables, JSON and the README.
    pub const fn word(self) -> &'static str {
        match self {
            Class::Disconnected => "disconnected",
            Class::End => "end",
            Class::Data => "data",
            Class::Wait => "wait",
            Class::Misuse => "misuse",
            Class::Done => "done",
            Class::Killed => "killed",
        }
    }

    /// The errors in it, by their canonical names.
    pub const fn errors(self) -> &'static [&'static str] {
        match self {
            Class::Disconnected => &[
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
            Class::Wait => &["EAGAIN", "EINPROGRESS", "EALREADY"],
            Class::Misuse => &[
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
            Class::End | Class::Data | Class::Done | Class::Killed => &[],
        }
    }

    /// The flags that put a set of readiness flags into this class, unless an earlier class of [`Class::ALL`] has it.
    pub fn flags(self) -> Readiness {
        match self {
            Class::Disconnected => Readiness::ERROR | Readiness::WRITE_CLOSED,
            Class::End => Readiness::READ_CLOSED,
            Class::Data => Readiness::READABLE,
            Class::Done => Readiness::WRITABLE,
            Class::Wait | Class::Misuse | Class::Killed => Readiness::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_is_of_two_classes() {
        let mut all: Vec<_> = Class::ALL.into_iter().flat_map(Class::errors).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
