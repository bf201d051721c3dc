//! The parent's side: hands out jobs, and reads from a child's journal what each step gave, up to the one that killed it.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use super::job::{Job, WORK};
use crate::{
    catalogue::Case,
    driver::{journal::Line, settings::Run, tally::Tally, trial::context::kill_and_wait},
    outcome::{Observation, Outcome, Signal},
    sys,
};

/// Runs a batch of trials, given by the 0-based numbers of their cases, which all set SIGPIPE to the same, in one process
/// after the other, each for as long as it survives its trials. Returns the trials for which no process could be started;
/// as a `last_resort` these are unsupported instead.
///
/// # Errors
///
/// A process crashed outside its scenario, or cannot be started for another reason than exhaustion. The tally has the
/// trials that had ended.
pub(in crate::driver) fn run(
    run: Run<'_>,
    batch: &[usize],
    last_resort: bool,
    tally: &mut Tally,
) -> io::Result<Vec<usize>> {
    let mut left = batch.to_vec();
    let Some(&first) = batch.first() else { return Ok(left) };
    let reason = match &run.settings.program {
        _ if !sys::has_sigpipe(run.cases[first].axes.sigpipe) => "this system has no SIGPIPE".to_owned(),
        None => "needs the program itself to start a process with".to_owned(),
        Some(program) => match in_children(run, program, &mut left, tally) {
            // Those still left when the run is stopped are not run.
            Ok(()) => return Ok(Vec::new()),
            Err(error) if !sys::is_exhausted(&error) => return Err(error),
            Err(_) if !last_resort => return Ok(left),
            Err(error) => format!("a process: {}", Outcome::from_error(&error)),
        },
    };
    for case in left {
        tally.set_unsupported(case, reason.clone());
        run.progress.count();
    }
    Ok(Vec::new())
}

/// Takes trials off `trials` as they end.
fn in_children(run: Run<'_>, program: &Path, trials: &mut Vec<usize>, tally: &mut Tally) -> io::Result<()> {
    let Run { cases, progress, .. } = run;
    // Trials after one that kills are handed out in vain, so a job has as many as the last one completed, and twice as
    // many if none of them killed.
    let mut at_once = 16;
    while !trials.is_empty() && !progress.is_stopped() {
        let handed = &trials[..at_once.min(trials.len())];
        let numbers: Vec<usize> = BTreeSet::from_iter(handed.iter().copied()).into_iter().collect();
        let mut command = Command::new(program);
        command.arg(WORK).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = sys::new_process_group(&mut command).spawn()?;
        // If the child has ended already, its status tells more than this error.
        let _ = hand_over(&mut child, &Job::new(run, &numbers, handed));
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
            match (Line::decode(&line), present.take()) {
                (Some(Line::Begin(place)), before)
                    if place < numbers.len() && before.as_ref().is_none_or(|(case, _)| *case == numbers[place]) =>
                {
                    present = Some((numbers[place], Vec::new()));
                    continue;
                }
                // It only gave the chance to see whether the run is to stop.
                (Some(Line::Waiting), before) => {
                    present = before;
                    continue;
                }
                (Some(Line::Observed(observation)), Some((case, mut observations))) => {
                    observations.push(observation);
                    present = Some((case, observations));
                    continue;
                }
                (Some(Line::Ended), Some((case, observations))) => tally.add(case, &observations),
                (Some(Line::Unsupported(reason)), Some((case, _))) => tally.set_unsupported(case, reason),
                // This is no journal: the status is not going to be a good one, either.
                (_, before) => {
                    present = before;
                    break;
                }
            }
            progress.count();
            ended += 1;
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
            present => return Err(crash(present.map(|(case, _)| &cases[case]), status)),
        }
        trials.drain(..ended);
    }
    Ok(())
}

fn hand_over(child: &mut Child, job: &Job) -> io::Result<()> {
    let mut stdin = child.stdin.take().expect("its standard input is a pipe");
    stdin.write_all(serde_json::to_string(job)?.as_bytes())
}

fn crash(case: Option<&Case<'_>>, status: ExitStatus) -> io::Error {
    let place = case.map_or("between two trials".to_owned(), |case| format!("in {} {}", case.scenario.id, case.axes));
    io::Error::other(format!("a process of this run crashed {place}: {status}"))
}
