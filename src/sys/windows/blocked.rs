//! Calls that block in a thread of their own, and connect to no address.

use std::{
    io::{self, Read},
    mem::ManuallyDrop,
    ops::Deref,
    os::windows::io::{AsRawSocket, FromRawSocket},
};

use socket2::Socket;
use windows_sys::Win32::Networking::WinSock as ws;

/// A socket that somebody else owns, and may close while a call on it goes on, which ends that call: closesocket.
pub(crate) struct Alias(ManuallyDrop<Socket>);

impl Alias {
    pub(crate) fn new(socket: &Socket) -> io::Result<Self> {
        // SAFETY: the socket is open, and is not closed by this, which is never dropped. Whoever has this makes one call
        // on it, and the owner closes the socket only when that call has begun.
        Ok(Alias(ManuallyDrop::new(unsafe { Socket::from_raw_socket(socket.as_raw_socket()) })))
    }

    /// recv.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Deref for Alias {
    type Target = Socket;
    fn deref(&self) -> &Socket {
        &self.0
    }
}

/// connect to an address of AF_UNSPEC.
pub(crate) fn disconnect(socket: &Socket) -> io::Result<()> {
    let address = ws::SOCKADDR::default();
    let length = size_of::<ws::SOCKADDR>() as i32;
    // SAFETY: the pointer is to an address that lives through the call, which reads no more than its length.
    let failed = unsafe { ws::connect(socket.as_raw_socket() as ws::SOCKET, &address, length) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
