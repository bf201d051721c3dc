//! What an end does to its own socket: options, aborts, a machine that vanishes or returns, urgent data.

use std::{io, mem::MaybeUninit};

use super::{
    next::{Next, Purpose},
    sockets::Sockets,
    watched::End,
};
use crate::{
    catalogue::{Actor, Assignment, Setting},
    driver::blame::{Abort, Doing},
    outcome::Outcome,
    sys,
};

impl End {
    /// Sets an option, or makes the socket block.
    pub(super) fn set(&mut self, assignment: Assignment) -> io::Result<()> {
        let socket = self.source.socket();
        match assignment.setting {
            Setting::Nodelay => socket.set_tcp_nodelay(true),
            Setting::Keepalive => socket.set_keepalive(true),
            Setting::Rcvbuf => socket.set_recv_buffer_size(assignment.bytes_or(Setting::SMALL_BUFFER)),
            Setting::Sndbuf => socket.set_send_buffer_size(assignment.bytes_or(Setting::SMALL_BUFFER)),
            Setting::Nosigpipe => sys::set_nosigpipe(&socket),
            Setting::UserTimeout => sys::set_user_timeout(&socket, assignment.time_or(Setting::USER_TIMEOUT)),
            Setting::KeepaliveFast => sys::set_keepalive_fast(&socket),
            Setting::ReadTimeout => socket.set_read_timeout(assignment.time()),
            Setting::WriteTimeout => socket.set_write_timeout(assignment.time()),
            Setting::OobInline => socket.set_out_of_band_inline(true),
            Setting::Recverr => sys::set_recverr(&socket),
            Setting::Blocking => socket.set_nonblocking(false),
            Setting::Linger => self.set_linger(assignment.time_or(Setting::LINGER)),
        }
    }
}

impl Sockets {
    /// Cuts a socket off from the other end.
    pub(super) fn vanish(&self, actor: Actor) -> Result<Outcome, Abort> {
        match self.socket(actor).map(|socket| sys::vanish(&socket)) {
            None => Ok(Outcome::NotRun),
            Some(result) => did("vanish", result),
        }
    }

    /// Undoes `vanish`, and what that set for a close.
    pub(super) fn returns(&mut self, actor: Actor) -> Result<Outcome, Abort> {
        match self.socket(actor).map(|socket| sys::returns(&socket)) {
            None => Ok(Outcome::NotRun),
            Some(result) => did("returns", result),
        }
    }

    /// Has the kernel abort the connection.
    pub(super) fn destroy(&self, actor: Actor) -> Result<Outcome, Abort> {
        match self.socket(actor).map(|socket| sys::destroy(&socket)) {
            None => Ok(Outcome::NotRun),
            Some(result) => did("destroy", result),
        }
    }

    /// Connects the socket to no address. What the system answers is the outcome, unless it has no such call.
    pub(super) fn disconnect(&self, actor: Actor) -> Result<Outcome, Abort> {
        match self.socket(actor).map(|socket| sys::disconnect(&socket)) {
            None => Ok(Outcome::NotRun),
            Some(Err(error)) if error.raw_os_error().is_none() => did("disconnect", Err(error)),
            Some(Err(error)) => Ok(Outcome::from_error(&error)),
            Some(Ok(())) => Ok(Outcome::Done),
        }
    }

    /// Sends with MSG_OOB.
    pub(super) fn write_urgent(&self, actor: Actor, data: &[u8]) -> Next {
        let outcome = self.ask(actor, |socket| socket.send_out_of_band(data).map(Outcome::Bytes));
        Next::unless_blocked(outcome, Purpose::Write, actor)
    }

    /// Receives with MSG_OOB. It is tried once, as urgent data brings no event.
    pub(super) fn read_urgent(&self, actor: Actor) -> Next {
        let outcome = |got| if got == 0 { Outcome::Eof } else { Outcome::Bytes(got) };
        let mut byte = [MaybeUninit::uninit()];
        Next::Done(self.ask(actor, |socket| socket.recv_out_of_band(&mut byte).map(outcome)))
    }
}

/// The outcome of what not every system can do: an error says that this one cannot.
fn did(what: &str, result: io::Result<()>) -> Result<Outcome, Abort> {
    result.map(|()| Outcome::Done).map_err(Abort::because(Doing::Extra(what)))
}
