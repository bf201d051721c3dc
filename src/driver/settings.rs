//! How a run is done, and how far it is.

use std::{
    num::NonZero,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    deadlines::Deadlines,
    pacing::{AnswerRates, Pacing},
    plan::Plan,
    watchdog::{Hang, Processes},
};
use crate::catalogue::Case;

/// How a run is done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Trials of each case, five times as many of a racing one. With 0, every case that this platform offers is
    /// measured with no trials and empty tallies.
    pub repeat: u32,
    /// Workers, each with a thread and a poll of its own. There is at least one, and no more than there are trials.
    pub jobs: usize,
    /// Most trials in flight on one worker, clamped to 1..=1024. Also the most processes at a time for slow cases in
    /// which SIGPIPE is not ignored, at least one; where it kills, each of them has a copy besides.
    pub in_flight: usize,
    /// How long an `await`, and a call that would block, waits.
    pub await_deadline: Duration,
    /// How long a connect waits; Windows takes two seconds to refuse one (libuv/libuv#2896, curl/curl#14144).
    pub connect_deadline: Duration,
    /// The deadlines in place of these two if the machine shows itself to be slow before the trials; `None` keeps them.
    pub on_slow_machine: Option<Deadlines>,
    /// The least that both deadlines are in scenarios that are slow by nature; there a connect waits for at least 80 s.
    pub slow_deadline: Duration,
    /// How long to wait before every step; zero goes as fast as events allow. Cases in processes of their own ignore
    /// it.
    pub pace: Duration,
    /// How many answers of the system trials may draw a second: where it sends no more, an event that a trial awaits
    /// would never come.
    pub answer_rates: AnswerRates,
    /// When the run stops by itself; zero means never. Complete cases keep their results.
    pub time_limit: Duration,
    /// How much longer than the longest deadline a trial may go without a sign of life before it is given up. It has to
    /// be long enough for a process to start on a busy machine.
    pub patience: Duration,
    /// The brokenpipe program, for cases that need a process of their own; without it they are not run.
    pub program: Option<PathBuf>,
}

/// How long a connect that nobody answers may take where a scenario asks how it ends: longer than the 75 s for which
/// the BSDs and macOS try (`TCPTV_KEEP_INIT`). Linux tries for about two minutes, but in these scenarios it ends by
/// TCP_USER_TIMEOUT: tcp(7).
const LONGEST_CONNECT: Duration = Duration::from_secs(80);

impl Default for Settings {
    /// 10 trials of each case, a worker for each processor, what this system allows, no time limit, and no program.
    fn default() -> Self {
        Settings {
            repeat: 10,
            jobs: thread::available_parallelism().map_or(1, NonZero::get),
            in_flight: 256,
            await_deadline: Deadlines::USUAL.awaits,
            connect_deadline: Deadlines::USUAL.connects,
            on_slow_machine: None,
            slow_deadline: Duration::from_secs(10),
            pace: Duration::ZERO,
            answer_rates: AnswerRates::here(),
            time_limit: Duration::ZERO,
            patience: Duration::from_secs(20),
            program: None,
        }
    }
}

impl Settings {
    /// How many trials of a case there are.
    pub fn trials(&self, case: &Case<'_>) -> u64 {
        u64::from(self.repeat) * trials_per_repeat(case) as u64
    }

    /// These settings with the deadlines for a slow machine.
    pub(super) fn on_slow_machine(&self) -> Self {
        let here = Deadlines { awaits: self.await_deadline, connects: self.connect_deadline };
        let Deadlines { awaits, connects } = self.on_slow_machine.unwrap_or(here);
        Settings { await_deadline: awaits, connect_deadline: connects, ..self.clone() }
    }

    /// These settings with the deadlines of slow scenarios.
    pub(super) fn slow(&self) -> Self {
        Settings {
            await_deadline: self.await_deadline.max(self.slow_deadline),
            connect_deadline: self.connect_deadline.max(self.slow_deadline).max(LONGEST_CONNECT),
            ..self.clone()
        }
    }
}

/// What is run, how, and how far it is.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) cases: &'a [Case<'a>],
    pub(super) settings: &'a Settings,
    pub(super) progress: &'a Progress,
    pub(super) pacing: &'a Pacing,
    pub(super) plan: &'a Plan,
}

/// A race shows its rarer outcomes only in many trials, also one that is none on other systems.
pub(super) fn trials_per_repeat(case: &Case<'_>) -> usize {
    if case.scenario.races(std::env::consts::OS) { 5 } else { 1 }
}

/// The state that a run shares with whoever watches it. A clone is of the same run.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    finished: AtomicU64,
    stop: AtomicBool,
    slow_machine: AtomicBool,
    out_of_time: AtomicBool,
    hangs: Mutex<Vec<Hang>>,
    processes: Arc<Processes>,
}

impl Progress {
    /// How many trials have ended, those of unsupported cases included.
    pub fn finished(&self) -> u64 {
        self.shared.finished.load(Ordering::Relaxed)
    }

    /// Asks the run to end soon. Cases that are complete keep their results.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Whether [`stop`](Progress::stop) was called, or the time limit has passed.
    pub fn is_stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// Whether the run was stopped by its time limit.
    pub fn is_out_of_time(&self) -> bool {
        self.shared.out_of_time.load(Ordering::Relaxed)
    }

    /// The trials that were in one step for a second or more when the run was stopped, those that have waited longest
    /// first. They are known when the run has returned.
    pub fn hangs(&self) -> Vec<Hang> {
        let mut hangs = self.shared.hangs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        hangs.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.case.cmp(&b.case)));
        hangs
    }

    /// Kills the processes of the run, for a program that is about to end without waiting for it.
    pub fn kill_processes(&self) {
        self.shared.processes.kill_all();
    }

    /// Whether the run found the machine slow, and took the deadlines for slow ones.
    pub fn is_machine_slow(&self) -> bool {
        self.shared.slow_machine.load(Ordering::Relaxed)
    }

    pub(super) fn find_machine_slow(&self) {
        self.shared.slow_machine.store(true, Ordering::Relaxed);
    }

    /// Counts a trial that has ended.
    pub(super) fn count(&self) {
        self.shared.finished.fetch_add(1, Ordering::Relaxed);
    }

    /// Stops the run, whose time is over.
    pub(super) fn run_out(&self) {
        if !self.is_stopped() {
            self.shared.out_of_time.store(true, Ordering::Relaxed);
            self.stop();
        }
    }

    /// Reports a trial that had not ended when the run was stopped, if it has waited for long.
    pub(super) fn report(&self, hang: Hang) {
        if hang.since >= LONG {
            self.shared.hangs.lock().unwrap_or_else(PoisonError::into_inner).push(hang);
        }
    }

    pub(super) fn processes(&self) -> &Arc<Processes> {
        &self.shared.processes
    }
}

/// Trials are reported that were in one step for so long.
const LONG: Duration = Duration::from_secs(1);
