//! Cases in which SIGPIPE is not ignored run in processes of their own, one trial at a time. The parent hands a child
//! its job on standard input and reads from the child's journal what each step gave, up to the one that killed it.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{self, Command, ExitStatus, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    journal::Line,
    schedule::Queue,
    settings::{Progress, Run, Settings},
    tally::{CaseResult, Tally},
    trial::context::kill_and_wait,
    worker::Worker,
};
use crate::{
    catalogue::{Axes, Case, Scenario, parse_steps},
    outcome::{Observation, Outcome, Signal},
    sys,
};

/// The argument that makes this program do a [`Job`].
pub(super) const WORK: &str = "run-trials";

/// The exit status of a child that could not begin for want of descriptors, memory or threads; sysexits.h calls it
/// EX_TEMPFAIL.
const EXHAUSTED: i32 = 75;

/// Whether an error says that descriptors, memory, threads or processes ran out: pthread_create(3) and fork(2) fail with
/// EAGAIN.
fn is_exhausted(error: &io::Error) -> bool {
    sys::is_exhausted(error) || error.kind() == io::ErrorKind::WouldBlock
}

/// Trials for a child, in one JSON document.
#[derive(Serialize, Deserialize)]
struct Job {
    await_deadline: Duration,
    connect_deadline: Duration,
    /// The cases, which all set SIGPIPE to the same.
    cases: Vec<JobCase>,
    /// The 0-based places in `cases` of the cases to try, in this order.
    trials: Vec<usize>,
}

/// What a child needs to know of a case.
#[derive(Serialize, Deserialize)]
struct JobCase {
    id: String,
    axes: Axes,
    /// In the step language, one step a line.
    steps: String,
}

impl Job {
    /// The job of running `trials`, given by the 0-based numbers of their cases; `numbers` are those numbers, each once
    /// and in order.
    ///
    /// # Panics
    ///
    /// The case of a trial is not among the numbers.
    fn new(Run { cases, settings, .. }: Run<'_>, numbers: &[usize], trials: &[usize]) -> Self {
        let place = |case: &usize| numbers.binary_search(case).expect("the case of every trial is among the numbers");
        let job_case = |&number: &usize| {
            let Case { scenario, axes } = cases[number];
            let steps = scenario.steps.iter().map(|step| format!("{step}\n")).collect();
            JobCase { id: scenario.id.clone(), axes, steps }
        };
        Job {
            await_deadline: settings.await_deadline,
            connect_deadline: settings.connect_deadline,
            cases: numbers.iter().map(job_case).collect(),
            trials: trials.iter().map(place).collect(),
        }
    }
}

impl JobCase {
    /// The scenario of this case only; `None` if its steps cannot be read.
    fn scenario(&self) -> Option<Scenario> {
        Some(Scenario {
            id: self.id.clone(),
            title: String::new(),
            why: String::new(),
            source: None,
            axes: vec![self.axes],
            // The parent has chosen the deadlines, and judges the outcomes.
            slow: false,
            racing: false,
            steps: parse_steps(&self.steps).ok()?,
        })
    }
}

/// Does the job on standard input and writes the journal to standard output.
///
/// # Errors
///
/// Standard input cannot be read or holds no job, SIGPIPE cannot be set, or the selector cannot be used.
pub(super) fn work() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let scenarios: Option<Vec<_>> = job.cases.iter().map(JobCase::scenario).collect();
    let scenarios = scenarios.ok_or(io::ErrorKind::InvalidData)?;
    let cases: Vec<_> = scenarios.iter().map(|scenario| Case { scenario, axes: scenario.axes[0] }).collect();
    let settings = Settings {
        repeat: 1,
        jobs: 1,
        in_flight: 1,
        await_deadline: job.await_deadline,
        connect_deadline: job.connect_deadline,
        // The deadlines above are what the run chose for its cases, slow or not.
        slow_deadline: Duration::ZERO,
        pace: Duration::ZERO,
        program: std::env::current_exe().ok(),
    };
    let run = Run { cases: &cases, settings: &settings, progress: &Progress::default() };
    let queue = Queue::repeating(vec![job.trials], 1);
    let begin = || {
        let worker = Worker::new(run, &queue, None, true)?.with_journal();
        if let Some(first) = cases.first() {
            sys::set_sigpipe(first.axes.sigpipe)?;
        }
        Ok(worker)
    };
    match begin() {
        Err(error) if is_exhausted(&error) => process::exit(EXHAUSTED),
        worker => worker?.run().map(drop),
    }
}

/// How the processes of a run are started.
#[derive(Clone, Copy)]
pub(super) struct Starting<'a> {
    /// Held while one is started, which takes more descriptors than it has later, where there are few.
    pub(super) one_at_a_time: Option<&'a Mutex<()>>,
    /// No other batch runs meanwhile: trials for which no process can be started are not run.
    pub(super) last_resort: bool,
}

