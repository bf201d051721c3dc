//! What follows when a trial has taken a step or was woken.

use std::io;

use crate::{
    catalogue::{Actor, Awaited},
    outcome::{Observation, Outcome},
};

/// What a trial does next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// The step has ended with this outcome.
    Done(Outcome),
    /// The step has ended with what another process observed.
    Observed(Observation),
    /// Wait for the actor's socket. If the trial already waits for this, the registration and its deadline stay.
    Wait(Purpose, Actor),
    /// Wait for the actor's socket with a new registration and a new deadline.
    WaitAnew(Purpose, Actor),
    /// Wait for the thread that closes a socket.
    WaitForClose,
    /// Wait for the thread of the actor's call.
    WaitForThread(Thread, Actor),
    /// Wait for the run's pace before the next step.
    Pause,
    /// Go on waiting as before.
    KeepWaiting,
}

impl Next {
    /// Ends the step with `outcome`, unless the call would have blocked: then it is made again at every event.
    pub(super) fn unless_blocked(outcome: Outcome, purpose: Purpose, actor: Actor) -> Self {
        match outcome {
            Outcome::WouldBlock => Next::Wait(purpose, actor),
            outcome => Next::Done(outcome),
        }
    }
}

/// What the thread of a call is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thread {
    /// That it is in the call.
    Begins,
    /// That the call has returned.
    Returns,
}

/// What a socket is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A read, peek or accept that would have blocked.
    Read,
    /// A write that would have blocked.
    Write,
    /// A `fill` that found no more room; there may be more once data has been delivered.
    Fill,
    /// A `drain` that found no more data; more may be on its way.
    Drain,
    /// A connect in progress.
    Connect,
    /// A connect of the crowd's in progress.
    Gather,
    /// That a socket in a process of its own still holds the connection, before that process is killed.
    Proof,
    /// An `await`.
    Condition(Awaited),
}

/// The outcome of setting an option of a socket, which is not run if there is no socket, or if the system has no such
/// option: then no call was made, and what it would return is not known.
pub(super) fn set(result: Option<io::Result<()>>) -> Outcome {
    match result {
        Some(Err(error)) if error.kind() == io::ErrorKind::Unsupported && error.raw_os_error().is_none() => {
            Outcome::NotRun
        }
        result => done(result),
    }
}

/// The outcome of a call on a socket, which is not run if there is no socket.
pub(super) fn done(result: Option<io::Result<()>>) -> Outcome {
    match result {
        None => Outcome::NotRun,
        Some(Ok(())) => Outcome::Done,
        Some(Err(error)) => Outcome::from_error(&error),
    }
}
