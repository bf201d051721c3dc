//! Which outcomes a step can have, and which numbers and names its errors have on a system.

use crate::{
    catalogue::{Awaited, Condition, Operation},
    explain::Errors,
    outcome::{KILLED, NO_EVENT, forms_of, usual_spelling},
    platform::Platform,
};

/// The forms that only some operations can have; errors, `not-run`, `unsupported` and forms of a later version may come
/// from any.
const PARTICULAR: [&str; 16] = [
    "ok", "ok N", "eof", "full", "drained", "none", "would-block", "in-progress", "FLAGS", NO_EVENT, "quiet", KILLED,
    "+SIGPIPE", "+SIGPIPE elsewhere", "within TIME", "longer",
];

/// The forms that steps of this operation have.
fn forms(operation: Operation) -> &'static [&'static str] {
    use Operation::*;
    match operation {
        Connect | Reconnect | ConnectAgain | StartConnect => &["ok", "in-progress", "would-block", NO_EVENT],
        Accept => &["ok", "would-block"],
        Write(_) | SendTo(_) | Urgent(_) => &["ok N", "would-block", KILLED, "+SIGPIPE", "+SIGPIPE elsewhere"],
        Fill => &["full", KILLED, "+SIGPIPE", "+SIGPIPE elsewhere"],
        Read(_) | Peek(_) | ReadUrgent => &["ok N", "eof", "would-block"],
        RecvFrom(_) => &["ok N", "would-block"],
        ReadError => &["would-block"],
        Drain => &["drained", "eof"],
        Close | Reset => &["ok", "would-block"],
        Race(_) | Shutdown(_) | Open | Bind | Backlog(_) | PeerName | LocalName | Set(_) | Depart | Crash | Vanish
        | Returns | Reboot | Disconnect | Destroy | Blocks(_) | Deregister => &["ok"],
        SoError => &["none"],
        AcceptedFrom => &["ok N"],
        Exec(_) => &["ok N", KILLED, "+SIGPIPE", "+SIGPIPE elsewhere"],
        Await(Awaited { condition: Condition::Woken, .. }) => {
            &["ok", "ok N", "eof", "would-block", "quiet", KILLED, "+SIGPIPE", "+SIGPIPE elsewhere"]
        }
        Await(Awaited { condition: Condition::Quiet, .. }) => &["FLAGS", NO_EVENT, "quiet"],
        Await(_) => &["FLAGS", NO_EVENT],
        Took => &["within TIME", "longer"],
    }
}

/// Checks whether a step of this operation, in a case with this value of the axis `sigpipe`, can have an outcome.
///
/// # Errors
///
/// What is expected, if it cannot.
pub(super) fn check_possible(operation: Operation, sigpipe: &str, outcome: &str) -> Result<(), String> {
    let mut parts = forms_of(outcome).peekable();
    if parts.peek().is_none() {
        return Err("expected an outcome as `brokenpipe guide outcomes` lists them, such as `ok`, `ok 1`, `EPIPE` or \
                    `readable+writable`"
            .to_owned());
    }
    let allowed = forms(operation);
    for form in parts {
        if PARTICULAR.contains(&form.form) && !allowed.contains(&form.form) {
            let all: Vec<_> = allowed.iter().map(|form| format!("`{form}`")).collect();
            let all = all.join(", ").replace("`+", "ERROR`+");
            return Err(format!("`{operation}` gives {all} or an error"));
        }
    }
    let most = match operation {
        Operation::Write(most) | Operation::Read(most) | Operation::Peek(most) => Some(most),
        _ => None,
    };
    let count = outcome.split('+').next().and_then(|own| own.strip_prefix("ok ")?.parse::<u64>().ok());
    if let (Some(most), Some(count)) = (most, count)
        && count > u64::from(most)
    {
        return Err(format!("`{operation}` gives `ok {most}` at most"));
    }
    let raises = matches!(operation, Operation::Write(_) | Operation::Fill);
    let is_killed = outcome == KILLED;
    match sigpipe {
        "ignore" if raises && outcome.contains("SIGPIPE") => {
            Err("expected no SIGPIPE, which this case ignores".to_owned())
        }
        "default" if raises && outcome.contains("+SIGPIPE") => Err(format!("expected `{KILLED}`: no handler is there")),
        "handler" | "blocked" | "other-thread" if raises && is_killed => {
            Err("expected an error and `+SIGPIPE`: the signal does not kill in this case".to_owned())
        }
        _ => Ok(()),
    }
}

