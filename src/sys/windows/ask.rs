//! Other ways to ask for readiness than mio's.

use std::{io, os::windows::io::AsRawSocket};

use socket2::Socket;
use windows_sys::Win32::Networking::WinSock as ws;

use crate::{
    catalogue::{Asked, Wait},
    outcome::RawFlags,
};

/// One call of WSAPoll or select, which does not wait.
pub(crate) fn look(wait: Wait, socket: &Socket, asked: Option<Asked>) -> io::Result<RawFlags> {
    let socket = socket.as_raw_socket() as ws::SOCKET;
    match wait {
        Wait::Mio => Err(io::ErrorKind::Unsupported.into()),
        Wait::Poll => poll_once(socket, asked),
        Wait::Select => select_once(socket, asked),
    }
}

/// WSAPoll must not be asked for POLLPRI, and returns POLLIN as POLLRDNORM and POLLOUT as POLLWRNORM:
/// <https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsapoll>.
fn poll_once(socket: ws::SOCKET, asked: Option<Asked>) -> io::Result<RawFlags> {
    let events = match asked {
        None => ws::POLLRDNORM | ws::POLLWRNORM,
        Some(Asked::Read) => ws::POLLRDNORM,
        Some(Asked::Write) => ws::POLLWRNORM,
        Some(Asked::None) => 0,
    };
    let mut polled = ws::WSAPOLLFD { fd: socket, events, revents: 0 };
    // SAFETY: there is one structure, as the count says, which lives through the call.
    if unsafe { ws::WSAPoll(&mut polled, 1, 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let flags = [
        (ws::POLLRDNORM, "POLLIN"),
        (ws::POLLPRI, "POLLPRI"),
        (ws::POLLWRNORM, "POLLOUT"),
        (ws::POLLERR, "POLLERR"),
        (ws::POLLHUP, "POLLHUP"),
        (ws::POLLNVAL, "POLLNVAL"),
    ];
    let names = flags.iter().filter(|(flag, _)| polled.revents & flag != 0).map(|(_, name)| RawFlags::named(name));
    Ok(names.fold(RawFlags::default(), RawFlags::union))
}

fn select_once(socket: ws::SOCKET, asked: Option<Asked>) -> io::Result<RawFlags> {
    let set = |is_asked: bool| {
        let mut set = ws::FD_SET::default();
        set.fd_array[0] = socket;
        set.fd_count = u32::from(is_asked);
        set
    };
    let mut read = set(matches!(asked, None | Some(Asked::Read)));
    let mut write = set(matches!(asked, None | Some(Asked::Write)));
    let mut except = set(matches!(asked, None | Some(Asked::None)));
    let at_once = ws::TIMEVAL { tv_sec: 0, tv_usec: 0 };
    // SAFETY: the sets have as many sockets as they say, at most one, and live through the call, as the time does.
    if unsafe { ws::select(0, &mut read, &mut write, &mut except, &at_once) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let sets = [(read, "readfds"), (write, "writefds"), (except, "exceptfds")];
    let names = sets.iter().filter(|(set, _)| set.fd_count > 0).map(|(_, name)| RawFlags::named(name));
    Ok(names.fold(RawFlags::default(), RawFlags::union))
}
