//! Cases in which SIGPIPE is not ignored, or which start processes, run in processes of their own, one trial at a time.
//! The parent hands a child its job on standard input and reads from the child's journal what each step gave, up to the
//! one that killed it.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{self, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    blame::{Abort, Doing, is_scarcity},
    journal::Line,
    pacing::{AnswerRates, Pacing},
    plan::{Ledger, Plan},
    schedule::{InOrder, Queue},
    settings::{Progress, Run, Settings},
    tally::CaseResult,
    watchdog::{Hang, Process, hung},
    worker::Worker,
};
use crate::{
    catalogue::{Axes, Case, Operation, Scenario, parse_steps},
    outcome::{Observation, Outcome, Signal},
    sys,
};

/// The argument that makes this program do a [`Job`].
pub(super) const WORK: &str = "run-trials";

/// The exit status of a child that could not begin for want of descriptors, memory or threads; sysexits.h calls it
/// EX_TEMPFAIL.
const EXHAUSTED: i32 = 75;

/// Trials for a child, in one JSON document.
#[derive(Serialize, Deserialize)]
struct Job {
    await_deadline: Duration,
    connect_deadline: Duration,
    patience: Duration,
    /// Nobody else in the run holds descriptors or ports.
    last_resort: bool,
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
    fn new(Run { cases, settings, .. }: Run<'_>, last_resort: bool, numbers: &[usize], trials: &[usize]) -> Self {
        let place = |case: &usize| numbers.binary_search(case).expect("the case of every trial is among the numbers");
        let job_case = |&number: &usize| {
            let Case { scenario, axes } = cases[number];
            let steps = scenario.steps.iter().map(|step| format!("{step}\n")).collect();
            JobCase { id: scenario.id.clone(), axes, steps }
        };
        Job {
            await_deadline: settings.await_deadline,
            connect_deadline: settings.connect_deadline,
            patience: settings.patience,
            last_resort,
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
            races_on: Vec::new(),
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
        on_slow_machine: None,
        pace: Duration::ZERO,
        // The parent watches the time, and ends this process if it hangs.
        time_limit: Duration::ZERO,
        patience: job.patience,
        // The parent has waited until these trials may begin.
        answer_rates: AnswerRates::default(),
        program: sys::program(),
    };
    let plan = Plan::new(&cases, &settings, &Progress::default(), Arc::new(Pacing::unlimited()), None);
    let queue = Queue::repeating(InOrder { long: Vec::new(), others: job.trials }, 1);
    let ledger = Ledger::default();
    let begin = || {
        let worker = Worker::new(plan.run(&cases, &settings), &queue, &ledger, None, job.last_resort)?.with_journal();
        if let Some(first) = cases.first() {
            sys::set_sigpipe(first.axes.sigpipe)?;
        }
        Ok(worker)
    };
    match begin() {
        Err(error) if is_scarcity(&error, Doing::Start("a process")) => process::exit(EXHAUSTED),
        worker => worker?.run(),
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
/// process after the other, each for as long as it survives its trials. Returns the trials for which something was
/// wanting, such as a process, that others may give back; as the last resort these are not run instead.
pub(super) fn run(run: Run<'_>, batch: &[usize], starting: Starting<'_>, ledger: &Ledger) -> Vec<usize> {
    let (mut left, mut exhausted) = (batch.to_vec(), Vec::new());
    let Some(&first) = batch.first() else { return left };
    let result = match &run.settings.program {
        _ if !sys::has_sigpipe(run.cases[first].axes.sigpipe) => {
            CaseResult::Unsupported("this system has no SIGPIPE".to_owned())
        }
        None => CaseResult::NotRun("needs the program itself to start a process with".to_owned()),
        Some(program) => match in_children(run, program, (starting, ledger), &mut left, &mut exhausted) {
            // Those still left when the run is stopped are not run.
            Ok(()) => return exhausted,
            Err(Abort::Exhausted(_)) if !starting.last_resort => {
                exhausted.append(&mut left);
                return exhausted;
            }
            Err(Abort::Exhausted(reason) | Abort::NotRun(reason)) => CaseResult::NotRun(reason),
            Err(Abort::Unsupported(reason)) => CaseResult::Unsupported(reason),
        },
    };
    left.into_iter().for_each(|case| run.plan.give_up(case, result.clone()));
    exhausted
}

/// Processes of a batch may crash or hang that often in a row without completing a trial; then there are no more.
const FAILURES: usize = 3;

/// Processes of all batches may do so that often in a row.
const ALL_FAILURES: usize = 32;

/// Takes trials off `trials` as they end, and adds those that could not get what they need to `exhausted`. Fails if no
/// further process can be started, or would fail like those before it.
fn in_children(
    run: Run<'_>,
    program: &Path,
    how: (Starting<'_>, &Ledger),
    trials: &mut Vec<usize>,
    exhausted: &mut Vec<usize>,
) -> Result<(), Abort> {
    // Trials after one that kills are handed out in vain, so a job has as many as the last one completed, and twice as
    // many if none of them killed.
    let mut at_once = 16;
    let mut failures = 0;
    loop {
        trials.retain(|&case| !run.plan.passes_over(case));
        if trials.is_empty() || run.progress.is_stopped() {
            return Ok(());
        }
        let handed = &trials[..at_once.min(trials.len())];
        let handed = &handed[..run.pacing.affordable(handed)];
        if !run.pacing.wait(handed, || run.progress.is_stopped()) {
            return Ok(());
        }
        let (ended, failure) = match run_child(run, program, how, handed, exhausted) {
            Ok(Ended::All) => {
                at_once = (2 * at_once).min(trials.len());
                (handed.len(), None)
            }
            Ok(Ended::Killed(ended)) => {
                at_once = ended;
                (ended, None)
            }
            Ok(Ended::Exhausted(ended)) => {
                run.pacing.give_back(&handed[ended..]);
                trials.drain(..ended);
                return Err(Abort::Exhausted("a process: it lacks descriptors, memory or threads".to_owned()));
            }
            Ok(Ended::Stopped) => return Ok(()),
            Ok(Ended::Failed { ended, case, reason }) => {
                run.plan.give_up_for_good(case, reason.clone());
                failures = if ended == 0 { failures + 1 } else { 1 };
                // The trial that failed has ended, too, unless all had.
                ((ended + 1).min(handed.len()), Some(reason))
            }
            Err(error) => return Err(Abort::because(Doing::Start("a process"))(error)),
        };
        run.pacing.give_back(&handed[ended..]);
        trials.drain(..ended);
        if let Some(reason) = failure {
            at_once = ended;
            if run.progress.processes().count_failure() >= ALL_FAILURES || failures >= FAILURES {
                return Err(Abort::NotRun(format!("{reason}, as others before it")));
            }
        }
    }
}

/// How a process ended that was handed some trials.
enum Ended {
    /// It completed them all.
    All,
    /// It completed that many, the last of which killed it by SIGPIPE.
    Killed(usize),
    /// It could not begin for want of something that others may give back, after it had completed that many.
    Exhausted(usize),
    /// The run is stopped.
    Stopped,
    /// It crashed or hung, in a trial of this case or before one, after it had completed that many.
    Failed { ended: usize, case: usize, reason: String },
}

/// The trial that a process is in.
struct Present {
    case: usize,
    /// What its steps gave.
    observations: Vec<Observation>,
    /// When the present step began.
    began: Instant,
}

/// Has a process run these trials. Fails if it cannot be started.
fn run_child(
    run: Run<'_>,
    program: &Path,
    (starting, ledger): (Starting<'_>, &Ledger),
    handed: &[usize],
    exhausted: &mut Vec<usize>,
) -> io::Result<Ended> {
    let Run { cases, progress, settings, plan, .. } = run;
    let numbers: Vec<usize> = BTreeSet::from_iter(handed.iter().copied()).into_iter().collect();
    let job = serde_json::to_string(&Job::new(run, starting.last_resort, &numbers, handed))?;
    let mut command = Command::new(program);
    command.arg(WORK).stdin(Stdio::piped()).stdout(Stdio::piped());
    let limit = Plan::patience(settings);
    let turn = starting.one_at_a_time.map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner));
    // A start that hangs is of the first trial's case.
    ledger.pulse.enter(handed[0], 1);
    let child = Process::start(progress.processes(), sys::new_process_group(&mut command), limit);
    ledger.pulse.leave();
    let mut child = child?;
    drop(turn);
    // If the child has ended already, its status tells more than this error.
    let _ = child.stdin.take().expect("its standard input is a pipe").write_all(job.as_bytes());
    let mut ended = 0;
    let mut present: Option<Present> = None;
    let mut is_journal = true;
    for line in BufReader::new(child.stdout.take().expect("its standard output is a pipe")).lines() {
        if progress.is_stopped() {
            break;
        }
        child.beat();
        match (line.ok().and_then(|line| Line::decode(&line)), &mut present) {
            // A trial that could not get a descriptor begins anew.
            (Some(Line::Begin(place)), begun)
                if place < numbers.len() && begun.as_ref().is_none_or(|trial| trial.case == numbers[place]) =>
            {
                *begun = Some(Present { case: numbers[place], observations: Vec::new(), began: Instant::now() });
            }
            // It lives, and this loop sees whether the run is to stop.
            (Some(Line::Waiting), _) => {}
            (Some(Line::Observed(observation)), Some(trial)) => {
                trial.observations.push(observation);
                trial.began = Instant::now();
            }
            (Some(Line::Exhausted), Some(trial)) => {
                exhausted.push(trial.case);
                present = None;
                ended += 1;
            }
            (Some(end @ (Line::Ended | Line::GivenUp(_))), Some(trial)) => {
                match end {
                    Line::GivenUp(result) => plan.give_up(trial.case, result),
                    _ => plan.add(trial.case, &trial.observations),
                }
                present = None;
                progress.processes().count_success();
                ended += 1;
            }
            _ => {
                is_journal = false;
                break;
            }
        }
    }
    if progress.is_stopped() {
        if let Some(trial) = present {
            progress.report(hang(run, &trial, &child));
        }
        let _ = child.end();
        return Ok(Ended::Stopped);
    }
    let status = if is_journal { child.wait() } else { child.end().and_then(|()| child.wait()) };
    let reason = match (child.was_silent(), status) {
        (Some(silent), _) => match &present {
            Some(trial) => hung(&cases[trial.case], trial.observations.len() + 1, silent),
            None => format!("hung: a process between two trials, for {} s", silent.as_secs()),
        },
        (None, Ok(status)) => match present.take_if(|_| sys::killed_by_sigpipe(status)) {
            Some(Present { case, mut observations, .. }) => {
                // The step after the last observed one has killed the process; those after it were not run.
                observations.push(Observation::new(Outcome::NotRun, Signal::Killed));
                let not_run = Observation::new(Outcome::NotRun, Signal::None);
                observations.resize(cases[case].scenario.steps.len(), not_run);
                plan.add(case, &observations);
                progress.processes().count_success();
                return Ok(Ended::Killed(ended + 1));
            }
            None if is_journal && status.success() && ended == handed.len() => return Ok(Ended::All),
            None if is_journal && status.code() == Some(EXHAUSTED) => return Ok(Ended::Exhausted(ended)),
            None if is_journal => format!("child crashed ({status})"),
            None => "child wrote no journal".to_owned(),
        },
        (None, Err(error)) => format!("child does not end: {}", Outcome::from_error(&error)),
    };
    // Between two trials it is the next one's fault, and after the last one that one's.
    let case = present.map_or(handed[ended.min(handed.len() - 1)], |trial| trial.case);
    Ok(Ended::Failed { ended, case, reason })
}

/// The trial that a process was in when the run was stopped.
fn hang(Run { cases, .. }: Run<'_>, trial: &Present, child: &Process) -> Hang {
    let (case, since) = (&cases[trial.case], trial.began.elapsed());
    let step = trial.observations.len() + 1;
    let silence = child.silence();
    if silence < QUIET {
        let condition = case.scenario.steps.get(step - 1).map(|step| step.operation);
        let awaited = match condition {
            Some(Operation::Await(awaited)) => awaited.to_string(),
            _ => "an event".to_owned(),
        };
        return Hang { is_overdue: false, ..Hang::new(case, step, awaited, since) };
    }
    Hang::new(case, step, format!("a call to return in process {}", child.id()), since)
}

/// A process that waits for an event says so at least ten times a second; one that is silent for so long is in a call.
const QUIET: Duration = Duration::from_secs(1);
