//! Which two are compared on a page of their own.

use std::collections::HashMap;

use crate::{
    matrix::{Column, Matrix, System},
    platform::{Platform, check_name},
    site::{Site, address, cell::marked},
};

/// How many pages of pairs a site has at most: there would be twenty thousand of two hundred platforms of one system.
const MOST: usize = 600;

/// A system or a platform that others are compared with.
#[derive(Debug, Clone)]
pub(in crate::site) struct Side {
    /// The name that people know it by.
    pub(in crate::site) title: String,
    /// Its column, which is called by the word that `brokenpipe diff` takes for it.
    pub(super) column: Column,
}

impl Side {
    /// Its title, with a sign if nothing of it was measured.
    pub(super) fn marked(&self) -> String {
        marked(&self.title, self.column.is_measured())
    }
}

/// What is compared in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::site) enum Kind {
    /// Each two systems.
    Systems,
    /// Each system and each standard.
    Standards,
    /// Each two platforms of the system with this title.
    Platforms(String),
}

/// The pairs of one table.
#[derive(Debug)]
pub(in crate::site) struct Group {
    pub(super) kind: Kind,
    /// What the rows of the table are about.
    pub(super) rows: Vec<Side>,
    /// What its columns are about.
    pub(super) columns: Vec<Side>,
    /// The pairs that have pages.
    pub(in crate::site) pairs: Vec<Pair>,
}

/// Two that are compared on a page.
#[derive(Debug)]
pub(in crate::site) struct Pair {
    /// Their 0-based places among the rows and the columns of their table. The column's comes first in a matrix.
    pub(super) row: usize,
    pub(super) column: usize,
    /// The page's address.
    pub(in crate::site) address: String,
}

/// The groups whose pairs have pages, and the kinds of those that would have too many.
#[derive(Debug, Default)]
pub(in crate::site) struct Groups {
    pub(in crate::site) shown: Vec<Group>,
    pub(super) left_out: Vec<Kind>,
    /// The addresses of all pages, by these in lower case.
    addresses: HashMap<String, String>,
}

impl Group {
    /// The two sides of a pair, the one that comes first in a matrix first.
    pub(in crate::site) fn sides(&self, pair: &Pair) -> [&Side; 2] {
        [&self.columns[pair.column], &self.rows[pair.row]]
    }
}

/// Words for sides, each with the name that people know.
type Words = Vec<(String, String)>;

impl Groups {
    pub(in crate::site) fn of(site: &Site<'_>) -> Self {
        let matrix = site.contents.matrix;
        let mut groups = Groups::default();
        let mut count = 0;
        for (kind, rows, columns) in candidates(site) {
            let pairs = if rows == columns {
                rows.len() * rows.len().saturating_sub(1) / 2
            } else {
                rows.len() * columns.len()
            };
            if pairs == 0 {
                continue;
            }
            count += pairs;
            if count > MOST {
                count -= pairs;
                groups.left_out.push(kind);
                continue;
            }
            let is_square = rows == columns;
            let [rows, columns] = [rows, columns].map(|words| sides(matrix, &words));
            let ends = (0..rows.len()).map(|row| (row, if is_square { row } else { columns.len() }));
            let pairs = ends.flat_map(|(row, end)| (0..end).map(move |column| (row, column)));
            let pair = |(row, column): (usize, usize)| {
                let address = address::comparison(&columns[column].column.name, &rows[row].column.name);
                // Names may differ in case alone, or be those of others with another sign for the slash.
                let is_new = !groups.addresses.contains_key(&address.to_ascii_lowercase());
                is_new.then(|| {
                    groups.addresses.insert(address.to_ascii_lowercase(), address.clone());
                    Pair { row, column, address }
                })
            };
            let pairs = pairs.filter_map(pair).collect();
            groups.shown.push(Group { kind, rows, columns, pairs });
        }
        groups
    }

    /// The page on which two are compared, by what [`Matrix::side`] calls them, the one that comes first in a matrix
    /// first; `None` if the two have no page.
    pub(in crate::site) fn find(&self, one: &str, other: &str) -> Option<String> {
        let address = address::comparison(one, other);
        let found = self.addresses.get(&address.to_ascii_lowercase());
        found.filter(|found| **found == address).cloned()
    }
}

/// The rows and columns of each table; those of each two of the same are equal.
fn candidates(site: &Site<'_>) -> Vec<(Kind, Words, Words)> {
    let is_shown = |system: &&System<'_>| {
        check_name(system.name).is_ok() && system.platforms.iter().any(|platform| !platform.is_absent())
    };
    let systems: Vec<_> = site.evidence.systems().iter().filter(is_shown).collect();
    let words: Words = systems.iter().map(|system| (system.name.to_owned(), system.title().to_owned())).collect();
    let platforms = |is_wanted: &dyn Fn(&Column) -> bool| -> Words {
        let columns = site.contents.matrix.columns().iter().filter(|column| !column.is_absent() && is_wanted(column));
        // A platform may be called like a system.
        columns.map(|column| (format!("{}/{}", column.provenance, column.name), column.name.clone())).collect()
    };
    let mut candidates =
        vec![(Kind::Systems, words.clone(), words.clone()), (Kind::Standards, platforms(&Column::is_standard), words)];
    candidates.extend(systems.iter().map(|system| {
        let own = platforms(&|column| kernel(column) == Some(system.name));
        (Kind::Platforms(system.title().to_owned()), own.clone(), own)
    }));
    candidates
}

/// The system that answers on a platform; of a program that is translated for another processor, the one below it.
fn kernel(column: &Column) -> Option<&str> {
    if column.is_standard() { None } else { column.members[0].facts.as_ref().map(Platform::system) }
}

fn sides(matrix: &Matrix, words: &Words) -> Vec<Side> {
    let side = |(word, title): &(String, String)| Some(Side { title: title.clone(), column: matrix.side(word).ok()? });
    words.iter().filter_map(side).collect()
}
