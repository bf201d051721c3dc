//! What an error means and what to do about it, for people.

use std::io::{self, Write};

use textwrap::Options;

use super::{Look, STATED, grouped, of};
use crate::{
    explain::{Code, Error, Errors, Found, LONGEST_LINE, Language, Recognised, Situation, Summary, shortened},
    untrusted::{log_line, no_command, one_line},
};

/// An input, and what there is to say about it.
#[derive(Debug)]
pub struct Explained<'a> {
    /// The text that was given.
    pub input: &'a str,
    /// Which line of a log it is, from 1; `None` if it was given on the command line.
    pub line: Option<u64>,
    /// Whether the middle of the line was left out.
    pub is_truncated: bool,
    /// What was recognised in it.
    pub recognised: &'a Recognised,
    /// Where the likeliest error comes from, the most telling first.
    pub situations: &'a [Situation],
    /// The languages whose tests are shown.
    pub languages: &'a [&'a Language],
    /// Whether there are no results at all that situations could come from.
    pub is_without_results: bool,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything, on a page.
    Full,
    /// What one among several is, in a few lines, and the command that says the rest.
    Short,
}

/// How much of an input is shown, in bytes.
const SHOWN: usize = 160;

/// How many lines a page has at most, if the terminal is not too narrow for it.
const LINES: usize = 40;

/// Systems whose numbers are shown.
const NUMBERED: [&str; 8] = ["linux", "macos", "freebsd", "netbsd", "openbsd", "illumos", "winsock", "libuv"];

/// How much of a page is left out, so that it fits.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// How many situations are told.
    situations: usize,
    /// Whether Windows' further numbers have their names.
    names: bool,
    /// Whether there are blank lines between the parts.
    gaps: bool,
}

/// The extents that are tried, until a page fits.
const EXTENTS: [Extent; 5] = [
    Extent { situations: 3, names: true, gaps: true },
    Extent { situations: 2, names: true, gaps: true },
    Extent { situations: 2, names: false, gaps: true },
    Extent { situations: 1, names: false, gaps: true },
    Extent { situations: 1, names: false, gaps: false },
];

/// Lines of text, wrapped.
struct Page<'a> {
    text: String,
    width: usize,
    gaps: bool,
    known: &'a Errors,
}

impl Page<'_> {
    fn new(look: Look, gaps: bool) -> Self {
        Page { text: String::new(), width: usize::from(look.width), gaps, known: Errors::builtin() }
    }

    /// A paragraph; its first line begins with `first`, and those that follow with as many blanks.
    fn item(&mut self, first: &str, text: &str) {
        let rest = " ".repeat(textwrap::core::display_width(first));
        let options = Options::new(self.width).initial_indent(first).subsequent_indent(&rest).break_words(false);
        self.text.push_str(no_command(&textwrap::fill(text, options)).trim_end());
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if self.gaps {
            self.text.push('\n');
        }
    }
}

/// Explains one input to people.
///
/// # Errors
///
/// Those of `out`.
pub fn explain(explained: &Explained<'_>, detail: Detail, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for extent in EXTENTS {
        let mut page = Page::new(look, extent.gaps);
        match detail {
            Detail::Full => full(&mut page, explained, extent),
            Detail::Short => short(&mut page, explained),
        }
        text = page.text;
        if text.lines().count() <= LINES {
            break;
        }
    }
    out.write_all(text.as_bytes())
}

fn full(page: &mut Page<'_>, explained: &Explained<'_>, extent: Extent) {
    let Some(first) = explained.recognised.errors.first() else { return };
    let Some(error) = page.known.find(first) else { return };
    let is_asked_by_name = explained.input == first;
    which(page, explained, error, !is_asked_by_name, &explained.recognised.source);
    let numbers = numbers(page.known, explained.recognised, error, extent);
    if !numbers.is_empty() {
        page.item("  number ", &numbers);
    }
    page.gap();
    page.item("  means  ", &error.meaning);
    page.item("  not    ", &error.not);
    where_from(page, explained, error, extent);
    what_to_do(page, explained, error);
}

fn short(page: &mut Page<'_>, explained: &Explained<'_>) {
    let Some(first) = explained.recognised.errors.first() else { return };
    let Some(error) = page.known.find(first) else { return };
    which(page, explained, error, true, "");
    page.item("  means  ", &error.meaning);
    page.item("  not    ", &error.not);
    if !error.advice.is_empty() {
        page.item("  do     ", &error.advice);
    }
    if let Some(situation) = explained.situations.first() {
        situation_item(page, situation, false);
    }
    // `OTHER` is no error that one could ask for.
    if first != "OTHER" {
        let language = match explained.languages {
            [language] => format!(" --language '{}'", language.name),
            _ => String::new(),
        };
        page.item("  more:  ", &format!("brokenpipe explain {first}{language}"));
    }
}

