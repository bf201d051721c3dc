//! The exact outcome of every step of every case on Linux, compared with tables written by hand.
//!
//! `tests/linux-outcomes/` has a table for each family; its README describes the format.

#![cfg(target_os = "linux")]

use std::{collections::HashMap, fs, path::Path, time::Duration};

use brokenpipe::{
    catalogue::{Axes, Call, Case, Catalogue, ReadCall, Selection, Sigpipe, SocketOption, Transport, Wait},
    driver::{self, CaseResult, Progress, Settings, StepTally},
};

/// A block of a table: the outcomes of the steps in some cases of a scenario.
struct Block {
    scenario: String,
    cases: Cases,
    steps: Vec<Expected>,
}

/// A step of a block, and every outcome that it may have, which is more than one only in a racing scenario.
struct Expected {
    step: String,
    outcomes: Vec<String>,
}

impl Expected {
    fn parse(scenario: &str, line: &str) -> Self {
        let Some((step, outcomes)) = line.trim().split_once("  ") else { panic!("{scenario}: no outcome in {line:?}") };
        Expected { step: step.to_owned(), outcomes: outcomes.trim().split(" | ").map(str::to_owned).collect() }
    }

    /// Whether a step had no outcomes but these.
    fn allows(&self, (step, given): &(String, Vec<String>)) -> bool {
        *step == self.step && given.iter().all(|outcome| self.outcomes.contains(outcome))
    }
}

/// The cases of a block: all of the scenario, or a product of axes.
enum Cases {
    All,
    Product {
        transports: Vec<Transport>,
        sigpipe: Vec<Sigpipe>,
        call: Vec<Call>,
        option: Vec<SocketOption>,
        read_call: Vec<ReadCall>,
        wait: Vec<Wait>,
    },
}

impl Cases {
    /// Parses a list such as `tcp4 unix sigpipe=handler,blocked call=write`. An axis that it does not name has its
    /// usual value.
    fn parse(text: &str) -> Self {
        let usual = Axes::USUAL;
        let (mut transports, mut sigpipe, mut call) = (vec![], vec![usual.sigpipe], vec![usual.call]);
        let (mut option, mut read_call, mut wait) = (vec![usual.option], vec![usual.read_call], vec![usual.wait]);
        for word in text.split_whitespace() {
            match word.split_once('=') {
                None => transports.push(Transport::from_word(word).expect(word)),
                Some(("sigpipe", words)) => sigpipe = list(words, Sigpipe::from_word),
                Some(("call", words)) => call = list(words, Call::from_word),
                Some(("option", words)) => option = list(words, SocketOption::from_word),
                Some(("read_call", words)) => read_call = list(words, ReadCall::from_word),
                Some(("wait", words)) => wait = list(words, Wait::from_word),
                Some((axis, _)) => panic!("no axis {axis}"),
            }
        }
        Cases::Product { transports, sigpipe, call, option, read_call, wait }
    }

    fn include(&self, axes: Axes) -> bool {
        match self {
            Cases::All => true,
            Cases::Product { transports, sigpipe, call, option, read_call, wait } => {
                transports.contains(&axes.transport)
                    && sigpipe.contains(&axes.sigpipe)
                    && call.contains(&axes.call)
                    && option.contains(&axes.option)
                    && read_call.contains(&axes.read_call)
                    && wait.contains(&axes.wait)
            }
        }
    }
}

fn list<T>(words: &str, from_word: fn(&str) -> Option<T>) -> Vec<T> {
    words.split(',').map(|word| from_word(word).unwrap_or_else(|| panic!("no word {word}"))).collect()
}

/// All blocks of all tables.
fn blocks() -> Vec<Block> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/linux-outcomes");
    let mut blocks = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("the folder is readable").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = fs::read_to_string(&path).expect("a table is UTF-8");
            blocks.extend(text.split("\n\n").filter_map(block));
        }
    }
    blocks
}

/// Parses a block. Returns `None` if it has only comments.
fn block(text: &str) -> Option<Block> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let head = lines.next()?;
    let (scenario, cases) = match head.split_once('[') {
        Some((scenario, cases)) => (scenario.trim(), Cases::parse(cases.trim_end().trim_end_matches(']'))),
        None => (head.trim(), Cases::All),
    };
    let steps = lines.map(|line| Expected::parse(scenario, line)).collect();
    Some(Block { scenario: scenario.to_owned(), cases, steps })
}

