//! Windows, and Wine, which runs the same program.

mod ask;
mod blocked;
mod calls;
mod errors;
mod pipe;
mod stop;

use std::{
    ffi::{CStr, c_char},
    io,
    os::windows::io::{AsRawSocket, BorrowedHandle, IntoRawSocket, RawHandle},
    process::Stdio,
    time::Duration,
};

use windows_sys::{
    Wdk::System::SystemServices::RtlGetVersion,
    Win32::{
        Foundation as win32,
        Networking::WinSock as ws,
        System::{
            LibraryLoader::{GetModuleHandleA, GetProcAddress},
            SystemInformation::OSVERSIONINFOW,
        },
    },
    core::s,
};

use super::{Host, fallback::NO_CONTAINER};
use crate::catalogue::{Axes, Call, SocketOption, Transport, Wait};

pub(crate) use super::fallback::{
    CAN_INTERRUPT, LOCAL_DATAGRAM, NO_SILENT_CLOSE, SIGPIPE_IS_SHARED, ThreadId, accept, ask_nothing, clear_nosigpipe,
    copy_process, destroy, fifo, free_descriptors, has_sigpipe, hold_sigpipe, inherit_sigpipe, interrupt, is_asleep,
    is_named_pipe, is_of_receiver, kill_group, killed_by_sigpipe, local_datagram, local_endpoint, local_listener,
    local_pair, local_socket, open_fifo, program, read_error, restore_sigpipe, returns, set_keepalive_fast,
    set_nosigpipe, set_nosigpipe_flag, set_recverr, set_sigpipe, set_user_timeout, shared_counter, std_write,
    stream_socket, take_sigpipe, thread_id, vanish, write_stdout,
};
pub use super::fallback::{answer_limits, set_inherited};
pub(crate) use ask::look;
pub(crate) use blocked::{Alias, disconnect};
pub(crate) use calls::{read_by, write_by};
pub use errors::error_name;
pub(crate) use pipe::pipe;
pub(crate) use stop::{lock_folder, on_stop};

/// mio polls AFD, the driver below Winsock, through an I/O completion port.
pub const SELECTOR: &str = "iocp";

/// AFD answers a poll once, and what it reports is a level: polling again at once would spin while the level stays.
pub(crate) const REARM: Option<Duration> = Some(Duration::from_millis(1));

/// AFD's flags of a closed write half tell of a RST or of a connect that failed: `WRITE_CLOSED_FLAGS` in mio's
/// src/sys/windows/event.rs.
pub(crate) const SHUTDOWN_CLOSES_WRITING: bool = false;

/// AFD answers a poll for all flags at once.
pub(crate) const SPLIT_EVENTS: bool = false;

/// A child has a duplicate of the socket's handle, of which Winsock does not know: Microsoft documents only
/// WSADuplicateSocket to share a socket.
pub(crate) const MOVED_SOCKETS_MAY_END: bool = true;

/// The errors of a process, or a system, that has no more handles, memory or buffers.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    const WIN32: [u32; 5] = [
        win32::ERROR_TOO_MANY_OPEN_FILES,
        win32::ERROR_NOT_ENOUGH_MEMORY,
        win32::ERROR_OUTOFMEMORY,
        win32::ERROR_NO_SYSTEM_RESOURCES,
        win32::ERROR_COMMITMENT_LIMIT,
    ];
    let Some(code) = error.raw_os_error() else { return false };
    matches!(code, ws::WSAEMFILE | ws::WSAENOBUFS) || WIN32.iter().any(|&listed| listed as i32 == code)
}

/// The errors for a call, an option or an operation that the system does not have. What this program knows to be missing
/// has no code.
pub(crate) fn is_lacking(error: &io::Error) -> bool {
    const WIN32: [u32; 2] = [win32::ERROR_NOT_SUPPORTED, win32::ERROR_CALL_NOT_IMPLEMENTED];
    let Some(code) = error.raw_os_error() else { return error.kind() == io::ErrorKind::Unsupported };
    matches!(code, ws::WSAENOPROTOOPT | ws::WSAEOPNOTSUPP) || WIN32.iter().any(|&listed| listed as i32 == code)
}

/// connect: WSAEWOULDBLOCK.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ws::WSAEWOULDBLOCK)
}

fn missing_transport(transport: Transport) -> Option<&'static str> {
    match transport {
        Transport::Tcp4 | Transport::Tcp6 | Transport::Pipe | Transport::Udp4 | Transport::Udp6 => None,
        Transport::Unix => Some("mio has no Unix sockets on Windows"),
        Transport::Socketpair | Transport::UnixDgram | Transport::UnixSeqpacket => {
            Some("Windows has no socketpair, and neither datagrams nor records over Unix sockets")
        }
        Transport::Fifo => Some("Windows has no named pipes in its file system: `pipe` is one of its own kind"),
        Transport::Pty => Some("Windows has consoles and no terminals that are descriptors"),
        Transport::Vsock => Some("Windows has AF_HYPERV and no AF_VSOCK"),
        Transport::Mptcp => Some("Windows has no MPTCP"),
    }
}

pub(crate) fn unsupported_reason(axes: Axes) -> Option<&'static str> {
    if let Some(reason) = missing_transport(axes.transport) {
        Some(reason)
    } else if !calls::has_call(axes.call) || !calls::has_read_call(axes.read_call) {
        Some("this system does not have the call")
    } else if axes.call == Call::Sendfile && axes.transport == Transport::Pipe {
        Some("TransmitFile sends to sockets only")
    } else if axes.wait != Wait::Mio && axes.transport == Transport::Pipe {
        Some("poll and select take only sockets on this system")
    } else if axes.option != SocketOption::None {
        Some("this system does not have the option")
    } else {
        None
    }
}

