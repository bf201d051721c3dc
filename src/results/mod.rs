//! Observations on disk: `<platform>.csv` for each platform, and `platforms.csv` for the facts behind their names.

mod adopt;
mod embedded;
mod error;
mod files;
mod lock;
mod merge;
mod read;
mod reader;
mod row;
mod scan;
mod tables;
mod write;

use std::sync::Arc;

use crate::{
    catalogue::Case,
    driver::CaseResult,
    platform::{Platform, Provenance},
};

pub use adopt::Adoption;
pub use embedded::embedded_text;
pub use error::{ReadError, WriteError};
pub use files::Source;
pub(crate) use files::files as list_files;
pub use lock::FolderLock;
pub use merge::{Before, MergeError, Merged, OTHER_FACTS, check_absent};
pub(crate) use read::read_in_shares;
pub use read::read_steps;
pub use reader::{MAX_FILE, MAX_ROW};
pub use row::{COLUMNS, MAX_FIELD, Row};
pub(crate) use row::{
    NEW_COLUMNS, code as checked_code, counts as checked_counts, provenance as checked_provenance,
    step as checked_step, text as checked_field,
};
pub use scan::StepRows;
pub(crate) use tables::number;
pub use tables::{Entry, EntryId, Place, PlaceId, Tables};
pub use write::write_text;

/// The name of the table of platforms in a folder of results.
pub const PLATFORMS: &str = "platforms.csv";

/// The columns of that table.
pub(crate) const PLATFORM_COLUMNS: [&str; 15] = [
    "platform", "provenance", "os", "os_version", "kernel", "arch", "abi", "runtime", "selector", "rustc", "mio",
    "brokenpipe", "await_deadline", "connect_deadline", "note",
];

/// Those of them that tables of earlier versions lack.
const NEW_PLATFORM_COLUMNS: [&str; 3] = ["await_deadline", "connect_deadline", "note"];

/// Rows of any number of platforms, and the facts of those that have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// In the order of their files; the rows of a case are adjacent.
    pub rows: Vec<Row>,
    /// In the order of their names.
    pub platforms: Vec<Platform>,
    /// What was ignored when they were read, such as columns of a newer version.
    pub notes: Vec<String>,
}

impl Results {
    /// Adds what [`driver::run`](crate::driver::run) returned for these cases on this platform. Cases without a result
    /// in the same place are left out.
    pub fn add_run(&mut self, platform: Platform, cases: &[Case<'_>], measured: &[CaseResult]) {
        for (case, result) in cases.iter().zip(measured) {
            let races = case.scenario.races(platform.system());
            self.rows.extend(Row::of_case(&platform.platform, *case, races, result));
        }
        self.platforms.retain(|known| known.platform != platform.platform);
        self.platforms.push(platform);
        self.platforms.sort_by(|a, b| a.platform.cmp(&b.platform));
    }

    /// Calls `each` with every step: its platform, provenance, place and entries.
    pub(crate) fn steps(
        &self,
        tables: &mut Tables,
        mut each: impl FnMut(&Tables, &Arc<str>, Provenance, PlaceId, &[EntryId]),
    ) {
        for rows in self.rows.chunk_by(Row::same_step) {
            let (places, entries): (Vec<_>, Vec<_>) = rows.iter().map(|row| tables.ids(row)).unzip();
            let platform = tables.word(&rows[0].platform);
            each(tables, &platform, rows[0].provenance, places[0], &entries);
        }
    }

    /// Adds a platform on which no case was run and of which no facts are known. The note of every row says why.
    ///
    /// # Errors
    ///
    /// What is expected of a note, if `why` is not one that a file can hold.
    pub fn add_absent(&mut self, platform: &str, cases: &[Case<'_>], why: &str) -> Result<(), String> {
        checked_field("note", why.as_bytes())?;
        for case in cases {
            self.rows.extend(Row::of_case(platform, *case, false, &CaseResult::NotRun(why.to_owned())));
        }
        Ok(())
    }
}
