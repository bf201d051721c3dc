//! The pages of scenarios.

use askama::Template;

use super::{
    File, Site, address,
    ladder::Ladder,
    layout::{Layout, Section, file},
    outcomes::{Further, Outcomes, errors, further},
    threads,
};
use crate::{
    catalogue::{Catalogue, Edit, Scenario},
    matrix::{Outline, title},
    parallel::parallel_map,
    untrusted::printable,
};

#[derive(Template)]
#[template(path = "scenario.html", config = "src/site/askama.toml")]
struct Page {
    layout: Layout,
    id: String,
    family: (String, String),
    why: String,
    source: String,
    slow: bool,
    /// Where its steps race, such as `FreeBSD`; empty if they do not.
    races: String,
    ladder: Ladder,
    outcomes: Outcomes,
    further: Vec<Further>,
    errors: Vec<(&'static str, String)>,
    /// What follows `brokenpipe run` and `brokenpipe show`.
    run: String,
    show: String,
    toml: String,
    before: Option<Link>,
    after: Option<Link>,
    similar: Vec<Similar>,
}

/// A link to a scenario.
struct Link {
    address: String,
    title: String,
}

/// A scenario that differs in one step.
struct Similar {
    link: Link,
    /// How its steps differ from those of this page: words, each followed by a step.
    edit: Vec<(String, String)>,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let catalogue = site.contents.catalogue;
    let scenarios: Vec<_> = site.scenarios().collect();
    let builtin = Catalogue::builtin();
    let edits = catalogue.edits();
    parallel_map(threads(), scenarios.iter().zip(&edits).enumerate(), |(at, ((scenario, outline), edits))| {
        let near = |at: Option<usize>| at.and_then(|at| scenarios.get(at)).map(|(scenario, _)| Link::to(scenario));
        let is_builtin = builtin.find(&scenario.id) == Some(scenario);
        let page = Page {
            before: near(at.checked_sub(1)),
            after: near(at.checked_add(1)),
            similar: edits.iter().map(|(other, edit)| Similar::of(scenario, other, *edit)).collect(),
            ..Page::of(site, scenario, *outline, is_builtin)
        };
        file(&page.layout, &page)
    })
}

impl Page {
    /// A scenario without the links to others.
    fn of(site: &Site<'_>, scenario: &Scenario, outline: Option<&Outline<'_>>, is_builtin: bool) -> Self {
        let id = scenario.id.as_str();
        let why = printable(&scenario.why);
        let first = why.split_once(". ").map_or_else(|| why.clone(), |(first, _)| format!("{first}."));
        let path = address::scenario(id);
        let layout = Layout::new(site, path, Section::Scenarios, printable(&scenario.title), format!("{id}: {first}"));
        let own = if is_builtin { "" } else { " --scenarios FILE" };
        let slow = if scenario.slow { " --slow" } else { "" };
        let races_on = scenario.races_on.iter().map(|system| title(system)).collect::<Vec<_>>();
        Page {
            layout,
            family: (scenario.family().to_owned(), address::family(scenario.family())),
            source: scenario.source.as_deref().map(printable).unwrap_or_default(),
            slow: scenario.slow,
            races: if scenario.racing { "every system".to_owned() } else { races_on.join(" and ") },
            ladder: Ladder::of(scenario, outline),
            outcomes: Outcomes::of(site, scenario, outline),
            further: outline.map(|outline| further(site, outline)).unwrap_or_default(),
            errors: outline.map(errors).unwrap_or_default(),
            run: format!("{id}{slow}{own}"),
            show: format!("{id}{own}"),
            toml: text_of_lines(site.contents.catalogue.toml(id).unwrap_or_default()),
            before: None,
            after: None,
            similar: Vec::new(),
            id: id.to_owned(),
            why,
        }
    }
}

impl Link {
    fn to(scenario: &Scenario) -> Self {
        Link { address: address::scenario(&scenario.id), title: printable(&scenario.title) }
    }
}

impl Similar {
    fn of(scenario: &Scenario, other: &Scenario, edit: Edit) -> Self {
        let own = |number: usize| scenario.steps[number - 1].to_string();
        let edit = match edit {
            Edit::Replaced(number, step) => {
                vec![(format!("step {number} is"), step.to_string()), ("instead of".to_owned(), own(number))]
            }
            Edit::Inserted(number, step) => vec![(format!("has one more step, {number},"), step.to_string())],
            Edit::Removed(number) => vec![(format!("lacks step {number},"), own(number))],
        };
        Similar { link: Link::to(other), edit }
    }
}

/// A text of several lines that a page can show.
fn text_of_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}
