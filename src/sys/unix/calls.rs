//! The system calls that write, each by its name.

use std::{
    io::{self, IoSlice},
    os::fd::AsFd,
};

use rustix::net::{SendFlags, sendmsg};
use socket2::Socket;

use crate::catalogue::Call;

pub(crate) fn write_by(call: Call, socket: &Socket, data: &[u8]) -> Option<io::Result<usize>> {
    let written = match call {
        Call::Write => rustix::io::write(socket, data),
        Call::Writev => rustix::io::writev(socket, &[IoSlice::new(data)]),
        Call::Send => rustix::net::send(socket, data, SendFlags::empty()),
        Call::SendNosignal => rustix::net::send(socket, data, SendFlags::from_bits_retain(MSG_NOSIGNAL)),
        Call::Sendmsg => sendmsg(socket, &[IoSlice::new(data)], &mut Default::default(), SendFlags::empty()),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Call::Sendfile => return Some(sendfile(socket, data.len())),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Call::Splice => splice(socket, data),
        _ => return None,
    };
    Some(written.map_err(io::Error::from))
}

/// Whether this system has the call.
pub(crate) fn has_call(call: Call) -> bool {
    match call {
        Call::WsaSend => false,
        Call::Sendfile | Call::Splice => cfg!(any(target_os = "linux", target_os = "android")),
        _ => true,
    }
}

/// Apple's headers have it since macOS 11 (`bsd/sys/socket.h` of xnu-7195); rustix does not have it there.
#[cfg(target_vendor = "apple")]
const MSG_NOSIGNAL: u32 = 0x80000;
#[cfg(not(target_vendor = "apple"))]
const MSG_NOSIGNAL: u32 = libc::MSG_NOSIGNAL as u32;

/// sendfile(2) from a file in memory, which needs no folder that may be written to and no /proc.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn sendfile(socket: impl AsFd, count: usize) -> io::Result<usize> {
    use rustix::fs::MemfdFlags;
    let file = rustix::fs::memfd_create("brokenpipe", MemfdFlags::CLOEXEC)?;
    rustix::fs::ftruncate(&file, count as u64)?;
    Ok(rustix::fs::sendfile(socket, file, Some(&mut 0), count)?)
}

/// splice(2) from a pipe that holds the data, or as much of them as fits.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn splice(socket: impl AsFd, data: &[u8]) -> rustix::io::Result<usize> {
    use rustix::pipe::{PipeFlags, SpliceFlags, pipe_with, splice};
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let held = rustix::io::write(writer, data)?;
    splice(reader, None, socket, None, held, SpliceFlags::NONBLOCK)
}

/// recv(2) with MSG_PEEK.
pub(crate) fn peek(socket: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    let (count, _) = rustix::net::recv(socket, buffer, rustix::net::RecvFlags::PEEK)?;
    Ok(count)
}
