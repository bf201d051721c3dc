//! Cases in which SIGPIPE is not ignored, or which start processes, run in processes of their own, one trial at a time.
//! The parent hands a child its job, and reads from the child's journal what each step gave and which trials were killed.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    blame::{Abort, Doing},
    child::{EXHAUSTED, Job, WORK},
    journal::Line,
    plan::{Ledger, Plan},
    settings::Run,
    tally::CaseResult,
    watchdog::{Hang, Process, hung},
};
use crate::{
    catalogue::{Case, Operation},
    outcome::{Observation, Outcome, Signal},
    sys,
};

/// How the processes of a run are started.
#[derive(Clone, Copy)]
pub(super) struct Starting<'a> {
    /// Held while one is started, which takes more descriptors than it has later, where there are few.
    pub(super) one_at_a_time: Option<&'a Mutex<()>>,
    /// No other batch runs meanwhile: trials for which no process can be started are not run.
    pub(super) last_resort: bool,
}

/// Runs a batch of trials, given by the 0-based numbers of their cases, which all set SIGPIPE to the same, in a
/// process; another follows where one fails, or where trials have to be paced. Returns the trials for which something was
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
    let mut failures = 0;
    loop {
        trials.retain(|&case| !run.plan.passes_over(case));
        if trials.is_empty() || run.progress.is_stopped() {
            return Ok(());
        }
        let handed = &trials[..run.pacing.affordable(trials)];
        if !run.pacing.wait(handed, || run.progress.is_stopped()) {
            return Ok(());
        }
        let (ended, failure) = match run_child(run, program, how, handed, exhausted) {
            Ok(Ended::All) => (handed.len(), None),
            Ok(Ended::Exhausted(ended)) => {
                run.pacing.give_back(&handed[ended..]);
                trials.drain(..ended);
                return Err(Abort::Exhausted(
                    "a process: it lacks descriptors, memory, threads or processes".to_owned(),
                ));
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
        if let Some(reason) = failure
            && (run.progress.processes().count_failure() >= ALL_FAILURES || failures >= FAILURES)
        {
            return Err(Abort::NotRun(format!("{reason}, as others before it")));
        }
    }
}

/// How a process ended that was handed some trials.
enum Ended {
    /// It completed them all.
    All,
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
    /// The process, or the copy of it, by the number by which the system knows it.
    process: u32,
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
    let child = Process::start(progress.processes(), &mut command, limit);
    ledger.pulse.leave();
    let mut child = child?;
    drop(turn);
    // If the child has ended already, its status tells more than this error.
    let _ = child.stdin.take().expect("its standard input is a pipe").write_all(job.as_bytes());
    let (mut ended, mut process) = (0, child.id());
    let mut present: Option<Present> = None;
    let (mut is_journal, mut crash) = (true, None);
    for line in BufReader::new(child.stdout.take().expect("its standard output is a pipe")).lines() {
        if progress.is_stopped() {
            break;
        }
        child.beat();
        match (line.ok().and_then(|line| Line::decode(&line)), &mut present) {
            // A trial that could not get a descriptor begins anew.
            (Some(Line::Begin(place)), begun)
                if numbers.get(place).is_some_and(|case| handed.get(ended) == Some(case)) =>
            {
                let (observations, began) = (Vec::new(), Instant::now());
                *begun = Some(Present { case: handed[ended], process, observations, began });
            }
            (Some(Line::Copied(copy)), None) => process = copy,
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
            (Some(end @ (Line::Ended | Line::Killed | Line::GivenUp(_))), Some(trial)) => {
                match end {
                    Line::GivenUp(result) => plan.give_up(trial.case, result),
                    Line::Killed => plan.add(trial.case, &killed(&cases[trial.case], &trial.observations)),
                    _ => plan.add(trial.case, &trial.observations),
                }
                present = None;
                progress.processes().count_success();
                ended += 1;
            }
            (Some(Line::Killed), None) => crash = Some("SIGPIPE between two trials".to_owned()),
            (Some(Line::Crashed(status)), _) => crash = Some(status),
            _ => is_journal = false,
        }
        if crash.is_some() || !is_journal {
            break;
        }
    }
    if progress.is_stopped() {
        if let Some(trial) = present {
            progress.report(hang(run, &trial, &child));
        }
        let _ = child.end();
        return Ok(Ended::Stopped);
    }
    let is_over = is_journal && crash.is_none();
    let status = if is_over { child.wait() } else { child.end().and_then(|()| child.wait()) };
    let reason = match (child.was_silent(), status) {
        (Some(silent), _) => match &present {
            Some(trial) => hung(&cases[trial.case], trial.observations.len() + 1, silent),
            None => format!("hung: a process between two trials, for {} s", silent.as_secs()),
        },
        (None, Ok(_)) if !is_journal => "child wrote no journal".to_owned(),
        (None, Ok(status)) => match crash {
            Some(crash) => format!("child crashed ({crash})"),
            None if present.is_none() && status.success() && ended == handed.len() => return Ok(Ended::All),
            None if status.code() == Some(EXHAUSTED) => return Ok(Ended::Exhausted(ended)),
            None => format!("child crashed ({status})"),
        },
        (None, Err(error)) => format!("child does not end: {}", Outcome::from_error(&error)),
    };
    // Between two trials it is the next one's fault, and after the last one that one's.
    let case = present.map_or(handed[ended.min(handed.len() - 1)], |trial| trial.case);
    Ok(Ended::Failed { ended, case, reason })
}

/// What each step of a trial gave that SIGPIPE has ended: the step after the last observed one has killed the process,
/// and those after it were not run.
fn killed(case: &Case<'_>, observed: &[Observation]) -> Vec<Observation> {
    let killing = Observation::new(Outcome::NotRun, Signal::Killed);
    let mut observations = [observed, &[killing]].concat();
    observations.resize(case.scenario.steps.len(), Observation::new(Outcome::NotRun, Signal::None));
    observations
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
    Hang::new(case, step, format!("a call to return in process {}", trial.process), since)
}

/// A process that waits for an event says so at least ten times a second; one that is silent for so long is in a call.
const QUIET: Duration = Duration::from_secs(1);
