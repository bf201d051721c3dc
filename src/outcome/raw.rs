//! What the selector itself said, in its own words.

use std::fmt::{self, Write};

use mio::event::Event;
use serde::{Deserialize, Serialize};

use super::Readiness;

/// The flags of a selector's events, by the names that its system has for them. Flags of several events are together in
/// one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawFlags(u64);

/// Each flag's name; its place is its bit. Flags of kqueue belong to a filter: see [`FILTERS`].
const NAMES: [&str; 25] = [
    // epoll: epoll_ctl(2).
    "EPOLLIN",
    "EPOLLPRI",
    "EPOLLOUT",
    "EPOLLERR",
    "EPOLLHUP",
    "EPOLLRDHUP",
    // poll(2), WSAPoll.
    "POLLIN",
    "POLLPRI",
    "POLLOUT",
    "POLLERR",
    "POLLHUP",
    "POLLRDHUP",
    "POLLNVAL",
    // select(2): the sets that the socket was in.
    "readfds",
    "writefds",
    "exceptfds",
    // Windows' AFD, as mio names it.
    "POLL_RECEIVE",
    "POLL_RECEIVE_EXPEDITED",
    "POLL_SEND",
    "POLL_DISCONNECT",
    "POLL_ABORT",
    "POLL_LOCAL_CLOSE",
    "POLL_CONNECT",
    "POLL_ACCEPT",
    "POLL_CONNECT_FAIL",
];

/// A filter of kqueue(2), and the bits of itself and of its EV_EOF and EV_ERROR; the 8 bits of its fflags begin at
/// `fflags`.
#[derive(Debug, Clone, Copy)]
struct Filter {
    name: &'static str,
    own: u32,
    eof: u32,
    error: u32,
    fflags: u32,
}

const FILTERS: [Filter; 2] = [
    Filter { name: "EVFILT_READ", own: 25, eof: 26, error: 27, fflags: 40 },
    Filter { name: "EVFILT_WRITE", own: 28, eof: 29, error: 30, fflags: 48 },
];

/// The single bits of fflags, by a name that every kqueue has for each. With EV_EOF fflags are an error's code, which
/// mio's `Debug` spells as if it were notes of a file: those below 128 can be read back, and all errors of sockets are.
const NOTES: [(&str, u8); 9] = [
    ("NOTE_LOWAT", 1),
    ("NOTE_DELETE", 1),
    ("NOTE_WRITE", 2),
    ("NOTE_EXTEND", 4),
    ("NOTE_CHILD", 4),
    ("NOTE_ATTRIB", 8),
    ("NOTE_LINK", 16),
    ("NOTE_RENAME", 32),
    ("NOTE_REVOKE", 64),
];

impl RawFlags {
    /// What mio got for this event. mio hides it but in its `Debug` form, which is made for this.
    pub fn of(event: &Event) -> Self {
        let mut seen = Words::default();
        // Nothing here fails.
        let _ = write!(seen, "{event:#?}");
        seen.flags
    }

    /// The flag of this name, one of those of poll(2) or select(2); empty for any other.
    pub fn named(name: &str) -> Self {
        let place = NAMES.iter().position(|known| *known == name);
        RawFlags(place.map_or(0, |place| 1 << place))
    }

    /// The readiness that flags of poll(2) tell, by the rules that mio has for those of epoll, or that sets of select(2)
    /// tell: the third is that of exceptional conditions, which on Windows are failed connects. Empty for flags of
    /// anything else.
    pub fn readiness(self) -> Readiness {
        let is = |name| self.0 & RawFlags::named(name).0 != 0;
        let (read, write, error) = (is("POLLIN"), is("POLLOUT"), is("POLLERR"));
        let only_error = self == RawFlags::named("POLLERR");
        let flags = [
            (read || is("POLLPRI") || is("readfds"), Readiness::READABLE),
            (write || is("writefds"), Readiness::WRITABLE),
            (error || is("POLLNVAL") || is("exceptfds"), Readiness::ERROR),
            (is("POLLHUP") || read && is("POLLRDHUP"), Readiness::READ_CLOSED),
            (is("POLLHUP") || write && error || only_error, Readiness::WRITE_CLOSED),
        ];
        let set = flags.into_iter().filter(|(is_set, _)| *is_set);
        set.fold(Readiness::default(), |all, (_, flag)| all | flag)
    }

    /// The flags that are in either.
    pub const fn union(self, other: RawFlags) -> RawFlags {
        RawFlags(self.0 | other.0)
    }

    /// Whether there is no flag.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn has(self, bit: u32) -> bool {
        self.0 >> bit & 1 != 0
    }
}

/// Reads the words of an event's `Debug` form as they are written, without keeping the text.
#[derive(Default)]
struct Words {
    word: String,
    /// Whether mio's own part is over.
    in_details: bool,
    filter: Option<Filter>,
    flags: RawFlags,
}

