//! Closing in another thread: where a close may wait for the peer, and where it is to race with the trial.

use std::{
    hint, io,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    next::{Next, done},
    sockets::Sockets,
    watched::End,
};
use crate::{
    catalogue::{Actor, Ending},
    driver::blame::{Abort, Doing},
    outcome::Outcome,
};

impl Sockets {
    /// Closes a socket that lingers, while other trials go on. The trial keeps its turn until the thread is about to
    /// close: a process that is started earlier has a copy of the socket, and only the last close of the two lingers.
    pub(super) fn close_in_background(&mut self, end: End) -> Result<Next, Abort> {
        let (begins, its_begins) = flag();
        self.start_background(move || {
            its_begins.store(true, Ordering::Release);
            end.source.close()
        })?;
        wait_for(&begins, 0)?;
        Ok(Next::WaitForClose)
    }

    /// What the close returned; `None` while it has not, or if there is none.
    pub(super) fn background_close_result(&mut self) -> Option<Outcome> {
        let thread = self.background_close.take_if(|thread| thread.is_finished())?;
        // Closing does not panic.
        thread.join().ok().map(|closed| done(Some(closed)))
    }

    /// Has another thread end an actor's connection while the trial goes on. Both start at the same moment: otherwise
    /// the time it takes to start the thread would decide the race.
    pub(super) fn race(&mut self, actor: Actor, ending: Ending) -> Result<Outcome, Abort> {
        let Some(end) = self.take(actor) else { return Ok(Outcome::NotRun) };
        let ((ready, its_ready), (go, its_go)) = (flag(), flag());
        self.start_background(move || {
            its_ready.store(true, Ordering::Release);
            // Even if the trial was given up meanwhile, its socket is to be closed.
            let _ = wait_for(&its_go, *SPINS);
            match ending {
                Ending::Close => end.source.close(),
                Ending::Reset => end.reset(),
            }
        })?;
        wait_for(&ready, 0)?;
        go.store(true, Ordering::Release);
        Ok(Outcome::Done)
    }

    fn start_background(&mut self, close: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), Abort> {
        // Initialise SPINS before the threads race.
        LazyLock::force(&SPINS);
        let thread = thread::Builder::new().stack_size(STACK).spawn(close);
        let thread = thread.map_err(Abort::because(Doing::Start("a thread")))?;
        if let Some(earlier) = self.background_close.replace(thread) {
            let_end(earlier);
        }
        Ok(())
    }
}

/// Of a thread that only closes a socket: every trial in flight may have one.
const STACK: usize = 128 << 10;

/// A flag for two threads.
fn flag() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let flag = Arc::new(AtomicBool::new(false));
    (Arc::clone(&flag), flag)
}

/// Waits until another thread sets the flag. So many times it spins, so as to see it at once; then it yields the
/// processor, which the other thread may need. Fails if the flag is not set in time.
fn wait_for(flag: &AtomicBool, spins: u32) -> Result<(), Abort> {
    const IN_TIME: Duration = Duration::from_secs(10);
    let (mut spun, mut end) = (0_u32, None);
    while !flag.load(Ordering::Acquire) {
        if spun < spins {
            spun += 1;
            hint::spin_loop();
        } else if *end.get_or_insert_with(|| Instant::now() + IN_TIME) > Instant::now() {
            thread::yield_now();
        } else {
            return Err(Abort::NotRun("a thread did not begin in time".to_owned()));
        }
    }
    Ok(())
}

/// Waits for the end of a thread that closes, a socket that lingers included. One that hangs is left behind: nobody
/// needs its result.
pub(super) fn let_end(thread: JoinHandle<io::Result<()>>) {
    const IN_TIME: Duration = Duration::from_secs(2);
    let end = Instant::now() + IN_TIME;
    // A sleep lasts longer than most closes.
    for _ in 0..YIELDS {
        if thread.is_finished() {
            return;
        }
        thread::yield_now();
    }
    let mut pause = Duration::from_micros(10);
    while !thread.is_finished() && Instant::now() < end {
        thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(5));
    }
}

/// How often to yield to a thread that closes before sleeping.
const YIELDS: u32 = 50;

/// How often a thread that is to race spins before it yields: much longer than the other takes to set it off, and short
/// compared with a time slice. Zero on a single processor, which the other thread needs at once.
static SPINS: LazyLock<u32> =
    LazyLock::new(|| if thread::available_parallelism().is_ok_and(|count| count.get() == 1) { 0 } else { 20_000 });
