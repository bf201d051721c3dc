//! Text from elsewhere (files, results, paths), made safe for where it is shown: a terminal, a CI log, Markdown, CSV, JSON.

use std::{
    borrow::Cow,
    io::{self, Write},
    path::Path,
};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// A path for a message, with control characters escaped, since a terminal takes them for commands.
pub(crate) fn shown(path: &Path) -> String {
    let harmless = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    path.display().to_string().chars().map(harmless).collect()
}

/// A text as a message quotes it: its first 60 characters at most, in quotes, with control characters escaped, and an
/// ellipsis after the quotes if that was not all.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Keeps a line from being a command to a CI runner, by a blank in every `##[`. A runner also takes `::` at the beginning of
/// a line for a command, so that the caller must not begin a line with text from elsewhere.
pub(crate) fn no_command(line: &str) -> String {
    line.replace("##[", "# #[")
}

/// A line for a log: no control characters, and no command to a CI runner.
pub(crate) fn log_line(line: &str) -> String {
    no_command(&printable(line))
}

/// Replaces every run of white space by a blank, and drops it at both ends: a text of several lines becomes one.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces control characters, which a terminal takes for commands, and characters that change the direction of text, by
/// U+FFFD.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidirectional(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that change the direction of the text after them, so that it can read as another text.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Escapes a text for Markdown, where it then has no markup, HTML, edge of a table's cell, mention or link.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // GitHub links mentions, issues and addresses by the sign, but not by its entity.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    // Addresses are linked without any markup.
    escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// A field of a CSV file that a person opens: an apostrophe goes before what a spreadsheet would take for a formula, and the
/// field is no command to a CI runner.
pub(crate) fn csv_field(field: &str) -> Cow<'_, str> {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    match (is_formula, field.contains("##[")) {
        (false, false) => field.into(),
        (is_formula, _) => format!("{}{}", if is_formula { "'" } else { "" }, no_command(field)).into(),
    }
}

/// Writes a value as indented JSON, and a newline. `##[` in a text is written with an escape, which a program that parses
/// JSON undoes and a CI runner that shows it does not.
///
/// # Errors
///
/// Those of `out`, and a value that JSON cannot express.
pub(crate) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, NoCommand(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Passes everything but texts on to the formatter that indents.
struct NoCommand(PrettyFormatter<'static>);

macro_rules! pass_on {
    ($($name:ident($($argument:ident: $type:ty)?))*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $type)?) -> io::Result<()> {
            self.0.$name(out $(, $argument)?)
        })*
    };
}

impl Formatter for NoCommand {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        out.write_all(text.replace("##[", "\\u0023#[").as_bytes())
    }

    pass_on! {
        begin_array() end_array() begin_array_value(first: bool) end_array_value()
        begin_object() end_object() begin_object_key(first: bool) begin_object_value() end_object_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_itself() {
        assert_eq!(escape_markdown("a|b"), "a\\|b");
        assert_eq!(escape_markdown("<script>&"), "&lt;script&gt;&amp;");
        assert_eq!(escape_markdown("@all #1"), "&#64;all &#35;1");
        assert_eq!(escape_markdown("![x](http://h)"), "!\\[x\\](http&#58;//h)");
        assert_eq!(escape_markdown("a\u{1b}[31m\nb"), "a\u{fffd}\\[31m\u{fffd}b");
    }

    #[test]
    fn a_formula_becomes_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(csv_field(formula), format!("'{formula}"));
        }
        assert_eq!(csv_field("ok 1"), "ok 1");
        assert_eq!(csv_field("=##[error]"), "'=# #[error]");
    }

    #[test]
    fn json_holds_no_command_and_the_same_text() {
        let mut json = Vec::new();
        write_json(&["##[error]", "a"], &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert_eq!(json, "[\n  \"\\u0023#[error]\",\n  \"a\"\n]\n");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), ["##[error]", "a"]);
    }
}
