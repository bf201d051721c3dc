//! `brokenpipe run`.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    num::NonZero,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use humantime::format_duration;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    failure::{Done, Failure, note, print},
    load::{catalogue, select},
    options::{CaseArgs, OWN_RESULTS, Own, platform_name},
    stop::{self, on_signal},
    summary::{hang_report, not_run, summarize},
};
use crate::{
    catalogue::{Case, Selection},
    driver::{self, AnswerRates, CaseResult, Deadlines, Progress, RunError, Settings},
    platform::Platform,
    results::{Before, MergeError, PLATFORMS, checked_field},
    sys,
};

#[derive(Debug, Clone, Parser)]
pub(super) struct RunArgs {
    /// What to run; everything if nothing is named
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<String>,
    /// Folder to write the results into; `-` prints platforms.csv and the results instead, each followed by an empty
    /// line
    #[arg(long, value_name = "DIR", default_value = OWN_RESULTS)]
    pub(super) out: PathBuf,
    /// Trials of each case; of one whose steps race, 5 times as many
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    #[command(flatten)]
    pub(super) own: Own,
    /// Run scenarios that take seconds, too; their deadlines are at least 10s
    #[arg(long)]
    slow: bool,
    #[command(flatten)]
    pub(super) only: CaseArgs,
    /// Workers, each with a thread and a selector of its own [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Wait that long before every step (1s, 250ms) instead of going as fast as events allow; cases in processes of
    /// their own, where SIGPIPE is not ignored, go on at full speed
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pace: Option<Duration>,
    /// How long an `await`, and a call that would block, waits [default: 200ms; 2s on Windows, on a slow machine, and
    /// where something stands in for a kernel or a processor]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    await_deadline: Option<Duration>,
    /// How long a connect waits [default: 5s, or 20s in the same places]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    connect_deadline: Option<Duration>,
    /// Draw at most N resets, and N ICMP errors, a second, where the system limits these and does not tell [default:
    /// half of what `brokenpipe platform` says that it sends]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    answers_per_second: Option<u32>,
    /// Stop after that long, and write the cases that are complete; 0 means never [default: 5m, with --slow 10m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    time_limit: Option<Duration>,
    /// Call this platform NAME instead of what `brokenpipe platform` says
    #[arg(long, value_name = "NAME", value_parser = platform_name)]
    platform: Option<String>,
    /// Say in `platforms.csv` what readers of these results must know, such as settings of the kernel; '' for nothing.
    /// Without it a run of everything leaves no note, and a run of a selection keeps the one that is there
    #[arg(long, value_name = "TEXT", value_parser = note_text)]
    note: Option<String>,
    /// Say nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// The results are for another command, not for the user
    #[arg(skip)]
    pub(super) aside: bool,
}

/// The folder that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

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

/// A text that a field of a CSV file can hold.
fn note_text(text: &str) -> Result<String, String> {
    checked_field("note", text.as_bytes()).map(str::to_owned)
}

impl RunArgs {
    fn settings(&self, platform: &Platform) -> Settings {
        let usual = Settings::default();
        let (here, _) = Deadlines::on(platform);
        let rate = self.answers_per_second.and_then(NonZero::new);
        Settings {
            repeat: self.repeat,
            jobs: self.jobs.map_or(usual.jobs, usize::from),
            await_deadline: self.or_given(here).awaits,
            connect_deadline: self.or_given(here).connects,
            on_slow_machine: Some(self.or_given(Deadlines::LONG)),
            answer_rates: rate.map_or(usual.answer_rates, AnswerRates::of_each),
            pace: self.pace.unwrap_or_default(),
            time_limit: self.time_limit(),
            program: sys::program(),
            ..usual
        }
    }

    /// The deadlines, or what was given in their place.
    fn or_given(&self, Deadlines { awaits, connects }: Deadlines) -> Deadlines {
        Deadlines { awaits: self.await_deadline.unwrap_or(awaits), connects: self.connect_deadline.unwrap_or(connects) }
    }

