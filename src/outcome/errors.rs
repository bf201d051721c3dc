//! Which codes and names belong to an error, on whatever system: what can be told of a row from elsewhere without
//! guessing.

/// Errors in POSIX's spelling, each with its codes on every system that is listed in the crate libc 0.2.191 (Linux,
/// also on MIPS and SPARC, Apple's systems and the BSDs, illumos, AIX, QNX, Cygwin and newlib, Emscripten and WASI) and
/// on Windows, by Winsock's numbers and those of `winerror.h`. Haiku and the Hurd are left out, whose codes are so
/// large that no other system has them.
const CODES: &[(&str, &[i32])] = &[
    ("EACCES", &[2, 5, 13, 10013]),
    ("EADDRINUSE", &[3, 48, 67, 98, 112, 125, 248, 10048]),
    ("EADDRNOTAVAIL", &[4, 49, 68, 99, 125, 126, 249, 10049]),
    ("EAFNOSUPPORT", &[5, 47, 66, 97, 106, 124, 247, 10047]),
    ("EAGAIN", &[6, 11, 35, 10035]),
    ("EALREADY", &[7, 37, 56, 114, 120, 149, 237, 10037]),
    ("EBADF", &[6, 8, 9, 10009]),
    ("EBUSY", &[10, 16, 231]),
    ("ECANCELED", &[11, 47, 85, 87, 88, 89, 117, 125, 127, 140, 158, 995, 10103, 10111]),
    ("ECHILD", &[10, 12]),
    ("ECONNABORTED", &[13, 53, 72, 103, 113, 130, 253, 1236, 10053]),
    ("ECONNREFUSED", &[14, 61, 79, 111, 146, 261, 1225, 10061]),
    ("ECONNRESET", &[15, 54, 64, 73, 104, 131, 254, 10054]),
    ("EDESTADDRREQ", &[17, 39, 58, 89, 96, 121, 239, 10039]),
    ("EFAULT", &[14, 21, 10014]),
    ("EHOSTDOWN", &[64, 80, 112, 117, 142, 147, 264, 10064]),
    ("EHOSTUNREACH", &[23, 65, 81, 113, 118, 148, 265, 1232, 10065]),
    ("EINPROGRESS", &[26, 36, 55, 115, 119, 150, 236, 10036]),
    ("EINTR", &[4, 27, 10004]),
    ("EINVAL", &[22, 28, 87, 122, 10022]),
    ("EIO", &[5, 29]),
    ("EISCONN", &[30, 56, 75, 106, 127, 133, 256, 10056]),
    ("EMFILE", &[4, 24, 33, 10024]),
    ("EMSGSIZE", &[35, 40, 59, 90, 97, 122, 240, 10040]),
    ("ENETDOWN", &[38, 50, 69, 100, 115, 127, 250, 10050]),
    ("ENETRESET", &[39, 52, 71, 102, 126, 129, 252, 10052]),
    ("ENETUNREACH", &[40, 51, 70, 101, 114, 128, 251, 1231, 10051]),
    ("ENFILE", &[23, 41]),
    ("ENOBUFS", &[42, 55, 74, 105, 132, 255, 10055]),
    ("ENOENT", &[2, 3, 44]),
    ("ENOMEM", &[8, 12, 14, 48]),
    ("ENOPROTOOPT", &[42, 50, 61, 92, 99, 109, 242, 10042]),
    ("ENOSYS", &[38, 52, 78, 88, 89, 90, 109]),
    ("ENOTCONN", &[53, 57, 76, 107, 128, 134, 257, 2250, 10057]),
    ("ENOTSOCK", &[38, 57, 88, 95, 108, 238, 10038]),
    ("EOPNOTSUPP", &[45, 48, 50, 58, 64, 86, 91, 95, 102, 103, 122, 124, 134, 138, 10045]),
    ("EPERM", &[1, 63]),
    ("EPIPE", &[32, 64, 109, 230, 232, 233]),
    ("EPROTO", &[65, 71, 86, 92, 95, 96, 100, 121]),
    ("EPROTONOSUPPORT", &[43, 62, 66, 93, 120, 123, 243, 10043]),
    ("EPROTOTYPE", &[41, 60, 67, 91, 98, 107, 241, 10041]),
    ("ESHUTDOWN", &[58, 77, 108, 110, 140, 143, 258, 10058]),
    ("ETIMEDOUT", &[60, 73, 78, 110, 116, 121, 145, 260, 10060]),
];

