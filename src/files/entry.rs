//! What is in a directory.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::FileError;
use super::directory::Place;
use crate::model::{Row, Text, Value};

/// What may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Files and directories.
    All,
    /// Files alone.
    Files,
    /// Directories alone.
    Directories,
}

impl Kind {
    fn wants(self, is_directory: bool) -> bool {
        match self {
            Self::All => true,
            Self::Files => !is_directory,
            Self::Directories => is_directory,
        }
    }
}

/// A file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Text,
    /// Where it is.
    pub real: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Time of the last change, in milliseconds since 1970 UTC, whole seconds.
    pub modified: i64,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Whether its owner may not write it.
    pub is_read_only: bool,
}

/// The bit of the owner's right to write.
const OWNER_MAY_WRITE: u32 = 0o200;

impl Entry {
    pub(super) fn new(name: Text, real: PathBuf, found: &Metadata) -> Self {
        Self {
            name,
            real,
            size: found.len(),
            modified: found.mtime().saturating_mul(1000),
            is_directory: found.is_dir(),
            is_read_only: found.mode() & OWNER_MAY_WRITE == 0,
        }
    }

    /// What is at a real path.
    pub(super) fn at(name: Text, real: &Path) -> std::io::Result<Self> {
        Ok(Self::new(name, real.to_owned(), &fs::metadata(real)?))
    }

    /// As the platform names it: `F` or `D`, with `+RO` when it is not to be written.
    pub fn file_type(&self) -> &'static str {
        match (self.is_directory, self.is_read_only) {
            (false, false) => "F",
            (false, true) => "F+RO",
            (true, false) => "D",
            (true, true) => "D+RO",
        }
    }
}

/// The entries of a directory in its own order. Links that lead out of it, or to nothing, and what vanishes meanwhile are left out.
pub(super) fn list(place: &Place, kind: Kind) -> Result<Vec<Entry>, FileError> {
    let directory = place.existing()?;
    let io = |error| FileError::io("listing", place.text(), error);
    let mut entries = Vec::new();
    for found in fs::read_dir(directory).map_err(io)? {
        let found = found.map_err(io)?;
        let path = found.path();
        let is_link = found.file_type().is_ok_and(|kind| kind.is_symlink());
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if kind.wants(metadata.is_dir()) && (!is_link || place.shows(&path)) {
            entries.push(Entry::new(found.file_name().as_bytes().into(), path, &metadata));
        }
    }
    Ok(entries)
}

/// A directory below another, as the platform names both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: Text,
    /// Its virtual path.
    pub path: Text,
    /// That of the directory that it is in.
    pub parent: Text,
}

impl Branch {
    /// As a row of GetDirectoryStructure.
    pub fn row(&self) -> Row {
        [&self.name, &self.path, &self.parent].map(|text| Value::string(text.clone())).to_vec()
    }
}

/// How deep directories are followed.
const MAX_DEPTH: usize = 64;

/// The directories below a place, whose virtual path is `parent`, each before those in it. Links are named but not followed.
pub(super) fn tree(place: &Place, parent: &Text) -> Result<Vec<Branch>, FileError> {
    let mut found = Vec::new();
    let directory = place.existing()?;
    grow(place, &directory, parent, &mut found, MAX_DEPTH);
    Ok(found)
}

fn grow(place: &Place, directory: &Path, parent: &Text, found: &mut Vec<Branch>, depth: usize) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if !path.is_dir() || (is_link && !place.shows(&path)) {
            continue;
        }
        let branch = branch(parent, entry.file_name().as_os_str());
        let below = branch.path.clone();
        found.push(branch);
        if !is_link && depth > 0 {
            grow(place, &path, &below, found, depth - 1);
        }
    }
}

fn branch(parent: &Text, name: &OsStr) -> Branch {
    Branch { name: name.as_bytes().into(), path: join(parent, name.as_bytes()), parent: parent.clone() }
}

/// A virtual path and a name below it.
pub(super) fn join(parent: &[u8], name: &[u8]) -> Text {
    [parent, b"/", name].concat().into()
}