    /// The deadlines that a run had, and a note if the program chose others than the usual.
    fn deadlines(&self, platform: &Platform, progress: &Progress) -> (Deadlines, Option<String>) {
        let (here, reason) = match Deadlines::on(platform) {
            (_, None) if progress.is_machine_slow() => (Deadlines::LONG, Some("this machine is slow")),
            known => known,
        };
        let deadlines = self.or_given(here);
        let note = |reason| {
            let (awaits, connects) = (format_duration(deadlines.awaits), format_duration(deadlines.connects));
            format!("{reason}: events are awaited for {awaits}, and connects for {connects}")
        };
        (deadlines, reason.filter(|_| deadlines != self.or_given(Deadlines::USUAL)).map(note))
    }
}

impl RunArgs {
    fn time_limit(&self) -> Duration {
        self.time_limit.unwrap_or(Duration::from_secs(if self.slow { 600 } else { 300 }))
    }
}

pub(super) fn run(args: &RunArgs) -> Done {
    if args.out != *Path::new(STANDARD_OUTPUT) {
        return run_into(&args.out, args);
    }
    let folder = tempfile::tempdir().map_err(|error| Failure::Wrong(format!("a temporary folder: {error}")))?;
    let ran = run_into(folder.path(), args);
    print_tables(folder.path())?;
    ran
}

/// Prints the tables in a folder, that of the platforms first, with an empty line after each, so that a reader can tell
/// whether it has got all of them. Prints nothing if there are none.
fn print_tables(folder: &Path) -> Done {
    let cannot = |error| Failure::Wrong(format!("a temporary folder: {error}"));
    let files = fs::read_dir(folder).map_err(cannot)?.map(|entry| entry.map(|entry| entry.path()));
    let mut tables: Vec<_> = files.collect::<Result<_, _>>().map_err(cannot)?;
    tables.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    tables.sort_by_key(|path| path.file_name().is_none_or(|name| name != PLATFORMS));
    let mut text = String::new();
    for table in tables {
        text += &fs::read_to_string(table).map_err(cannot)?;
        text.push('\n');
    }
    print(&text)
}

fn run_into(out: &Path, args: &RunArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let selection =
        Selection::new(&args.selectors).map_err(Failure::wrong)?.of_cases(args.only.filter()).with_slow(args.slow);
    let cases = select(&selection, &catalogue, "run")?;
    let mut platform = Platform::here();
    if let Some(name) = &args.platform {
        platform.platform.clone_from(name);
    }
    let merge_error = |error| Failure::merge(&error, "--out");
    let before = Before::read(out, &platform, &selection, &catalogue).map_err(merge_error)?;
    note(&before.notes);

    let begun = Instant::now();
    let progress = Progress::default();
    let (to_stop, to_leave) = (progress.clone(), progress.clone());
    on_signal(move || to_stop.stop(), move || to_leave.kill_processes());
    let (measured, broken) = measure(&cases, args, &platform, &progress)
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

    let (deadlines, why) = args.deadlines(&platform, &progress);
    if !args.quiet {
        note(why.as_slice());
    }
    platform.await_deadline = format_duration(deadlines.awaits).to_string();
    platform.connect_deadline = format_duration(deadlines.connects).to_string();
    let name = platform.platform.clone();
    let note = args.note.as_deref();
    let merged = Before::merge_into(out, platform, note, &selection, (&cases, &measured), &catalogue);
    let (merged, path) = merged.map_err(|error| match (&broken, &error) {
        (Some(broken), _) => Failure::Wrong(format!("the run failed: {broken}; {error}")),
        (None, MergeError::Incomplete(_)) if !progress.is_stopped() => {
            let mut lines = not_run(&measured);
            lines.push(format!("error: {error}; write elsewhere with --out"));
            Failure::NotRun(lines)
        }
        (None, _) => merge_error(error),
    })?;

    let path = if out == args.out { path.as_path() } else { Path::new("standard output") };
    let path = (!args.aside).then_some(path);
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
    match not_run(&measured) {
        lines if lines.is_empty() => Ok(()),
        lines => Err(Failure::NotRun(lines)),
    }
}

/// Runs the cases, with a progress bar on a terminal.
fn measure(
    cases: &[Case<'_>],
    args: &RunArgs,
    platform: &Platform,
    progress: &Progress,
) -> Result<Vec<CaseResult>, RunError> {
    let settings = args.settings(platform);
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
