//! `brokenpipe absent`.

use std::path::PathBuf;

use clap::Args;

use super::{
    failure::{Done, Failure},
    load::{catalogue, read_results_if_any, refuse_loss_of_facts},
    options::{Own, RESULTS, platform_name},
};
use crate::{catalogue::Selection, results::Results, untrusted::shown};

#[derive(Debug, Args)]
pub(super) struct AbsentArgs {
    /// What the platform is called
    #[arg(value_parser = platform_name)]
    platform: String,
    /// Why it was not measured; the note of every row
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Folder to write the results into
    #[arg(long, value_name = "DIR", default_value = RESULTS)]
    out: PathBuf,
    #[command(flatten)]
    own: Own,
}

pub(super) fn absent(args: &AbsentArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    if args.reason.trim().is_empty() {
        return Err(Failure::Wrong("--reason: an empty text; why was it not measured?".to_owned()));
    }
    refuse_loss_of_facts(&args.out, |name| name == args.platform, "--out")?;
    let before = read_results_if_any(&args.out)?;
    if before.rows.iter().any(|row| row.platform == args.platform) {
        return Err(Failure::Wrong(format!(
            "{}: has results of {} already, and they stay",
            shown(&args.out),
            args.platform
        )));
    }
    let mut results = Results::default();
    let cases = Selection::default().cases(&catalogue);
    results
        .add_absent(&args.platform, &cases, &args.reason)
        .map_err(|problem| Failure::Wrong(format!("--reason: {problem}")))?;
    results.write(&args.out, &args.platform).map_err(Failure::wrong)?;
    Ok(())
}
