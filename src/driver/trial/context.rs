//! What the trials of a worker share.

use std::{
    io::{self, Read},
    process::Command,
    sync::Arc,
    time::Instant,
};

use mio::{Registry, Token};

use super::listeners::SpareListeners;
use crate::{
    driver::{
        journal::{Journal, Line},
        plan::{Ledger, Plan},
        settings::{Run, Settings},
        watchdog::{Process, Processes},
    },
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
    pub(in crate::driver) ledger: &'a Ledger,
    processes: &'a Arc<Processes>,
    pub(in crate::driver) spare_listeners: SpareListeners,
    /// Where every step is written at once in a process that a step may kill.
    pub(in crate::driver) journal: Option<Journal<'a>>,
    /// [`sys::MOVED_SOCKETS_MAY_END`].
    pub(in crate::driver) moved_sockets_may_end: bool,
    /// When the present events were taken from the selector.
    pub(in crate::driver) now: Instant,
    /// The slot of the present trial.
    pub(in crate::driver) slot: usize,
    serial: usize,
    /// What is written, and where to read to.
    buffer: Vec<u8>,
}

impl<'a> Context<'a> {
    pub(in crate::driver) fn new(registry: Registry, run: Run<'a>, ledger: &'a Ledger) -> Self {
        Context {
            registry,
            settings: run.settings,
            ledger,
            processes: run.progress.processes(),
            spare_listeners: SpareListeners::default(),
            journal: None,
            moved_sockets_may_end: sys::MOVED_SOCKETS_MAY_END,
            now: Instant::now(),
            slot: 0,
            serial: 0,
            buffer: Vec::new(),
        }
    }

    /// Writes a line to the journal, if there is one.
    pub(in crate::driver) fn tell(&self, line: impl FnOnce() -> Line) {
        if let Some(journal) = self.journal {
            journal.write(&line());
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

    /// Keeps other trials from starting a process until [`end_turn`](Context::end_turn). Returns `false` if the start of
    /// a process hangs.
    pub(in crate::driver) fn begin_turn(&mut self) -> bool {
        self.ledger.turn.begin()
    }

    pub(in crate::driver) fn end_turn(&mut self) {
        self.ledger.turn.end();
    }

    /// Starts a process, and waits until it writes a byte to its standard error: by then its program runs, and it has
    /// closed its copies of the descriptors. It is killed if it gives no sign of life for too long.
    pub(super) fn spawn(&mut self, command: &mut Command) -> io::Result<Process> {
        let (pulse, place) = (&self.ledger.pulse, self.ledger.pulse.place());
        // Another trial may be starting a process that hangs, which is not this one's fault.
        pulse.leave();
        self.ledger.turn.start(|| {
            if let Some((case, step)) = place {
                pulse.enter(case, step);
            }
            // Shorter than what the trial itself may take, which is then not taken to hang, too.
            let limit = Plan::patience(self.settings) - self.settings.patience / 2;
            let mut process = Process::start(self.processes, command, limit)?;
            let runs = process.stderr.as_mut().map_or(Ok(()), |stderr| stderr.read_exact(&mut [0]));
            pulse.beat();
            process.beat();
            if let Err(error) = runs {
                // It may have ended by itself.
                let _ = process.end();
                return Err(if process.was_silent().is_some() { io::ErrorKind::TimedOut.into() } else { error });
            }
            Ok(process)
        })
    }
}
