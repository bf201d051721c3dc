//! How long to wait for what may never come, by what is known of the place where a run happens.

use std::time::Duration;

use crate::platform::Platform;

/// How long the steps of a trial wait. A deadline that is too short makes an event that is late look like one that
/// never comes; one that is too long only costs time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// How long an `await`, and a call that would block, waits.
    pub awaits: Duration,
    /// How long a connect waits.
    pub connects: Duration,
}

impl Deadlines {
    /// Where a kernel of its own answers a program on a processor of its own.
    pub const USUAL: Deadlines = Deadlines { awaits: Duration::from_millis(200), connects: Duration::from_secs(5) };

    /// Where something stands in between, or the system takes its time.
    pub const LONG: Deadlines = Deadlines { awaits: Duration::from_secs(2), connects: Duration::from_secs(20) };

    /// The deadlines for a platform, and the reason if they are long.
    pub fn on(platform: &Platform) -> (Self, Option<&'static str>) {
        let reason = match platform.runtime.as_str() {
            "gvisor" => "gVisor answers later than a kernel",
            "qemu" => "QEMU emulates this machine",
            "qemu-user" => "QEMU translates this program",
            "wine" => "Wine stands in for Windows",
            // libuv/libuv#2896, curl/curl#14144
            _ if platform.os == "windows" => "Windows takes two seconds to refuse a connect",
            _ => return (Deadlines::USUAL, None),
        };
        (Deadlines::LONG, Some(reason))
    }
}
