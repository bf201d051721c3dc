//! An explained input as JSON.

use serde::Serialize;

use super::explain::{Detail, Explained};
use crate::explain::Errors;

/// An input for programs. Every object has all of these keys: what is not known is `null`, and a list `[]`.
#[derive(Serialize)]
struct Object<'a> {
    input: &'a str,
    line: Option<u64>,
    truncated: bool,
    errors: &'a [String],
    why: &'a [String],
    source: Option<&'a str>,
    code: Option<i64>,
    runtime: Option<&'a str>,
    os: Option<&'a str>,
    title: Option<&'a str>,
    meaning: Option<&'a str>,
    not: Option<&'a str>,
    advice: Option<&'a str>,
    numbers: Vec<Number<'a>>,
    situations: Vec<Step<'a>>,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Number<'a> {
    system: &'a str,
    code: i64,
    name: &'a str,
}

#[derive(Serialize)]
struct Step<'a> {
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

fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// An input for programs, as one line of JSON without a newline. `##[` is written with an escape, as no CI runner may
/// take it for a command. Of [`Detail::Short`] there are no meaning, numbers, situations and tests.
pub fn explain_json(explained: &Explained<'_>, detail: Detail) -> String {
    let recognised = explained.recognised;
    let all = Errors::builtin();
    let error = recognised.errors.first().and_then(|name| all.find(name)).filter(|_| detail == Detail::Full);
    let numbers = error.filter(|error| error.name != "OTHER").map_or_else(Vec::new, |error| {
        let codes = all.codes.iter().filter(|code| code.errors[0] == error.name);
        codes.map(|code| Number { system: &code.table, code: code.code, name: &code.native }).collect()
    });
    let situations = explained.situations.iter().map(|situation| Step {
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
    let object = Object {
        input: explained.input,
        line: explained.line,
        truncated: explained.is_truncated,
        errors: &recognised.errors,
        why: &recognised.why,
        source: known(&recognised.source),
        code: recognised.code,
        runtime: known(&recognised.runtime),
        os: known(&recognised.os),
        title: error.map(|error| error.title.as_str()),
        meaning: error.map(|error| error.meaning.as_str()),
        not: error.map(|error| error.not.as_str()),
        advice: error.and_then(|error| known(&error.advice)),
        numbers,
        situations: situations.filter(|_| error.is_some()).collect(),
        tests: tests.filter(|_| error.is_some_and(|error| error.is_lost_connection())).collect(),
    };
    let json = serde_json::to_string(&object).expect("strings and numbers are JSON");
    json.replace("##[", "\\u0023#[")
}
