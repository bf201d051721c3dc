//! One end of a connection, whatever it is made of, and listeners.

use std::{io, net::Shutdown, process::Stdio};

use mio::event::Source;
use socket2::SockRef;

/// One end of a connection. mio's types read and write; everything else goes to the socket below them. No call blocks.
pub(crate) trait Endpoint: Source + Send {
    /// Reads once. 0 bytes mean the end of the stream, or an empty datagram.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    /// Reads once, and leaves the data in the socket (MSG_PEEK).
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    /// Writes once, with the system call that mio and std use, and returns how many bytes were written.
    fn write(&mut self, data: &[u8]) -> io::Result<usize>;
    /// Ends one direction or both.
    fn shutdown(&mut self, how: Shutdown) -> io::Result<()> {
        self.socket().shutdown(how)
    }
    /// The socket. If it is a pipe, every call on it fails as it would in any program.
    fn socket(&self) -> SockRef<'_>;
    /// Closes it and returns what the call returned.
    fn close(self: Box<Self>) -> io::Result<()>;
    /// Makes it the standard stream of a child.
    fn into_stdio(self: Box<Self>) -> io::Result<Stdio>;
}

/// What accepts connections.
pub(crate) trait Listener: Source + Send {
    /// Accepts a connection, and returns it with the length in bytes of the address that came with it.
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)>;
    /// The socket.
    fn socket(&self) -> SockRef<'_>;
    /// Closes it and returns what the call returned.
    fn close(self: Box<Self>) -> io::Result<()>;
}

/// Keeps a listener's name when it is closed, so that connecting to it is refused and not impossible: the folder of a
/// Unix socket's file, which is deleted when this is dropped. `None` for a name that is no file.
pub(crate) type KeptName = Option<tempfile::TempDir>;

/// Implements [`Endpoint`] with three functions, and the rest with the type's handle.
macro_rules! endpoint {
    ($name:ident: $read:path, $peek:path, $write:path) => {
        #[allow(clippy::needless_question_mark, reason = "some of these functions have errors of rustix")]
        impl $crate::sys::Endpoint for $name {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                Ok($read(self, buffer)?)
            }
            fn peek(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                Ok($peek(self, buffer)?)
            }
            fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                Ok($write(self, data)?)
            }
            fn socket(&self) -> socket2::SockRef<'_> {
                socket2::SockRef::from(self)
            }
            fn close(self: Box<Self>) -> std::io::Result<()> {
                $crate::sys::family::close(*self)
            }
            fn into_stdio(self: Box<Self>) -> std::io::Result<std::process::Stdio> {
                $crate::sys::family::into_stdio(*self)
            }
        }
    };
}
pub(super) use endpoint;
