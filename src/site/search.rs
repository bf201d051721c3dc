//! What the search field finds, as data for the script.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{
    File, Site, address,
    compare::{Pair, Side},
};
use crate::{
    catalogue::Scenario,
    explain::{Code, Error, Errors, Recogniser, spellings},
    matrix::{Column, title},
    overview::Questions,
    report::place_of,
    untrusted::printable,
};

/// What a page is about, in words that hits have in front of them. The script knows that errors are the first.
const KINDS: [&str; 7] = ["error", "question", "scenario", "family", "platform", "comparison", "page"];

/// The place of a kind among [`KINDS`].
#[derive(Debug, Clone, Copy)]
enum Kind {
    Error,
    Question,
    Scenario,
    Family,
    Platform,
    Comparison,
    Page,
}

/// A page or a part of one: its kind, address and name, what else is told of it, and other words that find it.
type Page = (u8, String, String, String, String);

/// What the script reads.
#[derive(Debug, Serialize)]
struct Data {
    kinds: [&'static str; 7],
    pages: Vec<Page>,
    /// Texts of errors, who writes them, and the pages of the errors that they stand for, likeliest first.
    texts: Vec<(String, String, Vec<usize>)>,
    /// For each number the pages of the errors that it stands for, likeliest first, each with where it does.
    numbers: BTreeMap<i64, Vec<(usize, String)>>,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let known = Errors::builtin();
    let mut pages = errors(known);
    let of_error: HashMap<_, _> =
        known.errors.iter().enumerate().map(|(at, error)| (error.name.as_str(), at)).collect();
    pages.extend(questions());
    pages.extend(scenarios(site));
    pages.extend(site.contents.matrix.columns().iter().map(platform));
    pages.extend(comparisons(site));
    pages.extend(lists(site));
    let texts = spellings().into_iter().map(|spelling| {
        let by = if spelling.runtime.is_empty() { title(&spelling.os).to_owned() } else { spelling.runtime };
        (spelling.text, by, spelling.errors.iter().map(|error| of_error[error.as_str()]).collect())
    });
    let data = Data { kinds: KINDS, pages, texts: texts.collect(), numbers: numbers(known, &of_error) };
    vec![File { path: address::SEARCH_DATA.to_owned(), text: script(&data) }]
}

/// A script that only gives the data a name.
fn script(data: &Data) -> String {
    let json = serde_json::to_string(data).expect("texts and numbers can be written as JSON");
    // Inside a string of JSON, where alone these occur, an escape is the same text.
    let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("\"use strict\";\nconst searchData = {json};\n")
}

fn page(kind: Kind, address: String, name: &str, about: &str, also: &str) -> Page {
    (kind as u8, address, printable(name), printable(about), printable(also))
}

fn errors(known: &Errors) -> Vec<Page> {
    let of = |error: &Error| {
        let natives = known.codes.iter().filter(|code| code.errors[0] == error.name && code.native != error.name);
        let natives: Vec<_> = natives.map(|code| code.native.as_str()).collect();
        page(Kind::Error, address::error(&error.name), &error.name, &error.title, &natives.join(" "))
    };
    known.errors.iter().map(of).collect()
}

fn questions() -> impl Iterator<Item = Page> {
    let topics = Questions::builtin().topics.iter();
    topics.flat_map(|topic| topic.questions.iter().map(move |question| (topic, question))).map(|(topic, question)| {
        let name = format!("{}, {}", topic.name, question.words);
        page(Kind::Question, address::step(&question.scenario, question.step), &name, &question.scenario, "")
    })
}

/// The scenarios and their families.
fn scenarios(site: &Site<'_>) -> Vec<Page> {
    let families = site.contents.catalogue.families();
    let family = |(name, scenarios): (&str, Vec<&Scenario>)| {
        let about = match scenarios.len() {
            1 => "1 scenario".to_owned(),
            count => format!("{count} scenarios"),
        };
        page(Kind::Family, address::family(name), name, &about, "")
    };
    let scenarios = site.contents.catalogue.scenarios().iter();
    let scenarios = scenarios.map(|it| page(Kind::Scenario, address::scenario(&it.id), &it.title, &it.id, ""));
    scenarios.chain(families.into_iter().map(family)).collect()
}

fn platform(column: &Column) -> Page {
    let facts = column.members[0].facts.as_ref();
    let about = match facts {
        Some(facts) if facts.is_standard() => format!("a standard, {}", column.provenance),
        Some(facts) => {
            let parts = [title(facts.system()), &facts.os_version, &facts.arch, &facts.abi];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            format!("{}, {}", parts.join(" "), column.provenance)
        }
        None => column.provenance.to_string(),
    };
    page(Kind::Platform, address::platform(column), &column.name, &about, "")
}

/// The pages on which two are compared.
fn comparisons(site: &Site<'_>) -> Vec<Page> {
    let pairs =
        site.groups.shown.iter().flat_map(|group| group.pairs.iter().map(move |pair| (group.sides(pair), pair)));
    let pair = |([one, other], pair): ([&Side; 2], &Pair)| {
        let name = format!("{} and {}", one.title, other.title);
        page(Kind::Comparison, pair.address.clone(), &name, "in what they differ", "vs versus")
    };
    pairs.map(pair).collect()
}

/// The lists of all pages.
fn lists(site: &Site<'_>) -> Vec<Page> {
    let lists = [
        (address::INDEX, "Overview", "what each system answers to the questions that matter"),
        (address::SCENARIOS, "Scenarios", "all of them, by family"),
        (address::ERRORS, "Errors", "all of them, with their numbers"),
        (address::PLATFORMS, "Platforms", "all of them, by system"),
        (address::COMPARE, "Compare", "two systems or platforms"),
    ];
    let changes = site.contents.changes.map(|_| (address::CHANGES, "Changes", "what a check found"));
    let lists = lists.into_iter().chain(changes);
    lists.map(|(address, name, about)| page(Kind::Page, address.to_owned(), name, about, "")).collect()
}

/// Every number that `brokenpipe explain` takes for an error or for the status of a program, with what it says of it.
fn numbers(known: &Errors, of_error: &HashMap<&str, usize>) -> BTreeMap<i64, Vec<(usize, String)>> {
    let recogniser = Recogniser::new();
    let codes = known.codes.iter().map(|code| code.code);
    let numbers = codes.chain(known.statuses.iter().map(|status| status.code));
    let meanings = |number: i64| {
        let recognised = recogniser.recognise(&number.to_string());
        let meaning = |error: String| (of_error[error.as_str()], places(known, number, &error));
        recognised.errors.into_iter().map(meaning).collect::<Vec<_>>()
    };
    let meanings = numbers.map(|number| (number, meanings(number)));
    meanings.filter(|(_, meanings)| !meanings.is_empty()).collect()
}

/// Where a number stands for an error.
fn places(known: &Errors, number: i64, error: &str) -> String {
    let is_it = |errors: &[String]| errors.iter().any(|name| name == error);
    let place = |code: &Code| match code.native == error || code.table == "libuv" {
        true => place_of(known, code),
        false => with_name(place_of(known, code), &code.native),
    };
    let codes: Vec<_> = known.with_code(number).filter(|code| is_it(&code.errors)).map(place).collect();
    let codes = (!codes.is_empty()).then(|| format!("{number} on {}", codes.join(", ")));
    let statuses = known.statuses.iter().filter(|status| status.code == number && is_it(&status.errors));
    let statuses = statuses.map(|status| format!("exit status {number} of {}", status.program));
    codes.into_iter().chain(statuses).collect::<Vec<_>>().join("; ")
}

/// A place with the name that an error has there, unless it is there already.
fn with_name(place: String, native: &str) -> String {
    if place.ends_with(')') { place } else { format!("{place} ({native})") }
}
