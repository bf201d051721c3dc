//! Observations on disk: `<platform>.csv` for each platform, and `platforms.csv` for the facts behind their names.

mod keep;
mod read;
mod row;
mod write;

use crate::{catalogue::Case, driver::CaseResult, platform::Platform};

pub use read::ReadError;
pub use row::{COLUMNS, MAX_FIELD, Row};
pub use write::WriteError;

/// The name of the table of platforms in a folder of results.
pub const PLATFORMS: &str = "platforms.csv";

/// Rows of any number of platforms, and the facts of those that have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// In the order of their files; the rows of a platform stand together.
    pub rows: Vec<Row>,
    /// In the order of their names.
    pub platforms: Vec<Platform>,
    /// What a reader was told to pass over, such as columns of a newer version.
    pub notes: Vec<String>,
}

impl Results {
    /// Adds what [`driver::run`](crate::driver::run) gave for these cases on this platform.
    pub fn add_run(&mut self, platform: Platform, cases: &[Case<'_>], measured: &[CaseResult]) {
        for (case, result) in cases.iter().zip(measured) {
            self.rows.extend(Row::of_case(&platform.platform, *case, result));
        }
        self.set_platform(platform);
    }

    /// The facts of a platform, if they are known.
    pub fn platform(&self, name: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.platform == name)
    }

    fn set_platform(&mut self, platform: Platform) {
        self.platforms.retain(|known| known.platform != platform.platform);
        self.platforms.push(platform);
        self.platforms.sort_by(|a, b| a.platform.cmp(&b.platform));
    }
}
