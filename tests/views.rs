//! What a view shows of a small matrix.

mod common;

use glob::Pattern;

use brokenpipe::{
    catalogue::{Catalogue, Selection},
    matrix::{Cell, Compare, Matrix, Options, Relation, Row, Seen, View, relation},
    platform::Provenance,
    results::Results,
};
use common::row as result_row;

type Outcomes<'a> = &'a [(&'a str, u64)];

/// A matrix of one row: for each platform its outcomes; a stated one's name begins with `stated`.
fn matrix(cells: &[(&str, Outcomes<'_>)]) -> Matrix {
    let mut results = Results::default();
    for (platform, outcomes) in cells {
        let stated = platform.starts_with("stated");
        let trials = outcomes.iter().map(|(_, count)| count).sum();
        for (outcome, count) in *outcomes {
            let mut row = result_row(platform, "a/b", "tcp4", (1, "client write 1"), outcome, (*count, trials));
            if stated {
                (row.provenance, row.count, row.trials) = (Provenance::Documented, None, None);
            }
            results.rows.push(row);
        }
    }
    Matrix::new(&results, &Catalogue::builtin())
}

fn glob(text: &str) -> Pattern {
    Pattern::new(text).unwrap()
}

fn whole(matrix: &Matrix) -> View<'_> {
    View::new(matrix, &Options::default()).unwrap()
}

fn row<'a>(view: &'a View<'_>) -> Row<'a> {
    let mut rows = view.rows();
    assert_eq!(rows.len(), 1);
    rows.next().unwrap()
}

fn stand_out(view: &View<'_>) -> Vec<bool> {
    (0..view.columns().len()).map(|column| row(view).stands_out(column)).collect()
}

fn cell(outcomes: &[&str]) -> Cell {
    let seen = |outcome: &&str| Seen { count: Some(1), ..Seen::of(*outcome) };
    Cell { outcomes: outcomes.iter().map(seen).collect(), trials: Some(2) }
}

#[test]
fn sets_of_outcomes_are_compared_exactly_or_by_class() {
    let by = |one: &[&str], other: &[&str], by| relation(&cell(one), &cell(other), by);
    assert_eq!(by(&["EPIPE"], &["EPIPE"], Compare::Exact), Relation::Same);
    assert_eq!(by(&["EPIPE"], &["ECONNRESET"], Compare::Exact), Relation::Disjoint);
    assert_eq!(by(&["EPIPE"], &["ECONNRESET"], Compare::Class), Relation::Same);
    assert_eq!(by(&["EPIPE"], &["eof"], Compare::Class), Relation::Disjoint);
    assert_eq!(by(&["EPIPE"], &["EPIPE", "ok 1"], Compare::Exact), Relation::Subset);
    assert_eq!(by(&["EPIPE", "ok 1"], &["EPIPE"], Compare::Exact), Relation::Superset);
    assert_eq!(by(&["EPIPE", "ok 1"], &["EPIPE", "eof"], Compare::Exact), Relation::Overlap);
    assert_eq!(by(&["errno 1"], &["errno 2"], Compare::Class), Relation::Disjoint);
}

#[test]
fn the_minority_stands_out() {
    let matrix = matrix(&[("a", &[("ok", 1)]), ("b", &[("EPIPE", 1)]), ("c", &[("EPIPE", 9)])]);
    let view = whole(&matrix);
    assert!(row(&view).differs());
    assert_eq!(stand_out(&view), [true, false, false]);
}

#[test]
fn ties_use_the_first_column_unless_another_is_chosen() {
    let matrix = matrix(&[("a", &[("ok", 1)]), ("b", &[("EPIPE", 1)])]);
    assert_eq!(stand_out(&whole(&matrix)), [false, true]);
    let by = |name: &str| View::new(&matrix, &Options { reference: Some(name.to_owned()), ..Options::default() });
    assert_eq!(stand_out(&by("b").unwrap()), [true, false]);
    assert!(by("c").is_err());
}

#[test]
fn what_was_not_observed_is_no_difference() {
    for nothing in ["unsupported", "not-run"] {
        let matrix = matrix(&[("a", &[("ok", 1)]), ("b", &[(nothing, 1)])]);
        let view = whole(&matrix);
        assert!(!row(&view).differs());
        assert_eq!(stand_out(&view), [false, false]);
    }
}

#[test]
fn how_often_an_outcome_came_is_no_difference_but_which_came_is() {
    let some: Outcomes<'_> = &[("ok", 3), ("EPIPE", 7)];
    assert!(!row(&whole(&matrix(&[("a", some), ("b", &[("EPIPE", 1), ("ok", 9)])]))).differs());
    assert!(row(&whole(&matrix(&[("a", some), ("b", &[("EPIPE", 10)])]))).differs());
    let alone = matrix(&[("a", some)]);
    assert!(row(&whole(&alone)).is_unsteady());
    assert_eq!(row(&whole(&alone)).cell(0).unwrap().to_string(), "EPIPE 7/10, ok 3/10");
}

#[test]
fn by_class_only_what_portable_code_needs_counts() {
    let matrix = matrix(&[("a", &[("ECONNRESET", 1)]), ("b", &[("EPIPE", 1)])]);
    assert!(row(&whole(&matrix)).differs());
    let by_class = View::new(&matrix, &Options { compare: Compare::Class, ..Options::default() }).unwrap();
    assert!(!row(&by_class).differs());
    assert_eq!(stand_out(&by_class), [false, false]);
}

#[test]
fn what_is_stated_is_never_counted_as_measured() {
    let both: Outcomes<'_> = &[("ok", 1), ("EPIPE", 1)];
    let said = matrix(&[("a", &[("ok", 1)]), ("stated-1", &[("EPIPE", 1)]), ("stated-2", both)]);
    let view = whole(&said);
    assert!(!row(&view).differs());
    assert!(row(&view).differs_from_stated());
    assert!(!row(&view).is_unsteady());
    assert_eq!(stand_out(&view), [false, true, false], "a contradiction among sources contradicts nothing");
    assert_eq!(row(&view).cell(2).unwrap().to_string(), "EPIPE or ok");
    let stated = Options { platforms: vec![glob("stated*")], ..Options::default() };
    assert_eq!(stand_out(&View::new(&said, &stated).unwrap()), [false, false]);
    let said = matrix(&[("stated-1", &[("EPIPE", 1)]), ("stated-2", &[("ok", 1)])]);
    assert_eq!(stand_out(&whole(&said)), [false, true], "where nothing was measured, sources are all there is");
}

#[test]
fn of_two_platforms_each_differs_from_the_other_or_neither_does() {
    let both: Outcomes<'_> = &[("ok", 1), ("EPIPE", 1)];
    let one: Outcomes<'_> = &[("ok", 1)];
    for (of_a, of_b, differ) in [
        (("a", one), ("stated", both), false),
        (("stated-1", one), ("stated-2", both), false),
        (("a", both), ("stated", one), true),
        (("a", one), ("b", both), true),
        (("stated-1", &[("EPIPE", 1)]), ("stated-2", one), true),
    ] {
        let matrix = matrix(&[of_a, of_b]);
        for (baseline, other) in [(of_a, of_b), (of_b, of_a)] {
            let pair = View::new(
                &matrix,
                &Options {
                    pair: Some([baseline.0, other.0].map(|name| matrix.side(name).unwrap())),
                    ..Options::default()
                },
            )
            .unwrap();
            assert_eq!(row(&pair).differs(), differ, "{baseline:?} {other:?}");
            assert!(!row(&pair).differs_from_stated());
            assert_eq!(stand_out(&pair), [false, differ]);
        }
        let whole = whole(&matrix);
        let count = whole.pair_counts()[0];
        assert_eq!((count.rows, count.differing), (1, usize::from(differ)), "{of_a:?} {of_b:?}");
    }
}

#[test]
fn platforms_that_agree_in_everything_are_one_column() {
    let many =
        matrix(&[("a-9", &[("ok", 1)]), ("a-10", &[("ok", 5)]), ("b", &[("EPIPE", 1)]), ("stated", &[("ok", 1)])]);
    let merged = View::new(&many, &Options { merged: true, ..Options::default() }).unwrap();
    let names: Vec<_> = merged.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a-9, 2 platforms", "b", "stated"]);
    assert_eq!(stand_out(&merged), [false, true, false]);
}

/// Every order of the options makes the same view.
#[test]
fn the_order_of_options_cannot_matter() {
    const STEPS: [fn(&mut Options); 7] = [
        |options| options.selection = Selection::new(&["a/*"]).unwrap(),
        |options| options.plain_cases = true,
        |options| options.compare = Compare::Class,
        |options| options.platforms = vec![glob("b"), glob("a-*")],
        |options| options.merged = true,
        |options| options.best = true,
        |options| options.reference = Some("stated".to_owned()),
    ];
    let matrix = matrix(&[
        ("a-1", &[("ok", 1)]),
        ("a-2", &[("ok", 1)]),
        ("b", &[("EPIPE", 1)]),
        ("c", &[("eof", 1)]),
        ("stated", &[("ECONNRESET", 1)]),
    ]);
    let shown = |order: &[usize]| {
        let mut options = Options::default();
        order.iter().for_each(|step| STEPS[*step](&mut options));
        let view = View::new(&matrix, &options).unwrap();
        let columns: Vec<_> = view.columns().iter().map(|column| column.name.clone()).collect();
        (columns, stand_out(&view), view.reference().map(|column| column.name.clone()), view.counts())
    };
    let first = shown(&[0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(first.0, ["a-1, 2 platforms", "b", "stated"]);
    assert_eq!(first.1, [true, false, false]);
    let mut orders = vec![Vec::new()];
    for _ in STEPS {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let rest = (0..STEPS.len()).filter(|step| !order.contains(step)).collect::<Vec<_>>();
                rest.into_iter().map(move |step| [order.clone(), vec![step]].concat())
            })
            .collect();
    }
    assert_eq!(orders.len(), 5040);
    for order in orders {
        assert_eq!(shown(&order), first, "{order:?}");
    }
}