/// Runs a batch of trials, given by the 0-based numbers of their cases, which all set SIGPIPE to the same, in one
/// process after the other, each for as long as it survives its trials. Returns the trials for which no process could
/// be started; as the last resort these are not run instead.
///
/// # Errors
///
/// A process crashed outside its scenario, or cannot be started for another reason than exhaustion. The tally has the
/// trials that had ended.
pub(super) fn run(run: Run<'_>, batch: &[usize], starting: Starting<'_>, tally: &mut Tally) -> io::Result<Vec<usize>> {
    let mut left = batch.to_vec();
    let Some(&first) = batch.first() else { return Ok(left) };
    let result = match &run.settings.program {
        _ if !sys::has_sigpipe(run.cases[first].axes.sigpipe) => {
            CaseResult::Unsupported("this system has no SIGPIPE".to_owned())
        }
        None => CaseResult::NotRun("needs the program itself to start a process with".to_owned()),
        Some(program) => match in_children(run, program, starting.one_at_a_time, &mut left, tally) {
            // Those still left when the run is stopped are not run.
            Ok(()) => return Ok(Vec::new()),
            Err(error) if !is_exhausted(&error) => return Err(error),
            Err(_) if !starting.last_resort => return Ok(left),
            Err(error) => CaseResult::NotRun(format!("a process: {}", Outcome::from_error(&error))),
        },
    };
    for case in left {
        tally.give_up(case, result.clone());
        run.progress.count();
    }
    Ok(Vec::new())
}

/// Takes trials off `trials` as they end.
fn in_children(
    run: Run<'_>,
    program: &Path,
    one_at_a_time: Option<&Mutex<()>>,
    trials: &mut Vec<usize>,
    tally: &mut Tally,
) -> io::Result<()> {
    let Run { cases, progress, .. } = run;
    // Trials after one that kills are handed out in vain, so a job has as many as the last one completed, and twice as
    // many if none of them killed.
    let mut at_once = 16;
    while !trials.is_empty() && !progress.is_stopped() {
        let handed = &trials[..at_once.min(trials.len())];
        let numbers: Vec<usize> = BTreeSet::from_iter(handed.iter().copied()).into_iter().collect();
        let job = serde_json::to_string(&Job::new(run, &numbers, handed))?;
        let mut command = Command::new(program);
        command.arg(WORK).stdin(Stdio::piped()).stdout(Stdio::piped());
        let starting = one_at_a_time.map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner));
        let mut child = sys::new_process_group(&mut command).spawn()?;
        drop(starting);
        // If the child has ended already, its status tells more than this error.
        let _ = child.stdin.take().expect("its standard input is a pipe").write_all(job.as_bytes());
        let mut ended = 0;
        // The case of the trial that the child is in, and what its steps gave.
        let mut present: Option<(usize, Vec<Observation>)> = None;
        let journal = BufReader::new(child.stdout.take().expect("its standard output is a pipe"));
        for line in journal.lines() {
            if progress.is_stopped() {
                // It fails if the child has ended, which is the aim.
                let _ = child.kill();
                break;
            }
            let line = line.inspect_err(|_| kill_and_wait(&mut child))?;
            match (Line::decode(&line), &mut present) {
                // A trial that could not get a descriptor begins anew.
                (Some(Line::Begin(place)), begun)
                    if place < numbers.len() && begun.as_ref().is_none_or(|(case, _)| *case == numbers[place]) =>
                {
                    *begun = Some((numbers[place], Vec::new()));
                }
                // It only lets this loop see whether the run is to stop.
                (Some(Line::Waiting), _) => {}
                (Some(Line::Observed(observation)), Some((_, observations))) => observations.push(observation),
                (Some(end @ (Line::Ended | Line::GivenUp(_))), Some((case, observations))) => {
                    match end {
                        Line::GivenUp(result) => tally.give_up(*case, result),
                        _ => tally.add(*case, observations),
                    }
                    present = None;
                    progress.count();
                    ended += 1;
                }
                // This is no journal, and the status will tell that the process failed.
                _ => break,
            }
        }
        let status = child.wait()?;
        match present {
            _ if progress.is_stopped() => {}
            Some((case, mut observations)) if sys::killed_by_sigpipe(status) => {
                // The step after the last observed one has killed the process; those after it were not run.
                observations.push(Observation { outcome: Outcome::NotRun, signal: Signal::Killed });
                let not_run = Observation { outcome: Outcome::NotRun, signal: Signal::None };
                observations.resize(cases[case].scenario.steps.len(), not_run);
                tally.add(case, &observations);
                progress.count();
                ended += 1;
                at_once = ended;
            }
            None if status.success() && ended == handed.len() => at_once *= 2,
            None if status.code() == Some(EXHAUSTED) => {
                trials.drain(..ended);
                return Err(io::ErrorKind::WouldBlock.into());
            }
            present => return Err(crash(present.map(|(case, _)| &cases[case]), status)),
        }
        trials.drain(..ended);
    }
    Ok(())
}

fn crash(case: Option<&Case<'_>>, status: ExitStatus) -> io::Error {
    let place = case.map_or("between two trials".to_owned(), |case| format!("in {} {}", case.scenario.id, case.axes));
    io::Error::other(format!("a process of this run crashed {place}: {status}"))
}
