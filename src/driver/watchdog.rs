//! Signs of life: of the threads of a run, and of the processes that it has started. Whatever gives none for too long
//! is given up, so that no run waits for ever.

use std::{
    fmt, io,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    catalogue::{Case, CaseName},
    sys,
};

/// A trial that did not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hang {
    /// The scenario and the case.
    pub case: String,
    /// The 1-based number of the step that it is in, the actor and the operation.
    pub step: String,
    /// What it waits for.
    pub awaited: String,
    /// For how long.
    pub since: Duration,
    /// Whether that is longer than the trial may wait. Otherwise its deadline is only far away.
    pub is_overdue: bool,
}

impl Hang {
    pub(super) fn new(case: &Case<'_>, step: usize, awaited: impl Into<String>, since: Duration) -> Self {
        let name = format!("{} {}", case.scenario.id, CaseName::from(&case.axes));
        Hang { case: name, step: step_name(case, step), awaited: awaited.into(), since, is_overdue: true }
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hang { case, step, awaited, since, .. } = self;
        write!(f, "{case}: {step} has waited {} s for {awaited}", since.as_secs())
    }
}

/// A step by its 1-based number, with its actor and operation; there is none after the last.
fn step_name(case: &Case<'_>, number: usize) -> String {
    let step = number.checked_sub(1).and_then(|index| case.scenario.steps.get(index));
    step.map_or("the end".to_owned(), |step| format!("step {number} {step}"))
}

/// Why a case that hangs has no result.
pub(super) fn hung(case: &Case<'_>, step: usize, since: Duration) -> String {
    format!("hung: {}, for {} s", step_name(case, step), since.as_secs())
}

/// How long something has given no sign of life. This counts the time that the watching thread saw pass: if the whole
/// machine or program stood still, nothing hangs.
#[derive(Debug, Default)]
pub(super) struct Silence {
    seen: u64,
    lasts: Duration,
}

impl Silence {
    /// Counts the time that has passed since the last call, unless there was a new sign of life.
    pub(super) fn observe(&mut self, beats: u64, passed: Duration) -> Duration {
        self.lasts = if beats == self.seen { self.lasts + passed } else { Duration::ZERO };
        self.seen = beats;
        self.lasts
    }
}

/// What a thread is doing, for the one that watches it.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    beats: AtomicU64,
    /// The number of the case, from 1, in the upper half, and that of the step in the lower; 0 while it is in none.
    place: AtomicU64,
}

impl Pulse {
    /// The thread is in this 1-based step of the case with this 0-based number.
    pub(super) fn enter(&self, case: usize, step: usize) {
        // Whoever sees this place sees this beat, too.
        self.beats.fetch_add(1, Ordering::Relaxed);
        self.place.store((case as u64 + 1) << 32 | step as u64, Ordering::Release);
    }

    /// The thread is in no step, or waits where it may.
    pub(super) fn leave(&self) {
        self.place.store(0, Ordering::Relaxed);
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// The thread goes on.
    pub(super) fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// The 0-based number of the case and the 1-based one of the step that the thread is in.
    pub(super) fn place(&self) -> Option<(usize, usize)> {
        let place = self.place.load(Ordering::Acquire);
        Some(((place >> 32).checked_sub(1)? as usize, place as u32 as usize))
    }
}

/// The processes that a run has started and that have not ended.
#[derive(Debug, Default)]
pub(super) struct Processes {
    running: Mutex<Vec<(Arc<Guarded>, Silence)>>,
    /// How many have crashed or hung in a row, with no trial completed in between.
    failures: AtomicUsize,
}

#[derive(Debug)]
struct Guarded {
    child: Mutex<Waited>,
    beats: AtomicU64,
    /// Milliseconds of silence after which it is killed; 0 if it may be silent for ever.
    limit: AtomicU64,
    /// Milliseconds for which it was silent when it was killed for that; 0 if it was not.
    silent: AtomicU64,
    /// Milliseconds for which it has been silent.
    lasts: AtomicU64,
}

#[derive(Debug)]
struct Waited {
    child: Child,
    /// Whether its end was waited for, so that its number may be another's by now.
    has_ended: bool,
}

impl Processes {
    /// Kills each process that has been silent for longer than it may; `passed` is the time since the last call.
    pub(super) fn kill_silent(&self, passed: Duration) {
        for (process, silence) in lock(&self.running).iter_mut() {
            let lasts = silence.observe(process.beats.load(Ordering::Relaxed), passed);
            process.lasts.store(lasts.as_millis() as u64, Ordering::Relaxed);
            let limit = process.limit.load(Ordering::Relaxed);
            if limit != 0 && lasts.as_millis() as u64 > limit {
                process.silent.store(lasts.as_millis() as u64, Ordering::Relaxed);
                let _ = process.kill();
            }
        }
    }

