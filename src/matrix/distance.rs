//! How far platforms are from systems: in how many rows of each family they differ.

use super::{
    Column, Compare, Evidence, System,
    pairwise::{Common, Patterns},
};
use crate::catalogue::family;

/// Platforms beside systems, family by family. It counts what a comparison of two of them counts: the rows of all cases
/// in which both have an outcome, compared exactly.
#[derive(Debug)]
pub struct Distances<'a> {
    /// The platforms that are not absent, in the order of their systems; no standards.
    pub platforms: Vec<&'a Column>,
    families: usize,
    /// By system, platform and family.
    counts: Vec<Common>,
}

impl<'a> Evidence<'a> {
    /// Puts all platforms beside these systems, each of which is the best evidence of it. The rows of a family that is
    /// not among `families` are counted after the last of these.
    pub fn distances(&self, systems: &[System<'a>], families: &[&str]) -> Distances<'a> {
        let matrix = self.matrix();
        let is_compared = |column: &&Column| !column.is_standard() && !column.is_absent();
        let mut platforms: Vec<_> = matrix.columns().iter().filter(is_compared).collect();
        let known = self.systems();
        platforms
            .sort_by_key(|column| known.iter().position(|it| column.system() == Some(it.name)).unwrap_or(known.len()));
        let of_systems: Vec<_> =
            systems.iter().map(|system| Column::of_system(system.name, &system.platforms)).collect();
        let columns: Vec<_> = of_systems.iter().chain(platforms.iter().copied()).collect();
        let position = |id: &str| {
            let name = family(id);
            families.iter().position(|known| *known == name).unwrap_or(families.len())
        };
        let width = families.len() + 1;
        let mut counts = vec![Common::default(); systems.len() * platforms.len() * width];
        for step in matrix.places.chunk_by(|a, b| matrix.store.is_same_step(*a, *b)) {
            let mut patterns = Patterns::new(&matrix.store, &columns, step, Compare::Exact);
            let family = position(&matrix.place(step[0]).scenario);
            for (at, total) in counts.iter_mut().skip(family).step_by(width).enumerate() {
                let (system, platform) = (at / platforms.len(), at % platforms.len());
                total.add(patterns.common(system, systems.len() + platform));
            }
        }
        Distances { platforms, families: width, counts }
    }
}

impl Distances<'_> {
    /// What a system and a platform, by their 0-based numbers, have in common: the rows of each family and, at the end,
    /// those of all other families.
    pub fn by_family(&self, system: usize, platform: usize) -> &[Common] {
        let at = (system * self.platforms.len() + platform) * self.families;
        &self.counts[at..at + self.families]
    }

    /// What a system and a platform have in common in all families.
    pub fn in_all(&self, system: usize, platform: usize) -> Common {
        let mut all = Common::default();
        self.by_family(system, platform).iter().for_each(|common| all.add(*common));
        all
    }
}
