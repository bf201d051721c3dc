//! Whose an error is: the case's, which it is an outcome of; the system's, which lacks what the case needs; or the
//! harness's, which could not do its part. Whatever fails in a run asks here.

use std::io::{self, ErrorKind};

use crate::{outcome::Outcome, sys};

/// What was being done when an error came.
#[derive(Debug, Clone, Copy)]
pub(super) enum Doing<'a> {
    /// Something that a trial needs was made or used, such as a socket, a listener or the selector. This is what.
    Setup(&'a str),
    /// A thread or a process was started. This is what for.
    Start(&'a str),
    /// Something that not every system has was asked for. This is what.
    Extra(&'a str),
    /// The call of a step that connects.
    Connect,
    /// Any other call of a step, or what became of it.
    Step,
    /// A call of a step that sends to a Unix datagram socket, which may take nothing.
    LocalDatagram,
}

/// Whose an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// The case's: what the system answers is the outcome.
    Case,
    /// The system does not have what the case needs.
    System,
    /// The harness's: descriptors, memory, buffers, processes or ports ran out, as long as others hold them.
    Scarcity,
    /// The harness's, for any other reason.
    Harness,
}

/// Decides whose an error is.
///
/// What a trial needs is made by calls that succeed on every system that has it, so an error there is never an outcome.
/// The calls of a step are what the case asks about, and their errors are its outcomes, but for those that no peer of
/// this machine can cause:
///
/// - EPERM and EACCES: a sandbox, a security module or a packet filter forbids the call (accept(2), connect(2),
///   send(2)).
/// - Of a connect over loopback, EADDRNOTAVAIL and EADDRINUSE: all ephemeral ports are taken (connect(2)).
/// - Of a connect over loopback, ENETUNREACH, EHOSTUNREACH and ENETDOWN: there is no loopback. Once a connection is
///   made, these are outcomes, since a system may report so that its peer is silent.
fn blame(error: &io::Error, doing: Doing<'_>) -> Blame {
    use Doing::{Connect, Extra, LocalDatagram, Setup, Start, Step};
    match (doing, error.kind()) {
        (LocalDatagram, _) if sys::is_of_receiver(error) => Blame::Case,
        _ if sys::is_exhausted(error) => Blame::Scarcity,
        // EAGAIN: the limit on processes and threads (fork(2), pthread_create(3)).
        (Start(_), ErrorKind::WouldBlock) => Blame::Scarcity,
        // bind to port 0: all ephemeral ports are taken (ip(7)).
        (Setup(_), ErrorKind::AddrInUse) | (Connect, ErrorKind::AddrInUse | ErrorKind::AddrNotAvailable) => {
            Blame::Scarcity
        }
        (Setup(_) | Start(_) | Extra(_), _) if sys::is_lacking(error) => Blame::System,
        // EINVAL: setsockopt and fcntl return it for an option or a command that they do not know, too.
        (Extra(_), ErrorKind::InvalidInput) => Blame::System,
        (Setup(_) | Start(_) | Extra(_), _) | (Connect | Step | LocalDatagram, ErrorKind::PermissionDenied) => {
            Blame::Harness
        }
        (Connect, ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown) => {
            Blame::Harness
        }
        (Connect | Step | LocalDatagram, _) => Blame::Case,
    }
}

/// Whether something ran out that others may give back.
pub(super) fn is_scarcity(error: &io::Error, doing: Doing<'_>) -> bool {
    blame(error, doing) == Blame::Scarcity
}

/// Why a trial is given up.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Abort {
    /// Descriptors, memory, buffers, processes or ports ran out, which may be otherwise when fewer trials are in
    /// flight.
    Exhausted(String),
    /// The platform does not offer what the case needs.
    Unsupported(String),
    /// The harness lacks something, which says nothing about the platform.
    NotRun(String),
}

impl Abort {
    /// Makes an error that came while something was done for a trial a reason to give it up.
    pub(super) fn because(doing: Doing<'_>) -> impl FnOnce(io::Error) -> Self {
        move |error| Abort::new(&error, doing)
    }

    /// The outcome of a step whose call failed, unless the error is not the case's. `step` is what was done, in a few
    /// words.
    pub(super) fn or_outcome(error: &io::Error, doing: Doing<'_>, step: &str) -> Result<Outcome, Self> {
        match blame(error, doing) {
            Blame::Case => Ok(Outcome::from_error(error)),
            blame => Err(Abort::of(blame, format!("{step}: {}", Outcome::from_error(error)))),
        }
    }

    fn new(error: &io::Error, doing: Doing<'_>) -> Self {
        let subject = match doing {
            Doing::Setup(subject) | Doing::Start(subject) | Doing::Extra(subject) => subject,
            Doing::Connect => "connect",
            Doing::Step | Doing::LocalDatagram => "a step",
        };
        let reason = match error.get_ref() {
            // The system has no code for it, and this program has words.
            Some(words) if error.kind() == ErrorKind::Unsupported => words.to_string(),
            _ => {
                // EAGAIN of a process that cannot be started is no call that would block.
                let told = error.raw_os_error().map_or_else(|| Outcome::from_error(error), Outcome::Error);
                format!("{subject}: {told}")
            }
        };
        Abort::of(blame(error, doing), reason)
    }

