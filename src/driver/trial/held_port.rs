//! A port that nobody listens at, kept from everybody else.

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::{
    catalogue::Transport,
    driver::blame::{Abort, Doing},
};

/// Holds a port until it is dropped: nothing listens there, nobody else can bind it, and what comes to it is answered
/// as at an unused port.
///
/// The socket that is bound to the port is also connected elsewhere. So the stack finds no socket for what others send:
/// TCP answers a SYN with RST, and UDP answers a datagram with ICMP. A TCP socket that is bound and no more would do on
/// Linux and FreeBSD, but NetBSD, OpenBSD and XNU find it and drop the SYN (`TCPS_CLOSED` in their `tcp_input.c`).
pub(in crate::driver) struct HeldPort {
    /// Dropped first: its RST ends the connection, so that neither end is left in TIME_WAIT.
    _socket: Socket,
    /// The listener at the other end of a TCP socket; it accepts nothing.
    _other: Option<Socket>,
}

/// An unused port of this machine's loopback.
pub(in crate::driver) fn loopback(transport: Transport) -> SocketAddr {
    match transport {
        Transport::Tcp6 | Transport::Udp6 => (Ipv6Addr::LOCALHOST, 0).into(),
        _ => (Ipv4Addr::LOCALHOST, 0).into(),
    }
}

/// Upper bound on the time that it takes to connect to a listener of this process.
const CONNECT: Duration = Duration::from_secs(1);

impl HeldPort {
    /// Holds this port of the loopback, or an unused one if it is 0. Returns `None` if a connection or somebody else
    /// holds it, and for a transport without ports.
    pub(in crate::driver) fn hold(address: &SockAddr, transport: Transport) -> Result<Option<Self>, Abort> {
        let Some(domain) = address.as_socket().map(Domain::for_address) else { return Ok(None) };
        let cannot_hold = || Abort::because(Doing::Setup("a held port"));
        let is_udp = transport.is_udp();
        let socket =
            Socket::new(domain, if is_udp { Type::DGRAM } else { Type::STREAM }, None).map_err(cannot_hold())?;
        match socket.bind(address) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Ok(None),
            bound => bound.map_err(cannot_hold())?,
        }
        let connected = if is_udp { connect_udp(&socket, transport) } else { connect_tcp(&socket, domain, transport) };
        Ok(Some(HeldPort { _other: connected.map_err(Abort::because(Doing::Connect))?, _socket: socket }))
    }

    /// The address whose port is held.
    pub(in crate::driver) fn address(&self) -> io::Result<SockAddr> {
        self._socket.local_addr()
    }
}

/// A connection with a listener that never accepts it: its queue has room for one.
fn connect_tcp(socket: &Socket, domain: Domain, transport: Transport) -> io::Result<Option<Socket>> {
    socket.set_linger(Some(Duration::ZERO))?;
    let other = Socket::new(domain, Type::STREAM, None)?;
    other.bind(&loopback(transport).into())?;
    other.listen(1)?;
    socket.connect_timeout(&other.local_addr()?, CONNECT)?;
    Ok(Some(other))
}

/// The port of a service (RFC 863) that never sends; it is not among the ephemeral ports that clients get.
const DISCARD: u16 = 9;

fn connect_udp(socket: &Socket, transport: Transport) -> io::Result<Option<Socket>> {
    let mut elsewhere = loopback(transport);
    elsewhere.set_port(DISCARD);
    socket.connect(&elsewhere.into()).map(|()| None)
}

#[cfg(test)]
mod tests {
    use std::{
        io::ErrorKind,
        net::{TcpListener, TcpStream, UdpSocket},
    };

    use super::*;

    fn hold(transport: Transport) -> (HeldPort, std::net::SocketAddr) {
        let held = HeldPort::hold(&loopback(transport).into(), transport).unwrap().unwrap();
        let address = held.address().unwrap().as_socket().unwrap();
        (held, address)
    }

    #[test]
    fn a_held_tcp_port_refuses_at_once_and_nobody_else_gets_it() {
        for transport in [Transport::Tcp4, Transport::Tcp6] {
            let (held, address) = hold(transport);
            for _ in 0..3 {
                let refused = TcpStream::connect_timeout(&address, CONNECT).unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
            }
            assert_eq!(TcpListener::bind(address).unwrap_err().kind(), ErrorKind::AddrInUse);
            assert!(HeldPort::hold(&address.into(), transport).unwrap().is_none());
            drop(held);
            // A connection in TIME_WAIT would still hold it: std binds with SO_REUSEADDR, this does not.
            let again = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
            again.bind(&address.into()).unwrap();
        }
    }

    #[test]
    fn a_held_udp_port_takes_nothing_and_nobody_else_gets_it() {
        let (held, address) = hold(Transport::Udp4);
        let client = UdpSocket::bind(loopback(Transport::Udp4)).unwrap();
        client.connect(address).unwrap();
        client.set_read_timeout(Some(CONNECT)).unwrap();
        client.send(b".").unwrap();
        assert_eq!(client.recv(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        assert_eq!(UdpSocket::bind(address).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(held);
        UdpSocket::bind(address).unwrap();
    }

    /// A name that is a path has no port.
    #[cfg(unix)]
    #[test]
    fn a_unix_socket_has_no_port_to_hold() {
        assert!(HeldPort::hold(&SockAddr::unix("s").unwrap(), Transport::Unix).unwrap().is_none());
    }
}
