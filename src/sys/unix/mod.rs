//! Linux, Android, Apple's systems, the BSDs, illumos.

mod calls;
mod local;
mod patience;
mod sigpipe;

use std::{
    io,
    os::fd::{IntoRawFd, OwnedFd},
    process::Stdio,
    time::Duration,
};

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, Socket, Type};

use super::{ErrorName, Host};
use crate::catalogue::{Axes, Sigpipe, SocketOption};

pub(crate) use calls::write_by;
pub(crate) use local::{local_listener, local_socket, pipe};
pub(crate) use patience::{set_keepalive_fast, set_user_timeout, vanish};
pub(crate) use sigpipe::{
    killed_by_sigpipe, pass_sigpipe_on, restore_sigpipe, set_sigpipe, take_sigpipe, write_stdout,
};

/// What this system does not have of a case.
pub(crate) fn lacks(axes: Axes) -> Option<&'static str> {
    if !calls::has_call(axes.call) {
        Some("this system does not have the call")
    } else {
        match axes.option {
            SocketOption::SoNosigpipe | SocketOption::ListenerNosigpipe if !cfg!(nosigpipe) => {
                Some("this system does not have SO_NOSIGPIPE")
            }
            SocketOption::FSetnosigpipe if !cfg!(f_setnosigpipe) => Some("this system does not have F_SETNOSIGPIPE"),
            _ => None,
        }
    }
}

/// Whether SIGPIPE can be set to this.
pub(crate) fn has_sigpipe(_mode: Sigpipe) -> bool {
    true
}

/// Sets SO_NOSIGPIPE.
#[cfg(nosigpipe)]
pub(crate) fn set_nosigpipe(socket: &socket2::Socket) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let on: libc::c_int = 1;
    // SAFETY: the pointer is to an int that lives through the call, and the length is that int's.
    let failed = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_NOSIGPIPE,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// There is no SO_NOSIGPIPE to set.
#[cfg(not(nosigpipe))]
pub(crate) fn set_nosigpipe(_socket: &socket2::Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOPROTOOPT))
}

/// Sets the descriptor's flag, fcntl(2)'s F_SETNOSIGPIPE.
#[cfg(f_setnosigpipe)]
pub(crate) fn set_nosigpipe_flag(socket: &socket2::Socket) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open while it is borrowed, and this command takes an int.
    let failed = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_SETNOSIGPIPE, on) };
    if failed == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// There is no F_SETNOSIGPIPE to set.
#[cfg(not(f_setnosigpipe))]
pub(crate) fn set_nosigpipe_flag(_socket: &socket2::Socket) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::EINVAL))
}

/// A process group of its own: the terminal sends SIGINT to the foreground group (termios(3)).
pub(crate) fn keep_from_ctrl_c(command: &mut std::process::Command) -> &mut std::process::Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

/// What the umask leaves of 0666: a temporary file is its owner's alone by default.
pub(crate) fn results_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

/// Makes a socket a child's standard stream.
pub(crate) fn into_stdio(socket: impl Into<OwnedFd>) -> io::Result<Stdio> {
    Ok(Stdio::from(socket.into()))
}

/// What mio polls with here, after the `cfg`s of its `src/sys/unix/mod.rs`.
pub const SELECTOR: &str = if cfg!(any(target_os = "linux", target_os = "android", target_os = "illumos")) {
    "epoll"
} else if cfg!(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
)) {
    "kqueue"
} else {
    "poll"
};

/// mio registers edges with epoll (EPOLLET) and kqueue (EV_CLEAR): every change is a new event.
pub(crate) const REARM: Option<Duration> = None;

macro_rules! error_names {
    ($($(#[$cfg:meta])? $name:ident)*) => {
        /// Names of the errors of sockets, descriptors and files; numbers are the target's own, from libc.
        pub fn error_name(code: i32) -> Option<ErrorName> {
            let name = match code {
                $($(#[$cfg])? libc::$name => stringify!($name),)*
                _ => return None,
            };
            Some(ErrorName { canonical: name, native: name })
        }
    };
}

error_names! {
    EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECANCELED ECONNABORTED ECONNREFUSED ECONNRESET
    EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR
    ELOOP EMFILE EMLINK EMSGSIZE ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOEXEC
    ENOLCK ENOMEM ENOPROTOOPT ENOSPC ENOSYS ENOTCONN ENOTDIR ENOTSOCK ENOTTY ENXIO EOPNOTSUPP EPERM EPFNOSUPPORT
    EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS ESHUTDOWN ESPIPE ESRCH ESTALE ETIMEDOUT
    EXDEV
    #[cfg(not(target_os = "haiku"))] ESOCKTNOSUPPORT
    #[cfg(not(target_os = "haiku"))] ETOOMANYREFS
}

/// What says that this process, or the system, has no more of something.
pub(crate) fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM | libc::ENOSPC))
}

/// One call where the type can carry the flags, as mio does it.
#[cfg(socket_flags)]
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new_raw(domain, Type::STREAM.nonblocking().cloexec(), None)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// On Apple's systems `Socket::new` sets SO_NOSIGPIPE, as mio and std do.
#[cfg(not(socket_flags))]
pub(crate) fn stream_socket(domain: Domain) -> io::Result<TcpStream> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket.into()))
}

/// accept4(2). The address is taken as it comes.
#[cfg(socket_flags)]
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    use rustix::net::{SocketFlags, acceptfrom_with};
    let (socket, address) = acceptfrom_with(listener, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)?;
    Ok((TcpStream::from(socket), address.map_or(0, |address| address.addr_len() as usize)))
}

