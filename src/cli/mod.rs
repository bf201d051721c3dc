//! The command line: what is asked is parsed once, carried out by one file a command, and answered with an exit code.

mod absent;
mod accept;
mod args;
mod ascii;
mod check;
mod completions;
mod diff;
mod explain;
mod failure;
mod guide;
mod here;
mod language;
mod lint;
mod list;
mod load;
mod nearest;
mod next;
mod options;
mod pager;
mod platform;
mod report;
mod run;
mod show;
mod site;
mod site_out;
mod stop;
mod summary;
mod view;

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use crate::{driver, untrusted::no_command};
use args::{Args, Command};
use failure::{Done, Failure, not_printed};

/// Parses the command line, carries it out, and returns the exit code that `--help` documents.
pub fn main() -> ExitCode {
    // A run starts hundreds of processes with one such word, and each would pay for all that people can type: on an
    // emulated processor that is a good part of its life.
    let typed: Vec<_> = env::args_os().skip(1).collect();
    let part = if let [word] = &typed[..] { driver::part_of_run(word) } else { None };
    let done = match part {
        Some(part) => part().map_err(Failure::wrong),
        None => match Args::try_parse() {
            Ok(args) => carry_out(args),
            // Help and the version are no errors, and go to standard output.
            Err(answer) => match answer.print() {
                Ok(()) => return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2)),
                Err(error) => not_printed(&error),
            },
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let (code, message) = failure.ending();
            if !message.is_empty() {
                // Nobody is left to be told if standard error is closed.
                let _ = writeln!(io::stderr(), "{}", no_command(&message));
            }
            ExitCode::from(code)
        }
    }
}

fn carry_out(Args { command, no_pager }: Args) -> Done {
    if !no_pager && command.as_ref().is_some_and(Command::is_for_readers) {
        pager::allow();
    }
    match command {
        None => here::here(),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Report(args)) => report::report(&args),
        Some(Command::Diff(args)) => diff::diff(&args),
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::Accept(args)) => accept::accept(&args),
        Some(Command::Absent(args)) => absent::absent(&args),
        Some(Command::Lint(args)) => lint::lint(&args),
        Some(Command::List(args)) => list::list(&args),
        Some(Command::Explain(args)) => explain::explain(&args),
        Some(Command::Show(args)) => show::show(&args),
        Some(Command::Site(args)) => site::site(&args),
        Some(Command::Platform(args)) => platform::platform(&args),
        Some(Command::Guide(args)) => guide::guide(&args),
        Some(Command::Completions(args)) => completions::completions(&args),
        Some(Command::Man(args)) => completions::man(&args),
    }
}
