//! The words of the step language and of the axes: each enum declared once, with its words and their help.

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Declares an enum of words: its name in Rust, its word in the step language and in CSV, and the list of all.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
        pub enum $name { $($(#[$item_doc])* #[value(name = $word)] #[serde(rename = $word)] $item,)* }

        impl $name {
            /// All of them, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$item,)*];

            /// The word for it in the step language, in CSV and in help.
            pub const fn word(self) -> &'static str {
                match self { $($name::$item => $word,)* }
            }

            /// The one with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.word() == word)
            }

            /// All words, for a message that says what is allowed: `` `a`, `b` ``.
            pub fn words() -> String {
                Self::ALL.iter().map(|item| format!("`{}`", item.word())).collect::<Vec<_>>().join(", ")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// Who takes a step.
    Actor {
        /// Listens when the scenario starts.
        Listener = "listener",
        /// Connects to the listener. The side under observation, as a rule.
        Client = "client",
        /// The accepted end of the connection. The peer, as a rule.
        Server = "server",
        /// Further clients, that only take up the listener's room.
        Crowd = "crowd",
    }
}

words! {
    /// What a connection is made of.
    Transport {
        /// TCP over 127.0.0.1.
        Tcp4 = "tcp4",
        /// TCP over ::1.
        Tcp6 = "tcp6",
        /// A Unix stream socket.
        Unix = "unix",
        /// A pipe: the client has its writing end, the server its reading end.
        Pipe = "pipe",
        /// Connected UDP over 127.0.0.1.
        Udp4 = "udp4",
        /// Connected UDP over ::1.
        Udp6 = "udp6",
    }
}

words! {
    /// What SIGPIPE does in the process.
    Sigpipe {
        /// Nothing: Rust's runtime sets it so before `main`.
        Ignore = "ignore",
        /// It kills the process, as everywhere but in Rust.
        Default = "default",
        /// A handler counts it.
        Handler = "handler",
        /// It is blocked in the thread (pthread_sigmask) and stays pending.
        Blocked = "blocked",
        /// It is blocked in the thread that writes; another thread does not block it, and a handler would count it.
        OtherThread = "other-thread",
    }
}

words! {
    /// Which system call `write` is.
    Call {
        /// What mio and Rust's std do: on Linux and the BSDs send with MSG_NOSIGNAL, on Apple's systems without (std's
        /// `sys/net/connection/socket`).
        Std = "std",
        /// write(2).
        Write = "write",
        /// writev(2).
        Writev = "writev",
        /// send(2) without flags.
        Send = "send",
        /// send(2) with MSG_NOSIGNAL, which keeps SIGPIPE away (POSIX.1-2008, send()).
        SendNosignal = "send-nosignal",
        /// sendmsg(2) without flags.
        Sendmsg = "sendmsg",
        /// sendfile(2) from a file.
        Sendfile = "sendfile",
        /// splice(2) from a pipe.
        Splice = "splice",
        /// WSASend.
        WsaSend = "wsasend",
    }
}

words! {
    /// Which option against SIGPIPE is set before anybody connects.
    SocketOption {
        /// None.
        None = "none",
        /// SO_NOSIGPIPE on the client's socket.
        SoNosigpipe = "so_nosigpipe",
        /// The descriptor's flag on the client's socket (fcntl F_SETNOSIGPIPE).
        FSetnosigpipe = "f_setnosigpipe",
        /// SO_NOSIGPIPE on the listener: whoever is accepted from it may inherit it.
        ListenerNosigpipe = "listener_nosigpipe",
    }
}

words! {
    /// Which direction of a connection `shutdown` ends.
    Half {
        /// No more is read here (SHUT_RD, SD_RECEIVE).
        Read = "read",
        /// No more is written here (SHUT_WR, SD_SEND): the peer gets a FIN.
        Write = "write",
        /// Both directions (SHUT_RDWR, SD_BOTH).
        Both = "both",
    }
}

words! {
    /// What `set` sets.
    Setting {
        /// TCP_NODELAY.
        Nodelay = "nodelay",
        /// SO_KEEPALIVE.
        Keepalive = "keepalive",
        /// SO_RCVBUF.
        Rcvbuf = "rcvbuf",
        /// SO_NOSIGPIPE.
        Nosigpipe = "nosigpipe",
        /// `SO_LINGER {on, 1 s}`: close may wait so long for data to be taken.
        Linger = "linger",
        /// The socket blocks (no O_NONBLOCK), as most programs' sockets do.
        Blocking = "blocking",
        /// TCP_USER_TIMEOUT of [`USER_TIMEOUT`](Setting::USER_TIMEOUT): how long sent data, or a SYN, may go unanswered.
        UserTimeout = "user_timeout",
        /// SO_KEEPALIVE with the times [`KEEPALIVE_IDLE`](Setting::KEEPALIVE_IDLE),
        /// [`KEEPALIVE_INTERVAL`](Setting::KEEPALIVE_INTERVAL) and [`KEEPALIVE_PROBES`](Setting::KEEPALIVE_PROBES).
        KeepaliveFast = "keepalive_fast",
    }
}

/// The values that settings stand for: the shortest that TCP's whole seconds allow, so that a scenario takes few.
impl Setting {
    /// TCP_USER_TIMEOUT of `user_timeout`.
    pub const USER_TIMEOUT: Duration = Duration::from_secs(1);
    /// How long a connection is silent before the first probe of `keepalive_fast` (TCP_KEEPIDLE).
    pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(1);
    /// The time between its probes (TCP_KEEPINTVL).
    pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(1);
    /// How many of them go unanswered before the connection is over (TCP_KEEPCNT).
    pub const KEEPALIVE_PROBES: u32 = 2;
}

words! {
    /// How a connection is ended in another thread.
    Ending {
        /// close(2), closesocket.
        Close = "close",
        /// Close with `SO_LINGER {on, 0}`.
        Reset = "reset",
    }
}

words! {
    /// How another program is started.
    Start {
        /// With fork and exec and nothing between: what SIGPIPE does is inherited as exec(3) says.
        Plain = "plain",
        /// As Rust's std does it: `std::process::Command`.
        Std = "std",
    }
}

words! {
    /// What `await` waits for; every one of them is read off the selector's readiness flags and nothing else,
    /// because reading `SO_ERROR`, peeking or sending would change what is observed.
    Condition {
        /// Read closed: the peer's FIN, or anything that ends reading.
        Fin = "fin",
        /// Write closed, or error: the peer's RST has arrived.
        Reset = "reset",
        /// There is something to read, be it an end or an error.
        Readable = "readable",
        /// There is room to write.
        Writable = "writable",
        /// The attempt to connect has ended, well or badly.
        Connected = "connected",
        /// Anything at all: what the selector says at this moment.
        Event = "event",
        /// Nothing may come until the deadline. Room to write is there all the time and does not count.
        Quiet = "quiet",
    }
}
