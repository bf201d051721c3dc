//! Which error a text, a number or a line of a log is about, what it means, and what to do about it.

mod clues;
mod elsewhere;
mod errors;
mod line;
mod numbers;
mod recognise;
mod signal;
mod texts;

pub use errors::{Code, Error, Errors, System};
pub use recognise::{Recognised, Recogniser, shortened};
