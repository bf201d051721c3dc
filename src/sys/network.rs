//! TCP and UDP, which mio has on every system.

use std::io::{self, Read, Write};

use mio::net::{TcpListener, TcpStream, UdpSocket};
use socket2::SockRef;

use super::{
    endpoint::{Endpoint, Listener, endpoint},
    family::{accept, close},
};

endpoint!(TcpStream: Read::read, TcpStream::peek, Write::write);

impl Listener for TcpListener {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        let (stream, address) = accept(self)?;
        Ok((Box::new(stream), address))
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        close(*self)
    }
}

// A connected UDP socket, each write of which is a datagram.
endpoint!(UdpSocket: UdpSocket::recv, UdpSocket::peek, UdpSocket::send);

/// A bound UDP port: datagrams can be sent to it, and there are no connections to accept.
impl Listener for UdpSocket {
    fn accept(&mut self) -> io::Result<(Box<dyn Endpoint>, usize)> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }
    fn close(self: Box<Self>) -> io::Result<()> {
        close(*self)
    }
}
