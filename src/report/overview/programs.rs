//! The overview for programs: a record for each question and system, with outcomes in full.

use std::io::{self, Write};

use serde::Serialize;

use super::super::csv::table;
use crate::{
    outcome::{NOT_RUN, UNSUPPORTED},
    overview::{Answer, Overview, Question, SystemColumn, Topic},
    platform::Provenance,
    untrusted::write_json,
};

/// What a system answers to a question.
#[derive(Serialize)]
struct Record<'a> {
    topic: &'a str,
    question: &'a str,
    scenario: &'a str,
    transport: &'static str,
    sigpipe: &'static str,
    call: &'static str,
    option: &'static str,
    read_call: &'static str,
    wait: &'static str,
    step: u32,
    system: &'a str,
    /// The platform that the outcomes are of.
    platform: Option<&'a str>,
    provenance: Option<Provenance>,
    /// Empty where nothing is known.
    outcomes: Vec<&'a str>,
    /// Other measured platforms of the system that gave something else.
    differing: Vec<Differing<'a>>,
    /// Why there is no outcome of the step, if that is stated and not measured.
    note: String,
}

#[derive(Serialize)]
struct Differing<'a> {
    platform: &'a str,
    outcomes: Vec<&'a str>,
}

fn records<'b>(overview: &'b Overview<'_>) -> impl Iterator<Item = Record<'b>> {
    overview.questions().flat_map(|(topic, answers)| {
        let systems = overview.systems.iter().zip(&answers.cells);
        systems.map(move |(column, answer)| record(topic, answers.question, column, answer))
    })
}

fn record<'b>(
    topic: &'b Topic,
    question: &'b Question,
    column: &'b SystemColumn<'_>,
    answer: &'b Answer<'_>,
) -> Record<'b> {
    let axes = question.axes();
    let record = Record {
        topic: &topic.name,
        question: &question.words,
        scenario: &question.scenario,
        transport: axes.transport.word(),
        sigpipe: axes.sigpipe.word(),
        call: axes.call.word(),
        option: axes.option.word(),
        read_call: axes.read_call.word(),
        wait: axes.wait.word(),
        step: question.step,
        system: column.system.name,
        platform: None,
        provenance: None,
        outcomes: Vec::new(),
        differing: Vec::new(),
        note: String::new(),
    };
    match answer {
        Answer::Unknown => record,
        Answer::NotRun => Record { outcomes: vec![NOT_RUN], ..record },
        Answer::NoSigpipe { source } => Record {
            outcomes: vec![UNSUPPORTED],
            provenance: Some(Provenance::Documented),
            note: format!("no SIGPIPE: {source}"),
            ..record
        },
        Answer::Best(best) => Record {
            platform: Some(&best.platform.name),
            provenance: Some(best.platform.provenance),
            outcomes: outcomes(best.cell),
            differing: best
                .others
                .iter()
                .map(|(platform, cell)| Differing { platform: &platform.name, outcomes: outcomes(cell) })
                .collect(),
            ..record
        },
    }
}

fn outcomes(cell: &crate::matrix::Cell) -> Vec<&str> {
    cell.outcomes.iter().map(|seen| &*seen.outcome).collect()
}

pub(super) fn json(overview: &Overview<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_json(&records(overview).collect::<Vec<_>>(), out)
}

pub(super) fn csv(overview: &Overview<'_>, out: &mut dyn Write) -> io::Result<()> {
    let head = [
        "topic", "question", "scenario", "transport", "sigpipe", "call", "option", "read_call", "wait", "step",
        "system", "platform", "provenance", "outcomes", "differing", "note",
    ];
    let records = records(overview).map(|record| {
        let differing = record.differing.iter();
        let differing: Vec<_> =
            differing.map(|other| format!("{}: {}", other.platform, other.outcomes.join(" or "))).collect();
        [
            record.topic,
            record.question,
            record.scenario,
            record.transport,
            record.sigpipe,
            record.call,
            record.option,
            record.read_call,
            record.wait,
            &record.step.to_string(),
            record.system,
            record.platform.unwrap_or_default(),
            record.provenance.map_or("", Provenance::word),
            &record.outcomes.join(" or "),
            &differing.join("; "),
            &record.note,
        ]
        .map(str::to_owned)
    });
    table(head, records, out)
}
