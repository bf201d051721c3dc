//! `brokenpipe run`.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    failure::{Done, Failure, note},
    load::{catalogue, select},
    options::{Own, RESULTS, platform_name},
};
use crate::{
    catalogue::{Case, Selection, Transport},
    driver::{self, CaseResult, Progress, RunError, Settings},
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
            program: std::env::current_exe().ok(),
            ..usual
        }
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
    let progress = Arc::new(Progress::default());
    stop_at_ctrl_c(&progress);
    let (measured, broken) = measure(&cases, args, &progress)
        .map_or_else(|RunError { error, results }| (results, Some(error)), |measured| (measured, None));
    if let Some(error) = &broken
        && measured.iter().all(|result| matches!(result, CaseResult::NotRun(_)))
    {
        return Err(Failure::Wrong(format!("the run failed: {error}; nothing is written")));
    }

    let name = platform.platform.clone();
    let merged = before.merge(platform, &cases, &measured, &catalogue).map_err(|error| match &broken {
        Some(broken) => Failure::Wrong(format!("the run failed: {broken}; {error}")),
        None => merge_error(error),
    })?;
    let path = merged.results.write(&args.out, &name).map_err(Failure::wrong)?;

    let path = (!args.aside).then_some(path.as_path());
    let summary = summarize(&name, &measured, &merged, progress.finished(), path);
    if let Some(error) = broken {
        return Err(Failure::Wrong(format!("the run failed: {error}; {summary}")));
    }
    if progress.is_stopped() {
        return Err(Failure::Interrupted(format!("interrupted: {summary}")));
    }
    if !args.quiet {
        let _ = writeln!(io::stderr(), "{summary} in {:.2} s", begun.elapsed().as_secs_f64());
    }
    Ok(())
}

/// The first Ctrl-C ends the run after the trials in flight. Another one ends the program if the run goes on.
fn stop_at_ctrl_c(progress: &Arc<Progress>) {
    // A terminal's Ctrl-C can reach the program twice within that time: through its process group and its parent.
    const SAME_KEYSTROKE: Duration = Duration::from_secs(1);
    let progress = Arc::clone(progress);
    let mut first = None;
    // Without a handler Ctrl-C ends the program at once, and every file is still complete.
    let _ = ctrlc::set_handler(move || {
        if first.get_or_insert_with(Instant::now).elapsed() > SAME_KEYSTROKE {
            std::process::exit(130);
        }
        progress.stop();
    });
}

/// Runs the cases, with a progress bar on a terminal.
fn measure(cases: &[Case<'_>], args: &RunArgs, progress: &Progress) -> Result<Vec<CaseResult>, RunError> {
    let settings = args.settings();
    if !args.quiet
        && let Some((descriptors, at_once)) = driver::few_descriptors(&settings)
    {
        note(&[format!(
            "only {descriptors} more descriptors may be opened, so no more than about {at_once} trials run at a time, \
             and the run takes longer; the limit is what `ulimit -Hn` shows"
        )]);
    }
    let trials = cases.iter().map(|case| settings.trials(case)).sum();
    thread::scope(|scope| {
        let (_running, ended) = mpsc::channel();
        if !args.quiet && io::stderr().is_terminal() {
            // Without a thread there is no bar.
            let _ = thread::Builder::new().spawn_scoped(scope, move || show_progress(trials, progress, &ended));
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
