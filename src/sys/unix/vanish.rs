//! A peer that vanishes: nothing comes from it, and what is sent to it is lost. Each kind of system has one way, which
//! needs no privilege and no network of its own, and affects no other connection.

use std::{io, time::Duration};

use socket2::{SockAddr, Socket};

use super::options::set_option;

/// Cuts a TCP socket off. To the other end it is as if the machine were gone.
pub(crate) fn vanish(socket: &Socket) -> io::Result<()> {
    let own = socket.local_addr()?;
    if own.as_socket().is_none() {
        return Err(unsupported("only a TCP peer can vanish here"));
    }
    // Makes a close an abort, after which nothing is left that could send again.
    socket.set_linger(Some(Duration::ZERO))?;
    cut_off(socket, &own)
}

/// Undoes [`vanish`]: packets pass again.
pub(crate) fn returns(socket: &Socket) -> io::Result<()> {
    let own = socket.local_addr()?;
    if own.as_socket().is_none() {
        return Err(unsupported("only a TCP peer can vanish here"));
    }
    reconnect(socket, &own)?;
    socket.set_linger(None)
}

fn unsupported(words: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, words)
}

/// The abort of a close is cut off, too.
#[cfg(not(target_os = "netbsd"))]
pub(crate) const NO_SILENT_CLOSE: Option<&str> = None;

/// So it was on NetBSD 10.99.12, where all else was lost that such a socket sent.
#[cfg(target_os = "netbsd")]
pub(crate) const NO_SILENT_CLOSE: Option<&str> =
    Some("the RST of a socket that is closed gets past its IPsec policy on this system");

/// Has the socket demand signatures (RFC 2385) that the other end does not make, and make some that it does not expect:
/// each end then silently drops whatever comes from the other (`tcp_inbound_md5_hash` in `net/ipv4/tcp.c`).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn cut_off(socket: &Socket, own: &SockAddr) -> io::Result<()> {
    // Both ends have the same address, and the option ignores the port.
    // The key is too long, which a system that has the option reports. gVisor reports success and does nothing.
    if demand_signature(socket, own, LONGEST_KEY + 1).is_ok() {
        return Err(unsupported("this system takes TCP_MD5SIG and does nothing"));
    }
    demand_signature(socket, own, LONGEST_KEY)
}

/// A key without bytes is deleted (`tcp_v4_parse_md5_keys` in `net/ipv4/tcp_ipv4.c`), and without keys nothing is
/// signed or checked.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn reconnect(socket: &Socket, own: &SockAddr) -> io::Result<()> {
    demand_signature(socket, own, 0)
}

/// `TCP_MD5SIG_MAXKEYLEN` of `linux/tcp.h`.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LONGEST_KEY: u16 = 80;

/// TCP_MD5SIG with a key of zeros, which is as good as any other that the other end does not use.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn demand_signature(socket: &Socket, peer: &SockAddr, key_length: u16) -> io::Result<()> {
    /// `struct tcp_md5sig` of `linux/tcp.h`.
    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Signature {
        address: libc::sockaddr_storage,
        flags: u8,
        prefix_length: u8,
        key_length: u16,
        interface: libc::c_int,
        key: [u8; LONGEST_KEY as usize],
    }

    // SAFETY: the struct consists of integers, for which zero is a value.
    let mut signature: Signature = unsafe { std::mem::zeroed() };
    // SAFETY: every address fits into a sockaddr_storage, and the two do not overlap.
    unsafe {
        let to = (&raw mut signature.address).cast::<u8>();
        std::ptr::copy_nonoverlapping(peer.as_ptr().cast::<u8>(), to, peer.len() as usize);
    }
    signature.key_length = key_length;
    set_option(socket, libc::IPPROTO_TCP, libc::TCP_MD5SIG, &signature)
}

/// Drops what comes with a smaller TTL than 255, as every packet does that has the usual one (IP_MINTTL), and sends by
/// way of an address that nobody has (a loose source route, RFC 791 section 3.1), so that it is lost: ip(4) of both
/// systems. Both options are of IPv4 only. The TCP_MD5SIG of the BSDs needs keys that only root can set, with setkey(8)
/// (FreeBSD's tcp(4)).
#[cfg(any(target_os = "freebsd", target_os = "openbsd"))]
fn cut_off(socket: &Socket, own: &SockAddr) -> io::Result<()> {
    const MOST: libc::c_int = 255;
    /// The option's number and length, where the next address is in it, 127.255.0.254, and the end of the options.
    const SOURCE_ROUTE: [u8; 8] = [131, 7, 4, 127, 255, 0, 254, 0];

    if !own.is_ipv4() {
        return Err(unsupported("only an IPv4 peer can vanish here: no socket option cuts an IPv6 connection off"));
    }
    set_option(socket, libc::IPPROTO_IP, IP_MINTTL, &MOST)?;
    set_option(socket, libc::IPPROTO_IP, IP_OPTIONS, &SOURCE_ROUTE)
}

