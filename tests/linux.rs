//! What Linux gives, exactly, for every step of every scenario: the program against a table written by hand.

#![cfg(target_os = "linux")]

use std::fmt::Write;

use brokenpipe::{
    catalogue::{Catalogue, Selection},
    driver::{self, CaseResult, Progress, Settings},
};

/// Written from manual pages, RFCs, kernel source and other suites, not by this program. See its head.
const TABLE: &str = include_str!("linux-outcomes.txt");

/// The table without its comments, and with the blanks between step and outcome as [`line`] has them.
fn expected() -> String {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#')).map(|text| match text.trim().split_once("  ") {
        Some((step, outcome)) => line(step, outcome.trim()),
        None => text.trim().to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn line(step: &str, outcome: &str) -> String {
    format!("  {step:<24}  {outcome}")
}

#[test]
fn every_step_of_every_case_gives_what_the_table_says() {
    let catalogue = Catalogue::builtin();
    let cases = Selection::default().cases(&catalogue);
    let measured = driver::run(&cases, &Settings::default(), &Progress::default()).expect("epoll works");

    let mut tables: Vec<(String, String)> = Vec::new();
    for (case, result) in cases.iter().zip(&measured) {
        let CaseResult::Measured { trials: 10, steps } = result else {
            panic!("{} {}: {result:?}", case.scenario.id, case.transport);
        };
        let mut text = case.scenario.id.clone();
        for (step, tally) in case.scenario.steps.iter().zip(steps) {
            // Every trial has to agree; where one does not, the line shows it and differs from the table.
            let outcomes: Vec<_> = tally
                .iter()
                .map(
                    |(observation, count)| {
                        if *count == 10 { observation.to_string() } else { format!("{observation} {count}/10") }
                    },
                )
                .collect();
            write!(text, "\n{}", line(&step.to_string(), &outcomes.join(", "))).expect("writing to a string works");
        }
        tables.push((format!("{} {}", case.scenario.id, case.transport), text));
    }

    let expected = expected();
    let expected: Vec<_> = expected.split("\n\n").collect();
    assert_eq!(expected.len(), catalogue.scenarios().len(), "the table has every scenario, and no other");
    for (table, scenario) in expected.iter().zip(catalogue.scenarios()) {
        let of_scenario = tables.iter().filter(|(name, _)| name.split(' ').next() == Some(&scenario.id));
        for (name, text) in of_scenario {
            assert_eq!(text, table, "{name}, left what was measured, right the table");
        }
    }
}
