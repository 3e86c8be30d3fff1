//! What can go wrong with a store.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why a store could not be opened, or not take or give a record.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("the store {} cannot be opened: {error}; check that its directory exists and may be written", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Its directory cannot be made.
    #[error("the directory {} for a store cannot be made: {error}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Somebody else has it open: another process, or another object of this one.
    #[error(
        "the store {} is in use: another process, or another API object, has it open; give each device a directory of its own",
        path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// There is something else of that name.
    #[error("the store {} is no regular file: move it away or choose another directory", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The file is of a later version and cannot be put aside.
    #[error("the store {} is of version {version}, which this library does not know, and cannot be put aside: {error}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u8,
        /// Why it stays where it is.
        error: io::Error,
    },
    /// It could not be written; what was to be added is not in it.
    #[error("the store {} cannot be written: {error}; is the disk full or read-only?", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It could not be read.
    #[error("the store {} cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A record is not what was written any more. It is put aside.
    #[error("a record of the store {} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Why a store cannot be opened.
    pub(super) fn opening(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::WouldBlock => Self::Locked { path },
            _ => Self::Open { path, error },
        }
    }

    /// Why a store cannot be written.
    pub(super) fn writing(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::WouldBlock => Self::Locked { path },
            _ => Self::Write { path, error },
        }
    }
}
