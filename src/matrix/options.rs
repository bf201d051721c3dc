//! What is shown of a matrix. Options are plain data, so the order in which they are given cannot matter.

use glob::Pattern;

use super::{Column, Compare};
use crate::catalogue::Selection;

/// Which columns and rows a [`View`](super::View) has, and what counts as a difference. The default is everything,
/// compared exactly.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only the cases of what is selected; whether a scenario is slow does not matter.
    pub selection: Selection,
    /// Only plain cases: SIGPIPE ignored, std's call, no option.
    pub plain_cases: bool,
    /// What has to be the same for two cells to agree.
    pub compare: Compare,
    /// Only platforms whose names fit one of these globs, and the reference column; all platforms if there is no glob.
    pub platforms: Vec<Pattern>,
    /// Keeps what is documented or reported, whether or not it fits `platforms`.
    pub stated_anyway: bool,
    /// One column for measured platforms of one system that agree wherever two of them observed something, in all cases
    /// and not only in the selected ones.
    pub merged: bool,
    /// Leaves out standards, and what is documented or reported for a system that was measured, except for the
    /// reference column.
    pub best: bool,
    /// Only columns that have a cell in some row.
    pub with_cells: bool,
    /// Marks what differs from this platform, instead of what differs from most platforms.
    pub reference: Option<String>,
    /// Only these two columns, compared with each other whatever their provenance; the first is the reference. They are
    /// those of [`Matrix::side`](super::Matrix::side). Other options that choose columns are ignored.
    pub pair: Option<[Column; 2]>,
}

/// No column is of the platform that was named, or fits the glob. The message lists the platforms that there are.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoSuchPlatform(String);

impl NoSuchPlatform {
    pub(super) fn of(problem: String) -> Self {
        NoSuchPlatform(problem)
    }

    pub(super) fn new(problem: &str, columns: &[Column]) -> Self {
        let members = columns.iter().flat_map(|column| &column.members);
        let names: Vec<_> = members.map(|member| member.platform.as_str()).collect();
        NoSuchPlatform(format!("{problem}; there are {}", names.join(", ")))
    }
}

/// The 0-based number of the column that a platform is in.
pub(super) fn position(columns: &[Column], platform: &str) -> Result<usize, NoSuchPlatform> {
    let found = columns.iter().position(|column| column.has(platform));
    found.ok_or_else(|| NoSuchPlatform::new(&format!("no results of a platform {platform:?}"), columns))
}
