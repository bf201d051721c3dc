//! How many rows of each family differ from a system, as pictures, and the same as tables.

use askama::Template;

use super::{
    File, Site, address,
    cell::{explained, marked},
    layout::{Layout, Section, file},
};
use crate::{
    catalogue::Catalogue,
    matrix::{Column, Common, Distances, Evidence, System},
    platform::check_name,
    untrusted::printable,
};

/// Pixels of a cell of the picture, with the gap to the next one.
const CELL: (usize, usize) = (30, 19);

/// Pixels that a cell is smaller than that.
const GAP: usize = 1;

/// Pixels of a character of a name.
const CHARACTER: usize = 7;

/// Pixels between a name and the cells.
const SPACE: usize = 6;

/// Of each shade but that of none, the largest share of differing rows, in percent.
const SHADES: [usize; 5] = [10, 25, 50, 75, 100];

/// The picture of one system, which a macro in `picture.html` draws.
pub(super) struct Picture {
    /// The system's name that people know.
    pub(super) system: String,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Where the names of the families begin, which are written upwards.
    pub(super) head: usize,
    /// Where the names of the platforms end.
    pub(super) left: usize,
    pub(super) families: Vec<(usize, String)>,
    pub(super) lines: Vec<Line>,
    /// The outlines of the cells of each shade.
    pub(super) shades: Vec<String>,
}

/// The number of each shade, and what it means.
pub(super) type Legend = [(usize, String); SHADES.len() + 1];

/// A platform in the picture.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) is_stated: bool,
    /// Where its text is.
    pub(super) y: usize,
    /// Where each number is.
    pub(super) numbers: Vec<(usize, String)>,
}

#[derive(Template)]
#[template(path = "distance.html", config = "src/site/askama.toml")]
struct Page {
    layout: Layout,
    /// The name of the system in data.
    system: String,
    picture: Picture,
    legend: Legend,
    families: Vec<(String, Option<String>)>,
    platforms: Vec<Platform>,
    others: Vec<(String, String)>,
}

/// A platform in the table.
struct Platform {
    name: String,
    address: String,
    is_stated: bool,
    commons: Vec<Common>,
}

pub(super) fn files(site: &Site<'_>) -> Vec<File> {
    let counted = &site.counted;
    let page = |(at, system): (usize, &System<'_>)| {
        let title = title_of(system);
        let note = explained(!system.platforms[0].is_measured());
        let layout = Layout::new(
            site,
            address::distance(system.name),
            Section::Platforms,
            format!("How far platforms are from {title}"),
            format!("In how many rows of each family of scenarios each platform differs from {title}.{note}"),
        );
        let platform = |(number, column): (usize, &&Column)| Platform {
            name: name_of(column),
            address: address::platform(column),
            is_stated: !column.is_measured(),
            commons: counted.commons(at, number),
        };
        let others = counted.systems.iter().filter(|other| other.name != system.name);
        let page = Page {
            picture: Picture::of(&title, counted, at),
            legend: legend(),
            families: counted.heads.clone(),
            system: system.name.to_owned(),
            platforms: counted.distances.platforms.iter().enumerate().map(platform).collect(),
            others: others.map(|other| (title_of(other), address::distance(other.name))).collect(),
            layout,
        };
        file(&page.layout, &page)
    };
    counted.systems.iter().enumerate().map(page).collect()
}

/// The picture for the first page: how far platforms are from Linux or, without results of it, from the first system.
pub(super) fn first_picture(site: &Site<'_>) -> Option<Picture> {
    let systems = &site.counted.systems;
    let at = systems.iter().position(|system| system.name == "linux").unwrap_or_default();
    Some(Picture::of(&title_of(systems.get(at)?), &site.counted, at))
}

/// The pages of this kind: the title of each system, and the address.
pub(super) fn pages(site: &Site<'_>) -> Vec<(String, String)> {
    site.counted.systems.iter().map(|system| (title_of(system), address::distance(system.name))).collect()
}

/// The name of a system that people know, with a sign if nothing of it was measured.
fn title_of(system: &System<'_>) -> String {
    marked(&printable(system.title()), system.platforms[0].is_measured())
}

/// The number of each shade, and what it means.
pub(super) fn legend() -> Legend {
    let mut legend = [const { (0, String::new()) }; 6];
    legend[0] = (0, "none".to_owned());
    for (shade, (share, place)) in SHADES.into_iter().zip(&mut legend[1..]).enumerate() {
        *place = (shade + 1, format!("up to {share} %"));
    }
    legend
}

