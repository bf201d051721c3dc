//! Signals that ask a program to stop, and the lock that keeps two programs from writing to one folder.

use std::{
    fs::{self, File},
    io,
    mem::MaybeUninit,
    os::unix::fs::MetadataExt,
    path::Path,
    ptr,
    sync::mpsc::channel,
    thread,
};

use libc::{SIGHUP, SIGINT, SIGTERM};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use signal_hook::iterator::Signals;

/// SIGINT, SIGTERM and SIGHUP; not SIGHUP if it is ignored, as nohup(1) has it.
pub(crate) fn on_stop(mut handler: impl FnMut(u8) + Send + 'static) -> io::Result<()> {
    let (begun, begins) = channel();
    thread::Builder::new().spawn(move || {
        let signals = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| signal != SIGHUP || !is_ignored(signal));
        let mut signals = match Signals::new(signals) {
            Ok(signals) => signals,
            Err(error) => return begun.send(Err(error)),
        };
        begun.send(Ok(()))?;
        for signal in signals.forever() {
            // As shells report a program that a signal ended.
            handler(128 + u8::try_from(signal).unwrap_or_default());
        }
        Ok(())
    })?;
    begins.recv().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

fn is_ignored(signal: libc::c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is set, and sigaction writes the whole action unless it fails.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
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
