//! The vocabulary: every form that an outcome can have, with its meaning and its class. The guide's list, the legend
//! under a matrix and the classes of `--compare class` are made from it.

use super::{Class, Readiness, Took};

/// The outcome of an `await` that reached its deadline; flags that came meanwhile may follow.
pub const NO_EVENT: &str = "no-event";
/// The outcome of a step in which SIGPIPE killed the process, and no call returned.
pub const KILLED: &str = "killed SIGPIPE";
/// The outcome of a step that was not tried.
pub const NOT_RUN: &str = "not-run";
/// The outcome of every step of a case that the platform cannot run; the row's note says why.
pub const UNSUPPORTED: &str = "unsupported";

/// A form that an outcome, or its signal, can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// How it is written; capitals stand for what varies.
    pub form: &'static str,
    /// What it means, worded to follow the form and a colon.
    pub meaning: &'static str,
    pub(super) shape: Shape,
    /// The class of all its outcomes (but `ok 0`); `None` where [`class_of`] decides by what varies, or there is no
    /// class.
    pub class: Option<Class>,
}

/// How a form is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The form itself.
    Word,
    /// This text and a whole number after it.
    Number(&'static str),
    /// This text and a word after it.
    Text(&'static str),
    /// The canonical name of an error.
    ErrorName,
    /// Readiness flags.
    Flags,
    /// A class of times that has an end.
    Within,
    /// [`NO_EVENT`], and flags if any came.
    NoEvent,
    /// The form itself, at the end of an outcome: what became of SIGPIPE.
    Signal,
}

macro_rules! vocabulary {
    ($($form:tt: $shape:expr, $class:expr, $meaning:literal;)*) => {
        /// Every form, in the order in which the guide and a legend list them.
        pub const VOCABULARY: [Form; [$($meaning),*].len()] = {
            use {Class::*, Shape::*};
            [$(Form { form: $form, meaning: $meaning, shape: $shape, class: $class }),*]
        };
    };
}

vocabulary! {
    "ok": Word, Some(Done), "the call succeeded";
    "ok N": Number("ok "), Some(Data),
        "N bytes were written or read; after accepted_from, the length of the peer's address";
    "eof": Word, Some(End), "a read returned 0 bytes";
    "ERROR": ErrorName, None, "the call failed with this error, such as EPIPE, in POSIX's spelling on every platform";
    "errno N": Number("errno "), None, "the call failed with an error code that has no known name";
    "error KIND": Text("error "), None,
        "the call failed without an error code of the operating system; KIND is Rust's ErrorKind";
    "+SIGPIPE": Signal, None,
        "after the outcome: SIGPIPE was delivered to the handler, or is pending where it is blocked";
    "+SIGPIPE elsewhere": Signal, None,
        "after the outcome: SIGPIPE was delivered to another thread than the one that wrote";
    KILLED: Word, Some(Killed), "SIGPIPE killed the process, or the program that exec started, in this step";
    "full": Word, Some(Wait), "writing went on until there was no more room";
    "drained": Word, Some(Wait), "reading went on until there was no more data";
    "none": Word, Some(Done), "SO_ERROR was 0";
    "would-block": Word, Some(Wait),
        "there was nothing to read, or no room to write, until the deadline; start_connect, read_error and crowd connect do not wait";
    "in-progress": Word, Some(Wait),
        "a non-blocking connect ended without a connection and named no error: the error is still pending";
    "FLAGS": Flags, None, "what was awaited came, with these readiness flags of mio";
    NO_EVENT: NoEvent, Some(Wait), "what was awaited did not come before the deadline; flags seen meanwhile follow";
    "quiet": Word, Some(Wait), "nothing came, as awaited";
    "within TIME": Within, None,
        "after took: the actor's step before it ended within this time, and took longer than the next shorter of 900ms, 2900ms, 5900ms and 12s";
    "longer": Word, None, "after took: the actor's step before it took longer than 12s";
    UNSUPPORTED: Word, None, "the platform cannot run the case, and the note says why; never counted as a difference";
    NOT_RUN: Word, None,
        "the step was not tried, because an earlier one left nothing to try it on, the system has no such option, the run ended or the harness lacked something; never counted as a difference";
}

/// Whether the outcome says something about the platform's behaviour: it is neither [`UNSUPPORTED`] nor [`NOT_RUN`].
pub fn is_observed(outcome: &str) -> bool {
    outcome != NOT_RUN && outcome != UNSUPPORTED
}

impl Form {
    /// Whether a legend explains this form; for errors and flags it has lines of its own.
    pub fn is_in_legend(&self) -> bool {
        !matches!(self.shape, Shape::ErrorName | Shape::Flags)
    }

    /// The meaning without what only a longer text needs: up to the first semicolon.
    pub fn short_meaning(&self) -> &'static str {
        self.meaning.split(';').next().unwrap_or(self.meaning)
    }

    fn fits(&self, text: &str) -> bool {
        match self.shape {
            Shape::Word | Shape::Signal => text == self.form,
            Shape::Number(head) => text.strip_prefix(head).is_some_and(|number| {
                // Only error codes can be negative.
                let digits = number.strip_prefix('-').filter(|_| head == "errno ").unwrap_or(number);
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            }),
            Shape::Text(head) => text.strip_prefix(head).is_some_and(|word| !word.is_empty()),
            // `EPIPE`, `ERROR_MORE_DATA`, `WSANO_DATA`.
            Shape::ErrorName => {
                text.len() > 2
                    && text.starts_with(['E', 'W'])
                    && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            }
            Shape::Within => text.starts_with("within ") && Took::from_word(text).is_some(),
            Shape::Flags => Readiness::parse(text).is_some(),
            Shape::NoEvent => text == NO_EVENT || seen_meanwhile(text).is_some_and(|it| Readiness::parse(it).is_some()),
        }
    }
}

