//! What is stated of a platform's system beside what was measured there, and the verdicts on contradictions.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::{
    matrix::{Cell, Column, Seen, Statement, Verified, View},
    report::verdict,
    site::{Site, address, cell::Shown},
    untrusted::printable,
    verdicts::Verdict,
};

/// What is found of each stated platform, by its provenance and name.
pub(super) struct Contradictions(HashMap<(String, String), Found>);

/// What is found of a stated platform.
#[derive(Default)]
pub(super) struct Found {
    /// How it stands to each measured platform.
    pub(super) held: Vec<Held>,
    /// Its statements that some measured platform contradicts.
    pub(super) contradictions: Vec<Contradiction>,
}

/// How what is stated stands to a measured platform.
pub(super) struct Held {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) agrees: usize,
    pub(super) contradicts: usize,
    pub(super) undocumented: usize,
    pub(super) unmeasured: usize,
}

/// A statement, and what was measured instead.
pub(super) struct Contradiction {
    pub(super) scenario: String,
    /// The step on the page of the scenario, if there is one.
    pub(super) address: Option<String>,
    pub(super) cases: String,
    pub(super) step: String,
    pub(super) stated: Shown,
    pub(super) measured: Shown,
    /// The measured platforms.
    pub(super) on: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) verdict: Option<&'static Verdict>,
}

impl Contradictions {
    /// `view` has all columns and rows of the matrix.
    pub(super) fn of(site: &Site<'_>, view: &View<'_>) -> Self {
        let mut all: HashMap<(String, String), Found> = HashMap::new();
        let mut contradictions: IndexMap<Key, Contradiction> = IndexMap::new();
        for verified in view.verify() {
            let (stated, measured) = (key(verified.stated()), verified.measured().name.clone());
            let (agreeing, contradicting): (Vec<_>, Vec<_>) =
                verified.statements().into_iter().partition(|each| each.agrees);
            let held = held(&verified, agreeing.len(), contradicting.len());
            all.entry(stated.clone()).or_default().held.push(held);
            for each in &contradicting {
                let found = contradiction(site, &verified, each);
                let texts = [&found.scenario, &found.step, &found.cases, &found.stated.text, &found.measured.text];
                let known = contradictions.entry((stated.clone(), texts.map(String::clone))).or_insert(found);
                known.on.push(measured.clone());
            }
        }
        for ((stated, _), found) in contradictions {
            all.entry(stated).or_default().contradictions.push(found);
        }
        Contradictions(all)
    }

    /// What is found of a stated platform; `None` if nothing measured stands beside it.
    pub(super) fn of_platform(&self, column: &Column) -> Option<&Found> {
        self.0.get(&key(column))
    }
}

/// A stated platform, and the texts by which its contradictions are told apart.
type Key = ((String, String), [String; 5]);

fn key(column: &Column) -> (String, String) {
    (column.provenance.to_string(), column.name.clone())
}

fn held(verified: &Verified<'_>, agrees: usize, contradicts: usize) -> Held {
    Held {
        name: verified.measured().name.clone(),
        address: address::platform(verified.measured()),
        agrees,
        contradicts,
        undocumented: verified.undocumented(),
        unmeasured: verified.unmeasured(),
    }
}

fn contradiction(site: &Site<'_>, verified: &Verified<'_>, statement: &Statement<'_>) -> Contradiction {
    let Statement { row, measured, stated, ref sources, .. } = *statement;
    let is_known = site.contents.catalogue.find(row.scenario()).is_some();
    let is_own = site.contents.carried.is_none_or(|carried| statement.is_in(carried));
    Contradiction {
        scenario: printable(row.scenario()),
        address: is_known.then(|| address::step(row.scenario(), row.step())),
        cases: printable(&row.case_names()),
        step: printable(&format!("{} {} {}", row.step(), row.actor(), row.operation())),
        stated: Shown::of(&Cell { outcomes: vec![Seen::of(stated)], trials: None }, false),
        measured: Shown::of(measured, true),
        on: Vec::new(),
        sources: sources.iter().map(|source| printable(source)).collect(),
        verdict: verdict(&verified.stated().name, statement).filter(|_| is_own),
    }
}
