//! Rows × platforms: the same step of the same case beside each other, and where platforms differ.

mod between;
mod build;
mod cell;
mod columns;
mod compare;
mod filter;
mod group_rows;
mod pair;
mod row;
mod verify;

use std::sync::Arc;

use crate::results::PlaceId;
use build::Store;
use cell::{CellId, CellKey, NO_CELL};
use group_rows::Cases;

pub use between::Between;
pub use cell::{Cell, Seen};
pub use columns::{Column, Member};
pub use compare::{Compare, Relation, relation};
pub use pair::{Beside, Pair};
pub use row::Row;
pub use verify::{Finding, Verdict, Verified};

/// What was observed, one row a step and one column a platform.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// Systems before what stands in for one; of a system what was measured before what is reported or documented, native
    /// before emulated; then by name, in which numbers count as numbers.
    pub columns: Vec<Column>,
    store: Arc<Store>,
    /// The places that are shown, in the catalogue's order; scenarios it does not know come last.
    places: Vec<PlaceId>,
    rows: Vec<Cases>,
    compare: Compare,
    baseline: Option<usize>,
    /// Whether two columns are compared with each other, whatever their provenance.
    is_pair: bool,
    left_out: LeftOut,
}

/// What is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Cases that are not plain.
    pub cases: usize,
    /// Rows of cases that no platform supports.
    pub unsupported: usize,
    /// Columns of what is stated for systems that were measured.
    pub columns: usize,
}

/// How many rows there are, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All rows.
    pub rows: usize,
    /// Rows in which measured platforms differ; of a [pair](Matrix::set_pair), rows in which the two differ.
    pub differing: usize,
    /// Further rows in which what is documented or reported differs from what was measured, or from each other.
    pub stated: usize,
    /// Rows with a measured cell whose trials disagree.
    pub unsteady: usize,
}

impl Matrix {
    fn of(store: Arc<Store>, columns: Vec<Column>, places: Vec<PlaceId>) -> Self {
        Matrix {
            columns,
            store,
            places,
            rows: Vec::new(),
            compare: Compare::Exact,
            baseline: None,
            is_pair: false,
            left_out: LeftOut::default(),
        }
    }

    /// The rows, in the catalogue's order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> + Clone {
        self.rows.iter().map(|cases| Row { matrix: self, cases })
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What has to be the same for cells to agree.
    pub fn compare(&mut self, compare: Compare) {
        self.compare = compare;
    }

    /// What is compared.
    pub fn compared(&self) -> Compare {
        self.compare
    }

    /// Makes a column the one that others differ from, instead of what most platforms gave.
    ///
    /// # Errors
    ///
    /// No platform of this name is there.
    pub fn set_baseline(&mut self, platform: &str) -> Result<(), NoSuchPlatform> {
        self.baseline = Some(self.position(platform)?);
        Ok(())
    }

    /// The number of the column that a platform is in.
    fn position(&self, platform: &str) -> Result<usize, NoSuchPlatform> {
        let members = || self.columns.iter().flat_map(|column| &column.members);
        let names = || members().map(|member| member.platform.clone()).collect();
        self.columns
            .iter()
            .position(|column| column.has(platform))
            .ok_or_else(|| NoSuchPlatform { platform: platform.to_owned(), there_are: names() })
    }

    /// Keeps two platforms, the first of them as the baseline, and compares them with each other, whatever their
    /// provenance.
    ///
    /// # Errors
    ///
    /// No platform of such a name is there.
    pub fn set_pair(&mut self, one: &str, other: &str) -> Result<(), NoSuchPlatform> {
        let (one_at, other_at) = (self.position(one)?, self.position(other)?);
        self.make_pair(one_at, other_at);
        Ok(())
    }

    fn make_pair(&mut self, one: usize, other: usize) {
        self.columns = [one, other].map(|at| self.columns[at].clone()).into();
        self.group_rows();
        self.is_pair = true;
        self.baseline = Some(0);
    }

    /// Whether two platforms are compared with each other, whatever their provenance.
    pub fn is_pair(&self) -> bool {
        self.is_pair
    }

    /// The column that others are measured against, if one was chosen.
    pub fn baseline(&self) -> Option<&Column> {
        self.columns.get(self.baseline?)
    }

    /// Counts the rows.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in self.rows() {
            let differs = row.differs();
            counts.rows += 1;
            counts.differing += usize::from(differs);
            counts.stated += usize::from(!differs && row.differs_from_stated());
            counts.unsteady += usize::from(row.is_unsteady());
        }
        counts
    }

    /// What has to be the same for a platform to share a column, at each place where something was observed: what is
    /// compared, and the shares where trials disagree. What races is chance.
    fn compared_cells(&self, column: &Column) -> impl Iterator<Item = Compared> {
        let at = column.at();
        self.places.iter().map(move |place| {
            let id = self.cell_id_at(at, *place);
            let key = self.store.cells.key(id, Compare::Exact);
            let unsteady = self.store.cells.get(id).is_some_and(Cell::is_unsteady);
            (key != 0).then_some((key, if unsteady { id } else { NO_CELL }))
        })
    }
}

/// What two platforms have to have in common to share a column; none where nothing was observed.
type Compared = Option<(CellKey, CellId)>;

/// A platform that no column is of, and the columns that there are.
#[derive(Debug)]
pub struct NoSuchPlatform {
    platform: String,
    there_are: Vec<String>,
}

impl std::fmt::Display for NoSuchPlatform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no results of a platform {:?}; there are {}", self.platform, self.there_are.join(", "))
    }
}

