//! File transfer, device side (ext-files-tunnels.md 3): virtual directories, the services with which the platform browses them and
//! fetches and brings files, and asking the platform to run a transfer.
//!
//! The platform drives: it opens a file, reads or writes block after block, moves what it has brought from the staging directory to
//! its place, and says that the transfer is complete. [`FileManager`] keeps what is open meanwhile. It is the handler of these services
//! for [`crate::things::Registry::set_file_services`].
//!
//! Nothing outside a virtual directory is reached, neither by `..` nor by symbolic links, unless the application allows links
//! ([`DirectoryOptions`]). A path is resolved and then opened, so a local process that may write in a virtual directory and exchanges
//! directories in that moment is not kept out; the platform cannot make links. No lock is held while a file is read or written or while the application is called.

mod browse;
mod change;
mod clean_up;
mod complete;
mod copy;
mod directory;
mod entry;
mod error;
mod manager;
mod open;
mod path;
mod pattern;
mod service;
#[cfg(test)]
mod tests;
mod transfer;

pub use complete::TransferInfo;
pub use copy::{CopyError, CopyJob, CopyRequest, SUBSYSTEM, VALIDATED, copy};
pub use directory::{ANY_THING, DirectoryOptions, VirtualDirectory};
pub use entry::{Branch, Entry, Kind};
pub use error::FileError;
pub use manager::{FileManager, FileSettings, Found, NoWatcher, Watcher};
pub use open::{OpenFile, OpenMode};
pub use path::{STAGING_DIRECTORY, VirtualPath, staging_path};
pub use pattern::matches;

/// Longest real path in bytes.
pub const MAX_PATH: usize = 4096;
