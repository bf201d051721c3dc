//! In which scenarios an error comes, as rows of a table.

use indexmap::IndexMap;

use crate::{
    catalogue::family,
    explain::Situation,
    site::{Site, address, cell::Shown},
    untrusted::printable,
};

/// The situations of one family.
pub(super) struct Group {
    pub(super) family: String,
    /// The family's page, if the catalogue has the family.
    pub(super) address: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// A step of a scenario that gives the error on some system.
pub(super) struct Row {
    /// The scenario's title, or its id where the catalogue does not have it.
    pub(super) title: String,
    /// The step on the page of the scenario or, of a case that the page does not show by step, its further cases; if there
    /// is such a page.
    pub(super) address: Option<String>,
    /// The case, unless it is the one that the page of the scenario shows by step.
    pub(super) case: Option<String>,
    pub(super) step: u32,
    pub(super) operation: String,
    pub(super) cells: Vec<Option<Given>>,
}

/// What a system gives there.
pub(super) struct Given {
    pub(super) shown: Shown,
    /// Whether it is the error that the page is about.
    pub(super) is_it: bool,
}

/// The situations by family, the family of the most telling one first.
pub(super) fn groups(site: &Site<'_>, situations: &[Situation]) -> Vec<Group> {
    let mut groups: IndexMap<&str, Vec<&Situation>> = IndexMap::new();
    for situation in situations {
        groups.entry(family(&situation.scenario)).or_default().push(situation);
    }
    let catalogue = site.contents.catalogue;
    let group = |(name, situations): (&str, Vec<&Situation>)| {
        let is_known = situations.iter().any(|situation| catalogue.find(&situation.scenario).is_some());
        Group {
            family: printable(name),
            address: is_known.then(|| address::family(name)),
            rows: situations.iter().map(|situation| row(site, situation)).collect(),
        }
    };
    groups.into_iter().map(group).collect()
}

fn row(site: &Site<'_>, situation: &Situation) -> Row {
    let is_known = site.contents.catalogue.find(&situation.scenario).is_some();
    let case = site.evidence.matrix().case(situation.place);
    let is_shown = site.outline(&situation.scenario).is_some_and(|outline| outline.case == *case);
    let cells = site.evidence.systems().iter().map(|system| {
        let best = site.evidence.best(system, situation.place)?;
        let is_it = situation.systems.iter().any(|given| given.system == system.name && given.is_it);
        Some(Given { shown: Shown::of_best(&best), is_it })
    });
    Row {
        title: printable(if is_known { &situation.title } else { &situation.scenario }),
        address: is_known.then(|| match is_shown {
            true => address::step(&situation.scenario, situation.step),
            false => address::further(&situation.scenario),
        }),
        case: (!is_shown).then(|| printable(&case.to_string())),
        step: situation.step,
        operation: printable(&situation.operation),
        cells: cells.collect(),
    }
}
