//! Socket options that no crate sets.

use std::{io, os::fd::AsRawFd};

use socket2::Socket;

/// setsockopt(2) with a value of any plain type, which has to be the one that the option takes.
pub(super) fn set_option<T: Copy>(socket: &Socket, level: libc::c_int, name: libc::c_int, value: &T) -> io::Result<()> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the pointer is to a value that lives through the call, which reads no more than its length.
    let failed = unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const *value).cast(), length) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
