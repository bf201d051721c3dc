//! `brokenpipe explain`.

use std::{io, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{
    failure::{Done, Failure, print_as, print_with},
    options::look,
    view::read_matrix,
};
use crate::{
    catalogue::Catalogue,
    explain::{
        Errors, Language, Recognised, Recogniser, Situation, Summary, USUAL_LANGUAGES, for_each_line, language_of,
        languages, situations,
    },
    matrix::Matrix,
    report::{Detail, Explained, Format, explain as explain_text, explain_json, explain_log},
    untrusted::quoted,
};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// An error's name (EPIPE), its number (10054), a message, a line of a log; `-`, alone, reads a log from standard
    /// input. Several words, none of which says anything alone, are taken as one text, but with JSON never
    #[arg(value_name = "INPUT", required = true, allow_negative_numbers = true)]
    inputs: Vec<String>,
    /// For people, or one JSON object a line: for each input, or with `-` for each line of the log
    ///
    /// Every object has the same keys; what is not known is null, or [] if it is a list. input, line (its number in
    /// the log), truncated (the line is longer than 1 MiB, and input only its beginning and end), errors (canonical
    /// names, likeliest first: POSIX names, SIGPIPE, EOF, LOCAL-CLOSED, LOCAL-TIMEOUT, OTHER), why, source, code,
    /// runtime and os tell what was recognised. title, meaning, not, advice, numbers, situations and tests are about
    /// the first of errors; for lines of a log they are null and [], and `explain NAME --format json` has them.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    format: ExplainFormat,
    #[arg(long, value_name = "LANGUAGE", value_parser = language_name, help = language_help())]
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
    let expected = || format!("expected one of {}", language_names());
    language_of(name).map(|language| language.name.clone()).ok_or_else(expected)
}

fn language_names() -> String {
    languages().iter().map(|language| language.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn language_help() -> String {
    let names = language_names();
    format!(
        "Show the test of this language, with all its holes: {names} [default: the one that the text is from, or seven]"
    )
}

pub(super) fn explain(args: &ExplainArgs) -> Done {
    if args.inputs.len() > 1 && args.inputs.iter().any(|input| input == "-") {
        return Err(Failure::Wrong(
            "`-` reads a log from standard input, and takes no other input beside it".to_owned(),
        ));
    }
    let recogniser = Recogniser::new();
    match (args.inputs.as_slice(), args.format) {
        ([dash], ExplainFormat::Json) if dash == "-" => each_line(&recogniser),
        ([dash], ExplainFormat::Text) if dash == "-" => log(args, &recogniser),
        _ => inputs(args, &recogniser),
    }
}

/// What is said of errors beside their meaning.
struct Facts {
    matrix: Matrix,
    catalogue: Catalogue,
}

impl Facts {
    fn read(args: &ExplainArgs) -> Result<Facts, Failure> {
        let catalogue = Catalogue::builtin();
        Ok(Facts { matrix: read_matrix(&args.results, &catalogue)?, catalogue })
    }

    /// Calls `take` with an input, of line `line` if it is from a log, and what there is to say about it.
    fn explained<T>(
        &self,
        args: &ExplainArgs,
        (line, input): (Option<u64>, &str),
        recognised: &Recognised,
        take: impl FnOnce(&Explained<'_>) -> T,
    ) -> T {
        let (situations, languages) = (self.situations(recognised), languages_for(args, recognised));
        take(&Explained {
            input,
            line,
            is_truncated: false,
            recognised,
            situations: &situations,
            languages: &languages,
            is_without_results: self.matrix.is_empty(),
        })
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
    let recognised_in = |input: &String| (input.clone(), recogniser.recognise_whole(input));
    let is_none_in = |all: &[(String, Recognised)]| all.iter().all(|(_, recognised)| recognised.errors.is_empty());
    let mut all: Vec<_> = args.inputs.iter().map(recognised_in).collect();
    // `explain broken pipe`, without quotes. A program gets an object for each input.
    if all.len() > 1 && args.format == ExplainFormat::Text && is_none_in(&all) {
        let joined = vec![recognised_in(&args.inputs.join(" "))];
        if !is_none_in(&joined) {
            all = joined;
        }
    }
    let is_none = is_none_in(&all);
    if is_none && args.format == ExplainFormat::Text {
        let messages: Vec<_> = all.iter().map(|(input, _)| unknown(input)).collect();
        return Err(Failure::No(messages.join("\n")));
    }
    let facts = Facts::read(args)?;
    if args.format == ExplainFormat::Json {
        print_with(|out| {
            all.iter().try_for_each(|(input, recognised)| {
                let json = |it: &Explained<'_>| explain_json(it, Detail::Full);
                writeln!(out, "{}", facts.explained(args, (None, input), recognised, json))
            })
        })?;
        return none_as_failure(is_none);
    }
    let detail = if all.len() == 1 { Detail::Full } else { Detail::Short };
    print_as(Format::Table, |out| {
        for (at, (input, recognised)) in all.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            if recognised.errors.is_empty() {
                writeln!(out, "{}", unknown(input))?;
                continue;
            }
            facts.explained(args, (None, input), recognised, |it| explain_text(it, detail, look(args.width), out))?;
        }
        if all.iter().any(|(_, recognised)| recognised.errors.is_empty()) {
            writeln!(out, "\nA text of several words is one input if it is in quotes.")?;
        }
        Ok(())
    })
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

/// An object for each line of standard input.
fn each_line(recogniser: &Recogniser) -> Done {
    let mut is_none = true;
    print_with(|out| {
        for_each_line(io::stdin().lock(), |line| {
            let recognised = recogniser.recognise_whole(&line.text);
            is_none &= recognised.errors.is_empty();
            let explained = Explained {
                input: &line.text,
                line: Some(line.number),
                is_truncated: line.is_truncated,
                recognised: &recognised,
                situations: &[],
                languages: &[],
                is_without_results: false,
            };
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
    for_each_line(io::stdin().lock(), |line| {
        summary.add(recogniser, line);
        Ok(())
    })
    .map_err(|error| Failure::Wrong(format!("standard input: {error}")))?;
    let found = summary.found();
    if found.is_empty() {
        return Err(Failure::No(match summary.lines {
            0 => "standard input: empty; expected the lines of a log".to_owned(),
            1 => "standard input: 1 line, and no error of a connection in it".to_owned(),
            lines => format!("standard input: {lines} lines, and no error of a connection in them"),
        }));
    }
    let facts = Facts::read(args)?;
    print_as(Format::Table, |out| {
        explain_log(&summary, look(args.width), out)?;
        for (at, found) in found.iter().take(EXPLAINED).enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            let (line, input) = &found.first;
            facts.explained(args, (Some(*line), input), &found.recognised, |it| {
                explain_text(it, Detail::Short, look(args.width), out)
            })?;
        }
        Ok(())
    })
}