/// Any TTL will do, and no options are sent: an empty value takes them back (ip(4)).
#[cfg(any(target_os = "freebsd", target_os = "openbsd"))]
fn reconnect(socket: &Socket, _: &SockAddr) -> io::Result<()> {
    const LEAST: libc::c_int = 0;
    const NO_OPTIONS: [u8; 0] = [];
    set_option(socket, libc::IPPROTO_IP, IP_MINTTL, &LEAST)?;
    set_option(socket, libc::IPPROTO_IP, IP_OPTIONS, &NO_OPTIONS)
}

/// `netinet/in.h` of both systems.
#[cfg(any(target_os = "freebsd", target_os = "openbsd"))]
const IP_OPTIONS: libc::c_int = 1;
#[cfg(target_os = "freebsd")]
const IP_MINTTL: libc::c_int = libc::IP_MINTTL;
/// `netinet/in.h` of OpenBSD.
#[cfg(target_os = "openbsd")]
const IP_MINTTL: libc::c_int = 32;

/// Has the socket demand IPsec both ways, for which nobody has keys: what it sends is dropped for want of a key, and what
/// comes is dropped because it is not encrypted (`ipsec_in_reject` in NetBSD's sys/netinet/tcp_input.c; ipsec(4)). The
/// kernel GENERIC has IPsec, and one without it says that it lacks the option.
#[cfg(target_os = "netbsd")]
fn cut_off(socket: &Socket, own: &SockAddr) -> io::Result<()> {
    /// `netipsec/ipsec.h`.
    const IPSEC_POLICY_IPSEC: u16 = 2;
    set_policy(socket, own, IPSEC_POLICY_IPSEC)
}

/// Has the policy of the whole system decide again, which is none unless somebody set one with setkey(8).
#[cfg(target_os = "netbsd")]
fn reconnect(socket: &Socket, own: &SockAddr) -> io::Result<()> {
    /// `netipsec/ipsec.h`.
    const IPSEC_POLICY_ENTRUST: u16 = 3;
    set_policy(socket, own, IPSEC_POLICY_ENTRUST)
}

/// Sets the socket's policy for both directions; the demand for encryption counts only for IPSEC_POLICY_IPSEC.
#[cfg(target_os = "netbsd")]
fn set_policy(socket: &Socket, own: &SockAddr, kind: u16) -> io::Result<()> {
    /// `struct sadb_x_policy` and `struct sadb_x_ipsecrequest` of NetBSD's `net/pfkeyv2.h`, the second without addresses.
    #[repr(C, align(8))]
    #[derive(Clone, Copy)]
    struct Policy {
        length: u16, // in units of 8 bytes
        extension: u16,
        kind: u16,
        direction: u8,
        flags: u8,
        id: u32,
        reserved: u32,
        request_length: u16, // in bytes
        protocol: u16,
        mode: u8,
        level: u8,
        request_id: u16,
    }
    /// `net/pfkeyv2.h`.
    const SADB_X_EXT_POLICY: u16 = 18;
    /// These are of `netipsec/ipsec.h`.
    const IPSEC_DIR_INBOUND: u8 = 1;
    const IPSEC_DIR_OUTBOUND: u8 = 2;
    const IPSEC_MODE_TRANSPORT: u8 = 1;
    const IPSEC_LEVEL_REQUIRE: u8 = 2;
    /// `netinet/in.h` and `netinet6/in6.h`.
    const IP_IPSEC_POLICY: libc::c_int = 22;
    const IPV6_IPSEC_POLICY: libc::c_int = 28;

    let (level, name) =
        if own.is_ipv4() { (libc::IPPROTO_IP, IP_IPSEC_POLICY) } else { (libc::IPPROTO_IPV6, IPV6_IPSEC_POLICY) };
    for direction in [IPSEC_DIR_INBOUND, IPSEC_DIR_OUTBOUND] {
        let policy = Policy {
            length: (size_of::<Policy>() / 8) as u16,
            extension: SADB_X_EXT_POLICY,
            kind,
            direction,
            flags: 0,
            id: 0,
            reserved: 0,
            request_length: 8,
            protocol: libc::IPPROTO_ESP as u16,
            mode: IPSEC_MODE_TRANSPORT,
            level: IPSEC_LEVEL_REQUIRE,
            request_id: 0,
        };
        set_option(socket, level, name, &policy)?;
    }
    Ok(())
}
