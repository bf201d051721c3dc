//! The page that everything is reached from: the overview, with a link from each answer to its scenario.

use askama::Template;
use indexmap::IndexMap;

use super::{
    File, Site, address,
    cell::{Shown, signs},
    distance::{self, Legend, Picture},
    layout::{Layout, Section, file},
};
use crate::{
    catalogue::family,
    explain::Errors,
    matrix::{Counts, Options, View},
    outcome::Readiness,
    overview::{Answer, Answers, Overview, Question, Questions, SystemColumn},
    report::{NO_SIGPIPE, NOT_TRIED, footnotes},
    untrusted::printable,
};

#[derive(Template)]
#[template(path = "index.html", config = "src/site/askama.toml")]
struct Index {
    layout: Layout,
    /// The most searched ones first, with what people read.
    errors: Vec<(&'static str, &'static str, String)>,
    systems: Vec<(String, String)>,
    topics: Vec<Topic>,
    /// Each class that is on the page, with its meaning.
    classes: Vec<(Shown, String)>,
    flags: [(&'static str, String); Readiness::FLAGS.len()],
    /// What a reader of a question's answers must know.
    notes: Vec<Note>,
    /// Where it is stated that a system does not have SIGPIPE.
    without_sigpipe: Vec<(String, String)>,
    /// What other versions gave.
    versions: Vec<String>,
    picture: Option<(Picture, Legend)>,
    distances: Vec<(String, String)>,
    families: Vec<(String, String, usize)>,
    scenarios: usize,
    measured: usize,
    stated: usize,
    counts: Counts,
}

/// A question, and the parts of its note, each of which may be code.
type Note = (String, Vec<(bool, String)>);

struct Topic {
    name: String,
    questions: Vec<Row>,
}

struct Row {
    words: String,
    /// The number of its note, from 1; 0 if it has none.
    note: usize,
    family: String,
    /// The step, if its scenario has a page.
    address: Option<String>,
    answers: Vec<Option<Shown>>,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let questions = Questions::builtin();
    let overview = Overview::new(questions, SystemColumn::all(questions, &site.evidence));
    let mut notes = Vec::new();
    let topics: Vec<_> = overview
        .topics
        .iter()
        .map(|topic| Topic {
            name: topic.topic.name.clone(),
            questions: topic
                .questions
                .iter()
                .map(|answers| row(site, answers, &topic.topic.name, &mut notes))
                .collect(),
        })
        .collect();
    let layout = Layout::new(
        site,
        address::INDEX.to_owned(),
        Section::Overview,
        "Broken pipe, connection reset: what each system tells a program".to_owned(),
        "What write, read and the selector return on each operating system once the other end of a connection has \
         closed, reset or vanished, measured call by call."
            .to_owned(),
    );
    let systems =
        overview.systems.iter().map(|column| (printable(column.system.name), printable(column.system.title())));
    let columns = site.contents.matrix.columns().iter();
    let (measured, stated): (Vec<_>, Vec<_>) =
        columns.filter(|column| !column.is_absent()).partition(|column| column.is_measured());
    let errors = Errors::builtin().errors.iter().filter(|error| !error.aside);
    let whole = View::new(site.contents.matrix, &Options::default());
    let page = Index {
        errors: errors.map(|error| (&*error.name, &*error.title, address::error(&error.name))).collect(),
        systems: systems.collect(),
        classes: classes(&topics),
        topics,
        flags: Readiness::FLAGS.map(|(_, word, short)| (short, word.replace('_', " "))),
        notes,
        without_sigpipe: without_sigpipe(&overview),
        versions: footnotes(&overview, overview.systems.len(), true).iter().map(|line| printable(line)).collect(),
        picture: distance::first_picture(site).map(|picture| (picture, distance::legend())),
        distances: distance::pages(site),
        families: families(site),
        scenarios: site.contents.catalogue.scenarios().len(),
        measured: measured.len(),
        stated: stated.len(),
        counts: whole.expect("options that name no platform fit every matrix").counts(),
        layout,
    };
    vec![file(&page.layout, &page)]
}

fn row(site: &Site<'_>, answers: &Answers<'_>, topic: &str, notes: &mut Vec<Note>) -> Row {
    let Question { words, scenario, step, note, .. } = answers.question;
    if !note.is_empty() {
        notes.push((format!("{topic}, {words}"), parts(note)));
    }
    Row {
        words: words.clone(),
        note: if note.is_empty() { 0 } else { notes.len() },
        family: family(scenario).to_owned(),
        address: site.contents.catalogue.find(scenario).map(|scenario| address::step(&scenario.id, *step)),
        answers: answers.cells.iter().map(answer).collect(),
    }
}

/// A text in parts: what is between backquotes is code.
fn parts(text: &str) -> Vec<(bool, String)> {
    text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part.to_owned())).collect()
}

fn answer(answer: &Answer<'_>) -> Option<Shown> {
    match answer {
        Answer::Best(best) => Some(Shown::of_best(best)),
        Answer::NoSigpipe { .. } => Some(Shown::of_words(NO_SIGPIPE)),
        Answer::NotRun => Some(Shown::of_words(NOT_TRIED)),
        Answer::Unknown => None,
    }
}

/// The classes of the answers, in the order of all classes.
fn classes(topics: &[Topic]) -> Vec<(Shown, String)> {
    let is_there = |class: &str| {
        let answers = topics.iter().flat_map(|topic| &topic.questions).flat_map(|row| &row.answers);
        answers.flatten().any(|shown| shown.class == class)
    };
    let there = signs().filter(|(class, ..)| is_there(class));
    there.map(|(class, sign, meaning)| (Shown { class, sign, ..Shown::of_words(class) }, meaning)).collect()
}

fn without_sigpipe(overview: &Overview<'_>) -> Vec<(String, String)> {
    let mut sources = IndexMap::new();
    for (_, answers) in overview.questions() {
        for (column, answer) in overview.systems.iter().zip(&answers.cells) {
            if let Answer::NoSigpipe { source } = answer {
                sources.insert(printable(column.system.title()), (*source).to_owned());
            }
        }
    }
    sources.into_iter().collect()
}

/// The families of the catalogue, each with its page and how many scenarios it has.
fn families(site: &Site<'_>) -> Vec<(String, String, usize)> {
    let families = site.contents.catalogue.families().into_iter();
    families.map(|(name, scenarios)| (name.to_owned(), address::family(name), scenarios.len())).collect()
}
