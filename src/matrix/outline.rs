//! A scenario in brief: what its plain case gave on each system, and in what its other cases differ from that.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::{Best, Cell, Column, Compare, Evidence, Relation, System, relation};
use crate::{
    catalogue::{CaseName, Scenario, Selection},
    outcome::{KILLED, forms_of},
    results::{Place, PlaceId},
};

/// A scenario in brief. Systems are given by their 0-based numbers.
#[derive(Debug, Clone)]
pub struct Outline<'a> {
    /// The case that stands for the scenario: the first plain one that is selected or, if none is, the first.
    pub case: CaseName,
    /// The systems that have the case or another selected one, in the order of the evidence.
    pub systems: Vec<System<'a>>,
    /// The steps of the case, as far as some system has them.
    pub steps: Vec<OutlineStep<'a>>,
    /// The other selected cases that some system has, those together that differ from the plain case in the same way.
    pub variations: Vec<Variation<'a>>,
}

/// A step of the case that stands for the scenario.
#[derive(Debug, Clone)]
pub struct OutlineStep<'a> {
    /// Its number among the places of the matrix.
    pub id: PlaceId,
    /// Which step.
    pub place: &'a Place,
    /// What is best known of it, one for each system.
    pub best: Vec<Option<Best<'a>>>,
}

/// Cases that differ in the same way from the one that stands for the scenario.
#[derive(Debug, Clone)]
pub struct Variation<'a> {
    /// The cases, in the order of the scenario.
    pub cases: Vec<&'a CaseName>,
    /// The systems on which something was observed or stated in a step of these cases.
    pub known: Vec<usize>,
    /// Those of them of which some outcome there was documented or reported, not measured.
    pub stated: Vec<usize>,
    /// What they gave where they differ from the case above, or where nothing is known of that, by step and system.
    pub differences: Vec<Difference<'a>>,
}

/// What a step gave on a system in another case.
#[derive(Debug, Clone)]
pub struct Difference<'a> {
    /// The number of the step of the first of the cases.
    pub id: PlaceId,
    /// Which step.
    pub place: &'a Place,
    /// On which system.
    pub system: usize,
    /// What it gave.
    pub best: Best<'a>,
}

/// What steps gave in which cases differ from the one that stands for the scenario.
#[derive(Debug, Clone, Default)]
pub struct Change<'a, 'v> {
    /// The steps, in order.
    pub steps: Vec<&'a Place>,
    /// What each of them gave, those systems together that gave the same; the differences are those of the last step.
    pub gave: Vec<Vec<&'v Difference<'a>>>,
}

impl<'a> Outline<'a> {
    /// A scenario in brief, as far as the selection includes its cases; `None` if no system has one of them.
    pub fn of(scenario: &Scenario, evidence: &Evidence<'a>, selection: &Selection) -> Option<Self> {
        let matrix = evidence.matrix();
        let mut cases: IndexMap<&CaseName, Vec<PlaceId>> = IndexMap::new();
        for place in matrix.places_of(&scenario.id) {
            let case = matrix.case(place);
            if selection.includes_case(case) {
                cases.entry(case).or_default().push(place);
            }
        }
        let has = |system: &&System<'a>| cases.values().flatten().any(|place| evidence.best(system, *place).is_some());
        let systems: Vec<_> = evidence.systems().iter().filter(has).cloned().collect();
        if systems.is_empty() {
            return None;
        }
        // In the order of the scenario, in which the first case is the most usual one.
        let order: Vec<_> = scenario.axes.iter().map(CaseName::from).collect();
        cases.sort_by_cached_key(|case, _| {
            let position = order.iter().position(|known| known == *case).unwrap_or(order.len());
            (!case.is_plain(), position)
        });
        let best = |place: PlaceId| systems.iter().map(|system| evidence.best(system, place)).collect::<Vec<_>>();
        let (case, places) = cases.shift_remove_index(0)?;
        let steps: Vec<_> = places
            .iter()
            .map(|place| OutlineStep { id: *place, place: matrix.place(*place), best: best(*place) })
            .collect();
        let mut variations: IndexMap<String, Variation<'a>> = IndexMap::new();
        for (case, others) in cases {
            let (mut known, mut stated) = (Vec::new(), Vec::new());
            let mut differences = Vec::new();
            for place in others {
                let step = matrix.place(place).step;
                let plain = places.iter().copied().find(|place| matrix.place(*place).step == step);
                for (system, best) in best(place).into_iter().enumerate() {
                    let Some(best) = best.filter(|best| best.cell.is_observed()) else { continue };
                    known.push(system);
                    if !best.platform.is_measured() {
                        stated.push(system);
                    }
                    let on_its_platform = plain.and_then(|plain| matrix.cell(best.platform, plain));
                    let reference = on_its_platform.filter(|cell| cell.is_observed()).or_else(|| {
                        let known = steps.iter().find(|known| known.place.step == step)?.best[system].as_ref()?;
                        Some(known.cell)
                    });
                    if reference.is_none_or(|reference| differs(best.cell, reference)) {
                        differences.push(Difference { id: place, place: matrix.place(place), system, best });
                    }
                }
            }
            for systems in [&mut known, &mut stated] {
                systems.sort_unstable();
                systems.dedup();
            }
            if known.is_empty() {
                continue;
            }
            let variation = Variation { cases: Vec::new(), known, stated, differences };
            variations.entry(variation.key()).or_insert(variation).cases.push(case);
        }
        Some(Outline { case: case.clone(), systems, steps, variations: variations.into_values().collect() })
    }

