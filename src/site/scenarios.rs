//! The pages of scenarios.

use super::{File, Site};

pub(super) fn files(_site: &Site<'_>) -> Vec<File> {
    Vec::new()
}
