//! Options that several commands share.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use clap::Args;

use crate::{
    catalogue::{Call, CaseFilter, Sigpipe, SocketOption, Transport},
    platform::check_name,
    report::Look,
};

/// A user's own scenarios, wherever scenarios are named.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Own {
    /// Scenarios of your own, besides those built in; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) scenarios: Vec<PathBuf>,
}

/// Which cases, wherever cases are chosen.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct CaseArgs {
    /// Only cases over this transport; repeatable
    #[arg(long, value_name = "TRANSPORT")]
    transport: Vec<Transport>,
    /// Only cases in which SIGPIPE does this; repeatable
    #[arg(long, value_name = "WHAT")]
    sigpipe: Vec<Sigpipe>,
    /// Only cases in which this call writes; repeatable
    #[arg(long, value_name = "CALL")]
    call: Vec<Call>,
    /// Only cases with this option against SIGPIPE; repeatable
    #[arg(long, value_name = "OPTION")]
    option: Vec<SocketOption>,
}

impl CaseArgs {
    /// What was chosen.
    pub(super) fn filter(&self) -> CaseFilter {
        let CaseArgs { transport, sigpipe, call, option } = self.clone();
        CaseFilter { transport, sigpipe, call, option }
    }
}

/// How tables look on this standard output: as wide as the terminal, coloured there and nowhere else.
pub(super) fn look(width: Option<u16>) -> Look {
    let terminal = io::stdout().is_terminal();
    let here = || terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| width.0);
    Look { width: width.or_else(here).unwrap_or(120), colour: is_coloured(&io::stdout()) }
}

/// Whether a stream is a terminal on which NO_COLOR does not forbid colours (<https://no-color.org>).
pub(super) fn is_coloured(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The folder of results that commands read and write by default.
pub(super) const RESULTS: &str = "results";

/// A name that a platform can have.
pub(super) fn platform_name(name: &str) -> Result<String, String> {
    check_name(name).map(|()| name.to_owned()).map_err(|right| format!("expected {right}"))
}
