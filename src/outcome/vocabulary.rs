//! The vocabulary: every form that an outcome can have, with its meaning and its class. The README's table, the legend
//! under a matrix and the classes of `--compare class` are all read off it.

use super::{Class, Readiness};

/// The word of an outcome that says that what was awaited did not come; flags seen meanwhile may follow.
pub const NO_EVENT: &str = "no-event";
/// The outcome of a step that was not tried.
pub const NOT_RUN: &str = "not-run";
/// The outcome of every step of a case that the platform cannot run; the row's note says why.
pub const UNSUPPORTED: &str = "unsupported";

/// One form that an outcome, or a part of one, can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// How it is written; capitals stand for what varies.
    pub form: &'static str,
    /// What it means, as it follows the form and a colon.
    pub meaning: &'static str,
    /// How it is recognised.
    shape: Shape,
    /// Its class, where all outcomes of this form are of one.
    pub class: Option<Class>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
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
    /// [`NO_EVENT`], and flags if any were seen.
    NoEvent,
    /// The form itself, at the end of an outcome: what became of SIGPIPE.
    Signal,
}

const fn form(form: &'static str, shape: Shape, class: Option<Class>, meaning: &'static str) -> Form {
    Form { form, meaning, shape, class }
}

/// Every form, in the order in which the README and a legend list them.
pub const VOCABULARY: [Form; 19] = [
    form("ok", Shape::Word, Some(Class::Done), "the call succeeded"),
    form(
        "ok N",
        Shape::Number("ok "),
        Some(Class::Data),
        "N bytes were written or read; after accepted_from, the length of the peer's address",
    ),
    form("eof", Shape::Word, Some(Class::End), "a read returned 0 bytes"),
    form(
        "ERROR",
        Shape::ErrorName,
        None,
        "the call failed with this error, such as EPIPE, in POSIX's spelling on every platform",
    ),
    form("errno N", Shape::Number("errno "), None, "the call failed with an error code that has no known name"),
    form(
        "error KIND",
        Shape::Text("error "),
        None,
        "the call failed without an error code of the operating system; KIND is Rust's ErrorKind",
    ),
    form(
        "+SIGPIPE",
        Shape::Signal,
        None,
        "after the outcome: SIGPIPE was delivered to the handler, or is pending where it is blocked",
    ),
    form(
        "+SIGPIPE elsewhere",
        Shape::Signal,
        None,
        "after the outcome: SIGPIPE was delivered to another thread than the one that wrote",
    ),
    form(
        "killed SIGPIPE",
        Shape::Word,
        Some(Class::Killed),
        "SIGPIPE killed the process, or the program that exec started, in this step",
    ),
    form("full", Shape::Word, Some(Class::Wait), "writing went on until there was no more room"),
    form("drained", Shape::Word, Some(Class::Wait), "reading went on until there was no more data"),
    form("none", Shape::Word, Some(Class::Done), "SO_ERROR was 0"),
    form(
        "would-block",
        Shape::Word,
        Some(Class::Wait),
        "there was nothing to read, or no room to write, until the deadline; start_connect and crowd connect do not wait",
    ),
    form(
        "in-progress",
        Shape::Word,
        Some(Class::Wait),
        "a non-blocking connect ended without a connection and named no error: the error is still pending",
    ),
    form("FLAGS", Shape::Flags, None, "what was awaited came, with these readiness flags of mio"),
    form(
        NO_EVENT,
        Shape::NoEvent,
        Some(Class::Wait),
        "what was awaited did not come before the deadline; flags seen meanwhile follow",
    ),
    form("quiet", Shape::Word, Some(Class::Wait), "nothing came, as awaited"),
    form(
        UNSUPPORTED,
        Shape::Word,
        None,
        "the platform cannot run the case, and the note says why; never counted as a difference",
    ),
    form(
        NOT_RUN,
        Shape::Word,
        None,
        "the step was not tried, because an earlier one left nothing to try it on or the run ended; never counted as a difference",
    ),
];

/// Whether the outcome tells something of the platform's behaviour; [`UNSUPPORTED`] and [`NOT_RUN`] tell nothing of it.
pub fn is_observed(outcome: &str) -> bool {
    outcome != NOT_RUN && outcome != UNSUPPORTED
}

impl Form {
    /// Whether a legend has to explain it: errors' names are explained elsewhere, and flags have a line of their own.
    pub fn is_in_legend(&self) -> bool {
        !matches!(self.shape, Shape::ErrorName | Shape::Flags)
    }

