//! Compares a run with an accepted baseline: a verdict for each step of each case.

mod baseline;
mod known;
mod verdict;
mod version;

use std::sync::Arc;

use crate::{
    matrix::{Cell, Column, Compare, ComparedStep, Comparison},
    outcome,
    words::words,
};
use baseline::choose;

pub use known::{Known, MAX_KNOWN, parse as parse_known};
pub use verdict::{Concern, Policy, Verdict};

/// How to check.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What has to be the same.
    pub by: Compare,
    /// Which concerns fail the check.
    pub policy: Policy,
    /// Compares a platform with the baseline of its own name only, never with the nearest one.
    pub only_own: bool,
    /// All scenarios are checked, so an exception that fits no step is stale.
    pub everything: bool,
}

/// What a check found.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The platforms of the run, in the order of a matrix's columns, without documented and reported ones.
    pub platforms: Vec<PlatformCheck<'a>>,
    /// Exceptions that no longer apply.
    pub stale: Vec<Stale<'a>>,
    /// Which concerns fail it.
    pub policy: Policy,
}

/// What a check found out about one platform.
#[derive(Debug)]
pub struct PlatformCheck<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it was compared with.
    pub against: Against<'a>,
    /// How many steps of cases have each verdict, in the order of [`Verdict::ALL`].
    counts: [usize; Verdict::ALL.len()],
    /// Each step of a case that is not [`Verdict::Same`], in the catalogue's order. Empty for a platform without a
    /// baseline, since every step of it is new.
    pub findings: Vec<Finding<'a>>,
    /// The scenarios that were checked, in the catalogue's order.
    pub scenarios: Vec<Arc<str>>,
}

/// What a platform was compared with.
#[derive(Debug, Clone)]
pub enum Against<'a> {
    /// The baseline of the same name.
    Own,
    /// The baseline of the platform of this name, and why that one.
    Nearest(&'a str, String),
    /// Nothing, since the platform is new: why it is taken for new.
    Nothing(String),
    /// Nothing, since no case was run on it: why not. The check of it is inconclusive.
    NotMeasured(String),
}

/// A step of a case that differs from the baseline.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// How it differs.
    pub verdict: Verdict,
    /// The step, with the cells of the baseline and of the run.
    pub step: ComparedStep<'a>,
    /// The exception that allows it, if its verdict is [`Verdict::Known`].
    pub known: Option<&'a Known>,
}

/// An exception that no longer applies.
#[derive(Debug, Clone, Copy)]
pub struct Stale<'a> {
    /// The exception.
    pub known: &'a Known,
    /// How many steps of cases it fits, none of which needs it.
    pub steps: usize,
}

words! {
    /// Whether something changed.
    Answer {
        /// Nothing that fails did.
        Same = "same",
        /// Something did.
        Changed = "changed",
        /// Nothing that fails was found, but some platform was not measured, or nothing was compared.
        Inconclusive = "inconclusive",
        /// Nothing that fails was found, but some platform has no baseline, so that nothing of it was compared.
        New = "new",
    }
}

/// How an exception was used.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    platforms: usize,
    steps: usize,
    needed: bool,
    /// It is about a scenario that was left out on some platform because it is slow.
    left_out: bool,
}

/// Compares each measured platform of the run with its baseline.
///
/// If `pair` is reduced to some scenarios, the baseline of a platform is still chosen by all of them.
pub fn check<'a>(pair: &'a Comparison, known: &'a [Known], terms: &Terms) -> Checked<'a> {
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
    let (baseline, against) = match not_measured(pair, column) {
        Some(why) => (None, Against::NotMeasured(why)),
        None => choose(column, baselines, terms.only_own),
    };
    let counts = Default::default();
    let mut checked = PlatformCheck { name: &column.name, against, counts, findings: vec![], scenarios: vec![] };
    if !checked.is_measured() {
        return checked;
    }
    let mut fitting: Vec<(&Known, &mut Use)> =
        known.iter().zip(uses).filter(|(known, _)| baseline.is_some() && known.fits_platform(column)).collect();
    for (known, used) in &mut fitting {
        used.platforms += 1;
        used.left_out |= pair.left_out(column).any(|id| known.fits_scenario(id));
    }
    for step in pair.beside(baseline, column) {
        if checked.scenarios.last() != Some(step.scenario()) {
            checked.scenarios.push(Arc::clone(step.scenario()));
        }
        let Some(verdict) = Verdict::of(&step, terms.by) else { continue };
        let verdict = if baseline.is_none() { Verdict::New } else { verdict };
        let allowed = allowed(&step, verdict, &mut fitting, terms.by);
        let verdict = if allowed.is_some() { Verdict::Known } else { verdict };
        checked.counts[verdict as usize] += 1;
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
        if matches!(verdict, Verdict::Changed | Verdict::Unsteady) {
            // An exception that allows too little is needed, too: the finding shows what it lacks.
            used.needed = true;
            allowed = allowed.or(Some(*known).filter(|_| allows));
        } else {
            // One run of a race may give only outcomes of the baseline, and the next one those of the exception.
            used.needed |= allows && known.adds_to(baseline, by);
        }
    }
    allowed
}

