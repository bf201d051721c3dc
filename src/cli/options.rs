//! Options that several commands share.

use std::{
    env,
    io::{self, IsTerminal},
    path::PathBuf,
};

use clap::Args;

use crate::{
    catalogue::{Call, CaseFilter, ReadCall, Sigpipe, SocketOption, Transport, Wait},
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
    /// Only cases in which this call reads; repeatable
    #[arg(long, value_name = "CALL")]
    read_call: Vec<ReadCall>,
    /// Only cases in which this call waits; repeatable
    #[arg(long, value_name = "CALL")]
    wait: Vec<Wait>,
}

impl CaseArgs {
    /// What was chosen.
    pub(super) fn filter(&self) -> CaseFilter {
        let CaseArgs { transport, sigpipe, call, option, read_call, wait } = self.clone();
        CaseFilter { transport, sigpipe, call, option, read_call, wait }
    }
}

/// How tables look on this standard output: as wide as the terminal, coloured there and nowhere else.
pub(super) fn look(width: Option<u16>) -> Look {
    let terminal = io::stdout().is_terminal();
    let here = || terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| width.0);
    Look { width: width.or_else(here).unwrap_or(120), colour: is_coloured(&io::stdout()), legend: true }
}

/// Whether a stream is a terminal that understands colours, on which NO_COLOR does not forbid them
/// (<https://no-color.org>).
pub(super) fn is_coloured(stream: &impl IsTerminal) -> bool {
    let is_forbidden = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !is_forbidden && env::var_os("TERM").is_none_or(|value| value != "dumb")
}

/// The folder of accepted results in a checkout, which only `accept` writes into.
pub(super) const RESULTS: &str = "results";

/// The folder that a run writes into by default.
pub(super) const OWN_RESULTS: &str = "brokenpipe-results";

/// A name that a platform can have.
pub(super) fn platform_name(name: &str) -> Result<String, String> {
    check_name(name).map(|()| name.to_owned()).map_err(|right| format!("expected {right}"))
}
