//! Selectors, which choose scenarios by id, family or glob.

use std::fmt;

use glob::{Pattern, PatternError};
use indexmap::IndexSet;

use super::{
    Axes, Call, Case, CaseName, Catalogue, ReadCall, Scenario, Sigpipe, SocketOption, Transport, Wait, family,
    scenario::AXES,
};

/// Values that the axes of a case may have; an empty list allows every value.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// What the connection is made of.
    pub transport: Vec<Transport>,
    /// What SIGPIPE does.
    pub sigpipe: Vec<Sigpipe>,
    /// Which system call writes.
    pub call: Vec<Call>,
    /// Which option against SIGPIPE is set.
    pub option: Vec<SocketOption>,
    /// Which system call reads.
    pub read_call: Vec<ReadCall>,
    /// Which system call waits.
    pub wait: Vec<Wait>,
}

impl CaseFilter {
    /// Each axis, and the words that it may have.
    fn words(&self) -> [(&'static str, Vec<&'static str>); AXES] {
        let words = [
            self.transport.iter().map(|value| value.word()).collect(),
            self.sigpipe.iter().map(|value| value.word()).collect(),
            self.call.iter().map(|value| value.word()).collect(),
            self.option.iter().map(|value| value.word()).collect(),
            self.read_call.iter().map(|value| value.word()).collect(),
            self.wait.iter().map(|value| value.word()).collect::<Vec<_>>(),
        ];
        let mut names = Axes::NAMES.into_iter();
        words.map(|words| (names.next().unwrap_or_default(), words))
    }

    /// Whether it allows every case.
    pub fn is_everything(&self) -> bool {
        self.words().iter().all(|(_, words)| words.is_empty())
    }

    /// Whether it allows this case.
    pub fn includes(&self, case: &CaseName) -> bool {
        self.words().iter().zip(case.words()).all(|((_, words), word)| words.is_empty() || words.contains(&word))
    }

    /// The values that these cases have on the axes that are filtered, for a message: `over tcp4, tcp6 with call=std`.
    pub fn describe<'a>(&self, cases: impl Iterator<Item = &'a CaseName> + Clone) -> String {
        let filtered = self.words();
        let axes = filtered.iter().enumerate().filter(|(_, (_, words))| !words.is_empty());
        let found = axes.map(|(at, (axis, _))| {
            let words: IndexSet<&str> = cases.clone().map(|case| case.words()[at]).collect();
            phrase(axis, &Vec::from_iter(words))
        });
        joined(found)
    }
}

/// The values of an axis in words.
fn phrase(axis: &str, words: &[&str]) -> String {
    match axis {
        "transport" => format!("over {}", words.join(", ")),
        axis => format!("{axis}={}", words.join(", ")),
    }
}

/// Phrases as one: the first that names no transport follows "with", the others "and".
fn joined(phrases: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    let mut with = false;
    for phrase in phrases {
        let link = match (phrase.starts_with("over "), with) {
            (true, _) => "",
            (false, false) => "with ",
            (false, true) => "and ",
        };
        with |= !phrase.starts_with("over ");
        if !text.is_empty() {
            text.push(' ');
        }
        text += link;
        text += &phrase;
    }
    text
}

/// A choice of scenarios and cases. The default is everything but slow scenarios.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    patterns: Vec<Pattern>,
    cases: CaseFilter,
    slow: bool,
}

impl Selection {
    /// Selects the scenarios that at least one selector fits: a scenario id, a family, or a glob for either. Without
    /// selectors everything is selected.
    ///
    /// # Errors
    ///
    /// A selector that is not a glob.
    pub fn new<S: AsRef<str>>(selectors: &[S]) -> Result<Self, BadSelector> {
        let patterns = selectors.iter().map(|selector| {
            let selector = selector.as_ref();
            Pattern::new(selector).map_err(|source| BadSelector { selector: selector.to_owned(), source })
        });
        Ok(Selection { patterns: patterns.collect::<Result<_, _>>()?, cases: CaseFilter::default(), slow: false })
    }