impl Words {
    fn end_word(&mut self) {
        let word = self.word.as_str();
        self.in_details |= word == "details";
        if self.in_details && word.len() > 2 {
            match (word, self.filter) {
                ("EVFILT_READ" | "EVFILT_WRITE", _) => {
                    self.filter = FILTERS.into_iter().find(|filter| filter.name == word);
                    self.flags.0 |= self.filter.map_or(0, |filter| 1 << filter.own);
                }
                ("EV_EOF", Some(filter)) => self.flags.0 |= 1 << filter.eof,
                ("EV_ERROR", Some(filter)) => self.flags.0 |= 1 << filter.error,
                (_, Some(filter)) => {
                    let bits = NOTES.iter().filter(|(name, _)| *name == word).fold(0, |bits, (_, bit)| bits | bit);
                    self.flags.0 |= u64::from(bits) << filter.fflags;
                }
                (_, None) => self.flags.0 |= RawFlags::named(word).0,
            }
        }
        self.word.clear();
    }
}

impl Write for Words {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if c.is_ascii_alphanumeric() || c == '_' { self.word.push(c) } else { self.end_word() }
        }
        Ok(())
    }
}

/// The names joined by `+`: `EPOLLIN+EPOLLRDHUP`. A filter of kqueue has its flags, and the error in its fflags, behind
/// it: `EVFILT_READ EV_EOF fflags 54+EVFILT_WRITE`. Empty if there is no flag.
impl fmt::Display for RawFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = (0..).zip(NAMES).filter(|(bit, _)| self.has(*bit)).map(|(_, name)| name.to_owned());
        let filters = FILTERS.into_iter().filter(|filter| self.has(filter.own)).map(|filter| {
            let error = if self.has(filter.error) { " EV_ERROR" } else { "" };
            match self.has(filter.eof) {
                true => format!("{}{error} EV_EOF fflags {}", filter.name, self.0 >> filter.fflags & 0xff),
                false => format!("{}{error}", filter.name),
            }
        });
        f.write_str(&plain.chain(filters).collect::<Vec<_>>().join("+"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut words = Words::default();
        words.write_str(text).expect("nothing fails");
        words.flags.to_string()
    }

    #[test]
    fn the_details_of_every_selector_are_read() {
        let head = "Event { token: Token(4), readable: true, details: ";
        let epoll = "epoll_event { events: EPOLLIN|EPOLLRDNORM|EPOLLRDHUP, u64: 4 } }";
        assert_eq!(read(&format!("{head}{epoll}")), "EPOLLIN+EPOLLRDHUP");
        let afd = "event { flags: POLL_SEND|POLL_ABORT, data: 4 } }";
        assert_eq!(read(&format!("{head}{afd}")), "POLL_SEND+POLL_ABORT");
        assert_eq!(read(&format!("{head}event {{ flags: (empty), data: 4 }} }}")), "");
        // ECONNRESET is 54: 2 + 4 + 16 + 32.
        let kqueue = "kevent { ident: 7, filter: EVFILT_READ, flags: EV_CLEAR|EV_EOF, \
                      fflags: NOTE_WRITE|NOTE_LINK|NOTE_RENAME|NOTE_TRACKERR|NOTE_CHILD, data: 0, udata: 0x4 } }";
        assert_eq!(read(&format!("{head}{kqueue}")), "EVFILT_READ EV_EOF fflags 54");
        let quiet =
            "kevent { ident: 7, filter: EVFILT_WRITE, flags: EV_CLEAR, fflags: (empty), data: 9, udata: 0x4 } }";
        assert_eq!(read(&format!("{head}{quiet}")), "EVFILT_WRITE");
    }

    #[test]
    fn poll_and_select_tell_readiness_in_the_same_words() {
        let readiness = |names: &str| {
            let flags = names.split('+').map(RawFlags::named).fold(RawFlags::default(), RawFlags::union);
            flags.readiness().to_string()
        };
        assert_eq!(readiness("POLLIN+POLLOUT+POLLRDHUP"), "readable+writable+read_closed");
        assert_eq!(readiness("POLLIN+POLLOUT+POLLERR+POLLHUP"), "readable+writable+error+read_closed+write_closed");
        assert_eq!(readiness("POLLERR"), "error+write_closed");
        assert_eq!(readiness("POLLHUP"), "read_closed+write_closed");
        assert_eq!(readiness("readfds+exceptfds"), "readable+error");
        assert_eq!(readiness("EPOLLIN"), "");
    }

    #[test]
    fn flags_of_several_events_are_one_value() {
        let both = RawFlags::named("POLLIN").union(RawFlags::named("POLLHUP"));
        assert_eq!(both.to_string(), "POLLIN+POLLHUP");
        assert_eq!((RawFlags::default().to_string().as_str(), RawFlags::named("POLLX").is_empty()), ("", true));
    }
}
