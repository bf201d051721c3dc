//! The calls of Winsock that write and read, each by its name. std's own are send and recv.

use std::{
    fs::File,
    io,
    mem::zeroed,
    os::windows::io::{AsRawHandle, AsRawSocket},
    ptr,
};

use socket2::Socket;
use windows_sys::Win32::{
    Networking::WinSock as ws,
    System::IO::{CancelIoEx, OVERLAPPED},
};

use crate::{
    catalogue::{Call, ReadCall},
    sys::CallError,
};

/// How long TransmitFile may take, in milliseconds. It waits for room in the buffer even if the socket does not block,
/// since a call that is overlapped goes on in the background.
const LONGEST: u32 = 100;

/// Whether this system has the call that writes.
pub(super) fn has_call(call: Call) -> bool {
    matches!(call, Call::Std | Call::WsaSend | Call::Sendfile)
}

/// Whether this system has the call that reads. recvmsg's counterpart, WSARecvMsg, is for datagrams only.
pub(super) fn has_read_call(call: ReadCall) -> bool {
    matches!(call, ReadCall::Std | ReadCall::Recv | ReadCall::RecvWaitall | ReadCall::Readv)
}

pub(crate) fn write_by(call: Call, socket: &Socket, data: &[u8]) -> Option<Result<usize, CallError>> {
    match call {
        Call::WsaSend => Some(wsa_send(socket, data).map_err(CallError::Call)),
        Call::Sendfile => Some(transmit_file(socket, data.len())),
        _ => None,
    }
}

pub(crate) fn read_by(call: ReadCall, socket: &Socket, buffer: &mut [u8]) -> Option<io::Result<usize>> {
    match call {
        ReadCall::Recv => Some(recv(socket, buffer, 0)),
        // It fails with WSAEOPNOTSUPP where the socket does not block
        // (<https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-recv>).
        ReadCall::RecvWaitall => Some(recv(socket, buffer, ws::MSG_WAITALL)),
        ReadCall::Readv => Some(wsa_recv(socket, buffer)),
        _ => None,
    }
}

/// The error of the last call of Winsock, unless it succeeded.
fn result(failed: i32, count: u32) -> io::Result<usize> {
    if failed == 0 { Ok(count as usize) } else { Err(io::Error::last_os_error()) }
}

fn wsa_send(socket: &Socket, data: &[u8]) -> io::Result<usize> {
    let buffer = ws::WSABUF { len: data.len() as u32, buf: data.as_ptr().cast_mut() };
    let mut sent = 0;
    // SAFETY: there is one buffer, as the count says; it lives through the call, which is not overlapped and only reads
    // it.
    let failed = unsafe {
        let socket = socket.as_raw_socket() as ws::SOCKET;
        ws::WSASend(socket, &buffer, 1, &mut sent, 0, ptr::null_mut(), None)
    };
    result(failed, sent)
}

fn wsa_recv(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    let buffer = ws::WSABUF { len: buffer.len() as u32, buf: buffer.as_mut_ptr() };
    let (mut got, mut flags) = (0, 0);
    // SAFETY: there is one buffer, as the count says; it lives through the call, which is not overlapped, and nothing
    // else uses it meanwhile.
    let failed = unsafe {
        let socket = socket.as_raw_socket() as ws::SOCKET;
        ws::WSARecv(socket, &buffer, 1, &mut got, &mut flags, ptr::null_mut(), None)
    };
    result(failed, got)
}

fn recv(socket: &Socket, buffer: &mut [u8], flags: ws::SEND_RECV_FLAGS) -> io::Result<usize> {
    // SAFETY: the buffer has as many bytes as are said, and nothing else uses it during the call.
    let got =
        unsafe { ws::recv(socket.as_raw_socket() as ws::SOCKET, buffer.as_mut_ptr(), buffer.len() as i32, flags) };
    usize::try_from(got).map_err(|_| io::Error::last_os_error())
}

/// An event of Winsock, closed with this.
struct Event(ws::WSAEVENT);

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: the event is open, and this is its only owner.
        unsafe { ws::WSACloseEvent(self.0) };
    }
}

/// TransmitFile from the file of this program. A count of 0 means all that follows, so that no bytes are sent from the
/// end.
fn transmit_file(socket: &Socket, count: usize) -> Result<usize, CallError> {
    const NEEDED: &str = "the program's file for TransmitFile";
    let prepared = |error: io::Error| CallError::Before(NEEDED, error);
    let program = super::program().ok_or_else(|| prepared(io::ErrorKind::NotFound.into()))?;
    let program = File::open(program).map_err(prepared)?;
    let offset = if count == 0 { program.metadata().map_err(prepared)?.len() } else { 0 };
    // SAFETY: it takes nothing.
    let event = Event(unsafe { ws::WSACreateEvent() });
    if event.0 == 0 {
        return Err(prepared(io::Error::last_os_error()));
    }
    // SAFETY: an OVERLAPPED of zeros is valid: no event, and the offset 0.
    let mut overlapped: OVERLAPPED = unsafe { zeroed() };
    overlapped.hEvent = event.0 as _;
    overlapped.Anonymous.Anonymous.Offset = offset as u32;
    overlapped.Anonymous.Anonymous.OffsetHigh = (offset >> 32) as u32;
    let raw = socket.as_raw_socket() as ws::SOCKET;
    // SAFETY: the socket and the file are open until the transmission has ended, which `finish` waits for; so is the
    // OVERLAPPED, which does not move. There are no buffers.
    let begun = unsafe {
        ws::TransmitFile(raw, program.as_raw_handle(), count as u32, 0, &mut overlapped, ptr::null(), 0) != 0
    };
    let error = io::Error::last_os_error();
    if !begun && error.raw_os_error() != Some(ws::WSA_IO_PENDING) {
        return Err(CallError::Call(error));
    }
    finish(raw, &mut overlapped).map_err(CallError::Call)
}

/// Waits for the end of a transmission, and ends it if it takes long. What was sent until then counts.
fn finish(socket: ws::SOCKET, overlapped: &mut OVERLAPPED) -> io::Result<usize> {
    let (mut sent, mut flags) = (0, 0);
    // SAFETY: the event, the socket and the OVERLAPPED are those of a call that has begun, and live until its end, which
    // the last call waits for.
    let (is_late, ended) = unsafe {
        // It gives the number of the event, of which there is one.
        let is_late = ws::WSAWaitForMultipleEvents(1, &overlapped.hEvent, 0, LONGEST, 0) != 0;
        if is_late {
            CancelIoEx(socket as _, overlapped);
        }
        (is_late, ws::WSAGetOverlappedResult(socket, overlapped, &mut sent, 1, &mut flags) != 0)
    };
    let error = io::Error::last_os_error();
    match (ended, is_late) {
        (true, _) => Ok(sent as usize),
        (false, true) if sent > 0 => Ok(sent as usize),
        // It may have failed just then.
        (false, true) if error.raw_os_error() == Some(ws::WSA_OPERATION_ABORTED) => {
            Err(io::Error::from_raw_os_error(ws::WSAEWOULDBLOCK))
        }
        (false, _) => Err(error),
    }
}
