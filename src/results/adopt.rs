//! Which platforms of a run a folder adopts, and writing them there. Besides the rules of [`merge`](super::merge), only
//! a complete run is adopted, and a platform that was not measured never replaces measured results. Rows are kept as
//! ids of interned places and entries, since there can be millions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    COLUMNS,
    error::ReadError,
    lock::FolderLock,
    merge::{MergeError, refuse_lost_facts, with_seen_before},
    read::read_steps,
    tables::{EntryId, PlaceId, Tables},
    write::{Replacement, file_of, refuse_folders, with_facts},
};
use crate::{
    catalogue::{CaseName, Catalogue},
    outcome,
    platform::{Platform, Provenance},
    untrusted::shown,
};

/// What a folder adopts of a run.
#[derive(Debug)]
pub struct Adoption<'a> {
    /// So that what was planned is still right when it is carried out.
    lock: FolderLock,
    catalogue: &'a Catalogue,
    tables: Tables,
    /// The platforms, each with the folder's rows of steps that may race if it has the same facts.
    platforms: BTreeMap<Arc<str>, (Held, Vec<HeldRow>)>,
    /// Which platforms are left out, and why.
    pub notes: Vec<String>,
}

impl<'a> Adoption<'a> {
    /// Decides what a folder, which may not exist yet, adopts of the results in `run`. No other program can write there
    /// until the adoption is dropped.
    ///
    /// # Errors
    ///
    /// Results that cannot be read, or the reason why the folder cannot adopt them.
    pub fn plan(run: &[PathBuf], folder: &'a Path, catalogue: &'a Catalogue) -> Result<Self, MergeError> {
        let mut tables = Tables::default();
        let lock = FolderLock::take(folder)?;
        let before = folder.exists().then(|| folder.to_owned());
        let may_race =
            |id: &str| catalogue.find(id).is_some_and(|scenario| scenario.racing || !scenario.races_on.is_empty());
        let mut accepted = Held::read(before.as_slice(), &mut tables, outcome::is_observed, may_race)?;
        let is_run = |outcome: &str| outcome != outcome::NOT_RUN;
        let (mut platforms, mut notes) = (BTreeMap::new(), lock.notes.clone());
        for (name, new) in Held::read(run, &mut tables, is_run, |_| true)? {
            if new.provenance != Provenance::Measured {
                notes.push(format!("{name} was not measured by this program; left out"));
                continue;
            }
            if let Some(own) = accepted.get(&name) {
                if new.cases.is_empty() && !own.cases.is_empty() {
                    notes.push(format!("{name} was not measured; its accepted results stay"));
                    continue;
                }
                refuse_part(&name, own, &new, &tables, catalogue)?;
            }
            refuse_file(&name, &accepted, folder)?;
            let own = accepted.get_mut(&name).filter(|own| own.has_facts_of(&new));
            let races = own.map(|own| std::mem::take(&mut own.rows)).unwrap_or_default();
            platforms.insert(name, (new, races));
        }
        refuse_lost_facts(folder, |name| platforms.contains_key(name))?;
        Ok(Adoption { lock, catalogue, tables, platforms, notes })
    }

    /// How many platforms are adopted.
    pub fn count(&self) -> usize {
        self.platforms.len()
    }

    /// Writes `<platform>.csv` of each platform and its facts into the folder, which is created if need be. Everything
    /// else there stays as it is.
    ///
    /// # Errors
    ///
    /// What could not be written; [`MergeError::Stopped`] if `stop` is set before the first file is replaced.
    /// A file is replaced completely or not at all, and none is replaced before all are written.
    pub fn carry_out(&self, stop: &AtomicBool) -> Result<(), MergeError> {
        refuse_folders(self.lock.folder(), self.platforms.keys().map(|name| &**name))?;
        let is_stopped = || stop.load(Ordering::Relaxed);
        let mut files = Vec::new();
        for (name, (new, races)) in &self.platforms {
            let row = |&(provenance, place, entry): &HeldRow| self.tables.row(name, provenance, place, entry);
            let races: Vec<_> = races.iter().map(row).collect();
            let steps = new.rows.chunk_by(|(_, a, _), (_, b, _)| a == b).take_while(|_| !is_stopped());
            let system = new.facts.as_ref().map(Platform::system).unwrap_or_default();
            let rows = steps.flat_map(|step| {
                let step: Vec<_> = step.iter().map(row).collect();
                let is_race = self.catalogue.races(&step[0].scenario, system);
                with_seen_before(step, &races, is_race)
            });
            files.push(Replacement::table(&file_of(self.lock.folder(), name), &COLUMNS, rows)?);
        }
        let facts = self.platforms.iter().map(|(name, (new, _))| (&**name, new.facts.as_ref()));
        files.extend(with_facts(self.lock.folder(), facts)?);
        if is_stopped() {
            return Err(MergeError::Stopped);
        }
        Ok(files.into_iter().try_for_each(Replacement::replace)?)
    }
}

