//! A scenario in brief, by system: its plain case as a table, and a line for each way in which other cases differ.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    ops::{BitOr, Range},
};

use super::{
    EMPTY, Look, STATED, grouped, legend,
    table::{AROUND, WIDEST, bold, drawn, empty, widest},
    transposed::{AT_END, blocks},
};
use crate::{
    catalogue::{Scenario, name_all},
    matrix::{Best, Change, Outline, OutlineStep, Seen, Variation},
    outcome::{NO_EVENT, Readiness, flags_of, forms_of},
    platform::has_a_names_characters,
    results::Place,
};

/// Marks a cell from which other measured versions of the system differ.
const VERSIONS: &str = "*";

/// Least width of the column of systems, which are named beside each other where they gave the same.
const NAMES: u16 = 24;

/// The most lines of a page that is `USUAL_WIDTH` wide; a narrower one has as much text on more.
const MOST_LINES: usize = 60;
const USUAL_WIDTH: usize = 120;

/// Renders a scenario in brief: on a page of 60 lines at 120 columns, which counts the cases that it has no room for.
///
/// # Errors
///
/// Those of `out`.
pub fn outline(scenario: &Scenario, outline: &Outline<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let fill = |text: &str| textwrap::fill(text, usize::from(look.width));
    let mut text = format!("{}\n{}\n\n{}\n\n", fill(&scenario.id), fill(&scenario.title), fill(&scenario.why));
    let page = Page { outline, look };
    let (setup, steps) = page.setup();
    let with = if setup.is_empty() { "" } else { ", after " };
    text += &para(&format!("{}{with}{setup}:", outline.case), look);
    text += &page.table(&outline.steps[steps.clone()]);
    text += &page.legend(&outline.steps[steps]);
    let more = "has every platform and every row, and --sources what is stated, and where";
    let end = format!("\n{}", para(&format!("brokenpipe show {} --details {more}.", scenario.id), look));
    if !outline.variations.is_empty() {
        text += "\nAs above, but:\n";
        let variations = outline.variations.iter().map(|variation| item(&page.variation(variation), look));
        let room = lines_of(look).saturating_sub(text.lines().count() + end.lines().count());
        text += &in_room(&variations.collect::<Vec<_>>(), room, look);
    }
    out.write_all((text + &end).as_bytes())
}

/// The most lines of a page.
fn lines_of(look: Look) -> usize {
    MOST_LINES.max(MOST_LINES * USUAL_WIDTH / usize::from(look.width).max(1))
}

/// The first of these texts that take this many lines altogether, and how many there are besides.
fn in_room(texts: &[String], room: usize, look: Look) -> String {
    let ends = texts.iter().scan(0, |lines, text| {
        *lines += text.lines().count();
        Some(*lines)
    });
    let ends: Vec<_> = ends.collect();
    if ends.last().is_none_or(|all| *all <= room) {
        return texts.concat();
    }
    let shown = ends.iter().take_while(|end| **end < room).count();
    let left = super::of(texts.len() - shown, "kind of cases is", "kinds of cases are");
    texts[..shown].concat() + &item(&format!("{left} not shown here, but with --details"), look)
}

