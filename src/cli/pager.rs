//! Long texts go through a pager where standard output is a terminal, as git does it.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, IsTerminal, Write},
    process::{self, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::sys;

/// The pager where `$PAGER` is not set.
const LESS: &str = "less";

/// The exit code of a program that Ctrl-C ends.
const CTRL_C: u8 = 130;

/// Whether the command prints a text to be read, and the user has not forbidden a pager.
static ALLOWED: AtomicBool = AtomicBool::new(false);

/// Allows a pager for what is printed from now on.
pub(super) fn allow() {
    ALLOWED.store(true, Ordering::Relaxed);
}

/// The pager for standard output; `None` unless it is a terminal and one is allowed and set up.
pub(super) fn chosen() -> Option<OsString> {
    let is_wanted = ALLOWED.load(Ordering::Relaxed) && io::stdout().is_terminal();
    if is_wanted { from_environment(env::var_os("PAGER").as_deref()) } else { None }
}

/// The command that `$PAGER` names, or less where there is such a program by default; `None` if `$PAGER` is empty or
/// `cat`.
fn from_environment(pager: Option<&OsStr>) -> Option<OsString> {
    match pager {
        None => cfg!(not(windows)).then(|| LESS.into()),
        Some(pager) if pager.is_empty() || pager == "cat" => None,
        Some(pager) => Some(pager.to_owned()),
    }
}

/// Whether a text has more lines than the terminal. A line that is too wide for it takes several.
pub(super) fn is_long(text: &[u8]) -> bool {
    let Some((width, height)) = terminal_size::terminal_size() else { return true };
    lines_on_screen(text, width.0) >= usize::from(height.0)
}

fn lines_on_screen(text: &[u8], width: u16) -> usize {
    let text = String::from_utf8_lossy(text);
    text.lines().map(|line| line.chars().count().div_ceil(usize::from(width.max(1))).max(1)).sum()
}

/// Shows a text in a pager until the reader quits it. Returns whether there was such a program.
pub(super) fn show(pager: &OsStr, text: &[u8]) -> bool {
    let mut command = if pager == LESS {
        // Without a shell, which would complain where there is no less.
        Command::new(pager)
    } else {
        // A shell splits words and expands variables, as in `PAGER='less -S'`.
        let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut command = Command::new(shell);
        command.arg(option).arg(pager);
        command
    };
    command.stdin(Stdio::piped());
    // F: quit if it fits the screen; R: colours; X: leave the text on the screen. These are git's.
    if env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    // Ctrl-C is for the pager, which takes it as the end of a search.
    let _ = sys::on_stop(|code: u8| {
        if code != CTRL_C {
            process::exit(code.into());
        }
    });
    let Ok(mut child) = command.spawn() else { return false };
    // A reader who quits early closes the pipe, which is no error.
    let written = child.stdin.take().map(|mut input| input.write_all(text));
    let status = child.wait();
    // A shell says with 126 and 127 that it could not start the program (POSIX, sh, "Exit Status").
    let is_missing = status.is_ok_and(|status| matches!(status.code(), Some(126 | 127)));
    written.is_some() && !is_missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_the_pager() {
        let chosen = |pager: Option<&str>| from_environment(pager.map(OsStr::new)).map(|it| it.into_string().unwrap());
        assert_eq!(chosen(None).as_deref(), if cfg!(windows) { None } else { Some("less") });
        assert_eq!(chosen(Some("")), None);
        assert_eq!(chosen(Some("cat")), None);
        assert_eq!(chosen(Some("most -w")).as_deref(), Some("most -w"));
    }

    #[test]
    fn a_line_takes_as_many_lines_of_the_screen_as_it_needs() {
        assert_eq!(lines_on_screen(b"", 10), 0);
        assert_eq!(lines_on_screen(b"a\n\nb", 10), 3);
        assert_eq!(lines_on_screen("äöüß567890\n".as_bytes(), 10), 1);
        assert_eq!(lines_on_screen(b"12345678901", 10), 2);
    }
}
