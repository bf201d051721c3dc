//! Unix stream sockets and pipes.

use std::io::{self, Read, Write};

use mio::{
    net::{UnixListener, UnixStream},
    unix::pipe::{Receiver, Sender},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use crate::sys::{Endpoint, Listener, endpoint::by_handle};

impl Endpoint for UnixStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(self, buffer)
    }
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::calls::peek(&*self, buffer)
    }
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Write::write(self, data)
    }
    by_handle!();
}

impl Endpoint for Sender {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Nobody but a program with a mistake reads here, and read(2) says so: EBADF.
        Ok(rustix::io::read(&*self, buffer)?)
    }
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::calls::peek(&*self, buffer)
    }
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Write::write(self, data)
    }
    by_handle!();
}

impl Endpoint for Receiver {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(self, buffer)
    }
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::calls::peek(&*self, buffer)
    }
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(&*self, data)?)
    }
    by_handle!();
}

/// A listener whose name goes with it.
struct Named {
    listener: UnixListener,
    /// Holds the socket's file where names are files.
    _folder: Option<tempfile::TempDir>,
}

impl mio::event::Source for Named {
    fn register(&mut self, registry: &mio::Registry, token: mio::Token, interests: mio::Interest) -> io::Result<()> {
        self.listener.register(registry, token, interests)
    }
    fn reregister(&mut self, registry: &mio::Registry, token: mio::Token, interests: mio::Interest) -> io::Result<()> {
        self.listener.reregister(registry, token, interests)
    }
    fn deregister(&mut self, registry: &mio::Registry) -> io::Result<()> {
        self.listener.deregister(registry)
    }
}

impl Listener for Named {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        // Whoever connects here has no name, and its address no length to speak of.
        let (stream, _) = self.listener.accept()?;
        Ok((Box::new(stream), 0))
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(&self.listener)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        super::close(self.listener)
    }
}

/// A Unix socket's listener. On Linux its name is an abstract one, of which nothing can be left behind: unix(7).
pub(crate) fn local_listener(backlog: i32) -> io::Result<(Box<dyn Listener>, SockAddr)> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let (name, folder) = (abstract_name(), None);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let (name, folder) = {
        let folder = tempfile::Builder::new().prefix("brokenpipe-").tempdir()?;
        (folder.path().join("s"), Some(folder))
    };
    let address = SockAddr::unix(&name)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address)?;
    socket.listen(backlog)?;
    let listener = UnixListener::from_std(std::os::unix::net::UnixListener::from(std::os::fd::OwnedFd::from(socket)));
    Ok((Box::new(Named { listener, _folder: folder }), address))
}

/// A name nobody else has: a number drawn by this process, and one that counts. The process's own number would not do, as
/// abstract names are the network namespace's, and processes of two containers may share that and their numbers.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn abstract_name() -> std::path::PathBuf {
    use std::{
        hash::{BuildHasher, RandomState},
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
    };
    static DRAWN: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("\0brokenpipe-{:016x}-{number}", *DRAWN).into()
}

/// A Unix stream socket that is not connected yet.
pub(crate) fn local_socket() -> io::Result<Box<dyn Endpoint>> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let stream = std::os::unix::net::UnixStream::from(std::os::fd::OwnedFd::from(socket));
    Ok(Box::new(UnixStream::from_std(stream)))
}

/// A pipe's writing end and its reading end. They can be used at once.
pub(crate) fn pipe(
    _registry: &mio::Registry,
    _token: mio::Token,
) -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    let (sender, receiver) = mio::unix::pipe::new()?;
    Ok((Box::new(sender), Box::new(receiver)))
}
