//! `brokenpipe platform`.

use super::failure::{Done, print};
use crate::{platform::Platform, sys};

pub(super) fn platform() -> Done {
    let (here, host) = (Platform::here(), sys::host());
    let facts = [
        ("platform", &here.platform),
        ("os", &here.os),
        ("os_version", &here.os_version),
        ("kernel", &here.kernel),
        ("arch", &here.arch),
        ("abi", &here.abi),
        ("runtime", &here.runtime),
        ("evidence", &host.evidence),
        ("container", &host.container),
        ("selector", &here.selector),
        ("rustc", &here.rustc),
        ("mio", &here.mio),
        ("brokenpipe", &here.brokenpipe),
    ];
    print(&facts.map(|(fact, value)| format!("{fact:<11} {value}\n")).concat())
}
