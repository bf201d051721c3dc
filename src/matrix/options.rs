//! What of a matrix is shown. Every option is one field, so that the order in which they are given cannot matter.

use std::fmt;

use glob::Pattern;

use super::{Column, Compare};
use crate::catalogue::Selection;

/// Which columns and rows a [`View`](super::View) has, and what counts as a difference. The default is everything,
/// compared exactly.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub(super) selection: Selection,
    pub(super) plain_cases: bool,
    pub(super) compare: Compare,
    pub(super) platforms: Vec<Pattern>,
    pub(super) stated_anyway: bool,
    pub(super) merged: bool,
    pub(super) best: bool,
    pub(super) with_cells: bool,
    pub(super) reference: Option<String>,
    pub(super) pair: Option<[String; 2]>,
}

impl Options {
    /// Only the cases of what is selected; whether a scenario is slow does not matter.
    pub fn select(mut self, selection: &Selection) -> Self {
        self.selection = selection.clone();
        self
    }

    /// Only plain cases: SIGPIPE ignored, std's call, no option.
    pub fn plain_cases(mut self, plain: bool) -> Self {
        self.plain_cases = plain;
        self
    }

    /// What has to be the same for two cells to agree.
    pub fn compare(mut self, compare: Compare) -> Self {
        self.compare = compare;
        self
    }

    /// Only platforms whose names fit one of these globs; none stands for all. The reference column is always kept.
    pub fn platforms(mut self, globs: &[Pattern]) -> Self {
        self.platforms = globs.to_vec();
        self
    }

    /// Keeps what is documented or reported whatever [`platforms`](Options::platforms) says.
    pub fn stated_anyway(mut self, anyway: bool) -> Self {
        self.stated_anyway = anyway;
        self
    }

    /// One column for measured platforms of one system that agree wherever two of them observed something, be it
    /// selected or not.
    pub fn merged(mut self, merged: bool) -> Self {
        self.merged = merged;
        self
    }

    /// Leaves out what is documented or reported for a system that was measured, but for the reference column.
    pub fn best(mut self, best: bool) -> Self {
        self.best = best;
        self
    }

    /// Only columns that have a cell in some row.
    pub fn with_cells(mut self, with_cells: bool) -> Self {
        self.with_cells = with_cells;
        self
    }

    /// Marks what differs from this platform, instead of what differs from most.
    pub fn reference(mut self, platform: Option<&str>) -> Self {
        self.reference = platform.map(str::to_owned);
        self
    }

    /// Only these two platforms, compared with each other whatever their provenance; the first is the reference. The
    /// options that choose columns do not apply.
    pub fn pair(mut self, one: &str, other: &str) -> Self {
        self.pair = Some([one, other].map(str::to_owned));
        self
    }
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
