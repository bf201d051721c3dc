//! What an error means and what to do about it, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;
use textwrap::Options;

use super::{Look, STATED, grouped, of};
use crate::{
    explain::{Errors, Found, Language, Recognised, Situation, Summary, shortened},
    untrusted::{log_line, no_command, one_line},
};

/// An input, and what there is to say about it.
#[derive(Debug)]
pub struct Explained<'a> {
    /// The text that was given.
    pub input: &'a str,
    /// What was recognised in it.
    pub recognised: &'a Recognised,
    /// Where the likeliest error comes from, the most telling first.
    pub situations: &'a [Situation],
    /// The languages whose tests are shown.
    pub languages: &'a [&'a Language],
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything, on a page.
    Full,
    /// What one among several is, in a few lines.
    Short,
}

/// How much of an input is shown, in bytes.
const SHOWN: usize = 160;

/// Systems whose numbers are shown.
const NUMBERED: [&str; 8] = ["linux", "macos", "freebsd", "netbsd", "openbsd", "illumos", "winsock", "libuv"];

/// Lines of text, wrapped.
struct Page<'a> {
    text: String,
    width: usize,
    known: &'a Errors,
}

impl Page<'_> {
    /// A paragraph; its first line begins with `first`, and those that follow with as many blanks.
    fn item(&mut self, first: &str, text: &str) {
        let rest = " ".repeat(textwrap::core::display_width(first));
        let options = Options::new(self.width).initial_indent(first).subsequent_indent(&rest).break_words(false);
        self.text.push_str(no_command(&textwrap::fill(text, options)).trim_end());
        self.text.push('\n');
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }
}

/// Explains one input to people.
///
/// # Errors
///
/// Those of `out`.
pub fn explain(explained: &Explained<'_>, detail: Detail, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { text: String::new(), width: usize::from(look.width), known: Errors::builtin() };
    which(&mut page, explained, detail);
    if let Some(error) = explained.recognised.errors.first().and_then(|name| page.known.find(name)) {
        if detail == Detail::Full {
            page.gap();
        }
        page.item("  means  ", &error.meaning);
        page.item("  not    ", &error.not);
    }
    where_from(&mut page, explained, detail);
    what_to_do(&mut page, explained, detail);
    out.write_all(page.text.as_bytes())
}

/// Which error it is, why, and what it is called elsewhere.
fn which(page: &mut Page<'_>, explained: &Explained<'_>, detail: Detail) {
    let recognised = explained.recognised;
    let title = |name: &str| page.known.find(name).map_or("", |error| error.title.as_str()).to_owned();
    let Some(first) = recognised.errors.first() else { return };
    page.item("", &format!("{first}: {}", title(first)));
    if detail == Detail::Short || explained.input != first {
        page.item("  from   ", &input(explained.input));
    }
    let mut why = recognised.why.iter().take(3).map(|what| quoted(what)).collect::<Vec<_>>().join(", ");
    let by = [(&recognised.runtime, "written by "), (&recognised.os, "on ")];
    for (name, word) in by.iter().filter(|(name, _)| !name.is_empty()) {
        why.push_str(&format!("; {word}{name}"));
    }
    if !recognised.source.is_empty() && detail == Detail::Full {
        why.push_str(&format!("; see {}", recognised.source));
    }
    page.item("  why    ", &why);
    if recognised.errors.len() > 1 {
        for name in recognised.errors.iter().take(5) {
            page.item("  maybe  ", &possibility(page.known, recognised, name));
        }
    }
    if detail == Detail::Full {
        let numbers = numbers(page.known, first);
        if !numbers.is_empty() {
            page.item("  number ", &numbers);
        }
    }
}

/// One of the errors that a text may be about, and what would tell.
fn possibility(known: &Errors, recognised: &Recognised, name: &str) -> String {
    let Some(error) = known.find(name) else { return name.to_owned() };
    let mut text = format!("{name}, {}", error.title);
    /// Systems that are named; where there are more, the first ones are the common ones.
    const NAMED: usize = 6;
    let of_code = recognised.code.into_iter().flat_map(|code| known.with_code(code).chain(known.with_code(-code)));
    let places: Vec<_> = of_code.filter(|code| code.errors[0] == name).map(|code| place_of(known, code)).collect();
    if !places.is_empty() {
        let others = if places.len() > NAMED { " and others" } else { "" };
        text.push_str(&format!(": on {}{others}", places[..places.len().min(NAMED)].join(", ")));
    }
    if !error.sign.is_empty() {
        text.push_str(&format!(". To tell: {}", error.sign));
    }
    text
}

