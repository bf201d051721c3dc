//! Sockets together with what the selector knows of them.

use std::{io, time::Duration};

use mio::{Interest, Registry, Token, event::Source};

use crate::sys::{self, Endpoint};

/// A source, and whether it is registered with the selector.
pub(super) struct Watched<S: ?Sized> {
    pub(super) source: Box<S>,
    registered: bool,
    /// Whether its close may wait for the peer.
    pub(super) lingers: bool,
    /// Whether its own shutdown of writing may be all that `write_closed` tells.
    pub(super) shut_writing: bool,
}

/// An end of a connection.
pub(super) type End = Watched<dyn Endpoint>;

impl<S: ?Sized> Watched<S> {
    pub(super) fn new(source: Box<S>) -> Self {
        Watched { source, registered: false, lingers: false, shut_writing: false }
    }

    /// A source that the selector knows already.
    pub(super) fn registered(source: Box<S>) -> Self {
        Watched { registered: true, ..Watched::new(source) }
    }
}

impl<S: Source + ?Sized> Watched<S> {
    /// Registers the source, or registers it again, so that the flags to come are the present ones on every selector.
    pub(super) fn watch(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
        // Such a selector answers a registration once. The answer to an earlier one may still be on its way, and has
        // only the flags that were left to report then: it must not be taken for the answer to this one.
        if self.registered && sys::REARM.is_some() {
            registry.deregister(&mut *self.source)?;
            self.registered = false;
        }
        if self.registered {
            return registry.reregister(&mut *self.source, token, interest);
        }
        registry.register(&mut *self.source, token, interest)?;
        self.registered = true;
        Ok(())
    }

    /// Has the selector forget the source, if it knows it.
    pub(super) fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        if std::mem::take(&mut self.registered) { registry.deregister(&mut *self.source) } else { Ok(()) }
    }
}

impl End {
    /// Makes the coming close an abort: the peer gets a RST, and nothing is left in TIME_WAIT.
    pub(super) fn set_linger_zero(&self) -> io::Result<()> {
        self.source.socket().set_linger(Some(Duration::ZERO))
    }

    /// Closes it with a RST.
    pub(super) fn reset(self) -> io::Result<()> {
        self.set_linger_zero().and(self.source.close())
    }

    /// Lets the coming close wait for the peer; with a time of zero it is an abort, which does not wait.
    pub(super) fn set_linger(&mut self, time: Duration) -> io::Result<()> {
        self.source.socket().set_linger(Some(time))?;
        self.lingers = !time.is_zero();
        Ok(())
    }
}
