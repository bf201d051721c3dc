//! The rows of one file: each by itself, and beside those before it.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    path::Path,
};

use super::{
    Facts, Findings,
    fields::{Axis, Fields, axis_lists, columns, parted},
    group::Group,
    outcomes::{check_on_system, check_possible},
    table::{Field, records},
};
use crate::{
    catalogue::{CaseName, Catalogue, Scenario, Step, name_all, parse_step},
    diagnostic::{Mistake, Mistakes},
    nearest::{did_you_mean, nearest},
    outcome::{UNSUPPORTED, check_fields, is_observed},
    platform::Provenance,
    results::{
        COLUMNS, NEW_COLUMNS, PLATFORM_COLUMNS, PLATFORMS, checked_code, checked_counts, checked_field,
        checked_provenance, checked_step,
    },
    untrusted::shown,
};

/// Checks the text of a file, and adds to the findings.
pub(super) fn check(path: &Path, text: &str, catalogue: &Catalogue, facts: &Facts, findings: &mut Findings) {
    let mut records = records(text);
    let head = records.next().unwrap_or_default();
    let mut checker = Checker {
        path,
        catalogue,
        facts,
        at: columns(&head),
        axes: axis_lists(),
        mistakes: Vec::new(),
        warnings: Vec::new(),
        noted: HashSet::new(),
        steps: HashMap::new(),
        begun: HashSet::new(),
        fine: HashSet::new(),
        case: None,
        group: Group::default(),
    };
    if let Some(missing) = checker.missing_column() {
        let span = head.first().map_or(0..0, |first| first.span.start..head.last().map_or(0, |last| last.span.end));
        let label = format!("expected a first line of {}", COLUMNS.join(","));
        checker.mistake(span, format!("column `{missing}` is missing"), label);
    } else {
        for fields in records {
            findings.rows += 1;
            checker.record(&head, &fields, findings);
        }
        checker.end_group();
        checker.end_case();
    }
    if text.is_empty() || !text.ends_with('\n') {
        checker.mistake(text.len()..text.len(), "truncated: no final newline", "expected the end of a line");
    }
    let name = shown(path);
    let Checker { mistakes, warnings, .. } = checker;
    for (list, kind) in [(mistakes, &mut findings.mistakes), (warnings, &mut findings.warnings)] {
        if !list.is_empty() {
            kind.push(Mistakes::new(&name, text, list));
        }
    }
}

struct Checker<'a> {
    path: &'a Path,
    catalogue: &'a Catalogue,
    facts: &'a Facts,
    at: HashMap<&'static str, usize>,
    axes: Vec<Axis>,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
    /// What is said once and not for every row.
    noted: HashSet<String>,
    /// The steps that rows name, parsed.
    steps: HashMap<String, Result<Step, Mistake>>,
    /// Cases whose rows have begun.
    begun: HashSet<String>,
    /// Steps with outcomes that were found to be right: most rows are like an earlier one.
    fine: HashSet<String>,
    case: Option<OpenCase<'a>>,
    /// The rows of the current step.
    group: Group,
}

/// The case whose rows are being read.
struct OpenCase<'a> {
    key: String,
    scenario: Option<&'a Scenario>,
    /// The last step so far.
    step: u32,
    provenance: Option<Provenance>,
    /// The number of the last step.
    place: Range<usize>,
}

impl<'a> Checker<'a> {
    fn mistake(&mut self, span: Range<usize>, title: impl Into<String>, label: impl Into<String>) {
        self.mistakes.push(Mistake::new(span, title, label));
    }

    /// Adds a mistake unless one with this title was added before.
    fn mistake_once(&mut self, span: Range<usize>, title: String, label: impl Into<String>) {
        if self.noted.insert(title.clone()) {
            self.mistake(span, title, label);
        }
    }

