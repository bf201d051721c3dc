//! The overview: questions in a programmer's words, and the best answer of each system, as plain data.

mod questions;

use crate::{
    matrix::{Best, Column, Evidence, System},
    outcome::{NOT_RUN, UNSUPPORTED},
};

pub use questions::{Question, Questions, Topic, WithoutSigpipe};

/// Questions × systems.
#[derive(Debug, Clone)]
pub struct Overview<'a> {
    /// The systems for which there is an answer, in the order of the columns.
    pub systems: Vec<Known<'a>>,
    /// The questions, in the order of the page.
    pub topics: Vec<TopicAnswers<'a>>,
}

/// A system, and the evidence of it.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The system. That of a column for one machine may have another name.
    pub system: System<'a>,
    evidence: &'a Evidence<'a>,
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
    /// Nothing.
    Unknown,
}

impl<'a> Known<'a> {
    /// The systems of some evidence, in the order in which the questions list them.
    pub fn all(questions: &Questions, evidence: &'a Evidence<'a>) -> Vec<Self> {
        let rank = |system: &System<'_>| questions.systems.iter().position(|name| name == system.name);
        let mut known: Vec<_> =
            evidence.systems().iter().map(|system| Known { system: system.clone(), evidence }).collect();
        known.sort_by_key(|known| rank(&known.system).unwrap_or(usize::MAX));
        known
    }

    /// One platform of some evidence as a column of its own, under this heading.
    pub fn platform(heading: &'a str, platform: &'a Column, evidence: &'a Evidence<'a>) -> Self {
        Known { system: System { name: heading, platforms: vec![platform] }, evidence }
    }

    fn answer(&self, questions: &'a Questions, question: &'a Question) -> Answer<'a> {
        let place = self.evidence.matrix().find(&question.scenario, question.step, &question.case());
        let best = place.and_then(|place| self.evidence.best(&self.system, place));
        let name = self.system.platforms.first().and_then(|platform| platform.system());
        let source = name.and_then(|name| questions.without_sigpipe(name)).filter(|_| question.is_about_sigpipe());
        match (best, source) {
            (Some(best), _) if best.cell.is_observed() => Answer::Best(best),
            (_, Some(source)) => Answer::NoSigpipe { source },
            (Some(best), None) if !best.cell.is_only(NOT_RUN) => Answer::Best(best),
            _ => Answer::Unknown,
        }
    }
}

impl Answer<'_> {
    /// Whether it says how the system behaves: [`UNSUPPORTED`] does not, nor does the lack of a signal.
    pub fn is_of_behaviour(&self) -> bool {
        matches!(self, Answer::Best(best) if !best.cell.is_only(UNSUPPORTED))
    }
}

impl<'a> Overview<'a> {
    /// The answers of these systems. A system that answers none of the questions is left out.
    pub fn new(questions: &'a Questions, systems: Vec<Known<'a>>) -> Self {
        let answers = |known: &Known<'a>, question: &'a Question| known.answer(questions, question);
        let all = || questions.topics.iter().flat_map(|topic| &topic.questions);
        let is_known = |known: &Known<'a>| all().any(|question| answers(known, question).is_of_behaviour());
        let systems: Vec<_> = systems.into_iter().filter(is_known).collect();
        let of_question = |question: &'a Question| Answers {
            question,
            cells: systems.iter().map(|known| answers(known, question)).collect(),
        };
        let topics = questions
            .topics
            .iter()
            .map(|topic| TopicAnswers { topic, questions: topic.questions.iter().map(of_question).collect() });
        Overview { topics: topics.collect(), systems }
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
