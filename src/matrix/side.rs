//! What a word on the command line stands for where two things are compared: a system, or a platform.

use super::{Column, Matrix, Member, NoSuchPlatform, System, cell::NO_CELL, store::Store};
use crate::{platform::has_a_names_characters, results::PlaceId};

impl Matrix {
    /// The column that a word stands for: of a system, its best evidence of each step; or a platform. The word is a
    /// system's name, whatever its case, a platform's, or a beginning that only one of them has. A platform that is
    /// called like a system is named with its provenance: `documented/linux`.
    ///
    /// # Errors
    ///
    /// No system and no platform has this name, or several begin with it; the message names them.
    pub fn side(&self, word: &str) -> Result<Column, NoSuchPlatform> {
        // What is named after it is shown, so a system whose name is none that a platform can have is left out.
        let evidence = self.evidence();
        let is_name = |system: &&System<'_>| has_a_names_characters(system.name);
        let systems: Vec<_> = evidence.systems().iter().filter(is_name).collect();
        let begins = |name: &str| name.to_ascii_lowercase().starts_with(&word.to_ascii_lowercase());
        if let Some(system) = systems.iter().find(|system| system.name.eq_ignore_ascii_case(word)) {
            return Ok(Column::of_system(system.name, &system.platforms));
        }
        let is_it = |column: &&Column| column.name == word || format!("{}/{}", column.provenance, column.name) == word;
        // A platform that is called like a system is told from that by its provenance.
        let platform = |column: &Column| {
            let is_system = systems.iter().any(|system| system.name.eq_ignore_ascii_case(&column.name));
            let name = if is_system { format!("{}/{}", column.provenance, column.name) } else { column.name.clone() };
            Column { name, ..column.clone() }
        };
        if let Some(column) = self.columns().iter().find(is_it) {
            return Ok(platform(column));
        }
        let begun: Vec<_> = systems.iter().filter(|system| begins(system.name)).collect();
        let platforms: Vec<_> = self.columns().iter().filter(|column| begins(&column.name)).collect();
        match (begun.as_slice(), platforms.as_slice()) {
            _ if word.is_empty() => Err(self.no_side(&systems, word)),
            ([system], _) => Ok(Column::of_system(system.name, &system.platforms)),
            ([], [column]) => Ok(platform(column)),
            ([], []) => Err(self.no_side(&systems, word)),
            (systems, platforms) => {
                let platforms = platforms.iter().map(|column| column.name.as_str()).filter(|_| systems.is_empty());
                let names: Vec<_> = systems.iter().map(|system| system.name).chain(platforms).collect();
                Err(NoSuchPlatform::of(format!("several begin with {word:?}: {}", names.join(", "))))
            }
        }
    }

    fn no_side(&self, systems: &[&System<'_>], word: &str) -> NoSuchPlatform {
        let systems: Vec<_> = systems.iter().map(|system| system.name).collect();
        let platforms: Vec<_> = self.columns().iter().map(|column| column.name.as_str()).collect();
        let platforms = platforms.join(", ");
        NoSuchPlatform::of(match systems.as_slice() {
            [] => format!("no results of a platform {word:?}; there are {platforms}"),
            systems => {
                let systems = systems.join(", ");
                format!(
                    "no results of a system or platform {word:?}; there are systems {systems}; platforms {platforms}"
                )
            }
        })
    }
}

impl Column {
    /// A system's column: each cell is that of its first platform that observed something.
    pub(super) fn of_system(name: &str, platforms: &[&Column]) -> Self {
        let members: Vec<Member> = platforms.iter().flat_map(|column| column.members.iter().cloned()).collect();
        Column { name: name.to_owned(), provenance: platforms[0].provenance, members }
    }

    /// Whether it holds exactly the platforms of another one.
    pub fn is_of_same_platforms(&self, other: &Column) -> bool {
        let [one, other] = [self, other].map(|column| column.members.iter().map(|member| member.at));
        one.eq(other)
    }
}

impl Store {
    /// The platform of a column whose cell the column shows.
    pub(super) fn source<'a>(&self, column: &'a Column, place: PlaceId) -> &'a Member {
        let has = |member: &&Member| self.cell_id_at(member.at, place) != NO_CELL;
        let observed = |member: &&Member| self.cells.derived(self.cell_id_at(member.at, place)).is_observed;
        let members = &column.members;
        members.iter().find(observed).or_else(|| members.iter().find(has)).unwrap_or(&members[0])
    }
}