    fn fits(&self, text: &str) -> bool {
        match self.shape {
            Shape::Word | Shape::Signal => text == self.form,
            Shape::Number(head) => text.strip_prefix(head).is_some_and(|number| {
                let digits = number.strip_prefix('-').unwrap_or(number);
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            }),
            Shape::Text(head) => text.strip_prefix(head).is_some_and(|word| !word.is_empty()),
            Shape::ErrorName => {
                text.len() > 2
                    && text.starts_with(['E', 'W'])
                    && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            }
            Shape::Flags => Readiness::parse(text).is_some(),
            Shape::NoEvent => text.strip_prefix(NO_EVENT).is_some_and(|rest| {
                rest.is_empty() || rest.strip_prefix(' ').is_some_and(|flags| Readiness::parse(flags).is_some())
            }),
        }
    }
}

/// The forms that an outcome is made of: its own, and that of the signal after it if there is one. Nothing for a text
/// that is no outcome.
pub fn forms_of(outcome: &str) -> impl Iterator<Item = &'static Form> {
    let (own, signal) = outcome.split_at(outcome.find("+SIGPIPE").unwrap_or(outcome.len()));
    let parts = [(own, false), (signal, true)];
    parts.into_iter().filter_map(|(part, is_signal)| {
        VOCABULARY.iter().find(|form| (form.shape == Shape::Signal) == is_signal && form.fits(part))
    })
}

/// The readiness flags that an outcome names: what was awaited, or what was seen meanwhile.
pub fn flags_of(outcome: &str) -> Option<Readiness> {
    Readiness::parse(outcome.strip_prefix("no-event ").unwrap_or(outcome))
}

/// The class of an outcome; `None` for an error of no class, for what was not observed, and for a text that is no
/// outcome. SIGPIPE, delivered or elsewhere, changes no class.
pub fn class_of(outcome: &str) -> Option<Class> {
    let (own, _) = outcome.split_at(outcome.find("+SIGPIPE").unwrap_or(outcome.len()));
    let form = forms_of(own).next()?;
    match form.shape {
        Shape::ErrorName => Class::ALL.into_iter().find(|class| class.errors().contains(&own)),
        Shape::Flags => {
            let seen = Readiness::parse(own)?;
            Class::ALL.into_iter().find(|class| seen.has_any(class.flags()))
        }
        _ if own == "ok 0" => Some(Class::Done),
        _ => form.class,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_have_the_class_that_portable_code_acts_on() {
        let classes = [
            ("EPIPE", "disconnected"),
            ("EPIPE+SIGPIPE", "disconnected"),
            ("EPIPE+SIGPIPE elsewhere", "disconnected"),
            ("ECONNRESET", "disconnected"),
            ("readable+writable+error+read_closed+write_closed", "disconnected"),
            ("readable+writable+read_closed", "end"),
            ("eof", "end"),
            ("readable", "data"),
            ("ok 17", "data"),
            ("ok 0", "done"),
            ("ok", "done"),
            ("writable", "done"),
            ("no-event writable", "wait"),
            ("ENOTCONN", "misuse"),
            ("killed SIGPIPE", "killed"),
        ];
        for (outcome, word) in classes {
            assert_eq!(class_of(outcome).map(Class::word), Some(word), "{outcome}");
        }
        for outcome in ["errno 4711", "ok x", "not-run", "unsupported", "EMFILE"] {
            assert_eq!(class_of(outcome), None, "{outcome}");
        }
    }

    #[test]
    fn every_outcome_is_of_its_own_form_alone() {
        let forms = |outcome: &str| forms_of(outcome).map(|form| form.form).collect::<Vec<_>>();
        for (outcome, form) in [
            ("ok", "ok"),
            ("ok 3", "ok N"),
            ("WSANO_DATA", "ERROR"),
            ("errno -3", "errno N"),
            ("error Unsupported", "error KIND"),
            ("no-event", "no-event"),
            ("no-event readable+writable", "no-event"),
            ("readable+writable", "FLAGS"),
            ("killed SIGPIPE", "killed SIGPIPE"),
        ] {
            assert_eq!(forms(outcome), [form], "{outcome}");
        }
        assert_eq!(forms("ok 1+SIGPIPE"), ["ok N", "+SIGPIPE"]);
        assert_eq!(forms("EPIPE+SIGPIPE elsewhere"), ["ERROR", "+SIGPIPE elsewhere"]);
        for no_outcome in ["", "okay", "ok -", "writable+readable", "no-event sometimes", "epipe"] {
            assert_eq!(forms(no_outcome), Vec::<&str>::new(), "{no_outcome}");
        }
    }
}
