//! The system calls that write and read, each by its name.

use std::{
    io::{self, IoSlice, IoSliceMut},
    os::fd::AsFd,
};

use rustix::net::{RecvFlags, SendFlags, recvmsg, sendmsg};
use socket2::Socket;

use crate::{
    catalogue::{Call, ReadCall},
    sys::CallError,
};

pub(crate) fn write_by(call: Call, socket: &Socket, data: &[u8]) -> Option<Result<usize, CallError>> {
    let written = match call {
        Call::Write => rustix::io::write(socket, data),
        Call::Writev => rustix::io::writev(socket, &[IoSlice::new(data)]),
        Call::Send => rustix::net::send(socket, data, SendFlags::empty()),
        Call::SendNosignal => rustix::net::send(socket, data, SendFlags::from_bits_retain(MSG_NOSIGNAL)),
        Call::Sendmsg => sendmsg(socket, &[IoSlice::new(data)], &mut Default::default(), SendFlags::empty()),
        #[cfg(sendfile)]
        Call::Sendfile => return Some(sendfile(socket, data.len())),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Call::Splice => return Some(splice(socket, data)),
        _ => return None,
    };
    Some(written.map_err(called))
}

pub(crate) fn read_by(call: ReadCall, socket: &Socket, buffer: &mut [u8]) -> Option<io::Result<usize>> {
    let read = match call {
        ReadCall::Std => return None,
        ReadCall::Read => rustix::io::read(socket, buffer),
        ReadCall::Readv => rustix::io::readv(socket, &mut [IoSliceMut::new(buffer)]),
        ReadCall::Recv => rustix::net::recv(socket, buffer, RecvFlags::empty()).map(|(count, _)| count),
        ReadCall::Recvmsg => {
            recvmsg(socket, &mut [IoSliceMut::new(buffer)], &mut Default::default(), RecvFlags::empty())
                .map(|message| message.bytes)
        }
        ReadCall::RecvWaitall => return Some(recv_waitall(socket, buffer)),
    };
    Some(read.map_err(io::Error::from))
}

/// recv(2) with MSG_WAITALL. Linux does not wait for the rest on a socket that does not block (`tcp_recvmsg_locked` in
/// net/ipv4/tcp.c).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn recv_waitall(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    let (count, _) = rustix::net::recv(socket, buffer, RecvFlags::WAITALL)?;
    Ok(count)
}

/// The BSDs wait even on a socket that does not block, once there are some data (`soreceive_generic` in FreeBSD's
/// sys/kern/uipc_socket.c, `soreceive` in those of the others), but not for longer than SO_RCVTIMEO, and then return
/// what they have.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn recv_waitall(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    const LONGEST: std::time::Duration = std::time::Duration::from_millis(20);
    // A socket that was shut down may refuse the option, and does not wait, either. So may one that is reset meanwhile:
    // what the read gave is the outcome all the same.
    let is_set = socket.set_read_timeout(Some(LONGEST)).is_ok();
    let read = rustix::net::recv(socket, buffer, RecvFlags::WAITALL);
    if is_set {
        let _ = socket.set_read_timeout(None);
    }
    Ok(read?.0)
}

/// Whether this system has the call.
pub(crate) fn has_call(call: Call) -> bool {
    match call {
        Call::WsaSend => false,
        Call::Sendfile => cfg!(sendfile),
        Call::Splice => cfg!(any(target_os = "linux", target_os = "android")),
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
fn sendfile(socket: impl AsFd, count: usize) -> Result<usize, CallError> {
    use rustix::fs::MemfdFlags;
    let prepared = |error: rustix::io::Errno| CallError::Before("a file in memory for sendfile", error.into());
    let file = rustix::fs::memfd_create("brokenpipe", MemfdFlags::CLOEXEC).map_err(prepared)?;
    rustix::fs::ftruncate(&file, count as u64).map_err(prepared)?;
    rustix::fs::sendfile(socket, file, Some(&mut 0), count).map_err(called)
}

/// sendfile(2) from the file of this program, which needs no folder that may be written to, and is a regular file as
/// Apple's systems demand. A count of 0 means all that follows (sendfile(2) of FreeBSD and of macOS), so that no bytes
/// are sent from the end.
#[cfg(all(sendfile, not(any(target_os = "linux", target_os = "android"))))]
fn sendfile(socket: impl AsFd, count: usize) -> Result<usize, CallError> {
    use std::{fs::File, os::fd::AsRawFd};
    let prepared = |error: io::Error| CallError::Before("the program's file for sendfile", error);
    let program = super::program().ok_or_else(|| prepared(io::ErrorKind::NotFound.into()))?;
    let program = File::open(program).map_err(prepared)?;
    let offset = if count == 0 { program.metadata().map_err(prepared)?.len() } else { 0 } as libc::off_t;
    let (file, socket) = (program.as_raw_fd(), socket.as_fd().as_raw_fd());
    // SAFETY: both descriptors are open through the call, there are no headers, and the last pointer is to an off_t.
    #[cfg(any(target_os = "freebsd", target_os = "dragonfly"))]
    let (failed, sent) = unsafe {
        let mut sent: libc::off_t = 0;
        (libc::sendfile(file, socket, offset, count, std::ptr::null_mut(), &raw mut sent, 0) != 0, sent)
    };
    // SAFETY: both descriptors are open through the call, the first pointer is to an off_t, and there are no headers.
    #[cfg(target_vendor = "apple")]
    let (failed, sent) = unsafe {
        let mut length = count as libc::off_t;
        (libc::sendfile(file, socket, offset, &raw mut length, std::ptr::null_mut(), 0) != 0, length)
    };
    // SAFETY: both descriptors are open through the call, and the pointer is to an off_t, which is moved by what was
    // sent, even if the call fails (sendfile(3EXT)).
    #[cfg(target_os = "illumos")]
    let (failed, sent) = unsafe {
        let mut end = offset;
        (libc::sendfile(socket, file, &raw mut end, count) == -1, end - offset)
    };
    if !failed {
        return Ok(sent as usize);
    }
    // It fails with EAGAIN, too, if a non-blocking socket has taken some of the bytes.
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::WouldBlock && sent > 0 { Ok(sent as usize) } else { Err(CallError::Call(error)) }
}

/// splice(2) from a pipe that holds the data, or as much of them as fits.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn splice(socket: impl AsFd, data: &[u8]) -> Result<usize, CallError> {
    use rustix::pipe::{PipeFlags, SpliceFlags, pipe_with, splice};
    let prepared = |error: rustix::io::Errno| CallError::Before("a pipe for splice", error.into());
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).map_err(prepared)?;
    let held = rustix::io::write(writer, data).map_err(prepared)?;
    splice(reader, None, socket, None, held, SpliceFlags::NONBLOCK).map_err(called)
}

/// The error of the call that writes.
fn called(error: rustix::io::Errno) -> CallError {
    CallError::Call(error.into())
}

/// recv(2) with MSG_PEEK.
pub(crate) fn peek(socket: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    let (count, _) = rustix::net::recv(socket, buffer, rustix::net::RecvFlags::PEEK)?;
    Ok(count)
}
