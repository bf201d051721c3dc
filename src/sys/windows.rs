//! Windows, and Wine, which runs the same program.

use std::{
    io,
    os::windows::io::{AsRawSocket, FromRawHandle, IntoRawSocket, OwnedHandle},
    process::Stdio,
    time::Duration,
};

use socket2::{Socket, TcpKeepalive};
use windows_sys::{
    Wdk::System::SystemServices::RtlGetVersion,
    Win32::{
        Networking::WinSock as ws,
        System::{
            LibraryLoader::{GetModuleHandleA, GetProcAddress},
            SystemInformation::OSVERSIONINFOW,
        },
    },
    core::s,
};

use super::{ErrorName, Host};
use crate::catalogue::{Axes, Call, Setting, SocketOption, Transport};

pub(crate) use super::not_unix::{
    accept, has_sigpipe, killed_by_sigpipe, local_listener, local_socket, pass_sigpipe_on, pipe, restore_sigpipe,
    set_nosigpipe, set_nosigpipe_flag, set_sigpipe, set_user_timeout, stream_socket, take_sigpipe, vanish,
    write_stdout,
};

/// mio polls AFD, the driver below Winsock, through an I/O completion port.
pub const SELECTOR: &str = "iocp";

/// AFD's poll is answered once and then has to be asked again, and its answer is a level: asking again at once
/// would spin while the level stays.
pub(crate) const REARM: Option<Duration> = Some(Duration::from_millis(1));

macro_rules! error_names {
    ($($native:ident = $canonical:literal,)*) => {
        /// Names of Winsock's errors with POSIX's spelling where POSIX has the error, after
        /// <https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2>.
        pub fn error_name(code: i32) -> Option<ErrorName> {
            match code {
                $(ws::$native => Some(ErrorName { canonical: $canonical, native: stringify!($native) }),)*
                _ => None,
            }
        }
    };
}

error_names! {
    WSAEINTR = "EINTR",
    WSAEBADF = "EBADF",
    WSAEACCES = "EACCES",
    WSAEFAULT = "EFAULT",
    WSAEINVAL = "EINVAL",
    WSAEMFILE = "EMFILE",
    WSAEWOULDBLOCK = "EAGAIN",
    WSAEINPROGRESS = "EINPROGRESS",
    WSAEALREADY = "EALREADY",
    WSAENOTSOCK = "ENOTSOCK",
    WSAEDESTADDRREQ = "EDESTADDRREQ",
    WSAEMSGSIZE = "EMSGSIZE",
    WSAEPROTOTYPE = "EPROTOTYPE",
    WSAENOPROTOOPT = "ENOPROTOOPT",
    WSAEPROTONOSUPPORT = "EPROTONOSUPPORT",
    WSAESOCKTNOSUPPORT = "ESOCKTNOSUPPORT",
    WSAEOPNOTSUPP = "EOPNOTSUPP",
    WSAEPFNOSUPPORT = "EPFNOSUPPORT",
    WSAEAFNOSUPPORT = "EAFNOSUPPORT",
    WSAEADDRINUSE = "EADDRINUSE",
    WSAEADDRNOTAVAIL = "EADDRNOTAVAIL",
    WSAENETDOWN = "ENETDOWN",
    WSAENETUNREACH = "ENETUNREACH",
    WSAENETRESET = "ENETRESET",
    WSAECONNABORTED = "ECONNABORTED",
    WSAECONNRESET = "ECONNRESET",
    WSAENOBUFS = "ENOBUFS",
    WSAEISCONN = "EISCONN",
    WSAENOTCONN = "ENOTCONN",
    WSAESHUTDOWN = "ESHUTDOWN",
    WSAETOOMANYREFS = "ETOOMANYREFS",
    WSAETIMEDOUT = "ETIMEDOUT",
    WSAECONNREFUSED = "ECONNREFUSED",
    WSAELOOP = "ELOOP",
    WSAENAMETOOLONG = "ENAMETOOLONG",
    WSAEHOSTDOWN = "EHOSTDOWN",
    WSAEHOSTUNREACH = "EHOSTUNREACH",
    WSAENOTEMPTY = "ENOTEMPTY",
    WSAEPROCLIM = "WSAEPROCLIM",
    WSAEUSERS = "EUSERS",
    WSAEDQUOT = "EDQUOT",
    WSAESTALE = "ESTALE",
    WSAEREMOTE = "EREMOTE",
    WSASYSNOTREADY = "WSASYSNOTREADY",
    WSAVERNOTSUPPORTED = "WSAVERNOTSUPPORTED",
    WSANOTINITIALISED = "WSANOTINITIALISED",
    WSAEDISCON = "WSAEDISCON",
    WSAECANCELLED = "ECANCELED",
}

