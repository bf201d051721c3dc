//! Which accepted platform another is compared with.

use super::version::{distance, numbers};
use crate::{matrix::Column, platform::Platform};

/// Which baseline was taken.
#[derive(Debug, Clone)]
pub(super) enum Choice<'a> {
    /// The platform's own.
    Own(&'a Column),
    /// That of the nearest platform, and why.
    Nearest(&'a Column, String),
    /// None, and why.
    None(String),
}

/// Takes the baseline of the same name; otherwise the nearest one: same os, arch, abi and stand-in, and the closest
/// version; of two that are equally close one of the same runtime, then the older.
pub(super) fn choose<'a>(run: &Column, baselines: &[&'a Column]) -> Choice<'a> {
    let name = &run.members[0].platform;
    if let Some(own) = baselines.iter().find(|column| column.members[0].platform == *name) {
        return Choice::Own(own);
    }
    let Some(facts) = &run.members[0].facts else {
        return Choice::None("the baseline has none of this name, and no facts of it are recorded".to_owned());
    };
    let version = numbers(&facts.os_version);
    let mut near: Vec<_> = baselines
        .iter()
        .filter_map(|column| {
            let other = column.members[0].facts.as_ref().filter(|other| kind(other) == kind(facts))?;
            let numbers = numbers(&other.os_version);
            let distance = distance(version.as_ref()?, numbers.as_ref()?);
            Some(((distance, other.runtime != facts.runtime, numbers, &other.platform), other, *column))
        })
        .collect();
    near.sort_by(|a, b| a.0.cmp(&b.0));
    let kind = kind(facts).into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match near.first() {
        Some((_, other, column)) => Choice::Nearest(
            column,
            format!("the baseline of {kind} whose version, {}, is closest to {}", other.os_version, facts.os_version),
        ),
        None => Choice::None(format!("the baseline has none of this name, and none of {kind}")),
    }
}

/// What has to be the same for one platform to stand for another. A machine that is emulated as a whole has the same
/// kernel as one that is not.
fn kind(facts: &Platform) -> [&str; 4] {
    [&facts.os, &facts.arch, &facts.abi, facts.stand_in().unwrap_or_default()]
}
