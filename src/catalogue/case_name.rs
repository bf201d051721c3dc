//! The name of a case, and the names of many cases in few words.

use std::{collections::BTreeSet, fmt, sync::Arc};

use super::scenario::{AXES, Axes};

/// The words of a case's axes. Results of another version may hold words that this one does not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseName {
    /// What the connection is made of.
    pub transport: Arc<str>,
    /// What SIGPIPE does.
    pub sigpipe: Arc<str>,
    /// Which system call writes.
    pub call: Arc<str>,
    /// Which socket option is set.
    pub option: Arc<str>,
    /// Which system call reads.
    pub read_call: Arc<str>,
    /// Which system call waits.
    pub wait: Arc<str>,
}

impl CaseName {
    /// The words of the axes, in the order of [`Axes::NAMES`].
    pub fn words(&self) -> [&str; AXES] {
        self.shared().map(|word| &**word)
    }

    /// The case whose axes have these words, in the order of [`Axes::NAMES`].
    pub(crate) fn of_words([transport, sigpipe, call, option, read_call, wait]: [Arc<str>; AXES]) -> Self {
        CaseName { transport, sigpipe, call, option, read_call, wait }
    }

    fn shared(&self) -> [&Arc<str>; AXES] {
        [&self.transport, &self.sigpipe, &self.call, &self.option, &self.read_call, &self.wait]
    }

    /// Whether every axis but the transport has its usual value.
    pub fn is_plain(&self) -> bool {
        self.words()[1..] == Axes::USUAL.words()[1..]
    }
}

impl From<&Axes> for CaseName {
    fn from(axes: &Axes) -> Self {
        CaseName::of_words(axes.words().map(Arc::from))
    }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Product::of(self).fmt(f)
    }
}

/// Names cases in few words, as products of axes: `tcp4 unix sigpipe=default call=write, writev`. A case that is given
/// twice may be named twice.
pub fn name_all<'a>(cases: impl IntoIterator<Item = &'a CaseName>) -> Vec<String> {
    let mut products: Vec<_> = cases.into_iter().map(Product::of).collect();
    // Products that differ in one axis only become one; the transports, which are read first, are merged last.
    for axis in [2, 1, 3, 4, 5, 0] {
        let mut merged: Vec<Product> = Vec::new();
        for product in products {
            match merged.iter_mut().find(|other| other.differs_only_in(axis, &product)) {
                Some(other) => other.0[axis].extend(product.0[axis].iter().cloned()),
                None => merged.push(product),
            }
        }
        products = merged;
    }
    products.iter().map(Product::to_string).collect()
}

/// All cases that have one of these values on each axis.
struct Product([BTreeSet<Arc<str>>; AXES]);

impl Product {
    fn of(case: &CaseName) -> Self {
        Product(case.shared().map(|value| BTreeSet::from([Arc::clone(value)])))
    }

    fn differs_only_in(&self, axis: usize, other: &Product) -> bool {
        (0..AXES).all(|other_axis| other_axis == axis || self.0[other_axis] == other.0[other_axis])
    }
}

/// The transports, and each other axis unless its usual value is its only one.
impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [transports, others @ ..] =
            self.0.each_ref().map(|values| values.iter().map(Arc::as_ref).collect::<Vec<_>>());
        f.write_str(&transports.join(" "))?;
        for ((axis, usual), values) in Axes::NAMES.into_iter().zip(Axes::USUAL.words()).skip(1).zip(others) {
            if values != [usual] {
                write!(f, " {axis}={}", values.join(", "))?;
            }
        }
        Ok(())
    }
}
