//! Names of the errors of Winsock, and of the calls for files that named pipes are used with.

use windows_sys::Win32::{Foundation as win32, Networking::WinSock as ws};

use crate::sys::ErrorName;

/// Declares a table: names that are POSIX's behind `WSA`, names that POSIX spells otherwise, names that no Unix has.
macro_rules! names {
    ($(#[$doc:meta])* $table:ident of $module:ident {
        wsa { $($wsa:ident)* } renamed { $($native:ident = $canonical:literal,)* } own { $($own:ident)* }
    }) => {
        $(#[$doc])*
        const $table: &[(i32, ErrorName)] = &[
            $(name($module::$wsa as i32, stringify!($wsa), stringify!($wsa).split_at("WSA".len()).1),)*
            $(name($module::$native as i32, stringify!($native), $canonical),)*
            $(name($module::$own as i32, stringify!($own), stringify!($own)),)*
        ];
    };
}

const fn name(code: i32, native: &'static str, canonical: &'static str) -> (i32, ErrorName) {
    (code, ErrorName { canonical, native })
}

/// The names of a code; `None` for one that is in neither table.
pub fn error_name(code: i32) -> Option<ErrorName> {
    let mut known = WINSOCK.iter().chain(WIN32);
    known.find(|(listed, _)| *listed == code).map(|(_, name)| *name)
}

names! {
    /// Winsock's errors: <https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2>, and the two
    /// of winerror.h that are not on that page, WSA_SECURE_HOST_NOT_FOUND and WSA_IPSEC_NAME_POLICY_ERROR.
    WINSOCK of ws {
    wsa {
        WSAEINTR WSAEBADF WSAEACCES WSAEFAULT WSAEINVAL WSAEMFILE WSAEINPROGRESS WSAEALREADY WSAENOTSOCK
        WSAEDESTADDRREQ WSAEMSGSIZE WSAEPROTOTYPE WSAENOPROTOOPT WSAEPROTONOSUPPORT WSAESOCKTNOSUPPORT
        WSAEOPNOTSUPP WSAEPFNOSUPPORT WSAEAFNOSUPPORT WSAEADDRINUSE WSAEADDRNOTAVAIL WSAENETDOWN WSAENETUNREACH
        WSAENETRESET WSAECONNABORTED WSAECONNRESET WSAENOBUFS WSAEISCONN WSAENOTCONN WSAESHUTDOWN
        WSAETOOMANYREFS WSAETIMEDOUT WSAECONNREFUSED WSAELOOP WSAENAMETOOLONG WSAEHOSTDOWN WSAEHOSTUNREACH
        WSAENOTEMPTY WSAEPROCLIM WSAEUSERS WSAEDQUOT WSAESTALE WSAEREMOTE
    }
    renamed {
        WSA_INVALID_HANDLE = "EBADF", WSA_NOT_ENOUGH_MEMORY = "ENOMEM", WSA_INVALID_PARAMETER = "EINVAL",
        WSA_OPERATION_ABORTED = "ECANCELED", WSAEWOULDBLOCK = "EAGAIN", WSAECANCELLED = "ECANCELED",
        WSA_E_CANCELLED = "ECANCELED",
    }
    own {
        WSA_IO_INCOMPLETE WSA_IO_PENDING WSASYSNOTREADY WSAVERNOTSUPPORTED WSANOTINITIALISED WSAEDISCON
        WSAENOMORE WSAEINVALIDPROCTABLE WSAEINVALIDPROVIDER WSAEPROVIDERFAILEDINIT WSASYSCALLFAILURE
        WSASERVICE_NOT_FOUND WSATYPE_NOT_FOUND WSA_E_NO_MORE WSAEREFUSED WSAHOST_NOT_FOUND WSATRY_AGAIN
        WSANO_RECOVERY WSANO_DATA WSA_QOS_RECEIVERS WSA_QOS_SENDERS WSA_QOS_NO_SENDERS WSA_QOS_NO_RECEIVERS
        WSA_QOS_REQUEST_CONFIRMED WSA_QOS_ADMISSION_FAILURE WSA_QOS_POLICY_FAILURE WSA_QOS_BAD_STYLE
        WSA_QOS_BAD_OBJECT WSA_QOS_TRAFFIC_CTRL_ERROR WSA_QOS_GENERIC_ERROR WSA_QOS_ESERVICETYPE
        WSA_QOS_EFLOWSPEC WSA_QOS_EPROVSPECBUF WSA_QOS_EFILTERSTYLE WSA_QOS_EFILTERTYPE WSA_QOS_EFILTERCOUNT
        WSA_QOS_EOBJLENGTH WSA_QOS_EFLOWCOUNT WSA_QOS_EUNKOWNPSOBJ WSA_QOS_EPOLICYOBJ WSA_QOS_EFLOWDESC
        WSA_QOS_EPSFLOWSPEC WSA_QOS_EPSFILTERSPEC WSA_QOS_ESDMODEOBJ WSA_QOS_ESHAPERATEOBJ
        WSA_QOS_RESERVED_PETYPE WSA_SECURE_HOST_NOT_FOUND WSA_IPSEC_NAME_POLICY_ERROR
    }
    }
}

names! {
    /// Errors that ReadFile, WriteFile, CreateNamedPipe, ConnectNamedPipe and CreateProcess are documented to give:
    /// <https://learn.microsoft.com/windows/win32/debug/system-error-codes>. The spelling is that of libuv's
    /// `uv_translate_sys_error` (`src/win/error.c`), except that ERROR_BROKEN_PIPE, its end of a stream, is EPIPE, as
    /// in Rust's std and Microsoft's C library; what libuv does not translate keeps its own name.
    WIN32 of win32 {
    wsa {}
    renamed {
        ERROR_FILE_NOT_FOUND = "ENOENT", ERROR_PATH_NOT_FOUND = "ENOENT", ERROR_TOO_MANY_OPEN_FILES = "EMFILE",
        ERROR_ACCESS_DENIED = "EACCES", ERROR_OUTOFMEMORY = "ENOMEM", ERROR_NOT_SUPPORTED = "ENOTSUP",
        ERROR_NETNAME_DELETED = "ECONNRESET", ERROR_BROKEN_PIPE = "EPIPE", ERROR_SEM_TIMEOUT = "ETIMEDOUT",
        ERROR_INSUFFICIENT_BUFFER = "EINVAL", ERROR_BAD_PIPE = "EPIPE", ERROR_PIPE_BUSY = "EBUSY",
        ERROR_NO_DATA = "EPIPE", ERROR_PIPE_NOT_CONNECTED = "EPIPE", ERROR_CONNECTION_REFUSED = "ECONNREFUSED",
        ERROR_NETWORK_UNREACHABLE = "ENETUNREACH", ERROR_HOST_UNREACHABLE = "EHOSTUNREACH",
        ERROR_CONNECTION_ABORTED = "ECONNABORTED", ERROR_NOT_CONNECTED = "ENOTCONN",
    }
    own {
        ERROR_MORE_DATA ERROR_PIPE_CONNECTED ERROR_PIPE_LISTENING ERROR_NOT_FOUND ERROR_PORT_UNREACHABLE
        ERROR_NO_SYSTEM_RESOURCES ERROR_COMMITMENT_LIMIT
    }
    }
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

    /// An error that no Unix has keeps its own name.
    #[test]
    fn a_canonical_name_is_posix_or_the_systems_own() {
        for (code, name) in WINSOCK.iter().chain(WIN32) {
            let is_posix = name.canonical.starts_with('E') && !name.canonical.contains('_');
            assert!(is_posix || name.canonical == name.native, "{code}");
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
