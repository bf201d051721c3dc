//! What differs by operating system, and nothing else does.
//!
//! # The contract
//!
//! One folder a family fulfils it (`unix/`, `windows/`). `fallback.rs` fulfils it on every system, and a family takes from
//! it what its systems lack. `unsafe` is allowed here only. Each family has:
//!
//! | item | contract |
//! |---|---|
//! | `SELECTOR` | the name of the selector that mio takes |
//! | `REARM` | how long to wait before registering again after an event that was not the awaited one; `None` where the selector reports every change by itself |
//! | `error_name(code)` | the native and the POSIX spelling of an error code; `None` for an unknown one: never a guess |
//! | `is_exhausted(error)` | whether descriptors, memory or buffers ran out: then fewer trials run at a time |
//! | `stream_socket(domain)` | a TCP socket as mio makes it: non-blocking, not inherited by children, not yet connected |
//! | `accept(listener)` | a non-blocking connection, and the length of its address in bytes, whatever that is: std and mio refuse an empty address, as macOS and Wine give it for a connection that was reset |
//! | `is_in_progress(error)` | whether a non-blocking connect has begun, by its error |
//! | `close(socket)` | closes a socket and returns what the call returned |
//! | `into_stdio(socket)` | makes a socket a child's standard stream |
//! | `unsupported_reason(axes)` | what a case needs and the system does not have; such a case is `unsupported` |
//! | `write_by(call, socket, data)` | writes with a call by its name; `None` for `std`, and for a call that `unsupported_reason` rules out |
//! | `has_sigpipe(mode)` | whether SIGPIPE can be set to this |
//! | `set_sigpipe(mode)`, `take_sigpipe()`, `killed_by_sigpipe(status)` | sets what SIGPIPE does in this process; says whether it came since the last call, and whether it ended a child |
//! | `inherit_sigpipe(command)` | has a child begin with SIGPIPE as it is in this thread, where std's `Command` sets it back |
//! | `restore_sigpipe()` | in such a child: sets SIGPIPE to what it was when the program began, before std's runtime set it |
//! | `write_stdout(data)` | in such a child: writes to standard output once, without a buffer |
//! | `set_nosigpipe(socket)`, `clear_nosigpipe(socket)`, `set_nosigpipe_flag(socket)` | sets SO_NOSIGPIPE; unsets it where a library has set it; sets F_SETNOSIGPIPE |
//! | `set_user_timeout(socket)`, `set_keepalive_fast(socket)` | TCP_USER_TIMEOUT and keepalive with the values of [`Setting`](crate::catalogue::Setting) |
//! | `vanish(socket)` | cuts a TCP socket off: nothing comes from it and nothing reaches it, not even when it is closed. An error without a code says why the system cannot |
//! | `local_listener(backlog)`, `local_socket()` | the transport `unix` |
//! | `pipe(registry, token)` | the transport `pipe`: a writing and a reading end, registered under that token where they cannot be used before |
//! | `results_permissions(builder)` | gives a temporary file the permissions of an ordinary new file, as far as a program can choose |
//! | `new_process_group(command)` | keeps Ctrl-C from a child, which its parent ends |
//! | `host()` | what the running system says of itself |

#![allow(unsafe_code)]

mod endpoint;
#[allow(dead_code, reason = "a family takes only what it lacks")]
mod fallback;
mod network;
#[cfg(all(unix, not(brokenpipe_fallback)))]
mod unix;
#[cfg(all(windows, not(brokenpipe_fallback)))]
mod windows;

// `--cfg brokenpipe_fallback` takes the fallback on any system, so that it can be tried: see `ci/check`.
#[cfg(any(not(any(unix, windows)), brokenpipe_fallback))]
use fallback as family;
#[cfg(all(unix, not(brokenpipe_fallback)))]
use unix as family;
#[cfg(all(windows, not(brokenpipe_fallback)))]
use windows as family;

use serde::{Deserialize, Serialize};

pub(crate) use endpoint::{Endpoint, Listener};
pub(crate) use family::{
    REARM, clear_nosigpipe, has_sigpipe, inherit_sigpipe, into_stdio, is_exhausted, is_in_progress, killed_by_sigpipe,
    local_listener, local_socket, new_process_group, pipe, restore_sigpipe, results_permissions, set_keepalive_fast,
    set_nosigpipe, set_nosigpipe_flag, set_sigpipe, set_user_timeout, stream_socket, take_sigpipe, unsupported_reason,
    vanish, write_by, write_stdout,
};
pub use family::{SELECTOR, error_name, host};
#[cfg(all(unix, not(brokenpipe_fallback)))]
#[doc(hidden)]
pub use unix::note_sigpipe;

/// Has a program note, before std's runtime changes it, what SIGPIPE was set to when it began; without that the program
/// cannot be the one that the operation `exec` starts. It stands in the program itself since a library must not run code
/// before `main` in every program that links it.
#[doc(hidden)]
#[macro_export]
macro_rules! note_sigpipe_at_start {
    () => {
        // The functions that run before `main`: the System V ABI's list of them, and Apple's.
        #[cfg(all(unix, not(brokenpipe_fallback)))]
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
        static AT_START: extern "C" fn() = $crate::sys::note_sigpipe;
    };
}

/// What became of SIGPIPE during a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// None came; none can while SIGPIPE is ignored.
    #[default]
    None,
    /// One was delivered to the handler, or is pending where SIGPIPE is blocked.
    Delivered,
    /// One was delivered to a handler in another thread than the one that wrote, where it is blocked.
    Elsewhere,
    /// It killed the process in this step, or the process that the step started.
    Killed,
}

/// The two spellings of an error's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorName {
    /// POSIX's spelling where there is one, so that outcomes compare across platforms.
    pub canonical: &'static str,
    /// The system's own.
    pub native: &'static str,
}

/// What the running system says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// The operating system's version as its makers count releases, without the patch level: `6.18`, `15`, `26100`.
    /// Empty where it is not known.
    pub version: String,
    /// The version of a `runtime` that is not `native`, as it goes into the platform's name: Wine's `8`. Empty where there
    /// is none; the name then has `version`.
    pub runtime_version: String,
    /// The kernel's full version; empty where it is not known.
    pub kernel: String,
    /// `native`; or what stands in for the kernel, `gvisor`, `wine` or `wsl`, or for the processor: `qemu-user` translates
    /// this program, `qemu` a whole machine. `unknown` where nothing tells.
    pub runtime: &'static str,
    /// What `runtime` was concluded from.
    pub evidence: String,
    /// The container's name and what says so, or that there is no sign of one.
    pub container: String,
}
