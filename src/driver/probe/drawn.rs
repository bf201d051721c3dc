//! Connections and datagrams that belong to no trial, and what comes in answer to them.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    thread,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

use crate::{
    catalogue::Transport,
    driver::trial::{HeldPort, loopback},
    outcome::Readiness,
    sys,
};

/// The resets that were awaited.
#[derive(Default)]
pub(super) struct Resets {
    pub(super) awaited: usize,
    pub(super) lost: usize,
    /// The longest time that a burst took until its last reset.
    pub(super) slowest: Duration,
}

/// Whether a closed port refuses a connect in time.
///
/// # Errors
///
/// The connect failed in another way or not at all: this tells nothing.
pub(super) fn refuses(address: &SocketAddr, patience: Duration) -> io::Result<bool> {
    match TcpStream::connect_timeout(address, patience) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(false),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

/// Whether a datagram over this socket, which is connected to a port where nobody listens, draws an ICMP error in time.
///
/// # Errors
///
/// The datagram was not sent, or something else happened: this tells nothing.
pub(super) fn draws_icmp_error(socket: &UdpSocket, patience: Duration) -> io::Result<bool> {
    // Windows reports the error as WSAECONNRESET.
    let is_icmp = |kind| matches!(kind, io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset);
    // The error of a datagram before, which came late, would fail this one.
    drop(socket.take_error());
    socket.send(b".")?;
    socket.set_read_timeout(Some(patience))?;
    match socket.recv(&mut [0]) {
        Err(error) if is_icmp(error.kind()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(false),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

/// A port that is held as trials hold it, and its address. `None` if there is no loopback, or no port can be held.
pub(super) fn held_port(transport: Transport) -> Option<(HeldPort, SocketAddr)> {
    let port = HeldPort::hold(&loopback(transport).into(), transport).ok()??;
    let address = port.address().ok()?.as_socket()?;
    Some((port, address))
}

/// A connection whose other end has been closed.
struct Bereaved {
    client: mio::net::TcpStream,
    /// Whether its end comes first, and it is a byte in answer to it that draws the reset.
    awaits_end: bool,
    has_reset: bool,
}

/// Awaits resets on connections of its own. `answers` of them answer a byte that comes after the other end was closed;
/// those that are `sent` come from an end that was closed with `SO_LINGER {on, 0}`. `None` if the run is over before.
///
/// # Errors
///
/// Connections cannot be made or watched, or an end does not come: this tells nothing about resets.
pub(super) fn await_resets(
    transport: Transport,
    answers: usize,
    sent: usize,
    patience: Duration,
    is_over: impl Fn() -> bool,
) -> io::Result<Option<Resets>> {
    let begun = Instant::now();
    let listener = TcpListener::bind(loopback(transport))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let mut poll = Poll::new()?;
    let count = answers + sent;
    let mut connections = Vec::with_capacity(count);
    for number in 0..count {
        let (client, server) = connect(&listener, address, patience)?;
        let mut client = mio::net::TcpStream::from_std(client);
        poll.registry().register(&mut client, Token(number), BOTH)?;
        let awaits_end = number < answers;
        if !awaits_end {
            SockRef::from(&server).set_linger(Some(Duration::ZERO))?;
        }
        connections.push(Bereaved { client, awaits_end, has_reset: false });
    }
    let mut events = Events::with_capacity(2 * count);
    let mut slowest = begun.elapsed();
    while connections.iter().any(|connection| !connection.has_reset) {
        if is_over() {
            return Ok(None);
        }
        let polled = Instant::now();
        match poll.poll(&mut events, Some(sys::REARM.unwrap_or(LONGEST_POLL))) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        }
        // A poll that began after that and brought nothing, since this thread may be late itself.
        if events.is_empty() && polled.duration_since(begun) > patience {
            break;
        }
        for event in &events {
            connections[event.token().0].note(Readiness::of(event));
            slowest = begun.elapsed();
        }
        if sys::REARM.is_some() {
            for (number, connection) in connections.iter_mut().enumerate().filter(|(_, other)| !other.has_reset) {
                poll.registry().reregister(&mut connection.client, Token(number), BOTH)?;
            }
        }
    }
    // What was cut short tells nothing.
    if is_over() {
        return Ok(None);
    }
    if connections.iter().any(|connection| connection.awaits_end) {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let is_lost = |connection: &mut Bereaved| !connection.has_reset && !connection.is_reset();
    let lost = connections.iter_mut().map(is_lost).filter(|is_lost| *is_lost).count();
    Ok(Some(Resets { awaited: count, lost, slowest }))
}

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Upper bound on stop latency.
const LONGEST_POLL: Duration = Duration::from_millis(100);

impl Bereaved {
    /// Goes on after an event with these flags.
    fn note(&mut self, flags: Readiness) {
        if flags.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) {
            (self.awaits_end, self.has_reset) = (false, true);
        } else if self.awaits_end && flags.has_any(Readiness::READ_CLOSED | Readiness::READABLE) {
            // Only now is the other end known to be closed: a process that is being started may have had a copy of it.
            self.awaits_end = false;
            self.has_reset = self.is_reset();
        }
    }

    /// Whether a reset has arrived: then nothing can be written. Otherwise this draws one.
    fn is_reset(&mut self) -> bool {
        let mut byte = [0];
        let _ = self.client.read(&mut byte);
        self.client.write(&byte).is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock)
    }
}

/// Both ends of a connection, the first of which does not block.
fn connect(listener: &TcpListener, address: SocketAddr, patience: Duration) -> io::Result<(TcpStream, TcpStream)> {
    let begun = Instant::now();
    let client = TcpStream::connect_timeout(&address, patience)?;
    client.set_nonblocking(true)?;
    let own = client.local_addr()?;
    loop {
        match listener.accept() {
            Ok((server, from)) if from == own => return Ok((client, server)),
            // Somebody else has connected.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && begun.elapsed() < patience => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_where_nobody_listens_draws_an_icmp_error_and_one_where_somebody_does_draws_none() {
        for transport in [Transport::Udp4, Transport::Udp6] {
            let (_port, address) = held_port(transport).expect("a port can be held");
            let socket = UdpSocket::bind(loopback(transport)).expect("a socket can be bound");
            socket.connect(address).expect("UDP connects without a packet");
            assert!(draws_icmp_error(&socket, Duration::from_secs(1)).expect("a datagram can be sent"));
            let listener = UdpSocket::bind(loopback(transport)).expect("a socket can be bound");
            let address = listener.local_addr().expect("a bound socket has an address");
            socket.connect(address).expect("UDP connects without a packet");
            assert!(!draws_icmp_error(&socket, Duration::from_millis(50)).expect("a datagram can be sent"));
        }
    }
}
