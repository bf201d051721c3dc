//! Copies of this process, which begin sooner than a program does.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{Child, ExitStatus},
    ptr,
    sync::atomic::AtomicUsize,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// A page that fork(2) does not copy (mmap(2), MAP_SHARED). It is never unmapped, since it is for as long as the process
/// lasts.
pub(crate) fn shared_counter() -> io::Result<&'static AtomicUsize> {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANON);
    // SAFETY: the kernel chooses a place where nothing is mapped, and a whole page has room for the number.
    let page = unsafe { libc::mmap(ptr::null_mut(), size_of::<AtomicUsize>(), protection, flags, -1, 0) };
    if page == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the page is aligned, full of zeros, and stays; it is used as this number alone.
    Ok(unsafe { AtomicUsize::from_ptr(page.cast()) })
}

/// fork(2) and waitpid(2). There has to be no other thread.
pub(crate) fn copy_process() -> io::Result<Option<ExitStatus>> {
    // SAFETY: there is one thread, so no lock is held by one that the copy lacks.
    let copy = match unsafe { libc::fork() } {
        0 => return Ok(None),
        -1 => return Err(io::Error::last_os_error()),
        copy => copy,
    };
    let mut status = 0;
    loop {
        // SAFETY: the number that waitpid writes outlives the call.
        if unsafe { libc::waitpid(copy, &raw mut status, 0) } == copy {
            return Ok(Some(ExitStatus::from_raw(status)));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// kill(2) of the group, of which the child is the leader: copies belong to it, and what these start does not.
pub(crate) fn kill_group(child: &mut Child) -> io::Result<()> {
    // Some systems refuse this, with EPERM, for a group in which all have ended.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    child.kill()
}
