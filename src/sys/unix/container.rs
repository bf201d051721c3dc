//! Signs of a container, which is not part of the platform's name, since it has the machine's kernel.

#[cfg(any(target_os = "linux", target_os = "android"))]
use std::{fs::File, io::Read, path::Path};

/// What made the container that this is, and what says so.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn container() -> String {
    // A container manager names itself in the first and in $container for process 1. systemd, as process 1, writes that
    // variable into the second: <https://systemd.io/CONTAINER_INTERFACE>.
    const SAID: [&str; 2] = ["/run/host/container-manager", "/run/systemd/container"];
    // podman-run(1), Docker's daemon/initlayer.
    const LEFT: [(&str, &str); 2] = [("podman", "/run/.containerenv"), ("docker", "/.dockerenv")];
    if let Some((file, name)) = SAID.iter().find_map(|file| Some((file, name_in(File::open(file).ok()?)?))) {
        return format!("{name}: {file} says so");
    }
    match LEFT.iter().find(|(_, file)| Path::new(file).exists()) {
        Some((name, file)) => format!("{name}: {file} is there"),
        None => format!("no sign of one: no {}, {}, {} or {} to be read", SAID[0], SAID[1], LEFT[0].1, LEFT[1].1),
    }
}

/// The name in such a file: its first line without control characters, of at most the first 100 bytes.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn name_in(file: impl Read) -> Option<String> {
    let mut text = Vec::new();
    file.take(100).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let name: String = text.lines().next()?.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A jail, which tells nobody what made it: jail(8), security.jail.jailed.
#[cfg(target_os = "freebsd")]
pub(super) fn container() -> String {
    jail(super::sysctl::number(JAILED))
}

#[cfg(any(target_os = "freebsd", test))]
const JAILED: &str = "security.jail.jailed";

/// By the value of [`JAILED`].
#[cfg(any(target_os = "freebsd", test))]
fn jail(jailed: Option<i64>) -> String {
    match jailed {
        None => format!("no sign of one: no {JAILED} to be read"),
        Some(0) => format!("no sign of one: {JAILED} is 0"),
        Some(_) => format!("jail: {JAILED} says so"),
    }
}

/// No sign of one is known here.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(super) fn container() -> String {
    crate::sys::fallback::NO_CONTAINER.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_containers_name_is_a_line_and_no_command() {
        let name = |text: &[u8]| name_in(text);
        assert_eq!(name(b"systemd-nspawn\n").as_deref(), Some("systemd-nspawn"));
        assert_eq!(name(b"oci").as_deref(), Some("oci"));
        assert_eq!(name(b"lxc\r\nplatform    linux-1.0\n").as_deref(), Some("lxc"));
        assert_eq!(name(b"\x1b]0;title\x07pod\x7fman\xc2\x9b\n").as_deref(), Some("]0;titlepodman"));
        assert_eq!(name(b""), None);
        assert_eq!(name(b" \x1b\nlxc\n"), None);
        assert_eq!(name_in(std::io::repeat(b'x')).map(|name| name.len()), Some(100));
    }

    #[test]
    fn a_jail_is_no_container_of_linux() {
        assert_eq!(jail(Some(1)), "jail: security.jail.jailed says so");
        assert_eq!(jail(Some(0)), "no sign of one: security.jail.jailed is 0");
        assert_eq!(jail(None), "no sign of one: no security.jail.jailed to be read");
    }
}
