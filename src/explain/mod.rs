//! Which error a text, a number or a line of a log is about, what it means, and what to do about it.
//!
//! ```
//! use brokenpipe::explain::Recogniser;
//!
//! let recogniser = Recogniser::new();
//! assert_eq!(recogniser.recognise("os error 10054").errors, ["ECONNRESET"]);
//! assert_eq!(recogniser.recognise("Error: socket hang up").errors[0], "EOF");
//! assert!(recogniser.recognise("listening on port 8080").errors.is_empty());
//! ```

mod clues;
mod context;
mod elsewhere;
mod errors;
mod idioms;
mod line;
mod lines;
mod log;
mod mention;
mod numbers;
mod others;
mod phrases;
mod recognise;
mod situations;
mod spellings;
mod texts;

pub use elsewhere::used_of_others;
pub use errors::{Code, Error, Errors, Numbering, Status};
pub use idioms::{Language, USUAL_LANGUAGES, language_of, languages};
pub use lines::{LONGEST_LINE, LogLine, for_each_line};
pub use log::{Found, Summary};
pub use recognise::{Recognised, Recogniser, shortened};
pub use situations::{Given, Situation, shows, situations, situations_of_each};
pub use spellings::{Spelling, spellings};
