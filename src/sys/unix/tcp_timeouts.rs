//! How long TCP waits for an answer, and a peer that gives none.

use std::io;

use socket2::Socket;

/// TCP_USER_TIMEOUT: tcp(7).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn set_user_timeout(socket: &Socket) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(crate::catalogue::Setting::USER_TIMEOUT))
}

/// There is no TCP_USER_TIMEOUT to set.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn set_user_timeout(_socket: &Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
}

/// SO_KEEPALIVE, TCP_KEEPIDLE (on Apple's systems TCP_KEEPALIVE), TCP_KEEPINTVL, TCP_KEEPCNT.
#[cfg(keepalive_times)]
pub(crate) fn set_keepalive_fast(socket: &Socket) -> io::Result<()> {
    use crate::catalogue::Setting;
    let times = socket2::TcpKeepalive::new()
        .with_time(Setting::KEEPALIVE_IDLE)
        .with_interval(Setting::KEEPALIVE_INTERVAL)
        .with_retries(Setting::KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&times)
}

/// There are no times of one socket to set.
#[cfg(not(keepalive_times))]
pub(crate) fn set_keepalive_fast(_socket: &Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
}

/// Lets the socket demand signatures (RFC 2385) that the other end does not make, and make some that it does not expect:
/// either end then drops whatever comes from the other without a word (`tcp_inbound_md5_hash` in `net/ipv4/tcp.c`). To
/// the other end it is as if the machine were gone; no privilege and no network of its own is needed, and no other
/// connection notices. Closing is an abort, after which nothing of the socket is left to be silent, or to send again.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn vanish(socket: &Socket) -> io::Result<()> {
    // Both ends have the same address, and the port does not count.
    let peer = socket.local_addr()?;
    if peer.as_socket().is_none() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "only a TCP peer can vanish here"));
    }
    // No key is that long, and who has the option says so. gVisor says that all is well, and does nothing.
    if demand_signature(socket, &peer, LONGEST_KEY + 1).is_ok() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "this system takes TCP_MD5SIG and does nothing"));
    }
    socket.set_linger(Some(std::time::Duration::ZERO))?;
    demand_signature(socket, &peer, LONGEST_KEY)
}

/// `TCP_MD5SIG_MAXKEYLEN` of `linux/tcp.h`.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LONGEST_KEY: u16 = 80;

/// TCP_MD5SIG with a key of zeros, which is as good as any that the other end does not use.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn demand_signature(socket: &Socket, peer: &socket2::SockAddr, key_length: u16) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    /// Its `struct tcp_md5sig`.
    #[repr(C)]
    struct Signature {
        address: libc::sockaddr_storage,
        flags: u8,
        prefix_length: u8,
        key_length: u16,
        interface: libc::c_int,
        key: [u8; LONGEST_KEY as usize],
    }

    // SAFETY: the struct is made of integers alone, for which zero is a value.
    let mut signature: Signature = unsafe { std::mem::zeroed() };
    // SAFETY: every address fits into a sockaddr_storage, and the two do not overlap.
    unsafe {
        let to = (&raw mut signature.address).cast::<u8>();
        std::ptr::copy_nonoverlapping(peer.as_ptr().cast::<u8>(), to, peer.len() as usize);
    }
    signature.key_length = key_length;
    // SAFETY: the pointer is to a struct that lives through the call, and the length is that struct's.
    let failed = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_MD5SIG,
            (&raw const signature).cast(),
            size_of_val(&signature) as libc::socklen_t,
        )
    };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The TCP_MD5SIG of the BSDs needs keys that only root can set, with setkey(8) (FreeBSD's tcp(4)), and a firewall is the
/// whole machine's.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn vanish(_socket: &Socket) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no socket option that cuts a connection off"))
}
