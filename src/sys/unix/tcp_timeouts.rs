//! How long TCP waits for an answer, and a peer that gives none.

use std::io;

use socket2::Socket;

#[cfg(keepalive_times)]
pub(crate) use crate::sys::fallback::set_keepalive_fast;

/// TCP_USER_TIMEOUT: tcp(7).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn set_user_timeout(socket: &Socket) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(crate::catalogue::Setting::USER_TIMEOUT))
}

/// What setsockopt returns for an option that does not exist.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn set_user_timeout(_: &Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
}

/// The times are those of all sockets here.
#[cfg(not(keepalive_times))]
pub(crate) fn set_keepalive_fast(_: &Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
}

/// Has the socket demand signatures (RFC 2385) that the other end does not make, and make some that it does not expect:
/// each end then silently drops whatever comes from the other (`tcp_inbound_md5_hash` in `net/ipv4/tcp.c`). To the
/// other end it is as if the machine were gone. That takes no privilege and no network of its own, and affects no other
/// connection. SO_LINGER makes close an abort, after which nothing is left that could send again.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn vanish(socket: &Socket) -> io::Result<()> {
    // Both ends have the same address, and the option ignores the port.
    let peer = socket.local_addr()?;
    if peer.as_socket().is_none() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "only a TCP peer can vanish here"));
    }
    // The key is too long, which a system that has the option reports. gVisor reports success and does nothing.
    if demand_signature(socket, &peer, LONGEST_KEY + 1).is_ok() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "this system takes TCP_MD5SIG and does nothing"));
    }
    socket.set_linger(Some(std::time::Duration::ZERO))?;
    demand_signature(socket, &peer, LONGEST_KEY)
}

/// `TCP_MD5SIG_MAXKEYLEN` of `linux/tcp.h`.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LONGEST_KEY: u16 = 80;

/// TCP_MD5SIG with a key of zeros, which is as good as any other that the other end does not use.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn demand_signature(socket: &Socket, peer: &socket2::SockAddr, key_length: u16) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    /// `struct tcp_md5sig` of `linux/tcp.h`.
    #[repr(C)]
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

/// The TCP_MD5SIG of the BSDs needs keys that only root can set, with setkey(8) (FreeBSD's tcp(4)).
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use crate::sys::fallback::vanish;
