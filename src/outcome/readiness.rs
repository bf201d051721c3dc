//! Readiness flags as mio reports them.

use std::{fmt, ops};

use mio::event::Event;
use serde::{Deserialize, Serialize};

/// A set of readiness flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
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

    /// Each flag, its word and the short form that tables use, in the order in which outcomes list them.
    pub const FLAGS: [(Readiness, &'static str, &'static str); 5] = [
        (Readiness::READABLE, "readable", "R"),
        (Readiness::WRITABLE, "writable", "W"),
        (Readiness::ERROR, "error", "E"),
        (Readiness::READ_CLOSED, "read_closed", "RC"),
        (Readiness::WRITE_CLOSED, "write_closed", "WC"),
    ];

    /// Parses flags as [`Display`](fmt::Display) writes them: in order, each once, joined by `+`. `None` for any other
    /// text, the empty one too.
    pub fn parse(text: &str) -> Option<Self> {
        let flags = text.split('+').try_fold(Readiness::default(), |flags, word| {
            let (flag, ..) = Self::FLAGS.into_iter().find(|(_, name, _)| *name == word)?;
            Some(flags | flag)
        })?;
        (flags.to_string() == text).then_some(flags)
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

    /// The flags that are set in either.
    pub const fn union(self, other: Readiness) -> Readiness {
        Readiness(self.0 | other.0)
    }

    /// Whether no flag is set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether at least one of these flags is set.
    pub fn has_any(self, flags: Readiness) -> bool {
        self.0 & flags.0 != 0
    }

    /// The short forms of the flags that are set, joined by `+`: `R+RC`. Empty if no flag is set.
    pub fn short(self) -> String {
        self.set().map(|(_, short)| short).collect::<Vec<_>>().join("+")
    }

    /// The word and the short form of each flag that is set.
    pub fn set(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        Readiness::FLAGS.into_iter().filter(move |(flag, ..)| self.has_any(*flag)).map(|(_, word, short)| (word, short))
    }
}

impl ops::BitOr for Readiness {
    type Output = Readiness;
    fn bitor(self, other: Readiness) -> Readiness {
        self.union(other)
    }
}

impl ops::BitOrAssign for Readiness {
    fn bitor_assign(&mut self, other: Readiness) {
        self.0 |= other.0;
    }
}

/// The words of the flags that are set, joined by `+`; empty if no flag is set.
impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.set().map(|(word, _)| word).collect::<Vec<_>>().join("+"))
    }
}
