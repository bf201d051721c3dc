//! Signals that ask a program to stop, and the lock that keeps two programs from writing to one folder.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
};

use nix::sys::signal::{SigHandler, SigSet, Signal, signal};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::inherited::is_ignored;

/// SIGINT, SIGTERM and SIGHUP; not SIGHUP if it is ignored, as nohup(1) has it. A thread waits for them that all others
/// block, which takes no descriptors; std unblocks them for a child.
pub(crate) fn on_stop(mut handler: impl FnMut(u8) + Send + 'static) -> io::Result<()> {
    let is_asked = |signal: &Signal| *signal != Signal::SIGHUP || !is_ignored(libc::SIGHUP);
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().filter(is_asked).collect();
    // Threads that are started from now on inherit this.
    signals.thread_block()?;
    for each in &signals {
        // Some systems drop a signal that is ignored even while it is blocked.
        // SAFETY: SIG_DFL is no handler that could do anything unsafe.
        unsafe { signal(each, SigHandler::SigDfl) }?;
    }
    let wait = move || {
        loop {
            match signals.wait() {
                // As shells report a program that a signal ended.
                Ok(signal) => handler(128 + signal as u8),
                Err(nix::Error::EINTR) => {}
                Err(_) => return,
            }
        }
    };
    if let Err(error) = thread::Builder::new().spawn(wait) {
        signals.thread_unblock()?;
        return Err(error);
    }
    Ok(())
}

/// flock(2) on the folder itself, which leaves nothing behind.
pub(crate) fn lock_folder(folder: &Path) -> io::Result<Option<File>> {
    let file = File::open(folder)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    // While this waited, the folder may have been removed and made anew.
    let (locked, present) = (file.metadata()?, fs::metadata(folder)?);
    Ok(((locked.dev(), locked.ino()) == (present.dev(), present.ino())).then_some(file))
}
