//! Unix stream sockets and pipes.

use std::io::{self, Read, Write};

use mio::{
    net::{UnixListener, UnixStream},
    unix::pipe::{Receiver, Sender},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::calls::peek;
use crate::sys::endpoint::{Endpoint, Listener, endpoint};

endpoint!(UnixStream: Read::read, peek, Write::write);
// Reading from the writing end is a program's mistake, and read(2) answers it with EBADF; so does write(2) at the
// other.
endpoint!(Sender: rustix::io::read, peek, Write::write);
endpoint!(Receiver: Read::read, peek, rustix::io::write);

/// A listener, and the file that its name may be, which is deleted with it.
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
        // Whoever connects here is not bound, so that its address says nothing.
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

/// A listening Unix socket and its address. On Linux the name is abstract, so that no file can be left behind: unix(7).
pub(crate) fn local_listener(backlog: i32) -> io::Result<(Box<dyn Listener>, SockAddr)> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let (name, folder) = (abstract_name(), None);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let (name, folder) = {
        // The name of a socket is short (unix(4), sun_path), and TMPDIR may be long, or name no folder.
        let folder_in = |parent: &std::path::Path| tempfile::Builder::new().prefix("brokenpipe-").tempdir_in(parent);
        let folder = folder_in("/tmp".as_ref()).or_else(|_| folder_in(&std::env::temp_dir()))?;
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

/// A name that nobody else has: a random number of this process, and a counter. The process id would not do, since
/// abstract names belong to the network namespace, and two containers that share one may have processes of the same id.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn abstract_name() -> std::path::PathBuf {
    use std::{
        hash::{BuildHasher, RandomState},
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
    };
    static RANDOM: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("\0brokenpipe-{:016x}-{number}", *RANDOM).into()
}

/// A Unix stream socket that is not connected.
pub(crate) fn local_socket() -> io::Result<Box<dyn Endpoint>> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let stream = std::os::unix::net::UnixStream::from(std::os::fd::OwnedFd::from(socket));
    Ok(Box::new(UnixStream::from_std(stream)))
}

/// The writing and the reading end of a pipe. NetBSD's kqueue does not register EVFILT_WRITE for either once the other
/// is closed (EBADF: `pipe_kqfilter` in sys/kern/sys_pipe.c), but keeps what it has.
pub(crate) fn pipe(registry: &mio::Registry, token: mio::Token) -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    let (mut sender, mut receiver) = mio::unix::pipe::new()?;
    let both = mio::Interest::READABLE | mio::Interest::WRITABLE;
    registry.register(&mut sender, token, both)?;
    registry.register(&mut receiver, token, both)?;
    Ok((Box::new(sender), Box::new(receiver)))
}
