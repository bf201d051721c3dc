//! `brokenpipe platform`.

use humantime::format_duration;

use super::failure::{Done, print};
use crate::{
    driver::Deadlines,
    platform::Platform,
    sys::{self, AnswerLimit},
};

pub(super) fn platform() -> Done {
    let (here, host) = (Platform::here(), sys::host());
    let (deadlines, reason) = Deadlines::on(&here);
    let facts = [
        ("platform", here.platform),
        ("os", here.os),
        ("os_version", here.os_version),
        ("kernel", here.kernel),
        ("arch", here.arch),
        ("abi", here.abi),
        ("runtime", here.runtime),
        ("evidence", host.evidence),
        ("container", host.container),
        ("selector", here.selector),
        ("rustc", here.rustc),
        ("mio", here.mio),
        ("brokenpipe", here.brokenpipe),
        ("await_deadline", format_duration(deadlines.awaits).to_string()),
        ("connect_deadline", format_duration(deadlines.connects).to_string()),
        ("deadlines", reason.unwrap_or("the usual ones: nothing is known to be slow here").to_owned()),
    ];
    let limits = sys::answer_limits();
    let limits = limits.iter().map(|limit| ("limit", in_words(limit)));
    let lines = facts.into_iter().chain(limits).map(|(fact, value)| format!("{fact:<16} {value}\n"));
    print(&lines.collect::<String>())
}

/// `NAME VALUE a second: what is limited`.
fn in_words(AnswerLimit { name, limits, unit, value, is_unlimited, .. }: &AnswerLimit) -> String {
    match value {
        None => format!("{name} unknown, since it cannot be read: {limits}"),
        Some(value) if *is_unlimited => format!("{name} {value}, which is none: {limits}"),
        Some(value) => format!("{name} {value} {unit}: {limits}"),
    }
}
