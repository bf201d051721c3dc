//! What is shown of a matrix: some of its columns and rows, and what counts as a difference.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;

use super::{
    Cell, Column, Compare, Matrix, NoSuchPlatform, Options, Row,
    cell::NO_CELL,
    group::{Group, group_rows},
    merge::merge,
    options::position,
    store::Store,
};
use crate::results::PlaceId;

/// Some columns and rows of a [`Matrix`], compared in one way. It never changes: methods that show less return another
/// view.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub(super) store: &'a Store,
    pub(super) columns: Vec<Column>,
    /// The places of the rows, in the catalogue's order.
    pub(super) places: Vec<PlaceId>,
    pub(super) groups: Vec<Group>,
    pub(super) compare: Compare,
    pub(super) reference: Option<usize>,
    pub(super) is_pair: bool,
    left_out: LeftOut,
    counts: Counts,
    in_all: usize,
}

/// What a view does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// How many cases that are not plain.
    pub cases: usize,
    /// How many rows of cases that no platform supports.
    pub unsupported: usize,
    /// How many columns of what is stated for systems that were measured, and of standards.
    pub columns: usize,
}

/// How many rows there are, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// All rows.
    pub rows: usize,
    /// Rows that [differ](Row::differs).
    pub differing: usize,
    /// Other rows that [differ from what is stated](Row::differs_from_stated).
    pub stated: usize,
    /// Rows with a measured cell whose trials disagree.
    pub unsteady: usize,
}

/// Which rows of a view are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Every row.
    All,
    /// Those in which platforms differ or trials disagree. A single platform has nothing to differ from, so all its
    /// rows.
    Differing,
    /// Of each case, the first row in which platforms differ or trials disagree, and all rows after it.
    FromFirstDifference,
}

impl<'a> View<'a> {
    /// What the options choose of a matrix.
    ///
    /// # Errors
    ///
    /// The options name a platform that the matrix, or what is shown of it, does not have, or a glob that fits none.
    pub fn new(matrix: &'a Matrix, options: &Options) -> Result<Self, NoSuchPlatform> {
        let store = &matrix.store;
        let reference = options.reference.as_deref();
        let mut columns = match &options.pair {
            Some(pair) => pair.to_vec(),
            None => {
                let chosen = choose_columns(&matrix.columns, options)?;
                if options.merged { merge(store, &matrix.places, chosen) } else { chosen }
            }
        };
        let is_selected = |place: &&PlaceId| store.is_selected(**place, &options.selection);
        let mut places: Vec<_> = matrix.places.iter().filter(is_selected).copied().collect();
        let has_cell = |column: &Column, place: &PlaceId| store.cell_id(column, *place) != NO_CELL;
        let mut left_out = LeftOut::default();
        if options.plain_cases {
            let (plain, others): (Vec<_>, Vec<_>) =
                places.into_iter().partition(|place| store.case_of(*place).is_plain());
            let has_cells = |place: &&PlaceId| columns.iter().any(|column| has_cell(column, place));
            let cases: HashSet<_> = others.iter().filter(has_cells).map(|place| store.place(*place).case).collect();
            left_out.cases = cases.len();
            places = plain;
        }
        let is_pair = options.pair.is_some();
        if options.best && !is_pair {
            left_out.columns = keep_best(&mut columns, reference);
        }
        if options.with_cells {
            columns.retain(|column| places.iter().any(|place| has_cell(column, place)));
        }
        let reference = match reference {
            _ if is_pair => Some(0),
            Some(name) => Some(position(&columns, name)?),
            None => None,
        };
        Ok(View { left_out, ..View::grouped(store, columns, places, options.compare, reference, is_pair) })
    }

    /// Groups the places into rows, and counts them. `reference` is the 0-based number of a column.
    pub(super) fn grouped(
        store: &'a Store,
        columns: Vec<Column>,
        places: Vec<PlaceId>,
        compare: Compare,
        reference: Option<usize>,
        is_pair: bool,
    ) -> Self {
        let groups = group_rows(store, &columns, &places, compare, reference);
        let (left_out, mut counts) = (LeftOut::default(), Counts::default());
        let view = View { store, columns, places, groups, compare, reference, is_pair, left_out, counts, in_all: 0 };
        let mut in_all = 0;
        for row in view.rows() {
            let differs = row.differs();
            counts.rows += 1;
            counts.differing += usize::from(differs);
            counts.stated += usize::from(!differs && row.differs_from_stated());
            counts.unsteady += usize::from(row.is_unsteady());
            in_all += usize::from(row.cells().all(|cell| cell.is_some_and(Cell::is_observed)));
        }
        View { counts, in_all, ..view }
    }

