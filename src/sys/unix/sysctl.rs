//! The kernel's values by their names, as sysctl(8) shows them.

/// The value of this name, which is an int.
pub(super) fn number(name: &str) -> Option<i64> {
    let mut value = [0; size_of::<libc::c_int>()];
    (read(name, &mut value)? == value.len()).then(|| libc::c_int::from_ne_bytes(value).into())
}

/// The text of this name; `None` if it is longer than 255 bytes.
pub(super) fn text(name: &str) -> Option<String> {
    let mut value = [0; 256];
    let size = read(name, &mut value)?;
    let text = value[..size].split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// sysctlbyname(3), which returns how many bytes the value has.
#[cfg(not(target_os = "openbsd"))]
fn read(name: &str, value: &mut [u8]) -> Option<usize> {
    let name = std::ffi::CString::new(name).ok()?;
    let mut size = value.len();
    // SAFETY: the name ends with a NUL, `value` has room for `size` bytes, and no new value is given.
    let failed =
        unsafe { libc::sysctlbyname(name.as_ptr(), value.as_mut_ptr().cast(), &raw mut size, std::ptr::null_mut(), 0) };
    (failed == 0).then_some(size)
}

/// sysctl(2), which has numbers for names. Crate libc does not have HW_MODEL of sys/sysctl.h, TCPCTL_RSTPPSLIMIT of
/// netinet/tcp_var.h, ICMPCTL_ERRPPSLIMIT of netinet/icmp_var.h and ICMPV6CTL_ERRPPSLIMIT of netinet/icmp6.h.
#[cfg(target_os = "openbsd")]
fn read(name: &str, value: &mut [u8]) -> Option<usize> {
    const HW_MODEL: libc::c_int = 2;
    const TCPCTL_RSTPPSLIMIT: libc::c_int = 12;
    const ICMPCTL_ERRPPSLIMIT: libc::c_int = 3;
    const ICMPV6CTL_ERRPPSLIMIT: libc::c_int = 14;
    let path: &[libc::c_int] = match name {
        "hw.model" => &[libc::CTL_HW, HW_MODEL],
        "net.inet.tcp.rstppslimit" => &[libc::CTL_NET, libc::AF_INET, libc::IPPROTO_TCP, TCPCTL_RSTPPSLIMIT],
        "net.inet.icmp.errppslimit" => &[libc::CTL_NET, libc::AF_INET, libc::IPPROTO_ICMP, ICMPCTL_ERRPPSLIMIT],
        "net.inet6.icmp6.errppslimit" => &[libc::CTL_NET, libc::AF_INET6, libc::IPPROTO_ICMPV6, ICMPV6CTL_ERRPPSLIMIT],
        _ => return None,
    };
    let mut size = value.len();
    // SAFETY: `path` has as many numbers as is said, `value` has room for `size` bytes, and no new value is given.
    let failed = unsafe {
        let length = path.len() as libc::c_uint;
        libc::sysctl(path.as_ptr(), length, value.as_mut_ptr().cast(), &raw mut size, std::ptr::null_mut(), 0)
    };
    (failed == 0).then_some(size)
}
