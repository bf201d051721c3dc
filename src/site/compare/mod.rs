//! The pages on which two are compared, and the list of them.

mod page;
mod pairs;

use askama::Template;

use super::{
    File, Site, address,
    layout::{Layout, Section, file},
    threads,
};
use crate::parallel::parallel_map;
use page::{Compared, compare};
use pairs::{Group, Kind};

pub(super) use pairs::{Groups, Pair, Side};

#[derive(Template)]
#[template(path = "compare.html", config = "src/site/askama.toml")]
struct List {
    layout: Layout,
    tables: Vec<Table>,
    /// What has no pages, since there would be too many.
    left_out: Vec<String>,
}

/// The numbers of rows in which each two differ.
struct Table {
    id: String,
    heading: String,
    caption: String,
    columns: Vec<Head>,
    rows: Vec<(Head, Vec<Option<Number>>)>,
}

/// The head of a row or a column.
struct Head {
    title: String,
    /// How it is known, where nothing of it was measured.
    stated: Option<String>,
}

/// A link to a page.
struct Number {
    address: String,
    compared: Compared,
    /// The name of the shade for the share of rows that differ.
    shade: &'static str,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let groups = &site.groups;
    let pairs = groups.shown.iter().flat_map(|group| group.pairs.iter().map(move |pair| (group.sides(pair), pair)));
    let pages = parallel_map(threads(), pairs, |(sides, pair)| compare(site, sides, &pair.address));
    let (mut files, compared): (Vec<_>, Vec<_>) = pages.into_iter().unzip();
    let mut compared = compared.into_iter();
    let tables = groups.shown.iter().map(|group| table(group, &mut compared)).collect();
    let layout = Layout::new(
        site,
        address::COMPARE.to_owned(),
        Section::Compare,
        "Compare two systems or platforms".to_owned(),
        "In how many rows each two systems differ, and each two platforms of one system, with a page for each pair."
            .to_owned(),
    );
    let left_out = groups.left_out.iter().map(left_out).collect();
    let page = List { layout, tables, left_out };
    files.insert(0, file(&page.layout, &page));
    files
}

/// The table of a group, from what came out for each of its pairs.
fn table(group: &Group, compared: &mut impl Iterator<Item = Compared>) -> Table {
    let mut rows: Vec<(Head, Vec<Option<Number>>)> =
        group.rows.iter().map(|side| (head(side), group.columns.iter().map(|_| None).collect())).collect();
    let is_square = group.kind != Kind::Standards;
    for (pair, compared) in group.pairs.iter().zip(compared) {
        let number = || Some(Number { address: pair.address.clone(), shade: shade(compared), compared });
        rows[pair.row].1[pair.column] = number();
        if is_square {
            rows[pair.column].1[pair.row] = number();
        }
    }
    let (id, heading) = match &group.kind {
        Kind::Systems => ("systems".to_owned(), "Systems".to_owned()),
        Kind::Standards => ("standards".to_owned(), "Standards and systems".to_owned()),
        Kind::Platforms(title) => {
            (format!("platforms-{}", title.to_ascii_lowercase()), format!("Platforms of {title}"))
        }
    };
    let caption = match &group.kind {
        Kind::Systems => "Rows in which two systems differ, of those in which both have an outcome".to_owned(),
        Kind::Standards => {
            "Rows in which a system differs from a standard, of those in which both have an outcome".to_owned()
        }
        Kind::Platforms(title) => {
            format!("Rows in which two platforms of {title} differ, of those in which both have an outcome")
        }
    };
    Table { id, heading, caption, columns: group.columns.iter().map(head).collect(), rows }
}

fn head(side: &Side) -> Head {
    let column = &side.column;
    Head { title: side.title.clone(), stated: (!column.is_measured()).then(|| column.provenance.to_string()) }
}

/// The shade for a share of differing rows, by which a table can be read at a glance.
fn shade(compared: Compared) -> &'static str {
    let percent = (compared.differing * 100).checked_div(compared.rows);
    match percent {
        None => "nothing",
        Some(_) if compared.differing == 0 => "same",
        Some(0..5) => "few",
        Some(5..20) => "some",
        Some(20..40) => "many",
        Some(_) => "most",
    }
}

fn left_out(kind: &Kind) -> String {
    match kind {
        Kind::Systems => "each two systems".to_owned(),
        Kind::Standards => "each system and standard".to_owned(),
        Kind::Platforms(title) => format!("each two platforms of {title}"),
    }
}