/// Each step of a case with all outcomes of its trials.
fn measured(case: &Case<'_>, result: &CaseResult) -> Vec<(String, Vec<String>)> {
    let outcomes =
        |tally: &StepTally| -> Vec<String> { tally.iter().map(|(observation, _)| observation.to_string()).collect() };
    let steps = case.scenario.steps.iter().map(ToString::to_string);
    match result {
        CaseResult::Measured { steps: tallies, .. } => steps.zip(tallies.iter().map(outcomes)).collect(),
        CaseResult::Unsupported(_) => steps.map(|step| (step, vec!["unsupported".to_owned()])).collect(),
        CaseResult::NotRun(reason) => panic!("{}: not run: {reason}", case.scenario.id),
    }
}

/// Steps as they are written in a table.
fn listed<'a>(steps: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> String {
    steps.map(|(step, outcomes)| format!("  {step}: {}\n", outcomes.join(" | "))).collect()
}

#[test]
fn every_step_of_every_case_gives_what_its_table_says() {
    check(false);
}

/// All slow cases wait at the same time, so this takes as long as the longest of them.
#[test]
fn every_step_of_every_slow_case_gives_what_its_table_says() {
    check(true);
}

/// Compares the slow cases, or the others, with their tables.
#[track_caller]
fn check(slow: bool) {
    let catalogue = Catalogue::builtin();
    let mut cases = Selection::default().with_slow(true).cases(&catalogue);
    cases.retain(|case| case.scenario.slow == slow);
    let program = Some(env!("CARGO_BIN_EXE_brokenpipe").into());
    // The longest wait that ends by itself is keepalive's, with three seconds.
    let slow_deadline = Duration::from_secs(5);
    let usual = Settings { program, slow_deadline, ..Settings::default() };
    let settings = if slow { Settings { repeat: 3, ..usual } } else { usual };
    let results = driver::run(&cases, &settings, &Progress::default()).expect("epoll works");

    let mut tables: HashMap<String, Vec<Block>> = HashMap::new();
    for block in blocks() {
        tables.entry(block.scenario.clone()).or_default().push(block);
    }
    let mut problems = Vec::new();
    for (case, result) in cases.iter().zip(&results) {
        // Only an administrator destroys connections.
        if matches!(result, CaseResult::Unsupported(reason) if reason.starts_with("SOCK_DESTROY gave ")) {
            continue;
        }
        let name = format!("{} {}", case.scenario.id, case.axes);
        let table = tables.get(&case.scenario.id).map_or(&[][..], Vec::as_slice);
        let fitting: Vec<_> = table.iter().filter(|block| block.cases.include(case.axes)).collect();
        match fitting.as_slice() {
            [block] => {
                let measured = measured(case, result);
                // Whether a machine has these is a matter of its kernel's modules and settings.
                let may_lack = matches!(case.axes.transport, Transport::Vsock | Transport::Mptcp);
                if may_lack && matches!(result, CaseResult::Unsupported(_)) {
                    continue;
                }
                let fits = measured.len() == block.steps.len()
                    && block.steps.iter().zip(&measured).all(|(expected, measured)| expected.allows(measured));
                if !fits {
                    let expected = listed(block.steps.iter().map(|expected| (&expected.step, &expected.outcomes)));
                    let measured = listed(measured.iter().map(|(step, outcomes)| (step, outcomes)));
                    problems.push(format!("{name}\n{measured}expected\n{expected}"));
                }
                let several = block.steps.iter().any(|expected| expected.outcomes.len() > 1);
                if several && !case.scenario.racing {
                    problems.push(format!("{name}: several outcomes are allowed, but the scenario does not race"));
                }
            }
            fitting => problems.push(format!("{name}: {} blocks of its table include it, expected one", fitting.len())),
        }
    }
    for scenario in tables.keys().filter(|id| catalogue.find(id).is_none()) {
        problems.push(format!("{scenario}: a table of no scenario"));
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n\n"));
}
