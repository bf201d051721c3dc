//! The processes that a step starts, one that holds the peer's socket and one that writes to the client's: how a trial
//! starts them, and what they do.

use std::{
    io::{self, Read, Write},
    process::{Command, Stdio},
};

use super::{context::Context, next::Next, sockets::Sockets};
use crate::{
    catalogue::{Sigpipe, Start},
    driver::{
        blame::{Abort, Doing},
        journal::Line,
    },
    outcome::{Observation, Outcome, Signal},
    sys,
};

/// The arguments that make this program [`hold`] and [`write_as_inherited`].
const HOLD: &str = "hold-socket";
const WRITE: &str = "write-as-inherited";

/// What a process that a step started does, by its only argument; `None` for any other.
pub(in crate::driver) fn helper(argument: &str) -> Option<fn() -> io::Result<()>> {
    match argument {
        HOLD => Some(hold),
        WRITE => Some(write_as_inherited),
        _ => None,
    }
}

/// Writes a byte to standard error to say that it runs, and holds its standard output, which is the socket, until its
/// standard input ends.
fn hold() -> io::Result<()> {
    io::stderr().write_all(b".")?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

/// Writes a byte to standard error to say that it runs, undoes what Rust's runtime did to SIGPIPE, writes a byte to its
/// standard output, which is the socket, and reports on standard error what it observed.
fn write_as_inherited() -> io::Result<()> {
    sys::restore_sigpipe()?;
    io::stderr().write_all(b".")?;
    let outcome = sys::write_stdout(b".").map_or_else(|error| Outcome::from_error(&error), Outcome::Bytes);
    let observation = Observation::new(outcome, sys::take_sigpipe());
    io::stderr().write_all(Line::Observed(observation).encode().as_bytes())
}

impl Sockets {
    /// Starts the process that the server's socket moves into. After that no copy of the socket is left here, so that
    /// killing the process ends the peer.
    pub(super) fn depart(&mut self, context: &mut Context<'_>) -> Result<Next, Abort> {
        let mut command = helper_command(HOLD, context)?;
        let Some(server) = self.server.take() else { return Ok(Next::Done(Outcome::NotRun)) };
        let mut child = server
            .source
            .into_stdio()
            .and_then(move |socket| {
                command.stdin(Stdio::piped()).stdout(socket);
                context.spawn(&mut command)
            })
            .map_err(failed("a process for the peer"))?;
        // The process writes nothing more to it.
        child.stderr = None;
        // It lives as long as the trial, and says nothing.
        child.let_be();
        self.holds = false;
        if let Some(earlier) = self.holder.replace(child) {
            // It may have ended by itself.
            let _ = earlier.end();
        }
        Ok(Next::Done(Outcome::Done))
    }

    /// Kills the process that the server's socket has moved into. The peer has ended when the process has been waited
    /// for; should that fail, it may live, and what follows would say nothing about a crash.
    pub(super) fn crash(&mut self) -> Result<Outcome, Abort> {
        let Some(process) = self.holder.take() else { return Ok(Outcome::NotRun) };
        let ended = process.end().map_err(Abort::because(Doing::Setup("the end of the peer's process")));
        ended.map(|()| Outcome::Done)
    }

    /// Whether the client has to be watched before the process is killed, since moving the socket may have ended the
    /// connection. After a shutdown the client may see an end although the connection goes on.
    pub(super) fn must_prove_hold(&self, context: &Context<'_>) -> bool {
        context.moved_sockets_may_end
            && !self.holds
            && !self.shut_down
            && self.holder.is_some()
            && self.client.is_some()
    }

    /// Starts a program that writes to a copy of the client's socket, and waits until it has ended.
    pub(super) fn exec(&mut self, start: Start, context: &mut Context<'_>) -> Result<Next, Abort> {
        if !sys::has_sigpipe(Sigpipe::Default) {
            return Err(Abort::Unsupported("this system has no SIGPIPE that a program could inherit".to_owned()));
        }
        let mut command = helper_command(WRITE, context)?;
        let Some(client) = &self.client else { return Ok(Next::Done(Outcome::NotRun)) };
        let (report, status) = client
            .source
            .socket()
            .try_clone()
            .and_then(sys::into_stdio)
            .and_then(|socket| {
                command.stdin(Stdio::null()).stdout(socket);
                if start == Start::Plain {
                    sys::inherit_sigpipe(&mut command)?;
                }
                let mut child = context.spawn(&mut command)?;
                // The command holds a copy of the socket, too.
                drop(command);
                let mut report = String::new();
                let read = child.stderr.take().map_or(Ok(0), |mut stderr| stderr.read_to_string(&mut report));
                let status = child.wait()?;
                if child.was_silent().is_some() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                read.map(|_| (report, status))
            })
            .map_err(failed("a program that writes"))?;
        match Line::decode(&report) {
            _ if sys::killed_by_sigpipe(status) => {
                Ok(Next::Observed(Observation::new(Outcome::NotRun, Signal::Killed)))
            }
            Some(Line::Observed(observation)) => Ok(Next::Observed(observation)),
            _ => Err(Abort::NotRun(format!("a program that writes ended without a report: {status}"))),
        }
    }
}

/// Why a process could not do its part; one that gave no sign of life was killed.
fn failed(subject: &'static str) -> impl FnOnce(io::Error) -> Abort {
    move |error| match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::TimedOut, None) => Abort::NotRun(format!("{subject} hung")),
        _ => Abort::because(Doing::Start(subject))(error),
    }
}

/// This program as one of the helpers, whose standard error is a pipe.
fn helper_command(argument: &str, context: &Context<'_>) -> Result<Command, Abort> {
    let Some(program) = &context.settings.program else {
        return Err(Abort::NotRun("needs the program itself to start a process with".to_owned()));
    };
    let mut command = Command::new(program);
    command.arg(argument).stderr(Stdio::piped());
    Ok(command)
}
