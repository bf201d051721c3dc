//! Which error a text, a number or a line of a log is about, what it means, and what to do about it.

mod errors;

pub use errors::{Code, Error, Errors, System};
