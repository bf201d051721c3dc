//! Transports beside TCP, UDP, Unix streams and pipes: what their ends and listeners are made of.
//!
//! Whether a system has them is known by its name or only at run time, where a module or a device may be missing. Both
//! give an error without a code, whose words are the reason why a case is `unsupported`.

use std::{
    ffi::CString,
    io,
    os::{
        fd::OwnedFd,
        unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    },
    path::{Path, PathBuf},
};

use mio::{
    net::{UnixDatagram, UnixListener, UnixStream},
    unix::pipe::{Receiver, Sender},
};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::local::{listen, own_name};
use crate::{
    catalogue::Transport,
    sys::{Endpoint, KeptName, Listener, endpoint::endpoint},
};

endpoint!(UnixDatagram: UnixDatagram::recv, super::calls::peek, UnixDatagram::send);

/// A bound name: datagrams can be sent to it, and there are no connections to accept.
impl Listener for UnixDatagram {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        super::close(*self)
    }
}

/// A listener of a family that std and mio know nothing of. mio's type registers it; its own accept would refuse the
/// addresses.
struct AnyListener(UnixListener);

impl mio::event::Source for AnyListener {
    fn register(&mut self, to: &mio::Registry, token: mio::Token, interest: mio::Interest) -> io::Result<()> {
        self.0.register(to, token, interest)
    }
    fn reregister(&mut self, to: &mio::Registry, token: mio::Token, interest: mio::Interest) -> io::Result<()> {
        self.0.reregister(to, token, interest)
    }
    fn deregister(&mut self, from: &mio::Registry) -> io::Result<()> {
        self.0.deregister(from)
    }
}

impl Listener for AnyListener {
    /// The lengths of these addresses say nothing: nobody can see from them that a connection was reset.
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        let (socket, _) = SockRef::from(&self.0).accept()?;
        Ok((stream(socket)?, 0))
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(&self.0)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        super::close(self.0)
    }
}

/// A socket with connections of any family: mio's type only calls recv and send on it.
fn stream(socket: Socket) -> io::Result<Box<dyn Endpoint>> {
    socket.set_nonblocking(true)?;
    Ok(Box::new(UnixStream::from(OwnedFd::from(socket))))
}

fn unsupported(words: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, words.into())
}

/// Makes an error the reason why the machine lacks `what`, unless something ran out, which may be otherwise later. For
/// calls that fail on a machine that has it for no other reason.
fn lacks(what: &str) -> impl Fn(io::Error) -> io::Error {
    move |error| {
        if super::is_exhausted(&error) {
            return error;
        }
        let code = error.raw_os_error();
        let name = code.and_then(super::error_name).map_or_else(|| error.to_string(), |name| name.native.to_owned());
        unsupported(format!("{what} ({name})"))
    }
}

/// A listener, its address, and what keeps its name.
type Bound = (Box<dyn Listener>, SockAddr, KeptName);

/// A listener of one of the transports that have one of their own.
pub(crate) fn local_listener(transport: Transport, backlog: i32) -> io::Result<Bound> {
    match transport {
        Transport::UnixDgram => {
            let (socket, address, kept) = datagram_socket()?;
            Ok((Box::new(socket), address, kept))
        }
        Transport::UnixSeqpacket => {
            let (name, kept) = own_name()?;
            let address = SockAddr::unix(name)?;
            let socket = seqpacket()?;
            socket.bind(&address)?;
            Ok((any_listener(socket, backlog)?, address, kept))
        }
        Transport::Vsock => {
            let (socket, address) = vsock::bound()?;
            Ok((any_listener(socket, backlog)?, address, None))
        }
        Transport::Mptcp => {
            let socket = mptcp()?;
            socket.bind(&SockAddr::from(std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0))))?;
            socket.listen(backlog)?;
            let address = socket.local_addr()?;
            Ok((Box::new(mio::net::TcpListener::from_std(socket.into())), address, None))
        }
        _ => {
            let (name, kept) = own_name()?;
            let (listener, address) = listen(&name, backlog)?;
            Ok((Box::new(listener), address, kept))
        }
    }
}

fn any_listener(socket: Socket, backlog: i32) -> io::Result<Box<dyn Listener>> {
    socket.listen(backlog)?;
    socket.set_nonblocking(true)?;
    Ok(Box::new(AnyListener(UnixListener::from(OwnedFd::from(socket)))))
}

/// A socket of one of these transports that is neither bound nor connected.
pub(crate) fn local_socket(transport: Transport) -> io::Result<Box<dyn Endpoint>> {
    match transport {
        Transport::UnixDgram => Ok(Box::new(UnixDatagram::unbound()?)),
        Transport::UnixSeqpacket => stream(seqpacket()?),
        Transport::Vsock => stream(vsock::socket()?),
        Transport::Mptcp => {
            let socket = mptcp()?;
            Ok(Box::new(mio::net::TcpStream::from_std(socket.into())))
        }
        _ => stream(Socket::new(Domain::UNIX, Type::STREAM, None)?),
    }
}

/// A Unix datagram socket with a name of its own, that name, and what keeps it.
pub(crate) fn local_datagram() -> io::Result<(Box<dyn Endpoint>, SockAddr, KeptName)> {
    let (socket, address, kept) = datagram_socket()?;
    Ok((Box::new(socket), address, kept))
}

