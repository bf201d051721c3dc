//! The command line of brokenpipe; everything it does is in the library.

use std::process::ExitCode;

brokenpipe::set_inherited_at_start!();

fn main() -> ExitCode {
    brokenpipe::cli::main()
}