/// Which error it is, and why.
fn which(page: &mut Page<'_>, explained: &Explained<'_>, error: &Error, shows_input: bool, source: &str) {
    let recognised = explained.recognised;
    page.item("", &format!("{}: {}", error.name, error.title));
    if shows_input {
        page.item("  from   ", &input(explained.input));
    }
    // Of what is no connection, the words come first, and then what they are about.
    let is_said = |at: usize| error.name == "OTHER" && at > 0;
    let why = recognised.why.iter().take(3).enumerate();
    let why = why.map(|(at, what)| if is_said(at) { log_line(&one_line(what)).to_string() } else { quoted(what) });
    let mut why = why.collect::<Vec<_>>().join(", ");
    if !recognised.runtime.is_empty() {
        why.push_str(&format!("; written by {}", recognised.runtime));
    }
    if !recognised.os.is_empty() {
        why.push_str(&format!("; on {}", page.known.label(&recognised.os)));
    }
    if !source.is_empty() {
        why.push_str(&format!("; see {source}"));
    }
    page.item("  why    ", &why);
    if recognised.errors.len() > 1 {
        for name in recognised.errors.iter().take(5) {
            page.item("  maybe  ", &possibility(page.known, recognised, name));
        }
    }
}

/// One of the errors that a text may be about, and what would tell: of a number the system or the program, of a text
/// what else is seen.
fn possibility(known: &Errors, recognised: &Recognised, name: &str) -> String {
    let Some(error) = known.find(name) else { return name.to_owned() };
    let mut text = format!("{name}, {}", error.title);
    /// Systems that are named; where there are more, the first ones are the common ones.
    const NAMED: usize = 6;
    let of_code = recognised.code.into_iter().flat_map(|code| known.with_code(code).chain(known.with_code(-code)));
    let mut places: Vec<_> = of_code.filter(|code| code.errors[0] == name).map(|code| place_of(known, code)).collect();
    places.dedup();
    if !places.is_empty() {
        let others = if places.len() > NAMED { " and others" } else { "" };
        return format!("{text}: on {}{others}", places[..places.len().min(NAMED)].join(", "));
    }
    let is_it = |errors: &[String]| errors.iter().any(|error| error == name);
    let statuses = known.statuses.iter().filter(|status| Some(status.code) == recognised.code && is_it(&status.errors));
    let statuses: Vec<_> =
        statuses.map(|status| format!("exit status {} of {}", status.code, status.program)).collect();
    if !statuses.is_empty() {
        return format!("{text}: {}", statuses.join(", "));
    }
    if !error.sign.is_empty() {
        text.push_str(&format!(". To tell: {}", error.sign));
    }
    text
}

/// Where a number is an error's, with its name there if no other table of the system has it.
pub(crate) fn place_of(known: &Errors, code: &Code) -> String {
    match code.table.as_str() {
        "win32" | "wininet" | "ntstatus" => format!("Windows ({})", code.native),
        "nsurl" => format!("Apple's Foundation ({})", code.native),
        table => known.label(table).to_owned(),
    }
}

/// The numbers and names of an error on all common systems.
fn numbers(known: &Errors, recognised: &Recognised, error: &Error, extent: Extent) -> String {
    let of_windows = |code: &&Code| code.table == "win32" && code.errors[0] == error.name;
    // Every number that means something else somewhere would be one of `OTHER`.
    if error.name == "OTHER" {
        let is_windows = recognised.os == "windows";
        let code = recognised.code.filter(|_| is_windows).and_then(|code| known.with_code(code).find(of_windows));
        return code.map_or_else(String::new, |code| format!("{} {} (Windows)", code.code, code.native));
    }
    let codes = NUMBERED.iter().filter_map(|system| {
        let code = known.code(&error.name, system)?;
        let native = if code.native == error.name { String::new() } else { format!(" {}", code.native) };
        let place = if *system == "libuv" && !extent.names { system.to_string() } else { place_of(known, code) };
        Some((format!("{}{native}", code.code), place))
    });
    let mut parts: Vec<_> =
        grouped(codes).into_iter().map(|(code, places)| format!("{code} ({})", places.join(", "))).collect();
    let windows: Vec<_> = (known.codes.iter().filter(of_windows))
        .map(|code| if extent.names { format!("{} {}", code.code, code.native) } else { code.code.to_string() })
        .collect();
    if !windows.is_empty() {
        parts.push(format!("{} (Windows)", windows.join(", ")));
    }
    parts.join("; ")
}

/// The scenarios in which systems give the error.
fn where_from(page: &mut Page<'_>, explained: &Explained<'_>, error: &Error, extent: Extent) {
    let is_of_call = !error.name.starts_with("LOCAL-") && error.name != "OTHER";
    if explained.situations.is_empty() {
        if is_of_call {
            page.gap();
            page.item(
                "",
                match explained.is_without_results {
                    true => "There are no results there that could tell where it comes from.",
                    false => "No step of the scenarios in these results gives it on any system.",
                },
            );
        }
        return;
    }
    page.gap();
    page.item("", &format!("Where it comes from ({STATED} not measured by this program)"));
    for situation in explained.situations.iter().take(extent.situations) {
        situation_item(page, situation, true);
    }
    let left = explained.situations.len().saturating_sub(extent.situations);
    if left > 0 {
        page.item("  ", &format!("and {} (--format json lists them)", of(left, "scenario more", "scenarios more")));
    }
}

