//! What a trial waits for, and when that has come.

use std::time::{Duration, Instant};

use mio::{Interest, Token};

use super::{next::Purpose, sockets::BOTH};
use crate::{
    catalogue::{Actor, Asked, Awaited, Condition, Wait},
    driver::settings::Settings,
    outcome::{RawFlags, Readiness},
};

/// A socket that is being watched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    pub(super) purpose: Purpose,
    pub(super) actor: Actor,
    pub(super) by: By,
    pub(super) seen: Seen,
    /// Whether the end itself has shut down writing, which alone may be why it is `write_closed`.
    pub(super) shut_writing: bool,
    pub(super) deadline: Instant,
    /// When to look again, if no event comes before.
    pub(super) look: Option<Instant>,
}

/// How a trial learns that something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The selector reports events under this token.
    Selector(Token, Interest),
    /// The same, and nothing is registered anew, whatever comes.
    Kept(Token),
    /// poll or select is called from time to time.
    Call(Wait),
    /// The call is made again from time to time: the socket is registered for an `await` that is still to come.
    Retry,
}

impl By {
    /// Whether events under this token are for it.
    pub(super) fn awaits(self, token: Token) -> bool {
        matches!(self, By::Selector(own, _) | By::Kept(own) if own == token)
    }
}

/// What events told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::driver) struct Seen {
    /// In mio's words.
    pub(in crate::driver) flags: Readiness,
    /// In the selector's own, where an `await` is what waits.
    pub(in crate::driver) raw: RawFlags,
}

impl Seen {
    /// Adds what other events told.
    pub(in crate::driver) fn add(&mut self, other: Seen) {
        self.flags |= other.flags;
        self.raw = self.raw.union(other.raw);
    }
}

/// The registration of an actor's latest `await`, which another one is to go on with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub(super) actor: Actor,
    pub(super) token: Token,
    /// What has come since.
    pub(super) seen: Seen,
}

/// How often to look where no event tells.
pub(super) const LOOK: Duration = Duration::from_millis(2);

/// Upper bound on the time after which a full buffer stays full and an empty one empty, a quarter of the deadline: no
/// timer of a scenario may run out meanwhile.
const SETTLED: Duration = Duration::from_millis(500);

/// What the selector is asked for, and how long the wait lasts.
pub(super) fn interest_and_timeout(purpose: Purpose, actor: Actor, settings: &Settings) -> (Interest, Duration) {
    let settled = || (settings.await_deadline / 4).min(SETTLED);
    match purpose {
        Purpose::Connect => (Interest::WRITABLE, settings.connect_deadline),
        Purpose::Fill => (Interest::WRITABLE, settled()),
        Purpose::Drain => (Interest::READABLE, settled()),
        Purpose::Proof => (BOTH, settled()),
        // A crowd that finds no room is what its scenario is about: that is no connect that takes long.
        Purpose::Gather | Purpose::Write => (Interest::WRITABLE, settings.await_deadline),
        Purpose::Read => (Interest::READABLE, settings.await_deadline),
        Purpose::Condition(Awaited { condition, asked, .. }) => {
            let interest = match asked {
                Some(Asked::Read | Asked::None) => Interest::READABLE,
                Some(Asked::Write) => Interest::WRITABLE,
                None if actor == Actor::Listener => Interest::READABLE,
                None => BOTH,
            };
            let is_connect = condition == Condition::Connected && actor != Actor::Listener;
            (interest, if is_connect { settings.connect_deadline } else { settings.await_deadline })
        }
    }
}

/// Both halves, or one of them, are closed.
pub(super) const CLOSED: Readiness = Readiness::READ_CLOSED.union(Readiness::WRITE_CLOSED);

/// Whether these flags are what the condition awaits; `shut_writing` says that the end's own shutdown of writing may be
/// why it is `write_closed`. kqueue reports that at once, and it is no sign of a reset. After a shutdown of both halves
/// it counts, on every system: nothing else is left to wait for.
pub(super) fn is_met(condition: Condition, seen: Readiness, shut_writing: bool) -> bool {
    seen.has_any(match condition {
        Condition::Fin => Readiness::READ_CLOSED,
        Condition::Reset if shut_writing => Readiness::ERROR,
        Condition::Reset => Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Readable => Readiness::READABLE,
        Condition::Writable => Readiness::WRITABLE,
        Condition::Connected => Readiness::WRITABLE | Readiness::WRITE_CLOSED | Readiness::ERROR,
        Condition::Event => Readiness::READABLE | Readiness::WRITABLE | Readiness::ERROR | CLOSED,
        Condition::Quiet => Readiness::READABLE | Readiness::ERROR | CLOSED,
        // A thread is asked.
        Condition::Woken => Readiness::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_its_own_shutdown_of_writing_only_an_error_tells_an_end_of_a_reset() {
        let closed = Readiness::WRITABLE | Readiness::WRITE_CLOSED;
        assert!(is_met(Condition::Reset, closed, false));
        assert!(!is_met(Condition::Reset, closed | Readiness::READ_CLOSED, true));
        assert!(is_met(Condition::Reset, closed | Readiness::ERROR, true));
        // Other conditions do not ask for it.
        assert!(is_met(Condition::Event, closed, true));
        assert!(is_met(Condition::Connected, closed, true));
    }
}