    /// Narrows the selection to cases over these transports; an empty list is all transports.
    pub fn over(mut self, transports: &[Transport]) -> Self {
        self.cases.transport = transports.to_vec();
        self
    }

    /// Narrows the selection to the cases that the filter allows.
    pub fn of_cases(mut self, filter: CaseFilter) -> Self {
        self.cases = filter;
        self
    }

    /// Which cases of the selected scenarios are selected.
    pub fn filter(&self) -> &CaseFilter {
        &self.cases
    }

    /// Includes slow scenarios, or leaves them out, which is the default.
    pub fn with_slow(mut self, slow: bool) -> Self {
        self.slow = slow;
        self
    }

    /// Whether neither selectors nor a filter of cases narrow the selection; slow scenarios may still be left out.
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty() && self.cases.is_everything()
    }

    /// Whether the selectors fit the scenario with this id, slow or not.
    pub fn includes(&self, id: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| fits(pattern, id))
    }

    /// Whether this case, of a scenario that the selectors fit, is selected.
    pub fn includes_case(&self, case: &CaseName) -> bool {
        self.cases.includes(case)
    }

    /// The selectors that fit none of these ids, which are usually misspelt.
    pub fn misses<'a>(&self, ids: impl Iterator<Item = &'a str> + Clone) -> Vec<&str> {
        let fits_any = |pattern: &&Pattern| ids.clone().any(|id| fits(pattern, id));
        self.patterns.iter().filter(|pattern| !fits_any(pattern)).map(Pattern::as_str).collect()
    }

    /// The selectors that fit slow scenarios only, while slow scenarios are left out.
    pub fn slow_only(&self, catalogue: &Catalogue) -> Vec<&str> {
        let quick = catalogue.scenarios().iter().filter(|scenario| self.slow || !scenario.slow);
        let misses = self.misses(catalogue.ids());
        let selectors = self.misses(quick.map(|scenario| scenario.id.as_str())).into_iter();
        selectors.filter(|selector| !misses.contains(selector)).collect()
    }

    /// The selected scenarios, in the catalogue's order.
    pub fn scenarios<'a>(&self, catalogue: &'a Catalogue) -> Vec<&'a Scenario> {
        let selected = |scenario: &&Scenario| self.includes(&scenario.id) && (self.slow || !scenario.slow);
        catalogue.scenarios().iter().filter(selected).collect()
    }

    /// The selected cases, in the catalogue's order.
    pub fn cases<'a>(&self, catalogue: &'a Catalogue) -> Vec<Case<'a>> {
        let of = |scenario: &'a Scenario| scenario.axes.iter().map(move |&axes| Case { scenario, axes });
        let cases = self.scenarios(catalogue).into_iter().flat_map(of);
        cases.filter(|case| self.includes_case(&CaseName::from(&case.axes))).collect()
    }
}

/// What was asked for, worded to follow a noun: `of "peer-close" over tcp4 with sigpipe=default`. Empty if everything
/// was.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selectors: Vec<_> = self.patterns.iter().map(|pattern| format!("{:?}", pattern.as_str())).collect();
        let of = (!selectors.is_empty()).then(|| format!("of {}", selectors.join(", ")));
        let filtered = self.cases.words().into_iter().filter(|(_, words)| !words.is_empty());
        let filtered = joined(filtered.map(|(axis, words)| phrase(axis, &words)));
        let parts = of.into_iter().chain((!filtered.is_empty()).then_some(filtered));
        f.write_str(&parts.collect::<Vec<_>>().join(" "))
    }
}

/// Whether a selector fits this id or its family.
pub(crate) fn fits(pattern: &Pattern, id: &str) -> bool {
    pattern.matches(id) || pattern.matches(family(id))
}

/// A selector that is not a glob.
#[derive(Debug, thiserror::Error)]
#[error("selector {selector:?}: {source}; a selector is a scenario id, a family, or a glob such as 'peer-*'")]
pub struct BadSelector {
    selector: String,
    source: PatternError,
}
