//! What differs by operating system, and nothing else does.
//!
//! # The contract
//!
//! One file a family fulfils it (`unix/`, `windows/`); `fallback.rs` compiles everywhere and knows least.
//! `unsupported.rs` has what these two share.
//! `unsafe` is allowed here only. Each family has:
//!
//! | item | contract |
//! |---|---|
//! | `SELECTOR` | what mio polls with, by its own name |
//! | `REARM` | how long to wait before registering again after an event that was not the awaited one; `None` where the selector reports every change by itself |
//! | `error_name(code)` | the native and the POSIX spelling of an error code, `None` for one it does not know: never a guess |
//! | `is_exhausted(error)` | whether the error says that descriptors or buffers ran out: then fewer trials run at a time |
//! | `stream_socket(domain)` | a TCP socket as mio makes it: non-blocking, not inherited by children, not yet connected |
//! | `accept(listener)` | a connection, non-blocking, and the length of its address, whatever that is: std and mio refuse an empty one, as macOS and Wine give it for a connection that was reset |
//! | `is_in_progress(error)` | whether the error of a non-blocking connect says that it has begun |
//! | `close(socket)` | closes a socket and says what the call returned |
//! | `into_stdio(socket)` | makes a socket a child's standard stream |
//! | `unsupported_reason(axes)` | what the system does not have of a case; such a case is `unsupported` |
//! | `write_by(call, socket, data)` | writes with a call by its name; `None` for `std`, and for a call that `unsupported_reason` keeps from being asked for |
//! | `has_sigpipe`, `set_sigpipe`, `take_sigpipe`, `killed_by_sigpipe` | what SIGPIPE does in this process, and whether it came |
//! | `inherit_sigpipe(command)` | a child that begins with SIGPIPE as it is here, which std's `Command` alone would set back |
//! | `restore_sigpipe()` | in such a child: SIGPIPE as it was when the program began, before std's runtime set it |
//! | `write_stdout(data)` | in such a child: writes to standard output once, without a buffer |
//! | `set_nosigpipe(socket)`, `clear_nosigpipe(socket)`, `set_nosigpipe_flag(socket)` | SO_NOSIGPIPE, also where a library has set it; F_SETNOSIGPIPE |
//! | `set_user_timeout(socket)`, `set_keepalive_fast(socket)` | TCP_USER_TIMEOUT and keepalive with the values of [`Setting`](crate::catalogue::Setting) |
//! | `vanish(socket)` | cuts a TCP socket off, so that nothing comes from it and nothing reaches it, not even when it is closed; an error without a code says in words why this system cannot |
//! | `local_listener(backlog)`, `local_socket()` | the transport `unix` |
//! | `pipe(registry, token)` | the transport `pipe`: a writing and a reading end; where they must be known to the selector before they can be used they are, under that token |
//! | `results_permissions(builder)` | makes a temporary file one for everybody, as far as the system lets a program choose |
//! | `new_process_group(command)` | a child that Ctrl-C does not reach: its parent ends it |
//! | `host()` | what the running system says of itself |

#![allow(unsafe_code)]

mod endpoint;

// `--cfg brokenpipe_fallback` takes the fallback anywhere, so that it is compiled at all: see `ci/check`.
#[cfg_attr(all(unix, not(brokenpipe_fallback)), path = "unix/mod.rs")]
#[cfg_attr(all(windows, not(brokenpipe_fallback)), path = "windows/mod.rs")]
#[cfg_attr(any(not(any(unix, windows)), brokenpipe_fallback), path = "fallback.rs")]
mod family;
#[cfg(any(not(unix), brokenpipe_fallback))]
mod unsupported;

use serde::{Deserialize, Serialize};

pub(crate) use endpoint::{Endpoint, Listener};
pub(crate) use family::{
    REARM, accept, clear_nosigpipe, close, has_sigpipe, inherit_sigpipe, into_stdio, is_exhausted, is_in_progress,
    killed_by_sigpipe, local_listener, local_socket, new_process_group, pipe, restore_sigpipe, results_permissions,
    set_keepalive_fast, set_nosigpipe, set_nosigpipe_flag, set_sigpipe, set_user_timeout, stream_socket, take_sigpipe,
    unsupported_reason, vanish, write_by, write_stdout,
};
pub use family::{SELECTOR, error_name, host};

/// What became of SIGPIPE during a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// None was seen; while SIGPIPE is ignored none can be.
    #[default]
    None,
    /// One was delivered to the handler, or is pending where SIGPIPE is blocked.
    Delivered,
    /// One was delivered to a handler in another thread than the one that wrote, which blocks it.
    Elsewhere,
    /// It killed the process in this step, or the one that the step started.
    Killed,
}

/// The two spellings of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorName {
    /// POSIX's spelling where there is one, so that outcomes compare across platforms.
    pub canonical: &'static str,
    /// The system's own.
    pub native: &'static str,
}

/// What the running system says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The operating system's version as its makers count releases, without the patch level: `6.18`, `15`, `26100`.
    pub version: String,
    /// What tells versions of a `runtime` apart that is not `native`, as it goes into the platform's name: Wine's `8`.
    /// Empty where nothing does; the name then has `version`.
    pub runtime_version: String,
    /// The kernel's full version.
    pub kernel: String,
    /// `native`; or what stands in for the kernel, `gvisor`, `wine`, `wsl`, or for the processor: `qemu-user` translates
    /// this program, `qemu` a whole machine. `unknown` where nobody can tell.
    pub runtime: &'static str,
    /// Where `runtime` was read off.
    pub evidence: String,
    /// Which container this is, or that no sign of one was found, and what tells so.
    pub container: String,
}
