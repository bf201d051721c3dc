//! What of a matrix is shown: plain data, so that the order in which options are given cannot matter.

use std::fmt;

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
    /// Only platforms whose names fit one of these globs; none stands for all. The reference column is always kept.
    pub platforms: Vec<Pattern>,
    /// Keeps what is documented or reported whatever `platforms` says.
    pub stated_anyway: bool,
    /// One column for measured platforms of one system that agree wherever two of them observed something, selected or
    /// not.
    pub merged: bool,
    /// Leaves out what is documented or reported for a system that was measured, but for the reference column.
    pub best: bool,
    /// Only columns that have a cell in some row.
    pub with_cells: bool,
    /// Marks what differs from this platform, instead of what differs from most.
    pub reference: Option<String>,
    /// Only these two platforms, compared with each other whatever their provenance; the first is the reference. The
    /// options that choose columns do not apply.
    pub pair: Option<[String; 2]>,
}

/// A platform that no column is of, or a glob that fits none; and the platforms that there are.
#[derive(Debug)]
pub struct NoSuchPlatform {
    problem: String,
    there_are: Vec<String>,
}

impl NoSuchPlatform {
    pub(super) fn named(platform: &str, columns: &[Column]) -> Self {
        Self::new(format!("no results of a platform {platform:?}"), columns)
    }

    pub(super) fn fitting(glob: &Pattern, columns: &[Column]) -> Self {
        Self::new(format!("no platform fits {:?}", glob.as_str()), columns)
    }

    fn new(problem: String, columns: &[Column]) -> Self {
        let members = columns.iter().flat_map(|column| &column.members);
        NoSuchPlatform { problem, there_are: members.map(|member| member.platform.clone()).collect() }
    }
}

/// The column that a platform is in, by its 0-based number.
pub(super) fn position(columns: &[Column], platform: &str) -> Result<usize, NoSuchPlatform> {
    let found = columns.iter().position(|column| column.has(platform));
    found.ok_or_else(|| NoSuchPlatform::named(platform, columns))
}

impl fmt::Display for NoSuchPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; there are {}", self.problem, self.there_are.join(", "))
    }
}

impl std::error::Error for NoSuchPlatform {}
