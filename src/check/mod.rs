//! What changed: a run beside an accepted baseline, one verdict a step of a case.

mod baseline;
mod known;
mod verdict;
mod version;

use std::{collections::HashMap, sync::Arc};

use crate::{
    matrix::{Column, Compare, ComparedStep, Comparison},
    outcome,
};
use baseline::{Choice, choose};

pub use known::{Known, MAX_KNOWN, parse as parse_known};
pub use verdict::{Concern, Policy, Verdict};

/// How a check is made.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What has to be the same.
    pub by: Compare,
    /// Which concerns fail it.
    pub policy: Policy,
    /// Whether a platform without a baseline of its own has none, however near another is.
    pub only_own: bool,
    /// Whether all scenarios are looked at, so that an exception that fits no step of its platform is a stale one.
    pub everything: bool,
}

/// What a check found.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The platforms of the run, in the order of a matrix.
    pub platforms: Vec<PlatformCheck<'a>>,
    /// Exceptions that no longer apply.
    pub stale: Vec<Stale<'a>>,
    /// What fails.
    pub policy: Policy,
}

/// What was found of one platform.
#[derive(Debug)]
pub struct PlatformCheck<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it was compared with.
    pub against: Against<'a>,
    /// How many steps of cases have each verdict, in the order of [`Verdict::ALL`].
    counts: [usize; 6],
    /// Everything that is not the same, in the catalogue's order.
    pub findings: Vec<Finding<'a>>,
    /// Each scenario that was looked at, with its number of steps of cases.
    pub scenarios: Vec<(Arc<str>, usize)>,
}

/// What a platform was compared with.
#[derive(Debug, Clone)]
pub enum Against<'a> {
    /// The baseline of the same name.
    Own,
    /// That of another platform, and why.
    Nearest(&'a str, String),
    /// Nothing: a new platform, and why.
    Nothing(String),
    /// It was not measured, and its notes say why: whether it changed cannot be told.
    NotMeasured(String),
}

/// A step of a case that is not as the baseline has it.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// What it is.
    pub verdict: Verdict,
    /// The step, what the baseline has and what was found.
    pub step: ComparedStep<'a>,
    /// The exception that allows it.
    pub known: Option<&'a Known>,
}

/// An exception that no longer applies.
#[derive(Debug, Clone, Copy)]
pub struct Stale<'a> {
    /// The exception.
    pub known: &'a Known,
    /// How many steps of cases it fits, all of them the same without it; 0 if it fits none.
    pub steps: usize,
}

/// The answer to the question whether something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing did that fails.
    Same,
    /// Something did.
    Changed,
    /// It cannot be told, of some platform at least.
    CouldNotTell,
}

/// What came of an exception.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    platforms: usize,
    steps: usize,
    needed: bool,
    /// It is about a scenario that some platform was not asked for.
    left_out: bool,
}

/// Compares each measured platform of the run with its baseline.
pub fn check<'a>(pair: &'a Comparison, known: &'a [Known], terms: &Terms) -> Checked<'a> {
    // Which platform is compared with which does not depend on what is selected of them.
    let observed = |column: &&Column| column.is_measured() && pair.is_observed(column);
    let baselines: Vec<&Column> = pair.baseline.iter().filter(observed).collect();
    let mut uses = vec![Use::default(); known.len()];
    let measured = pair.run.iter().filter(|column| column.is_measured());
    let platforms: Vec<_> =
        measured.map(|column| check_platform(pair, column, &baselines, known, &mut uses, terms)).collect();
    let stale = known.iter().zip(uses).filter_map(|(known, used)| {
        let is_stale = used.platforms > 0 && !used.needed && (used.steps > 0 || (terms.everything && !used.left_out));
        is_stale.then_some(Stale { known, steps: used.steps })
    });
    Checked { platforms, stale: stale.collect(), policy: terms.policy.clone() }
}

fn check_platform<'a>(
    pair: &'a Comparison,
    column: &'a Column,
    baselines: &[&'a Column],
    known: &'a [Known],
    uses: &mut [Use],
    terms: &Terms,
) -> PlatformCheck<'a> {
    let mut checked = PlatformCheck {
        name: &column.name,
        against: Against::Own,
        counts: [0; 6],
        findings: Vec::new(),
        scenarios: Vec::new(),
    };
    if let Some(why) = not_measured(pair, column) {
        checked.against = Against::NotMeasured(why);
        return checked;
    }
    let baseline = match choose(column, baselines) {
        Choice::Own(own) => Some(own),
        Choice::Nearest(near, why) if !terms.only_own => {
            checked.against = Against::Nearest(&near.name, why);
            Some(near)
        }
        Choice::Nearest(..) => {
            checked.against = Against::Nothing("the baseline has none of this name".to_owned());
            None
        }
        Choice::None(why) => {
            checked.against = Against::Nothing(why);
            None
        }
    };
    let mut fitting: Vec<(&Known, &mut Use)> =
        known.iter().zip(uses).filter(|(known, _)| baseline.is_some() && known.fits_platform(column)).collect();
    for (known, used) in &mut fitting {
        used.platforms += 1;
        used.left_out |= pair.left_out(column).any(|id| known.fits_scenario(id));
    }
    for step in pair.beside(baseline, column) {
        checked.add_scenario(step.scenario());
        let Some(verdict) = Verdict::of(&step, terms.by) else { continue };
        let verdict = if baseline.is_none() { Verdict::New } else { verdict };
        let allowed = allowed(&step, verdict, &mut fitting, terms.by);
        let verdict = if allowed.is_some() { Verdict::Known } else { verdict };
        checked.count(verdict);
        // What all is new is not listed one by one.
        if verdict != Verdict::Same && baseline.is_some() {
            checked.findings.push(Finding { verdict, step, known: allowed });
        }
    }
    checked
}

