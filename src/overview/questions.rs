//! The questions as data, and the step of a case that each points at.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalogue::{Axes, Call, CaseName, ReadCall, Sigpipe, SocketOption, Transport, Wait};

/// The questions that come with the program.
static BUILTIN: LazyLock<Questions> =
    LazyLock::new(|| Questions::parse(include_str!("questions.toml")).expect("a test parses questions.toml"));

/// Questions in topics, and what is known of systems besides results.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// Systems on which no write can raise SIGPIPE.
    pub without_sigpipe: Vec<WithoutSigpipe>,
    /// The topics, in the order of the page.
    #[serde(rename = "topic")]
    pub topics: Vec<Topic>,
}

/// A system that does not have SIGPIPE.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithoutSigpipe {
    /// Its name in data, such as `windows`.
    pub system: String,
    /// Where that is stated.
    pub source: String,
}

/// Questions about one situation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The situation, in words.
    pub name: String,
    /// What is asked, in the order of the page.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

/// A question, and the step that answers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question, worded to follow the topic's name and a comma.
    pub words: String,
    /// The scenario's id.
    pub scenario: String,
    /// The step's number, from 1.
    pub step: u32,
    /// What a reader of the answers must know; empty if the words tell everything.
    #[serde(default)]
    pub note: String,
    #[serde(default = "usual_transport")]
    transport: Transport,
    #[serde(default = "usual_sigpipe")]
    sigpipe: Sigpipe,
    #[serde(default = "usual_call")]
    call: Call,
    #[serde(default = "usual_option")]
    option: SocketOption,
    #[serde(default = "usual_read_call")]
    read_call: ReadCall,
    #[serde(default = "usual_wait")]
    wait: Wait,
}

fn usual_transport() -> Transport {
    Axes::USUAL.transport
}

fn usual_sigpipe() -> Sigpipe {
    Axes::USUAL.sigpipe
}

fn usual_call() -> Call {
    Axes::USUAL.call
}

fn usual_option() -> SocketOption {
    Axes::USUAL.option
}

fn usual_read_call() -> ReadCall {
    Axes::USUAL.read_call
}

fn usual_wait() -> Wait {
    Axes::USUAL.wait
}

impl Questions {
    /// The questions that come with the program.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Where it is stated that no write can raise SIGPIPE on a system; `None` where that is not stated.
    pub fn without_sigpipe(&self, system: &str) -> Option<&str> {
        self.without_sigpipe.iter().find(|known| known.system == system).map(|known| known.source.as_str())
    }
}

impl Question {
    /// The axes of the case.
    pub fn axes(&self) -> Axes {
        let &Question { transport, sigpipe, call, option, read_call, wait, .. } = self;
        Axes { transport, sigpipe, call, option, read_call, wait }
    }

    /// The case.
    pub fn case(&self) -> CaseName {
        CaseName::from(&self.axes())
    }

    /// Whether a write in the case can raise SIGPIPE where the system has that signal.
    pub fn is_about_sigpipe(&self) -> bool {
        self.sigpipe != Axes::USUAL.sigpipe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_the_usual_case_unless_it_says_otherwise() {
        let text = "without_sigpipe = []\n[[topic]]\nname = 'a'\n[[topic.question]]\nwords = 'b'\n\
                    scenario = 'c/d'\nstep = 2\n";
        let questions = Questions::parse(text).expect("it is complete");
        assert_eq!(questions.topics[0].questions[0].axes(), Axes::USUAL);
        let questions = Questions::parse(&(text.to_owned() + "transport = 'unix'\nsigpipe = 'default'\n"));
        let question = &questions.expect("it is complete").topics[0].questions[0];
        assert_eq!(question.axes(), Axes { transport: Transport::Unix, sigpipe: Sigpipe::Default, ..Axes::USUAL });
        assert!(Questions::parse(&(text.to_owned() + "setps = 3\n")).is_err());
    }
}
