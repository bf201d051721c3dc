//! `brokenpipe run`.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    failure::{Done, Failure, note},
    load::{catalogue, select},
    options::{Own, RESULTS, platform_name},
    stop::{self, on_signal},
};
use crate::{
    catalogue::{Case, Selection, Transport},
    driver::{self, CaseResult, Hang, Progress, RunError, Settings},
    platform::Platform,
    results::{Before, Merged, OTHER_FACTS},
    untrusted::shown,
};

#[derive(Debug, Clone, Parser)]
pub(super) struct RunArgs {
    /// What to run; everything if nothing is named
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<String>,
    /// Folder to write the results into
    #[arg(long, value_name = "DIR", default_value = RESULTS)]
    pub(super) out: PathBuf,
    /// Trials of each case; of one whose steps race, 5 times as many
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    #[command(flatten)]
    pub(super) own: Own,
    /// Run scenarios that take seconds, too; their deadlines are at least 10s
    #[arg(long)]
    slow: bool,
    /// Run only over this transport; repeatable
    #[arg(long, value_name = "TRANSPORT")]
    pub(super) transport: Vec<Transport>,
    /// Workers, each with a thread and a selector of its own [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Wait that long before every step (1s, 250ms) instead of going as fast as events allow; cases in processes of
    /// their own, where SIGPIPE is not ignored, go on at full speed
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pace: Option<Duration>,
    /// How long an `await`, and a call that would block, waits
    #[arg(long, value_name = "DURATION", default_value = "200ms", value_parser = duration)]
    await_deadline: Duration,
    /// How long a connect waits; Windows takes two seconds to refuse one
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    connect_deadline: Duration,
    /// Stop after that long, and write the cases that are complete; 0 means never [default: 5m, with --slow 10m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    time_limit: Option<Duration>,
    /// Call this platform NAME instead of what `brokenpipe platform` says
    #[arg(long, value_name = "NAME", value_parser = platform_name)]
    platform: Option<String>,
    /// Say nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// The results are for another command, not for the user
    #[arg(skip)]
    pub(super) aside: bool,
}

impl Default for RunArgs {
    fn default() -> Self {
        RunArgs::parse_from(["run"])
    }
}

/// A duration of at most one day, which every clock can count.
fn duration(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err("at most 1day".to_owned()),
        Err(error) => Err(format!("{error}; expected a duration such as 200ms or 5s")),
    }
}

impl RunArgs {
    fn settings(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            repeat: self.repeat,
            jobs: self.jobs.map_or(usual.jobs, usize::from),
            await_deadline: self.await_deadline,
            connect_deadline: self.connect_deadline,
            pace: self.pace.unwrap_or_default(),
            time_limit: self.time_limit(),
            program: std::env::current_exe().ok(),
            ..usual
        }
    }
}

impl RunArgs {
    fn time_limit(&self) -> Duration {
        self.time_limit.unwrap_or(Duration::from_secs(if self.slow { 600 } else { 300 }))
    }
}

