//! What an `await` waits for: `CONDITION [on read|on write|on none] [again]`.

use std::fmt;

use super::{
    operations::Argument,
    vocabulary::{Asked, Condition},
};

/// The argument of an `await`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Awaited {
    /// What has to come.
    pub condition: Condition,
    /// Which readiness the selector is asked for; `None` for all that the socket can have: of a listener reading, of
    /// everything else both directions.
    pub asked: Option<Asked>,
    /// Whether the registration of the actor's previous `await` stays, so that only what has changed since is seen.
    pub again: bool,
}

impl Awaited {
    /// Waits for this in the usual way: with a new registration for all readiness.
    pub const fn usual(condition: Condition) -> Self {
        Awaited { condition, asked: None, again: false }
    }

    /// Whether the condition cannot come on any system with what is asked for. What comes unasked is the end of both
    /// halves and errors, which say neither that there is something to read nor that there is room to write.
    pub fn is_impossible(self) -> bool {
        match self.condition {
            Condition::Readable => matches!(self.asked, Some(Asked::Write | Asked::None)),
            Condition::Writable => matches!(self.asked, Some(Asked::Read | Asked::None)),
            Condition::Fin
            | Condition::Reset
            | Condition::Connected
            | Condition::Event
            | Condition::Quiet
            | Condition::Woken => false,
        }
    }
}

/// As it is written, in the one order that it can have.
impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt(f)?;
        if let Some(asked) = self.asked {
            write!(f, " on {asked}")?;
        }
        f.write_str(if self.again { " again" } else { "" })
    }
}

impl Argument for Awaited {
    fn expected() -> String {
        let (conditions, asked) = (Condition::words(), Asked::words());
        format!(
            "one of {conditions}, then perhaps, but not after `woken`, `on` and one of {asked}, and perhaps `again`"
        )
    }

    fn choices() -> Vec<(&'static str, &'static str)> {
        let conditions = Condition::ALL.map(|condition| (condition.word(), condition.meaning()));
        let asked = Asked::ALL.map(|asked| (asked.word(), asked.meaning()));
        conditions.into_iter().chain(asked).collect()
    }

    fn parse(words: &str) -> Option<Self> {
        let mut words = words.split(' ').peekable();
        let condition = Condition::from_word(words.next()?)?;
        let asked = match words.next_if_eq(&"on") {
            Some(_) => Some(Asked::from_word(words.next()?)?),
            None => None,
        };
        let again = words.next_if_eq(&"again").is_some();
        let awaited = Awaited { condition, asked, again };
        // A thread tells that a call has returned, and not the selector.
        let is_odd = condition == Condition::Woken && awaited != Awaited::usual(condition);
        (words.next().is_none() && !is_odd).then_some(awaited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_in_the_same_words() {
        for words in ["fin", "event on none", "quiet again", "reset on write again", "readable on read"] {
            assert_eq!(Awaited::parse(words).map(|awaited| awaited.to_string()).as_deref(), Some(words));
        }
        for words in
            ["", "on read", "fin on", "fin on both", "fin again on read", "fin again again", "fin read", "woken again"]
        {
            assert_eq!(Awaited::parse(words), None, "{words}");
        }
    }

    #[test]
    fn readiness_that_is_not_asked_for_does_not_come() {
        let is_impossible = |words| Awaited::parse(words).unwrap().is_impossible();
        assert!(
            ["readable on write", "readable on none", "writable on read", "writable on none"].map(is_impossible)
                == [true; 4]
        );
        assert!(
            ["readable on read", "fin on write", "reset on none", "quiet on none"].map(is_impossible) == [false; 4]
        );
    }
}
