//! The processes that a step starts: one that holds the peer's socket, and one that writes to the client's.

use std::{
    io::Read,
    process::{Command, Stdio},
};

use super::{Stop, Trial, context::Context};
use crate::{
    catalogue::{Sigpipe, Start},
    driver::child::{
        helpers::{HOLD, WRITE},
        protocol::Line,
    },
    outcome::{Outcome, Signal},
    sys,
};

const NO_PROGRAM: &str = "needs the program itself to start a process with";

impl Trial<'_> {
    /// Starts the process that the server's socket moves into. Once it is started nothing of the socket is left here,
    /// so that killing it is the end of the peer.
    pub(super) fn depart(&mut self, context: &mut Context<'_>) -> Result<Outcome, Stop> {
        let Some(program) = context.program() else {
            return Err(Stop::Unsupported(NO_PROGRAM.to_owned()));
        };
        let Some(server) = self.sockets.server.take() else { return Ok(Outcome::NotRun) };
        let child = server.source.into_stdio().and_then(|socket| {
            let mut command = Command::new(program);
            command.arg(HOLD).stdin(Stdio::piped()).stdout(socket).stderr(Stdio::piped());
            context.spawn(sys::new_process_group(&mut command))
        });
        let mut child = child.map_err(|error| Stop::from_error("a process for the peer", &error))?;
        // It says no more.
        child.stderr = None;
        self.sockets.depart(child);
        Ok(Outcome::Done)
    }

    /// Starts a program that writes to a copy of the client's socket, and waits until it has ended.
    pub(super) fn exec(&mut self, start: Start, context: &mut Context<'_>) -> Result<Outcome, Stop> {
        if !sys::has_sigpipe(Sigpipe::Default) {
            return Err(Stop::Unsupported("this system has no SIGPIPE that a program could inherit".to_owned()));
        }
        let Some(program) = context.program() else {
            return Err(Stop::Unsupported(NO_PROGRAM.to_owned()));
        };
        let Some(client) = &self.sockets.client else { return Ok(Outcome::NotRun) };
        let mut command = Command::new(program);
        let told = client.source.socket().try_clone().and_then(sys::into_stdio).and_then(|socket| {
            command.arg(WRITE).stdin(Stdio::null()).stdout(socket).stderr(Stdio::piped());
            if start == Start::Plain {
                sys::inherit_sigpipe(&mut command)?;
            }
            let mut child = context.spawn(sys::new_process_group(&mut command))?;
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
                Ok(Outcome::NotRun)
            }
            Some(Line::Step(observation)) => {
                self.set_signal(observation.signal);
                Ok(observation.outcome)
            }
            _ => Err(Stop::Unsupported(format!("a program that writes ended without a word: {status}"))),
        }
    }
}
