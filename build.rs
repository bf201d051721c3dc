//! Tells the program which compiler and which mio it was built with: both belong to the facts of a platform.

use std::{env, fs, process::Command};

fn main() {
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