fn place_of(known: &Errors, code: &crate::explain::Code) -> String {
    match code.table.as_str() {
        "win32" | "wininet" | "ntstatus" => format!("Windows ({})", code.native),
        "nsurl" => format!("Apple's Foundation ({})", code.native),
        table => {
            known.systems.iter().find(|system| system.id == table).map_or(table, |system| &system.label).to_owned()
        }
    }
}

/// The numbers and names of an error on all common systems.
fn numbers(known: &Errors, error: &str) -> String {
    let codes = NUMBERED.iter().filter_map(|system| {
        let code = known.code(error, system)?;
        let native = if code.native == error { String::new() } else { format!(" {}", code.native) };
        Some((format!("{}{native}", code.code), place_of(known, code)))
    });
    let mut parts: Vec<_> =
        grouped(codes).into_iter().map(|(code, places)| format!("{code} ({})", places.join(", "))).collect();
    let windows = known.codes.iter().filter(|code| code.table == "win32" && code.errors[0] == error);
    let windows: Vec<_> = windows.map(|code| format!("{} {}", code.code, code.native)).collect();
    if !windows.is_empty() {
        parts.push(format!("{} (Windows)", windows.join(", ")));
    }
    parts.join("; ")
}

/// The scenarios in which systems give the error.
fn where_from(page: &mut Page<'_>, explained: &Explained<'_>, detail: Detail) {
    let most = if detail == Detail::Full { 3 } else { 1 };
    if explained.situations.is_empty() {
        let first = explained.recognised.errors.first().map_or("", String::as_str);
        let is_of_call = !first.starts_with("LOCAL-") && first != "OTHER";
        if is_of_call && detail == Detail::Full {
            page.gap();
            page.item("", "No step of this program's scenarios is known to give it on any system.");
        }
        return;
    }
    if detail == Detail::Full {
        page.gap();
        page.item("", &format!("Where it comes from ({STATED} not measured by this program)"));
    }
    for situation in explained.situations.iter().take(most) {
        let head = format!("{} (step {}, {})", situation.title, situation.step, situation.operation);
        page.item("  ", &head);
        let (these, others): (Vec<_>, Vec<_>) = situation.systems.iter().partition(|given| given.is_it);
        let mark = |is_measured: bool| if is_measured { "" } else { STATED };
        let these: Vec<_> = these.iter().map(|given| format!("{}{}", mark(given.is_measured), given.title)).collect();
        let others = others.iter().map(|given| {
            let outcome = format!("{}{}", mark(given.is_measured), given.outcome);
            (outcome, given.title.as_str())
        });
        let others =
            grouped(others).into_iter().map(|(outcome, systems)| format!("{outcome} on {}", systems.join(", ")));
        let mut text = these.join(", ");
        let others: Vec<_> = others.collect();
        if !others.is_empty() && detail == Detail::Full {
            text.push_str(&format!("; but {}", others.join(", ")));
        }
        page.item("    ", &text);
        page.item("    ", &format!("brokenpipe show {}", situation.scenario));
    }
    let left = explained.situations.len().saturating_sub(most);
    if left > 0 && detail == Detail::Full {
        page.item("  ", &format!("and {} (--format json lists them)", of(left, "scenario more", "scenarios more")));
    }
}