/// What says that this process, or the system, has no more of something.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(ws::WSAEMFILE | ws::WSAENOBUFS))
}

/// connect: WSAEWOULDBLOCK.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ws::WSAEWOULDBLOCK)
}

/// What this system does not have of a case.
pub(crate) fn lacks(axes: Axes) -> Option<&'static str> {
    if matches!(axes.transport, Transport::Unix | Transport::Pipe) {
        Some("mio has no Unix sockets on Windows, and named pipes are another thing")
    } else if axes.call != Call::Std && axes.call != Call::WsaSend {
        Some("this system does not have the call")
    } else if axes.option != SocketOption::None {
        Some("this system does not have the option")
    } else {
        None
    }
}

/// WSASend; std's own `write` is send.
pub(crate) fn write_by(call: Call, socket: &Socket, data: &[u8]) -> Option<io::Result<usize>> {
    if call != Call::WsaSend {
        return None;
    }
    let buffer = ws::WSABUF { len: data.len() as u32, buf: data.as_ptr().cast_mut() };
    let mut sent = 0;
    // SAFETY: one buffer is given and counted, it lives through the call, which is not overlapped and only reads it.
    let failed = unsafe {
        let socket = socket.as_raw_socket() as ws::SOCKET;
        ws::WSASend(socket, &buffer, 1, &mut sent, 0, std::ptr::null_mut(), None)
    };
    Some(if failed == 0 { Ok(sent as usize) } else { Err(io::Error::last_os_error()) })
}

/// SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT.
pub(crate) fn set_keepalive_fast(socket: &Socket) -> io::Result<()> {
    let times = TcpKeepalive::new()
        .with_time(Setting::KEEPALIVE_IDLE)
        .with_interval(Setting::KEEPALIVE_INTERVAL)
        .with_retries(Setting::KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&times)
}

/// CREATE_NEW_PROCESS_GROUP: Ctrl-C is not passed on to it.
pub(crate) fn keep_from_ctrl_c(command: &mut std::process::Command) -> &mut std::process::Command {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP)
}

/// A socket is a handle, and a child may have it.
pub(crate) fn into_stdio(socket: impl IntoRawSocket) -> io::Result<Stdio> {
    let socket = socket.into_raw_socket();
    // SAFETY: into_raw_socket gave up the ownership, and a socket of Windows' own provider is a kernel handle.
    Ok(Stdio::from(unsafe { OwnedHandle::from_raw_handle(socket as _) }))
}

/// closesocket.
pub(crate) fn close(socket: impl IntoRawSocket) -> io::Result<()> {
    let socket = socket.into_raw_socket();
    // SAFETY: into_raw_socket gave up the ownership, so nothing else closes this socket or uses it.
    if unsafe { ws::closesocket(socket as ws::SOCKET) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// RtlGetVersion, which unlike GetVersionEx needs no manifest to tell the truth; Wine exports `wine_get_version`.
pub fn host() -> Host {
    let mut info = OSVERSIONINFOW { dwOSVersionInfoSize: size_of::<OSVERSIONINFOW>() as u32, ..Default::default() };
    // SAFETY: `info` is a valid OSVERSIONINFOW that says its own size, as RtlGetVersion demands.
    unsafe { RtlGetVersion(&mut info) };
    let (runtime, evidence) = if is_wine() {
        ("wine", "ntdll exports wine_get_version")
    } else {
        ("native", "ntdll has no wine_get_version")
    };
    Host {
        version: info.dwBuildNumber.to_string(),
        kernel: format!("{}.{}.{}", info.dwMajorVersion, info.dwMinorVersion, info.dwBuildNumber),
        runtime,
        evidence: evidence.to_owned(),
    }
}

fn is_wine() -> bool {
    // SAFETY: both names are NUL-terminated, and ntdll is loaded in every process for as long as it lives.
    unsafe { GetProcAddress(GetModuleHandleA(s!("ntdll.dll")), s!("wine_get_version")) }.is_some()
}
