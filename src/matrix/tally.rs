//! What a platform has: how many cases, which were not observed and why, and where outcomes vary.

use indexmap::IndexMap;

use super::{Cell, Column, Matrix};
use crate::{catalogue::CaseName, outcome, results::PlaceId};

/// What a platform has.
#[derive(Debug, Clone, Default)]
pub struct Tally<'a> {
    /// How many scenarios it has.
    pub scenarios: usize,
    /// How many cases of them.
    pub cases: usize,
    /// In how many of these no step was observed since the platform does not support it.
    pub unsupported: usize,
    /// In how many of these no step was observed since it was not run.
    pub not_run: usize,
    /// How many steps of cases there are of which something was observed or stated.
    pub steps: usize,
    /// The cases with a step that was not observed, by reason and by what else was observed, in the catalogue's order.
    pub gaps: Vec<Gap<'a>>,
    /// The steps of which several outcomes are known, in the catalogue's order.
    pub unsteady: Vec<Unsteady<'a>>,
}

/// Cases with a step that was not observed.
#[derive(Debug, Clone)]
pub struct Gap<'a> {
    /// `unsupported` or `not-run`.
    pub outcome: &'a str,
    /// The note of the first such step, which says why; may be empty.
    pub note: &'a str,
    /// What else there is of the cases.
    pub extent: Extent,
    /// The scenarios with the number of their cases.
    pub scenarios: IndexMap<&'a str, usize>,
}

/// How much of a case was not observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// No step was observed.
    Case,
    /// SIGPIPE killed the process that takes the steps.
    AfterKill,
    /// Other steps were observed, and the process was not killed.
    Steps,
}

/// A step of which several outcomes are known, and the cases in which it has the same ones.
#[derive(Debug, Clone)]
pub struct Unsteady<'a> {
    /// The step in the first of the cases.
    pub place: PlaceId,
    /// What it gave there.
    pub cell: &'a Cell,
    /// Why there are several.
    pub why: Why,
    /// The cases.
    pub cases: Vec<&'a CaseName>,
}

/// Why a cell has several outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Trials disagree.
    Trials,
    /// The steps race.
    Race,
    /// It was not measured, and what is stated allows several.
    Stated,
}

impl Matrix {
    /// What a platform of this matrix has.
    pub fn tally<'a>(&'a self, platform: &Column) -> Tally<'a> {
        let mut tally = Tally::default();
        let mut scenarios: IndexMap<&str, ()> = IndexMap::new();
        // The first step of a case that was not observed, and what else there is.
        let mut cases: IndexMap<u32, (PlaceId, Option<&Cell>, Extent)> = IndexMap::new();
        let mut unsteady: IndexMap<(&str, u32, Vec<&str>), Unsteady<'a>> = IndexMap::new();
        for place in self.places() {
            let Some(cell) = self.cell(platform, place) else { continue };
            let at = self.place(place);
            scenarios.insert(&at.scenario, ());
            let (_, gap, extent) = cases.entry(at.case).or_insert((place, None, Extent::Case));
            if !cell.is_observed() {
                gap.get_or_insert(cell);
                continue;
            }
            if cell.outcomes.iter().any(|seen| *seen.outcome == *outcome::KILLED) {
                *extent = Extent::AfterKill;
            } else if *extent == Extent::Case {
                *extent = Extent::Steps;
            }
            tally.steps += 1;
            if cell.is_unsteady() {
                let mut outcomes: Vec<_> = cell.outcomes.iter().map(|seen| &*seen.outcome).collect();
                outcomes.sort_unstable();
                let why = match platform.is_measured() {
                    true if cell.is_race() => Why::Race,
                    true => Why::Trials,
                    false => Why::Stated,
                };
                let first = || Unsteady { place, cell, why, cases: Vec::new() };
                let known = unsteady.entry((&at.scenario, at.step, outcomes)).or_insert_with(first);
                known.cases.push(self.case(place));
            }
        }
        let mut gaps: IndexMap<(&str, &str, Extent), Gap<'a>> = IndexMap::new();
        for (place, gap, extent) in cases.values() {
            let Some(seen) = gap.and_then(|cell| cell.outcomes.first()) else { continue };
            match &*seen.outcome {
                _ if *extent != Extent::Case => {}
                outcome::UNSUPPORTED => tally.unsupported += 1,
                _ => tally.not_run += 1,
            }
            let (outcome, note, extent) = (&*seen.outcome, &*seen.note, *extent);
            let gap = || Gap { outcome, note, extent, scenarios: IndexMap::new() };
            let gap = gaps.entry((outcome, note, extent)).or_insert_with(gap);
            *gap.scenarios.entry(&self.place(*place).scenario).or_insert(0) += 1;
        }
        tally.scenarios = scenarios.len();
        tally.cases = cases.len();
        tally.gaps = gaps.into_values().collect();
        tally.unsteady = unsteady.into_values().collect();
        tally
    }
}
