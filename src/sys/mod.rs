//! What differs by operating system, and nothing else does.
//!
//! # The contract
//!
//! One file a family fulfils it (`unix.rs`, `windows.rs`); `fallback.rs` compiles everywhere and knows least.
//! `unsafe` is allowed here only. Each family has:
//!
//! | item | contract |
//! |---|---|
//! | `SELECTOR` | what mio polls with, by its own name |
//! | `REARM` | how long to wait before registering again after an event that was not the awaited one; `None` where the selector reports every change by itself |
//! | `error_name(code)` | the native and the POSIX spelling of an error code, `None` for one it does not know: never a guess |
//! | `is_exhausted(error)` | whether the error says that descriptors, buffers or ports ran out: then fewer trials run at a time |
//! | `stream_socket(domain)` | a TCP socket as mio makes it: non-blocking, not inherited by children, not yet connected |
//! | `is_in_progress(error)` | whether the error of a non-blocking connect says that it has begun |
//! | `close(socket)` | closes a socket and says what the call returned |
//! | `host()` | what the running system says of itself |

#![allow(unsafe_code)]

// `--cfg brokenpipe_fallback` takes the fallback anywhere, so that it is compiled at all: see `ci/check`.
#[cfg_attr(all(unix, not(brokenpipe_fallback)), path = "unix.rs")]
#[cfg_attr(all(windows, not(brokenpipe_fallback)), path = "windows.rs")]
#[cfg_attr(any(not(any(unix, windows)), brokenpipe_fallback), path = "fallback.rs")]
mod family;

pub(crate) use family::{REARM, close, is_exhausted, is_in_progress, stream_socket};
pub use family::{SELECTOR, error_name, host};

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
    /// The kernel's full version.
    pub kernel: String,
    /// `native`, or what stands in for the kernel: `gvisor`, `wine`, `wsl`.
    pub runtime: &'static str,
    /// Where `runtime` was read off.
    pub evidence: String,
}