/// Why a platform was not measured, if it has selected cells and all of them are `not-run`.
fn not_measured(pair: &Comparison, column: &Column) -> Option<String> {
    let mut why = None;
    for cell in pair.cells(column) {
        if !cell.is_only(outcome::NOT_RUN) {
            return None;
        }
        why.get_or_insert_with(|| cell.notes().next().unwrap_or("none of its cases was run").to_owned());
    }
    why
}

impl PlatformCheck<'_> {
    /// How many steps of cases have this verdict.
    pub fn count_of(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }

    /// Whether it was compared with a baseline.
    pub fn is_compared(&self) -> bool {
        matches!(self.against, Against::Own | Against::Nearest(..))
    }

    /// Whether any case was run on it.
    pub fn is_measured(&self) -> bool {
        !matches!(self.against, Against::NotMeasured(_))
    }

    fn is_of_nothing(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }
}

impl Finding<'_> {
    /// Whether the steps race with each other, in the run or in the baseline. Every run of such steps may give an outcome
    /// that nobody saw before, so it says little.
    pub fn is_race(&self) -> bool {
        [self.step.run, self.step.baseline].into_iter().flatten().any(Cell::is_race)
    }
}

impl Checked<'_> {
    /// How many steps of cases of all platforms have this verdict.
    pub fn count_of(&self, verdict: Verdict) -> usize {
        self.platforms.iter().map(|platform| platform.count_of(verdict)).sum()
    }

    /// Whether nothing was observed in the selected cases, neither in the run nor in a baseline.
    pub fn is_of_nothing(&self) -> bool {
        self.platforms.iter().all(PlatformCheck::is_of_nothing)
    }

    /// What fails the check, each concern with its count: `2 changed`. Empty if nothing does.
    ///
    /// A platform without a baseline counts once, although every step of it is new.
    pub fn failures(&self) -> Vec<String> {
        let compared = self.platforms.iter().filter(|platform| platform.is_compared());
        let count = |verdict| compared.clone().map(|platform| platform.count_of(verdict)).sum();
        let new = self.without_baseline().count();
        let stale = match self.stale.len() {
            1 => "known exception that no longer applies",
            _ => "known exceptions that no longer apply",
        };
        let verdicts = Verdict::ALL.map(|verdict| (self.policy.fails_on(verdict), count(verdict), verdict.word()));
        let others = [(Concern::NewPlatform, new, "without a baseline"), (Concern::Stale, self.stale.len(), stale)]
            .map(|(concern, count, what)| (self.policy.fails(concern), count, what));
        let failing = verdicts.into_iter().chain(others).filter(|(fails, count, _)| *fails && *count > 0);
        failing.map(|(_, count, what)| format!("{count} {what}")).collect()
    }

    /// The platforms that were measured and have no baseline.
    pub fn without_baseline(&self) -> impl Iterator<Item = &PlatformCheck<'_>> {
        let is_new = |platform: &&PlatformCheck<'_>| platform.is_measured() && !platform.is_compared();
        self.platforms.iter().filter(is_new).filter(|platform| !platform.is_of_nothing())
    }

    /// Whether something changed. Where platforms have different answers, it is the first of: something changed, one was
    /// not measured, one has no baseline.
    pub fn answer(&self) -> Answer {
        if !self.failures().is_empty() {
            Answer::Changed
        } else if self.is_of_nothing() || !self.platforms.iter().all(PlatformCheck::is_measured) {
            Answer::Inconclusive
        } else if !self.policy.allows(Concern::NewPlatform) && self.without_baseline().next().is_some() {
            Answer::New
        } else {
            Answer::Same
        }
    }
}
