//! What portable code acts on: that the connection is lost, for example, whichever of a dozen errors says so.

use super::Readiness;
use crate::words::words;

words! {
    /// What an outcome means to a portable program, in the order in which tables list the classes.
    Class {
        /// The connection is lost.
        Disconnected = "disconnected",
        /// The peer has ended its direction in order.
        End = "end",
        /// Data moved, or can be read.
        Data = "data",
        /// Nothing yet: a later event or a deadline decides.
        Wait = "wait",
        /// The call does not fit the state of the socket.
        Misuse = "misuse",
        /// The call succeeded and moved no data.
        Done = "done",
        /// SIGPIPE killed the process.
        Killed = "killed",
    }
}

impl Class {
    /// The canonical names of the errors in this class.
    pub const fn errors(self) -> &'static [&'static str] {
        match self {
            // EPROTOTYPE: a write on macOS in the middle of a disconnect (libuv src/unix/stream.c).
            Class::Disconnected => &[
                "EPIPE", "ECONNRESET", "ECONNABORTED", "ECONNREFUSED", "ESHUTDOWN", "ETIMEDOUT", "ENETRESET",
                "ENETDOWN", "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "EPROTOTYPE",
            ],
            Class::Wait => &["EAGAIN", "EINPROGRESS", "EALREADY"],
            Class::Misuse => &[
                "EINVAL", "ENOTCONN", "EISCONN", "EBADF", "ENOTSOCK", "EOPNOTSUPP", "EDESTADDRREQ", "EAFNOSUPPORT",
                "ENOPROTOOPT", "EADDRINUSE",
            ],
            Class::End | Class::Data | Class::Done | Class::Killed => &[],
        }
    }

    /// The readiness flags of this class. A set of flags belongs to the first class of [`Class::ALL`] that has one of
    /// them.
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
