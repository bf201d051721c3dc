//! Which platforms of a run a folder adopts, and copying them row by row, so that memory does not grow with the number
//! of rows. The rules are those of [`merge`](super::merge); besides, only a complete run is adopted, and measured
//! results are never replaced by a platform that was not measured.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    COLUMNS, Row,
    error::{ReadError, WriteError},
    merge::{MergeError, is_race, refuse_lost_facts, with_seen_before},
    read::read_steps,
    tables::Tables,
    write::{Replacement, file_of, make_folder, with_facts},
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
    run: &'a [PathBuf],
    folder: &'a Path,
    catalogue: &'a Catalogue,
    /// The platforms, each with the folder's rows of racing steps if it has the same facts.
    platforms: BTreeMap<Arc<str>, Vec<Row>>,
    /// Which platforms are left out, and why.
    pub notes: Vec<String>,
}

impl<'a> Adoption<'a> {
    /// Decides what a folder, which may not exist yet, adopts of the results in `run`.
    ///
    /// # Errors
    ///
    /// Results that cannot be read, or the reason why the folder cannot adopt them.
    pub fn plan(run: &'a [PathBuf], folder: &'a Path, catalogue: &'a Catalogue) -> Result<Self, MergeError> {
        let mut tables = Tables::default();
        let before = if folder.exists() { vec![folder.to_owned()] } else { Vec::new() };
        let mut accepted = Held::read(&before, &mut tables, |scenario| catalogue.races(scenario))?;
        let (mut platforms, mut notes) = (BTreeMap::new(), Vec::new());
        for (name, new) in Held::read(run, &mut tables, |_| false)? {
            if new.provenance != Provenance::Measured {
                notes.push(format!("{name} was not measured by this program; left out"));
                continue;
            }
            if let Some(own) = accepted.get(&name) {
                if new.run.is_empty() && !own.observed.is_empty() {
                    notes.push(format!("{name} was not measured; its accepted results stay"));
                    continue;
                }
                refuse_part(&name, own, &new, &tables, catalogue)?;
            }
            refuse_file(&name, &accepted, folder)?;
            let same_facts = |own: &&mut Held| new.facts.is_some() && own.facts == new.facts;
            let own = accepted.get_mut(&name).filter(same_facts);
            platforms.insert(name, own.map(|own| std::mem::take(&mut own.races)).unwrap_or_default());
        }
        refuse_lost_facts(folder, |name| platforms.contains_key(name))?;
        Ok(Adoption { run, folder, catalogue, platforms, notes })
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
    /// What could not be read or written; [`MergeError::Stopped`] if `stop` is set before the first file is replaced.
    /// A file is replaced completely or not at all, and none is replaced before all are written.
    pub fn carry_out(&self, stop: &AtomicBool) -> Result<(), MergeError> {
        let names = || self.platforms.keys().map(|name| &**name);
        make_folder(self.folder, names())?;
        let mut copy = Copy { folder: self.folder, files: BTreeMap::new(), open: None };
        let mut copied = Ok(());
        let heads = read_steps(self.run, &mut Tables::default(), |tables, _, step| {
            let Some(races) = self.platforms.get(step.platform).filter(|_| copied.is_ok()) else { return };
            let mut rows: Vec<_> = step.rows(tables).collect();
            if is_race(&rows, self.catalogue) && !races.is_empty() {
                rows = with_seen_before(&rows, races);
            }
            copied = match stop.load(Ordering::Relaxed) {
                true => Err(MergeError::Stopped),
                false => copy.add(step.platform, &rows).map_err(MergeError::Write),
            };
        })?;
        copied?;
        copy.close()?;
        let facts = heads.platforms.into_iter().filter(|facts| self.platforms.contains_key(&*facts.platform));
        let facts = with_facts(self.folder, names(), facts)?;
        if stop.load(Ordering::Relaxed) {
            return Err(MergeError::Stopped);
        }
        Ok(copy.files.into_values().chain(facts).try_for_each(Replacement::replace)?)
    }
}

/// What files have of a platform.
struct Held {
    /// The file.
    path: PathBuf,
    /// That of its first row.
    provenance: Provenance,
    facts: Option<Platform>,
    /// The cases with a step that was observed.
    observed: BTreeSet<u32>,
    /// The cases with a step that was run.
    run: BTreeSet<u32>,
    /// The rows of racing steps.
    races: Vec<Row>,
}

impl Held {
    fn read(
        paths: &[PathBuf],
        tables: &mut Tables,
        races: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<Arc<str>, Held>, ReadError> {
        let mut all: BTreeMap<_, Held> = BTreeMap::new();
        let heads = read_steps(paths, tables, |tables, path, step| {
            let held = all.entry(Arc::clone(step.platform)).or_insert_with(|| Held {
                path: path.to_owned(),
                provenance: step.provenance,
                facts: None,
                observed: BTreeSet::new(),
                run: BTreeSet::new(),
                races: Vec::new(),
            });
            let place = &tables.places[step.place as usize];
            for entry in step.entries {
                let outcome = &*tables.entries[*entry as usize].outcome;
                held.observed.extend(outcome::is_observed(outcome).then_some(place.case));
                held.run.extend((outcome != outcome::NOT_RUN).then_some(place.case));
            }
            if races(&place.scenario) {
                held.races.extend(step.rows(tables));
            }
        })?;
        for facts in heads.platforms {
            if let Some(held) = all.get_mut(&*facts.platform) {
                held.facts = Some(facts);
            }
        }
        Ok(all)
    }
}

/// A run of some cases must not cost the accepted results of the others. Cases that the catalogue no longer has cannot
/// be run.
fn refuse_part(name: &str, own: &Held, new: &Held, tables: &Tables, catalogue: &Catalogue) -> Result<(), MergeError> {
    let is_known = |case: &&u32| {
        let (scenario, case) = &tables.cases[**case as usize];
        catalogue.find(scenario).is_some_and(|scenario| scenario.axes.iter().any(|axes| CaseName::from(axes) == *case))
    };
    let accepted: Vec<_> = own.observed.iter().filter(is_known).collect();
    let missing: Vec<_> = accepted.iter().filter(|case| !new.run.contains(case)).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let (scenario, case) = &tables.cases[***first as usize];
    let (missing, accepted, first) = (missing.len(), accepted.len(), format!("{scenario} {case}"));
    Err(MergeError::Partial { platform: name.to_owned(), missing, accepted, first })
}

/// A platform must have a file of its own, which is replaced: no other platform may be lost with it, nor the platform
/// be in two files afterwards.
fn refuse_file(name: &str, accepted: &BTreeMap<Arc<str>, Held>, folder: &Path) -> Result<(), MergeError> {
    let path = file_of(folder, name);
    for (platform, held) in accepted {
        let is_own = **platform == *name;
        let (folder, platform) = (shown(folder), platform.to_string());
        if is_own != (held.path == path) {
            return Err(MergeError::Misplaced { path: shown(&held.path), platform, folder });
        }
        if is_own && held.provenance != Provenance::Measured {
            return Err(MergeError::Stated { folder, platform, provenance: held.provenance });
        }
    }
    Ok(())
}

/// The new files of the platforms. Only one is open at a time, since there can be thousands.
struct Copy<'a> {
    folder: &'a Path,
    files: BTreeMap<Arc<str>, Replacement>,
    open: Option<(Arc<str>, Writer)>,
}

type Writer = csv::Writer<BufWriter<File>>;

impl Copy<'_> {
    fn add(&mut self, platform: &Arc<str>, rows: &[Row]) -> Result<(), WriteError> {
        let path = file_of(self.folder, platform);
        let mut writer = match self.open.take_if(|(open, _)| open == platform) {
            Some((_, writer)) => writer,
            None => {
                self.close()?;
                self.open(platform, &path).map_err(|error| WriteError::new(&path, error))?
            }
        };
        rows.iter().try_for_each(|row| writer.serialize(row)).map_err(|error| WriteError::new(&path, error))?;
        self.open = Some((Arc::clone(platform), writer));
        Ok(())
    }

    fn open(&mut self, platform: &Arc<str>, path: &Path) -> io::Result<Writer> {
        let writer = |file| csv::WriterBuilder::new().has_headers(false).from_writer(BufWriter::new(file));
        if let Some(begun) = self.files.get(platform) {
            return begun.append().map(writer);
        }
        let (file, begun) = Replacement::begin(path)?;
        self.files.insert(Arc::clone(platform), begun);
        let mut writer = writer(file);
        writer.write_record(COLUMNS)?;
        Ok(writer)
    }

    /// Closes the open file.
    fn close(&mut self) -> Result<(), WriteError> {
        let Some((platform, writer)) = self.open.take() else { return Ok(()) };
        let ended = writer.into_inner().map_err(|error| error.into_error());
        let ended = ended.and_then(|writer| writer.into_inner().map_err(io::IntoInnerError::into_error));
        ended.and_then(|file| file.sync_all()).map_err(|error| WriteError::new(&file_of(self.folder, &platform), error))
    }
}
