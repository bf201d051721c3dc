//! The command line of brokenpipe; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    brokenpipe::cli::main()
}
