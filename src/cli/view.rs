//! What `report`, `show` and `diff` have in common: which rows and columns are shown, and how.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indexmap::IndexSet;

use super::{
    failure::{Done, Failure, note},
    load::{given_or_embedded, no_case},
    nearest::no_scenario,
    options::{CaseArgs, Own},
};
use crate::{
    catalogue::{CaseName, Catalogue, Selection},
    matrix::{Compare, Matrix, Options, Rows, View},
    report::Format,
};

/// The message where there is nothing to show.
pub(super) const NO_RESULTS: &str = "no results there; `brokenpipe run` measures some";

/// Which rows, and what counts as a difference.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RowArgs {
    /// Show only these scenarios; repeatable
    #[arg(long, value_name = "SELECTOR")]
    pub(super) select: Vec<String>,
    #[command(flatten)]
    pub(super) only: CaseArgs,
    /// Show every row, not only those in which platforms differ
    #[arg(long)]
    pub(super) all: bool,
    /// Which cases: the plain ones (SIGPIPE ignored, std's call, no option), or all [default: plain in the tables of
    /// `report` and of `diff A B`, otherwise all]
    #[arg(long, value_enum)]
    pub(super) cases: Option<Cases>,
    /// What has to be the same: the exact outcome, or what portable code needs to know of it
    #[arg(long, value_enum, default_value_t = Compare::Exact)]
    pub(super) compare: Compare,
    #[command(flatten)]
    pub(super) own: Own,
}

/// Which cases are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Cases {
    Plain,
    All,
}

/// How it is written.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct FormatArgs {
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
    /// Width of the text in characters, at least 40 [default: the terminal's, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    pub(super) width: Option<u16>,
}

impl RowArgs {
    /// The matrix of some paths, and the options for what is asked for of it.
    pub(super) fn read(
        &self,
        paths: &[PathBuf],
        usual: Cases,
        catalogue: &Catalogue,
    ) -> Result<(Matrix, Options), Failure> {
        // A selector that is wrong is so whatever there is to read.
        let selection = self.selection()?;
        let matrix = read_matrix(paths, catalogue)?;
        if matrix.is_empty() {
            return Err(Failure::No(NO_RESULTS.to_owned()));
        }
        if !selection.is_everything() {
            check_selection(&selection, &matrix, catalogue)?;
        }
        let plain_cases = self.cases.unwrap_or(usual) == Cases::Plain;
        Ok((matrix, Options { selection, plain_cases, compare: self.compare, ..Options::default() }))
    }

    /// The view of a matrix; a view without a row is not what was asked for.
    pub(super) fn view<'a>(&self, matrix: &'a Matrix, options: &Options) -> Result<View<'a>, Failure> {
        let view = View::new(matrix, options).map_err(Failure::no)?;
        if !view.is_empty() {
            return Ok(view);
        }
        Err(Failure::No(match view.left_out().cases {
            0 => format!("no results {} there", self.selection()?),
            _ => "none of the selected cases is plain; `--cases all` shows them".to_owned(),
        }))
    }

    /// Which rows are shown.
    pub(super) fn rows(&self) -> Rows {
        if self.all { Rows::All } else { Rows::Differing }
    }

    fn selection(&self) -> Result<Selection, Failure> {
        Ok(Selection::new(&self.select).map_err(Failure::wrong)?.of_cases(self.only.filter()))
    }
}

/// Refuses a selector that fits no scenario, of the catalogue or with results, and a filter that no case of the selected
/// scenarios fits.
fn check_selection(selection: &Selection, matrix: &Matrix, catalogue: &Catalogue) -> Done {
    let known = catalogue
        .scenarios()
        .iter()
        .flat_map(|scenario| scenario.axes.iter().map(|axes| (scenario.id.as_str(), CaseName::from(axes))));
    let found = matrix.cases().map(|(id, case)| (id, case.clone()));
    let cases: IndexSet<_> = known.chain(found).collect();
    let misses = selection.misses(cases.iter().map(|(id, _)| *id));
    if !misses.is_empty() {
        return Err(no_scenario(&misses, cases.iter().map(|(id, _)| *id)));
    }
    let cases: Vec<_> = cases.into_iter().filter(|(id, _)| selection.includes(id)).map(|(_, case)| case).collect();
    match cases.iter().any(|case| selection.includes_case(case)) {
        true => Ok(()),
        false => Err(no_case(selection, &cases)),
    }
}

/// Whether a page is to be read by people, who want what is the same once.
pub(super) fn for_people(format: Format) -> bool {
    matches!(format, Format::Table | Format::Markdown)
}

/// Reads results, the embedded ones if no path is given, and says on standard error what was ignored.
pub(super) fn read_matrix(paths: &[PathBuf], catalogue: &Catalogue) -> Result<Matrix, Failure> {
    let (matrix, notes) = Matrix::read(given_or_embedded(paths), catalogue).map_err(Failure::wrong)?;
    note(&notes);
    Ok(matrix)
}