/// Renders several scenarios, each with its title and with what the step gave in which systems differ most. `called` is
/// what was asked for.
///
/// # Errors
///
/// Those of `out`.
pub fn outlines(
    called: &str,
    scenarios: &[(&Scenario, Option<Outline<'_>>)],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let count = super::of(scenarios.len(), "scenario", "scenarios");
    let each = "each with the step in which systems differ most, in its plain case";
    out.write_all(para(&format!("{called}: {count}, {each}"), look).as_bytes())?;
    for (scenario, outline) in scenarios {
        out.write_all(in_brief(scenario, outline.as_ref(), look).as_bytes())?;
    }
    let shown = scenarios.iter().filter_map(|(_, outline)| outline.as_ref()?.most_telling());
    let best: Vec<_> = shown.flat_map(|step| step.best.iter().flatten()).collect();
    let mut legend = marks(&best);
    legend.push("brokenpipe show ID tells more of one".to_owned());
    out.write_all(para(&format!("{}.", legend.join("; ")), look).as_bytes())
}

/// What signs and words among these cells mean.
fn marks(cells: &[&Best<'_>]) -> Vec<String> {
    let outcomes: BTreeSet<&str> =
        cells.iter().flat_map(|best| best.cell.outcomes.iter().map(|seen| &*seen.outcome)).collect();
    let mut parts = Vec::new();
    if cells.iter().any(|best| !best.platform.is_measured()) {
        parts.push(format!("{STATED} documented or reported, not measured"));
    }
    if cells.iter().any(|best| !best.others.is_empty()) {
        parts.push(format!("{VERSIONS} other versions differ"));
    }
    let flags = outcomes.iter().filter_map(|outcome| flags_of(outcome)).fold(Readiness::default(), BitOr::bitor);
    parts.extend(flags.set().map(|(word, short)| format!("{short} {word}")));
    if outcomes.iter().flat_map(|outcome| forms_of(outcome)).any(|form| form.form == NO_EVENT) {
        parts.push(format!("{NO_EVENT}: nothing came in time but what follows"));
    }
    parts
}

/// A scenario among others: its title, and what the step gave in which systems differ most.
fn in_brief(scenario: &Scenario, outline: Option<&Outline<'_>>, look: Look) -> String {
    let mut text = para(&format!("{}: {}", scenario.id, scenario.title), look);
    let Some(outline) = outline else { return text + &item("no results", look) };
    let page = Page { outline, look };
    let Some(step) = outline.most_telling() else { return text };
    let others = outline.steps.iter().filter(|other| other.outcomes().len() > 1).count();
    let others = others.saturating_sub(usize::from(step.outcomes().len() > 1));
    let more = match others {
        0 => String::new(),
        1 => "; 1 more step differs".to_owned(),
        more => format!("; {more} more steps differ"),
    };
    let cells = step.best.iter().enumerate().filter_map(|(system, best)| Some((system, best.as_ref()?)));
    let gave = page.by_outcome(cells.filter(|(_, best)| best.cell.is_observed()));
    let gave = if gave.is_empty() { "nothing known".to_owned() } else { gave };
    text.push_str(&item(&format!("{}: {gave}{more}", step_name(step)), look));
    text
}

/// An outline, and how it looks.
#[derive(Clone, Copy)]
struct Page<'a> {
    outline: &'a Outline<'a>,
    look: Look,
}

/// Systems that gave the same in every step.
struct SystemLine {
    names: String,
    cells: Vec<String>,
    /// What the systems gave in all steps, if nothing was observed in any.
    silent: Option<&'static str>,
}

impl<'a> Page<'a> {
    /// The first steps, if they succeeded on every system, in one line; and the 0-based numbers of the others.
    fn setup(&self) -> (String, Range<usize>) {
        let steps = &self.outline.steps;
        let is_setup = |step: &&OutlineStep<'_>| {
            let outcomes = step.outcomes();
            outcomes.iter().all(|outcome| *outcome == "ok" || outcome.starts_with("ok ")) && outcomes.len() < 2
        };
        let count = steps.iter().take(steps.len().saturating_sub(1)).take_while(is_setup).count();
        // Of a step that only what is shown of other platforms has there is nothing to tell.
        let texts = steps[..count].iter().filter_map(|step| {
            let outcome = step.outcomes().into_iter().next()?;
            Some(format!("{} {outcome}", step_name(step)))
        });
        (texts.collect::<Vec<_>>().join(", "), count..steps.len())
    }

    /// The steps, a line for each system or for several that gave the same.
    fn table(&self, steps: &[OutlineStep<'a>]) -> String {
        let (silent, lines): (Vec<_>, Vec<_>) = self.lines(steps).into_iter().partition(|line| line.silent.is_some());
        let heads: Vec<_> = steps
            .iter()
            .map(|step| format!("{} {}\n{}", step.place.step, step.place.actor, step.place.operation))
            .collect();
        let width = |(at, head)| widest(lines.iter().map(|line| &line.cells[at]).chain([head])).min(WIDEST);
        let widths: Vec<_> = heads.iter().enumerate().map(width).collect();
        let room = self.look.width.saturating_add(AT_END).saturating_sub(AROUND);
        let all: usize = widths.iter().map(|width| usize::from(width + AROUND)).sum();
        let left = room.saturating_sub(u16::try_from(all).unwrap_or(u16::MAX));
        let most = if left < NAMES { NAMES } else { left };
        let name_width = widest(lines.iter().map(|line| &line.names)).min(most).min(self.look.width / 3).max(8);
        let mut text = String::new();
        for block in blocks(&widths, room.saturating_sub(name_width)) {
            let mut table = empty(self.look);
            table.set_header([""].into_iter().chain(heads[block.clone()].iter().map(String::as_str)));
            for line in &lines {
                let name = textwrap::fill(&line.names, usize::from(name_width));
                let cells = line.cells[block.clone()].iter().map(comfy_table::Cell::new);
                table.add_row([bold(&name, self.look)].into_iter().chain(cells));
            }
            if !lines.is_empty() {
                text.push_str(&(drawn(table, &[&[name_width], &widths[block]].concat()) + "\n"));
            }
        }
        text.extend(silent.iter().map(|line| {
            let what = line.silent.unwrap_or_default();
            para(&format!(" {what}: {}", line.names), self.look)
        }));
        text
    }

    fn lines(&self, steps: &[OutlineStep<'a>]) -> Vec<SystemLine> {
        let cells = |system: usize| {
            let cells = steps.iter().map(|step| step.best[system].as_ref());
            let texts = cells.clone().map(|best| best.map_or_else(|| vec![EMPTY.to_owned()], cell_lines).join("\n"));
            let is_silent = cells.clone().all(|best| best.is_none_or(|best| !best.cell.is_observed()));
            let ran = cells.flatten().next().map(|best| &*best.cell.outcomes[0].outcome);
            let silent = is_silent.then(|| if ran == Some("unsupported") { "unsupported" } else { "no result" });
            // What was not observed is the same, whatever a cell says of it.
            (if is_silent { Vec::new() } else { texts.collect::<Vec<_>>() }, silent)
        };
        let systems = (0..self.outline.systems.len()).map(|system| (cells(system), self.name(system)));
        let lines = grouped(systems).into_iter();
        lines.map(|((cells, silent), names)| SystemLine { names: names.join(", "), cells, silent }).collect()
    }

    /// A system's name.
    fn name(&self, system: usize) -> String {
        let name = self.outline.systems[system].title();
        // It may come from a file, and could begin a line.
        name.chars()
            .map(|character| if has_a_names_characters(character.encode_utf8(&mut [0; 4])) { character } else { '?' })
            .collect()
    }

    /// Outcomes, each with the systems that gave it: `EPIPE (Linux, ≈macOS), eof (Wine)`.
    fn by_outcome<'b>(&self, cells: impl Iterator<Item = (usize, &'b Best<'b>)>) -> String {
        let outcome = |best: &Best<'_>| {
            let texts: Vec<_> = best.cell.outcomes.iter().map(|seen| text(best, seen)).collect();
            texts.join(" or ")
        };
        let name = |system, best: &Best<'_>| {
            let stated = if best.platform.is_measured() { "" } else { STATED };
            let versions = if best.others.is_empty() { "" } else { VERSIONS };
            format!("{stated}{}{versions}", self.name(system))
        };
        let groups = grouped(cells.map(|(system, best)| (outcome(best), name(system, best))));
        let groups = groups.into_iter().map(|(outcome, names)| format!("{outcome} ({})", names.join(", ")));
        groups.collect::<Vec<_>>().join(", ")
    }

    /// The line of cases that differ in the same way.
    fn variation(&self, variation: &Variation<'a>) -> String {
        let cases = name_all(variation.cases.iter().copied()).join("; ");
        let part = |change: &Change<'_, '_>| {
            let gave = self.by_outcome(change.gave.iter().flatten().map(|it| (it.system, &it.best)));
            let step = |place: &&Place| format!("{} {} {}", place.step, place.actor, place.operation);
            format!("{}: {gave}", together(&change.steps.iter().map(step).collect::<Vec<_>>()))
        };
        let mut parts: Vec<_> = variation.changes().iter().map(part).collect();
        let same = |(system, is_measured)| match is_measured {
            true => self.name(system),
            false => format!("{STATED}{}", self.name(system)),
        };
        let same: Vec<_> = variation.same().into_iter().map(same).collect();
        if !same.is_empty() {
            parts.push(format!("the same ({})", same.join(", ")));
        }
        format!("{cases} – {}", parts.join("; "))
    }

    /// One line for what is on the page, a line for each version that differs, and one for where it comes from.
    fn legend(&self, in_table: &[OutlineStep<'a>]) -> String {
        let cells: Vec<_> = self.outline.steps.iter().flat_map(|step| step.best.iter().flatten()).collect();
        let varied = self.outline.variations.iter().flat_map(|it| it.differences.iter().map(|it| &it.best));
        let all: Vec<_> = cells.iter().copied().chain(varied).collect();
        let mut parts = marks(&all);
        if in_table.iter().any(|step| step.best.iter().any(Option::is_none)) {
            parts.push(format!("{EMPTY} not known"));
        }
        let mut text = String::new();
        if !parts.is_empty() {
            text.push_str(&para(&format!("{}.", parts.join("; ")), self.look));
        }
        for step in &self.outline.steps {
            for (system, best) in step.best.iter().enumerate() {
                let Some(best) = best.as_ref().filter(|best| !best.others.is_empty()) else { continue };
                let others = best.others.iter().map(|(platform, cell)| {
                    let outcomes: Vec<_> = cell.outcomes.iter().map(|seen| legend::shorten(&seen.outcome)).collect();
                    (outcomes.join(" or "), platform.name.as_str())
                });
                let others = grouped(others).into_iter();
                let others: Vec<_> = others.map(|(gave, names)| format!("{gave} on {}", names.join(", "))).collect();
                let line = format!("{VERSIONS} {}, {}: {}", self.name(system), step_name(step), others.join("; "));
                text.push_str(&para(&line, self.look));
            }
        }
        let from = (0..self.outline.systems.len()).filter_map(|system| {
            let platforms = self.outline.platforms(system);
            let names: Vec<_> = platforms.iter().map(|platform| legend::head(platform)).collect();
            (!names.is_empty()).then(|| format!("{} {}", self.name(system), names.join(", ")))
        });
        let from: Vec<_> = from.collect();
        if !from.is_empty() {
            text.push_str(&para(&format!("From: {}.", from.join("; ")), self.look));
        }
        text
    }
}

/// The number of a step, who takes it and what is done.
fn step_name(step: &OutlineStep<'_>) -> String {
    format!("{} {} {}", step.place.step, step.place.actor, step.place.operation)
}

/// Steps in few words: those that do the same are told by their numbers, `9, 10 client write 1`.
fn together(steps: &[String]) -> String {
    let parts = steps.iter().map(|step| step.split_once(' ').unwrap_or((step, "")));
    let groups = grouped(parts.map(|(number, what)| (what, number))).into_iter();
    groups.map(|(what, numbers)| format!("{} {what}", numbers.join(", "))).collect::<Vec<_>>().join(", ")
}

/// The lines of a cell, with its marks.
fn cell_lines(best: &Best<'_>) -> Vec<String> {
    let stated = if best.platform.is_measured() { "" } else { STATED };
    let versions = if best.others.is_empty() { "" } else { VERSIONS };
    let line = |seen| format!("{stated}{}{versions}", text(best, seen));
    best.cell.outcomes.iter().map(line).collect()
}

/// An outcome with its share of the trials, if they disagree.
fn text(best: &Best<'_>, seen: &Seen) -> String {
    format!("{}{}", legend::shorten(&seen.outcome), best.cell.share(seen))
}

/// A paragraph, whose further lines are indented.
fn para(text: &str, look: Look) -> String {
    hanging(text, "", "  ", look)
}

/// An item of a list, whose further lines are indented.
fn item(text: &str, look: Look) -> String {
    hanging(text, "  ", "      ", look)
}

fn hanging(text: &str, first: &str, further: &str, look: Look) -> String {
    let options = textwrap::Options::new(usize::from(look.width)).initial_indent(first).subsequent_indent(further);
    textwrap::fill(text, options.word_splitter(textwrap::WordSplitter::NoHyphenation)) + "\n"
}
