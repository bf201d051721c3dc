//! What can be typed.

use clap::{Parser, Subcommand};

use super::{
    absent::AbsentArgs, accept::AcceptArgs, check::CheckArgs, diff::DiffArgs, list::ListArgs, report::ReportArgs,
    run::RunArgs, show::ShowArgs,
};

/// What an operating system tells a program when the other end of a connection goes away.
///
/// Without a command: runs everything here, writes the results into `results`, and shows in what this platform differs
/// from the others there.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER, after_long_help = AFTER)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const AFTER: &str = "\
SELECTOR is a scenario's id (peer-close/read-read-write), a family (peer-close) or a glob ('peer-*', '*/read-*').

Exit codes:
    0  done
    1  the answer is no: nothing selected, no such scenario or platform, no results; of `check`: something changed
    2  wrong input or environment: an argument, a file, a folder that cannot be written; of `check`: it cannot be told
  130  interrupted by Ctrl-C; cases that were complete are written; of the others the folder
       keeps earlier results, and those without any are `not-run`";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios on this machine and write what they gave.
    Run(RunArgs),
    /// Show the matrix of results: scenarios and steps down, platforms across.
    Report(ReportArgs),
    /// Show the rows in which two platforms differ; without names, how many rows that are for each two.
    Diff(DiffArgs),
    /// Compare results, or this machine, with accepted results, and fail if something changed.
    Check(CheckArgs),
    /// Adopt results as the ones to check against, or put those of several folders together.
    Accept(AcceptArgs),
    /// Write results of a platform that could not be measured: every case not run, and why.
    Absent(AbsentArgs),
    /// List scenarios and their cases, one a line, without running them.
    List(ListArgs),
    /// Explain one scenario: why it matters, its steps, and what every platform gave.
    Show(ShowArgs),
    /// Tell what this platform is called, and the facts behind the name.
    Platform,
}
