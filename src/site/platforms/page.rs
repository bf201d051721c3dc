//! The page of a platform.

use askama::Template;

use super::{
    contradictions::Found,
    others::Other,
    standards::Held,
    tallies::{Reason, Varying, reasons, varying},
};
use crate::{
    matrix::{Column, Tally, title},
    platform::{Platform, Provenance},
    site::{
        File, Site, address,
        layout::{Layout, Section, file},
    },
    untrusted::printable,
};

#[derive(Template)]
#[template(path = "platform.html", config = "src/site/askama.toml")]
struct Page<'a> {
    layout: Layout,
    column: &'a Column,
    /// The system's name for people; empty if it is not known.
    system: String,
    provenance: &'static str,
    facts: Vec<(&'static str, String)>,
    absent: Option<String>,
    tally: &'a Tally<'a>,
    others: Vec<Other<'a>>,
    found: Option<&'a Found>,
    standards: Vec<Held>,
    /// The system that its own stands in for, and the page on which the two are compared.
    stood_in_for: Option<(String, String)>,
    varying: Vec<Varying>,
    reasons: Vec<Reason>,
}

pub(super) fn page(
    site: &Site<'_>,
    column: &Column,
    tally: &Tally<'_>,
    others: Vec<Other<'_>>,
    found: Option<&Found>,
    standards: Vec<Held>,
) -> File {
    let member = &column.members[0];
    let system = column.system().map(|system| printable(title(system))).unwrap_or_default();
    let heading = match column.is_measured() {
        true => column.name.clone(),
        false if column.is_standard() => format!("≈{} (a standard)", column.name),
        false => format!("≈{} ({})", column.name, column.provenance),
    };
    let of = if system.is_empty() || column.is_standard() { String::new() } else { format!(" of {system}") };
    let description = format!(
        "Facts of the platform {}, where its results{of} come from, and in what it differs from others.",
        column.name
    );
    let layout = Layout::new(site, address::platform(column), Section::Platforms, heading, description);
    let page = Page {
        system,
        provenance: provenance(column),
        facts: member.facts.as_ref().map(facts).unwrap_or_default(),
        absent: member.absent.as_deref().map(printable),
        stood_in_for: stood_in_for(site, column),
        varying: varying(site, column, tally),
        reasons: if column.is_absent() { Vec::new() } else { reasons(site, tally) },
        column,
        tally,
        others,
        found,
        standards,
        layout,
    };
    file(&page.layout, &page)
}

/// The system that the system of a platform stands in for, and the page on which the two are compared.
fn stood_in_for(site: &Site<'_>, column: &Column) -> Option<(String, String)> {
    let facts = column.members[0].facts.as_ref()?;
    let (own, other) = (facts.system(), facts.os.as_str());
    let systems = site.evidence.systems().iter().map(|system| system.name);
    let mut both = systems.filter(|name| [own, other].contains(name));
    let comparison = site.groups.find(both.next()?, both.next()?)?;
    Some((title(other).to_owned(), comparison))
}

/// What the provenance of a platform means, as a sentence.
fn provenance(column: &Column) -> &'static str {
    match column.provenance {
        _ if column.is_standard() => {
            "It is a standard and no system: what it demands or allows is stated here, and nothing can be measured."
        }
        Provenance::Measured if column.is_absent() => "No case was run on it.",
        Provenance::Measured => "Measured: this program ran there and observed the outcomes.",
        Provenance::Reported => {
            "Reported: somebody measured it with another program. Every outcome has its source on the page of its \
             scenario."
        }
        Provenance::Documented => {
            "Documented: a manual, a source text or a maintainer says so; nothing was run. Every outcome has its source \
             on the page of its scenario."
        }
    }
}

/// The facts that are known, each with what it is called.
fn facts(facts: &Platform) -> Vec<(&'static str, String)> {
    let Platform { os, os_version, kernel, arch, abi, runtime, selector, rustc, mio, brokenpipe, note, .. } = facts;
    let [system, version, text] = match facts.is_standard() {
        true => ["Standard", "Edition", "Text"],
        false => ["Operating system", "Version", "Kernel"],
    };
    let all = [
        (system, title(os)),
        (version, os_version),
        (text, kernel),
        ("Processor", arch),
        ("ABI", abi),
        ("Runtime", runtime),
        ("Selector", selector),
        ("rustc", rustc),
        ("mio", mio),
        ("brokenpipe", brokenpipe),
        ("Waited for events at most", &facts.await_deadline),
        ("Waited for connects at most", &facts.connect_deadline),
        ("Note", note),
    ];
    let known = all.into_iter().filter(|(_, fact)| !fact.is_empty());
    known.map(|(name, fact)| (name, printable(fact))).collect()
}

impl Page<'_> {
    /// How to see the same in a terminal.
    fn command(&self) -> String {
        match self.column.is_standard() {
            true => "brokenpipe report --departures".to_owned(),
            false => format!("brokenpipe report --details --platform {}", self.column.name),
        }
    }
}
