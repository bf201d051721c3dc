//! `brokenpipe explain`.

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
};

use clap::{Args, ValueEnum};

use super::{
    failure::{Done, Failure, print_as, print_with},
    options::look,
    view::read_matrix,
};
use crate::{
    catalogue::Catalogue,
    explain::{
        Errors, LONGEST, Language, Recognised, Recogniser, Situation, Summary, USUAL_LANGUAGES, language_of, languages,
        situations,
    },
    matrix::Matrix,
    report::{Detail, Explained, Format, explain as explain_text, explain_json, explain_log},
    untrusted::quoted,
};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// An error's name (EPIPE), its number (10054), a message, a line of a log; `-` reads a log from standard input.
    /// Several words that say nothing alone are taken as one text
    #[arg(value_name = "INPUT", required = true, allow_negative_numbers = true)]
    inputs: Vec<String>,
    /// For people, or one JSON object a line: for each input, or with `-` for each line of the log
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    format: ExplainFormat,
    /// Show the test of this language, with its holes [default: the one that the text is from, or seven]
    #[arg(long, value_name = "LANGUAGE", value_parser = language_name)]
    language: Option<String>,
    /// Files of results, or folders of them; repeatable [default: those that the program carries]
    #[arg(long, value_name = "PATH")]
    results: Vec<PathBuf>,
    /// Width of the text in characters, at least 40 [default: the terminal's, or 120]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    Text,
    Json,
}

fn language_name(name: &str) -> Result<String, String> {
    let names = || languages().iter().map(|language| language.name.as_str()).collect::<Vec<_>>().join(", ");
    language_of(name).map(|language| language.name.clone()).ok_or_else(|| format!("expected one of {}", names()))
}

pub(super) fn explain(args: &ExplainArgs) -> Done {
    let recogniser = Recogniser::new();
    match (args.inputs.as_slice(), args.format) {
        ([dash], ExplainFormat::Json) if dash == "-" => each_line(&recogniser),
        ([dash], ExplainFormat::Text) if dash == "-" => log(args, &recogniser),
        _ => inputs(args, &recogniser),
    }
}

/// What is said of errors beside their meaning.
struct Known {
    matrix: Matrix,
    catalogue: Catalogue,
}

impl Known {
    fn read(args: &ExplainArgs) -> Result<Known, Failure> {
        let catalogue = Catalogue::builtin();
        Ok(Known { matrix: read_matrix(&args.results, &catalogue)?, catalogue })
    }

    fn situations(&self, recognised: &Recognised) -> Vec<Situation> {
        let Some(error) = recognised.errors.first() else { return Vec::new() };
        let telling = Errors::builtin().find(error).map_or(&[][..], |error| &error.scenarios);
        situations(&self.matrix.evidence(), &self.catalogue, error, telling)
    }
}

/// The languages to show for a text.
fn languages_for(args: &ExplainArgs, recognised: &Recognised) -> Vec<&'static Language> {
    let chosen = args.language.as_deref().or(Some(&recognised.runtime)).and_then(language_of);
    chosen.map_or_else(|| languages().iter().take(USUAL_LANGUAGES).collect(), |language| vec![language])
}