    /// A column that a file has to have, which those are not that earlier versions lacked.
    fn missing_column(&self) -> Option<&'static str> {
        let is_new = |column: &str| NEW_COLUMNS.iter().any(|(new, _)| *new == column);
        COLUMNS.into_iter().find(|column| !self.at.contains_key(column) && !is_new(column))
    }

    /// Takes the next record.
    fn record(&mut self, head: &[Field<'_>], fields: &[Field<'_>], findings: &mut Findings) {
        if fields.len() != head.len() {
            let span = fields.first().map_or(0, |it| it.span.start)..fields.last().map_or(0, |it| it.span.end);
            let title = format!("{} fields where the first line has {}", fields.len(), head.len());
            self.mistake(span, title, "a field may lack its quotes, or have one too many");
            return;
        }
        let before = self.mistakes.len();
        for (column, field) in head.iter().zip(fields) {
            let right = match &*column.text {
                // An empty outcome has a message of its own.
                "outcome" if field.text.is_empty() => {
                    let label = "expected what the step gives; remove the row if that is not known";
                    self.mistake(field.span.clone(), "no outcome", label);
                    continue;
                }
                "provenance" => checked_provenance(field.text.as_bytes()).map(drop),
                "step" => checked_step(&field.text).map(drop),
                "code" => checked_code(&field.text).map(drop),
                column => checked_field(column, field.text.as_bytes()).map(drop),
            };
            if let Err(problem) = right {
                self.wrong_field(field, &problem);
            }
        }
        let at = self.at.clone();
        let get = |column: &str| at.get(column).map(|at| &fields[*at]);
        let place = |column: &str| get(column).map_or(0..0, |field| field.span.clone());
        let value = |column: &str| get(column).map_or(String::new(), |field| field.text.to_string());
        let (counts, counts_place) = (checked_counts(&value("count"), &value("trials")), place("count"));
        if let Err(problem) = &counts {
            let column = if problem.starts_with("column `trials`") { "trials" } else { "count" };
            if let Some(field) = get(column) {
                let (title, label) = parted(problem);
                self.mistake(field.span.clone(), title, label);
            }
        }
        if self.mistakes.len() > before {
            return;
        }
        let words: Vec<String> = self
            .axes
            .iter()
            .map(|(axis, usual, _)| get(axis).map_or(usual.clone(), |it| it.text.to_string()))
            .collect();
        let row = Fields {
            platform: value("platform"),
            provenance: checked_provenance(value("provenance").as_bytes()).ok(),
            scenario: value("scenario"),
            words,
            step: checked_step(&value("step")).unwrap_or_default(),
            actor: value("actor"),
            operation: value("operation"),
            outcome: value("outcome"),
            code: checked_code(&value("code")).unwrap_or_default(),
            name: value("name"),
            kind: value("kind"),
            signal: value("signal"),
            note: value("note"),
            places: at.keys().map(|column| (*column, place(column))).collect(),
        };
        let counts = counts.unwrap_or_default();
        findings.platforms.insert(row.platform.clone());
        self.platform(&row);
        self.case(&row, counts, counts_place);
        self.step(&row);
        self.outcome(&row);
    }

    fn wrong_field(&mut self, field: &Field<'_>, problem: &str) {
        let (title, label) = parted(problem);
        self.mistake(field.span.clone(), title, label);
    }

    /// Checks what is said of the platform, and where that is known from.
    fn platform(&mut self, row: &Fields) {
        let Some(provenance) = row.provenance else { return };
        let table = shown(&self.path.with_file_name(PLATFORMS));
        match self.facts.find(self.path, &row.platform) {
            // Nothing is known of a platform on which nothing was run.
            None if !is_observed(&row.outcome) => {}
            None => {
                // An older table has fewer columns.
                let beside = self.path.with_file_name(PLATFORMS);
                let head = csv::Reader::from_path(beside).and_then(|mut table| table.headers().cloned());
                let head = head.ok().filter(|head| !head.is_empty()).unwrap_or(PLATFORM_COLUMNS.to_vec().into());
                let os = row.platform.split('-').next().unwrap_or_default();
                let example = head.iter().map(|column| match column {
                    "platform" => row.platform.as_str(),
                    "provenance" => provenance.word(),
                    "os" => os,
                    "runtime" => "native",
                    _ => "",
                });
                let example = example.collect::<Vec<_>>().join(",");
                let title = format!("platform `{}` is not in {table}", row.platform);
                let label = format!("expected a row there, such as `{example}`");
                self.mistake_once(row.place("platform"), title, label);
            }
            Some(platform) if platform.provenance != provenance => {
                let title = format!("{} is `{provenance}` here", row.platform);
                let label = format!("expected `{}`, as in {table}", platform.provenance);
                self.mistake_once(row.place("provenance"), title, label);
            }
            Some(_) => {}
        }
        if provenance != Provenance::Measured && row.note.is_empty() {
            let label = "expected where it is known from: a manual, a source at a version, a report";
            self.mistake(row.place("note"), format!("a `{provenance}` row without its source"), label);
        } else if row.outcome == UNSUPPORTED && row.note.is_empty() {
            self.mistake(row.place("note"), "`unsupported` without its reason", "expected why the case cannot run");
        }
    }

    /// Checks whether the scenario has such a case, and whether the row follows those before it.
    fn case(&mut self, row: &Fields, (count, trials): (Option<u64>, Option<u64>), counts: Range<usize>) {
        let key = [row.platform.as_str(), row.scenario.as_str(), &row.words.join(",")].join(",");
        let place = row.place("step");
        let is_same = self.case.as_ref().is_some_and(|case| case.key == key);
        if !is_same {
            self.end_group();
            self.end_case();
            if !self.begun.insert(key.clone()) {
                let title = format!("a case of {} a second time", row.scenario);
                self.mistake(row.place("scenario"), title, "the rows of a case have to be adjacent");
            }
            let scenario = self.scenario(row);
            self.case = Some(OpenCase { key, scenario, step: 0, provenance: row.provenance, place: place.clone() });
        }
        let Some(case) = &mut self.case else { return };
        let last = case.step;
        (case.step, case.place) = (row.step.max(last), place.clone());
        if row.step != last {
            self.end_group();
            let is_measured = row.provenance == Some(Provenance::Measured);
            if row.step < last || (is_measured && row.step > last + 1) {
                let title = format!("step {} after step {last}", row.step);
                self.mistake(place, title, format!("expected {}: rows are missing or out of order", last + 1));
            }
        }
        if row.provenance == Some(Provenance::Measured) && trials.is_none() {
            self.mistake(row.place("trials"), "a measured row without trials", "expected how many trials there were");
        }
        self.mistakes.extend(self.group.add(row, (count, trials), counts));
    }

    /// The scenario of a row, if it is known, and whether it has the row's case.
    fn scenario(&mut self, row: &Fields) -> Option<&'a Scenario> {
        for (at, word) in row.words.iter().enumerate() {
            let (axis, _, known) = &self.axes[at];
            if !known.is_empty() && !known.contains(&word.as_str()) {
                let all: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
                let label = format!("{}expected one of {}", did_you_mean(word, known.iter().copied()), all.join(", "));
                let (title, place) = (format!("unknown {axis} `{word}`"), row.place(axis));
                self.mistake(place, title, label);
                return self.catalogue.find(&row.scenario);
            }
        }
        let Some(scenario) = self.catalogue.find(&row.scenario) else {
            let title = format!("unknown scenario `{}`", row.scenario);
            if self.noted.insert(title.clone()) {
                let near = nearest(&row.scenario, self.catalogue.ids());
                let near = near.first().map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                let label = format!("{near}its steps are not checked; `--scenarios FILE` adds scenarios of your own");
                self.warnings.push(Mistake::new(row.place("scenario"), title, label));
            }
            return None;
        };
        let names: Vec<CaseName> = scenario.axes.iter().map(CaseName::from).collect();
        if !names.iter().any(|name| name.words().iter().eq(row.words.iter())) {
            let title = format!("{} has no case `{}`", row.scenario, row.words.join(","));
            let cases: Vec<_> = name_all(&names).iter().map(|name| format!("`{name}`")).collect();
            let place = self.axes.first().map_or(0..0, |(axis, ..)| row.place(axis));
            self.mistake(place, title, format!("its cases are {}", cases.join(", ")));
        }
        Some(scenario)
    }

    /// Checks whether the step is one, and the one that the scenario has there.
    fn step(&mut self, row: &Fields) {
        let text = format!("{} {}", row.actor, row.operation);
        let parsed = self.steps.entry(text.clone()).or_insert_with(|| parse_step(&text)).clone();
        let step = match parsed {
            Ok(step) => step,
            Err(Mistake { span, title, label }) => {
                let column = if span.end <= row.actor.len() { "actor" } else { "operation" };
                self.mistake(row.place(column), title, label);
                return;
            }
        };
        let scenario = self.case.as_ref().and_then(|case| case.scenario);
        let Some(scenario) = scenario else { return };
        let steps = &scenario.steps;
        let (id, number) = (&scenario.id, row.step as usize);
        match number.checked_sub(1).and_then(|at| steps.get(at)) {
            None => {
                let title = format!("{id} has no step {number}");
                self.mistake(row.place("step"), title, format!("it has {} steps", steps.len()));
            }
            Some(own) if *own != step => {
                let there: Vec<_> = (1..).zip(steps).filter(|(_, own)| **own == step).map(|(at, _)| at).collect();
                let there = match there.as_slice() {
                    [] => String::new(),
                    numbers => {
                        let numbers: Vec<_> = numbers.iter().map(|at: &usize| at.to_string()).collect();
                        format!("; `{step}` is step {}", numbers.join(", "))
                    }
                };
                let title = format!("step {number} of {id} is not `{step}`");
                self.mistake(row.place("operation"), title, format!("expected `{own}`{there}"));
            }
            Some(own) if own.to_string() != text => {
                self.mistake(
                    row.place("operation"),
                    "a step that is spelt in another way",
                    format!("expected `{own}`"),
                );
            }
            Some(_) => {}
        }
    }

    /// Checks whether the step can give the outcome, and whether code, name and kind are its own on the system.
    fn outcome(&mut self, row: &Fields) {
        let step = self.steps.get(&format!("{} {}", row.actor, row.operation));
        let sigpipe = self.axes.iter().position(|(axis, ..)| *axis == "sigpipe").map_or("", |at| &row.words[at]);
        let code = row.code.map_or_else(String::new, |code| code.to_string());
        let all = [&row.platform, &row.actor, &row.operation, sigpipe, &row.outcome, &code];
        let key = all.into_iter().chain([&*row.name, &row.kind, &row.signal]).collect::<Vec<_>>().join(",");
        if self.fine.contains(&key) {
            return;
        }
        let before = self.mistakes.len();
        if let Some(Ok(step)) = step
            && let Err(label) = check_possible(step.operation, sigpipe, &row.outcome)
        {
            let title = format!("`{step}` cannot give `{}`", row.outcome);
            self.mistake(row.place("outcome"), title, label);
        }
        let belongs = check_fields(&row.outcome, row.code, &row.name, &row.kind, &row.signal);
        let belongs = belongs.map_err(|misfit| (misfit.column, format!("expected {}", misfit.expected)));
        let on_system = || {
            let Some(platform) = self.facts.find(self.path, &row.platform) else { return Ok(()) };
            check_on_system(platform, &row.outcome, row.code, &row.name, &row.kind)
        };
        if let Err((column, label)) = belongs.and_then(|()| on_system()) {
            let value = match column {
                "code" => code,
                "name" => row.name.clone(),
                "kind" => row.kind.clone(),
                _ => row.signal.clone(),
            };
            let title = format!("{column} `{value}` does not belong to outcome `{}`", row.outcome);
            self.mistake(row.place(column), title, label);
        }
        if self.mistakes.len() == before {
            self.fine.insert(key);
        }
    }

    /// Checks the step whose rows have all been read.
    fn end_group(&mut self) {
        self.mistakes.extend(std::mem::take(&mut self.group).end());
    }

    /// Checks whether the case whose rows have all been read has all its steps: of a measured one all are known.
    fn end_case(&mut self) {
        let Some(OpenCase { scenario: Some(scenario), step, provenance, place, .. }) = self.case.take() else { return };
        if provenance != Some(Provenance::Measured) {
            return;
        }
        if let Some(next) = scenario.steps.get(step as usize) {
            let title = format!("a case of {} ends after step {step} of {}", scenario.id, scenario.steps.len());
            self.mistake(place, title, format!("expected a row of step {} after it, `{next}`", step + 1));
        }
    }
}
