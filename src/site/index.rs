//! The page that everything is reached from: the overview, with a link from each answer to its scenario.

use askama::Template;

use super::{
    File, Site, address,
    cell::Shown,
    layout::{Layout, Section, file},
};
use crate::{
    catalogue::family,
    overview::{Answer, Overview, Questions, SystemColumn},
};

#[derive(Template)]
#[template(path = "index.html", config = "src/site/askama.toml")]
struct Index {
    layout: Layout,
    systems: Vec<(String, String)>,
    topics: Vec<Topic>,
}

struct Topic {
    name: String,
    questions: Vec<Question>,
}

struct Question {
    words: String,
    family: String,
    address: String,
    answers: Vec<Option<Shown>>,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let questions = Questions::builtin();
    let overview = Overview::new(questions, SystemColumn::all(questions, &site.evidence));
    let topics = overview.topics.iter().map(|topic| Topic {
        name: topic.topic.name.clone(),
        questions: topic
            .questions
            .iter()
            .map(|answers| Question {
                words: answers.question.words.clone(),
                family: family(&answers.question.scenario).to_owned(),
                address: address::step(&answers.question.scenario, answers.question.step),
                answers: answers.cells.iter().map(answer).collect(),
            })
            .collect(),
    });
    let layout = Layout::new(
        site,
        address::INDEX.to_owned(),
        Section::Overview,
        "What a program is told when the other end of a connection goes away".to_owned(),
        "What write, read and the selector return on each operating system after a close, a reset or a crash."
            .to_owned(),
    );
    let page = Index {
        systems: overview
            .systems
            .iter()
            .map(|column| {
                let system = &column.system;
                (system.name.to_owned(), system.title().to_owned())
            })
            .collect(),
        topics: topics.collect(),
        layout,
    };
    vec![file(&page.layout, &page)]
}

fn answer(answer: &Answer<'_>) -> Option<Shown> {
    match answer {
        Answer::Best(best) => Some(Shown::of_best(best)),
        _ => None,
    }
}
