//! Everything that differs by operating system, and nothing else.
//!
//! # The contract
//!
//! Each family of systems has a folder that fulfils it (`unix/`, `windows/`). `fallback.rs` fulfils it on every system,
//! and a family takes from there what its systems lack. `unsafe` code is allowed in this module only. A family has:
//!
//! | item | contract |
//! |---|---|
//! | `set_inherited()` | sets all that a process inherits, and that could change a result, to what this program depends on: see [`set_inherited_at_start`](crate::set_inherited_at_start) |
//! | `free_descriptors()` | how many more descriptors this process may open; `None` where that is not known, or more than it will ever need |
//! | `SELECTOR` | the name of the selector that mio uses |
//! | `SHUTDOWN_CLOSES_WRITING` | whether mio may report `write_closed` because the end itself has shut down writing |
//! | `REARM` | how long to wait before registering again after an event that was not the awaited one; `None` where the selector reports every change anyway |
//! | `SPLIT_EVENTS` | whether readiness to read and to write come as two events, and the second perhaps with the next poll |
//! | `MOVED_SOCKETS_MAY_END` | whether closing a socket here may end the connection although another process has a copy |
//! | `ask_nothing(registry, socket, token)` | has the selector report of a registered socket only what it reports unasked, under this token. An error without a code says why the system cannot do it |
//! | `look(wait, socket, asked)` | one call of poll or select that does not wait, and what it returned |
//! | `error_name(code)` | the native and the POSIX name of an error code; `None` for an unknown code: a name is never guessed |
//! | `is_exhausted(error)` | whether descriptors, memory or buffers ran out, so that fewer trials should run at a time |
//! | `is_lacking(error)` | whether the system does not have the call, the option or the protocol's operation that was asked for |
//! | `stream_socket(domain)` | a TCP socket as mio makes it: non-blocking, not inherited by children, not yet connected |
//! | `accept(listener)` | a non-blocking connection, and the length of its address in bytes, even 0: macOS and Wine return an empty address for a connection that was reset, which std and mio refuse |
//! | `is_in_progress(error)` | whether this error of a non-blocking connect means that it has begun |
//! | `close(socket)` | closes a socket and returns what the call returned |
//! | `into_stdio(socket)` | turns a socket into a child's standard stream |
//! | `unsupported_reason(axes)` | the reason why the system cannot run a case with these axes, which is then `unsupported` |
//! | `write_by(call, socket, data)` | writes with this system call, and keeps its errors apart from those of what it needs beforehand; `None` for `std`, and for a call that `unsupported_reason` rules out |
//! | `read_by(call, socket, buffer)` | reads with this system call, and does not block where the socket does not; `None` for `std`, and for a call that `unsupported_reason` rules out |
//! | `has_sigpipe(mode)` | whether SIGPIPE can be set to this |
//! | `set_sigpipe(mode)`, `take_sigpipe()`, `killed_by_sigpipe(status)` | sets what SIGPIPE does in this process; tells what became of it since the last call; tells whether it ended a child |
//! | `inherit_sigpipe(command)` | lets a child begin with SIGPIPE as it is in this thread, which std's `Command` would reset |
//! | `restore_sigpipe()` | in such a child: sets SIGPIPE to what it was when the program began, before std's runtime changed it |
//! | `write_stdout(data)` | in such a child: writes to standard output once, without a buffer |
//! | `set_nosigpipe(socket)`, `clear_nosigpipe(socket)`, `set_nosigpipe_flag(socket)` | sets SO_NOSIGPIPE; unsets it where a library has set it; sets F_SETNOSIGPIPE |
//! | `set_user_timeout(socket, time)`, `set_keepalive_fast(socket)` | TCP_USER_TIMEOUT (FreeBSD's TCP_MAXUNACKTIME) and keepalive with the values of [`Setting`](crate::catalogue::Setting). An error without a code: the system has no such option of a socket, so that nothing was tried |
//! | `vanish(socket)` | cuts a TCP socket off: nothing comes from it and nothing reaches it. An error without a code says why the system cannot do it |
//! | `returns(socket)` | undoes `vanish` |
//! | `disconnect(socket)` | connect(2) to an address of AF_UNSPEC |
//! | `destroy(socket)` | has the kernel abort the connection, as an administrator can. An error without a code says what the system, or this process, lacks for it |
//! | `Alias` | the very same descriptor for a call in another thread, without owning it; an error where such a call could not be ended |
//! | `std_write(is_pipe)` | the call by which std writes, for `write_by` |
//! | `local_endpoint(socket)` | an accepted socket of the transport `unix` |
//! | `thread_id()`, `is_asleep(thread)` | the present thread; whether a thread sleeps. `None` where this program does not know |
//! | `interrupt(thread)` | has the call of a thread return early, where closing its socket does not; nothing else is affected |
//! | `CAN_INTERRUPT` | whether `interrupt` does anything; where it does not, closing a socket ends the calls on it |
//! | `hold_sigpipe()` | keeps a SIGPIPE of the present thread pending until it is released |
//! | `SIGPIPE_IS_SHARED` | why `hold_sigpipe` cannot keep it from other threads; `None` where it can |
//! | `close_restarts_calls()` | why a descriptor cannot be closed safely while another thread is in a call on it; `None` where it can |
//! | `NO_SILENT_CLOSE` | why the peer of a socket that has vanished learns of its close nevertheless; `None` where it does not |
//! | `local_listener(transport, backlog)`, `local_socket(transport)` | the transports `unix`, `unix-dgram`, `unix-seqpacket`, `vsock` and `mptcp`: a listener with its address and with what keeps its name until that is dropped; an unconnected socket. An error without a code says why the machine has no such transport, here and in the next four |
//! | `LOCAL_DATAGRAM` | the most bytes of a datagram with which the buffer of a local socket can be filled completely |
//! | `local_datagram()` | the transport `unix-dgram`: a socket with a name of its own, the name, and what keeps it |
//! | `local_pair(transport)` | the transports `socketpair` and `pty`: the client's and the server's end |
//! | `fifo()`, `open_fifo(path, writing)` | the transport `fifo`: the path of a new named pipe, and what keeps it; an end of it, which need not wait for the other one |
//! | `is_of_receiver(error)` | whether this error of a send to a local datagram socket, which elsewhere tells of scarcity or of rights, says that the receiver takes nothing |
//! | `set_recverr(socket)`, `read_error(socket)` | IP_RECVERR; the oldest error in the socket's queue, `WouldBlock` if it is empty. An error without a code: the system has no such queue |
//! | `pipe(registry, token)` | the transport `pipe`: a writing and a reading end, registered under that token for reading and writing |
//! | `is_named_pipe(metadata)` | whether opening this file would wait for a writer (fifo(7)) |
//! | `program()` | the path of the running program, for a process that is to run it too; `None` if nothing tells it |
//! | `on_stop(handler)` | calls the handler in a thread of its own for each event that asks the program to stop, with the exit code that tells of it: 128 and the number of the signal. If it fails, such an event ends the program |
//! | `lock_folder(folder)` | a file that nobody else gets while it is open; `None` if somebody else has it, or if the folder was removed meanwhile. The caller has seen that the folder can be written |
//! | `copy_process()` | makes a copy of this process, which has no other thread, and waits for its end: the exit status, and `None` in the copy |
//! | `shared_counter()` | a number, at first 0, that this process shares with its copies |
//! | `kill_group(child)` | kills a child that `new_process_group` was for, and its copies; the caller has not waited for its end |
//! | `new_process_group(command)` | keeps Ctrl-C from reaching a child, which its parent ends |
//! | `host()` | what the running system says about itself |
//! | `answer_limits()` | the limits that the system is known to put on what it sends in answer to packets |

