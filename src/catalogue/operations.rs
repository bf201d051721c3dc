//! The operations of the step language: each one's word, argument and actors, stated once.

use std::fmt;

use super::{
    arguments::{Assignment, BlockingCall},
    awaited::Awaited,
    vocabulary::{Actor, Ending, Half, Start},
};

/// The most bytes that one `write`, `read` or `peek` may ask for, and the most connections in a listener's queue.
pub const MAX_COUNT: u32 = 1 << 20;

/// What may follow an operation's word.
pub(super) trait Argument: Sized {
    /// What it has to be, worded to follow "expected".
    fn expected() -> String;
    /// Parses the words, with one blank between two; `None` if they are not an argument of this type.
    fn parse(words: &str) -> Option<Self>;
    /// The words of the lists that it is made of, each with its meaning; none where it is a number.
    fn choices() -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }
}

impl Argument for u32 {
    fn expected() -> String {
        format!("a number, 0 to {MAX_COUNT}")
    }
    fn parse(word: &str) -> Option<Self> {
        word.parse().ok().filter(|count| *count <= MAX_COUNT)
    }
}

macro_rules! arguments {
    ($($name:ident)*) => {
        $(impl Argument for $name {
            fn expected() -> String {
                format!("one of {}", $name::words())
            }
            fn parse(word: &str) -> Option<Self> {
                $name::from_word(word)
            }
            fn choices() -> Vec<(&'static str, &'static str)> {
                $name::ALL.into_iter().map(|item| (item.word(), item.meaning())).collect()
            }
        })*
    };
}

arguments! { Half Ending Start }

/// A datagram for an actor's socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Datagram {
    /// Whose socket it is sent to: the listener, or an actor that had one with a name of its own.
    pub to: Actor,
    /// Its length in bytes.
    pub count: u32,
}

/// The actors that have one socket each.
const ADDRESSEES: [Actor; 3] = [Actor::Listener, Actor::Client, Actor::Server];

impl Argument for Datagram {
    fn expected() -> String {
        let all = ADDRESSEES.map(|actor| format!("`{actor} 1`"));
        format!("an actor and a number of bytes, such as one of {}", all.join(", "))
    }
    fn choices() -> Vec<(&'static str, &'static str)> {
        ADDRESSEES.map(|actor| (actor.word(), actor.meaning())).to_vec()
    }
    fn parse(words: &str) -> Option<Self> {
        let (actor, count) = words.split_once(' ')?;
        let to = Actor::from_word(actor).filter(|actor| ADDRESSEES.contains(actor))?;
        Some(Datagram { to, count: u32::parse(count)? })
    }
}

impl fmt::Display for Datagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to, self.count)
    }
}

/// What the parser knows of an operation.
pub(super) struct Word {
    pub(super) word: &'static str,
    pub(super) actors: &'static [Actor],
    /// The documentation of the operation.
    pub(super) text: &'static str,
    /// What the argument is called, where there is one.
    pub(super) argument: Option<&'static str>,
    /// What the argument has to be, where there is one.
    pub(super) expected: Option<fn() -> String>,
    /// The words that the argument is made of.
    pub(super) choices: fn() -> Vec<(&'static str, &'static str)>,
    /// The operation with this argument: the words after its own, an empty text if there are none.
    pub(super) meaning: fn(&str) -> Option<Operation>,
}

/// Declares the operations: the enum, how they are written, and the table that they are parsed with.
macro_rules! operations {
    (@expected) => { None };
    (@expected $argument:ty) => { Some(<$argument>::expected) };
    (@name) => { None };
    (@name $field:ident) => { Some(stringify!($field)) };
    (@choices) => { Vec::new };
    (@choices $argument:ty) => { <$argument>::choices };
    (@meaning $name:ident) => { |text| text.is_empty().then_some(Operation::$name) };
    (@meaning $name:ident $argument:ty) => { |text| <$argument>::parse(text).map(Operation::$name) };
    ($($(#[doc = $doc:literal])* $actors:ident $word:literal $name:ident $(($field:ident: $argument:ty))?,)*) => {
        /// What is done in a step.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[doc = $doc])* $name $(($argument))?,)* }

        impl fmt::Display for Operation {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Operation::$name $(($field))? => {
                        f.write_str($word)?;
                        $(write!(f, " {}", $field)?;)?
                        Ok(())
                    })*
                }
            }
        }

        /// Every operation, for the parser and its messages.
        pub(super) const OPERATIONS: &[Word] = &[$(Word {
            word: $word,
            actors: $actors,
            text: concat!($($doc),*),
            argument: operations!(@name $($field)?),
            choices: operations!(@choices $($argument)?),
            expected: operations!(@expected $($argument)?),
            meaning: operations!(@meaning $name $($argument)?),
        },)*];
    };
}