/// What files have of a platform.
#[derive(Debug)]
struct Held {
    /// The file that has its rows.
    path: PathBuf,
    /// The provenance of its first row.
    provenance: Provenance,
    facts: Option<Platform>,
    /// The cases with an outcome that counts.
    cases: BTreeSet<u32>,
    rows: Vec<HeldRow>,
}

/// A row of a platform.
type HeldRow = (Provenance, PlaceId, EntryId);

impl Held {
    /// Reads files. `counts` tells which outcomes count, and `keeps` of which scenarios the rows are kept.
    fn read(
        paths: &[PathBuf],
        tables: &mut Tables,
        counts: impl Fn(&str) -> bool,
        keeps: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<Arc<str>, Held>, ReadError> {
        let mut all: BTreeMap<_, Held> = BTreeMap::new();
        let read = read_steps(paths, tables, |tables, path, step| {
            let (provenance, place) = (step.provenance, step.place);
            let held = all.entry(Arc::clone(step.platform)).or_insert_with(|| Held {
                path: path.to_owned(),
                provenance,
                facts: None,
                cases: BTreeSet::new(),
                rows: Vec::new(),
            });
            let about = &tables.places[place as usize];
            if step.entries.iter().any(|entry| counts(&tables.entries[*entry as usize].outcome)) {
                held.cases.insert(about.case);
            }
            if keeps(&about.scenario) {
                held.rows.extend(step.entries.iter().map(|entry| (provenance, place, *entry)));
            }
        })?;
        for facts in read.platforms {
            if let Some(held) = all.get_mut(&*facts.platform) {
                held.facts = Some(facts);
            }
        }
        Ok(all)
    }
}

impl Held {
    /// Whether both have facts, and the same.
    fn has_facts_of(&self, other: &Held) -> bool {
        self.facts.as_ref().zip(other.facts.as_ref()).is_some_and(|(own, other)| own.same_facts(other))
    }
}

/// A run of some cases must not cost the accepted results of the others. Cases that the catalogue no longer has cannot
/// be run.
fn refuse_part(name: &str, own: &Held, new: &Held, tables: &Tables, catalogue: &Catalogue) -> Result<(), MergeError> {
    let is_known = |case: &&u32| {
        let (scenario, case) = &tables.cases[**case as usize];
        catalogue.find(scenario).is_some_and(|scenario| scenario.axes.iter().any(|axes| CaseName::from(axes) == *case))
    };
    let accepted: Vec<_> = own.cases.iter().filter(is_known).collect();
    let missing: Vec<_> = accepted.iter().filter(|case| !new.cases.contains(case)).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let (scenario, case) = &tables.cases[***first as usize];
    Err(MergeError::Refused(format!(
        "{name}: {} of its {} accepted cases were not run, the first of them {scenario} {case}; only a whole run is \
         adopted: run everything (with --slow what takes seconds, too), or the selection into the folder itself \
         (`brokenpipe run SELECTOR --out DIR`)",
        missing.len(),
        accepted.len()
    )))
}

/// A platform must have a file of its own, which is replaced: no other platform may be lost with it, nor the platform
/// be in two files afterwards.
fn refuse_file(name: &str, accepted: &BTreeMap<Arc<str>, Held>, folder: &Path) -> Result<(), MergeError> {
    let (path, folder) = (file_of(folder, name), shown(folder));
    for (platform, held) in accepted {
        let is_own = **platform == *name;
        if is_own != (held.path == path) {
            return Err(MergeError::Refused(format!(
                "{}: holds the results of {platform}; move them to {platform}.csv of {folder} before others are \
                 adopted",
                shown(&held.path)
            )));
        }
        if is_own && held.provenance != Provenance::Measured {
            let problem = format!("{platform}: what {folder} has of it is {}, and was not measured", held.provenance);
            return Err(MergeError::Refused(problem));
        }
    }
    Ok(())
}