/// The exception that allows what was found, if it needs one.
fn allowed<'a>(
    step: &ComparedStep<'a>,
    verdict: Verdict,
    fitting: &mut [(&'a Known, &mut Use)],
    by: Compare,
) -> Option<&'a Known> {
    let (Some(baseline), Some(run)) = (step.baseline, step.run) else { return None };
    let mut allowed = None;
    for (known, used) in fitting.iter_mut().filter(|(known, _)| known.fits(step)) {
        used.steps += 1;
        let allows = known.allows(run, by);
        match verdict {
            Verdict::Changed | Verdict::Unsteady if allows => {
                used.needed = true;
                allowed = allowed.or(Some(*known));
            }
            // That it is not enough is told by the step.
            Verdict::Changed | Verdict::Unsteady => used.needed = true,
            // Of a race one run may show nothing new, and the next one what the exception is for.
            _ => used.needed |= allows && known.adds_to(baseline, by),
        }
    }
    allowed
}

/// Why a platform was not measured, if none of its cells was run.
fn not_measured(pair: &Comparison, column: &Column) -> Option<String> {
    let mut why = None;
    for cell in pair.cells(column) {
        if cell.outcomes.iter().any(|seen| *seen.outcome != *outcome::NOT_RUN) {
            return None;
        }
        let note = || cell.notes().next().unwrap_or("no case of it was run").to_owned();
        why.get_or_insert_with(note);
    }
    why
}

impl<'a> PlatformCheck<'a> {
    /// How many steps of cases have this verdict.
    pub fn count_of(&self, verdict: Verdict) -> usize {
        self.counts[place(verdict)]
    }

    fn count(&mut self, verdict: Verdict) {
        self.counts[place(verdict)] += 1;
    }

    fn add_scenario(&mut self, scenario: &Arc<str>) {
        match self.scenarios.last_mut() {
            Some((last, steps)) if last == scenario => *steps += 1,
            _ => self.scenarios.push((Arc::clone(scenario), 1)),
        }
    }

    /// The findings by scenario.
    pub fn findings_by_scenario(&self) -> HashMap<&'a str, Vec<&Finding<'a>>> {
        let mut by_scenario: HashMap<&str, Vec<_>> = HashMap::new();
        for finding in &self.findings {
            by_scenario.entry(finding.step.scenario()).or_default().push(finding);
        }
        by_scenario
    }
}

fn place(verdict: Verdict) -> usize {
    Verdict::ALL.iter().position(|other| *other == verdict).unwrap_or_default()
}

impl Checked<'_> {
    /// How many steps of cases of all platforms have this verdict.
    pub fn count_of(&self, verdict: Verdict) -> usize {
        self.platforms.iter().map(|platform| platform.count_of(verdict)).sum()
    }

    /// The same of platforms that were compared: of a new one everything is new, which is one concern and not thousands.
    pub fn count_of_compared(&self, verdict: Verdict) -> usize {
        let compared = |platform: &&PlatformCheck<'_>| matches!(platform.against, Against::Own | Against::Nearest(..));
        self.platforms.iter().filter(compared).map(|platform| platform.count_of(verdict)).sum()
    }

    /// Whether no platform has a step that could be compared.
    pub fn is_of_nothing(&self) -> bool {
        self.platforms.iter().all(|platform| platform.counts == [0; 6])
    }

    /// How many platforms with an observed step have no baseline.
    pub fn new_platforms(&self) -> usize {
        let is_new = |platform: &&PlatformCheck<'_>| {
            matches!(platform.against, Against::Nothing(_)) && platform.counts != [0; 6]
        };
        self.platforms.iter().filter(is_new).count()
    }

    /// Whether something changed.
    pub fn answer(&self) -> Answer {
        let is_untold = |platform: &PlatformCheck<'_>| matches!(platform.against, Against::NotMeasured(_));
        let verdicts = Verdict::ALL.into_iter().filter(|verdict| self.policy.fails_on(*verdict));
        let fails = verdicts.map(|verdict| self.count_of_compared(verdict)).any(|count| count > 0)
            || (self.policy.fails(Concern::Stale) && !self.stale.is_empty())
            || (self.policy.fails(Concern::NewPlatform) && self.new_platforms() > 0);
        if fails {
            Answer::Changed
        } else if self.is_of_nothing() || self.platforms.iter().any(is_untold) {
            Answer::CouldNotTell
        } else {
            Answer::Same
        }
    }
}
