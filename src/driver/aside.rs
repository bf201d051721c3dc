//! Closing in another thread: where a close may wait for the peer, and where it is to race with the trial.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{
    context::Context,
    perform::done,
    sockets::End,
    trial::{Stop, Trial},
};
use crate::{
    catalogue::{Actor, Ending},
    observation::Given,
};

impl Trial<'_> {
    /// Closes a socket that lingers, while other trials go on.
    pub(super) fn close_aside(&mut self, end: End, context: &mut Context<'_>) -> Result<Option<Given>, Stop> {
        self.start_aside(move || end.source.close())?;
        self.wait_for_thread(context);
        Ok(None)
    }

    /// What the close gave, once it has returned.
    pub(super) fn closed_aside(&mut self) -> Option<Given> {
        let thread = self.sockets.aside.take_if(|thread| thread.is_finished())?;
        // Closing does not panic.
        thread.join().ok().map(|closed| done(Some(closed)))
    }

    /// Has another thread end an actor's connection while the trial goes on. Both begin at the same moment, or starting
    /// the thread would decide who is first.
    pub(super) fn race(&mut self, actor: Actor, ending: Ending) -> Result<Given, Stop> {
        let Some(end) = self.sockets.take(actor) else { return Ok(Given::NotRun) };
        let (ready, go) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (its_ready, its_go) = (Arc::clone(&ready), Arc::clone(&go));
        self.start_aside(move || {
            its_ready.store(true, Ordering::Release);
            wait_for(&its_go);
            match ending {
                Ending::Close => end.source.close(),
                Ending::Reset => end.reset(),
            }
        })?;
        wait_for(&ready);
        go.store(true, Ordering::Release);
        Ok(Given::Done)
    }

    fn start_aside(&mut self, close: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), Stop> {
        let thread = thread::Builder::new().spawn(close).map_err(|error| Stop::from_error("a thread", &error))?;
        if let Some(earlier) = self.sockets.aside.replace(thread) {
            // Nobody asks any more what it gave.
            let _ = earlier.join();
        }
        Ok(())
    }
}

/// Spins, and lets others run meanwhile: where there is one processor the other thread needs it.
fn wait_for(flag: &AtomicBool) {
    while !flag.load(Ordering::Acquire) {
        thread::yield_now();
    }
}
