//! The pages of families, and the list of all scenarios.

use super::{File, Site};

pub(super) fn files(_site: &Site<'_>) -> Vec<File> {
    Vec::new()
}
