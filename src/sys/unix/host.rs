//! What the running system says of itself, and signs that something stands in for it.

use std::fs;

use super::{container::container, processor};
use crate::sys::Host;

/// By uname(3), and on Apple's systems by the product version.
pub fn host() -> Host {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy().into_owned();
    let build = uname.version().to_string_lossy().into_owned();
    let (runtime, evidence) = other_kernel(&release, &build).unwrap_or_else(|| {
        let (runtime, evidence) = processor::runtime();
        (runtime, format!("uname says {release} {build}; {evidence}"))
    });
    let mut host = Host {
        version: version(&release),
        runtime_version: String::new(),
        kernel: release,
        runtime,
        evidence,
        container: container(),
    };
    if runtime == "gvisor"
        && let Ok(filesystems) = fs::read_to_string("/proc/filesystems")
    {
        let (version, evidence) = gvisor_age(&filesystems);
        host.runtime_version = version.to_owned();
        host.evidence += evidence;
    }
    host
}

/// gVisor does not tell its version, but it lists its file systems, and EROFS came in October 2023
/// (google/gvisor#9308).
fn gvisor_age(filesystems: &str) -> (&'static str, &'static str) {
    if filesystems.split_whitespace().any(|name| name == "erofs") {
        ("since-2023.10", "; /proc/filesystems has erofs, which gVisor has since October 2023")
    } else {
        ("before-2023.10", "; /proc/filesystems has no erofs, which gVisor has since October 2023")
    }
}

#[cfg(not(target_vendor = "apple"))]
fn version(release: &str) -> String {
    leading_numbers(release, 2)
}

/// Apple's product version differs from Darwin's; sw_vers(1) reads it from the same file.
#[cfg(target_vendor = "apple")]
fn version(release: &str) -> String {
    fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist")
        .ok()
        .and_then(|plist| {
            let (_, rest) = plist.split_once("<key>ProductVersion</key>")?;
            let (_, value) = rest.split_once("<string>")?;
            Some(leading_numbers(value, 1))
        })
        .unwrap_or_else(|| format!("darwin{}", leading_numbers(release, 1)))
}

/// The first `count` numbers, or as many as there are: `6.18.44-x` → `6.18`.
fn leading_numbers(text: &str, count: usize) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].split('.').filter(|part| !part.is_empty()).take(count).collect::<Vec<_>>().join(".")
}

/// gVisor answers uname(2) with a fixed text (`pkg/sentry/kernel/version.go`), and WSL's kernel names its maker.
fn other_kernel(release: &str, build: &str) -> Option<(&'static str, String)> {
    if !cfg!(target_os = "linux") {
        None
    } else if build == "#1 SMP Sun Jan 10 15:06:54 PST 2016" {
        Some(("gvisor", format!("uname says {release} {build}, which is gVisor's fixed text")))
    } else if release.to_ascii_lowercase().contains("microsoft") {
        Some(("wsl", format!("uname's release is {release}")))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_stable_across_patch_releases() {
        assert_eq!(leading_numbers("6.18.44-fc-v669", 2), "6.18");
        assert_eq!(leading_numbers("14.3-RELEASE-p2", 2), "14.3");
        assert_eq!(leading_numbers("15.7.1</string>", 1), "15");
        assert_eq!(leading_numbers("unknown", 2), "");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn kernels_are_told_apart() {
        let runtime = |release, build| other_kernel(release, build).map(|(runtime, _)| runtime);
        assert_eq!(runtime("4.4.0", "#1 SMP Sun Jan 10 15:06:54 PST 2016"), Some("gvisor"));
        assert_eq!(runtime("5.15.167.4-microsoft-standard-WSL2", "#1 SMP"), Some("wsl"));
        assert_eq!(runtime("6.1.0-40-amd64", "#1 SMP PREEMPT_DYNAMIC Debian"), None);
    }

    /// The lists are of Debian's runsc of 2024-07-29 and of 2022-12-19.
    #[test]
    fn gvisors_age_is_read_off_its_file_systems() {
        let newer = "nodev\tcgroup\nnodev\tdevpts\nnodev\terofs\nnodev\tproc\nnodev\ttmpfs\n";
        let older = "nodev\tcgroup\nnodev\tdevpts\nnodev\tproc\nnodev\ttmpfs\n";
        assert_eq!(gvisor_age(newer).0, "since-2023.10");
        assert_eq!(gvisor_age(older).0, "before-2023.10");
    }
}
