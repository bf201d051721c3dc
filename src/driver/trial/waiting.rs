//! What a trial does while it waits: it registers a socket, takes events, and looks when its alarm is due.

use std::{io, time::Instant};

use super::{
    Trial, Waiting,
    context::Context,
    next::{Next, Purpose, Thread},
    watch::{By, CLOSED, Kept, LOOK, Seen, Watch, interest_and_timeout, is_met},
};
use crate::{
    catalogue::{Actor, Awaited, Condition, Operation, Wait},
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
        let may_tell = sys::SHUTDOWN_CLOSES_WRITING || matches!(by, By::Call(_));
        let shut_writing = may_tell && self.sockets.end(actor).is_some_and(|end| end.shut_writing);
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
    fn look(&mut self) -> Result<Option<Outcome>, Abort> {
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

    pub(super) fn on_event(&mut self, seen: Seen, context: &mut Context<'_>) -> Result<Next, Abort> {
        let Some(Waiting::Events(watch)) = &mut self.waiting else { return Ok(Next::KeepWaiting) };
        watch.seen.add(seen);
        if let By::Selector(..) = watch.by {
            watch.look = sys::REARM.map(|pause| context.now + pause);
        }
        let (purpose, seen, shut_writing) = (watch.purpose, watch.seen.flags, watch.shut_writing);
        Ok(match purpose {
            Purpose::Read | Purpose::Write | Purpose::Fill | Purpose::Drain => self.perform(context)?,
            Purpose::Gather => self.sockets.gathered(seen, context)?,
            Purpose::Connect if seen.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) => {
                Next::Done(Outcome::InProgress)
            }
            Purpose::Connect if seen.has_any(Readiness::WRITABLE) => Next::Done(Outcome::Done),
            Purpose::Condition(awaited) if is_met(awaited.condition, seen, shut_writing) => {
                Next::Done(Outcome::Ready(seen))
            }
            Purpose::Proof if seen.has_any(Readiness::ERROR | CLOSED) => {
                return Err(Abort::NotRun(format!(
                    "the connection ended when its socket moved into a process: {seen}"
                )));
            }
            Purpose::Connect | Purpose::Proof | Purpose::Condition(_) => Next::KeepWaiting,
        })
    }

    pub(super) fn on_alarm(&mut self, now: Instant, context: &mut Context<'_>) -> Result<Next, Abort> {
        if let Some(outcome) = self.look()? {
            return Ok(Next::Done(outcome));
        }
        Ok(match &mut self.waiting {
            None => Next::KeepWaiting,
            Some(Waiting::Pause(_)) => {
                self.waiting = None;
                self.taken = Instant::now();
                self.perform(context)?
            }
            Some(Waiting::Close(_)) => match self.sockets.background_close_result() {
                Some(closed) => Next::Done(closed),
                None => self.unless_hung(now, Next::WaitForClose, context)?,
            },
            Some(Waiting::Thread { thread, actor, deadline, .. }) => {
                let (thread, actor, is_due) = (*thread, *actor, *deadline <= now);
                // Before it is asked what it returned: then it has not returned if it slept.
                let may_return = thread == Thread::Returns && is_due && self.sockets.may_return(actor);
                match self.sockets.look_at_thread(thread, actor, now)? {
                    Some(next) => next,
                    None if !is_due => Next::WaitForThread(thread, actor),
                    None if may_return => self.unless_hung(now, Next::WaitForThread(thread, actor), context)?,
                    None if thread == Thread::Returns => Next::Done(Outcome::Quiet),
                    None => return Err(Abort::NotRun("a call in another thread did not begin in time".to_owned())),
                }
            }
            Some(Waiting::Events(watch)) if watch.deadline > now => {
                watch.look = None;
                match watch.by {
                    By::Selector(_, interest) => {
                        let token = context.new_token();
                        watch.by = By::Selector(token, interest);
                        let watched = self.sockets.watch(watch.actor, token, interest, context);
                        watched.map_err(Abort::because(Doing::Setup("the selector")))?;
                        Next::KeepWaiting
                    }
                    By::Kept(_) => Next::KeepWaiting,
                    By::Call(_) => {
                        watch.look = Some(now + LOOK);
                        Next::KeepWaiting
                    }
                    By::Retry => {
                        watch.look = Some(now + LOOK);
                        self.perform(context)?
                    }
                }
            }
            // While another thread has not acted, for want of a processor, the peer has not been silent: the time to
            // wait begins when it has.
            Some(Waiting::Events(watch)) if self.sockets.background_close.is_some() => {
                watch.deadline = now + context.settings.await_deadline;
                self.sockets.background_close_result();
                self.unless_hung(now, Next::KeepWaiting, context)?
            }
            Some(Waiting::Events(Watch { purpose: Purpose::Proof, .. })) => {
                self.sockets.holds = true;
                self.waiting = None;
                self.perform(context)?
            }
            Some(Waiting::Events(watch)) => Next::Done(match watch.purpose {
                Purpose::Read | Purpose::Write => Outcome::WouldBlock,
                Purpose::Fill => Outcome::Full,
                Purpose::Drain => Outcome::Drained,
                Purpose::Condition(Awaited { condition: Condition::Quiet, .. }) => Outcome::Quiet,
                Purpose::Gather => {
                    // A client that found no room must not come in later.
                    self.sockets.crowd.pop();
                    Outcome::NoEvent(watch.seen.flags)
                }
                Purpose::Connect | Purpose::Proof | Purpose::Condition(_) => Outcome::NoEvent(watch.seen.flags),
            }),
        })
    }
}
