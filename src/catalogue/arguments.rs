//! Arguments of operations that are more than one word.

use std::{fmt, time::Duration};

use super::{
    operations::{Argument, MAX_COUNT},
    vocabulary::Setting,
};

/// What `set` sets, and to which value.
///
/// Without a value, a setting that takes one has its usual value: see [`Setting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// What is set.
    pub setting: Setting,
    /// What it is set to; `None` where the setting takes no value, or where its usual one is meant.
    pub value: Option<Value>,
}

/// The value of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number of bytes, 0 to [`MAX_COUNT`].
    Bytes(u32),
    /// Whole seconds, 0 to [`Value::LONGEST`].
    Time(Duration),
}

impl Value {
    /// The longest time that a scenario may set, so that a slow one ends within its deadlines.
    pub const LONGEST: Duration = Duration::from_secs(5);

    /// Parses `4096` or `3s`.
    fn parse(word: &str) -> Option<Self> {
        // Rust's numbers may have a sign, and leading zeros, with which they would not be written as they are read.
        let number = |digits: &str| {
            let is_plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
            digits.parse().ok().filter(|_| is_plain)
        };
        match word.strip_suffix('s') {
            None => number(word).filter(|bytes| *bytes <= MAX_COUNT).map(Value::Bytes),
            Some(digits) => {
                let time = Duration::from_secs(number(digits)?.into());
                (time <= Value::LONGEST).then_some(Value::Time(time))
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bytes(count) => write!(f, "{count}"),
            Value::Time(time) => write!(f, "{}s", time.as_secs()),
        }
    }
}

/// Which value a setting takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Bytes,
    /// A time, which may be 0 if this says so.
    Time {
        zero: bool,
    },
}

/// Which value a setting takes, and whether it has a usual one.
fn takes(setting: Setting) -> (Takes, bool) {
    match setting {
        Setting::Nodelay
        | Setting::Keepalive
        | Setting::Nosigpipe
        | Setting::Blocking
        | Setting::OobInline
        | Setting::Recverr
        | Setting::KeepaliveFast => (Takes::Nothing, true),
        Setting::Rcvbuf | Setting::Sndbuf => (Takes::Bytes, true),
        Setting::Linger => (Takes::Time { zero: true }, true),
        Setting::UserTimeout => (Takes::Time { zero: false }, true),
        Setting::ReadTimeout | Setting::WriteTimeout => (Takes::Time { zero: false }, false),
    }
}

impl Assignment {
    /// The number of bytes that is set; the usual one if there is none.
    pub fn bytes_or(self, usual: usize) -> usize {
        match self.value {
            Some(Value::Bytes(count)) => count as usize,
            _ => usual,
        }
    }

    /// The time that is set, if there is one.
    pub fn time(self) -> Option<Duration> {
        match self.value {
            Some(Value::Time(time)) => Some(time),
            _ => None,
        }
    }

    /// The time that is set; the usual one if there is none.
    pub fn time_or(self, usual: Duration) -> Duration {
        self.time().unwrap_or(usual)
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.setting.fmt(f)?;
        self.value.map_or(Ok(()), |value| write!(f, " {value}"))
    }
}

impl Argument for Assignment {
    fn expected() -> String {
        let form = |setting: &Setting| {
            let value = match takes(*setting) {
                (_, true) | (Takes::Nothing, _) => "",
                (Takes::Bytes, false) => " 4096",
                (Takes::Time { .. }, false) => " 1s",
            };
            format!("`{setting}{value}`")
        };
        let forms: Vec<_> = Setting::ALL.iter().map(form).collect();
        let bytes = "`rcvbuf 4096`, `sndbuf 4096` (bytes, at most 1048576)";
        let longest = Value::LONGEST.as_secs();
        format!(
            "one of {}, or with a value {bytes}, `linger 0s`, `user_timeout 2s` (at most {longest}s)",
            forms.join(", ")
        )
    }

    fn choices() -> Vec<(&'static str, &'static str)> {
        Setting::ALL.map(|setting| (setting.word(), setting.meaning())).to_vec()
    }

    fn parse(words: &str) -> Option<Self> {
        let (word, value) = match words.split_once(' ') {
            None => (words, None),
            Some((word, value)) => (word, Some(Value::parse(value)?)),
        };
        let setting = Setting::from_word(word)?;
        let fits = match (takes(setting), value) {
            ((_, has_usual), None) => has_usual,
            ((Takes::Bytes, _), Some(Value::Bytes(_))) => true,
            ((Takes::Time { zero }, _), Some(Value::Time(time))) => zero || !time.is_zero(),
            _ => false,
        };
        fits.then_some(Assignment { setting, value })
    }
}

/// A call that blocks, in a thread of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockingCall {
    /// Reads at most that many bytes.
    Read(u32),
    /// Writes that many bytes.
    Write(u32),
    /// Takes a connection from the listener.
    Accept,
    /// Connects to the listener.
    Connect,
}

impl fmt::Display for BlockingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlockingCall::Read(count) => write!(f, "read {count}"),
            BlockingCall::Write(count) => write!(f, "write {count}"),
            BlockingCall::Accept => f.write_str("accept"),
            BlockingCall::Connect => f.write_str("connect"),
        }
    }
}

impl Argument for BlockingCall {
    fn expected() -> String {
        format!("one of `read 1`, `write 1` (bytes, at most {MAX_COUNT}), `accept`, `connect`")
    }

    fn parse(words: &str) -> Option<Self> {
        Some(match words.split_once(' ') {
            Some(("read", count)) => BlockingCall::Read(u32::parse(count)?),
            Some(("write", count)) => BlockingCall::Write(u32::parse(count)?),
            None if words == "accept" => BlockingCall::Accept,
            None if words == "connect" => BlockingCall::Connect,
            _ => return None,
        })
    }
}
