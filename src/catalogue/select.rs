//! Selectors, which choose scenarios by id, family or glob.

use std::fmt;

use glob::{Pattern, PatternError};

use super::{Case, Catalogue, Scenario, Transport, family};

/// A choice of scenarios and transports. The default is everything but slow scenarios.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    patterns: Vec<Pattern>,
    transports: Vec<Transport>,
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
        Ok(Selection { patterns: patterns.collect::<Result<_, _>>()?, transports: Vec::new(), slow: false })
    }

    /// Narrows the selection to cases over these transports; an empty list is all transports.
    pub fn over(mut self, transports: &[Transport]) -> Self {
        self.transports = transports.to_vec();
        self
    }

    /// Includes slow scenarios, or leaves them out, which is the default.
    pub fn with_slow(mut self, slow: bool) -> Self {
        self.slow = slow;
        self
    }

    /// Whether neither selectors nor transports narrow the selection; slow scenarios may still be left out.
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty() && self.transports.is_empty()
    }

    /// Whether the selectors fit the scenario with this id, slow or not.
    pub fn includes(&self, id: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| fits(pattern, id))
    }

    /// Whether cases over the transport with this word are selected.
    pub fn includes_transport(&self, word: &str) -> bool {
        self.transports.is_empty() || self.transports.iter().any(|transport| transport.word() == word)
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
        cases.filter(|case| self.includes_transport(case.axes.transport.word())).collect()
    }
}

/// What was asked for, worded to follow a noun: `of "peer-close" over tcp4`. Empty if everything was.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selectors: Vec<_> = self.patterns.iter().map(|pattern| format!("{:?}", pattern.as_str())).collect();
        let transports: Vec<_> = self.transports.iter().map(|transport| transport.word().to_owned()).collect();
        let parts = [("of", selectors), ("over", transports)];
        let parts = parts.iter().filter(|(_, what)| !what.is_empty());
        f.write_str(&parts.map(|(word, what)| format!("{word} {}", what.join(", "))).collect::<Vec<_>>().join(" "))
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