#![allow(unsafe_code)]

mod endpoint;
#[allow(dead_code, reason = "a family takes only what it lacks")]
mod fallback;
mod network;
#[cfg(all(unix, not(brokenpipe_fallback)))]
mod unix;
#[cfg(all(windows, not(brokenpipe_fallback)))]
mod windows;

// `--cfg brokenpipe_fallback` selects the fallback on any system, so that it can be tried: see `ci/check`.
#[cfg(any(not(any(unix, windows)), brokenpipe_fallback))]
use fallback as family;
#[cfg(all(unix, not(brokenpipe_fallback)))]
use unix as family;
#[cfg(all(windows, not(brokenpipe_fallback)))]
use windows as family;

use serde::{Deserialize, Serialize};

pub(crate) use endpoint::{Endpoint, KeptName, Listener};
#[doc(hidden)]
pub use family::set_inherited;
pub(crate) use family::{
    Alias, CAN_INTERRUPT, LOCAL_DATAGRAM, MOVED_SOCKETS_MAY_END, NO_SILENT_CLOSE, REARM, SHUTDOWN_CLOSES_WRITING,
    SIGPIPE_IS_SHARED, SPLIT_EVENTS, ThreadId, ask_nothing, clear_nosigpipe, close_restarts_calls, copy_process,
    destroy, disconnect, fifo, free_descriptors, has_sigpipe, hold_sigpipe, inherit_sigpipe, interrupt, into_stdio,
    is_asleep, is_exhausted, is_in_progress, is_lacking, is_named_pipe, is_of_receiver, kill_group, killed_by_sigpipe,
    local_datagram, local_endpoint, local_listener, local_pair, local_socket, lock_folder, look, new_process_group,
    on_stop, open_fifo, pipe, program, read_by, read_error, restore_sigpipe, returns, set_keepalive_fast,
    set_nosigpipe, set_nosigpipe_flag, set_recverr, set_sigpipe, set_user_timeout, shared_counter, std_write,
    stream_socket, take_sigpipe, thread_id, unsupported_reason, vanish, write_by, write_stdout,
};
pub use family::{SELECTOR, answer_limits, error_name, host};

