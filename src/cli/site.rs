//! `brokenpipe site`.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    check::{embedded_known, known_beside},
    failure::{Done, Failure, note, print},
    load::{catalogue, given_or_embedded},
    options::Own,
    view::{NO_RESULTS, read_matrix},
};
use crate::{
    catalogue::Catalogue,
    check::{self, Terms},
    matrix::Comparison,
    site::{self, Contents, File},
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
    /// With --changes: the accepted results to compare with, a folder or a file [default: those that the program carries]
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
        run => Some(
            Comparison::read(given_or_embedded(args.baseline.as_slice()), run, &catalogue).map_err(Failure::wrong)?,
        ),
    };
    let known = match &args.baseline {
        Some(baseline) => known_beside(baseline)?,
        None => embedded_known()?,
    };
    let terms = Terms { everything: true, ..Terms::default() };
    let checked = pair.as_ref().map(|pair| {
        note(&pair.notes);
        check::check(pair, &known, &terms)
    });
    // What was read may state something else than what the program carries, which the verdicts are about.
    let carried = if args.results.is_empty() { None } else { Some(read_matrix(&[], &Catalogue::builtin())?) };
    let (carried, changes) = (carried.as_ref(), checked.as_ref());
    let files = site::files(&Contents { catalogue: &catalogue, matrix: &matrix, carried, changes });
    out.write(&files)?;
    let (count, index) = (files.len(), args.out.join("index.html"));
    print(&format!("{count} files; open {} in a browser\n", shown(&index)))
}

/// The folder that a site is written into.
struct Out<'a> {
    folder: &'a Path,
}

/// In the first page of each site, by which a folder is known to be one.
const MARK: &str = r#"<meta name="generator" content="brokenpipe">"#;

impl<'a> Out<'a> {
    /// Fails if there is something in the folder that is no site.
    fn of(folder: &'a Path) -> Result<Self, Failure> {
        let wrong = |what: &str| {
            let name = shown(folder);
            Err(Failure::Wrong(format!(
                "--out {name}: {what}; expected a new folder, an empty one, or a site to replace"
            )))
        };
        match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
            Ok(true) => Ok(Out { folder }),
            Ok(false) => match fs::read_to_string(folder.join("index.html")) {
                Ok(text) if text.contains(MARK) => Ok(Out { folder }),
                _ => wrong("there is something else in it"),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Out { folder }),
            Err(error) if error.kind() == ErrorKind::NotADirectory => wrong("it is a file"),
            Err(error) => wrong(&error.to_string()),
        }
    }

    /// Writes the files into a folder beside it, which then takes its place, so that a reader never meets half a site.
    fn write(&self, files: &[File]) -> Done {
        self.try_write(files).map_err(|error| Failure::Wrong(format!("{}: {error}", shown(self.folder))))
    }

    fn try_write(&self, files: &[File]) -> io::Result<()> {
        // A relative folder such as `site` has an empty parent; `..` and the like have a name only when resolved.
        let folder = std::path::absolute(self.folder)?;
        let beside = folder.parent().unwrap_or(&folder);
        fs::create_dir_all(beside)?;
        let new = tempfile::Builder::new().prefix(".site-").tempdir_in(beside)?;
        let made = new.path().join("site");
        fs::create_dir(&made)?;
        for file in files {
            let path = made.join(&file.path);
            fs::create_dir_all(path.parent().unwrap_or(&made))?;
            fs::write(path, &file.text)?;
        }
        // Everything else is deleted with the temporary folder.
        match fs::rename(&folder, new.path().join("old")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => fs::rename(&made, &folder),
        }
    }
}
