//! `brokenpipe accept`.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Args;

use super::{
    failure::{Done, Failure, note, print},
    load::catalogue,
    options::{Own, RESULTS},
    stop::on_signal,
};
use crate::{
    check::{self, Terms},
    matrix::Comparison,
    report::{self, CheckFormat},
    results::Adoption,
    untrusted::shown,
};

#[derive(Debug, Args)]
pub(super) struct AcceptArgs {
    /// Files of results, or folders of them
    #[arg(value_name = "RUN", required = true)]
    run: Vec<PathBuf>,
    /// Folder to adopt them into, created if need be
    #[arg(long, value_name = "DIR", default_value = RESULTS)]
    into: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    own: Own,
}

pub(super) fn accept(args: &AcceptArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let before = if args.into.exists() { vec![args.into.clone()] } else { Vec::new() };
    let pair = Comparison::read(&before, &args.run, &catalogue).map_err(Failure::wrong)?;
    note(&pair.notes);
    let merge_error = |error| Failure::merge(&error, "--into");
    let plan = || Adoption::plan(&args.run, &args.into, &catalogue).map_err(merge_error);
    let mut adoption = plan()?;
    note(&adoption.notes);
    let checked = check::check(&pair, &[], &Terms { only_own: true, ..Terms::default() });
    print(&report::check(&checked, CheckFormat::Text))?;
    if adoption.count() == 0 {
        return Err(Failure::Wrong("nothing to adopt: none of these platforms was measured".to_owned()));
    }
    if !args.yes {
        let count = adoption.count();
        // Nobody else should wait for the answer.
        drop(adoption);
        ask(count, args)?;
        adoption = plan()?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    on_signal(move || stopped.store(true, Ordering::Relaxed), || ());
    adoption.carry_out(&stop).map_err(merge_error)
}

fn ask(platforms: usize, args: &AcceptArgs) -> Done {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::Wrong("nothing is adopted: no terminal to confirm on; pass --yes".to_owned()));
    }
    let into = shown(&args.into);
    let noun = if platforms == 1 { "platform" } else { "platforms" };
    let _ = write!(io::stderr(), "Adopt {platforms} {noun} into {into}? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::Wrong(format!("standard input: {error}")))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(Failure::No("nothing is adopted".to_owned())) }
}
