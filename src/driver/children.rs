//! Cases in which SIGPIPE is not ignored: they run in a process of their own, one trial at a time, and the parent
//! reads from its journal what each step gave, up to the one that killed it.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    Progress, Settings, Share,
    journal::{Journal, Line},
    queue::Queue,
    tally::Tally,
    worker::Worker,
};
use crate::{
    catalogue::{Axes, Call, Case, Scenario, Sigpipe, SocketOption, Transport, parse_steps},
    observation::{Given, Observation, Signal},
    sys,
};

/// The argument that makes this program such a process; its job comes on standard input.
pub const WORK: &str = "run-trials";

/// What a child has to do.
#[derive(Serialize, Deserialize)]
struct Job {
    sigpipe: String,
    await_deadline: Duration,
    connect_deadline: Duration,
    cases: Vec<JobCase>,
    /// Places in `cases`, in the order of the trials.
    trials: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
struct JobCase {
    id: String,
    steps: String,
    transport: String,
    call: String,
    option: String,
}

/// Runs trials, given by the numbers of their cases, which share what SIGPIPE does, in as many processes as their deaths
/// make necessary. Trials for which no process can be started come back, or are unsupported if this is `alone`.
pub(super) fn run(
    cases: &[Case<'_>],
    mut trials: Vec<usize>,
    settings: &Settings,
    progress: &Progress,
    alone: bool,
) -> Share {
    let mut share = Share::new(cases);
    let Some(&first) = trials.first() else { return share };
    let lack = match &settings.program {
        _ if !sys::has_sigpipe(cases[first].axes.sigpipe) => "this system has no SIGPIPE".to_owned(),
        None => "needs the program itself to start a process with".to_owned(),
        Some(program) => match in_children(program, cases, &mut trials, settings, progress, &mut share.tally) {
            Ok(()) => return share,
            Err(error) if sys::is_exhausted(&error) && !alone => {
                share.left = trials;
                return share;
            }
            Err(error) if sys::is_exhausted(&error) => format!("a process: {}", Given::from_error(&error)),
            Err(error) => {
                share.error = Some(error);
                return share;
            }
        },
    };
    for case in trials {
        share.tally.set_unsupported(case, lack.clone());
        progress.count();
    }
    share
}

/// Takes trials off `trials` as they end.
fn in_children(
    program: &Path,
    cases: &[Case<'_>],
    trials: &mut Vec<usize>,
    settings: &Settings,
    progress: &Progress,
    tally: &mut Tally,
) -> io::Result<()> {
    while !trials.is_empty() && !progress.is_stopped() {
        let numbers: Vec<usize> = BTreeSet::from_iter(trials.iter().copied()).into_iter().collect();
        let mut command = Command::new(program);
        command.arg(WORK).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = sys::keep_from_ctrl_c(&mut command).spawn()?;
        // A child that is gone already tells more by how it ended.
        let _ = hand_over(&mut child, &job(cases, &numbers, settings, trials));
        let mut ended = 0;
        let mut begun = Begun::default();
        let mut count = |case: usize, tally: &mut Tally, result: Result<&[Observation], String>| {
            match result {
                Ok(observations) => tally.add(case, observations),
                Err(reason) => tally.set_unsupported(case, reason),
            }
            progress.count();
            ended += 1;
        };
        let journal = BufReader::new(child.stdout.take().expect("its standard output is a pipe"));
        for line in journal.lines() {
            if progress.is_stopped() {
                // It may have ended by itself, which is as well.
                let _ = child.kill();
                break;
            }
            match (Line::decode(&line?), begun.case) {
                (Some(Line::Begin(place)), None) => begun = Begun { case: numbers.get(place).copied(), ..begun },
                // It was only to be seen whether the run is to stop.
                (Some(Line::Waiting), _) => {}
                (Some(Line::Step(observation)), Some(_)) => begun.steps.push(observation),
                (Some(Line::End), Some(case)) => {
                    count(case, tally, Ok(&begun.steps));
                    begun = Begun::default();
                }
                (Some(Line::Unsupported(reason)), Some(case)) => {
                    count(case, tally, Err(reason));
                    begun = Begun::default();
                }
                // No line of a journal: the process ends badly, too.
                _ => break,
            }
        }
        let status = child.wait()?;
        match begun.case {
            _ if progress.is_stopped() => {}
            Some(case) if sys::killed_by_sigpipe(status) => {
                let steps = begun.after_death(cases[case].scenario.steps.len());
                count(case, tally, Ok(&steps));
            }
            None if status.success() && ended == trials.len() => {}
            case => return Err(crash(case.map(|case| &cases[case]), status)),
        }
        trials.drain(..ended);
    }
    Ok(())
}

/// The trial that a child is in.
#[derive(Default)]
struct Begun {
    case: Option<usize>,
    steps: Vec<Observation>,
}

impl Begun {
    /// The step after the last one that was told is the one that killed; those after it were not run.
    fn after_death(mut self, steps: usize) -> Vec<Observation> {
        self.steps.push(Observation { given: Given::NotRun, signal: Signal::Killed });
        self.steps.resize(steps, Observation { given: Given::NotRun, signal: Signal::None });
        self.steps
    }
}

fn crash(case: Option<&Case<'_>>, status: ExitStatus) -> io::Error {
    let what = case.map_or("between two trials".to_owned(), |case| format!("in {} {}", case.scenario.id, case.axes));
    io::Error::other(format!("a process of this run crashed {what}: {status}"))
}

fn job(cases: &[Case<'_>], numbers: &[usize], settings: &Settings, trials: &[usize]) -> Job {
    let place = |case: &usize| numbers.binary_search(case).expect("every trial's case is among the numbers");
    let job_case = |&number: &usize| {
        let Case { scenario, axes } = cases[number];
        JobCase {
            id: scenario.id.clone(),
            steps: scenario.steps.iter().map(|step| format!("{step}\n")).collect(),
            transport: axes.transport.word().to_owned(),
            call: axes.call.word().to_owned(),
            option: axes.option.word().to_owned(),
        }
    };
    Job {
        sigpipe: cases[numbers[0]].axes.sigpipe.word().to_owned(),
        await_deadline: settings.await_deadline,
        connect_deadline: settings.connect_deadline,
        cases: numbers.iter().map(job_case).collect(),
        trials: trials.iter().map(place).collect(),
    }
}

fn hand_over(child: &mut Child, job: &Job) -> io::Result<()> {
    let mut stdin = child.stdin.take().expect("its standard input is a pipe");
    stdin.write_all(serde_json::to_string(job)?.as_bytes())
}

/// The child: does the job on standard input and keeps the journal on standard output.
///
/// # Errors
///
/// A job that is none, or a selector that cannot be used.
pub fn work() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    let sigpipe = Sigpipe::from_word(&job.sigpipe).ok_or_else(wrong)?;
    let mut owned = Vec::new();
    for case in &job.cases {
        let axes = Axes {
            transport: Transport::from_word(&case.transport).ok_or_else(wrong)?,
            sigpipe,
            call: Call::from_word(&case.call).ok_or_else(wrong)?,
            option: SocketOption::from_word(&case.option).ok_or_else(wrong)?,
        };
        let steps = parse_steps(&case.steps).map_err(|_| wrong())?;
        let text = String::new;
        owned.push(Scenario {
            id: case.id.clone(),
            title: text(),
            why: text(),
            source: None,
            axes: vec![axes],
            // The deadlines of the job are those of its cases already.
            slow: false,
            steps,
        });
    }
    let cases: Vec<_> = owned.iter().map(|scenario| Case { scenario, axes: scenario.axes[0] }).collect();
    let settings = Settings {
        repeat: 1,
        jobs: 1,
        in_flight: 1,
        await_deadline: job.await_deadline,
        connect_deadline: job.connect_deadline,
        program: std::env::current_exe().ok(),
        ..Settings::default()
    };
    let queue = Queue::of(job.trials);
    let journal = Journal::new(Box::new(io::stdout()));
    let progress = Progress::default();
    let worker = Worker::new(&cases, &settings, &progress, &queue, true)?.with_journal(&journal);
    sys::set_sigpipe(sigpipe)?;
    worker.run().map(drop)
}
