//! A process that is being started has a copy of every descriptor until its program runs. A socket that a trial closes
//! meanwhile would stay open, so no trial goes on while one starts a process.

use std::{
    io,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Who is at it in this program. A lock of std's cannot be given free for a thread that hangs.
static TURNS: Turns = Turns {
    state: Mutex::new(State { going_on: 0, starting: 0, exclusive: false, hangs: false }),
    changed: Condvar::new(),
};

struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Threads in which a trial goes on.
    going_on: usize,
    /// Threads that wait to start a process; they come first.
    starting: usize,
    /// Whether one starts a process.
    exclusive: bool,
    /// Whether that one hangs. What it has started may have copies of sockets, so no trial can go on.
    hangs: bool,
}

impl Turns {
    fn state(&self) -> MutexGuard<'static, State> {
        TURNS.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(
        &self,
        state: MutexGuard<'static, State>,
        busy: fn(&mut State) -> bool,
    ) -> MutexGuard<'static, State> {
        self.changed.wait_while(state, busy).unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of a thread whose trials go on.
#[derive(Debug, Default)]
pub(super) struct Turn {
    held: AtomicBool,
    exclusive: AtomicBool,
}

impl Turn {
    /// Keeps others from starting a process until [`end`](Turn::end). Returns `false`, and does not, if the start of a
    /// process hangs.
    #[must_use]
    pub(super) fn begin(&self) -> bool {
        let is_busy = |state: &mut State| !state.hangs && (state.exclusive || state.starting > 0);
        let mut state = TURNS.wait_while(TURNS.state(), is_busy);
        if !state.hangs {
            state.going_on += 1;
            self.held.store(true, Ordering::Relaxed);
        }
        !state.hangs
    }

    /// Lets others start a process.
    pub(super) fn end(&self) {
        if self.held.load(Ordering::Relaxed) {
            let mut state = TURNS.state();
            if self.held.swap(false, Ordering::Relaxed) {
                state.going_on -= 1;
                if state.starting > 0 {
                    TURNS.changed.notify_all();
                }
            }
        }
    }

    /// Ends the turn of a thread that hangs, which may end it once more if it goes on after all.
    pub(super) fn leave_behind(&self) {
        self.end();
        if self.exclusive.load(Ordering::Relaxed) {
            TURNS.state().hangs = true;
            TURNS.changed.notify_all();
        }
    }

    /// Calls `start` while no trial goes on, and has the turn afterwards.
    ///
    /// # Errors
    ///
    /// Those of `start`, and [`TimedOut`](io::ErrorKind::TimedOut) if another start hangs.
    pub(super) fn start<T>(&self, start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.end();
        let mut state = TURNS.state();
        state.starting += 1;
        state = TURNS.wait_while(state, |state| !state.hangs && (state.exclusive || state.going_on > 0));
        state.starting -= 1;
        if state.hangs {
            return Err(io::ErrorKind::TimedOut.into());
        }
        state.exclusive = true;
        self.exclusive.store(true, Ordering::Relaxed);
        drop(state);
        let started = start();
        let mut state = TURNS.state();
        state.exclusive = false;
        state.hangs = false;
        self.exclusive.store(false, Ordering::Relaxed);
        state.going_on += 1;
        self.held.store(true, Ordering::Relaxed);
        TURNS.changed.notify_all();
        started
    }
}
