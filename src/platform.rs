//! The facts of a platform: one row of `platforms.csv`.

use serde::{Deserialize, Serialize};

use crate::{sys, words::words};

words! {
    /// Where a platform's cells come from, the strongest evidence first.
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
    /// Where all its cells come from.
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
    /// The selector that mio uses.
    pub selector: String,
    /// The compiler's version, since std decides which system calls its functions make.
    pub rustc: String,
    /// mio's version.
    pub mio: String,
    /// This program's version.
    pub brokenpipe: String,
    /// How long the latest run waited for events, such as `200ms`; empty where that was not recorded. This and the next
    /// two are facts of that run and not of the platform: see [`same_facts`](Self::same_facts).
    #[serde(default)]
    pub await_deadline: String,
    /// How long it waited for connects.
    #[serde(default)]
    pub connect_deadline: String,
    /// What else readers of the column must know, such as which kernel it was, and what was set or changed there; empty
    /// if nothing. It belongs to the runs, too.
    #[serde(default)]
    pub note: String,
}

impl Platform {
    /// The platform that this program runs on, without a run's deadlines and note.
    pub fn here() -> Self {
        let host = sys::host();
        let mut here = Platform {
            platform: String::new(),
            provenance: Provenance::Measured,
            os: std::env::consts::OS.to_owned(),
            os_version: host.version,
            kernel: host.kernel,
            arch: std::env::consts::ARCH.to_owned(),
            abi: env!("BROKENPIPE_ABI").to_owned(),
            runtime: host.runtime.to_owned(),
            selector: sys::SELECTOR.to_owned(),
            rustc: env!("BROKENPIPE_RUSTC").to_owned(),
            mio: env!("BROKENPIPE_MIO").to_owned(),
            brokenpipe: env!("CARGO_PKG_VERSION").to_owned(),
            await_deadline: String::new(),
            connect_deadline: String::new(),
            note: String::new(),
        };
        let system = here.stand_in().unwrap_or(&here.os);
        let version = if host.runtime_version.is_empty() { &here.os_version } else { &host.runtime_version };
        let parts = [system, version, &here.arch, &here.abi].into_iter().filter(|part| !part.is_empty());
        here.platform = parts.collect::<Vec<_>>().join("-");
        here
    }

    /// Whether results of both can be mixed: all facts are the same but the deadlines and the note, which do not make it
    /// another platform.
    pub fn same_facts(&self, other: &Self) -> bool {
        let Platform { await_deadline, connect_deadline, note, .. } = self.clone();
        *self == Platform { await_deadline, connect_deadline, note, ..other.clone() }
    }

    /// What runs between a program and its system, such as `wine` or `qemu-user`, and gives the platform its name.
    /// `None` in a machine that is emulated as a whole, where nothing does.
    pub fn stand_in(&self) -> Option<&str> {
        Some(self.runtime.as_str()).filter(|runtime| !matches!(*runtime, "native" | "qemu" | ""))
    }

    /// Whether it is a standard, such as POSIX, and no system: nothing was observed there, and nothing can be.
    pub fn is_standard(&self) -> bool {
        self.os == "posix"
    }

    /// The system that answers system calls: the operating system, or what stands in for its kernel. In an emulated
    /// machine, for a translated program, and where parts of a kernel run as a program (`rump`, `user-space`), that is the
    /// operating system's own kernel.
    pub fn system(&self) -> &str {
        match self.runtime.as_str() {
            "native" | "qemu" | "qemu-user" | "rump" | "user-space" | "" => &self.os,
            runtime => runtime,
        }
    }
}

/// Whether this can be a platform's name, which becomes the name of a file, the head of a column and a word on the
/// command line.
///
/// # Errors
///
/// What would be right, worded to follow "expected".
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

/// Whether a text, which may be empty, has only characters that a platform's name can have: none is special in a shell,
/// a path or markup.
pub(crate) fn has_a_names_characters(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
