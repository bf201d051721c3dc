//! How a trial begins to wait and ends it.

use std::io;

use super::{
    Trial, Waiting,
    context::Context,
    next::Purpose,
    watch::{By, Kept, LOOK, Seen, Watch, interest_and_timeout, is_met},
};
use crate::{
    catalogue::{Actor, Awaited, Operation, Wait},
    driver::blame::{Abort, Doing},
    outcome::{Outcome, RawFlags, Readiness},
    sys,
};

impl Trial<'_> {
    /// Whether the actor's next `await` after this step goes on with the registration that it has now.
    fn is_kept(&self, actor: Actor) -> bool {
        let later = self.case.scenario.steps.iter().skip(self.observations.len() + 1);
        let mut awaits = later.filter_map(|step| match step.operation {
            Operation::Await(awaited) if step.actor == actor => Some(awaited),
            _ => None,
        });
        awaits.next().is_some_and(|awaited| awaited.again)
    }

    /// Ends a wait, and returns what the selector itself said during an `await`. If the end is not `write_closed`, its
    /// own shutdown of writing does not show, and the flag will tell something else.
    pub(super) fn note_end_of_wait(&mut self) -> RawFlags {
        let Some(Waiting::Events(Watch { purpose: Purpose::Condition(_), actor, by, seen, .. })) = self.waiting.take()
        else {
            return RawFlags::default();
        };
        if let Some(end) = self.sockets.end(actor) {
            end.shut_writing &= seen.flags.has_any(Readiness::WRITE_CLOSED);
        }
        if let By::Selector(token, _) | By::Kept(token) = by
            && self.is_kept(actor)
        {
            self.kept.push(Kept { actor, token, seen: Seen::default() });
        }
        seen.raw
    }

    /// Registers the actor's socket and waits for its events; or returns the outcome of a step that cannot wait.
    pub(super) fn watch(
        &mut self,
        purpose: Purpose,
        actor: Actor,
        context: &mut Context<'_>,
    ) -> Result<Option<Outcome>, Abort> {
        let (interest, timeout) = interest_and_timeout(purpose, actor, context.settings);
        let (mut seen, mut look) = (Seen::default(), None);
        let by = match purpose {
            Purpose::Condition(_) if self.case.axes.wait != Wait::Mio => {
                look = Some(context.now + LOOK);
                By::Call(self.case.axes.wait)
            }
            Purpose::Condition(Awaited { again: true, .. }) => {
                let Some(place) = self.kept.iter().position(|kept| kept.actor == actor) else {
                    // The earlier `await` was not taken.
                    return Ok(Some(Outcome::NotRun));
                };
                let kept = self.kept.swap_remove(place);
                seen = kept.seen;
                By::Kept(kept.token)
            }
            Purpose::Read | Purpose::Write | Purpose::Fill | Purpose::Drain if self.is_kept(actor) => {
                look = Some(context.now + LOOK);
                By::Retry
            }
            _ => By::Selector(context.new_token(), interest),
        };
        if let By::Selector(token, interest) = by {
            let watched = match purpose {
                Purpose::Condition(Awaited { asked: Some(asked), .. }) => {
                    self.sockets.watch_for(actor, token, asked, context)
                }
                _ => self.sockets.watch(actor, token, interest, context),
            };
            match watched {
                Ok(true) => {}
                Ok(false) => return Ok(Some(Outcome::NotRun)),
                // The system cannot ask for this.
                Err(error) if error.raw_os_error().is_none() && error.kind() == io::ErrorKind::Unsupported => {
                    return Err(Abort::because(Doing::Extra("what is asked for"))(error));
                }
                // What a program gets that registers such a socket.
                Err(error) if matches!(purpose, Purpose::Condition(_)) => return Ok(Some(Outcome::from_error(&error))),
                Err(error) => return Err(Abort::because(Doing::Setup("the selector"))(error)),
            }
        }
        let shut_writing = self.sockets.end(actor).is_some_and(|end| end.shut_writing);
        let deadline = context.now + timeout;
        let watch = Watch { purpose, actor, by, seen, shut_writing, deadline, look };
        self.waiting = Some(Waiting::Events(watch));
        if let By::Call(_) = by {
            return self.look();
        }
        // What came between two awaits may be what the second waits for.
        Ok(match purpose {
            Purpose::Condition(awaited) if is_met(awaited.condition, seen.flags, shut_writing) => {
                Some(Outcome::Ready(seen.flags))
            }
            _ => None,
        })
    }

    /// Calls poll or select, and returns the outcome if that tells what is awaited. What it returns is how things are
    /// now, so that flags of earlier calls do not count.
    pub(super) fn look(&mut self) -> Result<Option<Outcome>, Abort> {
        let Some(Waiting::Events(watch)) = &mut self.waiting else { return Ok(None) };
        let (By::Call(wait), Purpose::Condition(awaited)) = (watch.by, watch.purpose) else { return Ok(None) };
        let Some(socket) = self.sockets.socket(watch.actor) else { return Ok(Some(Outcome::NotRun)) };
        let raw = sys::look(wait, &socket, awaited.asked).map_err(Abort::because(Doing::Setup(wait.word())))?;
        let flags = raw.readiness();
        if is_met(awaited.condition, flags, watch.shut_writing) {
            watch.seen = Seen { flags, raw };
            return Ok(Some(Outcome::Ready(flags)));
        }
        watch.seen.add(Seen { flags, raw });
        Ok(None)
    }
}
