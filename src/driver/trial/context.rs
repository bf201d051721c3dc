//! What the trials of a worker share.

use std::{
    io::{self, Read},
    process::{Child, Command},
    sync::{PoisonError, RwLock, RwLockReadGuard},
    time::Instant,
};

use mio::{Registry, Token};

use super::listeners::SpareListeners;
use crate::{
    driver::{journal::Line, settings::Settings},
    sys,
};

/// A token is a slot's number and, above it, a serial number that is new for every wait: an event that was on its way
/// for an earlier wait, or for an earlier trial in the same slot, carries a token that no longer belongs to any.
const SLOT_BITS: u32 = 10;

/// Most trials in flight on one worker.
pub(in crate::driver) const MAX_SLOTS: usize = 1 << SLOT_BITS;

/// The slot that a token was made for.
pub(in crate::driver) fn slot_of(token: Token) -> usize {
    token.0 & (MAX_SLOTS - 1)
}

pub(in crate::driver) struct Context<'a> {
    pub(in crate::driver) registry: Registry,
    pub(in crate::driver) settings: &'a Settings,
    pub(in crate::driver) spare_listeners: SpareListeners,
    /// Whether to write every step to the journal at once: this is a process that a step may kill.
    pub(in crate::driver) has_journal: bool,
    /// [`sys::MOVED_SOCKETS_MAY_END`].
    pub(in crate::driver) moved_sockets_may_end: bool,
    /// When the present events were taken from the selector.
    pub(in crate::driver) now: Instant,
    /// The slot of the present trial.
    pub(in crate::driver) slot: usize,
    serial: usize,
    /// What is written, and where to read to.
    buffer: Vec<u8>,
    /// Held while a trial goes on, where a run starts processes: see [`SPAWNING`].
    turn: Option<RwLockReadGuard<'static, ()>>,
}

/// A process that is being started has a copy of every descriptor until its program runs. A socket that another trial
/// closes meanwhile would stay open, so no trial goes on while one starts a process.
static SPAWNING: RwLock<()> = RwLock::new(());

impl<'a> Context<'a> {
    pub(in crate::driver) fn new(registry: Registry, settings: &'a Settings) -> Self {
        Context {
            registry,
            settings,
            spare_listeners: SpareListeners::default(),
            has_journal: false,
            moved_sockets_may_end: sys::MOVED_SOCKETS_MAY_END,
            now: Instant::now(),
            slot: 0,
            serial: 0,
            buffer: Vec::new(),
            turn: None,
        }
    }

    /// Writes a line to the journal, if there is one.
    pub(in crate::driver) fn tell(&self, line: impl FnOnce() -> Line) {
        if self.has_journal {
            line().write();
        }
    }

    /// A token for a new wait of the present trial.
    pub(super) fn new_token(&mut self) -> Token {
        self.serial = self.serial.wrapping_add(1);
        Token(self.serial << SLOT_BITS | self.slot)
    }

    /// A buffer of this length, full of dots unless something was read into it.
    pub(super) fn buffer(&mut self, count: usize) -> &mut [u8] {
        if self.buffer.len() < count {
            self.buffer.resize(count, b'.');
        }
        &mut self.buffer[..count]
    }

    /// Keeps other trials from starting a process until [`end_turn`](Context::end_turn).
    pub(in crate::driver) fn begin_turn(&mut self) {
        self.turn = Some(SPAWNING.read().unwrap_or_else(PoisonError::into_inner));
    }

    pub(in crate::driver) fn end_turn(&mut self) {
        self.turn = None;
    }

    /// Starts a process, and waits until it writes a byte to its standard error: by then its program runs, and it has
    /// closed its copies of the descriptors.
    pub(super) fn spawn(&mut self, command: &mut Command) -> io::Result<Child> {
        self.end_turn();
        let exclusive = SPAWNING.write().unwrap_or_else(PoisonError::into_inner);
        let mut child = command.spawn()?;
        let runs = child.stderr.as_mut().map_or(Ok(()), |stderr| stderr.read_exact(&mut [0]));
        drop(exclusive);
        self.begin_turn();
        runs.inspect_err(|_| kill_and_wait(&mut child))?;
        Ok(child)
    }
}

/// Ends a process that may have ended by itself; waiting takes it out of the process table either way.
pub(in crate::driver) fn kill_and_wait(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
