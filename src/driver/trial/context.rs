//! What the trials of a worker share.

use std::{
    io::{self, Read},
    path::Path,
    process::{Child, Command},
    sync::{PoisonError, RwLock, RwLockReadGuard},
    time::Instant,
};

use mio::{Registry, Token};

use super::sockets::Listeners;
use crate::driver::{Settings, child::protocol::Journal};

/// A token is a slot's number and, above it, a serial number that every wait has for itself: an event that was under
/// way for an earlier wait, or an earlier trial in the same slot, carries a token that is no longer anybody's.
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
    pub(in crate::driver) listeners: Listeners,
    /// Who has to be told of every step at once: a process that a step may kill.
    pub(in crate::driver) journal: Option<&'a Journal>,
    /// When the events at hand were taken.
    pub(in crate::driver) now: Instant,
    /// The slot of the trial at hand.
    pub(in crate::driver) slot: usize,
    serial: usize,
    /// What is written, and where to read to.
    buffer: Vec<u8>,
    /// Held while a trial goes on, where a run starts processes: see [`SPAWNING`].
    turn: Option<RwLockReadGuard<'static, ()>>,
}

/// A process that is being started has a copy of every descriptor until its program runs. A socket that another trial
/// closes meanwhile would not be closed, so no trial goes on while one starts a process.
static SPAWNING: RwLock<()> = RwLock::new(());

impl<'a> Context<'a> {
    pub(in crate::driver) fn new(registry: Registry, settings: &'a Settings, journal: Option<&'a Journal>) -> Self {
        Context {
            registry,
            settings,
            listeners: Listeners::default(),
            journal,
            now: Instant::now(),
            slot: 0,
            serial: 0,
            buffer: Vec::new(),
            turn: None,
        }
    }

    /// A token for a new wait of the trial at hand.
    pub(in crate::driver) fn new_token(&mut self) -> Token {
        self.serial = self.serial.wrapping_add(1);
        Token(self.serial << SLOT_BITS | self.slot)
    }

    pub(in crate::driver) fn buffer(&mut self, count: usize) -> &mut [u8] {
        if self.buffer.len() < count {
            self.buffer.resize(count, b'.');
        }
        &mut self.buffer[..count]
    }

    /// Lets no other trial start a process until [`end_turn`](Context::end_turn).
    pub(in crate::driver) fn begin_turn(&mut self) {
        self.turn = Some(SPAWNING.read().unwrap_or_else(PoisonError::into_inner));
    }

    pub(in crate::driver) fn end_turn(&mut self) {
        self.turn = None;
    }

    /// Starts a process that says on its standard error when its program runs; by then it has closed all copies.
    pub(in crate::driver) fn spawn(&mut self, command: &mut Command) -> io::Result<Child> {
        self.end_turn();
        let alone = SPAWNING.write().unwrap_or_else(PoisonError::into_inner);
        let mut child = command.spawn()?;
        let runs = child.stderr.as_mut().map_or(Ok(()), |told| told.read_exact(&mut [0]));
        drop(alone);
        self.begin_turn();
        if let Err(error) = runs {
            // It has ended by itself, or does now.
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        Ok(child)
    }

    /// The program to start children with.
    pub(in crate::driver) fn program(&self) -> Option<&'a Path> {
        self.settings.program.as_deref()
    }
}
