//! The limits that the kernel puts on the answers that trials await, by sysctl(8) or procfs(5).

#[cfg(sysctl)]
use super::sysctl::number as read;
use crate::sys::{AnswerLimit, Answers};

/// A limit as a table below has it: its name, what it limits, its unit, up to which number there is no limit, and which
/// answers to trials it limits.
type Entry = (&'static str, &'static str, &'static str, i64, Answers);

/// None of these is met by trials over loopback. There `__icmp_send` asks for no global limit and `icmpv4_xrlim_allow`
/// for none of a host (Linux net/ipv4/icmp.c; net/ipv6/icmp.c is the same); a RST has no limit at all
/// (`tcp_v4_send_reset`). `tcp_send_challenge_ack` counts in the whole network namespace, without a limit by default
/// (Linux Documentation/networking/ip-sysctl.rst; 1000 in earlier versions), but no step of a scenario is answered with one.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LIMITS: &[Entry] = &[
    ("net.ipv4.icmp_msgs_per_sec", "ICMP messages, none over loopback", "a second", 0, Answers::Other),
    ("net.ipv4.icmp_msgs_burst", "ICMP messages, none over loopback", "at once", 0, Answers::Other),
    ("net.ipv4.icmp_ratelimit", "ICMP errors to one host, none over loopback", "ms apart", 0, Answers::Other),
    ("net.ipv6.icmp.ratelimit", "ICMPv6 errors to one host, none over loopback", "ms apart", 0, Answers::Other),
    ("net.ipv4.tcp_challenge_ack_limit", "challenge ACKs", "a second", 0, Answers::Other),
    (
        "net.ipv4.tcp_invalid_ratelimit",
        "ACKs in answer to invalid segments of one connection",
        "ms apart",
        0,
        Answers::Other,
    ),
];

/// `badport_bandlim` counts RSTs, for TCP over IPv6 too, and ICMP errors by themselves, each up to this number (FreeBSD
/// and DragonFly sys/netinet/ip_icmp.c); FreeBSD adds or takes away up to `icmplim_jitter` (icmp(4)).
#[cfg(any(target_os = "freebsd", target_os = "dragonfly"))]
const LIMITS: &[Entry] = &[
    (
        "net.inet.icmp.icmplim",
        "RSTs in answer to segments, and as many ICMP errors",
        "a second",
        0,
        Answers::ResetsAndIcmpErrors,
    ),
    #[cfg(target_os = "freebsd")]
    ("net.inet.icmp.icmplim_jitter", "by how much icmplim varies", "a second", 0, Answers::Other),
    ("net.inet6.icmp6.errppslimit", "ICMPv6 errors", "a second", -1, Answers::IcmpErrors),
];

/// `ppsratecheck` takes a negative number for no limit (NetBSD ppsratecheck(9)).
#[cfg(target_os = "netbsd")]
const LIMITS: &[Entry] = &[
    ("net.inet.tcp.rstppslimit", "RSTs in answer to segments", "a second", -1, Answers::Resets),
    ("net.inet.icmp.errppslimit", "ICMP errors", "a second", -1, Answers::IcmpErrors),
    ("net.inet6.icmp6.errppslimit", "ICMPv6 errors", "a second", -1, Answers::IcmpErrors),
];

/// As in NetBSD (OpenBSD sysctl(2)).
#[cfg(target_os = "openbsd")]
const LIMITS: &[Entry] = &[
    ("net.inet.tcp.rstppslimit", "RSTs in answer to segments", "a second", -1, Answers::Resets),
    ("net.inet.icmp.errppslimit", "ICMP errors", "a second", -1, Answers::IcmpErrors),
    ("net.inet6.icmp6.errppslimit", "ICMPv6 errors", "a second", -1, Answers::IcmpErrors),
];

/// XNU sends RSTs without a limit. Its limit of challenge ACKs is one of each connection (XNU bsd/netinet/tcp_input.c:
/// "Maximum number of challenge ACKs per connection per second"), which no trial reaches.
#[cfg(target_vendor = "apple")]
const LIMITS: &[Entry] = &[
    ("net.inet.icmp.icmplim", "ICMP errors", "a second", 0, Answers::IcmpErrors),
    ("net.inet6.icmp6.errppslimit", "ICMPv6 errors", "a second", -1, Answers::IcmpErrors),
    ("net.inet.tcp.challengeack_limit", "challenge ACKs of one connection", "a second", 0, Answers::Other),
];

/// None is known.
#[cfg(not(any(target_os = "linux", target_os = "android", sysctl)))]
const LIMITS: &[Entry] = &[];

/// The limits that this system is known to have, and what they are set to.
pub fn answer_limits() -> Vec<AnswerLimit> {
    let limit = |&(name, limits, unit, unlimited, answers): &Entry| {
        let value = read(name);
        let is_unlimited = value.is_some_and(|value| value <= unlimited || value == i64::from(i32::MAX));
        AnswerLimit { name, limits, unit, value, is_unlimited, answers }
    };
    LIMITS.iter().map(limit).collect()
}

/// The files of sysctl(8) on Linux: procfs(5).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn read(name: &str) -> Option<i64> {
    let path = format!("/proc/sys/{}", name.replace('.', "/"));
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android", sysctl)))]
fn read(_: &str) -> Option<i64> {
    None
}
