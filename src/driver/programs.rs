//! The processes that a step starts: one that holds the peer's socket, and one that writes to the client's.

use std::{
    io::{self, Read, Write},
    process::{Command, Stdio},
};

use super::{
    context::Context,
    journal::Line,
    trial::{Stop, Trial},
};
use crate::{
    catalogue::{Sigpipe, Start},
    observation::{Given, Observation, Signal},
    sys,
};

/// The argument that makes this program the process a socket moves into: see [`hold`].
pub(super) const HOLD: &str = "hold-socket";

/// The process a socket moves into: it says on standard error that it is there, holds its standard output, which is the
/// socket, until its standard input ends, and does nothing else.
///
/// # Errors
///
/// A standard stream that cannot be used.
pub(super) fn hold() -> io::Result<()> {
    io::stderr().write_all(b".")?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

/// The argument that makes this program one that writes with SIGPIPE as it was inherited: see [`write_as_inherited`].
pub(super) const WRITE: &str = "write-as-inherited";

/// The program that `exec` starts: it says on standard error that it is there, undoes what Rust's runtime did to SIGPIPE,
/// writes a byte to its standard output, which is the socket, and says what that gave.
///
/// # Errors
///
/// SIGPIPE cannot be set, or standard error cannot be used.
pub(super) fn write_as_inherited() -> io::Result<()> {
    sys::restore_sigpipe()?;
    io::stderr().write_all(b".")?;
    let given = sys::write_stdout(b".").map_or_else(|error| Given::from_error(&error), Given::Bytes);
    let observation = Observation { given, signal: sys::take_sigpipe() };
    io::stderr().write_all(Line::Step(observation).encode().as_bytes())
}

const NO_PROGRAM: &str = "needs the program itself to start a process with";

impl Trial<'_> {
    /// Starts the process that the server's socket moves into. Once it is started nothing of the socket is left here,
    /// so that killing it is the end of the peer.
    pub(super) fn depart(&mut self, context: &mut Context<'_>) -> Result<Given, Stop> {
        let Some(program) = context.program() else {
            return Err(Stop::Unsupported(NO_PROGRAM.to_owned()));
        };
        let Some(server) = self.sockets.server.take() else { return Ok(Given::NotRun) };
        let child = server.source.into_stdio().and_then(|socket| {
            let mut command = Command::new(program);
            command.arg(HOLD).stdin(Stdio::piped()).stdout(socket).stderr(Stdio::piped());
            context.spawn(sys::keep_from_ctrl_c(&mut command))
        });
        let mut child = child.map_err(|error| Stop::from_error("a process for the peer", &error))?;
        // It says no more.
        child.stderr = None;
        self.sockets.depart(child);
        Ok(Given::Done)
    }

    /// Starts a program that writes to a copy of the client's socket, and waits until it has ended.
    pub(super) fn exec(&mut self, start: Start, context: &mut Context<'_>) -> Result<Given, Stop> {
        if !sys::has_sigpipe(Sigpipe::Default) {
            return Err(Stop::Unsupported("this system has no SIGPIPE that a program could inherit".to_owned()));
        }
        let Some(program) = context.program() else {
            return Err(Stop::Unsupported(NO_PROGRAM.to_owned()));
        };
        let Some(client) = &self.sockets.client else { return Ok(Given::NotRun) };
        let mut command = Command::new(program);
        let told = client.source.socket().try_clone().and_then(sys::into_stdio).and_then(|socket| {
            command.arg(WRITE).stdin(Stdio::null()).stdout(socket).stderr(Stdio::piped());
            if start == Start::Plain {
                sys::pass_sigpipe_on(&mut command)?;
            }
            let mut child = context.spawn(sys::keep_from_ctrl_c(&mut command))?;
            // The command holds a copy of the socket, too.
            drop(command);
            let mut told = String::new();
            let read = child.stderr.take().map_or(Ok(0), |mut stderr| stderr.read_to_string(&mut told));
            let status = child.wait()?;
            read.map(|_| (told, status))
        });
        let (told, status) = told.map_err(|error| Stop::from_error("a program that writes", &error))?;
        match Line::decode(&told) {
            _ if sys::killed_by_sigpipe(status) => {
                self.set_signal(Signal::Killed);
                Ok(Given::NotRun)
            }
            Some(Line::Step(observation)) => {
                self.set_signal(observation.signal);
                Ok(observation.given)
            }
            _ => Err(Stop::Unsupported(format!("a program that writes ended without a word: {status}"))),
        }
    }
}
