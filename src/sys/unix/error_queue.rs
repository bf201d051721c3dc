//! The errors that the network sends about datagrams, each kept with where it came from: IP_RECVERR of ip(7).

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use crate::sys::fallback::{read_error, set_recverr};
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::{read_error, set_recverr};

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use std::{
        io,
        mem::{MaybeUninit, zeroed},
        os::fd::AsRawFd,
        ptr,
        sync::LazyLock,
    };

    use socket2::Socket;

    use super::super::options::set_option;

    /// Has errors queued, those about a socket that is not connected included.
    pub(crate) fn set_recverr(socket: &Socket) -> io::Result<()> {
        const ON: libc::c_int = 1;
        let is_ipv6 = socket.local_addr()?.is_ipv6();
        let (level, name) =
            if is_ipv6 { (libc::IPPROTO_IPV6, libc::IPV6_RECVERR) } else { (libc::IPPROTO_IP, libc::IP_RECVERR) };
        set_option(socket, level, name, &ON)
    }

    /// qemu-user's queue is always empty, whatever the kernel's has.
    static HAS_QUEUE: LazyLock<bool> = LazyLock::new(|| super::super::host().runtime != "qemu-user");

    /// The code of the oldest error in the queue; [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none.
    pub(crate) fn read_error(socket: &Socket) -> io::Result<i32> {
        if !*HAS_QUEUE {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "qemu-user keeps the queue of errors to itself"));
        }
        // Room for the error and for the address of its sender, at the alignment of a control message.
        let mut control = [MaybeUninit::<u64>::uninit(); 64];
        let mut data = [0_u8; 1];
        let mut part = libc::iovec { iov_base: data.as_mut_ptr().cast(), iov_len: data.len() };
        // SAFETY: the struct consists of integers and pointers, for which zero is a value.
        let mut message: libc::msghdr = unsafe { zeroed() };
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&control) as _;
        // SAFETY: the message points to buffers that live through the call, with their lengths.
        let received =
            unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT) };
        if received == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has filled in the message, and its control messages lie in `control`, which still lives.
        let mut header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
        while !header.is_null() {
            // SAFETY: it is a control message of this message, by the macros that find it.
            let (level, kind, data) = unsafe { ((*header).cmsg_level, (*header).cmsg_type, libc::CMSG_DATA(header)) };
            if matches!((level, kind), (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR))
            {
                // SAFETY: such a message begins with this struct, which may not be aligned.
                let error = unsafe { ptr::read_unaligned(data.cast::<libc::sock_extended_err>()) };
                return Ok(error.ee_errno as i32);
            }
            // SAFETY: as for the first one.
            header = unsafe { libc::CMSG_NXTHDR(&raw const message, header) };
        }
        Err(io::Error::new(io::ErrorKind::Unsupported, "this kernel's queue of errors has none of IP"))
    }
}
