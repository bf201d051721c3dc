//! Names of the errors of Winsock, and of the calls for files that named pipes are used with.

use windows_sys::Win32::{Foundation as win32, Networking::WinSock as ws};

use crate::sys::ErrorName;

macro_rules! names {
    ($(#[$doc:meta])* $table:ident: $($module:ident::$native:ident = $canonical:literal,)*) => {
        $(#[$doc])*
        const $table: &[(i32, ErrorName)] =
            &[$(($module::$native as i32, ErrorName { canonical: $canonical, native: stringify!($native) }),)*];
    };
}

/// The names of a code, `None` for one that neither table has.
pub fn error_name(code: i32) -> Option<ErrorName> {
    let mut known = WINSOCK.iter().chain(WIN32);
    known.find(|(listed, _)| *listed == code).map(|(_, name)| *name)
}

names! {
    /// Winsock's errors, in the order of <https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2>,
    /// with POSIX's spelling where POSIX or a Unix has the error, and else their own. The two at the end are in
    /// winerror.h and not on that page.
    WINSOCK:
    ws::WSA_INVALID_HANDLE = "EBADF",
    ws::WSA_NOT_ENOUGH_MEMORY = "ENOMEM",
    ws::WSA_INVALID_PARAMETER = "EINVAL",
    ws::WSA_OPERATION_ABORTED = "ECANCELED",
    ws::WSA_IO_INCOMPLETE = "WSA_IO_INCOMPLETE",
    ws::WSA_IO_PENDING = "WSA_IO_PENDING",
    ws::WSAEINTR = "EINTR",
    ws::WSAEBADF = "EBADF",
    ws::WSAEACCES = "EACCES",
    ws::WSAEFAULT = "EFAULT",
    ws::WSAEINVAL = "EINVAL",
    ws::WSAEMFILE = "EMFILE",
    ws::WSAEWOULDBLOCK = "EAGAIN",
    ws::WSAEINPROGRESS = "EINPROGRESS",
    ws::WSAEALREADY = "EALREADY",
    ws::WSAENOTSOCK = "ENOTSOCK",
    ws::WSAEDESTADDRREQ = "EDESTADDRREQ",
    ws::WSAEMSGSIZE = "EMSGSIZE",
    ws::WSAEPROTOTYPE = "EPROTOTYPE",
    ws::WSAENOPROTOOPT = "ENOPROTOOPT",
    ws::WSAEPROTONOSUPPORT = "EPROTONOSUPPORT",
    ws::WSAESOCKTNOSUPPORT = "ESOCKTNOSUPPORT",
    ws::WSAEOPNOTSUPP = "EOPNOTSUPP",
    ws::WSAEPFNOSUPPORT = "EPFNOSUPPORT",
    ws::WSAEAFNOSUPPORT = "EAFNOSUPPORT",
    ws::WSAEADDRINUSE = "EADDRINUSE",
    ws::WSAEADDRNOTAVAIL = "EADDRNOTAVAIL",
    ws::WSAENETDOWN = "ENETDOWN",
    ws::WSAENETUNREACH = "ENETUNREACH",
    ws::WSAENETRESET = "ENETRESET",
    ws::WSAECONNABORTED = "ECONNABORTED",
    ws::WSAECONNRESET = "ECONNRESET",
    ws::WSAENOBUFS = "ENOBUFS",
    ws::WSAEISCONN = "EISCONN",
    ws::WSAENOTCONN = "ENOTCONN",
    ws::WSAESHUTDOWN = "ESHUTDOWN",
    ws::WSAETOOMANYREFS = "ETOOMANYREFS",
    ws::WSAETIMEDOUT = "ETIMEDOUT",
    ws::WSAECONNREFUSED = "ECONNREFUSED",
    ws::WSAELOOP = "ELOOP",
    ws::WSAENAMETOOLONG = "ENAMETOOLONG",
    ws::WSAEHOSTDOWN = "EHOSTDOWN",
    ws::WSAEHOSTUNREACH = "EHOSTUNREACH",
    ws::WSAENOTEMPTY = "ENOTEMPTY",
    ws::WSAEPROCLIM = "EPROCLIM",
    ws::WSAEUSERS = "EUSERS",
    ws::WSAEDQUOT = "EDQUOT",
    ws::WSAESTALE = "ESTALE",
    ws::WSAEREMOTE = "EREMOTE",
    ws::WSASYSNOTREADY = "WSASYSNOTREADY",
    ws::WSAVERNOTSUPPORTED = "WSAVERNOTSUPPORTED",
    ws::WSANOTINITIALISED = "WSANOTINITIALISED",
    ws::WSAEDISCON = "WSAEDISCON",
    ws::WSAENOMORE = "WSAENOMORE",
    ws::WSAECANCELLED = "ECANCELED",
    ws::WSAEINVALIDPROCTABLE = "WSAEINVALIDPROCTABLE",
    ws::WSAEINVALIDPROVIDER = "WSAEINVALIDPROVIDER",
    ws::WSAEPROVIDERFAILEDINIT = "WSAEPROVIDERFAILEDINIT",
    ws::WSASYSCALLFAILURE = "WSASYSCALLFAILURE",
    ws::WSASERVICE_NOT_FOUND = "WSASERVICE_NOT_FOUND",
    ws::WSATYPE_NOT_FOUND = "WSATYPE_NOT_FOUND",
    ws::WSA_E_NO_MORE = "WSA_E_NO_MORE",
    ws::WSA_E_CANCELLED = "ECANCELED",
    ws::WSAEREFUSED = "WSAEREFUSED",
    ws::WSAHOST_NOT_FOUND = "WSAHOST_NOT_FOUND",
    ws::WSATRY_AGAIN = "WSATRY_AGAIN",
    ws::WSANO_RECOVERY = "WSANO_RECOVERY",
    ws::WSANO_DATA = "WSANO_DATA",
    ws::WSA_QOS_RECEIVERS = "WSA_QOS_RECEIVERS",
    ws::WSA_QOS_SENDERS = "WSA_QOS_SENDERS",
    ws::WSA_QOS_NO_SENDERS = "WSA_QOS_NO_SENDERS",
    ws::WSA_QOS_NO_RECEIVERS = "WSA_QOS_NO_RECEIVERS",
    ws::WSA_QOS_REQUEST_CONFIRMED = "WSA_QOS_REQUEST_CONFIRMED",
    ws::WSA_QOS_ADMISSION_FAILURE = "WSA_QOS_ADMISSION_FAILURE",
    ws::WSA_QOS_POLICY_FAILURE = "WSA_QOS_POLICY_FAILURE",
    ws::WSA_QOS_BAD_STYLE = "WSA_QOS_BAD_STYLE",
    ws::WSA_QOS_BAD_OBJECT = "WSA_QOS_BAD_OBJECT",
    ws::WSA_QOS_TRAFFIC_CTRL_ERROR = "WSA_QOS_TRAFFIC_CTRL_ERROR",
    ws::WSA_QOS_GENERIC_ERROR = "WSA_QOS_GENERIC_ERROR",
    ws::WSA_QOS_ESERVICETYPE = "WSA_QOS_ESERVICETYPE",
    ws::WSA_QOS_EFLOWSPEC = "WSA_QOS_EFLOWSPEC",
    ws::WSA_QOS_EPROVSPECBUF = "WSA_QOS_EPROVSPECBUF",
    ws::WSA_QOS_EFILTERSTYLE = "WSA_QOS_EFILTERSTYLE",
    ws::WSA_QOS_EFILTERTYPE = "WSA_QOS_EFILTERTYPE",
    ws::WSA_QOS_EFILTERCOUNT = "WSA_QOS_EFILTERCOUNT",
    ws::WSA_QOS_EOBJLENGTH = "WSA_QOS_EOBJLENGTH",
    ws::WSA_QOS_EFLOWCOUNT = "WSA_QOS_EFLOWCOUNT",
    ws::WSA_QOS_EUNKOWNPSOBJ = "WSA_QOS_EUNKOWNPSOBJ",
    ws::WSA_QOS_EPOLICYOBJ = "WSA_QOS_EPOLICYOBJ",
    ws::WSA_QOS_EFLOWDESC = "WSA_QOS_EFLOWDESC",
    ws::WSA_QOS_EPSFLOWSPEC = "WSA_QOS_EPSFLOWSPEC",
    ws::WSA_QOS_EPSFILTERSPEC = "WSA_QOS_EPSFILTERSPEC",
    ws::WSA_QOS_ESDMODEOBJ = "WSA_QOS_ESDMODEOBJ",
    ws::WSA_QOS_ESHAPERATEOBJ = "WSA_QOS_ESHAPERATEOBJ",
    ws::WSA_QOS_RESERVED_PETYPE = "WSA_QOS_RESERVED_PETYPE",
    ws::WSA_SECURE_HOST_NOT_FOUND = "WSA_SECURE_HOST_NOT_FOUND",
    ws::WSA_IPSEC_NAME_POLICY_ERROR = "WSA_IPSEC_NAME_POLICY_ERROR",
}

names! {
    /// Errors that ReadFile, WriteFile, CreateNamedPipe, ConnectNamedPipe and CreateProcess are documented to give, of
    /// <https://learn.microsoft.com/windows/win32/debug/system-error-codes>. The spelling is that of libuv's
    /// `uv_translate_sys_error` (`src/win/error.c`), but that ERROR_BROKEN_PIPE, its end of a stream, is EPIPE, as in
    /// Rust's std and Microsoft's C library; what libuv does not translate keeps its own name.
    WIN32:
    win32::ERROR_FILE_NOT_FOUND = "ENOENT",
    win32::ERROR_PATH_NOT_FOUND = "ENOENT",
    win32::ERROR_TOO_MANY_OPEN_FILES = "EMFILE",
    win32::ERROR_ACCESS_DENIED = "EACCES",
    win32::ERROR_OUTOFMEMORY = "ENOMEM",
    win32::ERROR_NOT_SUPPORTED = "ENOTSUP",
    win32::ERROR_NETNAME_DELETED = "ECONNRESET",
    win32::ERROR_BROKEN_PIPE = "EPIPE",
    win32::ERROR_SEM_TIMEOUT = "ETIMEDOUT",
    win32::ERROR_INSUFFICIENT_BUFFER = "EINVAL",
    win32::ERROR_BAD_PIPE = "EPIPE",
    win32::ERROR_PIPE_BUSY = "EBUSY",
    win32::ERROR_NO_DATA = "EPIPE",
    win32::ERROR_PIPE_NOT_CONNECTED = "EPIPE",
    win32::ERROR_MORE_DATA = "ERROR_MORE_DATA",
    win32::ERROR_PIPE_CONNECTED = "ERROR_PIPE_CONNECTED",
    win32::ERROR_PIPE_LISTENING = "ERROR_PIPE_LISTENING",
    win32::ERROR_NOT_FOUND = "ERROR_NOT_FOUND",
    win32::ERROR_CONNECTION_REFUSED = "ECONNREFUSED",
    win32::ERROR_NETWORK_UNREACHABLE = "ENETUNREACH",
    win32::ERROR_HOST_UNREACHABLE = "EHOSTUNREACH",
    win32::ERROR_PORT_UNREACHABLE = "ERROR_PORT_UNREACHABLE",
    win32::ERROR_CONNECTION_ABORTED = "ECONNABORTED",
    win32::ERROR_NOT_CONNECTED = "ENOTCONN",
    win32::ERROR_NO_SYSTEM_RESOURCES = "ERROR_NO_SYSTEM_RESOURCES",
    win32::ERROR_COMMITMENT_LIMIT = "ERROR_COMMITMENT_LIMIT",
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of Microsoft's page, which names 98 codes; 10071 is followed by 10091, and so on.
    #[test]
    fn every_code_of_microsofts_list_has_a_name() {
        let listed = [6, 8, 87, 995, 996, 997, 10004, 10009, 10013, 10014, 10022, 10024]
            .into_iter()
            .chain(10035..=10071)
            .chain(10091..=10093)
            .chain(10101..=10112)
            .chain(11001..=11031);
        for code in listed {
            let name = error_name(code).unwrap_or_else(|| panic!("{code} has no name"));
            assert!(name.native.starts_with("WSA"), "{code}: {}", name.native);
        }
    }

    #[test]
    fn no_code_has_two_names() {
        let codes: std::collections::BTreeSet<_> = WINSOCK.iter().chain(WIN32).map(|(code, _)| code).collect();
        assert_eq!(codes.len(), WINSOCK.len() + WIN32.len());
    }

    /// What has neither a POSIX name nor an equal on some Unix keeps its own: then both are the same text.
    #[test]
    fn a_canonical_name_is_posix_or_the_systems_own() {
        for (code, name) in WINSOCK.iter().chain(WIN32) {
            assert!(
                name.canonical.starts_with('E') && !name.canonical.contains('_') || name.canonical == name.native,
                "{code}"
            );
        }
    }

    #[test]
    fn the_end_of_a_connection_has_posix_names() {
        let both = |code| error_name(code).map(|name| (name.native, name.canonical));
        assert_eq!(both(10053), Some(("WSAECONNABORTED", "ECONNABORTED")));
        assert_eq!(both(10054), Some(("WSAECONNRESET", "ECONNRESET")));
        assert_eq!(both(10058), Some(("WSAESHUTDOWN", "ESHUTDOWN")));
        assert_eq!(both(109), Some(("ERROR_BROKEN_PIPE", "EPIPE")));
        assert_eq!(both(232), Some(("ERROR_NO_DATA", "EPIPE")));
        assert_eq!(both(233), Some(("ERROR_PIPE_NOT_CONNECTED", "EPIPE")));
        assert_eq!(both(4711), None);
    }
}
