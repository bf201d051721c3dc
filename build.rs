//! Tells the program which compiler and which mio it was built with, since both belong to the facts of a platform, and
//! names once the conditions that `src/sys` has on operating systems.

use std::{env, fs, process::Command};

/// Where socket(2) takes SOCK_NONBLOCK and SOCK_CLOEXEC, and accept4(2) exists: where crate libc has both.
const SOCKET_FLAGS: [&str; 7] = ["linux", "android", "illumos", "freebsd", "netbsd", "openbsd", "dragonfly"];

/// Where SO_NOSIGPIPE exists, as crate libc has it; Linux, OpenBSD and illumos do not have it.
const NOSIGPIPE: [&str; 8] = ["macos", "ios", "tvos", "visionos", "watchos", "freebsd", "netbsd", "dragonfly"];

/// Where keepalive's times and the number of its probes can be set for one socket: where crate socket2 has
/// `TcpKeepalive::with_interval`; OpenBSD sets them for all (sysctl(2), net.inet.tcp.keepintvl).
const KEEPALIVE_TIMES: [&str; 11] =
    ["linux", "android", "illumos", "freebsd", "netbsd", "dragonfly", "macos", "ios", "tvos", "visionos", "watchos"];

/// Where a descriptor has a flag of its own against SIGPIPE, fcntl(2)'s F_SETNOSIGPIPE, as crate libc has it.
const F_SETNOSIGPIPE: [&str; 6] = ["macos", "ios", "tvos", "visionos", "watchos", "netbsd"];

fn main() {
    let os = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let conditions = [
        ("socket_flags", &SOCKET_FLAGS[..]),
        ("nosigpipe", &NOSIGPIPE),
        ("f_setnosigpipe", &F_SETNOSIGPIPE),
        ("keepalive_times", &KEEPALIVE_TIMES),
    ];
    for (name, systems) in conditions {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if systems.contains(&os.as_str()) {
            println!("cargo::rustc-cfg={name}");
        }
    }
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=BROKENPIPE_RUSTC={}", rustc_version().unwrap_or_else(|| "unknown".to_owned()));
    println!("cargo::rustc-env=BROKENPIPE_MIO={}", mio_version().unwrap_or_else(|| "unknown".to_owned()));
}

/// `rustc 1.95.0 (hash date)` → `1.95.0`.
fn rustc_version() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

/// The version that Cargo.lock names; there is no lock file where another crate uses this one as a library.
fn mio_version() -> Option<String> {
    let lock = fs::read_to_string("Cargo.lock").ok()?;
    let (_, entry) = lock.split_once("name = \"mio\"\nversion = \"")?;
    entry.split_once('"').map(|(version, _)| version.to_owned())
}