/// Windows' own names of POSIX's errors, where they are more than `WSA` before the name: as in `sys/windows/errors.rs`.
const NATIVE: &[(&str, &str)] = &[
    ("WSAECANCELLED", "ECANCELED"),
    ("WSAEWOULDBLOCK", "EAGAIN"),
    ("WSA_E_CANCELLED", "ECANCELED"),
    ("WSA_INVALID_HANDLE", "EBADF"),
    ("WSA_INVALID_PARAMETER", "EINVAL"),
    ("WSA_NOT_ENOUGH_MEMORY", "ENOMEM"),
    ("WSA_OPERATION_ABORTED", "ECANCELED"),
    ("ERROR_ACCESS_DENIED", "EACCES"),
    ("ERROR_BAD_PIPE", "EPIPE"),
    ("ERROR_BROKEN_PIPE", "EPIPE"),
    ("ERROR_CONNECTION_ABORTED", "ECONNABORTED"),
    ("ERROR_CONNECTION_REFUSED", "ECONNREFUSED"),
    ("ERROR_FILE_NOT_FOUND", "ENOENT"),
    ("ERROR_HOST_UNREACHABLE", "EHOSTUNREACH"),
    ("ERROR_INSUFFICIENT_BUFFER", "EINVAL"),
    ("ERROR_NETNAME_DELETED", "ECONNRESET"),
    ("ERROR_NETWORK_UNREACHABLE", "ENETUNREACH"),
    ("ERROR_NOT_CONNECTED", "ENOTCONN"),
    ("ERROR_NOT_SUPPORTED", "EOPNOTSUPP"),
    ("ERROR_NO_DATA", "EPIPE"),
    ("ERROR_OUTOFMEMORY", "ENOMEM"),
    ("ERROR_PATH_NOT_FOUND", "ENOENT"),
    ("ERROR_PIPE_BUSY", "EBUSY"),
    ("ERROR_PIPE_NOT_CONNECTED", "EPIPE"),
    ("ERROR_SEM_TIMEOUT", "ETIMEDOUT"),
    ("ERROR_TOO_MANY_OPEN_FILES", "EMFILE"),
];

/// Kinds of Rust's that stand for one error each (`decode_error_kind` in std), except that ESHUTDOWN has the kind of
/// EPIPE from Rust 1.97 on.
const KINDS: &[(&str, &[&str])] = &[
    ("BrokenPipe", &["EPIPE", "ESHUTDOWN"]),
    ("ConnectionAborted", &["ECONNABORTED"]),
    ("ConnectionRefused", &["ECONNREFUSED"]),
    ("ConnectionReset", &["ECONNRESET"]),
    ("NotConnected", &["ENOTCONN"]),
];

/// Two spellings of an error that most systems have one code for; the second is the one that the tables above have.
const ALIASES: &[(&str, &str)] = &[("EWOULDBLOCK", "EAGAIN"), ("ENOTSUP", "EOPNOTSUPP"), ("EDEADLOCK", "EDEADLK")];

/// The spelling that the tables have.
pub(crate) fn usual(error: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == error).map_or(error, |(_, usual)| usual)
}

/// Whether this is the name of an error, on some system, or of the signal SIGPIPE.
pub fn is_error_name(name: &str) -> bool {
    let posix = name.strip_prefix("WSA").unwrap_or(name);
    name == "SIGPIPE"
        || CODES.iter().any(|(error, _)| *error == usual(posix))
        || NATIVE.iter().any(|(native, _)| *native == name)
}

