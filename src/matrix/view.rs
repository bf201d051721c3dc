//! What is shown of a matrix: some of its columns and rows, and what counts as a difference.

use std::collections::{BTreeSet, HashSet};

use super::{
    Cell, Column, Compare, Matrix, NoSuchPlatform, Options, Row,
    cell::NO_CELL,
    group::{Group, group_rows},
    merge::merge,
    options::position,
    store::Store,
};
use crate::results::PlaceId;

/// Some columns and rows of a [`Matrix`], compared in one way. It never changes: what shows less is another view.
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
}

/// What a view does not show.
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
    /// Rows in which measured platforms differ; of a [pair](Options::pair), rows in which the two differ.
    pub differing: usize,
    /// Further rows in which what is documented or reported differs from what was measured, or from each other.
    pub stated: usize,
    /// Rows with a measured cell whose trials disagree.
    pub unsteady: usize,
}

/// Which rows of a view are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Every row.
    All,
    /// Those in which platforms differ or trials disagree. One platform alone has nothing to differ from: all its rows.
    Differing,
    /// Of each case the rows from the first on in which platforms differ or trials disagree.
    FromFirstDifference,
}

impl<'a> View<'a> {
    /// What the options choose of a matrix.
    ///
    /// # Errors
    ///
    /// The options name a platform that the matrix does not have, or a glob that fits none.
    pub fn new(matrix: &'a Matrix, options: &Options) -> Result<Self, NoSuchPlatform> {
        let store = &matrix.store;
        let reference = options.reference.as_deref();
        let mut columns = match &options.pair {
            Some(pair) => {
                let [one, other] = pair.each_ref().map(|name| position(&matrix.columns, name));
                vec![matrix.columns[one?].clone(), matrix.columns[other?].clone()]
            }
            None => {
                let chosen = choose_columns(&matrix.columns, options)?;
                if options.merged { merge(store, &matrix.places, chosen) } else { chosen }
            }
        };
        let is_selected = |place: &&PlaceId| store.is_selected(**place, &options.selection);
        let mut places: Vec<_> = matrix.places.iter().filter(is_selected).copied().collect();
        let mut left_out = LeftOut::default();
        if options.plain_cases {
            let (plain, others): (Vec<_>, Vec<_>) =
                places.into_iter().partition(|place| store.case_of(*place).is_plain());
            let has_cells = |place: &&PlaceId| columns.iter().any(|column| store.cell_id(column, **place) != NO_CELL);
            let cases: HashSet<_> = others.iter().filter(has_cells).map(|place| store.case_id(*place)).collect();
            left_out.cases = cases.len();
            places = plain;
        }
        if options.best && options.pair.is_none() {
            left_out.columns = keep_best(&mut columns, reference);
        }
        if options.with_cells {
            columns.retain(|column| places.iter().any(|place| store.cell_id(column, *place) != NO_CELL));
        }
        let reference = match (&options.pair, reference) {
            (Some(_), _) => Some(0),
            (None, Some(name)) => Some(position(&columns, name)?),
            (None, None) => None,
        };
        let (compare, is_pair) = (options.compare, options.pair.is_some());
        Ok(View { columns, places, compare, reference, is_pair, left_out, ..Self::of(store) }.grouped())
    }

    /// A view of nothing.
    fn of(store: &'a Store) -> Self {
        View {
            store,
            columns: Vec::new(),
            places: Vec::new(),
            groups: Vec::new(),
            compare: Compare::Exact,
            reference: None,
            is_pair: false,
            left_out: LeftOut::default(),
            counts: Counts::default(),
        }
    }

    /// Puts the places into rows and counts them.
    fn grouped(mut self) -> Self {
        self.groups = group_rows(self.store, &self.columns, &self.places, self.compare, self.reference);
        let mut counts = Counts::default();
        for row in self.rows() {
            let differs = row.differs();
            counts.rows += 1;
            counts.differing += usize::from(differs);
            counts.stated += usize::from(!differs && row.differs_from_stated());
            counts.unsteady += usize::from(row.is_unsteady());
        }
        self.counts = counts;
        self
    }

    /// Two of its columns, given by their 0-based numbers, compared with each other whatever their provenance.
    ///
    /// # Panics
    ///
    /// There is no column of such a number.
    pub(super) fn pair(&self, one: usize, other: usize) -> Self {
        let columns = [one, other].map(|at| self.columns[at].clone()).into();
        let (places, reference) = (self.places.clone(), Some(0));
        View { columns, places, compare: self.compare, reference, is_pair: true, ..Self::of(self.store) }.grouped()
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
                        begun.extend(group.places.iter().map(|place| self.store.case_id(*place)));
                    }
                    let is_begun = |place: &&PlaceId| begun.contains(&self.store.case_id(**place));
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

    /// Systems before what stands in for one; of a system what was measured before what is reported or documented,
    /// native before emulated; then by name, in which numbers count as numbers.
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

    /// What has to be the same for cells to agree.
    pub fn compared(&self) -> Compare {
        self.compare
    }

    /// Whether two platforms are compared with each other, whatever their provenance.
    pub fn is_pair(&self) -> bool {
        self.is_pair
    }

    /// The column that others are compared with, if one was chosen.
    pub fn reference(&self) -> Option<&Column> {
        self.columns.get(self.reference?)
    }

    /// What is not shown.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// How many rows there are, those included that [`keep`](View::keep) left out.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The cell of a column at a place.
    pub(super) fn cell(&self, column: usize, place: PlaceId) -> Option<&'a Cell> {
        self.store.cells.get(self.store.cell_id(&self.columns[column], place))
    }
}

fn choose_columns(columns: &[Column], options: &Options) -> Result<Vec<Column>, NoSuchPlatform> {
    let globs = &options.platforms;
    if let Some(glob) = globs.iter().find(|glob| !columns.iter().any(|column| glob.matches(&column.name))) {
        return Err(NoSuchPlatform::fitting(glob, columns));
    }
    let is_chosen = |column: &&Column| {
        globs.is_empty()
            || globs.iter().any(|glob| glob.matches(&column.name))
            || (options.stated_anyway && !column.is_measured())
            || options.reference.as_deref().is_some_and(|name| column.has(name))
    };
    Ok(columns.iter().filter(is_chosen).cloned().collect())
}

/// Leaves out what is stated for a system that was measured, unless it is of this platform, and returns how many columns
/// that were.
fn keep_best(columns: &mut Vec<Column>, wanted: Option<&str>) -> usize {
    let measured = columns.iter().filter(|column| column.is_measured() && !column.is_absent());
    let measured: BTreeSet<_> = measured.filter_map(|column| column.system().map(str::to_owned)).collect();
    let before = columns.len();
    columns.retain(|column| {
        column.is_measured()
            || column.system().is_none_or(|system| !measured.contains(system))
            || wanted.is_some_and(|wanted| column.has(wanted))
    });
    before - columns.len()
}
