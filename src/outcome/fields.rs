//! Whether the fields that a row has beside its outcome belong to that outcome.

use super::{
    errors::{whose_code, whose_kind, whose_name},
    vocabulary::{KILLED, Shape, forms_of, split_signal},
};

/// A field that does not belong to its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Its column.
    pub column: &'static str,
    /// What it should be, worded to follow "expected".
    pub expected: String,
}

/// Checks a row's code, name, kind and signal against its outcome, as far as that is possible without knowing the
/// system: which kinds of outcomes have such fields at all, and whether a code or a name is known to be another
/// error's.
/// Nothing is expected to be there that a source need not tell, but the signal. An outcome of a form that this version
/// does not know may have any fields.
///
/// # Errors
///
/// The first field that does not belong to the outcome.
pub fn check_fields(outcome: &str, code: Option<i32>, name: &str, kind: &str, signal: &str) -> Result<(), Misfit> {
    let Some(form) = forms_of(outcome).next() else { return Ok(()) };
    let expect = |fits: bool, column, expected: &dyn Fn() -> String| {
        if fits { Ok(()) } else { Err(Misfit { column, expected: expected() }) }
    };
    let (own, with_signal) = split_signal(outcome);
    match form.shape {
        Shape::ErrorName => {
            let other = code.and_then(|code| whose_code(own, code));
            expect(other.is_none(), "code", &|| {
                format!("a code of {own}, the outcome; this is one of {}", other.unwrap_or_default())
            })?;
            let other = whose_name(own, name);
            expect(other.is_none(), "name", &|| {
                format!("a name of {own}, the outcome; this is one of {}", other.unwrap_or_default())
            })?;
            let others = whose_kind(own, kind);
            expect(others.is_none(), "kind", &|| {
                format!("the kind of {own}, the outcome; this is that of {}", others.unwrap_or_default().join(" and "))
            })?;
        }
        Shape::Number("errno ") => {
            let number = own.trim_start_matches("errno ");
            expect(code.is_none_or(|code| number.parse() == Ok(code)), "code", &|| {
                format!("{number}, as the outcome says, or nothing")
            })?;
            expect(name.is_empty(), "name", &|| format!("nothing, since the outcome {own} is a code without a name"))?;
        }
        Shape::Text("error ") => {
            let own_kind = own.trim_start_matches("error ");
            expect(code.is_none(), "code", &|| format!("nothing, since the outcome {own} is an error without a code"))?;
            expect(name.is_empty(), "name", &|| {
                format!("nothing, since the outcome {own} is an error without a name")
            })?;
            expect(kind.is_empty() || kind == own_kind, "kind", &|| {
                format!("{own_kind}, as the outcome says, or nothing")
            })?;
        }
        _ => {
            let nothing = || format!("nothing, since the outcome {own} is no error");
            expect(code.is_none(), "code", &nothing)?;
            expect(name.is_empty(), "name", &nothing)?;
            expect(kind.is_empty(), "kind", &nothing)?;
        }
    }
    if with_signal.is_empty() && own != KILLED {
        expect(signal.is_empty(), "signal", &|| format!("nothing, since the outcome {own} has no signal"))
    } else {
        expect(signal == "SIGPIPE", "signal", &|| format!("SIGPIPE, since the outcome is {outcome}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misfit(outcome: &str, code: &str, name: &str, kind: &str, signal: &str) -> Option<(&'static str, String)> {
        let code = if code.is_empty() { None } else { Some(code.parse().expect("a number")) };
        check_fields(outcome, code, name, kind, signal).err().map(|misfit| (misfit.column, misfit.expected))
    }

    #[test]
    fn fields_that_belong_to_the_outcome_or_are_missing_fit() {
        for (outcome, code, name, kind, signal) in [
            ("ok", "", "", "", ""),
            ("EPIPE", "32", "EPIPE", "BrokenPipe", ""),
            ("EPIPE", "", "EPIPE", "", ""),
            ("EPIPE", "", "", "", ""),
            ("EPIPE", "232", "ERROR_NO_DATA", "BrokenPipe", ""),
            ("EPIPE", "233", "ERROR_PIPE_NOT_CONNECTED", "Uncategorized", ""),
            ("EPIPE+SIGPIPE", "32", "EPIPE", "BrokenPipe", "SIGPIPE"),
            ("EPIPE+SIGPIPE elsewhere", "32", "EPIPE", "BrokenPipe", "SIGPIPE"),
            ("killed SIGPIPE", "", "", "", "SIGPIPE"),
            ("errno 4711", "4711", "", "Uncategorized", ""),
            ("errno -5", "-5", "", "", ""),
            ("error UnexpectedEof", "", "", "UnexpectedEof", ""),
            ("readable+error", "", "", "", ""),
            ("no-event", "", "", "", ""),
            // Unknown to this version.
            ("fin seen", "1", "a", "b", "c"),
        ] {
            assert_eq!(misfit(outcome, code, name, kind, signal), None, "{outcome}");
        }
    }

    #[test]
    fn each_field_that_does_not_belong_to_the_outcome_is_named() {
        for (outcome, code, name, kind, signal, column) in [
            ("EPIPE", "104", "EPIPE", "BrokenPipe", "", "code"),
            ("EPIPE", "32", "ECONNRESET", "BrokenPipe", "", "name"),
            ("EPIPE", "32", "EPIPE", "ConnectionReset", "", "kind"),
            ("EPIPE", "32", "EPIPE", "BrokenPipe", "SIGPIPE", "signal"),
            ("EPIPE+SIGPIPE", "32", "EPIPE", "BrokenPipe", "", "signal"),
            ("EPIPE+SIGPIPE", "104", "", "", "SIGPIPE", "code"),
            ("killed SIGPIPE", "", "", "", "", "signal"),
            ("killed SIGPIPE", "32", "", "", "SIGPIPE", "code"),
            ("errno 4711", "4712", "", "", "", "code"),
            ("errno 4711", "4711", "EPIPE", "", "", "name"),
            ("error UnexpectedEof", "5", "", "", "", "code"),
            ("error UnexpectedEof", "", "", "TimedOut", "", "kind"),
            ("would-block", "11", "", "", "", "code"),
            ("eof", "", "EPIPE", "", "", "name"),
            ("readable", "", "", "Other", "", "kind"),
            ("unsupported", "95", "", "", "", "code"),
            ("not-run", "", "", "", "SIGPIPE", "signal"),
        ] {
            let found = misfit(outcome, code, name, kind, signal).map(|(column, _)| column);
            assert_eq!(found, Some(column), "{outcome},{code},{name},{kind},{signal}");
        }
    }
}
