//! What can be typed.

use clap::{Parser, Subcommand};

use super::{
    absent::AbsentArgs,
    accept::AcceptArgs,
    check::CheckArgs,
    completions::{CompletionsArgs, ManArgs},
    diff::DiffArgs,
    explain::ExplainArgs,
    guide::GuideArgs,
    lint::LintArgs,
    list::ListArgs,
    platform::PlatformArgs,
    report::ReportArgs,
    run::RunArgs,
    show::ShowArgs,
    site::SiteArgs,
};

/// What an operating system tells a program when the other end of a connection goes away.
///
/// Without a command: measures this machine, writes the results into `brokenpipe-results`, and shows this machine beside
/// what is known of other systems.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER, after_long_help = AFTER)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Print long texts at once, without $PAGER or less
    #[arg(long, global = true)]
    pub(super) no_pager: bool,
}

impl Command {
    /// Whether it prints a text to be read, which may be long.
    pub(super) fn is_for_readers(&self) -> bool {
        matches!(
            self,
            Command::Report(_)
                | Command::Diff(_)
                | Command::List(_)
                | Command::Show(_)
                | Command::Explain(_)
                | Command::Guide(_)
        )
    }
}

const AFTER: &str = "\
SELECTOR is a scenario's id (peer-close/read-read-write), a family (peer-close) or a glob ('peer-*', '*/read-*').

`brokenpipe guide` lists the chapters of the guide; `brokenpipe guide steps` has every operation of the step language.

Exit codes:
    0  done
    1  no: nothing was selected, no such scenario or platform, no results; `check`: something changed
    2  wrong input or environment: an argument, a file, a folder that cannot be written; `check`: inconclusive;
       `lint`: mistakes in results
    3  `run`: not complete: the time limit passed, or some cases were not run, because this machine or a sandbox has
       something switched off or too little of it
    4  `check`: new: nothing changed, but a platform has no accepted results to compare with
  130  interrupted by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP, 149 by Ctrl-Break
After 3 and those that follow, complete cases are written; others keep earlier results or are `not-run`.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios on this machine and write the results.
    Run(RunArgs),
    /// Show the overview, questions down and systems across; with --details, the matrix of all results.
    Report(ReportArgs),
    /// Show the rows in which two systems or platforms differ; without names, the number of such rows for
    /// each pair of platforms.
    Diff(DiffArgs),
    /// Compare results, or this machine, with accepted results, and fail if something changed.
    Check(CheckArgs),
    /// Adopt results as the ones to check against, or put those of several folders together.
    Accept(AcceptArgs),
    /// Write results of a platform that could not be measured: every case not run, and why.
    Absent(AbsentArgs),
    /// Check files of results, measured or written by hand, against the scenarios and the systems' errors; with
    /// --template, print rows to fill in.
    Lint(LintArgs),
    /// List scenarios and their cases, one per line, without running them.
    List(ListArgs),
    /// Tell which error a name, a number, a message or a log is about, what it means, where it comes from
    /// and what to do.
    Explain(ExplainArgs),
    /// Show a scenario: why it matters, and what its steps gave on each system; or several, in brief.
    Show(ShowArgs),
    /// Write everything as a site: static pages that work from a folder, without a server or JavaScript.
    Site(SiteArgs),
    /// Tell what this platform is called, and the facts behind the name; with --list, those of all platforms.
    Platform(PlatformArgs),
    /// Explain how to use brokenpipe and how it works, a chapter at a time.
    Guide(GuideArgs),
    /// Print a script that completes commands and options in a shell.
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder.
    #[command(hide = true)]
    Man(ManArgs),
}
