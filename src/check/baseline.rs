//! Chooses the accepted platform that a platform of the run is compared with.

use std::cmp::Reverse;

use super::{
    Against,
    version::{distance, numbers},
};
use crate::{matrix::Column, platform::Platform};

/// Chooses the baseline of the same name or, unless `only_own`, the nearest one: of the same os, arch, abi and
/// stand-in, and of the closest version. If two versions are equally close, the same runtime is preferred, then the
/// older version. What stands in for a kernel may call itself the same in all its versions, as gVisor does; then it is
/// the last by name, which is the newest.
pub(super) fn choose<'a>(run: &Column, baselines: &[&'a Column], only_own: bool) -> (Option<&'a Column>, Against<'a>) {
    let name = &run.members[0].platform;
    if let Some(own) = baselines.iter().find(|column| column.members[0].platform == *name) {
        return (Some(own), Against::Own);
    }
    let nothing = |and: &str| (None, Against::Nothing(format!("the baseline has none of this name{and}")));
    let Some(facts) = &run.members[0].facts else { return nothing(", and no facts of it are recorded") };
    let version = numbers(&facts.os_version);
    let near = baselines.iter().filter_map(|column| {
        let other = column.members[0].facts.as_ref().filter(|other| kind(other) == kind(facts))?;
        let numbers = numbers(&other.os_version);
        let distance = distance(version.as_ref()?, numbers.as_ref()?);
        Some(((distance, other.runtime != facts.runtime, numbers, Reverse(&other.platform)), other, *column))
    });
    let kind = kind(facts).into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match near.min_by(|a, b| a.0.cmp(&b.0)) {
        Some(_) if only_own => nothing(""),
        Some((_, other, column)) => {
            let (closest, version) = (&other.os_version, &facts.os_version);
            let why = format!("the baseline of {kind} whose version, {closest}, is closest to {version}");
            (Some(column), Against::Nearest(&column.name, why))
        }
        None => nothing(&format!(", and none of {kind}")),
    }
}

/// What has to be the same for one platform to stand for another. An emulated machine counts as the machine it
/// emulates, since it runs the same kernel.
fn kind(facts: &Platform) -> [&str; 4] {
    [&facts.os, &facts.arch, &facts.abi, facts.stand_in().unwrap_or_default()]
}
