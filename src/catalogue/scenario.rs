//! The plain types of the catalogue: a scenario is an ordered list of steps, and nothing in it knows how it is run.

use std::fmt;

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
    /// What it is run over, in the order in which its cases are listed.
    pub transports: Vec<Transport>,
    /// What is done, in order. The order is part of what the scenario is.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The part of the id before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }
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

/// Declares an enum of words: its name in Rust, its word in the step language and in CSV, and the list of all.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item_doc])* $item,)* }

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
    }
}

words! {
    /// What a connection is made of.
    Transport {
        /// TCP over 127.0.0.1.
        Tcp4 = "tcp4",
        /// TCP over ::1.
        Tcp6 = "tcp6",
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

/// What is done in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Connect to the listener, and wait until the attempt has ended.
    Connect,
    /// Close the client's socket if it is open, and connect with a fresh one.
    Reconnect,
    /// Take a connection from the listener.
    Accept,
    /// Write that many bytes, once.
    Write(u32),
    /// Read at most that many bytes, once.
    Read(u32),
    /// close(2), closesocket.
    Close,
    /// Close with `SO_LINGER {on, 0}`: the peer gets a RST.
    Reset,
    /// shutdown(2) of one direction or of both.
    Shutdown(Half),
    /// Read `SO_ERROR`, which on most systems clears it.
    SoError,
    /// Wait for a condition, and record the readiness flags.
    Await(Condition),
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Connect => f.write_str("connect"),
            Operation::Reconnect => f.write_str("reconnect"),
            Operation::Accept => f.write_str("accept"),
            Operation::Write(count) => write!(f, "write {count}"),
            Operation::Read(count) => write!(f, "read {count}"),
            Operation::Close => f.write_str("close"),
            Operation::Reset => f.write_str("reset"),
            Operation::Shutdown(half) => write!(f, "shutdown {half}"),
            Operation::SoError => f.write_str("so_error"),
            Operation::Await(condition) => write!(f, "await {condition}"),
        }
    }
}

/// One scenario over one transport: what is run, again and again, and what a row of results belongs to.
///
/// The axes `sigpipe`, `call` and `option` of a case have one value each in this catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case<'a> {
    /// What is done.
    pub scenario: &'a Scenario,
    /// Over what.
    pub transport: Transport,
}

impl Case<'_> {
    /// SIGPIPE is ignored, as Rust's runtime sets it before `main`.
    pub const SIGPIPE: &'static str = "ignore";
    /// The calls are those of mio and Rust's std.
    pub const CALL: &'static str = "std";
    /// No socket option is set.
    pub const OPTION: &'static str = "none";
}