    /// The step in which systems differ most, of several the last, which shows what came of the others; where none
    /// differ, the first that failed or, if none did, the last.
    pub fn most_telling(&self) -> Option<&OutlineStep<'a>> {
        let most = self.steps.iter().max_by_key(|step| step.outcomes().len())?;
        if most.outcomes().len() > 1 {
            return Some(most);
        }
        self.steps.iter().find(|step| step.failed()).or(self.steps.last())
    }

    /// The platforms that the cells of the case above come from, for each system, the best evidence first.
    pub fn platforms(&self, system: usize) -> Vec<&'a Column> {
        let used = |platform: &&&Column| {
            let cells = self.steps.iter().filter_map(|step| step.best[system].as_ref());
            cells.clone().any(|best| best.platform.name == platform.name && best.cell.is_observed())
        };
        self.systems[system].platforms.iter().filter(used).copied().collect()
    }
}

impl<'a> OutlineStep<'a> {
    /// The distinct outcomes on all systems.
    pub fn outcomes(&self) -> BTreeSet<&'a str> {
        let cells = self.best.iter().flatten().filter(|best| best.cell.is_observed());
        cells.flat_map(|best| best.cell.outcomes.iter().map(|seen| &*seen.outcome)).collect()
    }

    /// Whether it gave an error on some system, or killed the process.
    fn failed(&self) -> bool {
        let mut forms = self.outcomes().into_iter().flat_map(forms_of);
        forms.any(|form| matches!(form.form, "ERROR" | KILLED))
    }
}

impl<'a> Variation<'a> {
    /// The differences, those of several steps together that gave the same on the same systems.
    pub fn changes(&self) -> Vec<Change<'a, '_>> {
        let mut steps: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        for difference in &self.differences {
            steps.entry(difference.place.step).or_default().push(difference);
        }
        let mut changes: IndexMap<Vec<_>, Change<'a, '_>> = IndexMap::new();
        for of_step in steps.into_values() {
            let place = of_step[0].place;
            let mut gave: IndexMap<String, Vec<&Difference<'a>>> = IndexMap::new();
            for difference in of_step {
                gave.entry(difference.best.cell.to_string()).or_default().push(difference);
            }
            let look = |it: &&Difference<'a>| (it.system, it.best.platform.is_measured(), it.best.others.is_empty());
            let key = gave.iter().map(|(outcomes, of)| (outcomes.clone(), of.iter().map(look).collect::<Vec<_>>()));
            let change = changes.entry(key.collect()).or_default();
            change.steps.push(place);
            change.gave = gave.into_values().collect();
        }
        changes.into_values().collect()
    }

    /// The systems that gave the same as in the case that stands for the scenario, each with whether all of it was
    /// measured.
    pub fn same(&self) -> Vec<(usize, bool)> {
        let differ: BTreeSet<_> = self.differences.iter().map(|difference| difference.system).collect();
        let same = self.known.iter().copied().filter(|system| !differ.contains(system));
        same.map(|system| (system, !self.stated.contains(&system))).collect()
    }
}

impl Variation<'_> {
    /// Equal for cases that differ in the same way from the one that stands for the scenario.
    fn key(&self) -> String {
        let difference = |it: &Difference<'_>| {
            let measured = it.best.platform.is_measured();
            format!("{} {} {measured} {}\n", it.place.step, it.system, it.best.cell)
        };
        self.differences.iter().map(difference).chain([format!("{:?} {:?}", self.known, self.stated)]).collect()
    }
}

/// Whether a cell of another case differs from that of the plain one.
fn differs(cell: &Cell, plain: &Cell) -> bool {
    if !plain.is_observed() {
        return true;
    }
    match cell.is_race() || plain.is_race() {
        true => !cell.shares_an_outcome(plain),
        false => relation(cell, plain, Compare::Exact) != Relation::Same,
    }
}
