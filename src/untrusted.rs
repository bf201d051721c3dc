//! Text from files, results and paths, made safe for where it is shown: a terminal, a CI log, Markdown, CSV, JSON.

use std::{
    io::{self, Write},
    path::Path,
};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// A path for a message. Control characters are escaped, since a terminal takes them for commands.
pub(crate) fn shown(path: &Path) -> String {
    let harmless = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    path.display().to_string().chars().map(harmless).collect()
}

/// A text as a message quotes it: its first 60 characters at most, in quotes, with control characters escaped. An
/// ellipsis after the quotes says that the text is longer.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Keeps a line from being a command to a CI runner, by a blank in every `##[`. A runner also takes `::` at the
/// beginning of a line for a command, so the caller must not begin a line with untrusted text.
pub(crate) fn no_command(line: &str) -> String {
    line.replace("##[", "# #[")
}

/// [`no_command`] for a line that may begin with untrusted text. A runner trims a line, so an indent does not help.
pub(crate) fn no_command_at_all(line: &str) -> String {
    let line = no_command(line);
    if line.trim_start().starts_with("::") { line.replacen("::", ": :", 1) } else { line }
}

/// A line for a log: no control characters, and no command to a CI runner.
pub(crate) fn log_line(line: &str) -> String {
    no_command(&printable(line))
}

/// Joins several lines into one: white space becomes single blanks, and none at either end.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces control characters, which a terminal takes for commands, and characters that change the direction of text,
/// by U+FFFD.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidirectional(c) { '\u{fffd}' } else { c }).collect()
}

/// [`printable`] for a text of several lines, which may have tabs.
pub(crate) fn printable_lines(text: String) -> String {
    let is_kept = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || is_bidirectional(c));
    if text.chars().all(is_kept) {
        return text;
    }
    text.chars().map(|c| if is_kept(c) { c } else { '\u{fffd}' }).collect()
}

/// Whether a character changes the direction of the text after it, which can make it read as another text.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Escapes a text for Markdown, so that it has no markup, HTML, mentions or links, and cannot end a table's cell.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // GitHub makes links of `@name` and `#1`, but not where the sign is an entity.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    // Addresses become links even without markup.
    escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// A field of a CSV file that a person opens, without commands to a CI runner. What a spreadsheet would take for a
/// formula gets an apostrophe in front.
pub(crate) fn csv_field(field: &str) -> String {
    let field = no_command(field);
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field }
}

/// Writes a value as indented JSON, and a newline. `##[`, which only strings can hold, is written with an escape: a
/// program that parses JSON undoes it, and a CI runner that shows the text does not. The text is written as it is made,
/// since that of many platforms takes more memory than their results.
///
/// # Errors
///
/// Those of `out`, and a value that JSON cannot express.
pub(crate) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, NoCommand(PrettyFormatter::new())))?;
    writeln!(out)
}

/// Indents, and escapes `##[` in strings.
struct NoCommand(PrettyFormatter<'static>);

macro_rules! as_pretty_formatter {
    ($($name:ident($($argument:ident)?))*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: bool)?) -> io::Result<()> {
            self.0.$name(out $(, $argument)?)
        })*
    };
}

impl Formatter for NoCommand {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        out.write_all(text.replace("##[", "\\u0023#[").as_bytes())
    }

    as_pretty_formatter! {
        begin_array() end_array() begin_array_value(first) end_array_value()
        begin_object() end_object() begin_object_key(first) begin_object_value() end_object_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_the_text_itself() {
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