    /// Kills them all.
    pub(super) fn kill_all(&self) {
        for (process, _) in lock(&self.running).iter() {
            let _ = process.kill();
        }
    }

    /// Notes that a process has crashed or hung, and returns how many have done so in a row.
    pub(super) fn count_failure(&self) -> usize {
        self.failures.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Notes that a process has completed a trial.
    pub(super) fn count_success(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }
}

impl Guarded {
    /// The exit status, if it has ended.
    fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        let mut waited = lock(&self.child);
        let status = waited.child.try_wait()?;
        waited.has_ended |= status.is_some();
        Ok(status)
    }

    /// Kills it with its copies. That it has ended already is no error.
    fn kill(&self) -> io::Result<()> {
        let mut waited = lock(&self.child);
        if waited.has_ended { Ok(()) } else { sys::kill_group(&mut waited.child) }
    }
}

/// A process that the run has started.
pub(super) struct Process {
    guarded: Arc<Guarded>,
    processes: Arc<Processes>,
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
}

/// How long a process that was killed may take to end.
const TO_END: Duration = Duration::from_secs(5);

impl Process {
    /// Starts a process in a group of its own. It is killed, with its copies, if it gives no sign of life for longer than `limit`.
    pub(super) fn start(processes: &Arc<Processes>, command: &mut Command, limit: Duration) -> io::Result<Self> {
        let mut child = sys::new_process_group(command).spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let limit = AtomicU64::new(limit.as_millis().max(1) as u64);
        let (beats, silent, lasts) = Default::default();
        let child = Mutex::new(Waited { child, has_ended: false });
        let guarded = Arc::new(Guarded { child, beats, limit, silent, lasts });
        lock(&processes.running).push((Arc::clone(&guarded), Silence::default()));
        Ok(Process { guarded, processes: Arc::clone(processes), stdin, stdout, stderr })
    }

    /// It has given a sign of life.
    pub(super) fn beat(&self) {
        self.guarded.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets it be silent for ever.
    pub(super) fn let_be(&self) {
        self.guarded.limit.store(0, Ordering::Relaxed);
    }

    /// For how long it has given no sign of life.
    pub(super) fn silence(&self) -> Duration {
        Duration::from_millis(self.guarded.lasts.load(Ordering::Relaxed))
    }

    /// How long it was silent, if it was killed for that.
    pub(super) fn was_silent(&self) -> Option<Duration> {
        let silent = self.guarded.silent.load(Ordering::Relaxed);
        (silent > 0).then(|| Duration::from_millis(silent))
    }

    /// Waits for its end, which has to be near: it was killed, or has closed its pipes.
    ///
    /// # Errors
    ///
    /// It was killed and does not end.
    pub(super) fn wait(&self) -> io::Result<ExitStatus> {
        let begun = Instant::now();
        // Not `Child::wait`, which would keep the lock from whoever is to kill it.
        loop {
            let ended = self.guarded.try_wait()?;
            match ended {
                Some(status) => return Ok(status),
                None if begun.elapsed() > 2 * TO_END => return Err(io::ErrorKind::TimedOut.into()),
                None if begun.elapsed() > TO_END => drop(self.guarded.kill()),
                None => {}
            }
            thread::sleep((begun.elapsed() / 8).clamp(Duration::from_micros(20), Duration::from_millis(5)));
        }
    }

    /// Kills it with its copies, and waits for its own end, which takes it out of the process table.
    pub(super) fn end(&self) -> io::Result<()> {
        self.guarded.kill()?;
        self.wait().map(drop)
    }

    /// The number by which the system knows it.
    pub(super) fn id(&self) -> u32 {
        lock(&self.guarded.child).child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        lock(&self.processes.running).retain(|(process, _)| !Arc::ptr_eq(process, &self.guarded));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_counts_only_what_was_seen_to_pass_without_a_sign_of_life() {
        let second = Duration::from_secs(1);
        let mut silence = Silence::default();
        assert_eq!(silence.observe(1, second), Duration::ZERO);
        assert_eq!(silence.observe(1, second), second);
        assert_eq!(silence.observe(1, second), 2 * second);
        assert_eq!(silence.observe(2, second), Duration::ZERO);
    }

    #[test]
    fn a_pulse_tells_case_and_step() {
        let pulse = Pulse::default();
        assert_eq!((pulse.place(), pulse.beats()), (None, 0));
        pulse.enter(0, 1);
        assert_eq!((pulse.place(), pulse.beats()), (Some((0, 1)), 1));
        pulse.enter(735, 100);
        assert_eq!(pulse.place(), Some((735, 100)));
        pulse.leave();
        assert_eq!((pulse.place(), pulse.beats()), (None, 3));
    }
}
