//! Console events that ask a program to stop, and the lock that keeps two programs from writing to one folder.

use std::{
    fs::{File, OpenOptions},
    io,
    os::windows::fs::OpenOptionsExt,
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
};

use windows_sys::{
    Win32::{
        Foundation::{ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION},
        Storage::FileSystem::FILE_FLAG_DELETE_ON_CLOSE,
        System::Console as console,
    },
    core::BOOL,
};

type Handler = Box<dyn FnMut(u8) + Send>;

static HANDLER: Mutex<Option<Handler>> = Mutex::new(None);

/// Ctrl-C, Ctrl-Break, and the end of the console, the session or the machine. The codes are 128 and the number that
/// Microsoft's C library gives the signal: SIGINT, SIGBREAK, SIGTERM.
pub(crate) fn on_stop(handler: impl FnMut(u8) + Send + 'static) -> io::Result<()> {
    *HANDLER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(handler));
    // SAFETY: the function may be called in any thread and lives as long as the program.
    if unsafe { console::SetConsoleCtrlHandler(Some(on_event), 1) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Windows calls it in a thread of its own.
unsafe extern "system" fn on_event(event: u32) -> BOOL {
    let code = match event {
        console::CTRL_C_EVENT => 130,
        console::CTRL_BREAK_EVENT => 149,
        console::CTRL_CLOSE_EVENT | console::CTRL_LOGOFF_EVENT | console::CTRL_SHUTDOWN_EVENT => 143,
        _ => return 0,
    };
    if let Some(handler) = &mut *HANDLER.lock().unwrap_or_else(PoisonError::into_inner) {
        handler(code);
    }
    // Windows ends the program when this returns, or after some seconds; until then the program can end by itself.
    while code == 143 {
        thread::park();
    }
    1
}

/// A file that nobody else can open and that vanishes when it is closed: Windows locks no folders.
pub(crate) fn lock_folder(folder: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).share_mode(0).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
    match options.open(folder.join(".brokenpipe.lock")) {
        Ok(file) => Ok(Some(file)),
        // While it is open, and while it vanishes. ERROR_ACCESS_DENIED would also come for a folder that may not be
        // written, which the caller has ruled out.
        Err(error) => match error.raw_os_error().and_then(|code| u32::try_from(code).ok()) {
            Some(ERROR_SHARING_VIOLATION | ERROR_ACCESS_DENIED) => Ok(None),
            _ => Err(error),
        },
    }
}
