//! Whatever a scenario leaves behind cannot reach another trial: random scenarios run in between built-in ones, whose
//! outcomes stay the same.
//!
//! `BROKENPIPE_INDEPENDENCE` is the number of random files, and `BROKENPIPE_SEED` what they are made from; a failure
//! prints the seed of its batch, which fails again as the only batch of a run with that seed.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{LazyLock, mpsc},
    thread,
    time::Duration,
};

use brokenpipe::{
    catalogue::{Case, Catalogue, Scenario, Selection, Sigpipe},
    driver::{self, CaseResult, Progress, Settings},
};
use common::{
    BROKENPIPE, Folder, LIMIT,
    random::{Language, Numbers, first_words},
};

/// Files that run together: the waits of a run are long, and pass at the same time.
const FILES: usize = 50;

/// Built-in cases that run among them, and how many more that need processes, which are costly.
const CASES: usize = 250;
const CHILDREN: usize = 10;

/// Random files in which every operation comes, though some only after another one.
const MANY: usize = 1000;

/// Random files of a run, unless a variable says otherwise.
const COUNT: usize = 200;

/// What became of each case of a run.
type Results<'a> = Vec<(Case<'a>, CaseResult)>;

fn settings() -> Settings {
    Settings {
        repeat: 2,
        // Longer than it takes Linux to send a SYN again, which some built-in cases wait for.
        connect_deadline: Duration::from_secs(2),
        program: Some(BROKENPIPE.into()),
        ..Settings::default()
    }
}

/// The results of built-in cases by name, in a run without any others.
type Alone = BTreeMap<String, CaseResult>;

/// Files of scenarios together with the built-in cases that they run among.
struct Batch<'a> {
    seed: u64,
    files: Vec<String>,
    builtin: Vec<Case<'static>>,
    alone: &'a Alone,
}

/// What was counted over all batches.
#[derive(Default)]
struct Counts {
    files: usize,
    cases: usize,
    trials: u64,
    rows: usize,
}

impl<'a> Batch<'a> {
    fn new(seed: u64, count: usize, language: &Language, alone: &'a Alone) -> Self {
        let mut numbers = Numbers::new(seed);
        let files = (0..count).map(|number| language.file(&format!("random/{number}"), &mut numbers)).collect();
        let mut all = steady_cases();
        numbers.shuffle(&mut all);
        let (mut builtin, mut in_children): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|case| case.axes.sigpipe == Sigpipe::Ignore);
        builtin.truncate(CASES);
        in_children.truncate(CHILDREN);
        builtin.extend(in_children);
        Batch { seed, files, builtin, alone }
    }

    /// The first built-in row that changes when these of the files run, too.
    fn change(&self, files: &[String], counts: &mut Counts) -> Option<String> {
        let mut catalogue = Catalogue::default();
        for (number, file) in files.iter().enumerate() {
            catalogue.add(&format!("{number}.toml"), file).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        }
        let mut cases = Selection::default().cases(&catalogue);
        counts.files += files.len();
        counts.cases += cases.len();
        cases.extend(&self.builtin);
        Numbers::new(self.seed).shuffle(&mut cases);

        let mut change = None;
        for (case, result) in run(&cases, self.seed) {
            if let CaseResult::Measured { trials, .. } = result {
                counts.trials += trials;
            }
            let Some(alone) = self.alone.get(&name(&case)) else { continue };
            counts.rows += case.scenario.steps.len();
            change = change.or_else(|| difference(&case, alone, &result));
        }
        change
    }

    /// Asserts that no built-in row changes; otherwise looks for few files that change one.
    fn check(&self, counts: &mut Counts) {
        let Some(mut change) = self.change(&self.files, counts) else { return };
        let mut files = self.files.clone();
        while files.len() > 1 {
            let (first, second) = files.split_at(files.len() / 2);
            let found = [first.to_vec(), second.to_vec()].into_iter().find_map(|half| {
                // Whether a trial meets what another one leaves is partly chance.
                let change = (0..3).find_map(|_| self.change(&half, &mut Counts::default()))?;
                Some((half, change))
            });
            let Some(found) = found else { break };
            (files, change) = found;
        }
        panic!(
            "BROKENPIPE_SEED={:#x}: beside these scenarios a row changed\n{}\n{change}",
            self.seed,
            files.join("\n")
        );
    }
}

/// The built-in cases that give the same in every trial.
fn steady_cases() -> Vec<Case<'static>> {
    static BUILTIN: LazyLock<Catalogue> = std::sync::LazyLock::new(Catalogue::builtin);
    let mut cases = Selection::default().cases(&BUILTIN);
    cases.retain(|case| !case.scenario.racing);
    cases
}

