//! The processes that a step starts: one that holds the peer's socket, and one that writes to the client's.

use std::io::{self, Write};

use super::protocol::Line;
use crate::{
    outcome::{Observation, Outcome},
    sys,
};

/// The argument that makes this program the process a socket moves into: see [`hold`].
pub(in crate::driver) const HOLD: &str = "hold-socket";

/// The process a socket moves into: it says on standard error that it is there, holds its standard output, which is the
/// socket, until its standard input ends, and does nothing else.
///
/// # Errors
///
/// A standard stream that cannot be used.
pub(in crate::driver) fn hold() -> io::Result<()> {
    io::stderr().write_all(b".")?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

/// The argument that makes this program one that writes with SIGPIPE as it was inherited: see [`write_as_inherited`].
pub(in crate::driver) const WRITE: &str = "write-as-inherited";

/// The program that `exec` starts: it says on standard error that it is there, undoes what Rust's runtime did to SIGPIPE,
/// writes a byte to its standard output, which is the socket, and says what that gave.
///
/// # Errors
///
/// SIGPIPE cannot be set, or standard error cannot be used.
pub(in crate::driver) fn write_as_inherited() -> io::Result<()> {
    sys::restore_sigpipe()?;
    io::stderr().write_all(b".")?;
    let outcome = sys::write_stdout(b".").map_or_else(|error| Outcome::from_error(&error), Outcome::Bytes);
    let observation = Observation { outcome, signal: sys::take_sigpipe() };
    io::stderr().write_all(Line::Step(observation).encode().as_bytes())
}
