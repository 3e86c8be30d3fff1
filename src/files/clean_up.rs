//! Removing what interrupted transfers leave behind, for programs that want that (ext-files-tunnels.md 3.7, F24).

use std::fs::{self, DirEntry};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::directory::ANY_THING;
use super::path::{PART, STAGING_DIRECTORY};
use super::{FileManager, OpenFile};

impl FileManager {
    /// Closes what the platform has opened, as after the loss of a connection: the paths are free for new transfers. What was received stays in
    /// the staging directory. Files that the application has opened or holds stay open. How many were closed.
    pub fn end_transfers(&self) -> usize {
        self.close_where(|file| file.is_for_platform() && !file.is_held()).len()
    }

    /// Removes files of transfers from the staging directory that are not open and were not changed for as long as `age`; how many. What cannot
    /// be removed is told in the log.
    pub fn remove_stale_parts(&self, age: Duration) -> usize {
        let now = SystemTime::now();
        let entries = self.staging().and_then(|staging| fs::read_dir(staging).ok());
        let parts = entries.into_iter().flatten().flatten().filter(|entry| is_stale_part(entry, age, now));
        let open = self.all_open();
        let unused = parts.map(|entry| entry.path()).filter(|path| !open.iter().any(|file| file.place() == path));
        let removed = unused.filter(|path| match fs::remove_file(path) {
            Ok(()) => true,
            Err(error) => {
                log::warn!("the rest of a transfer, {}, cannot be removed: {error}", path.display());
                false
            }
        });
        removed.count()
    }

    fn staging(&self) -> Option<PathBuf> {
        let directories = self.virtual_directories(Some(ANY_THING.as_bytes()));
        directories.into_iter().find(|directory| directory.name == STAGING_DIRECTORY).map(|directory| directory.real)
    }
}

/// Links and directories are none: no transfer makes them.
fn is_stale_part(entry: &DirEntry, age: Duration, now: SystemTime) -> bool {
    let changed = entry.metadata().ok().filter(fs::Metadata::is_file).and_then(|found| found.modified().ok());
    // A time in the future is no age: the clock was set.
    let is_old = changed.and_then(|changed| now.duration_since(changed).ok()).is_some_and(|passed| passed >= age);
    is_old && entry.file_name().as_encoded_bytes().ends_with(PART)
}

impl OpenFile {
    /// Whether a service of the platform has opened it, and not the application.
    pub fn is_for_platform(&self) -> bool {
        self.for_platform
    }
}