/// Windows sends Ctrl-C to no process group that was made with CREATE_NEW_PROCESS_GROUP.
pub(crate) fn new_process_group(command: &mut std::process::Command) -> &mut std::process::Command {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP)
}

/// A socket of Windows' own provider is a kernel handle, of which a child can have a duplicate; only Winsock may close
/// the socket itself.
pub(crate) fn into_stdio(socket: impl IntoRawSocket + AsRawSocket) -> io::Result<Stdio> {
    // SAFETY: the socket, which is this handle, is open until it is closed below.
    let handle = unsafe { BorrowedHandle::borrow_raw(socket.as_raw_socket() as RawHandle) };
    let duplicate = handle.try_clone_to_owned();
    // Whatever this returns, the child has its duplicate.
    let _ = close(socket);
    duplicate.map(Stdio::from)
}

/// closesocket, and what it returned the first time. With a time to linger it fails on a non-blocking socket with
/// WSAEWOULDBLOCK and leaves the socket open, so that a program has to call it again:
/// <https://learn.microsoft.com/windows/win32/api/winsock/nf-winsock-closesocket>. This makes the socket block first,
/// so that the second call waits for that time and closes it.
pub(crate) fn close(socket: impl IntoRawSocket) -> io::Result<()> {
    let socket = socket.into_raw_socket() as ws::SOCKET;
    // SAFETY: into_raw_socket gave up the ownership, so that nothing else uses or closes this socket.
    if unsafe { ws::closesocket(socket) } == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(ws::WSAEWOULDBLOCK) {
        let mut non_blocking = 0;
        // SAFETY: the failed call has left the socket open, and nothing else uses or closes it; `non_blocking` is the
        // u_long that FIONBIO reads.
        unsafe {
            ws::ioctlsocket(socket, ws::FIONBIO, &mut non_blocking);
            ws::closesocket(socket);
        }
    }
    Err(error)
}

/// RtlGetVersion tells the real version, GetVersionEx only to a program whose manifest asks for it. Wine exports
/// `wine_get_version`.
pub fn host() -> Host {
    let mut info = OSVERSIONINFOW { dwOSVersionInfoSize: size_of::<OSVERSIONINFOW>() as u32, ..Default::default() };
    // SAFETY: `info` is a valid OSVERSIONINFOW that says its own size, as RtlGetVersion demands.
    unsafe { RtlGetVersion(&mut info) };
    let (runtime, runtime_version, evidence) = match wine_version() {
        Some(wine) => ("wine", wine_release(&wine), format!("ntdll exports wine_get_version, which says {wine}")),
        None => ("native", String::new(), "ntdll has no wine_get_version".to_owned()),
    };
    Host {
        version: info.dwBuildNumber.to_string(),
        runtime_version,
        kernel: format!("{}.{}.{}", info.dwMajorVersion, info.dwMinorVersion, info.dwBuildNumber),
        runtime,
        evidence,
        container: NO_CONTAINER.to_owned(),
    }
}

/// Wine's version, such as `8.0 (Debian 8.0~repack-4)`; `None` on Windows.
fn wine_version() -> Option<String> {
    // SAFETY: both names are NUL-terminated, and ntdll is loaded in every process for as long as it lives. Wine
    // declares the function as `const char *wine_get_version(void)` (dlls/ntdll/version.c) and returns a text that is
    // never freed.
    let text = unsafe {
        let found = GetProcAddress(GetModuleHandleA(s!("ntdll.dll")), s!("wine_get_version"))?;
        let wine_get_version: extern "C" fn() -> *const c_char = std::mem::transmute(found);
        CStr::from_ptr(wine_get_version())
    };
    Some(text.to_string_lossy().into_owned())
}

/// Wine looks a socket's handle up again when a blocked call on it may go on (`async_recv_proc` and `async_send_proc` in
/// its dlls/ntdll/unix/socket.c), and by then it may be another socket's.
pub(crate) fn close_restarts_calls() -> Option<&'static str> {
    wine_version()
        .map(|_| "on Wine a call goes on with whatever has the closed socket's handle, which may be another trial's")
}

/// `8.0.2` → `8`, `9.21` → `9.21`: stable releases have 0 after the first number and then count patches; development
/// releases count in the second number.
fn wine_release(version: &str) -> String {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let mut numbers = version[..end].split('.');
    match (numbers.next(), numbers.next()) {
        (Some(major), Some("0") | None) => major.to_owned(),
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If the socket stayed open, the peer would wait for the end in vain.
    #[test]
    fn a_socket_that_lingers_and_does_not_block_is_closed() {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.set_nonblocking(true).unwrap();
        while client.write(&[0; 1 << 16]).is_ok() {}
        socket2::SockRef::from(&client).set_linger(Some(Duration::from_secs(1))).unwrap();
        if let Err(error) = close(client) {
            assert_eq!(error.raw_os_error(), Some(ws::WSAEWOULDBLOCK));
        }
        server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let ended = std::iter::repeat_with(|| server.read(&mut [0; 1 << 16])).find(|read| !matches!(read, Ok(1..)));
        let aborted = [ws::WSAECONNRESET, ws::WSAECONNABORTED].map(Some);
        match ended.unwrap() {
            Ok(_) => {}
            Err(error) => assert!(aborted.contains(&error.raw_os_error()), "{error}"),
        }
    }

    #[test]
    fn releases_of_wine_are_stable_across_patches() {
        assert_eq!(wine_release("8.0 (Debian 8.0~repack-4)"), "8");
        assert_eq!(wine_release("10.0"), "10");
        assert_eq!(wine_release("10.0.2"), "10");
        assert_eq!(wine_release("9.21"), "9.21");
        assert_eq!(wine_release("unknown"), "");
    }
}