/// Makes a program set what it inherits, and note what SIGPIPE was set to, before std's runtime changes it and before
/// a signal can end it. The operation `exec` can only start such a program. Only the program itself calls this, since
/// a library must not run code before `main` in every program that links it.
#[doc(hidden)]
#[macro_export]
macro_rules! set_inherited_at_start {
    () => {
        // Where the System V ABI, and Apple, list functions that run before `main`.
        #[cfg(all(unix, not(brokenpipe_fallback)))]
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
        static AT_START: extern "C" fn() = $crate::sys::set_inherited;
    };
}

/// Why `write_by` wrote nothing.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The call that writes failed.
    Call(std::io::Error),
    /// What the call writes from could not be had. This is what.
    #[cfg_attr(
        any(brokenpipe_fallback, not(sendfile)),
        allow(dead_code, reason = "only sendfile and splice need anything")
    )]
    Before(&'static str, std::io::Error),
}

/// What became of SIGPIPE during a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// None came, as is always so while SIGPIPE is ignored.
    #[default]
    None,
    /// One was delivered to the handler, or is pending where SIGPIPE is blocked.
    Delivered,
    /// One was delivered to a handler in another thread, since the thread that wrote blocks it.
    Elsewhere,
    /// It killed the process in this step, or the process that the step started.
    Killed,
}

/// The two names of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorName {
    /// POSIX's name where there is one, so that outcomes compare across platforms.
    pub canonical: &'static str,
    /// The system's own name.
    pub native: &'static str,
}

/// What the running system says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// The operating system's version as its makers count releases, without the patch level: `6.18`, `15`, `26100`.
    /// Empty where it is not known.
    pub version: String,
    /// The version of a `runtime` that is not `native`, such as Wine's `8`, for the platform's name. Empty where there
    /// is none: then the name has `version`.
    pub runtime_version: String,
    /// The kernel's full version; empty where it is not known.
    pub kernel: String,
    /// `native`; what stands in for the kernel: `gvisor`, `wine` or `wsl`; what stands in for the processor:
    /// `qemu-user`, which translates this program, or `qemu`, which emulates a whole machine; or `unknown`.
    pub runtime: &'static str,
    /// What `runtime` is concluded from.
    pub evidence: String,
    /// The container's name and what says so, or that there is no sign of one.
    pub container: String,
}

/// What a system sends in answer to packets, and so without being asked by a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// RSTs in answer to TCP segments for which there is no connection, a SYN to a closed port among them.
    Resets,
    /// ICMP and ICMPv6 errors, such as "port unreachable" in answer to a datagram.
    IcmpErrors,
    /// As many of each.
    ResetsAndIcmpErrors,
    /// Answers that no trial awaits, or that are not limited over loopback.
    Other,
}

/// A limit that a system puts on its [`Answers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLimit {
    /// Its name for sysctl(8).
    pub name: &'static str,
    /// What is limited, in words.
    pub limits: &'static str,
    /// What the value counts: `a second`, `at once`, or `ms apart`.
    pub unit: &'static str,
    /// What it is set to; `None` if it cannot be read.
    pub value: Option<i64>,
    /// Whether the value means that there is no limit.
    pub is_unlimited: bool,
    /// What is limited, as far as trials are concerned.
    pub answers: Answers,
}

impl AnswerLimit {
    /// How many answers of this kind a second the system sends to trials at most; `None` if this does not limit them,
    /// or cannot be read.
    pub fn a_second(&self, kind: Answers) -> Option<u32> {
        let is_limited = self.answers == kind || self.answers == Answers::ResetsAndIcmpErrors;
        let value = self.value.filter(|_| is_limited && !self.is_unlimited)?;
        u32::try_from(value).ok()
    }
}
