//! `brokenpipe absent`.

use std::path::PathBuf;

use clap::Args;

use super::{
    failure::{Done, Failure, note},
    load::catalogue,
    options::{OWN_RESULTS, Own, platform_name},
};
use crate::{
    catalogue::Selection,
    results::{FolderLock, Results, check_absent},
};

#[derive(Debug, Args)]
pub(super) struct AbsentArgs {
    /// What the platform is called
    #[arg(value_parser = platform_name)]
    platform: String,
    /// Why it was not measured; the note of every row
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Folder to write the results into
    #[arg(long, value_name = "DIR", default_value = OWN_RESULTS)]
    out: PathBuf,
    #[command(flatten)]
    own: Own,
}

pub(super) fn absent(args: &AbsentArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    if args.reason.trim().is_empty() {
        return Err(Failure::Wrong("--reason: empty text; say why the platform was not measured".to_owned()));
    }
    let lock = FolderLock::take(&args.out).map_err(Failure::wrong)?;
    note(&lock.notes);
    note(&check_absent(&args.out, &args.platform).map_err(|error| Failure::merge(&error, "--out"))?);
    let mut results = Results::default();
    let cases = Selection::default().cases(&catalogue);
    results
        .add_absent(&args.platform, &cases, &args.reason)
        .map_err(|problem| Failure::Wrong(format!("--reason: {problem}")))?;
    results.write_into(&lock, &args.platform).map_err(Failure::wrong)?;
    Ok(())
}