fn datagram_socket() -> io::Result<(UnixDatagram, SockAddr, KeptName)> {
    let (name, kept) = own_name()?;
    let address = SockAddr::unix(name)?;
    let socket = UnixDatagram::unbound()?;
    SockRef::from(&socket).bind(&address)?;
    Ok((socket, address, kept))
}

/// unix(7), unix(4). Systems without them, such as Apple's, answer EPROTONOSUPPORT.
fn seqpacket() -> io::Result<Socket> {
    Socket::new(Domain::UNIX, Type::SEQPACKET, None)
        .map_err(lacks("this system has no Unix sockets of the type SOCK_SEQPACKET"))
}

/// Both ends of a connection that has no listener: the client's and the server's.
pub(crate) fn local_pair(transport: Transport) -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    if transport == Transport::Pty {
        let lacks = lacks("this machine has no pseudo-terminals for this program");
        return super::pty::pty().map_err(|error| if super::pty::ran_out(&error) { error } else { lacks(error) });
    }
    let (client, server) = UnixStream::pair()?;
    Ok((Box::new(client), Box::new(server)))
}

/// The name of a new named pipe, in a folder that is deleted with what keeps it.
pub(crate) fn fifo() -> io::Result<(PathBuf, KeptName)> {
    let (path, kept) = super::local::file_name()?;
    let name = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the name is NUL-terminated and lives through the call.
    if unsafe { libc::mkfifo(name.as_ptr(), 0o600) } == 0 {
        return Ok((path, kept));
    }
    Err(lacks("no named pipe can be made in the folder for temporary files")(io::Error::last_os_error()))
}

/// Opens a named pipe for writing or for reading, without waiting for the other end: open(2), O_NONBLOCK.
pub(crate) fn open_fifo(path: &Path, writing: bool) -> io::Result<Box<dyn Endpoint>> {
    let mut options = std::fs::OpenOptions::new();
    options.read(!writing).write(writing).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = OwnedFd::from(options.open(path)?);
    Ok(if writing { Box::new(Sender::from(file)) } else { Box::new(Receiver::from(file)) })
}

/// A TCP socket of MPTCP. Without the protocol the kernel answers EPROTONOSUPPORT or EINVAL, and ENOPROTOOPT where
/// net.mptcp.enabled is 0 (`mptcp_init_sock` in net/mptcp/protocol.c).
#[cfg(target_os = "linux")]
fn mptcp() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(socket2::Protocol::MPTCP))
        .map_err(lacks("this kernel has no MPTCP, or net.mptcp.enabled is 0"))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(not(target_os = "linux"))]
fn mptcp() -> io::Result<Socket> {
    Err(unsupported(NO_MPTCP))
}

const NO_MPTCP: &str = "this system has no sockets of IPPROTO_MPTCP";
const NO_VSOCK: &str = "this system has no AF_VSOCK over a loopback";

/// vsock(7).
#[cfg(any(target_os = "linux", target_os = "android"))]
mod vsock {
    use super::*;

    pub(super) fn socket() -> io::Result<Socket> {
        Socket::new(Domain::VSOCK, Type::STREAM, None).map_err(lacks("this kernel has no AF_VSOCK"))
    }

    /// A socket that is bound on the loopback, and its address.
    pub(super) fn bound() -> io::Result<(Socket, SockAddr)> {
        let socket = socket()?;
        // Without the module that carries it, the kernel says that it has no such address.
        let no_loopback = lacks("AF_VSOCK has no loopback here: is the module vsock_loopback loaded?");
        socket.bind(&SockAddr::vsock(libc::VMADDR_CID_LOCAL, libc::VMADDR_PORT_ANY)).map_err(no_loopback)?;
        let address = socket.local_addr()?;
        Ok((socket, address))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod vsock {
    use super::*;

    pub(super) fn socket() -> io::Result<Socket> {
        Err(unsupported(NO_VSOCK))
    }

    pub(super) fn bound() -> io::Result<(Socket, SockAddr)> {
        Err(unsupported(NO_VSOCK))
    }
}

/// Why this system cannot have a transport, by its name alone.
pub(super) fn missing_transport(transport: Transport) -> Option<&'static str> {
    match transport {
        Transport::Vsock if !cfg!(any(target_os = "linux", target_os = "android")) => Some(NO_VSOCK),
        Transport::Mptcp if !cfg!(target_os = "linux") => Some(NO_MPTCP),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_pipe_has_a_writer_only_beside_a_reader_and_leaves_nothing_behind() {
        let (path, kept) = fifo().unwrap();
        assert_eq!(open_fifo(&path, true).err().and_then(|error| error.raw_os_error()), Some(libc::ENXIO));
        let mut reader = open_fifo(&path, false).unwrap();
        let mut writer = open_fifo(&path, true).unwrap();
        assert_eq!(writer.write(b"..").unwrap(), 2);
        assert_eq!(reader.read(&mut [0; 9]).unwrap(), 2);
        drop(kept);
        assert!(!path.exists());
    }

    /// What ran out is no sign of a machine without the transport.
    #[test]
    fn only_an_error_that_tells_of_a_lack_becomes_a_reason() {
        let made = |code| lacks("no such thing")(io::Error::from_raw_os_error(code));
        assert_eq!(made(libc::EAFNOSUPPORT).to_string(), "no such thing (EAFNOSUPPORT)");
        assert_eq!(made(libc::EMFILE).raw_os_error(), Some(libc::EMFILE));
    }
}
