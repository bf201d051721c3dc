//! One end of a connection, whatever it is made of, and what listens for connections.

use std::{
    io::{self, Read, Write},
    net::Shutdown,
    process::Stdio,
};

use mio::{
    event::Source,
    net::{TcpListener, TcpStream, UdpSocket},
};
use socket2::SockRef;

use crate::sys;

/// One end of a connection. Reading and writing go through mio; the rest is asked of the socket below.
pub(crate) trait Endpoint: Source + Send {
    /// Reads once.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    /// Reads once and leaves what was read.
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    /// Writes once, as mio and std do it.
    fn write(&mut self, data: &[u8]) -> io::Result<usize>;
    /// Ends one direction or both.
    fn shutdown(&mut self, how: Shutdown) -> io::Result<()> {
        self.socket().shutdown(how)
    }
    /// The socket below; on a pipe every call on it fails, as it would for any program.
    fn socket(&self) -> SockRef<'_>;
    /// Closes it and says what the call returned.
    fn close(self: Box<Self>) -> io::Result<()>;
    /// Gives it up, to become a child's standard stream.
    fn into_stdio(self: Box<Self>) -> io::Result<Stdio>;
}

/// What takes connections.
pub(crate) trait Listener: Source + Send {
    /// Takes one, and says how long the address is that came with it.
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)>;
    /// The socket below.
    fn socket(&self) -> SockRef<'_>;
    /// Closes it and says what the call returned.
    fn close(self: Box<Self>) -> io::Result<()>;
}

/// What every [`Endpoint`] does by the system's handle alone.
macro_rules! by_handle {
    () => {
        fn socket(&self) -> socket2::SockRef<'_> {
            socket2::SockRef::from(self)
        }
        fn close(self: Box<Self>) -> std::io::Result<()> {
            $crate::sys::close(*self)
        }
        fn into_stdio(self: Box<Self>) -> std::io::Result<std::process::Stdio> {
            $crate::sys::into_stdio(*self)
        }
    };
}
#[allow(unused_imports, reason = "only some families have endpoints of their own")]
pub(super) use by_handle;

impl Endpoint for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(self, buffer)
    }
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        TcpStream::peek(self, buffer)
    }
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Write::write(self, data)
    }
    by_handle!();
}

impl Listener for TcpListener {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        let (stream, address) = sys::accept(self)?;
        Ok((Box::new(stream), address))
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        sys::close(*self)
    }
}

/// A connected UDP socket; each write is a datagram.
impl Endpoint for UdpSocket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.recv(buffer)
    }
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        UdpSocket::peek(self, buffer)
    }
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.send(data)
    }
    by_handle!();
}

/// A bound UDP port: it stands where datagrams go, and has nothing to accept.
impl Listener for UdpSocket {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        sys::close(*self)
    }
}
