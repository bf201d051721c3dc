//! The first page of a site and the pages of distances, made from results in which little is known.

mod common;

use brokenpipe::{
    catalogue::Catalogue,
    matrix::{Common, Matrix},
    results::Source,
};
use common::{Folder, HEAD, PLATFORMS_HEAD};

/// The steps of the question "The peer has closed: 2nd write", up to that write.
const BEFORE: [(&str, &str); 8] = [
    ("client,connect", "ok"),
    ("server,accept", "ok"),
    ("client,write 1", "ok 1"),
    ("server,read 1", "ok 1"),
    ("server,close", "ok"),
    ("client,await fin", "readable+read_closed"),
    ("client,write 1", "ok 1"),
    ("client,await reset", "readable+write_closed"),
];
