//! The folder that a site is written into.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    failure::{Done, Failure},
    stop::{self, on_signal},
};
use crate::{site::File, untrusted::shown};

/// In each page of a site, by which a folder is known to be one.
const MARK: &str = r#"<meta name="generator" content="brokenpipe">"#;

/// How the name of the folder begins in which a site is made before it takes its place.
const TEMPORARY: &str = ".brokenpipe-site-";

/// A folder that a site can be written into.
pub(super) struct Out<'a> {
    folder: &'a Path,
}

impl<'a> Out<'a> {
    /// Fails if there is something in the folder that is no site.
    pub(super) fn of(folder: &'a Path) -> Result<Self, Failure> {
        let out = Out { folder };
        out.check().map(|()| out)
    }

    fn check(&self) -> Done {
        let wrong = |what: &str| {
            let name = shown(self.folder);
            Err(Failure::Wrong(format!(
                "--out {name}: {what}; expected a new folder, an empty one, or a site to replace"
            )))
        };
        match fs::metadata(self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return if self.folder.is_symlink() { wrong("it is a link to nothing") } else { Ok(()) };
            }
            Err(error) => return wrong(&error.to_string()),
            Ok(found) if !found.is_dir() => return wrong("it is a file"),
            Ok(_) => {}
        }
        match self.entries() {
            Ok(names) if names.iter().all(is_temporary) => Ok(()),
            Ok(_) if is_page(&self.folder.join("index.html")) => Ok(()),
            Ok(_) => wrong("there is something else in it"),
            Err(error) => wrong(&error.to_string()),
        }
    }

    fn entries(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(self.folder)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// Writes the files into a temporary folder, and then moves them to their places, so that a reader does not meet
    /// half a site. If that fails, or a signal asks to stop, the folder is left as it was.
    ///
    /// Of a site that is there, what this one has is replaced, and so are its other pages. Files that no site has are
    /// left alone. The folder itself stays, since it may be a link, a mounted disk or the one that a shell is in.
    pub(super) fn write(&self, files: &[File]) -> Done {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        on_signal(move || stopped.store(true, Ordering::Relaxed), || ());
        let parents = self.folder.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let missing: Vec<_> = parents.take_while(|folder| !folder.exists()).collect();
        // A folder such as `new/..` was not there to be looked at before.
        let made = fs::create_dir_all(self.folder).map_err(|error| self.failure(&error)).and_then(|()| self.check());
        let done = made.and_then(|()| match self.try_write(files, &stop) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let name = shown(self.folder);
                Err(Failure::Interrupted(format!("{}: nothing was written into {name}", stop::cause())))
            }
            Err(error) => Err(self.failure(&error)),
        });
        if done.is_err() {
            for folder in missing {
                let _ = fs::remove_dir(folder);
            }
        }
        done
    }

    fn failure(&self, error: &io::Error) -> Failure {
        let name = shown(self.folder);
        Failure::Wrong(format!("--out {name}: cannot be written: {error}; what it held before is unchanged"))
    }

    /// Returns whether the site was written, rather than stopped.
    fn try_write(&self, files: &[File], stop: &AtomicBool) -> io::Result<bool> {
        let temporary = tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(self.folder)?;
        let [new, old] = ["new", "old"].map(|name| temporary.path().join(name));
        fs::create_dir(&new)?;
        fs::create_dir(&old)?;
        for file in files {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let path = new.join(&file.path);
            fs::create_dir_all(path.parent().unwrap_or(&new))?;
            fs::write(path, &file.text)?;
        }
        let names: HashSet<OsString> =
            files.iter().filter_map(|file| file.path.split('/').next()).map(OsString::from).collect();
        let own = temporary.path().file_name();
        let is_replaced = |name: &OsString| {
            let is_left = is_temporary(name) && Some(name.as_os_str()) != own;
            let is_other_page = || Path::new(name).extension().is_some_and(|extension| extension == "html");
            names.contains(name) || is_left || (is_other_page() && is_page(&self.folder.join(name)))
        };
        let before = self.entries()?.into_iter().filter(is_replaced);
        let away = before.map(|name| (self.folder.join(&name), old.join(&name)));
        let moves: Vec<_> = away.chain(names.iter().map(|name| (new.join(name), self.folder.join(name)))).collect();
        move_all(&moves)?;
        Ok(true)
    }
}

/// Renames each of these, or none if one of them fails.
fn move_all(moves: &[(PathBuf, PathBuf)]) -> io::Result<()> {
    for (at, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = fs::rename(from, to) {
            for (from, to) in moves[..at].iter().rev() {
                let _ = fs::rename(to, from);
            }
            return Err(error);
        }
    }
    Ok(())
}

fn is_temporary(name: &OsString) -> bool {
    name.to_string_lossy().starts_with(TEMPORARY)
}

/// Whether a file is a page of a site.
fn is_page(path: &Path) -> bool {
    /// The mark is in the head of a page, in these first bytes.
    const HEAD: u64 = 4096;
    if !path.is_file() {
        return false;
    }
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && String::from_utf8_lossy(&head).contains(MARK)
}