/// Runs the cases, and gives up when that takes longer than [`LIMIT`].
fn run<'a>(cases: &[Case<'a>], seed: u64) -> Results<'a> {
    // The thread may outlive this function when it hangs, so it has cases of its own.
    let scenarios: Vec<(Scenario, _)> = cases.iter().map(|case| (case.scenario.clone(), case.axes)).collect();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let cases: Vec<_> = scenarios.iter().map(|(scenario, axes)| Case { scenario, axes: *axes }).collect();
        // The receiver has gone if it has waited for too long.
        let _ = sender.send(driver::run(&cases, &settings(), &Progress::default()));
    });
    let results = receiver.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("BROKENPIPE_SEED={seed:#x}: a run hangs"));
    let results = results.unwrap_or_else(|error| panic!("BROKENPIPE_SEED={seed:#x}: {error:?}"));
    cases.iter().copied().zip(results).collect()
}

fn name(case: &Case<'_>) -> String {
    format!("{} {}", case.scenario.id, case.axes)
}

/// The case, and the first of its steps that gave something else in between others than alone.
fn difference(case: &Case<'_>, alone: &CaseResult, mixed: &CaseResult) -> Option<String> {
    let name = name(case);
    let (CaseResult::Measured { steps: alone, .. }, CaseResult::Measured { steps: mixed, .. }) = (alone, mixed) else {
        return (alone != mixed).then(|| format!("{name}: alone {alone:?}, now {mixed:?}"));
    };
    let (step, (alone, mixed)) = alone.iter().zip(mixed).enumerate().find(|(_, (alone, mixed))| alone != mixed)?;
    Some(format!("{name}: step {} {}: alone {alone:?}, now {mixed:?}", step + 1, case.scenario.steps[step]))
}

/// A number that a variable sets, in decimal or, after `0x`, in hexadecimal.
fn variable(name: &str, usual: u64) -> u64 {
    let Ok(text) = env::var(name) else { return usual };
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.unwrap_or_else(|error| panic!("{name}={text}: {error}"))
}

#[test]
fn random_scenarios_change_no_built_in_row() {
    let language = Language::new();
    let seed = variable("BROKENPIPE_SEED", 0x0b5e_55ed);
    let count = variable("BROKENPIPE_INDEPENDENCE", COUNT as u64) as usize;
    let alone: Alone = run(&steady_cases(), seed).into_iter().map(|(case, result)| (name(&case), result)).collect();
    let mut counts = Counts::default();
    let mut seeds = Numbers::new(seed);
    for begun in (0..count).step_by(FILES) {
        // The first batch has the given seed, so that a batch can be run again by itself.
        let seed = if begun == 0 { seed } else { seeds.next() };
        Batch::new(seed, FILES.min(count - begun), &language, &alone).check(&mut counts);
        let Counts { files, cases, trials, rows } = counts;
        println!("{files} files with {cases} cases, {trials} trials, {rows} rows compared: no row changed");
    }
}

#[test]
fn random_scenarios_have_every_operation() {
    let (language, mut numbers) = (Language::new(), Numbers::new(0x0b5e_55ed));
    let mut drawn: BTreeSet<String> = BTreeSet::new();
    for number in 0..MANY {
        let mut catalogue = Catalogue::default();
        let file = language.file(&format!("random/{number}"), &mut numbers);
        catalogue.add("random.toml", &file).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let steps = catalogue.scenarios().iter().flat_map(|scenario| &scenario.steps);
        drawn.extend(steps.map(|step| first_words(&step.to_string()).to_owned()));
    }
    let forgotten: Vec<_> = language.operations().filter(|word| !drawn.contains(*word)).collect();
    assert_eq!(forgotten, Vec::<&str>::new(), "operations that no random scenario has");
}

/// Nobody accepts this connection, which must not turn up in a later trial.
const NOBODY_ACCEPTS: &str = r#"[[scenario]]
id = "own/start_connect"
title = "Begin to connect"
why = "The connection waits in the listener's queue when the trial ends."
transports = ["tcp4", "unix"]
steps = """
client start_connect
listener await readable
"""
"#;

#[test]
fn a_connection_that_nobody_accepts_reaches_no_other_trial() {
    let folder = Folder::with("own.toml", NOBODY_ACCEPTS);
    let row = "peer-close/read-read-write";
    let builtin = |args: &[&str]| {
        folder.run(&[args, &["--jobs", "1", "--repeat", "20", row]].concat());
        let csv = folder.read("out/here.csv");
        std::fs::remove_dir_all(folder.join("out")).unwrap();
        csv.split_inclusive('\n').filter(|line| line.contains(row)).collect::<String>()
    };
    let alone = builtin(&[]);
    assert!(alone.lines().count() > 10, "{alone}");
    assert_eq!(builtin(&["--scenarios", "own.toml", "own"]), alone);
}