    /// The same view with fewer rows; [`counts`](View::counts) stay those of all.
    pub fn keep(&self, rows: Rows) -> Self {
        match rows {
            Rows::All => self.clone(),
            Rows::Differing if self.columns.len() < 2 => self.clone(),
            Rows::Differing => self.with_groups(|group| self.row(group).is_remarkable().then(|| group.clone())),
            Rows::FromFirstDifference => {
                let mut begun = HashSet::new();
                self.with_groups(|group| {
                    if self.row(group).is_remarkable() {
                        begun.extend(group.places.iter().map(|place| self.store.place(*place).case));
                    }
                    let is_begun = |place: &&PlaceId| begun.contains(&self.store.place(**place).case);
                    let places: Vec<_> = group.places.iter().filter(is_begun).copied().collect();
                    let is_whole_step = group.is_whole_step && places.len() == group.places.len();
                    (!places.is_empty()).then(|| Group { places, is_whole_step, ..group.clone() })
                })
            }
        }
    }

    /// The same view without the rows of cases that no platform supports.
    pub fn without_unsupported(&self) -> Self {
        let mut view = self.with_groups(|group| (!self.row(group).is_unsupported()).then(|| group.clone()));
        view.left_out.unsupported = self.groups.len() - view.groups.len();
        view
    }

    fn with_groups(&self, keep: impl FnMut(&Group) -> Option<Group>) -> Self {
        let groups = self.groups.iter().filter_map(keep).collect();
        View { groups, columns: self.columns.clone(), places: self.places.clone(), ..*self }
    }

    /// Systems before what stands in for one; within a system what was measured before what is reported or documented,
    /// and native before emulated; then by name, numbers as numbers.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows, in the catalogue's order; scenarios it does not know come last.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> + Clone {
        self.groups.iter().map(|group| self.row(group))
    }

    fn row<'b>(&'b self, group: &'b Group) -> Row<'b> {
        Row { view: self, group }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What has to be the same for two cells to agree.
    pub fn compared(&self) -> Compare {
        self.compare
    }

    /// Whether two platforms are compared with each other, whatever their provenance.
    pub fn is_pair(&self) -> bool {
        self.is_pair
    }

    /// The column that the others are compared with, if one was chosen.
    pub fn reference(&self) -> Option<&Column> {
        self.columns.get(self.reference?)
    }

    /// What is not shown.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// How many rows there are, including those that [`keep`](View::keep) left out.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many rows there are in which every column has an outcome, including those that [`keep`](View::keep) left
    /// out.
    pub fn rows_in_all(&self) -> usize {
        self.in_all
    }

    /// The cell of a column at a place.
    pub(super) fn cell(&self, column: usize, place: PlaceId) -> Option<&'a Cell> {
        self.store.cells.get(self.store.cell_id(&self.columns[column], place))
    }
}

fn choose_columns(columns: &[Column], options: &Options) -> Result<Vec<Column>, NoSuchPlatform> {
    let globs = &options.platforms;
    if let Some(glob) = globs.iter().find(|glob| !columns.iter().any(|column| glob.matches(&column.name))) {
        return Err(NoSuchPlatform::new(&format!("no platform fits {:?}", glob.as_str()), columns));
    }
    let is_chosen = |column: &&Column| {
        globs.is_empty()
            || globs.iter().any(|glob| glob.matches(&column.name))
            || (options.stated_anyway && !column.is_measured())
            || options.reference.as_deref().is_some_and(|name| column.has(name))
    };
    Ok(columns.iter().filter(is_chosen).cloned().collect())
}

/// Removes the columns of standards and of what is stated for a system that was measured, except for that of the wanted
/// platform.
/// Returns how many were removed.
fn keep_best(columns: &mut Vec<Column>, wanted: Option<&str>) -> usize {
    let measured = columns.iter().filter(|column| column.was_run());
    let measured: BTreeSet<_> = measured.filter_map(|column| column.system().map(str::to_owned)).collect();
    let before = columns.len();
    columns.retain(|column| {
        column.is_measured()
            || (!column.is_standard() && column.system().is_none_or(|system| !measured.contains(system)))
            || wanted.is_some_and(|wanted| column.has(wanted))
    });
    before - columns.len()
}