fn inputs(args: &ExplainArgs, recogniser: &Recogniser) -> Done {
    let recognised_in = |inputs: &[String]| -> Vec<(String, Recognised)> {
        inputs.iter().map(|input| (input.clone(), recogniser.recognise(input))).collect()
    };
    let mut all = recognised_in(&args.inputs);
    // `explain os error 104`, without quotes.
    if all.len() > 1 && all.iter().any(|(_, recognised)| recognised.errors.is_empty()) {
        let joined = recognised_in(&[args.inputs.join(" ")]);
        if !joined[0].1.errors.is_empty() {
            all = joined;
        }
    }
    let known = Known::read(args)?;
    let detail = if all.len() == 1 { Detail::Full } else { Detail::Short };
    let page = |out: &mut dyn Write| {
        for (at, (input, recognised)) in all.iter().enumerate() {
            let (situations, languages) = (known.situations(recognised), languages_for(args, recognised));
            let explained = Explained { input, recognised, situations: &situations, languages: &languages };
            match args.format {
                ExplainFormat::Json => writeln!(out, "{}", explain_json(&explained, Detail::Full))?,
                ExplainFormat::Text if recognised.errors.is_empty() => {
                    writeln!(out, "{}{}", if at > 0 { "\n" } else { "" }, unknown(input))?;
                }
                ExplainFormat::Text => {
                    if at > 0 {
                        writeln!(out)?;
                    }
                    explain_text(&explained, detail, look(args.width), out)?;
                }
            }
        }
        Ok(())
    };
    let is_none = all.iter().all(|(_, recognised)| recognised.errors.is_empty());
    match (args.format, is_none) {
        (ExplainFormat::Text, true) => {
            let messages: Vec<_> = all.iter().map(|(input, _)| unknown(input)).collect();
            Err(Failure::No(messages.join("\n")))
        }
        (ExplainFormat::Text, false) => print_as(Format::Table, page),
        (ExplainFormat::Json, _) => print_with(page).and_then(|()| none_as_failure(is_none)),
    }
}

/// The exit code for a text in which nothing was recognised; the objects say so themselves.
fn none_as_failure(is_none: bool) -> Done {
    if is_none { Err(Failure::No("nothing recognised".to_owned())) } else { Ok(()) }
}

/// What to say of an input in which nothing was recognised.
fn unknown(input: &str) -> String {
    let near = Errors::builtin().nearest(input.trim());
    let hint = match near.as_slice() {
        [] => "expected an error's name (EPIPE), its number (10054, 'os error 54', 141), or a message with one of them"
            .to_owned(),
        names => format!("did you mean {}?", names.join(" or ")),
    };
    format!("{}: no error of a connection recognised; {hint}", quoted(input))
}

/// Calls `take` with each line of standard input, without its end. Of a longer line than [`LONGEST`] bytes it gets the
/// beginning.
fn for_each_line(mut take: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    let mut is_open = false;
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        if buffer.is_empty() {
            return if is_open { take(&text_of(&line)) } else { Ok(()) };
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        line.extend_from_slice(&part[..part.len().min(LONGEST + 4 - line.len().min(LONGEST + 4))]);
        is_open = end.is_none();
        let used = part.len() + usize::from(end.is_some());
        if end.is_some() {
            take(&text_of(&line))?;
            line.clear();
        }
        input.consume(used);
    }
}

fn text_of(line: &[u8]) -> String {
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

/// An object for each line of standard input.
fn each_line(recogniser: &Recogniser) -> Done {
    let mut is_none = true;
    print_with(|out| {
        for_each_line(|line| {
            let recognised = recogniser.recognise(line);
            is_none &= recognised.errors.is_empty();
            let explained = Explained { input: line, recognised: &recognised, situations: &[], languages: &[] };
            writeln!(out, "{}", explain_json(&explained, Detail::Short))
        })
    })?;
    none_as_failure(is_none)
}

/// How many of the errors of a log are explained.
const EXPLAINED: usize = 2;

/// A summary of a log, and what its most frequent errors are.
fn log(args: &ExplainArgs, recogniser: &Recogniser) -> Done {
    let mut summary = Summary::default();
    for_each_line(|line| {
        summary.add(recogniser, line);
        Ok(())
    })
    .map_err(|error| Failure::Wrong(format!("standard input: {error}")))?;
    let found = summary.found();
    if found.is_empty() {
        let lines = summary.lines;
        return Err(Failure::No(format!("standard input: {lines} lines, and no error of a connection in them")));
    }
    let known = Known::read(args)?;
    print_as(Format::Table, |out| {
        explain_log(&summary, look(args.width), out)?;
        for (at, found) in found.iter().take(EXPLAINED).enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            let (situations, languages) = (known.situations(&found.recognised), languages_for(args, &found.recognised));
            let explained = Explained {
                input: &found.first.1,
                recognised: &found.recognised,
                situations: &situations,
                languages: &languages,
            };
            explain_text(&explained, Detail::Short, look(args.width), out)?;
        }
        Ok(())
    })
}
