//! The facts of a platform: one row of `platforms.csv`.

use serde::{Deserialize, Serialize};

use crate::{sys, words::words};

words! {
    /// Where a cell comes from; the strongest comes first.
    Provenance {
        /// This program ran there and observed it.
        Measured = "measured",
        /// Somebody measured it with another program.
        Reported = "reported",
        /// A manual, a source text or a maintainer says so.
        Documented = "documented",
    }
}

/// One column of the matrix, and the facts behind its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Stable across patch releases, such as `linux-6.18-x86_64-gnu`.
    pub platform: String,
    /// Of all its cells.
    pub provenance: Provenance,
    /// Rust's name of the operating system ([`std::env::consts::OS`]).
    pub os: String,
    /// Its version without the patch level.
    pub os_version: String,
    /// The kernel's full version.
    pub kernel: String,
    /// Rust's name of the processor's architecture ([`std::env::consts::ARCH`]).
    pub arch: String,
    /// `gnu`, `musl` or `msvc`; empty on a system that has only one ABI.
    pub abi: String,
    /// `native`, or what stands in for the kernel or the processor.
    pub runtime: String,
    /// The selector that mio takes.
    pub selector: String,
    /// The compiler's version: std decides what its functions ask of the system.
    pub rustc: String,
    /// mio's version.
    pub mio: String,
    /// This program's version.
    pub brokenpipe: String,
}

impl Platform {
    /// The platform that this program runs on.
    pub fn here() -> Self {
        let host = sys::host();
        let os = std::env::consts::OS;
        let arch = std::env::consts::ARCH;
        let abi = env!("BROKENPIPE_ABI");
        // What stands between a program and its system gives the platform its name.
        let system = stand_in(host.runtime).unwrap_or(os);
        let version = if host.runtime_version.is_empty() { &host.version } else { &host.runtime_version };
        let parts = [system, version, arch, abi];
        let name = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("-");
        Platform {
            platform: name,
            provenance: Provenance::Measured,
            os: os.to_owned(),
            os_version: host.version,
            kernel: host.kernel,
            arch: arch.to_owned(),
            abi: abi.to_owned(),
            runtime: host.runtime.to_owned(),
            selector: sys::SELECTOR.to_owned(),
            rustc: env!("BROKENPIPE_RUSTC").to_owned(),
            mio: env!("BROKENPIPE_MIO").to_owned(),
            brokenpipe: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// What stands between a program and its system, such as `wine` or `qemu-user`, if anything does.
    pub fn stand_in(&self) -> Option<&str> {
        stand_in(&self.runtime)
    }

    /// The system that answers system calls: the operating system, unless something stands in for its kernel. An emulated
    /// machine, or a translated program, has the operating system's own kernel.
    pub fn system(&self) -> &str {
        match self.runtime.as_str() {
            "native" | "qemu" | "qemu-user" | "rump" | "" => &self.os,
            runtime => runtime,
        }
    }
}

/// Nothing stands between a program and its system in a machine that is emulated as a whole.
fn stand_in(runtime: &str) -> Option<&str> {
    (!matches!(runtime, "native" | "qemu" | "")).then_some(runtime)
}

/// Whether this can be a platform's name, which becomes the name of a file, the head of a column and a word on the command
/// line.
///
/// # Errors
///
/// What would be right, to follow the word "expected".
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let device = ["con", "prn", "aux", "nul"];
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).unwrap_or_default();
    let is_device = device.contains(&stem.as_str()) || matches!(number.as_bytes(), [b'0'..=b'9']);
    if name.is_empty() || name.len() > 64 || !has_a_names_characters(name) {
        Err("a name of 1 to 64 of a-z, A-Z, 0-9, `.`, `_` and `-`")
    } else if !name.as_bytes()[0].is_ascii_alphanumeric() || name.ends_with('.') {
        Err("a name that begins with a letter or digit and does not end with a dot")
    } else if is_device {
        Err("another name: Windows takes this one for a device")
    } else if name.eq_ignore_ascii_case("platforms") {
        Err("another name: its file would be the table of platforms")
    } else {
        Ok(())
    }
}

/// Whether all characters of a text, which may be empty, can be in a platform's name: none of them is special anywhere.
pub(crate) fn has_a_names_characters(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
