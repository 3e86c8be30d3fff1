//! Unpacking of archives: zip, and tar compressed with gzip (ext-files-tunnels.md 3.11).
//!
//! Nothing is written outside the destination: names that are absolute or climb, and links that lead out, are refused. What is refused or
//! cannot be written is reported, and the rest is unpacked.

mod destination;
#[cfg(test)]
mod tests;
mod tgz;
mod zip;

pub use tgz::unpack_tgz;
pub use zip::unpack_zip;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why an archive was not unpacked as a whole.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Nothing was unpacked.
    #[error("{path:?} cannot be read as an archive: {error}")]
    Unreadable {
        /// The archive.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The archive ends, or is damaged, behind what was unpacked.
    #[error("the archive is damaged behind {entries} entries: {error}")]
    Damaged {
        /// How many entries were read.
        entries: usize,
        /// What is wrong.
        error: io::Error,
    },
    /// Some entries were not unpacked.
    #[error("{} entries were not unpacked, the first one {}: {}", .0.len(), .0[0].0, .0[0].1)]
    Incomplete(Vec<(String, EntryError)>),
}

/// Why an entry was not unpacked.
#[derive(Debug, Error)]
pub enum EntryError {
    /// It would be written somewhere else.
    #[error("it leads out of the destination")]
    Escapes,
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Success unless entries have failed.
fn outcome(failed: Vec<(String, EntryError)>) -> Result<(), ArchiveError> {
    if failed.is_empty() { Ok(()) } else { Err(ArchiveError::Incomplete(failed)) }
}