    fn of(blame: Blame, reason: String) -> Self {
        match blame {
            Blame::Scarcity => Abort::Exhausted(reason),
            Blame::System => Abort::Unsupported(reason),
            Blame::Case | Blame::Harness => Abort::NotRun(reason),
        }
    }
}

#[cfg(all(test, unix, not(brokenpipe_fallback)))]
mod tests {
    use libc::{
        EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EBADF, ECHILD, ECONNABORTED, ECONNRESET, EHOSTUNREACH,
        EINVAL, EMFILE, ENETDOWN, ENETUNREACH, ENFILE, ENOBUFS, ENOENT, ENOMEM, ENOPROTOOPT, ENOSYS, EOPNOTSUPP, EPERM,
        EPIPE, ETIMEDOUT,
    };

    use super::*;

    #[track_caller]
    fn are(doing: Doing<'_>, codes: &[i32], expected: Blame) {
        for &code in codes {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(blame(&error, doing), expected, "{error}, {doing:?}");
        }
    }

    const SETUP: Doing<'_> = Doing::Setup("a socket");
    const START: Doing<'_> = Doing::Start("a process");
    const EXTRA: Doing<'_> = Doing::Extra("an option");

    #[test]
    fn what_runs_out_is_never_an_outcome() {
        for doing in [SETUP, START, EXTRA, Doing::Connect, Doing::Step] {
            are(doing, &[EMFILE, ENFILE, ENOBUFS, ENOMEM], Blame::Scarcity);
        }
        are(SETUP, &[EADDRINUSE], Blame::Scarcity);
        are(START, &[EAGAIN], Blame::Scarcity);
        are(Doing::Connect, &[EADDRINUSE, EADDRNOTAVAIL], Blame::Scarcity);
    }

    #[test]
    fn an_error_before_the_step_is_the_harnesss_or_the_systems() {
        let harness = [EACCES, EPERM, EADDRNOTAVAIL, EAFNOSUPPORT, ECHILD, EBADF, ENOENT, ENETDOWN, ENETUNREACH];
        for doing in [SETUP, START, EXTRA] {
            are(doing, &harness, Blame::Harness);
            are(doing, &[ENOPROTOOPT, EOPNOTSUPP, ENOSYS], Blame::System);
        }
        are(SETUP, &[EINVAL], Blame::Harness);
        are(START, &[EINVAL], Blame::Harness);
        are(EXTRA, &[EINVAL], Blame::System);
    }

    #[test]
    fn a_steps_own_error_is_its_outcome_unless_no_peer_can_cause_it() {
        let outcomes =
            [EPIPE, ECONNRESET, ECONNABORTED, ETIMEDOUT, EBADF, EINVAL, ENOPROTOOPT, EOPNOTSUPP, EAFNOSUPPORT];
        for doing in [Doing::Connect, Doing::Step] {
            are(doing, &outcomes, Blame::Case);
            are(doing, &[EACCES, EPERM], Blame::Harness);
        }
        let unreachable = [ENETUNREACH, EHOSTUNREACH, ENETDOWN];
        are(Doing::Connect, &unreachable, Blame::Harness);
        are(Doing::Step, &unreachable, Blame::Case);
        are(Doing::Step, &[EADDRINUSE, EADDRNOTAVAIL], Blame::Case);
    }

    /// It looks like scarcity, or like a want of rights, elsewhere.
    #[test]
    fn what_a_local_receiver_refuses_is_an_outcome() {
        let (own, other) =
            if cfg!(any(target_os = "linux", target_os = "android")) { (EPERM, ENOBUFS) } else { (ENOBUFS, EPERM) };
        are(Doing::LocalDatagram, &[own, EPIPE], Blame::Case);
        are(Doing::LocalDatagram, &[EMFILE], Blame::Scarcity);
        let error = io::Error::from_raw_os_error(other);
        assert_ne!(blame(&error, Doing::LocalDatagram), Blame::Case);
    }

    #[test]
    fn a_reason_names_what_was_done_and_the_error() {
        let because = |doing, code| Abort::because(doing)(io::Error::from_raw_os_error(code));
        assert_eq!(because(SETUP, EMFILE), Abort::Exhausted("a socket: EMFILE".to_owned()));
        assert_eq!(because(SETUP, EACCES), Abort::NotRun("a socket: EACCES".to_owned()));
        assert_eq!(because(START, EAGAIN), Abort::Exhausted("a process: EAGAIN".to_owned()));
        assert_eq!(because(EXTRA, EINVAL), Abort::Unsupported("an option: EINVAL".to_owned()));
        let words = io::Error::new(ErrorKind::Unsupported, "this system has no such thing");
        assert_eq!(Abort::because(EXTRA)(words), Abort::Unsupported("this system has no such thing".to_owned()));
        let bare = io::ErrorKind::Unsupported.into();
        assert_eq!(Abort::because(SETUP)(bare), Abort::Unsupported("a socket: error Unsupported".to_owned()));
        let step = |code| Abort::or_outcome(&io::Error::from_raw_os_error(code), Doing::Step, "write 1");
        assert_eq!(step(EPIPE), Ok(Outcome::Error(EPIPE)));
        assert_eq!(step(EPERM), Err(Abort::NotRun("write 1: EPERM".to_owned())));
    }
}
