//! The page of what a check found.

use askama::Template;

use super::{
    File, Site, address,
    cell::Shown,
    layout::{Layout, Section, file},
};
use crate::{
    check::{Against, Answer, Checked, PlatformCheck, Verdict},
    matrix::Cell,
    report::{FindingGroup, against, stale},
    untrusted::printable,
};

/// Bytes of rows after which no row is added, as far as they can be told before the page is written.
const MOST: usize = 260 << 10;

/// What a row takes besides the texts in it, in bytes: its tags and its links.
const ROW: usize = 480;

#[derive(Template)]
#[template(path = "changes.html", config = "src/site/askama.toml")]
struct Page {
    layout: Layout,
    verdict: &'static str,
    lines: Vec<String>,
    verdicts: [&'static str; Verdict::ALL.len()],
    platforms: Vec<Platform>,
    total: [usize; Verdict::ALL.len()],
    sections: Vec<Findings>,
    stale: Vec<Exception>,
    /// How many rows are not shown, since the page would be too long.
    cut: usize,
}

/// A platform of the run.
struct Platform {
    name: String,
    /// The path of its page.
    address: Option<String>,
    /// The id of its findings on this page, if there are some.
    id: Option<String>,
    counts: Option<[usize; Verdict::ALL.len()]>,
    against: String,
}

/// What was found on a platform, with what fails first.
struct Findings {
    platform: String,
    id: String,
    lines: Vec<Line>,
}

struct Line {
    verdict: &'static str,
    fails: bool,
    is_race: bool,
    family: Option<String>,
    scenario: String,
    /// The paths of the scenario's page and of the step on it.
    addresses: Option<(String, String)>,
    step: String,
    cases: String,
    before: Side,
    after: Side,
    /// The reason of a known exception, and its link, which is text, as the site makes no request.
    known: Option<(String, String)>,
}

/// A cell, and why nothing was observed if that is so.
struct Side {
    shown: Option<Shown>,
    why: String,
}

struct Exception {
    place: String,
    why: String,
    reason: String,
    link: String,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let Some(checked) = site.contents.changes else { return Vec::new() };
    let (verdict, lines) = headline(checked);
    let layout = Layout::new(
        site,
        address::CHANGES.to_owned(),
        Section::Changes,
        "What differs from the accepted results".to_owned(),
        format!("The check of a run: {verdict}"),
    );
    let (sections, cut) = sections(site, checked);
    let page = Page {
        layout,
        verdict,
        lines,
        verdicts: Verdict::ALL.map(Verdict::word),
        platforms: checked.platforms.iter().map(|platform| row(site, platform, &sections)).collect(),
        total: Verdict::ALL.map(|verdict| checked.count_of(verdict)),
        sections,
        stale: checked.stale.iter().map(exception).collect(),
        cut,
    };
    vec![file(&page.layout, &page)]
}

/// The verdict in words, and what stands behind it.
fn headline(checked: &Checked<'_>) -> (&'static str, Vec<String>) {
    let verdict = match checked.answer() {
        Answer::Same if checked.platforms.iter().all(|platform| platform.findings.is_empty()) => {
            "Same: the results are as accepted."
        }
        Answer::Same => "Same: no difference fails the check.",
        Answer::Changed => "Changed: the results are not as accepted.",
        Answer::New => "New: nothing that fails was found, but for some platforms there are no accepted results.",
        Answer::Inconclusive if checked.platforms.is_empty() || checked.is_of_nothing() => {
            "Inconclusive: nothing was compared."
        }
        Answer::Inconclusive => "Inconclusive: nothing that fails was found, but not every platform was measured.",
    };
    let count =
        |is: fn(&Against<'_>) -> bool| checked.platforms.iter().filter(|platform| is(&platform.against)).count();
    let failures = checked.failures();
    let mut lines = Vec::new();
    if !failures.is_empty() {
        lines.push(format!("What fails: {}.", failures.join(", ")));
    }
    let others = [
        (count(|against| matches!(against, Against::NotMeasured(_))), "was not measured", "were not measured"),
        (count(|against| matches!(against, Against::Nothing(_))), "has no baseline", "have no baseline"),
        (
            count(|against| matches!(against, Against::Nearest(..))),
            "was compared with the nearest baseline",
            "were compared with the nearest baselines",
        ),
    ];
    for (count, one, many) in others.into_iter().filter(|(count, ..)| *count > 0) {
        lines.push(if count == 1 { format!("1 platform {one}.") } else { format!("{count} platforms {many}.") });
    }
    (verdict, lines)
}

fn row(site: &Site<'_>, platform: &PlatformCheck<'_>, sections: &[Findings]) -> Platform {
    let own = || "its own baseline".to_owned();
    let column =
        site.contents.matrix.columns().iter().find(|column| column.is_measured() && column.name == platform.name);
    Platform {
        name: platform.name.to_owned(),
        address: column.map(address::platform),
        id: sections.iter().find(|section| section.platform == platform.name).map(|section| section.id.clone()),
        counts: platform.is_measured().then(|| Verdict::ALL.map(|verdict| platform.count_of(verdict))),
        against: printable(&against(&platform.against).unwrap_or_else(own)),
    }
}

/// The findings of each platform, what fails first and races last, and how many are left out. Platforms on which
/// something fails come first.
fn sections(site: &Site<'_>, checked: &Checked<'_>) -> (Vec<Findings>, usize) {
    let mut found: Vec<_> = checked
        .platforms
        .iter()
        .enumerate()
        .flat_map(|(at, platform)| FindingGroup::of(&platform.findings).into_iter().map(move |group| (at, group)))
        .collect();
    let fails = |group: &FindingGroup<'_>| checked.policy.fails_on(group.finding.verdict);
    found.sort_by_key(|(_, group)| group.order(&checked.policy));
    let in_all = found.len();
    let mut sections: Vec<(usize, Findings)> = Vec::new();
    // The table of platforms takes room, too.
    let (mut bytes, mut shown) = (checked.platforms.len() * ROW, 0);
    for (at, group) in &found {
        let line = line(site, group, fails(group));
        bytes += line.bytes();
        if bytes > MOST {
            break;
        }
        shown += 1;
        match sections.iter_mut().find(|(of, _)| of == at) {
            Some((_, section)) => section.lines.push(line),
            None => {
                let name = checked.platforms[*at].name.to_owned();
                sections.push((*at, Findings { id: format!("platform-{name}"), platform: name, lines: vec![line] }));
            }
        }
    }
    (sections.into_iter().map(|(_, section)| section).collect(), in_all - shown)
}

fn line(site: &Site<'_>, group: &FindingGroup<'_>, fails: bool) -> Line {
    let step = &group.finding.step;
    let id = &**step.scenario();
    let scenario = site.contents.catalogue.find(id);
    Line {
        verdict: group.finding.verdict.word(),
        fails,
        is_race: group.finding.is_race(),
        family: scenario.map(|scenario| scenario.family().to_owned()),
        scenario: printable(id),
        addresses: scenario.map(|_| (address::scenario(id), address::step(id, step.step()))),
        step: printable(&format!("{} {}", step.step(), step.operation())),
        cases: printable(&group.cases),
        before: side(step.baseline),
        after: side(step.run),
        known: group.finding.known.map(|known| (printable(&known.reason), printable(&known.link))),
    }
}

impl Line {
    fn bytes(&self) -> usize {
        let sides = [&self.before, &self.after].into_iter().flat_map(|side| {
            let shown = side.shown.as_ref().map(|shown| &shown.text);
            shown.into_iter().chain([&side.why])
        });
        let known = self.known.iter().flat_map(|(reason, link)| [reason, link]);
        // A scenario is named in two links and as text.
        let texts = [&self.scenario, &self.scenario, &self.scenario, &self.step, &self.cases];
        ROW + texts.into_iter().chain(sides).chain(known).map(|text| escaped_bytes(text)).sum::<usize>()
    }
}

/// How long a text is on a page, where characters that are special in markup are escaped.
fn escaped_bytes(text: &str) -> usize {
    text.len() + 4 * text.chars().filter(|c| matches!(c, '<' | '>' | '&' | '"' | '\'')).count()
}

fn side(cell: Option<&Cell>) -> Side {
    let Some(cell) = cell else { return Side { shown: None, why: String::new() } };
    let notes = || cell.notes().map(printable).collect::<Vec<_>>().join("; ");
    let why = if cell.is_observed() { String::new() } else { notes() };
    // Only what was measured is checked, with accepted measurements.
    Side { shown: Some(Shown::of(cell, true)), why }
}

fn exception(found: &crate::check::Stale<'_>) -> Exception {
    Exception {
        place: printable(&format!("{}:{}", found.known.path, found.known.line)),
        why: printable(&stale(found)),
        reason: printable(&found.known.reason),
        link: printable(&found.known.link),
    }
}
