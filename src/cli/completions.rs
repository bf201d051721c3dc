//! `brokenpipe completions` and `brokenpipe man`: what follows from the command line's description.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{
    args::Args,
    failure::{Done, Failure, print},
};
use crate::untrusted::shown;

/// The program's name on a command line.
const NAME: &str = "brokenpipe";

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell that reads them
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), NAME, &mut script);
    print(&String::from_utf8_lossy(&script))
}

#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// The folder, which must exist
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(super) fn man(args: &ManArgs) -> Done {
    clap_mangen::generate_to(Args::command(), &args.dir)
        .map_err(|error| Failure::Wrong(format!("{}: the manual pages cannot be written: {error}", shown(&args.dir))))
}
