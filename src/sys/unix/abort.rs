//! Ending a connection from this side without closing the socket.

use std::{io, os::fd::AsRawFd};

use socket2::Socket;

/// connect(2) to an address of AF_UNSPEC.
pub(crate) fn disconnect(socket: &Socket) -> io::Result<()> {
    // SAFETY: the struct consists of integers, for which zero is a value, and AF_UNSPEC is 0.
    let address: libc::sockaddr = unsafe { std::mem::zeroed() };
    let length = size_of::<libc::sockaddr>() as libc::socklen_t;
    // SAFETY: the pointer is to an address that lives through the call, which reads no more than its length.
    let failed = unsafe { libc::connect(socket.as_raw_fd(), &raw const address, length) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use crate::sys::fallback::destroy;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::destroy;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use std::{io, os::fd::AsRawFd, time::Duration};

    use socket2::{Domain, Protocol, Socket, Type};

    /// `linux/inet_diag.h`: what names a socket. The addresses and ports are big-endian.
    #[repr(C)]
    #[derive(Default)]
    struct SocketId {
        source_port: [u8; 2],
        destination_port: [u8; 2],
        source: [u8; 16],
        destination: [u8; 16],
        interface: u32,
        cookie: [u32; 2],
    }

    /// `struct nlmsghdr` of `linux/netlink.h` and `struct inet_diag_req_v2` of `linux/inet_diag.h`.
    #[repr(C)]
    struct Request {
        length: u32,
        kind: u16,
        flags: u16,
        sequence: u32,
        port: u32,
        family: u8,
        protocol: u8,
        extensions: u8,
        padding: u8,
        states: u32,
        id: SocketId,
    }

    /// `linux/sock_diag.h`.
    const SOCK_DESTROY: u16 = 21;
    const NETLINK_SOCK_DIAG: i32 = 4;
    const IN_TIME: Duration = Duration::from_secs(1);

    /// SOCK_DESTROY of sock_diag(7), which names the socket by its cookie, so that it can hit no other one.
    pub(crate) fn destroy(socket: &Socket) -> io::Result<()> {
        let (own, protocol) = (socket.local_addr()?.as_socket(), socket.protocol()?);
        let (Some(own), Some(Protocol::TCP | Protocol::UDP)) = (own, protocol) else {
            return Err(unsupported("SOCK_DESTROY ends only TCP and UDP sockets".to_owned()));
        };
        // Without a peer the rest of the id is zero; the cookie is right all the same.
        let peer = socket.peer_addr().ok().and_then(|address| address.as_socket());
        let octets = |address: std::net::SocketAddr| match address.ip() {
            std::net::IpAddr::V4(ip) => {
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&ip.octets());
                octets
            }
            std::net::IpAddr::V6(ip) => ip.octets(),
        };
        let cookie = cookie(socket).map_err(|error| lacking(&error))?;
        let request = Request {
            length: size_of::<Request>() as u32,
            kind: SOCK_DESTROY,
            flags: (libc::NLM_F_REQUEST | libc::NLM_F_ACK) as u16,
            sequence: 1,
            port: 0,
            family: if own.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 } as u8,
            protocol: protocol.map_or(0, i32::from) as u8,
            extensions: 0,
            padding: 0,
            states: u32::MAX,
            id: SocketId {
                source_port: own.port().to_be_bytes(),
                destination_port: peer.map_or(0, |peer| peer.port()).to_be_bytes(),
                source: octets(own),
                destination: peer.map_or([0; 16], octets),
                interface: 0,
                cookie: [cookie as u32, (cookie >> 32) as u32],
            },
        };
        let answer = ask(&request).map_err(|error| lacking(&error))?;
        match answer {
            0 => Ok(()),
            code => Err(lacking(&io::Error::from_raw_os_error(-code))),
        }
    }

    /// SO_COOKIE of socket(7), which crate socket2 does not read on Android.
    fn cookie(socket: &Socket) -> io::Result<u64> {
        #[cfg(target_os = "linux")]
        use libc::SO_COOKIE;
        /// `asm-generic/socket.h`.
        #[cfg(target_os = "android")]
        const SO_COOKIE: libc::c_int = 57;
        let (mut cookie, mut length) = (0_u64, size_of::<u64>() as libc::socklen_t);
        let (to, room) = ((&raw mut cookie).cast(), &raw mut length);
        // SAFETY: the pointers are to room for the value and to its length, and both live through the call.
        let failed = unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, SO_COOKIE, to, room) };
        if failed == 0 { Ok(cookie) } else { Err(io::Error::last_os_error()) }
    }

    /// The error number of the answer, negative, or 0.
    fn ask(request: &Request) -> io::Result<i32> {
        let netlink = Socket::new(Domain::from(libc::AF_NETLINK), Type::RAW, Some(Protocol::from(NETLINK_SOCK_DIAG)))?;
        // The kernel answers before send returns.
        netlink.set_read_timeout(Some(IN_TIME))?;
        // SAFETY: the struct has no padding, so that all of its bytes are initialised.
        let bytes = unsafe { std::slice::from_raw_parts((&raw const *request).cast::<u8>(), size_of::<Request>()) };
        netlink.send(bytes)?;
        let mut answer = [0; 128];
        let count = io::Read::read(&mut &netlink, &mut answer)?;
        // A header of 16 bytes, whose type is at 4, and the number.
        let is_error = answer[4..6] == (libc::NLMSG_ERROR as u16).to_ne_bytes();
        let number = answer[16..20].try_into().map(i32::from_ne_bytes);
        number.ok().filter(|_| count >= 20 && is_error).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// The socket lives, so that any error says what the kernel, the privileges or the state of the connection lacks,
    /// unless something ran out.
    fn lacking(error: &io::Error) -> io::Error {
        if let Some(code) = error.raw_os_error().filter(|_| crate::sys::is_exhausted(error)) {
            return io::Error::from_raw_os_error(code);
        }
        let name = error.raw_os_error().and_then(crate::sys::error_name);
        let name = name.map_or_else(|| error.to_string(), |name| name.native.to_owned());
        unsupported(format!(
            "SOCK_DESTROY gave {name}: it needs CAP_NET_ADMIN, a kernel with CONFIG_INET_DIAG_DESTROY, and a connection \
             that has not ended"
        ))
    }

    fn unsupported(words: String) -> io::Error {
        io::Error::new(io::ErrorKind::Unsupported, words)
    }
}
