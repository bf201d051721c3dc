//! `brokenpipe platform`.

use std::path::PathBuf;

use clap::Args;
use humantime::format_duration;

use super::{
    failure::{Done, Failure, print, print_as},
    options::look,
    view::{NO_RESULTS, read_matrix},
};
use crate::{
    catalogue::Catalogue,
    driver::Deadlines,
    platform::Platform,
    report::{self, Format},
    sys::{self, AnswerLimit},
};

#[derive(Debug, Args)]
pub(super) struct PlatformArgs {
    /// Tell the facts of all platforms of the accepted results instead
    #[arg(long)]
    list: bool,
    /// Results whose platforms are told, a folder or a file; repeatable [default: those that the program carries]
    #[arg(long, value_name = "DIR", requires = "list")]
    results: Vec<PathBuf>,
    /// Width of the text in characters, at least 40 [default: the terminal's, or 120]
    #[arg(long, value_name = "N", requires = "list", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
}

pub(super) fn platform(args: &PlatformArgs) -> Done {
    if args.list { list(args) } else { here() }
}

/// Tells the facts of platforms that there are results of.
fn list(args: &PlatformArgs) -> Done {
    let matrix = read_matrix(&args.results, &Catalogue::builtin())?;
    if matrix.is_empty() {
        return Err(Failure::No(NO_RESULTS.to_owned()));
    }
    let text = report::platforms(matrix.columns(), look(args.width));
    print_as(Format::Table, |out| out.write_all(text.as_bytes()))
}

/// Tells the facts of this platform, and what it limits.
fn here() -> Done {
    let (here, host) = (Platform::here(), sys::host());
    let (deadlines, reason) = Deadlines::on(&here);
    let facts = [
        ("platform", here.platform),
        ("os", here.os),
        ("os_version", here.os_version),
        ("kernel", here.kernel),
        ("arch", here.arch),
        ("abi", here.abi),
        ("runtime", here.runtime),
        ("evidence", host.evidence),
        ("container", host.container),
        ("selector", here.selector),
        ("rustc", here.rustc),
        ("mio", here.mio),
        ("brokenpipe", here.brokenpipe),
        ("await_deadline", format_duration(deadlines.awaits).to_string()),
        ("connect_deadline", format_duration(deadlines.connects).to_string()),
        ("deadlines", reason.unwrap_or("the usual ones: nothing is known to be slow here").to_owned()),
    ];
    let limits = sys::answer_limits();
    let limits = limits.iter().map(|limit| ("limit", in_words(limit)));
    let lines = facts.into_iter().chain(limits).map(|(fact, value)| format!("{fact:<16} {value}\n"));
    print(&lines.collect::<String>())
}

/// `NAME VALUE a second: what is limited`.
fn in_words(AnswerLimit { name, limits, unit, value, is_unlimited, .. }: &AnswerLimit) -> String {
    match value {
        None => format!("{name} unknown, since it cannot be read: {limits}"),
        Some(value) if *is_unlimited => format!("{name} {value}, which is none: {limits}"),
        Some(value) => format!("{name} {value} {unit}: {limits}"),
    }
}
