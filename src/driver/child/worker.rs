//! A child of a run: it does its job one trial at a time and tells its journal of every step at once.

use std::{
    io::{self, Read},
    time::Duration,
};

use super::protocol::{Job, Journal};
use crate::{
    catalogue::Case,
    driver::{Progress, Settings, queue::Queue, worker::Worker},
    sys,
};

/// Does the job on standard input and keeps the journal on standard output.
///
/// # Errors
///
/// A job that is none, or a selector that cannot be used.
pub(in crate::driver) fn work() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let scenarios = job.scenarios().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    let cases: Vec<_> = scenarios.iter().map(|scenario| Case { scenario, axes: scenario.axes[0] }).collect();
    let settings = Settings {
        repeat: 1,
        jobs: 1,
        in_flight: 1,
        await_deadline: job.await_deadline,
        connect_deadline: job.connect_deadline,
        // Those above are what the run chose for its cases, slow or not.
        slow_deadline: Duration::ZERO,
        pace: Duration::ZERO,
        program: std::env::current_exe().ok(),
    };
    let queue = Queue::of(job.trials);
    let journal = Journal::new(Box::new(io::stdout()));
    let progress = Progress::default();
    let worker = Worker::new(&cases, &settings, &progress, &queue, true)?.with_journal(&journal);
    if let Some(first) = cases.first() {
        sys::set_sigpipe(first.axes.sigpipe)?;
    }
    worker.run().map(drop)
}
