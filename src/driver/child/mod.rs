//! Processes that a run starts: workers whose SIGPIPE is not ignored, a holder of the peer's socket, and a program that
//! writes with SIGPIPE as it inherits it.

pub(super) mod helpers;
pub(super) mod parent;
pub(super) mod protocol;
pub(super) mod worker;

/// The argument that makes this program a worker; its job comes on standard input.
pub(super) const WORK: &str = "run-trials";