/// Whose code this is, if `error` has it on no system that is known and another error has it on one; `None` if the
/// code may be that of `error`.
pub(super) fn whose_code(error: &str, code: i32) -> Option<&'static str> {
    let (_, own) = CODES.iter().find(|(name, _)| *name == usual(error))?;
    let other = || CODES.iter().find(|(_, codes)| codes.contains(&code)).map(|(name, _)| *name);
    if own.contains(&code) { None } else { other() }
}

/// The error that a system's own name stands for, if it is known to be another one than `error`.
pub(super) fn whose_name<'a>(error: &str, name: &'a str) -> Option<&'a str> {
    let native = NATIVE.iter().find(|(native, _)| *native == name).map(|(_, error)| *error);
    let stands_for = native.or_else(|| match name.strip_prefix("WSA") {
        Some(posix) => posix.starts_with('E').then_some(posix),
        None => (name.starts_with('E') && !name.starts_with("ERROR_")).then_some(name),
    })?;
    // An error that POSIX does not have keeps the system's name.
    (usual(stands_for) != usual(error) && name != error).then_some(stands_for)
}

/// The errors that have this kind, if it is known that `error` does not.
pub(super) fn whose_kind(error: &str, kind: &str) -> Option<&'static [&'static str]> {
    let (_, errors) = KINDS.iter().find(|(name, _)| *name == kind)?;
    (!errors.contains(&error)).then_some(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys;

    /// On each system the tables agree with what the program writes there.
    #[test]
    fn the_errors_of_this_system_are_listed_with_their_codes_and_names() {
        let mut known = 0;
        for (code, name) in (0..12_000).filter_map(|code| Some((code, sys::error_name(code)?))) {
            assert_eq!(whose_code(name.canonical, code), None, "{name:?} {code}");
            assert_eq!(whose_name(name.canonical, name.native), None, "{name:?} {code}");
            known += usize::from(CODES.iter().any(|(error, codes)| *error == name.canonical && codes.contains(&code)));
        }
        assert!(known > 30 || sys::error_name(32).is_none(), "{known}");
    }

    #[test]
    fn what_belongs_to_another_error_is_told() {
        assert_eq!(whose_code("EPIPE", 104), Some("ECONNRESET"));
        assert_eq!(whose_code("ECONNRESET", 10053), Some("ECONNABORTED"));
        for code in [104, 54, 131, 10054, 64, 4711, -2_147_454_948] {
            assert_eq!(whose_code("ECONNRESET", code), None, "{code}");
        }
        // An error that is not listed may have any code.
        assert_eq!(whose_code("EXDEV", 32), None);

        assert_eq!(whose_name("EPIPE", "WSAECONNRESET"), Some("ECONNRESET"));
        assert_eq!(whose_name("EPIPE", "ECONNRESET"), Some("ECONNRESET"));
        assert_eq!(whose_name("ECONNRESET", "ERROR_BROKEN_PIPE"), Some("EPIPE"));
        for (error, name) in [
            ("EPIPE", "EPIPE"),
            ("EPIPE", "ERROR_NO_DATA"),
            ("EAGAIN", "EWOULDBLOCK"),
            ("EAGAIN", "WSAEWOULDBLOCK"),
            ("ENOTSUP", "ERROR_NOT_SUPPORTED"),
            ("WSAEDISCON", "WSAEDISCON"),
            ("ERROR_MORE_DATA", "ERROR_MORE_DATA"),
            ("EPIPE", "ERROR_OF_TOMORROW"),
        ] {
            assert_eq!(whose_name(error, name), None, "{error} {name}");
        }

        assert_eq!(whose_kind("EPIPE", "ConnectionReset"), Some(&["ECONNRESET"][..]));
        assert_eq!(whose_kind("ESHUTDOWN", "BrokenPipe"), None);
        assert_eq!(whose_kind("EPIPE", "Uncategorized"), None);
    }
}
