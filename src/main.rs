//! The command line of brokenpipe; everything it does is in the library.

use std::process::ExitCode;

brokenpipe::note_sigpipe_at_start!();

fn main() -> ExitCode {
    brokenpipe::cli::main()
}
