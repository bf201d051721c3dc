//! Tells the program its compiler, its mio and its ABI, which are facts of a platform, gives names to the conditions on
//! operating systems in `src/sys`, and packs the accepted results for `src/results/embedded.rs`.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use miniz_oxide::deflate::compress_to_vec;

/// Where socket(2) takes SOCK_NONBLOCK and SOCK_CLOEXEC, and accept4(2) exists: where crate libc has both.
const SOCKET_FLAGS: &[&str] = &["linux", "android", "illumos", "freebsd", "netbsd", "openbsd", "dragonfly"];

/// Where SO_NOSIGPIPE exists, according to crate libc; Linux, OpenBSD and illumos do not have it.
const NOSIGPIPE: &[&str] = &["macos", "ios", "tvos", "visionos", "watchos", "freebsd", "netbsd", "dragonfly"];

/// Where one socket can have keepalive times and a number of probes of its own: where crate socket2 has
/// `TcpKeepalive::with_interval`. OpenBSD sets them for all sockets (sysctl(2), net.inet.tcp.keepintvl).
const KEEPALIVE_TIMES: &[&str] = &[
    "linux", "android", "illumos", "freebsd", "netbsd", "dragonfly", "macos", "ios", "tvos", "visionos", "watchos",
    "windows",
];

/// Where a descriptor has a flag of its own against SIGPIPE, fcntl(2)'s F_SETNOSIGPIPE, according to crate libc.
const F_SETNOSIGPIPE: &[&str] = &["macos", "ios", "tvos", "visionos", "watchos", "netbsd"];

/// Where sendfile(2) exists, and takes a file and a socket as Linux, illumos, FreeBSD or Apple's systems have it:
/// according to crate libc. NetBSD, OpenBSD and Haiku have none.
const SENDFILE: &[&str] =
    &["linux", "android", "illumos", "freebsd", "dragonfly", "macos", "ios", "tvos", "visionos", "watchos", "windows"];

/// Where mio's selector is epoll: by the `cfg`s of its `src/sys/unix/mod.rs`.
const EPOLL: &[&str] = &["linux", "android", "illumos"];

/// Where poll(2) has POLLRDHUP, according to crate rustix.
const POLLRDHUP: &[&str] = &["linux", "android", "freebsd", "illumos"];

/// Where select(2) takes any descriptor, according to crate rustix.
const SELECT: &[&str] =
    &["linux", "android", "freebsd", "dragonfly", "netbsd", "openbsd", "macos", "ios", "tvos", "visionos", "watchos"];

/// Where a program can cut one of its own TCP sockets off: see `src/sys/unix/vanish.rs`.
const VANISH: &[&str] = &["linux", "android", "freebsd", "netbsd", "openbsd"];

/// Where the kernel's values are read by sysctl(3).
const SYSCTL: &[&str] = &["freebsd", "dragonfly", "netbsd", "openbsd", "macos", "ios", "tvos", "visionos", "watchos"];

fn main() {
    let os = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let conditions = [
        ("socket_flags", SOCKET_FLAGS),
        ("nosigpipe", NOSIGPIPE),
        ("f_setnosigpipe", F_SETNOSIGPIPE),
        ("keepalive_times", KEEPALIVE_TIMES),
        ("sendfile", SENDFILE),
        ("epoll", EPOLL),
        ("pollrdhup", POLLRDHUP),
        ("select", SELECT),
        ("vanish", VANISH),
        ("sysctl", SYSCTL),
    ];
    for (name, systems) in conditions {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if systems.contains(&os.as_str()) {
            println!("cargo::rustc-cfg={name}");
        }
    }
    let abi = env::var("CARGO_CFG_TARGET_ENV").unwrap_or_default();
    let abi = if ["gnu", "musl", "msvc"].contains(&abi.as_str()) { &abi } else { "" };
    println!("cargo::rustc-env=BROKENPIPE_ABI={abi}");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=BROKENPIPE_RUSTC={}", rustc_version().unwrap_or_else(|| "unknown".to_owned()));
    println!("cargo::rustc-env=BROKENPIPE_MIO={}", mio_version().unwrap_or_else(|| "unknown".to_owned()));
    println!("cargo::rerun-if-changed={RESULTS}");
    embed_results().expect("the accepted results are packed");
}

/// The folder of accepted results.
const RESULTS: &str = "results";

/// DEFLATE's usual level: a higher one takes longer and saves a hundredth.
const LEVEL: u8 = 6;

/// Writes `embedded.rs`, a list of the files of accepted results, and each of them compressed. The list is empty if there
/// is no such folder.
fn embed_results() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut paths = Vec::new();
    if Path::new(RESULTS).is_dir() {
        find_results(Path::new(RESULTS), &mut paths)?;
    }
    paths.sort();
    let mut list = "static FILES: &[EmbeddedFile] = &[\n".to_owned();
    for (number, path) in paths.iter().enumerate() {
        let packed = out.join(format!("{number}.deflate"));
        fs::write(&packed, compress_to_vec(&fs::read(path)?, LEVEL))?;
        let name = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        writeln!(list, "    EmbeddedFile {{ path: {name:?}, deflated: include_bytes!({packed:?}) }},")
            .expect("a string can be written to");
    }
    list += "];\n";
    fs::write(out.join("embedded.rs"), list)
}

/// Adds the tables, and the known exceptions, in a folder and the folders in it.
fn find_results(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_results(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "csv" || extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
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
