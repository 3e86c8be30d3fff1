//! Virtual directories, and the real places behind virtual paths (ext-files-tunnels.md 3.2, 3.3).

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::path::{STAGING_DIRECTORY, VirtualPath, components};
use super::{FileError, MAX_PATH};
use crate::model::Text;

/// The owner of directories that every thing has.
pub const ANY_THING: &str = "*";

/// What the application allows in a virtual directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryOptions {
    /// Symbolic links may lead out of the directory.
    pub follow_links: bool,
    /// The platform may read but not change anything.
    pub read_only: bool,
}

/// A directory that the platform sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualDirectory {
    /// Whose it is; [`ANY_THING`] for every thing.
    pub thing: Text,
    /// Its name on the platform.
    pub name: Text,
    /// Where it is.
    pub real: PathBuf,
    /// What is allowed there.
    pub options: DirectoryOptions,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Directories(Vec<VirtualDirectory>);

impl Directories {
    /// Adds one, in place of the one of that thing and name.
    pub fn add(&mut self, directory: VirtualDirectory) {
        self.0.retain(|other| (&other.thing, &other.name) != (&directory.thing, &directory.name));
        self.0.push(directory);
    }

    /// Removes one of a thing, or with the name `*` all of them. The staging directory stays.
    pub fn remove(&mut self, thing: &[u8], name: &[u8]) {
        self.0.retain(|directory| {
            directory.thing.as_bytes() != thing
                || directory.name == *STAGING_DIRECTORY
                || (name != b"*" && directory.name.as_bytes() != name)
        });
    }

    /// Those that are exactly of that thing, or all with `None`.
    pub fn of(&self, thing: Option<&[u8]>) -> impl Iterator<Item = &VirtualDirectory> {
        self.0.iter().filter(move |directory| thing.is_none_or(|thing| directory.thing.as_bytes() == thing))
    }

    /// The one of that name that a thing has, its own before one that every thing has.
    pub fn find(&self, thing: &[u8], name: &[u8]) -> Option<&VirtualDirectory> {
        let named = |owner: &[u8]| self.of(Some(owner)).find(|directory| directory.name.as_bytes() == name);
        named(thing).or_else(|| named(ANY_THING.as_bytes()))
    }

    /// The place of a path that a thing has.
    pub fn place(&self, thing: &Text, path: &VirtualPath) -> Result<Place, FileError> {
        let directory = path.directory().and_then(|name| self.find(thing, name));
        let Some(directory) = directory else {
            return Err(FileError::NoDirectory { thing: thing.clone(), path: path.text().clone() });
        };
        Ok(Place { directory: directory.clone(), below: path.below().to_vec(), text: path.text().clone() })
    }

    /// The text of the real path of a virtual path and a file below it, with whatever `..` they have: to be shown, not
    /// to be opened. `None` for an unknown directory and for a path that is too long.
    pub fn show(&self, thing: &[u8], path: &[u8], file: &[u8]) -> Option<PathBuf> {
        let mut parts = components(path);
        let mut real = self.find(thing, parts.next()?)?.real.clone();
        parts.chain(components(file)).for_each(|part| real.push(OsStr::from_bytes(part)));
        (real.as_os_str().len() <= MAX_PATH).then_some(real)
    }
}

/// A place in a virtual directory. Nothing is looked at before one of the functions is called.
#[derive(Clone, Debug)]
pub(super) struct Place {
    directory: VirtualDirectory,
    below: Vec<Text>,
    text: Text,
}

impl Place {
    /// The real path by name alone: tells files apart.
    pub fn key(&self) -> PathBuf {
        let mut key = self.directory.real.clone();
        self.below.iter().for_each(|part| key.push(OsStr::from_bytes(part)));
        key
    }

    /// The virtual path.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Refuses a change where only reading is allowed.
    pub fn writable(&self) -> Result<&Self, FileError> {
        if self.directory.options.read_only { Err(FileError::ReadOnly(self.text.clone())) } else { Ok(self) }
    }

    /// Where the file or directory is, links resolved.
    pub fn existing(&self) -> Result<PathBuf, FileError> {
        let base = self.base()?;
        let found = self.canonical(&self.key())?;
        self.inside(&base, &found)?;
        Ok(found)
    }

    /// Where something of that name is or can be made, without looking through a link of that name.
    pub fn entry(&self) -> Result<PathBuf, FileError> {
        let Some((name, above)) = self.below.split_last() else {
            return Err(FileError::IsVirtualDirectory(self.text.clone()));
        };
        let parent = Self { below: above.to_vec(), ..self.clone() }.existing()?;
        Ok(parent.join(OsStr::from_bytes(name)))
    }

    /// Where a file can be opened for writing: an existing one with links resolved, or a free name. A link to nothing is neither.
    pub fn target(&self) -> Result<PathBuf, FileError> {
        match self.existing() {
            Err(FileError::NotFound(_)) => {}
            found => return found,
        }
        let entry = self.entry()?;
        if fs::symlink_metadata(&entry).is_ok() { Err(FileError::Escapes(self.text.clone())) } else { Ok(entry) }
    }

    /// Makes the directory and those above it that are missing.
    pub fn make(&self) -> Result<(), FileError> {
        let io = |error| FileError::Io { what: "making the directory", path: self.text.clone(), error };
        fs::create_dir_all(&self.directory.real).map_err(io)?;
        let base = self.base()?;
        let mut current = base.clone();
        for part in &self.below {
            let next = current.join(OsStr::from_bytes(part));
            current = match fs::canonicalize(&next) {
                Ok(found) => found,
                Err(_) if fs::symlink_metadata(&next).is_ok() => return Err(FileError::Escapes(self.text.clone())),
                Err(_) => {
                    fs::create_dir(&next).map_err(io)?;
                    next
                }
            };
            self.inside(&base, &current)?;
        }
        if current.is_dir() { Ok(()) } else { Err(FileError::Exists(self.text.clone())) }
    }

    /// Whether an entry found in the directory may be shown: links that lead out of it, or to nothing, may not.
    pub fn shows(&self, entry: &Path) -> bool {
        let Ok(found) = fs::canonicalize(entry) else { return false };
        self.base().is_ok_and(|base| self.inside(&base, &found).is_ok())
    }

    fn base(&self) -> Result<PathBuf, FileError> {
        self.canonical(&self.directory.real)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, FileError> {
        fs::canonicalize(path).map_err(|error: io::Error| FileError::io("looking for", &self.text, error))
    }

    fn inside(&self, base: &Path, found: &Path) -> Result<(), FileError> {
        if found.starts_with(base) || self.directory.options.follow_links {
            return Ok(());
        }
        Err(FileError::Escapes(self.text.clone()))
    }
}
