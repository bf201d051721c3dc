//! Closing in another thread: where a close may wait for the peer, and where it is to race with the trial.

use std::{
    hint, io,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{Stop, Trial, context::Context, perform::done, sockets::End};
use crate::{
    catalogue::{Actor, Ending},
    outcome::Outcome,
};

impl Trial<'_> {
    /// Closes a socket that lingers, while other trials go on. The trial keeps its turn until the thread is about to
    /// close: a process that is started before that has a copy of the socket, and the last of the two closes is the one
    /// that lingers.
    pub(super) fn close_in_background(&mut self, end: End, context: &mut Context<'_>) -> Result<Option<Outcome>, Stop> {
        let (begins, its_begins) = flag();
        self.start_background(move || {
            its_begins.store(true, Ordering::Release);
            end.source.close()
        })?;
        wait_for(&begins);
        self.wait_for_thread(context);
        Ok(None)
    }

    /// What the close gave, once it has returned.
    pub(super) fn background_close_result(&mut self) -> Option<Outcome> {
        let thread = self.sockets.aside.take_if(|thread| thread.is_finished())?;
        // Closing does not panic.
        thread.join().ok().map(|closed| done(Some(closed)))
    }

    /// Has another thread end an actor's connection while the trial goes on. Both begin at the same moment, or starting
    /// the thread would decide who is first.
    pub(super) fn race(&mut self, actor: Actor, ending: Ending) -> Result<Outcome, Stop> {
        let Some(end) = self.sockets.take(actor) else { return Ok(Outcome::NotRun) };
        let ((ready, its_ready), (go, its_go)) = (flag(), flag());
        self.start_background(move || {
            its_ready.store(true, Ordering::Release);
            wait_for(&its_go);
            match ending {
                Ending::Close => end.source.close(),
                Ending::Reset => end.reset(),
            }
        })?;
        wait_for(&ready);
        go.store(true, Ordering::Release);
        Ok(Outcome::Done)
    }

    fn start_background(&mut self, close: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), Stop> {
        // To find it out takes a while, and neither thread is to be late for it.
        LazyLock::force(&SPINS);
        let thread = thread::Builder::new().spawn(close).map_err(|error| Stop::from_error("a thread", &error))?;
        if let Some(earlier) = self.sockets.aside.replace(thread) {
            // Nobody asks any more what it gave.
            let _ = earlier.join();
        }
        Ok(())
    }
}

/// A flag for two threads.
fn flag() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let flag = Arc::new(AtomicBool::new(false));
    (Arc::clone(&flag), flag)
}

/// Spins, so that both threads go on at the same moment, and gives the processor away after a while, in which the other
/// thread may need it.
fn wait_for(flag: &AtomicBool) {
    let mut spins = 0_u32;
    while !flag.load(Ordering::Acquire) {
        spins += 1;
        if spins < *SPINS { hint::spin_loop() } else { thread::yield_now() }
    }
}

/// Far longer than starting a thread takes, and short beside a processor's time slice; none where there is one processor,
/// which the other thread needs at once.
static SPINS: LazyLock<u32> =
    LazyLock::new(|| if thread::available_parallelism().is_ok_and(|count| count.get() == 1) { 0 } else { 20_000 });
