//! The threads of a run. They are watched and never joined, so that one that hangs does not keep the others' results.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::Ordering,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use crate::parallel::STACK;

use super::{
    plan::{Ledger, Plan},
    settings::Settings,
    watchdog::{Hang, Silence},
};

/// How often the threads and processes are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How long threads may take to end when the run is stopped, or when another is to be started in their place.
const GRACE: Duration = Duration::from_secs(3);

/// Threads that do the same, each of which returns a `T`.
pub(super) struct Crew<T> {
    plan: Arc<Plan>,
    /// How long a thread may be in one step.
    patience: Duration,
    /// The threads that have not ended, with their numbers.
    threads: Vec<(usize, Arc<Ledger>, Silence)>,
    started: usize,
    sender: Sender<(usize, thread::Result<T>)>,
    receiver: Receiver<(usize, thread::Result<T>)>,
    looked: Instant,
    /// Since when the run is known to be stopped.
    stopped: Option<Instant>,
}

/// What happened to a thread.
pub(super) enum Event<T> {
    /// It has ended.
    Ended {
        /// What it returned.
        result: T,
        /// The cases of trials that it had in flight, if it could not go on.
        others: Vec<usize>,
    },
    /// It hangs, and was left behind.
    Hung {
        /// The 0-based number of the case that it hangs in.
        case: usize,
        /// The 1-based number of the step.
        step: usize,
        since: Duration,
        /// The cases of the other trials that it had in flight.
        others: Vec<usize>,
        /// How many descriptors its trials were lent.
        lent: usize,
    },
}

impl<T: Send + 'static> Crew<T> {
    pub(super) fn new(plan: &Arc<Plan>, settings: &Settings) -> Self {
        let (sender, receiver) = mpsc::channel();
        Crew {
            plan: Arc::clone(plan),
            patience: Plan::patience(settings),
            threads: Vec::new(),
            started: 0,
            sender,
            receiver,
            looked: Instant::now(),
            stopped: None,
        }
    }

    /// Starts a thread. Where the system has none to spare, those that were started do its work, too; it fails if there
    /// are none and none becomes free soon, as those of an earlier crew do that are just ending.
    pub(super) fn start(&mut self, work: impl FnOnce(&Plan, &Ledger) -> T + Send + 'static) -> io::Result<()> {
        let (number, ledger) = (self.started, Arc::new(Ledger::default()));
        // A thread that cannot be started loses what it was to do, so that is shared.
        let work = Arc::new(Mutex::new(Some(work)));
        let begun = Instant::now();
        loop {
            let (work, plan, sender) = (Arc::clone(&work), Arc::clone(&self.plan), self.sender.clone());
            let its_ledger = Arc::clone(&ledger);
            let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
                let Some(work) = work.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
                let result = catch_unwind(AssertUnwindSafe(|| work(&plan, &its_ledger)));
                // Nobody receives it once the thread was left behind.
                let _ = sender.send((number, result));
            });
            match thread {
                Ok(_) => break,
                Err(_) if !self.is_empty() => return Ok(()),
                Err(_) if begun.elapsed() < GRACE => thread::sleep(LOOK),
                Err(error) => {
                    return Err(io::Error::new(error.kind(), format!("a thread cannot be started: {error}")));
                }
            }
        }
        self.started += 1;
        self.threads.push((number, ledger, Silence::default()));
        Ok(())
    }

    /// Whether no thread is left.
    pub(super) fn is_empty(&self) -> bool {
        self.threads.is_empty()
    }

    /// Waits until something happens to a thread; `None` if none is left, or if the run was stopped and those that are
    /// left do not end.
    ///
    /// # Panics
    ///
    /// A thread has panicked.
    pub(super) fn next(&mut self) -> Option<Event<T>> {
        while !self.is_empty() {
            let pause = (self.looked + LOOK).saturating_duration_since(Instant::now());
            if let Ok((number, result)) = self.receiver.recv_timeout(pause) {
                let place = self.threads.iter().position(|(thread, ..)| *thread == number);
                if let Some(place) = place {
                    let (_, ledger, _) = self.threads.swap_remove(place);
                    let result = result.unwrap_or_else(|panic| resume_unwind(panic));
                    return Some(Event::Ended { result, others: ledger.leave_behind() });
                }
                continue;
            }
            if let Some(hung) = self.look() {
                return Some(hung);
            }
        }
        None
    }

    /// Looks at the processes and threads of the run, and leaves one behind that hangs.
    fn look(&mut self) -> Option<Event<T>> {
        let now = Instant::now();
        // More than that has not been seen to pass: this thread itself stood still.
        let passed = (now - self.looked).min(10 * LOOK);
        self.looked = now;
        let progress = self.plan.progress.clone();
        if self.plan.end.is_some_and(|end| end <= now) {
            progress.run_out();
        }
        let processes = progress.processes();
        if progress.is_stopped() {
            if self.stopped.is_none() {
                self.report();
            }
            // Only afterwards, since some threads wait for them.
            processes.kill_all();
            if now - *self.stopped.get_or_insert(now) > GRACE {
                self.threads.drain(..).for_each(|(_, ledger, _)| drop(ledger.leave_behind()));
            }
            return None;
        }
        processes.kill_silent(passed);
        let patience = self.patience;
        let mut hung = None;
        for (number, ledger, silence) in &mut self.threads {
            // The place first: a beat that came with it is then seen, too.
            let place = ledger.pulse.place();
            let since = silence.observe(ledger.pulse.beats(), passed);
            if let Some((case, step)) = place.filter(|_| since > patience) {
                hung = Some((*number, case, step, since));
            }
        }
        let (number, case, step, since) = hung?;
        let place = self.threads.iter().position(|(thread, ..)| *thread == number)?;
        let (_, ledger, _) = self.threads.swap_remove(place);
        let mut others = ledger.leave_behind();
        if let Some(own) = others.iter().position(|other| *other == case) {
            others.swap_remove(own);
        }
        Some(Event::Hung { case, step, since, others, lent: ledger.lent.load(Ordering::Relaxed) })
    }

    /// Reports the threads that are in a call.
    fn report(&mut self) {
        let cases = self.plan.cases();
        for (_, ledger, silence) in &mut self.threads {
            let since = silence.observe(ledger.pulse.beats(), Duration::ZERO);
            if let Some((case, step)) = ledger.pulse.place() {
                self.plan.progress.report(Hang::new(&cases[case], step, "a call to return", since));
            }
        }
    }
}
