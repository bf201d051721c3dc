//! `brokenpipe site`.

use std::path::PathBuf;

use clap::Args;

use super::{
    check::{embedded_known, known_beside, make_ready},
    failure::{Done, Failure, note, print},
    load::{catalogue, given_or_embedded},
    options::Own,
    site_out::Out,
    view::{NO_RESULTS, read_matrix},
};
use crate::{
    catalogue::Catalogue,
    check::{self, Terms},
    matrix::Comparison,
    site::{self, Contents},
    untrusted::shown,
};

#[derive(Debug, Args)]
pub(super) struct SiteArgs {
    /// Folder to write the site into. A site that is there is replaced; any other folder has to be empty or missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Files of results, or folders of them; repeatable [default: those that the program carries]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Add a page of what `brokenpipe check` finds in these results, files or folders; repeatable
    #[arg(long, value_name = "RUN")]
    changes: Vec<PathBuf>,
    /// With --changes: the accepted results to compare with, a folder or a file [default: those that the program
    /// carries]
    #[arg(long, value_name = "DIR", requires = "changes")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    own: Own,
}

pub(super) fn site(args: &SiteArgs) -> Done {
    let out = Out::of(&args.out)?;
    let catalogue = catalogue(&args.own)?;
    let matrix = read_matrix(&args.results, &catalogue)?;
    if matrix.is_empty() {
        return Err(Failure::No(NO_RESULTS.to_owned()));
    }
    let pair = match args.changes.as_slice() {
        [] => None,
        run => {
            let baseline = given_or_embedded(args.baseline.as_slice());
            let mut pair = Comparison::read(baseline, run, &catalogue).map_err(Failure::wrong)?;
            note(&pair.notes);
            make_ready(&mut pair, args.baseline.as_deref(), &catalogue)?;
            Some(pair)
        }
    };
    let known = match &args.baseline {
        Some(baseline) => known_beside(baseline)?,
        None => embedded_known()?,
    };
    let terms = Terms { everything: true, ..Terms::default() };
    let checked = pair.as_ref().map(|pair| check::check(pair, &known, &terms));
    // What was read may state something else than what the program carries, which the verdicts are about.
    let carried = if args.results.is_empty() { None } else { Some(read_matrix(&[], &Catalogue::builtin())?) };
    let (carried, changes) = (carried.as_ref(), checked.as_ref());
    let files = site::files(&Contents { catalogue: &catalogue, matrix: &matrix, carried, changes });
    out.write(&files)?;
    let (count, index) = (files.len(), args.out.join("index.html"));
    print(&format!("{count} files; open {} in a browser\n", shown(&index)))
}
