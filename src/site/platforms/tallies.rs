//! Where outcomes of a platform vary, and what was not observed there, as rows of tables.

use crate::{
    catalogue::name_all,
    matrix::{Column, Extent, Gap, Tally, Unsteady, Why},
    outcome,
    site::{Site, address, cell::Shown},
    untrusted::printable,
};

/// A scenario, with a link to its page if there is one.
pub(super) struct Scenario {
    pub(super) id: String,
    pub(super) address: Option<String>,
}

/// A step of which several outcomes are known.
pub(super) struct Varying {
    pub(super) scenario: Scenario,
    pub(super) step: String,
    pub(super) cases: String,
    pub(super) shown: Shown,
    pub(super) why: &'static str,
}

/// Cases that were not observed for one reason.
pub(super) struct Reason {
    /// What became of the cases, and why.
    pub(super) what: String,
    pub(super) cases: usize,
    pub(super) scenarios: Vec<(Scenario, usize)>,
}

/// The steps of which several outcomes are known.
pub(super) fn varying(site: &Site<'_>, column: &Column, tally: &Tally<'_>) -> Vec<Varying> {
    let row = |unsteady: &Unsteady<'_>| {
        let at = site.contents.matrix.place(unsteady.place);
        let is_known = site.contents.catalogue.find(&at.scenario).is_some();
        Varying {
            scenario: Scenario {
                id: printable(&at.scenario),
                address: is_known.then(|| address::step(&at.scenario, at.step)),
            },
            step: printable(&format!("{} {} {}", at.step, at.actor, at.operation)),
            cases: printable(&name_all(unsteady.cases.iter().copied()).join("; ")),
            shown: Shown::of(unsteady.cell, column.is_measured()),
            why: match unsteady.why {
                Why::Trials => "trials disagree",
                Why::Race => "the steps race",
                Why::Stated => "several are stated",
            },
        }
    };
    // A standard allows several of most steps, which is no doubt about any of them.
    let is_shown = |_: &&Unsteady<'_>| !column.is_standard();
    tally.unsteady.iter().filter(is_shown).map(row).collect()
}

/// The reasons for which cases were not observed.
pub(super) fn reasons(site: &Site<'_>, tally: &Tally<'_>) -> Vec<Reason> {
    let scenario = |(id, cases): (&&str, &usize)| {
        let is_known = site.contents.catalogue.find(id).is_some();
        (Scenario { id: printable(id), address: is_known.then(|| address::scenario(id)) }, *cases)
    };
    let reason = |gap: &Gap<'_>| Reason {
        what: what(gap),
        cases: gap.scenarios.values().sum(),
        scenarios: gap.scenarios.iter().map(scenario).collect(),
    };
    tally.gaps.iter().map(reason).collect()
}

/// What became of cases, and why.
fn what(gap: &Gap<'_>) -> String {
    let what = match (gap.extent, gap.outcome) {
        (Extent::AfterKill, _) if gap.note.is_empty() => {
            return "Not run after SIGPIPE had killed the process".to_owned();
        }
        (Extent::Case, outcome::UNSUPPORTED) => "Not supported",
        (Extent::Case, _) => "Not run",
        (_, outcome::UNSUPPORTED) => "Some steps not supported",
        (..) => "Some steps not run",
    };
    match gap.note {
        "" => format!("{what}, without a reason recorded"),
        note => printable(&format!("{what}: {note}")),
    }
}