/// The outcome without its signal, and the signal, which is empty if there was none.
pub(super) fn split_signal(outcome: &str) -> (&str, &str) {
    outcome.split_at(outcome.find("+SIGPIPE").unwrap_or(outcome.len()))
}

/// What follows [`NO_EVENT`] and a blank.
fn seen_meanwhile(outcome: &str) -> Option<&str> {
    outcome.strip_prefix(NO_EVENT)?.strip_prefix(' ')
}

/// The forms that an outcome consists of: its own, and then that of the signal if there is one. Empty for a text that
/// is not an outcome.
pub fn forms_of(outcome: &str) -> impl Iterator<Item = &'static Form> {
    let (own, signal) = split_signal(outcome);
    let form_of = |part: &str, is_signal| {
        VOCABULARY.iter().find(|form| (form.shape == Shape::Signal) == is_signal && form.fits(part))
    };
    let forms = [form_of(own, false), form_of(signal, true)];
    let is_outcome = forms[0].is_some() && (signal.is_empty() || forms[1].is_some());
    forms.into_iter().flatten().filter(move |_| is_outcome)
}

/// The readiness flags in an outcome, which came with the awaited event or before the deadline; `None` if there are
/// none.
pub fn flags_of(outcome: &str) -> Option<Readiness> {
    Readiness::parse(seen_meanwhile(outcome).unwrap_or(outcome))
}

/// The class of an outcome; `None` for an error that is in no class, for [`UNSUPPORTED`] and [`NOT_RUN`], and for a
/// text that is not an outcome. A delivered SIGPIPE does not change the class.
pub fn class_of(outcome: &str) -> Option<Class> {
    let form = forms_of(outcome).next()?;
    let (own, _) = split_signal(outcome);
    match form.shape {
        Shape::ErrorName => Class::ALL.into_iter().find(|class| class.errors().contains(&own)),
        Shape::Flags => {
            let flags = Readiness::parse(own)?;
            Class::ALL.into_iter().find(|class| flags.has_any(class.flags()))
        }
        _ if own == "ok 0" => Some(Class::Done),
        _ => form.class,
    }
}