/// The tables of numbers that a platform's system has; empty if none is known.
fn tables(platform: &Platform) -> Vec<&str> {
    match platform.os.as_str() {
        "windows" => vec!["winsock", "win32"],
        "linux" | "android" if platform.arch.starts_with("mips") => vec!["linux-mips"],
        "linux" | "android" if platform.arch.starts_with("sparc") => vec!["linux-sparc"],
        "linux" | "android" => vec!["linux"],
        "nto" => vec!["qnx"],
        os => Errors::builtin().systems.iter().map(|system| system.id.as_str()).filter(|id| *id == os).collect(),
    }
}

/// The kinds that Rust's std has for errors of every system that is like Unix.
const KINDS: [(&str, &str); 9] = [
    ("EPIPE", "BrokenPipe"),
    ("ECONNRESET", "ConnectionReset"),
    ("ECONNABORTED", "ConnectionAborted"),
    ("ECONNREFUSED", "ConnectionRefused"),
    ("ENOTCONN", "NotConnected"),
    ("ETIMEDOUT", "TimedOut"),
    ("EINVAL", "InvalidInput"),
    ("EADDRINUSE", "AddrInUse"),
    ("EADDRNOTAVAIL", "AddrNotAvailable"),
];

/// A field that an error does not have on the system, and what is expected there.
pub(super) type Wrong = (&'static str, String);

/// Checks whether code, name and kind of an error are those that the platform's system has. Fields that are empty, and
/// errors whose numbers are not known there, are not checked.
///
/// # Errors
///
/// The first field that is not.
pub(super) fn check_on_system(
    platform: &Platform,
    outcome: &str,
    code: Option<i32>,
    name: &str,
    kind: &str,
) -> Result<(), Wrong> {
    let error = usual_spelling(outcome.split('+').next().unwrap_or(outcome));
    if !forms_of(outcome).any(|form| form.form == "ERROR") {
        return Ok(());
    }
    let (tables, os) = (tables(platform), platform.os.as_str());
    let here = || Errors::builtin().codes.iter().filter(|known| tables.contains(&known.table.as_str()));
    if let Some(code) = code.map(i64::from) {
        let own: Vec<_> = here().filter(|known| known.errors.iter().any(|name| name == error)).collect();
        let other = here().find(|known| known.code == code);
        if own.iter().all(|known| known.code != code) && (!own.is_empty() || other.is_some()) {
            let own: Vec<_> = own.iter().map(|known| known.code.to_string()).collect();
            let right = if own.is_empty() { "another number".to_owned() } else { own.join(" or ") };
            let is = other.map(|known| format!("; {code} is {} there", known.native)).unwrap_or_default();
            return Err(("code", format!("expected {right}, the number of {error} on {os}{is}")));
        }
    }
    let is_windows = os == "windows";
    if !name.is_empty() && !tables.is_empty() {
        let native = code.and_then(|code| here().find(|known| known.code == i64::from(code)));
        match native {
            Some(known) if usual_spelling(&known.native) != usual_spelling(name) => {
                return Err(("name", format!("expected {}, the name of {} on {os}", known.native, known.code)));
            }
            None if !is_windows && usual_spelling(name) != error => {
                return Err(("name", format!("expected {error}, as {os} calls it")));
            }
            _ => {}
        }
    }
    match KINDS.iter().find(|(known, _)| *known == error) {
        Some((_, right)) if !is_windows && !kind.is_empty() && kind != *right => {
            Err(("kind", format!("expected {right}, the kind of {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::parse_step;

    fn check(step: &str, sigpipe: &str, outcome: &str) -> bool {
        check_possible(parse_step(step).unwrap().operation, sigpipe, outcome).is_ok()
    }

    #[test]
    fn each_operation_has_its_own_outcomes() {
        for (step, outcome) in [
            ("client write 1", "ok 1"),
            ("client write 1", "EPIPE"),
            ("client write 1", "not-run"),
            ("client read 5", "ok 3"),
            ("client read 1", "eof"),
            ("client close", "ok"),
            ("client close", "ECONNRESET"),
            ("client await fin", "readable+read_closed"),
            ("client await fin", "no-event writable"),
            ("client await quiet", "quiet"),
            ("client so_error", "none"),
            ("client fill", "full"),
        ] {
            assert!(check(step, "ignore", outcome), "{step}: {outcome}");
        }
        for (step, outcome) in [
            ("client write 1", "eof"),
            ("client write 1", "ok 2"),
            ("client write 1", "ok"),
            ("client write 1", "EPIPE+SIGPIPE"),
            ("client read 1", "ok 2"),
            ("client close", "readable+writable"),
            ("client await fin", "quiet"),
            ("client await fin", "ok"),
            ("client so_error", "ok"),
            ("client shutdown write", "eof"),
            ("client read 1", "epipe"),
        ] {
            assert!(!check(step, "ignore", outcome), "{step}: {outcome}");
        }
        assert!(
            check("client write 1", "handler", "EPIPE+SIGPIPE") && !check("client read 1", "handler", "eof+SIGPIPE")
        );
        assert!(check("client write 1", "default", KILLED) && !check("client write 1", "handler", KILLED));
    }

    #[test]
    fn an_error_has_the_number_of_its_system() {
        let on = |os: &str, arch: &str| Platform { os: os.to_owned(), arch: arch.to_owned(), ..Platform::here() };
        let wrong = |os, arch, outcome, code, name, kind| {
            check_on_system(&on(os, arch), outcome, code, name, kind).err().map(|(column, _)| column)
        };
        assert_eq!(wrong("linux", "x86_64", "ECONNRESET", Some(104), "ECONNRESET", "ConnectionReset"), None);
        assert_eq!(wrong("linux", "x86_64", "ECONNRESET", Some(54), "", ""), Some("code"));
        assert_eq!(wrong("linux", "mips", "ECONNRESET", Some(131), "", ""), None);
        assert_eq!(wrong("macos", "aarch64", "ECONNRESET", Some(104), "", ""), Some("code"));
        assert_eq!(wrong("windows", "x86_64", "ECONNRESET", Some(10054), "WSAECONNRESET", ""), None);
        assert_eq!(wrong("windows", "x86_64", "EPIPE", Some(232), "ERROR_NO_DATA", ""), None);
        assert_eq!(wrong("windows", "x86_64", "EPIPE", Some(232), "ERROR_BROKEN_PIPE", ""), Some("name"));
        assert_eq!(wrong("windows", "x86_64", "ECONNRESET", Some(104), "", ""), Some("code"));
        assert_eq!(wrong("linux", "x86_64", "EPIPE+SIGPIPE", Some(32), "WSAEPIPE", ""), Some("name"));
        assert_eq!(wrong("linux", "x86_64", "EPIPE", None, "WSAEPIPE", ""), Some("name"));
        assert_eq!(wrong("linux", "x86_64", "EPIPE", Some(32), "EPIPE", "Uncategorized"), Some("kind"));
        assert_eq!(wrong("linux", "x86_64", "eof", None, "", ""), None);
        assert_eq!(wrong("plan9", "x86_64", "EPIPE", Some(4711), "", ""), None);
    }
}
