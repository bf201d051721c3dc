//! A single changed outcome among the thousands of a committed platform is found.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use brokenpipe::{
    catalogue::Catalogue,
    check::{Answer, Terms, Verdict, check},
    matrix::Comparison,
    report::{CheckFormat, check as render},
    results::{Results, Row},
};
use common::{committed, random::Numbers};

const MUTATIONS: usize = 200;

/// One mutation in this many is looked for in the whole file.
const WHOLE: usize = 10;

/// Outcomes that steps give.
const OUTCOMES: [&str; 8] = ["ok", "ok 1", "eof", "EPIPE", "ECONNRESET", "would-block", "quiet", "not-run"];

/// A file of results, split into lines without the program's own parser.
struct File {
    path: PathBuf,
    lines: Vec<String>,
    /// The indices, from 0, of the lines of steps that were observed and have one outcome.
    steady: Vec<usize>,
    /// Where the columns `step` and `outcome` are, from 0.
    step: usize,
    outcome: usize,
}

impl File {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let fields = |line: &String| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let head = fields(&lines[0]);
        let [step, outcome, count] = ["step", "outcome", "count"]
            .map(|name| head.iter().position(|column| column == name).expect("results have it"));
        let is_steady = |line: &&usize| {
            let fields = fields(&lines[**line]);
            let outcome = &fields[outcome];
            fields[count] == fields[count + 1] && outcome != "unsupported" && outcome != "not-run"
        };
        let all: Vec<usize> = (1..lines.len()).collect();
        let steady = all.iter().filter(is_steady).copied().collect();
        File { path: path.to_owned(), lines, steady, step, outcome }
    }
}

#[test]
fn each_of_many_mutations_is_found_and_named() {
    let catalogue = Catalogue::builtin();
    let files: Vec<_> = committed("results").iter().map(|path| File::read(path)).collect();
    let mut numbers = Numbers::new(0x0b5e_55ed_0b5e_55ed);
    let folder = tempfile::tempdir().unwrap();
    for number in 0..MUTATIONS {
        let file = &files[numbers.below(files.len())];
        let line = file.steady[numbers.below(file.steady.len())];
        let fields: Vec<_> = file.lines[line].split(',').collect();
        let (step_at, outcome) = (file.step, file.outcome);
        let others: Vec<_> = OUTCOMES.into_iter().filter(|other| *other != fields[outcome]).collect();
        let other = others[numbers.below(others.len())];
        let mut changed = fields.clone();
        changed[outcome] = other;
        // Its code, name, kind and signal would be those of the other outcome.
        changed[outcome + 1..outcome + 5].fill("");
        // Reading a whole file takes long, so most mutations are looked for only in their family.
        let family = format!(",{}/", fields[2].split('/').next().unwrap());
        let is_kept = |at: usize| at == 0 || number % WHOLE == 0 || file.lines[at].contains(&family);
        let kept: Vec<_> = (0..file.lines.len()).filter(|at| is_kept(*at)).collect();
        let at = kept.iter().position(|at| *at == line).unwrap();
        let mut lines: Vec<_> = kept.iter().map(|at| file.lines[*at].clone()).collect();
        let [baseline, run] = ["baseline.csv", "run.csv"].map(|name| folder.path().join(name));
        fs::write(&baseline, lines.concat()).unwrap();
        lines[at] = changed.join(",");
        fs::write(&run, lines.concat()).unwrap();

        let pair = Comparison::read(std::slice::from_ref(&baseline), &[run], &catalogue).unwrap();
        let checked = check(&pair, &[], &Terms::default());
        let verdict = if other == "not-run" { Verdict::Missing } else { Verdict::Changed };
        let about = format!("{}:{}: {other}", file.path.display(), line + 1);
        assert_eq!(checked.answer(), Answer::Changed, "{about}");
        let [finding] = checked.platforms[0].findings.as_slice() else { panic!("not one finding: {about}") };
        assert_eq!(finding.verdict, verdict, "{about}");
        let step = &finding.step;
        assert_eq!((&**step.scenario(), step.step().to_string().as_str()), (fields[2], fields[step_at]), "{about}");
        let case = step.case();
        assert_eq!(case.words()[..step_at - 3], fields[3..step_at], "{about}");
        assert_eq!(step.location(), Some((baseline.as_path(), at as u32 + 1)), "{about}");
        let place = format!("{} step {}", fields[2], fields[step_at..outcome].join(" "));
        assert!(render(&checked, CheckFormat::Text).contains(&place), "{about}");
    }
}

#[test]
fn every_committed_platform_is_the_same_as_itself() {
    let catalogue = Catalogue::builtin();
    let files = committed("results");
    let pair = Comparison::read(&files, &files, &catalogue).unwrap();
    let checked = check(&pair, &[], &Terms::default());
    assert_eq!(checked.answer(), Answer::Same);
    assert_eq!(checked.platforms.len(), files.len());
    assert!(checked.platforms.iter().all(|platform| platform.findings.is_empty()));
}

/// How often a race has each outcome is chance.
#[test]
fn other_counts_are_no_change() {
    let catalogue = Catalogue::builtin();
    for path in committed("results") {
        let mut results = Results::read(std::slice::from_ref(&path)).unwrap();
        results.rows.iter_mut().for_each(more_trials);
        let folder = tempfile::tempdir().unwrap();
        let platform = results.rows[0].platform.clone();
        results.write(folder.path(), &platform).unwrap();
        let pair = Comparison::read(&[path], &[folder.path().to_owned()], &catalogue).unwrap();
        assert_eq!(check(&pair, &[], &Terms::default()).answer(), Answer::Same);
    }
}

fn more_trials(row: &mut Row) {
    row.count = row.count.map(|count| count * 3);
    row.trials = row.trials.map(|trials| trials * 3);
}