/// A situation: what is done, which systems give the error there, what the others give, and the command that shows it.
fn situation_item(page: &mut Page<'_>, situation: &Situation, shows_others: bool) {
    page.item("  ", &format!("{} (step {}, {})", situation.title, situation.step, situation.operation));
    let (these, others): (Vec<_>, Vec<_>) = situation
        .systems
        .iter()
        .map(|given| {
            let mark = if given.is_measured { "" } else { STATED };
            (given, format!("{mark}{}", given.title))
        })
        .partition(|(given, _)| given.is_it);
    let mut text = these.into_iter().map(|(_, system)| system).collect::<Vec<_>>().join(", ");
    if !others.is_empty() && shows_others {
        // The mark stands at the system, whatever it says of the outcome.
        let others = others.into_iter().map(|(given, system)| (given.outcome.replace(STATED, ""), system));
        let others =
            grouped(others).into_iter().map(|(outcome, systems)| format!("{outcome} on {}", systems.join(", ")));
        text.push_str(&format!("; but {}", others.collect::<Vec<_>>().join(", ")));
    }
    page.item("    ", &text);
    page.item("    ", &format!("brokenpipe show {}", situation.scenario));
}

/// The test in code with its holes or, where the signal killed, how to keep it from that; advice where no test helps.
fn what_to_do(page: &mut Page<'_>, explained: &Explained<'_>, error: &Error) {
    if !error.advice.is_empty() {
        page.gap();
        page.item("What to do: ", &error.advice);
        return;
    }
    if explained.languages.is_empty() || !error.is_lost_connection() {
        return;
    }
    page.gap();
    let names = explained.languages.iter().map(|language| language.name.len());
    let widest = names.max().unwrap_or(0).max("SIGPIPE".len());
    if error.name == "SIGPIPE" {
        page.item("", "What to do: keep the signal from killing");
        for language in explained.languages {
            page.item(&format!("  {:widest$}  ", language.name), &language.sigpipe);
        }
        return;
    }
    if let [language] = explained.languages {
        page.item("", "What to do: one test for all ways in which the connection is gone");
        page.item(&format!("  {:widest$}  ", language.name), &language.test);
        for (system, hole) in &language.holes {
            page.item(&format!("  {system:>widest$}  "), hole);
        }
        page.item(&format!("  {:>widest$}  ", "SIGPIPE"), &language.sigpipe);
        return;
    }
    page.item("", "What to do: one test for all ways in which the connection is gone (all of it: --language LANGUAGE)");
    for language in explained.languages {
        page.item(&format!("  {:widest$}  ", language.name), &language.test);
        if let Some((system, hole)) = language.holes.first() {
            let system = if system == "all" { String::new() } else { format!("{system}: ") };
            page.item(&format!("  {:widest$}  ", ""), &format!("but {system}{hole}"));
        }
    }
}

/// An input as it is shown.
fn input(text: &str) -> String {
    let text = one_line(text);
    let short = shortened(&text, SHOWN);
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", log_line(short))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", log_line(shortened(text, SHOWN)))
}

/// Tells people what is in a log. What is found is explained by the caller.
///
/// # Errors
///
/// Those of `out`.
pub fn explain_log(summary: &Summary, look: Look, out: &mut dyn Write) -> io::Result<()> {
    /// How many kinds of errors are listed.
    const LISTED: usize = 8;
    let mut page = Page::new(look, true);
    let found = summary.found();
    let count: u64 = found.iter().map(|found| found.count).sum();
    let lines = if summary.lines == 1 { "line" } else { "lines" };
    let are = if count == 1 { "is" } else { "are" };
    page.item("", &format!("{count} of {} {lines} {are} about an error", summary.lines));
    if summary.truncated > 0 {
        let (lines, are) = if summary.truncated == 1 { ("line", "is") } else { ("lines", "are") };
        let most = LONGEST_LINE >> 20;
        let what = format!("{} {lines} {are} longer than {most} MiB; the middle was not read", summary.truncated);
        page.item("", &what);
    }
    for Found { recognised, count, first, last } in found.iter().take(LISTED) {
        page.item("", &format!("{count:>7} × {}", recognised.errors.join(" or ")));
        page.item(&format!("{:>9} ", format!("{}:", first.0)), &input(&first.1));
        if last.0 != first.0 {
            page.item(&format!("{:>9} ", format!("{}:", last.0)), &input(&last.1));
        }
    }
    if found.len() > LISTED {
        page.item("", &format!("and {} of errors", of(found.len() - LISTED, "kind more", "kinds more")));
    }
    page.gap();
    out.write_all(page.text.as_bytes())
}