const CLIENT: &[Actor] = &[Actor::Client];
const SERVER: &[Actor] = &[Actor::Server];
const CROWDS: &[Actor] = &[Actor::Client, Actor::Crowd];
const MACHINES: &[Actor] = &[Actor::Listener, Actor::Server];
const LISTENER: &[Actor] = &[Actor::Listener];
const ENDS: &[Actor] = &[Actor::Client, Actor::Server];
const SOCKETS: &[Actor] = &[Actor::Listener, Actor::Client, Actor::Server];
const ALL: &[Actor] = &Actor::ALL;

operations! {
    /// Connect to the listener, and wait until the attempt has ended. The crowd's clients connect one after another
    /// until one fails or is not connected in time.
    CROWDS "connect" Connect,
    /// Close the client's socket if it is open, and connect a new one.
    CLIENT "reconnect" Reconnect,
    /// Connect the same socket again.
    CLIENT "connect_again" ConnectAgain,
    /// Call connect on the client's socket once without waiting: the outcome is what the call returned.
    CLIENT "start_connect" StartConnect,
    /// Make a socket and do not connect it.
    CLIENT "open" Open,
    /// Listen again, at another address, with a queue for that many connections (listen(2)'s backlog).
    LISTENER "backlog" Backlog(length: u32),
    /// Take a connection from the listener.
    SERVER "accept" Accept,
    /// Write that many bytes, once.
    SOCKETS "write" Write(count: u32),
    /// Read at most that many bytes, once.
    SOCKETS "read" Read(count: u32),
    /// Make a socket with a name of its own, a port or a Unix socket's, and do not connect it.
    ENDS "bind" Bind,
    /// Send a datagram to an actor's name (sendto).
    SOCKETS "send_to" SendTo(datagram: Datagram),
    /// Receive a datagram, or that many bytes of it, whoever sent it (recvfrom).
    SOCKETS "recv_from" RecvFrom(count: u32),
    /// Take the oldest error from the socket's queue of errors (MSG_ERRQUEUE), without waiting for one.
    ENDS "read_error" ReadError,
    /// Read at most that many bytes and leave them (MSG_PEEK).
    ENDS "peek" Peek(count: u32),
    /// Write until there is no more room.
    ENDS "fill" Fill,
    /// Read until there is no more data.
    ENDS "drain" Drain,
    /// close(2), closesocket.
    ALL "close" Close,
    /// Close with `SO_LINGER {on, 0}`: the peer gets a RST.
    ENDS "reset" Reset,
    /// Close or reset the socket in another thread while the trial goes on.
    ENDS "race" Race(ending: Ending),
    /// shutdown(2) of one direction or of both.
    SOCKETS "shutdown" Shutdown(half: Half),
    /// Read `SO_ERROR`, which on most systems clears it.
    SOCKETS "so_error" SoError,
    /// Tell the length in bytes of the address that accept returned with the connection.
    SERVER "accepted_from" AcceptedFrom,
    /// Ask for the other end's address (getpeername).
    SOCKETS "peer_name" PeerName,
    /// Ask for the socket's own address (getsockname).
    SOCKETS "local_name" LocalName,
    /// Set a socket option, or make the socket block.
    ENDS "set" Set(assignment: Assignment),
    /// Start another program, which writes a byte to a copy of the socket.
    CLIENT "exec" Exec(start: Start),
    /// Move the socket into a process of its own, and close it in this one.
    SERVER "depart" Depart,
    /// Kill the process that the socket moved into (SIGKILL, TerminateProcess).
    SERVER "crash" Crash,
    /// Act as if the peer's machine were gone: nothing more comes from the socket, and nothing reaches it.
    MACHINES "vanish" Vanish,
    /// Act as if the peer's machine restarted: nothing comes from the socket, and what reaches the machine after that
    /// finds no connection.
    SERVER "reboot" Reboot,
    /// Undo a `vanish`: packets pass again.
    MACHINES "returns" Returns,
    /// Begin the call in a thread of its own on the socket, which is made to block, and go on when it is in the call.
    ENDS "blocks" Blocks(call: BlockingCall),
    /// Dissolve the connection: connect(2) to an address of AF_UNSPEC.
    ENDS "disconnect" Disconnect,
    /// Have the kernel abort the connection on behalf of an administrator: Linux's SOCK_DESTROY.
    ENDS "destroy" Destroy,
    /// Send that many bytes, the last of them as urgent data (MSG_OOB).
    ENDS "urgent" Urgent(count: u32),
    /// Read the byte of urgent data (MSG_OOB).
    ENDS "read_urgent" ReadUrgent,
    /// Have the selector forget the socket, so that the next `await` registers it anew.
    ENDS "deregister" Deregister,
    /// Wait for a condition, and record the readiness flags.
    SOCKETS "await" Await(awaited: Awaited),
    /// Tell the class of how long the actor's preceding step took.
    SOCKETS "took" Took,
}

impl Operation {
    /// Whether it starts a process.
    pub fn starts_process(self) -> bool {
        matches!(self, Operation::Depart | Operation::Exec(_))
    }
}
