//! Unix stream sockets and pipes.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use mio::{
    net::{UnixListener, UnixStream},
    unix::pipe::{Receiver, Sender},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::calls::peek;
use crate::sys::endpoint::{Endpoint, KeptName, Listener, endpoint};

endpoint!(UnixStream: Read::read, peek, Write::write);
// Reading from the writing end is a program's mistake, and read(2) answers it with EBADF; so does write(2) at the
// other.
endpoint!(Sender: rustix::io::read, peek, Write::write);
endpoint!(Receiver: Read::read, peek, rustix::io::write);

impl Listener for UnixListener {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        // Whoever connects here is not bound, so that its address says nothing.
        let (stream, _) = UnixListener::accept(self)?;
        Ok((Box::new(stream), 0))
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        super::close(*self)
    }
}

/// A name that nobody else has, and what keeps it. On Linux the name is abstract, so that no file can be left behind:
/// unix(7). Such a name is free once its socket is closed, and connecting to it is refused as to a file that nobody
/// listens at.
pub(super) fn own_name() -> io::Result<(PathBuf, KeptName)> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return Ok((abstract_name(), None));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    file_name()
}

pub(super) fn listen(name: &Path, backlog: i32) -> io::Result<(UnixListener, SockAddr)> {
    let address = SockAddr::unix(name)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address)?;
    socket.listen(backlog)?;
    let listener = std::os::unix::net::UnixListener::from(std::os::fd::OwnedFd::from(socket));
    Ok((UnixListener::from_std(listener), address))
}

/// A file in a folder of its own. The name of a socket is short (unix(4), sun_path), and TMPDIR may be long, or name no
/// folder.
pub(super) fn file_name() -> io::Result<(PathBuf, KeptName)> {
    let folder_in = |parent: &Path| tempfile::Builder::new().prefix("brokenpipe-").tempdir_in(parent);
    let folder = folder_in("/tmp".as_ref()).or_else(|_| folder_in(&std::env::temp_dir()))?;
    Ok((folder.path().join("s"), Some(folder)))
}

/// A name that nobody else has: a random number of this process, and a counter. The process id alone would not do, since
/// abstract names belong to the network namespace, and two containers that share one may have processes of the same id.
/// Copies of a process may have the same random keys.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn abstract_name() -> PathBuf {
    use std::{
        hash::{BuildHasher, RandomState},
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
    };
    static RANDOM: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("\0brokenpipe-{:016x}-{number}", *RANDOM).into()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue::Transport, sys::local_socket};

    /// What a client gets that connects to this name.
    fn connect(address: &SockAddr) -> io::ErrorKind {
        let client = local_socket(Transport::Unix).unwrap();
        client.socket().connect(address).unwrap_err().kind()
    }

    #[test]
    fn a_closed_listener_refuses_as_long_as_its_name_is_kept() {
        let (name, kept) = file_name().unwrap();
        let (listener, address) = listen(&name, 1).unwrap();
        Listener::close(Box::new(listener)).unwrap();
        assert_eq!(connect(&address), io::ErrorKind::ConnectionRefused);
        drop(kept);
        assert_eq!(connect(&address), io::ErrorKind::NotFound);
        assert!(!name.parent().unwrap().exists());
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_closed_listener_with_an_abstract_name_refuses_as_well() {
        let (listener, address, kept) = crate::sys::local_listener(Transport::Unix, 1).unwrap();
        listener.close().unwrap();
        assert!(kept.is_none());
        assert_eq!(connect(&address), io::ErrorKind::ConnectionRefused);
    }
}