impl std::error::Error for NoSuchPlatform {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalogue::Catalogue,
        platform::Provenance,
        results::{Results, Row as ResultRow},
    };

    type Outcomes<'a> = &'a [(&'a str, u64)];

    /// A matrix of one row: for each platform its outcomes; a stated one's name begins with `stated`.
    fn matrix(cells: &[(&str, Outcomes<'_>)]) -> Matrix {
        let mut results = Results::default();
        for (platform, outcomes) in cells {
            let stated = platform.starts_with("stated");
            let trials = outcomes.iter().map(|(_, count)| count).sum();
            results.rows.extend(outcomes.iter().map(|(outcome, count)| ResultRow {
                platform: (*platform).to_owned(),
                provenance: if stated { Provenance::Documented } else { Provenance::Measured },
                scenario: "a/b".to_owned(),
                transport: "tcp4".to_owned(),
                sigpipe: "ignore".to_owned(),
                call: "std".to_owned(),
                option: "none".to_owned(),
                step: 1,
                actor: "client".to_owned(),
                operation: "write 1".to_owned(),
                outcome: (*outcome).to_owned(),
                code: None,
                name: String::new(),
                kind: String::new(),
                signal: String::new(),
                count: (!stated).then_some(*count),
                trials: (!stated).then_some(trials),
                note: String::new(),
            }));
        }
        Matrix::new(&results, &Catalogue::builtin())
    }

    fn row(matrix: &Matrix) -> Row<'_> {
        let mut rows = matrix.rows();
        assert_eq!(rows.len(), 1);
        rows.next().unwrap()
    }

    fn stand_out(matrix: &Matrix) -> Vec<bool> {
        (0..matrix.columns.len()).map(|column| row(matrix).stands_out(column)).collect()
    }

    #[test]
    fn the_minority_stands_out() {
        let matrix = matrix(&[("a", &[("ok", 1)]), ("b", &[("EPIPE", 1)]), ("c", &[("EPIPE", 9)])]);
        assert!(row(&matrix).differs());
        assert_eq!(stand_out(&matrix), [true, false, false]);
    }

    #[test]
    fn among_equals_the_first_column_is_the_measure_unless_another_is_chosen() {
        let mut matrix = matrix(&[("a", &[("ok", 1)]), ("b", &[("EPIPE", 1)])]);
        assert_eq!(stand_out(&matrix), [false, true]);
        matrix.set_baseline("b").unwrap();
        assert_eq!(stand_out(&matrix), [true, false]);
        assert!(matrix.set_baseline("c").is_err());
    }

    #[test]
    fn what_was_not_observed_is_no_difference() {
        for nothing in ["unsupported", "not-run"] {
            let matrix = matrix(&[("a", &[("ok", 1)]), ("b", &[(nothing, 1)])]);
            assert!(!row(&matrix).differs());
            assert_eq!(stand_out(&matrix), [false, false]);
        }
    }

    #[test]
    fn how_often_an_outcome_came_is_no_difference_but_which_came_is() {
        let some: Outcomes<'_> = &[("ok", 3), ("EPIPE", 7)];
        assert!(!row(&matrix(&[("a", some), ("b", &[("EPIPE", 1), ("ok", 9)])])).differs());
        assert!(row(&matrix(&[("a", some), ("b", &[("EPIPE", 10)])])).differs());
        assert!(row(&matrix(&[("a", some)])).is_unsteady());
        assert_eq!(row(&matrix(&[("a", some)])).cell(0).unwrap().to_string(), "EPIPE 7/10, ok 3/10");
    }

    #[test]
    fn by_class_only_what_portable_code_needs_counts() {
        let mut matrix = matrix(&[("a", &[("ECONNRESET", 1)]), ("b", &[("EPIPE", 1)])]);
        assert!(row(&matrix).differs());
        matrix.compare(Compare::Class);
        assert!(!row(&matrix).differs());
        assert_eq!(stand_out(&matrix), [false, false]);
    }

    #[test]
    fn what_is_stated_is_never_counted_as_measured() {
        let both: Outcomes<'_> = &[("ok", 1), ("EPIPE", 1)];
        let mut said = matrix(&[("a", &[("ok", 1)]), ("stated-1", &[("EPIPE", 1)]), ("stated-2", both)]);
        assert!(!row(&said).differs());
        assert!(row(&said).differs_from_stated());
        assert!(!row(&said).is_unsteady());
        assert_eq!(stand_out(&said), [false, true, false], "a contradiction among sources contradicts nothing");
        assert_eq!(row(&said).cell(2).unwrap().to_string(), "EPIPE or ok");
        said.keep_columns(|column| !column.is_measured());
        assert_eq!(stand_out(&said), [false, false]);
        let said = matrix(&[("stated-1", &[("EPIPE", 1)]), ("stated-2", &[("ok", 1)])]);
        assert_eq!(stand_out(&said), [false, true], "where nothing was measured, sources are all there is");
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
            for (baseline, other) in [(of_a, of_b), (of_b, of_a)] {
                let mut pair = matrix(&[of_a, of_b]);
                pair.set_pair(baseline.0, other.0).unwrap();
                assert_eq!(row(&pair).differs(), differ, "{baseline:?} {other:?}");
                assert!(!row(&pair).differs_from_stated());
                assert_eq!(stand_out(&pair), [false, differ]);
            }
        }
    }

    #[test]
    fn platforms_that_agree_in_everything_are_one_column() {
        let mut many =
            matrix(&[("a-9", &[("ok", 1)]), ("a-10", &[("ok", 5)]), ("b", &[("EPIPE", 1)]), ("stated", &[("ok", 1)])]);
        many.merge_columns();
        let names: Vec<_> = many.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["a-9, 2 platforms", "b", "stated"]);
        assert_eq!(stand_out(&many), [false, true, false]);
    }
}
