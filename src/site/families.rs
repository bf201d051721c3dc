//! The pages of families, and the list of all scenarios.

use askama::Template;
use indexmap::IndexMap;

use super::{
    File, Site, address,
    cell::Shown,
    layout::{Layout, Section, file},
};
use crate::{
    catalogue::Scenario,
    matrix::{Outline, OutlineStep},
    untrusted::printable,
};

/// A family's scenarios by system, each with the step in which outcomes differ most.
#[derive(Template)]
#[template(path = "family.html", config = "src/site/askama.toml")]
struct FamilyPage {
    layout: Layout,
    family: String,
    systems: Vec<(String, String)>,
    scenarios: Vec<ScenarioRow>,
    before: Option<(String, String)>,
    after: Option<(String, String)>,
}

struct ScenarioRow {
    address: String,
    title: String,
    /// The step that is shown, and the address of it; without results there is none.
    step: Option<(String, String)>,
    /// Its outcomes, one for each system.
    cells: Vec<Option<Shown>>,
}

/// All scenarios, by family.
#[derive(Template)]
#[template(path = "scenarios.html", config = "src/site/askama.toml")]
struct ListPage {
    layout: Layout,
    count: usize,
    families: Vec<FamilyOfList>,
}

struct FamilyOfList {
    name: String,
    address: String,
    /// The addresses and titles of its scenarios.
    scenarios: Vec<(String, String)>,
}

type InBrief<'a> = (&'a Scenario, Option<&'a Outline<'a>>);

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let mut families: IndexMap<&str, Vec<InBrief<'_>>> = IndexMap::new();
    for (name, scenarios) in site.contents.catalogue.families() {
        let in_brief = scenarios.into_iter().map(|scenario| (scenario, site.outline(&scenario.id)));
        families.insert(name, in_brief.collect());
    }
    let link = |at: Option<usize>| {
        let (family, _) = families.get_index(at?)?;
        Some(((*family).to_owned(), address::family(family)))
    };
    let pages = families.iter().enumerate().map(|(at, (family, scenarios))| {
        let (before, after) = (link(at.checked_sub(1)), link(at.checked_add(1)));
        let page = FamilyPage { before, after, ..FamilyPage::of(site, family, scenarios) };
        file(&page.layout, &page)
    });
    let list = ListPage::of(site, &families);
    pages.chain([file(&list.layout, &list)]).collect()
}

impl FamilyPage {
    /// A family without the links to others.
    fn of(site: &Site<'_>, family: &str, scenarios: &[InBrief<'_>]) -> Self {
        let has = |system: &str| {
            let mut outlines = scenarios.iter().filter_map(|(_, outline)| *outline);
            outlines.any(|outline| outline.systems.iter().any(|known| known.name == system))
        };
        let systems: Vec<_> = site.evidence.systems().iter().filter(|system| has(system.name)).collect();
        let row = |&(scenario, outline): &InBrief<'_>| {
            let step = outline.and_then(Outline::most_telling);
            let cell = |system: &str| {
                let at = outline?.systems.iter().position(|known| known.name == system)?;
                step?.best[at].as_ref().map(Shown::of_best)
            };
            ScenarioRow {
                address: address::scenario(&scenario.id),
                title: printable(&scenario.title),
                step: step.map(|step| (step_name(step), address::step(&scenario.id, step.place.step))),
                cells: systems.iter().map(|system| cell(system.name)).collect(),
            }
        };
        let count = scenarios.len();
        let title = format!("{family}: {count} {}", if count == 1 { "scenario" } else { "scenarios" });
        let titles: Vec<_> = scenarios.iter().map(|(scenario, _)| printable(&scenario.title)).collect();
        let path = address::family(family);
        FamilyPage {
            layout: Layout::new(site, path, Section::Scenarios, title, format!("{}.", titles.join("; "))),
            family: family.to_owned(),
            systems: systems.iter().map(|it| (it.name.to_owned(), printable(it.title()))).collect(),
            scenarios: scenarios.iter().map(row).collect(),
            before: None,
            after: None,
        }
    }
}

fn step_name(step: &OutlineStep<'_>) -> String {
    printable(&format!("{} {} {}", step.place.step, step.place.actor, step.place.operation))
}

impl ListPage {
    fn of(site: &Site<'_>, families: &IndexMap<&str, Vec<InBrief<'_>>>) -> Self {
        let of_list = |(family, scenarios): (&&str, &Vec<InBrief<'_>>)| FamilyOfList {
            name: (*family).to_owned(),
            address: address::family(family),
            scenarios: (scenarios.iter())
                .map(|(scenario, _)| (address::scenario(&scenario.id), printable(&scenario.title)))
                .collect(),
        };
        let layout = Layout::new(
            site,
            address::SCENARIOS.to_owned(),
            Section::Scenarios,
            "Scenarios".to_owned(),
            "Every scenario that brokenpipe runs, by family: what is done to a connection, step by step.".to_owned(),
        );
        ListPage {
            layout,
            count: families.values().map(Vec::len).sum(),
            families: families.iter().map(of_list).collect(),
        }
    }
}