/// accept(2), and then what accept4 does at once.
#[cfg(not(socket_flags))]
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(TcpStream, usize)> {
    let (socket, address) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((TcpStream::from_std(socket.into()), address.len() as usize))
}

/// connect(2): EINPROGRESS.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS)
}

/// close(2). On Linux and most others the descriptor is gone whatever is returned; FreeBSD may return ECONNRESET.
pub(crate) fn close(socket: impl IntoRawFd) -> io::Result<()> {
    let fd = socket.into_raw_fd();
    // SAFETY: into_raw_fd gave up the ownership, so nothing else closes this descriptor or uses it.
    if unsafe { libc::close(fd) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// uname(3), and on Apple's systems the product version.
pub fn host() -> Host {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy().into_owned();
    let build = uname.version().to_string_lossy().into_owned();
    let (runtime, evidence) = runtime(&release, &build);
    let mut host =
        Host { version: version(&release), runtime_version: String::new(), kernel: release, runtime, evidence };
    if runtime == "gvisor"
        && let Ok(filesystems) = std::fs::read_to_string("/proc/filesystems")
    {
        let (version, evidence) = gvisor_age(&filesystems);
        host.runtime_version = version.to_owned();
        host.evidence += evidence;
    }
    host
}

/// gVisor tells no version of its own, but its file systems are listed, and EROFS came in October 2023
/// (google/gvisor#9308).
fn gvisor_age(filesystems: &str) -> (&'static str, &'static str) {
    if filesystems.split_whitespace().any(|name| name == "erofs") {
        ("since-2023.10", "; /proc/filesystems has erofs, which gVisor has since October 2023")
    } else {
        ("before-2023.10", "; /proc/filesystems has no erofs, which gVisor has since October 2023")
    }
}

#[cfg(not(target_vendor = "apple"))]
fn version(release: &str) -> String {
    leading_numbers(release, 2)
}

/// Apple counts product versions apart from Darwin's; the file is what sw_vers(1) reads.
#[cfg(target_vendor = "apple")]
fn version(release: &str) -> String {
    std::fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist")
        .ok()
        .and_then(|plist| {
            let (_, rest) = plist.split_once("<key>ProductVersion</key>")?;
            let (_, value) = rest.split_once("<string>")?;
            Some(leading_numbers(value, 1))
        })
        .unwrap_or_else(|| format!("darwin{}", leading_numbers(release, 1)))
}

/// `6.18.44-x` → `6.18`: the first `count` numbers.
fn leading_numbers(text: &str, count: usize) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].split('.').filter(|part| !part.is_empty()).take(count).collect::<Vec<_>>().join(".")
}

/// gVisor answers uname(2) with a fixed text (`pkg/sentry/kernel/version.go`), WSL's kernel has its maker in its name.
fn runtime(release: &str, build: &str) -> (&'static str, String) {
    if cfg!(target_os = "linux") && build == "#1 SMP Sun Jan 10 15:06:54 PST 2016" {
        ("gvisor", format!("uname says {release} {build}, which is gVisor's fixed text"))
    } else if cfg!(target_os = "linux") && release.to_ascii_lowercase().contains("microsoft") {
        ("wsl", format!("uname's release is {release}"))
    } else if let Some(kernel) = foreign_kernel() {
        (
            "qemu-user",
            format!("/proc/sys/kernel/arch says {kernel}, and this is a program for {}", std::env::consts::ARCH),
        )
    } else {
        ("native", format!("uname says {release} {build}, the text of no known stand-in"))
    }
}

/// The kernel's own architecture where it is none of this program's: then something translates its system calls.
/// Since Linux 6.1 the file tells what uname(2), which is made to fit, does not.
fn foreign_kernel() -> Option<String> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/arch").ok()?;
    let family = |arch: &str| match arch {
        "x86" | "x86_64" | "i386" | "i686" => "x86".to_owned(),
        "arm" | "aarch64" | "armv7l" | "armv8l" => "arm".to_owned(),
        other => other.chars().take(4).collect(),
    };
    let kernel = kernel.trim();
    (family(kernel) != family(std::env::consts::ARCH)).then(|| kernel.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_stable_across_patch_releases() {
        assert_eq!(leading_numbers("6.18.44-fc-v669", 2), "6.18");
        assert_eq!(leading_numbers("14.3-RELEASE-p2", 2), "14.3");
        assert_eq!(leading_numbers("15.7.1</string>", 1), "15");
        assert_eq!(leading_numbers("unknown", 2), "");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn stand_ins_for_a_kernel_are_told_apart() {
        assert_eq!(runtime("4.4.0", "#1 SMP Sun Jan 10 15:06:54 PST 2016").0, "gvisor");
        assert_eq!(runtime("5.15.167.4-microsoft-standard-WSL2", "#1 SMP").0, "wsl");
        assert_eq!(runtime("6.1.0-40-amd64", "#1 SMP PREEMPT_DYNAMIC Debian").0, "native");
    }

    /// The lists are of Debian's runsc of 2024-07-29 and of 2022-12-19.
    #[test]
    fn gvisors_age_is_read_off_its_file_systems() {
        let newer = "nodev\tcgroup\nnodev\tdevpts\nnodev\terofs\nnodev\tproc\nnodev\ttmpfs\n";
        let older = "nodev\tcgroup\nnodev\tdevpts\nnodev\tproc\nnodev\ttmpfs\n";
        assert_eq!(gvisor_age(newer).0, "since-2023.10");
        assert_eq!(gvisor_age(older).0, "before-2023.10");
    }
}