pub(super) fn run(args: &RunArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let selection = Selection::new(&args.selectors).map_err(Failure::wrong)?.over(&args.transport).with_slow(args.slow);
    let cases = select(&selection, &catalogue)?;
    let mut platform = Platform::here();
    if let Some(name) = &args.platform {
        platform.platform.clone_from(name);
    }
    let merge_error = |error| Failure::merge(&error, "--out");
    let before = Before::read(&args.out, &platform, &selection, &catalogue).map_err(merge_error)?;
    note(&before.notes);

    let begun = Instant::now();
    let progress = Progress::default();
    let (to_stop, to_leave) = (progress.clone(), progress.clone());
    on_signal(move || to_stop.stop(), move || to_leave.kill_processes());
    let (measured, broken) = measure(&cases, args, &progress)
        .map_or_else(|RunError { error, results }| (results, Some(error)), |measured| (measured, None));
    if progress.is_out_of_time() {
        stop::out_of_time();
    }
    for line in hang_report(&progress.hangs()) {
        let _ = writeln!(io::stderr(), "{line}");
    }
    if let Some(error) = &broken
        && measured.iter().all(|result| matches!(result, CaseResult::NotRun(_)))
    {
        return Err(Failure::Wrong(format!("the run failed: {error}; nothing is written")));
    }

    let name = platform.platform.clone();
    let merged = Before::merge_into(&args.out, platform, &selection, (&cases, &measured), &catalogue);
    let (merged, path) = merged.map_err(|error| match &broken {
        Some(broken) => Failure::Wrong(format!("the run failed: {broken}; {error}")),
        None => merge_error(error),
    })?;

    let path = (!args.aside).then_some(path.as_path());
    let summary = summarize(&name, &measured, &merged, progress.finished(), path);
    if let Some(error) = broken {
        return Err(Failure::Wrong(format!("the run failed: {error}; {summary}")));
    }
    if progress.is_stopped() {
        return Err(Failure::Interrupted(format!("{}: {summary}", stop::cause())));
    }
    if !args.quiet {
        let _ = writeln!(io::stderr(), "{summary} in {:.2} s", begun.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Runs the cases, with a progress bar on a terminal.
fn measure(cases: &[Case<'_>], args: &RunArgs, progress: &Progress) -> Result<Vec<CaseResult>, RunError> {
    let settings = args.settings();
    let trials = cases.iter().map(|case| settings.trials(case)).sum();
    thread::scope(|scope| {
        let (_running, ended) = mpsc::channel();
        if !args.quiet && io::stderr().is_terminal() {
            scope.spawn(move || show_progress(trials, progress, &ended));
        }
        driver::run(cases, &settings, progress)
    })
}

/// Shows a progress bar until the sender of `ended` is dropped.
fn show_progress(trials: u64, progress: &Progress, ended: &Receiver<()>) {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} trials {elapsed}");
    let bar = ProgressBar::new(trials).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    while ended.recv_timeout(Duration::from_millis(50)) == Err(RecvTimeoutError::Timeout) {
        bar.set_position(progress.finished());
    }
    bar.finish_and_clear();
}

/// What the trials were at that had not ended when the run was stopped, one line for all trials of a case that were at
/// the same. After a signal only of those that were overdue: that others wait for a deadline is no news.
fn hang_report(hangs: &[Hang]) -> Vec<String> {
    /// More lines than that tell nothing more.
    const LINES: usize = 20;
    let mut lines: IndexMap<_, (&Hang, usize)> = IndexMap::new();
    for hang in hangs.iter().filter(|hang| hang.is_overdue || stop::is_out_of_time()) {
        lines.entry((&hang.case, &hang.step)).or_insert((hang, 0)).1 += 1;
    }
    let rest = lines.len().saturating_sub(LINES);
    let line = |(hang, trials): &(&Hang, usize)| {
        let what = if hang.is_overdue { "hangs" } else { "waits" };
        let others = if *trials > 1 { format!(" ({trials} trials)") } else { String::new() };
        format!("{what}: {hang}{others}")
    };
    let mut report: Vec<_> = lines.values().take(LINES).map(line).collect();
    if rest > 0 {
        report.push(format!("and {rest} other cases"));
    }
    report
}

/// What a run did, in one line. `path` is the file, unless it is temporary.
fn summarize(name: &str, measured: &[CaseResult], merged: &Merged, trials: u64, path: Option<&Path>) -> String {
    let count = |fits: fn(&CaseResult) -> bool| measured.iter().filter(|result| fits(result)).count();
    let of_all = count(|result| matches!(result, CaseResult::Measured { .. }));
    let mut summary = format!("{name}: {of_all} of {} cases measured", measured.len());
    let others = [
        ("unsupported", count(|result| matches!(result, CaseResult::Unsupported(_)))),
        ("not run", count(|result| matches!(result, CaseResult::NotRun(_)))),
        ("kept from before", merged.kept),
        (&format!("dropped from before ({OTHER_FACTS})"), merged.dropped),
    ];
    for (what, count) in others.into_iter().filter(|(_, count)| *count > 0) {
        summary += &format!(", {count} {what}");
    }
    let written = path.map_or("nothing is written".to_owned(), |path| format!("written to {}", shown(path)));
    format!("{summary}, {trials} trials, {written}")
}
