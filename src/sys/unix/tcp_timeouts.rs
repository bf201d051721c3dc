//! How long TCP waits for an answer.

pub(crate) use crate::sys::fallback::set_keepalive_fast;
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(crate) use crate::sys::fallback::set_user_timeout;

/// TCP_USER_TIMEOUT: tcp(7).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn set_user_timeout(socket: &socket2::Socket, time: std::time::Duration) -> std::io::Result<()> {
    socket.set_tcp_user_timeout(Some(time))
}

/// TCP_MAXUNACKTIME, in whole seconds: FreeBSD's tcp(4). FreeBSD has it since version 14.
#[cfg(target_os = "freebsd")]
pub(crate) fn set_user_timeout(socket: &socket2::Socket, time: std::time::Duration) -> std::io::Result<()> {
    let seconds = time.as_secs() as libc::c_uint;
    super::options::set_option(socket, libc::IPPROTO_TCP, libc::TCP_MAXUNACKTIME, &seconds)
}
