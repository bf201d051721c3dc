//! What portable code needs to know of an outcome: that the connection is lost, and not which of a dozen errors says so.

use super::Readiness;
use crate::words::words;

words! {
    /// What an outcome means to a program that acts on its kind alone, in the order in which tables list them.
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
    /// The errors in it, by their canonical names.
    pub const fn errors(self) -> &'static [&'static str] {
        macro_rules! names {
            ($($name:ident)*) => { &[$(stringify!($name)),*] };
        }
        match self {
            // EPROTOTYPE: a write on macOS in the middle of a disconnect (libuv src/unix/stream.c).
            Class::Disconnected => names![
                EPIPE ECONNRESET ECONNABORTED ECONNREFUSED ESHUTDOWN ETIMEDOUT ENETRESET ENETDOWN ENETUNREACH EHOSTDOWN
                EHOSTUNREACH EPROTOTYPE
            ],
            Class::Wait => names![EAGAIN EINPROGRESS EALREADY],
            Class::Misuse => names![
                EINVAL ENOTCONN EISCONN EBADF ENOTSOCK EOPNOTSUPP EDESTADDRREQ EAFNOSUPPORT ENOPROTOOPT EADDRINUSE
            ],
            Class::End | Class::Data | Class::Done | Class::Killed => &[],
        }
    }

    /// The flags that put a set of readiness flags into this class, unless it belongs to an earlier one of [`Class::ALL`].
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
