//! Named pipes, the only ones that mio can poll on Windows. They carry both ways; the client writes, the server reads.

use std::{
    fs::OpenOptions,
    io::{self, Read, Write},
    os::windows::{
        fs::OpenOptionsExt,
        io::{AsRawHandle, AsSocket, BorrowedSocket, FromRawHandle, IntoRawHandle, RawSocket},
    },
    process::{self, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use mio::{Interest, Registry, Token, event::Source, windows::NamedPipe};
use socket2::SockRef;
use windows_sys::Win32::{Networking::WinSock as ws, Storage::FileSystem::FILE_FLAG_OVERLAPPED};

use crate::sys::Endpoint;

/// An end of a pipe, which is registered for as long as it lives: mio reads and writes for it in the background, and what
/// is not registered yet cannot be used.
struct End(NamedPipe);

/// To register it is to register it anew, since [`pipe`] did it first.
impl Source for End {
    fn register(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.0.reregister(registry, token, interests)
    }
    fn reregister(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.0.reregister(registry, token, interests)
    }
    /// It stays known: a read that is under way needs somebody to tell.
    fn deregister(&mut self, _registry: &Registry) -> io::Result<()> {
        Ok(())
    }
}

/// What a program does that takes a pipe for a socket: Winsock looks the handle up and says WSAENOTSOCK.
impl AsSocket for End {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        // SAFETY: the handle is open for as long as the pipe is borrowed and is not -1; Winsock's calls check that it is
        // a socket, and fail if not.
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
    /// mio closes the handle as soon as what it does in the background has ended, and there is no result of that: to
    /// drop the pipe is all that a program can do, and it cannot fail.
    fn close(self: Box<Self>) -> io::Result<()> {
        drop(self);
        Ok(())
    }
    /// mio does not give the handle back, but a duplicate is as good, and it closes its own.
    fn into_stdio(self: Box<Self>) -> io::Result<Stdio> {
        super::duplicate(self.0.as_raw_handle())
    }
}

/// A pipe under a name that nobody else has: the end that opened it, and the end that made it.
pub(crate) fn pipe(registry: &Registry, token: Token) -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = format!(r"\\.\pipe\brokenpipe-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut server = NamedPipe::new(&name)?;
    let opened = OpenOptions::new().read(true).write(true).custom_flags(FILE_FLAG_OVERLAPPED).open(&name)?;
    // SAFETY: into_raw_handle gave up the ownership of a handle for overlapped operations, as mio asks for.
    let mut client = unsafe { NamedPipe::from_raw_handle(opened.into_raw_handle()) };
    for end in [&mut server, &mut client] {
        end.register(registry, token, Interest::READABLE | Interest::WRITABLE)?;
    }
    // The other end has opened it, and so this has nothing to wait for.
    server.connect()?;
    Ok((Box::new(End(client)), Box::new(End(server))))
}
