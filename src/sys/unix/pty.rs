//! Pseudo-terminals: pty(7), pty(4).

use std::{
    ffi::{CStr, OsStr},
    fs::OpenOptions,
    io,
    mem::MaybeUninit,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
        unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    },
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use mio::unix::pipe::Receiver;

use crate::sys::Endpoint;

/// The terminal in raw mode, and its master. Neither becomes the controlling terminal of this process, so that no
/// SIGHUP comes when the master is closed. mio's type for an end that reads takes any descriptor.
pub(super) fn pty() -> io::Result<(Box<dyn Endpoint>, Box<dyn Endpoint>)> {
    let master = master()?;
    let mut options = OpenOptions::new();
    let terminal = options.read(true).write(true).custom_flags(libc::O_NOCTTY | libc::O_NONBLOCK);
    let terminal = OwnedFd::from(terminal.open(name(&master)?)?);
    // Apple's systems refuse this with ENOTTY as long as nobody has opened the terminal (TS_IOCTL_NOT_OK in XNU's
    // bsd/kern/tty_dev.c).
    rustix::io::ioctl_fionbio(&master, true)?;
    #[cfg(target_os = "illumos")]
    push_modules(terminal.as_raw_fd())?;
    make_raw(terminal.as_raw_fd())?;
    Ok((Box::new(Receiver::from(terminal)), Box::new(Receiver::from(master))))
}

/// Whether there are as many pseudo-terminals as the system allows: Apple's systems answer with ENXIO (`ptmx_get_ioctl`
/// in XNU's bsd/kern/tty_ptmx.c), and FreeBSD with EAGAIN (`pts_alloc` in sys/kern/tty_pts.c).
pub(super) fn ran_out(error: &io::Error) -> bool {
    match error.raw_os_error() {
        Some(libc::ENXIO) => cfg!(target_vendor = "apple"),
        Some(libc::EAGAIN) => true,
        _ => false,
    }
}

fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// The master's end, whose terminal may be opened.
fn master() -> io::Result<OwnedFd> {
    // Where posix_openpt refuses O_CLOEXEC, the flag is set afterwards.
    const FLAGS: libc::c_int =
        if cfg!(any(target_os = "linux", target_os = "android", target_os = "freebsd")) { libc::O_CLOEXEC } else { 0 };
    // SAFETY: the flags are all that the call takes.
    let fd = checked(unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | FLAGS) })?;
    // SAFETY: the descriptor is new, and nothing else owns it.
    let master = unsafe { OwnedFd::from_raw_fd(fd) };
    rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
    // SAFETY: the descriptor is open.
    checked(unsafe { libc::grantpt(fd) })?;
    // SAFETY: the descriptor is open.
    checked(unsafe { libc::unlockpt(fd) })?;
    Ok(master)
}

/// The path of a master's terminal. Not every system has ptsname_r(3), and ptsname(3) returns a buffer that the next call
/// changes; nobody else in this program calls it.
fn name(master: &OwnedFd) -> io::Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the descriptor is open.
    let name = unsafe { libc::ptsname(master.as_raw_fd()) };
    if name.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the name is NUL-terminated, and no call changes it while the lock is held.
    let name = unsafe { CStr::from_ptr(name) };
    Ok(Path::new(OsStr::from_bytes(name.to_bytes())).to_owned())
}

/// Bytes pass unchanged and at once, and nothing is echoed: cfmakeraw(3).
fn make_raw(terminal: RawFd) -> io::Result<()> {
    let mut modes = MaybeUninit::<libc::termios>::uninit();
    // SAFETY: the descriptor is open, and the pointer is to room for the answer.
    checked(unsafe { libc::tcgetattr(terminal, modes.as_mut_ptr()) })?;
    // SAFETY: the call has succeeded and filled it in.
    let mut modes = unsafe { modes.assume_init() };
    // SAFETY: both calls only use the modes, which live through them, and the open descriptor.
    checked(unsafe {
        libc::cfmakeraw(&raw mut modes);
        libc::tcsetattr(terminal, libc::TCSANOW, &raw const modes)
    })?;
    Ok(())
}

/// What makes a terminal of a STREAM, unless the system has done so: ptem(4M), ldterm(4M). Pushed by I_PUSH, they would
/// make it the controlling terminal of a process without one, whatever it was opened with (`strioctl` in illumos'
/// uts/common/os/streamio.c).
#[cfg(target_os = "illumos")]
fn push_modules(terminal: RawFd) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the name is NUL-terminated.
    if checked(unsafe { libc::ioctl(terminal, libc::I_FIND, c"ldterm".as_ptr()) })? == 0 {
        for module in [c"ptem", c"ldterm"] {
            // SAFETY: as above.
            checked(unsafe { libc::ioctl(terminal, libc::__I_PUSH_NOCTTY, module.as_ptr()) })?;
        }
    }
    Ok(())
}
