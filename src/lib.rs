//! What an operating system tells a program when the other end of a connection goes away.
//!
//! Data flows one way through this crate, from module to module:
//!
//! | module | what it holds |
//! |---|---|
//! | [`catalogue`] | *what* is tried: scenarios, read from TOML, as plain data |
//! | [`outcome`] | what a step gave, and its canonical name, the outcome |
//! | [`platform`] | the facts of where it ran |
//! | [`driver`] | *how* it is tried: each trial is a state machine, and many share one [`mio::Poll`] |
//! | [`results`] | observations as two CSV tables on disk |
//! | [`matrix`] | rows × platforms, and where platforms differ |
//! | [`overview`] | questions in a programmer's words, and each system's best answer |
//! | [`check`] | what changed against an accepted matrix, and whether that is known |
//! | [`lint`] | what is wrong with files of results, be they measured or written by hand |
//! | [`verdicts`] | where what is stated and what was seen contradict each other, and who is right |
//! | [`explain`] | which error a text or a line of a log is about, what it means and what to do |
//! | [`report`] | the matrix as text, one file a format |
//! | [`site`] | everything as static pages, linked with each other |
//!
//! What differs by operating system lives in [`sys`], behind the contract stated there.
//!
//! # Example
//!
//! Ask this machine one question and read the answer:
//!
//! ```
//! use brokenpipe::{catalogue::{Catalogue, Selection}, driver, matrix::{Matrix, Options, View}, platform::Platform,
//! results::Results};
//!
//! let catalogue = Catalogue::builtin();
//! let selection = Selection::new(&["connect/refused-so_error-write-read"])?;
//! let cases = selection.cases(&catalogue);
//!
//! let settings = driver::Settings::default();
//! let measured = driver::run(&cases, &settings, &driver::Progress::default())?;
//!
//! let mut results = Results::default();
//! results.add_run(Platform::here(), &cases, &measured);
//! let matrix = Matrix::new(&results, &catalogue);
//! let view = View::new(&matrix, &Options::default())?;
//! let row = view.rows().find(|row| row.step() == 4).expect("step 4 was run");
//! // Nobody listened; what SO_ERROR says of it:
//! assert_eq!(row.operation(), "so_error");
//! # if cfg!(target_os = "linux") {
//! assert_eq!(row.cell(0).expect("one platform, one cell").to_string(), "ECONNREFUSED");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod catalogue;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod driver;
pub mod explain;
pub mod lint;
pub mod matrix;
mod nearest;
pub mod outcome;
pub mod overview;
mod parallel;
pub mod platform;
pub mod report;
pub mod results;
pub mod site;
pub mod sys;
mod untrusted;
pub mod verdicts;
mod words;
