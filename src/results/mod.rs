//! Observations on disk: `<platform>.csv` for each platform, and `platforms.csv` for the facts behind their names.

mod adopt;
mod files;
mod keep;
mod read;
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

pub use adopt::{AdoptError, Adopted, adopt};
pub use files::{MAX_FILE, MAX_ROW};
pub(crate) use read::read_in_shares;
pub use read::{Heads, ReadError, read_steps, unknown_columns};
pub(crate) use row::text as checked_field;
pub use row::{COLUMNS, MAX_FIELD, Row};
pub use scan::Step;
pub(crate) use tables::number;
pub use tables::{Entry, EntryId, Place, PlaceId, Tables};
pub use write::{WriteError, write_text};

/// The name of the table of platforms in a folder of results.
pub const PLATFORMS: &str = "platforms.csv";

/// The columns of that table.
const PLATFORM_COLUMNS: [&str; 12] = [
    "platform",
    "provenance",
    "os",
    "os_version",
    "kernel",
    "arch",
    "abi",
    "runtime",
    "selector",
    "rustc",
    "mio",
    "brokenpipe",
];

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

    /// Hands on each step: its platform, provenance, place and entries.
    pub(crate) fn steps(
        &self,
        tables: &mut Tables,
        mut each: impl FnMut(&Tables, &Arc<str>, Provenance, PlaceId, &[EntryId]),
    ) {
        for rows in self.rows.chunk_by(Row::same_step) {
            let entries: Vec<_> = rows.iter().map(|row| tables.entry_of(row)).collect();
            let (platform, place) = (tables.word(&rows[0].platform), tables.place_of(&rows[0]));
            each(tables, &platform, rows[0].provenance, place, &entries);
        }
    }

    /// The facts of a platform, if they are known.
    pub fn platform(&self, name: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.platform == name)
    }

    fn set_platform(&mut self, platform: Platform) {
        self.forget_platform(&platform.platform);
        self.platforms.push(platform);
        self.platforms.sort_by(|a, b| a.platform.cmp(&b.platform));
    }

    fn forget_platform(&mut self, name: &str) {
        self.platforms.retain(|known| known.platform != name);
    }

    /// Adds a platform of which no case was run, and no facts are known; the note of every row says why.
    ///
    /// # Errors
    ///
    /// What a note has to be.
    pub fn add_absent(&mut self, platform: &str, cases: &[Case<'_>], why: &str) -> Result<(), String> {
        checked_field("note", why.as_bytes())?;
        for case in cases {
            let rows = Row::of_case(platform, *case, &CaseResult::NotRun).into_iter();
            self.rows.extend(rows.map(|row| Row { note: why.to_owned(), ..row }));
        }
        Ok(())
    }
}
