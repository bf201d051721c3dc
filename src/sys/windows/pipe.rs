//! Named pipes, the only ones that mio can poll on Windows. They carry data both ways; the client writes, the server
//! reads.

use std::{
    fs::OpenOptions,
    io::{self, Read, Write},
    os::windows::{
        fs::OpenOptionsExt,
        io::{AsRawHandle, AsSocket, BorrowedHandle, BorrowedSocket, FromRawHandle, IntoRawHandle, RawSocket},
    },
    process::{self, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use mio::{Interest, Registry, Token, event::Source, windows::NamedPipe};
use socket2::SockRef;
use windows_sys::Win32::{Networking::WinSock as ws, Storage::FileSystem::FILE_FLAG_OVERLAPPED};

use crate::sys::Endpoint;

/// An end of a pipe, registered for as long as it lives: mio reads and writes in the background, which it can do for a
/// registered pipe only.
struct End(NamedPipe);

/// [`pipe`] has registered it, so that this registers it again.
impl Source for End {
    fn register(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.0.reregister(registry, token, interests)
    }
    fn reregister(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.0.reregister(registry, token, interests)
    }
    /// It stays registered: a read that is under way reports to the selector.
    fn deregister(&mut self, _registry: &Registry) -> io::Result<()> {
        Ok(())
    }
}

/// A program that takes a pipe for a socket: Winsock looks the handle up and returns WSAENOTSOCK.
impl AsSocket for End {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        // SAFETY: the handle is open while the pipe is borrowed, and is not -1; Winsock's calls fail on what is no
        // socket.
        unsafe { BorrowedSocket::borrow_raw(self.0.as_raw_handle() as RawSocket) }
    }
}

impl Endpoint for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let socket = self.0.as_raw_handle() as ws::SOCKET;
        let length = i32::try_from(buffer.len()).unwrap_or(i32::MAX);
        // SAFETY: the buffer is writable for that length through the call, which fails on what is no socket.
        let count = unsafe { ws::recv(socket, buffer.as_mut_ptr(), length, ws::MSG_PEEK) };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.write(data)
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    /// mio closes the handle when its work in the background has ended, and tells no result; a program can only drop
    /// the pipe.
    fn close(self: Box<Self>) -> io::Result<()> {
        drop(self);
        Ok(())
    }
    /// The child gets a duplicate, since mio does not give its handle back.
    fn into_stdio(self: Box<Self>) -> io::Result<Stdio> {
        // SAFETY: the handle is open until the pipe is dropped at the end of this.
        unsafe { BorrowedHandle::borrow_raw(self.0.as_raw_handle()) }.try_clone_to_owned().map(Stdio::from)
    }
}

/// A pipe under a name that nobody else has: the client's end, which opened it, and the server's, which made it.
pub(crate) fn pipe(registry: &Registry, token: Token) -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = format!(r"\\.\pipe\brokenpipe-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut server = NamedPipe::new(&name)?;
    let opened = OpenOptions::new().read(true).write(true).custom_flags(FILE_FLAG_OVERLAPPED).open(&name)?;
    // SAFETY: into_raw_handle gave up the ownership; the handle is for overlapped operations, as mio demands.
    let mut client = unsafe { NamedPipe::from_raw_handle(opened.into_raw_handle()) };
    for end in [&mut server, &mut client] {
        end.register(registry, token, Interest::READABLE | Interest::WRITABLE)?;
    }
    // The other end has opened the pipe, so that there is nothing to wait for.
    server.connect()?;
    Ok((Box::new(End(client)), Box::new(End(server))))
}
