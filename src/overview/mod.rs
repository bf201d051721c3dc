//! The overview: questions in a programmer's words, and the best answer of each system, as plain data.

mod questions;

use std::rc::Rc;

use crate::{
    matrix::{Best, Column, Evidence, System},
    outcome::{NOT_RUN, UNSUPPORTED},
    results::PlaceId,
};

pub use questions::{Question, Questions, Topic, WithoutSigpipe};

/// Questions × systems.
#[derive(Debug, Clone)]
pub struct Overview<'a> {
    /// The systems for which there is an answer, in the order of the columns.
    pub systems: Vec<SystemColumn<'a>>,
    /// The questions, in the order of the page.
    pub topics: Vec<TopicAnswers<'a>>,
}

/// A column: a system, and the evidence of it.
#[derive(Debug, Clone)]
pub struct SystemColumn<'a> {
    /// The system. That of a column for one machine may have another name.
    pub system: System<'a>,
    evidence: &'a Evidence<'a>,
    /// Where each question, in the order of the page, is answered in the evidence.
    places: Rc<[Option<PlaceId>]>,
    /// Whether it is one run of everything but what takes seconds, so that what it does not answer was not run.
    is_one_run: bool,
}

/// The answers to the questions of a topic.
#[derive(Debug, Clone)]
pub struct TopicAnswers<'a> {
    /// The topic.
    pub topic: &'a Topic,
    /// The answers to each of its questions.
    pub questions: Vec<Answers<'a>>,
}

/// The answers to a question.
#[derive(Debug, Clone)]
pub struct Answers<'a> {
    /// The question.
    pub question: &'a Question,
    /// What each system answers, in the order of the columns.
    pub cells: Vec<Answer<'a>>,
}

/// What is known of a question on a system.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    /// An outcome, or that the system cannot run the case.
    Best(Best<'a>),
    /// The question is about SIGPIPE, which the system does not have.
    NoSigpipe {
        /// Where that is stated.
        source: &'a str,
    },
    /// Nothing, since the run that the column shows did not try it.
    NotRun,
    /// Nothing.
    Unknown,
}

impl<'a> SystemColumn<'a> {
    /// The systems of some evidence, in its order.
    pub fn all(questions: &Questions, evidence: &'a Evidence<'a>) -> Vec<Self> {
        let places = places(questions, evidence);
        let column = |system: &System<'a>| {
            let (system, places) = (system.clone(), Rc::clone(&places));
            SystemColumn { system, evidence, places, is_one_run: false }
        };
        evidence.systems().iter().map(column).collect()
    }

    /// One platform that was run, as a column of its own under this heading.
    pub fn platform(questions: &Questions, heading: &'a str, platform: &'a Column, evidence: &'a Evidence<'a>) -> Self {
        let system = System { name: heading, platforms: vec![platform] };
        SystemColumn { system, evidence, places: places(questions, evidence), is_one_run: true }
    }

    /// The answer to the question with this number.
    fn answer(&self, questions: &'a Questions, number: usize, question: &'a Question) -> Answer<'a> {
        let best = self.places[number].and_then(|place| self.evidence.best(&self.system, place));
        let name = self.system.platforms.first().and_then(|platform| platform.system());
        let source = name.and_then(|name| questions.without_sigpipe(name)).filter(|_| question.is_about_sigpipe());
        match (best, source) {
            (Some(best), _) if best.cell.is_observed() => Answer::Best(best),
            (_, Some(source)) => Answer::NoSigpipe { source },
            (Some(best), None) if !best.cell.is_only(NOT_RUN) => Answer::Best(best),
            _ if self.is_one_run => Answer::NotRun,
            _ => Answer::Unknown,
        }
    }
}

fn places(questions: &Questions, evidence: &Evidence<'_>) -> Rc<[Option<PlaceId>]> {
    let place = |question: &Question| evidence.matrix().find(&question.scenario, question.step, &question.case());
    questions.topics.iter().flat_map(|topic| &topic.questions).map(place).collect()
}

impl Answer<'_> {
    /// Whether it says how the system behaves: [`UNSUPPORTED`] does not, nor does the lack of a signal.
    pub fn is_of_behaviour(&self) -> bool {
        matches!(self, Answer::Best(best) if !best.cell.is_only(UNSUPPORTED))
    }
}

impl<'a> Overview<'a> {
    /// The answers of these systems, which were made with the same questions. A system that answers none of them is left
    /// out.
    pub fn new(questions: &'a Questions, systems: Vec<SystemColumn<'a>>) -> Self {
        let all: Vec<_> = questions.topics.iter().flat_map(|topic| &topic.questions).collect();
        let answers = |column: &SystemColumn<'a>| -> Vec<_> {
            all.iter().enumerate().map(|(number, question)| column.answer(questions, number, question)).collect()
        };
        let answered = systems.into_iter().map(|column| (answers(&column), column));
        let answered = answered.filter(|(answers, _)| answers.iter().any(Answer::is_of_behaviour));
        let (columns, systems): (Vec<_>, Vec<_>) = answered.unzip();
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        let mut of_question = |question: &'a Question| Answers {
            question,
            cells: columns.iter_mut().filter_map(Iterator::next).collect(),
        };
        let topics = questions
            .topics
            .iter()
            .map(|topic| TopicAnswers { topic, questions: topic.questions.iter().map(&mut of_question).collect() })
            .collect();
        Overview { systems, topics }
    }

    /// Whether no system answers any question.
    pub fn is_empty(&self) -> bool {
        self.systems.is_empty()
    }

    /// The questions and the topics that they are of, in the order of the page.
    pub fn questions(&self) -> impl Iterator<Item = (&'a Topic, &Answers<'a>)> {
        self.topics.iter().flat_map(|topic| topic.questions.iter().map(|answers| (topic.topic, answers)))
    }
}
