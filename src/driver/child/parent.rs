//! Cases in which SIGPIPE is not ignored run in processes of their own, one trial at a time. Here is the parent: it hands
//! out jobs and reads from a child's journal what each step gave, up to the one that killed it.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use super::{
    WORK,
    protocol::{Job, Line},
};
use crate::driver::{Progress, Settings, Share, tally::Tally, trial};
use crate::{
    catalogue::Case,
    outcome::{Observation, Outcome, Signal},
    sys,
};

/// Runs trials, given by the numbers of their cases, which share what SIGPIPE does, in one process after the other, for as
/// long as each survives its trials. Trials for which no process can be started come back, or are unsupported if this is
/// `alone`.
pub(in crate::driver) fn run(
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
            Err(error) if sys::is_exhausted(&error) => format!("a process: {}", Outcome::from_error(&error)),
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
    // Those after a trial that kills are handed over for nothing, so a job has as many as the last one came to, and twice
    // as many if none of them killed.
    let mut at_once = 16;
    while !trials.is_empty() && !progress.is_stopped() {
        let handed = &trials[..at_once.min(trials.len())];
        let numbers: Vec<usize> = BTreeSet::from_iter(handed.iter().copied()).into_iter().collect();
        let mut command = Command::new(program);
        command.arg(WORK).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = sys::new_process_group(&mut command).spawn()?;
        // A child that is gone already tells more by how it ended.
        let _ = hand_over(&mut child, &Job::new(cases, &numbers, settings, handed));
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
            let line = line.inspect_err(|_| trial::end(&mut child))?;
            match (Line::decode(&line), begun.case) {
                (Some(Line::Begin(place)), case) if case.is_none() || case == numbers.get(place).copied() => {
                    begun = Begun { case: numbers.get(place).copied(), steps: Vec::new() };
                }
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
                at_once = ended;
            }
            None if status.success() && ended == handed.len() => at_once *= 2,
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
        self.steps.push(Observation { outcome: Outcome::NotRun, signal: Signal::Killed });
        self.steps.resize(steps, Observation { outcome: Outcome::NotRun, signal: Signal::None });
        self.steps
    }
}

fn crash(case: Option<&Case<'_>>, status: ExitStatus) -> io::Error {
    let what = case.map_or("between two trials".to_owned(), |case| format!("in {} {}", case.scenario.id, case.axes));
    io::Error::other(format!("a process of this run crashed {what}: {status}"))
}

fn hand_over(child: &mut Child, job: &Job) -> io::Result<()> {
    let mut stdin = child.stdin.take().expect("its standard input is a pipe");
    stdin.write_all(serde_json::to_string(job)?.as_bytes())
}