/// The test in code with its holes or, where the signal killed, how to keep it from that.
fn what_to_do(page: &mut Page<'_>, explained: &Explained<'_>, detail: Detail) {
    let first = explained.recognised.errors.first().map_or("", String::as_str);
    let is_local = first.starts_with("LOCAL-") || first == "OTHER";
    let is_aside = page.known.find(first).is_some_and(|error| error.aside);
    if explained.languages.is_empty() || detail == Detail::Short || is_local || is_aside {
        return;
    }
    page.gap();
    let names = explained.languages.iter().map(|language| language.name.len());
    let widest = names.max().unwrap_or(0).max("SIGPIPE".len());
    if first == "SIGPIPE" {
        page.item("", "What to do: keep the signal from killing");
        for language in explained.languages {
            page.item(&format!("  {:widest$}  ", language.name), &language.sigpipe);
        }
        return;
    }
    page.item("", "What to do: one test for all ways in which the connection is gone");
    for language in explained.languages {
        page.item(&format!("  {:widest$}  ", language.name), &language.test);
    }
    if let [language] = explained.languages {
        for (system, hole) in &language.holes {
            page.item(&format!("  {system:>widest$}  "), hole);
        }
        page.item(&format!("  {:>widest$}  ", "SIGPIPE"), &language.sigpipe);
    } else {
        page.item("  ", "Each has holes, and C and Perl need care for SIGPIPE: see --language LANGUAGE");
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
    let mut page = Page { text: String::new(), width: usize::from(look.width), known: Errors::builtin() };
    let found = summary.found();
    let count: u64 = found.iter().map(|found| found.count).sum();
    page.item("", &format!("{count} of {} lines are about an error", summary.lines));
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

/// An input for programs.
#[derive(Serialize)]
struct Object<'a> {
    input: &'a str,
    errors: &'a [String],
    why: &'a [String],
    source: &'a str,
    code: Option<i64>,
    runtime: &'a str,
    os: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    numbers: Vec<Number<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    situations: Vec<Place<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Number<'a> {
    system: &'a str,
    code: i64,
    name: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    scenario: &'a str,
    step: u32,
    operation: &'a str,
    case: &'a str,
    systems: Vec<Outcome<'a>>,
    command: String,
}

#[derive(Serialize)]
struct Outcome<'a> {
    system: &'a str,
    outcome: &'a str,
    measured: bool,
    same: bool,
}

#[derive(Serialize)]
struct Test<'a> {
    language: &'a str,
    test: &'a str,
    sigpipe: &'a str,
    holes: Vec<[&'a str; 2]>,
}

/// An input for programs, as one line of JSON without a newline. `##[` is written with an escape, as no CI runner may
/// take it for a command. Of [`Detail::Short`] there are no meanings, situations and tests.
pub fn explain_json(explained: &Explained<'_>, detail: Detail) -> String {
    let recognised = explained.recognised;
    let known = Errors::builtin();
    let error = recognised.errors.first().and_then(|name| known.find(name)).filter(|_| detail == Detail::Full);
    let numbers = error.into_iter().flat_map(|error| known.codes.iter().filter(|code| code.errors[0] == error.name));
    let situations = explained.situations.iter().map(|situation| Place {
        scenario: &situation.scenario,
        step: situation.step,
        operation: &situation.operation,
        case: &situation.case,
        command: format!("brokenpipe show {}", situation.scenario),
        systems: (situation.systems.iter())
            .map(|given| Outcome {
                system: &given.system,
                outcome: &given.outcome,
                measured: given.is_measured,
                same: given.is_it,
            })
            .collect(),
    });
    let tests = explained.languages.iter().map(|language| Test {
        language: &language.name,
        test: &language.test,
        sigpipe: &language.sigpipe,
        holes: language.holes.iter().map(|(system, hole)| [system.as_str(), hole]).collect(),
    });
    let is_full = error.is_some();
    let object = Object {
        input: explained.input,
        errors: &recognised.errors,
        why: &recognised.why,
        source: &recognised.source,
        code: recognised.code,
        runtime: &recognised.runtime,
        os: &recognised.os,
        meaning: error.map(|error| error.meaning.as_str()),
        not: error.map(|error| error.not.as_str()),
        numbers: numbers.map(|code| Number { system: &code.table, code: code.code, name: &code.native }).collect(),
        situations: situations.filter(|_| is_full).collect(),
        tests: tests.filter(|_| is_full).collect(),
    };
    let json = serde_json::to_string(&object).expect("strings and numbers are JSON");
    json.replace("##[", "\\u0023#[")
}