/// The systems that have a page: their names can be those of files, and no two are the same where case does not matter.
fn systems<'a>(evidence: &Evidence<'a>) -> Vec<System<'a>> {
    let mut systems: Vec<System<'a>> = Vec::new();
    for system in evidence.systems().iter().filter(|system| check_name(system.name).is_ok()) {
        if !systems.iter().any(|other| other.name.eq_ignore_ascii_case(system.name)) {
            systems.push(system.clone());
        }
    }
    systems
}

/// What a platform is called here: one may be documented or reported under the name of another.
fn name_of(column: &Column) -> String {
    if column.is_measured() { column.name.clone() } else { format!("{} ({})", column.name, column.provenance) }
}

/// Systems beside platforms, and the columns of the pictures and the tables.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    systems: Vec<System<'a>>,
    distances: Distances<'a>,
    /// What stands above each column, and the page of the family.
    heads: Vec<(String, Option<String>)>,
    /// Whether there are rows of a family that the catalogue does not have.
    has_others: bool,
}

impl<'a> Counted<'a> {
    pub(super) fn of(catalogue: &Catalogue, evidence: &Evidence<'a>) -> Self {
        let families: Vec<_> = catalogue.families().into_keys().collect();
        let systems = systems(evidence);
        let distances = evidence.distances(&systems, &families);
        let pairs = (0..systems.len()).flat_map(|at| (0..distances.platforms.len()).map(move |number| (at, number)));
        let mut others = pairs.filter_map(|(at, number)| distances.by_family(at, number).last());
        let has_others = others.any(|common| common.rows > 0);
        let rest = ["not in the catalogue"].into_iter().filter(|_| has_others).chain(["all"]);
        let heads = families.iter().map(|name| ((*name).to_owned(), Some(address::family(name))));
        let heads = heads.chain(rest.map(|name| (name.to_owned(), None))).collect();
        Counted { systems, distances, heads, has_others }
    }

    /// What a system and a platform have in common, one for each column.
    fn commons(&self, system: usize, platform: usize) -> Vec<Common> {
        let mut commons = self.distances.by_family(system, platform).to_vec();
        if !self.has_others {
            commons.pop();
        }
        commons.push(self.distances.in_all(system, platform));
        commons
    }
}

/// The shade of a number: its place in [`legend`].
fn shade(common: Common) -> usize {
    match common.differing {
        0 => 0,
        differing => 1 + SHADES.iter().take_while(|share| differing * 100 > *share * common.rows).count(),
    }
}

impl Picture {
    fn of(system: &str, counted: &Counted<'_>, at: usize) -> Self {
        let platforms = &counted.distances.platforms;
        let names: Vec<_> = platforms.iter().map(|column| name_of(column)).collect();
        // A sign may stand before the name.
        let longest = names.iter().map(|name| name.chars().count() + 2).max().unwrap_or_default();
        let left = longest * CHARACTER;
        let longest = counted.heads.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let above = longest * CHARACTER + 2 * SPACE;
        let (step, height) = CELL;
        let column = |number: usize| left + number * step;
        let mut shades = vec![String::new(); SHADES.len() + 1];
        let line = |(number, name): (usize, String)| {
            let top = above + number * height;
            let mut numbers = Vec::new();
            for (place, common) in counted.commons(at, number).into_iter().enumerate() {
                let (x, middle) = (column(place), column(place) + (step - GAP) / 2);
                if common.rows == 0 {
                    numbers.push((middle, "·".to_owned()));
                    continue;
                }
                let (wide, high) = (step - GAP, height - GAP);
                shades[shade(common)] += &format!("M{x} {top}h{wide}v{high}h-{wide}z");
                numbers.push((middle, common.differing.to_string()));
            }
            Line { name, is_stated: !platforms[number].is_measured(), y: top + height - GAP - 5, numbers }
        };
        let lines: Vec<_> = names.into_iter().enumerate().map(line).collect();
        let heads = counted.heads.iter().enumerate();
        let families: Vec<_> = heads.map(|(place, (name, _))| (column(place) + step / 2 + 4, name.clone())).collect();
        Picture {
            system: system.to_owned(),
            width: column(families.len()),
            height: above + lines.len() * height,
            head: above - SPACE,
            left: left - SPACE,
            families,
            lines,
            shades,
        }
    }
}
