//! The file manager: what is offered and what is open.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use super::complete::TransferInfo;
use super::directory::{ANY_THING, Directories, DirectoryOptions, Place, VirtualDirectory};
use super::entry::{self, Entry, Kind};
use super::open::{Description, Lookup, OpenFile, OpenFiles, OpenMode};
use super::path::{STAGING_DIRECTORY, VirtualPath};
use super::{FileError, MAX_PATH, pattern};
use crate::model::Text;

/// Limits, asked for at each use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// The block that the platform is told to use, and the most that one read gives, in bytes.
    pub block_size: u32,
    /// The largest file that the platform is told to bring.
    pub max_file_size: u64,
    /// Whether writing beyond `max_file_size` is refused.
    pub enforce_max_file_size: bool,
    /// How much is read at a time for a checksum, in bytes.
    pub checksum_block_size: usize,
    /// How long a transfer may be idle.
    pub idle_limit: Duration,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            block_size: 128_000,
            max_file_size: 8_000_000_000,
            enforce_max_file_size: false,
            checksum_block_size: 6400,
            idle_limit: Duration::from_secs(30),
        }
    }
}

/// Is told what happens. Called without a lock held, on the thread that serves the platform.
pub trait Watcher: Send + Sync {
    /// A file was opened.
    fn opened(&self, file: &Arc<OpenFile>) {
        let _ = file;
    }

    /// An open file was closed. [`OpenFile::is_open`] says so already.
    fn closed(&self, file: &OpenFile) {
        let _ = file;
    }

    /// The platform has ended a transfer, successfully or not ([`TransferInfo::state`]). `received` tells a file that the platform has
    /// brought from one that it has fetched.
    fn finished(&self, received: bool, info: &TransferInfo) {
        let _ = (received, info);
    }
}

/// Nobody to be told.
pub struct NoWatcher;

impl Watcher for NoWatcher {}

/// An open file that was looked for.
#[derive(Clone, Debug)]
pub enum Found {
    /// It is open.
    Open(Arc<OpenFile>),
    /// It was idle for too long and has just been closed.
    TimedOut,
    /// There is none.
    Missing,
}

/// The file manager. Cheap to clone: clones are the same manager.
#[derive(Clone)]
pub struct FileManager(Arc<Inner>);

struct Inner {
    directories: RwLock<Directories>,
    open: OpenFiles,
    settings: Box<dyn Fn() -> FileSettings + Send + Sync>,
    watcher: Box<dyn Watcher>,
}

impl FileManager {
    /// A manager that receives files in `staging`, which is made if it is missing. It is the virtual directory
    /// [`STAGING_DIRECTORY`] of every thing.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn new(
        staging: &Path,
        settings: impl Fn() -> FileSettings + Send + Sync + 'static,
        watcher: impl Watcher + 'static,
    ) -> io::Result<Self> {
        let staging = std::path::absolute(staging)?;
        fs::create_dir_all(&staging)?;
        let manager = Self(Arc::new(Inner {
            directories: RwLock::default(),
            open: OpenFiles::default(),
            settings: Box::new(settings),
            watcher: Box::new(watcher),
        }));
        manager.add_directory(ANY_THING, STAGING_DIRECTORY, staging, DirectoryOptions::default());
        Ok(manager)
    }

    fn directories(&self) -> RwLockReadGuard<'_, Directories> {
        self.0.directories.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn directories_mut(&self) -> RwLockWriteGuard<'_, Directories> {
        self.0.directories.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn settings(&self) -> FileSettings {
        (self.0.settings)()
    }

    pub(super) fn watcher(&self) -> &dyn Watcher {
        &*self.0.watcher
    }

    pub(super) fn open_files(&self) -> &OpenFiles {
        &self.0.open
    }

    /// Offers a directory to the platform, in place of the one that the thing has under that name. It need not exist yet.
    pub fn add_directory(
        &self,
        thing: impl Into<Text>,
        name: impl Into<Text>,
        real: impl Into<PathBuf>,
        options: DirectoryOptions,
    ) {
        let directory = VirtualDirectory { thing: thing.into(), name: name.into(), real: real.into(), options };
        self.directories_mut().add(directory);
    }

    /// Withdraws a directory of a thing, or with the name `*` all of them. The staging directory stays.
    pub fn remove_directory(&self, thing: &[u8], name: &[u8]) {
        self.directories_mut().remove(thing, name);
    }

    /// Changes what is allowed in a directory. False when the thing has none of that name.
    pub fn set_options(&self, thing: &[u8], name: &[u8], options: DirectoryOptions) -> bool {
        let mut directories = self.directories_mut();
        let found = directories.of(Some(thing)).find(|directory| directory.name.as_bytes() == name).cloned();
        let Some(directory) = found else { return false };
        directories.add(VirtualDirectory { options, ..directory });
        true
    }

    /// The directories that are exactly of that thing, or all with `None`.
    pub fn virtual_directories(&self, thing: Option<&[u8]>) -> Vec<VirtualDirectory> {
        self.directories().of(thing).cloned().collect()
    }

    /// Those of them that exist, as entries of `/`.
    pub fn list_directories(&self, thing: Option<&[u8]>) -> Vec<(VirtualDirectory, Entry)> {
        let existing = |directory: VirtualDirectory| {
            let entry = Entry::at(directory.name.clone(), &directory.real).ok()?;
            Some((directory, Entry { is_directory: true, ..entry }))
        };
        self.virtual_directories(thing).into_iter().filter_map(existing).collect()
    }

    /// The text of the real path behind a virtual path, with a file below it. It is a text and nothing more: whatever `..` the
    /// arguments have is in it, and no link is looked at. `None` for an unknown virtual directory and above [`MAX_PATH`] bytes.
    pub fn show_path(&self, thing: &[u8], path: &[u8], file: &[u8]) -> Option<PathBuf> {
        self.directories().show(thing, path, file)
    }

    pub(super) fn place(&self, thing: &Text, path: &VirtualPath) -> Result<Place, FileError> {
        let place = self.directories().place(thing, path)?;
        if place.key().as_os_str().len() > MAX_PATH {
            return Err(FileError::NotFound(path.text().clone()));
        }
        Ok(place)
    }

    /// What is in a directory of a thing and fits a pattern, in the directory's order.
    ///
    /// # Errors
    /// The directory cannot be listed.
    pub fn list(&self, thing: &Text, path: &[u8], pattern: &[u8], kind: Kind) -> Result<Vec<Entry>, FileError> {
        let place = self.place(thing, &VirtualPath::parse(path)?)?;
        let mut entries = entry::list(&place, kind)?;
        entries.retain(|entry| pattern::matches(pattern, &entry.name));
        Ok(entries)
    }

    /// Opens a file for the application. It is closed when it has been idle for too long, unless it is held.
    ///
    /// # Errors
    /// [`FileError::Busy`] when it is open; it cannot be opened.
    pub fn open(&self, thing: &Text, path: &VirtualPath, mode: OpenMode) -> Result<Arc<OpenFile>, FileError> {
        self.open_as(thing, path, mode, None, false)
    }

    /// Opens a file for a service, and for a transfer if there is one.
    pub(super) fn open_for(
        &self,
        thing: &Text,
        path: &VirtualPath,
        mode: OpenMode,
        tid: Option<&Text>,
    ) -> Result<Arc<OpenFile>, FileError> {
        self.open_as(thing, path, mode, tid, true)
    }

    fn open_as(
        &self,
        thing: &Text,
        path: &VirtualPath,
        mode: OpenMode,
        tid: Option<&Text>,
        for_platform: bool,
    ) -> Result<Arc<OpenFile>, FileError> {
        let place = self.place(thing, path)?;
        let key = place.key();
        let collides = |other: &OpenFile| other.is_at(thing, &key) || (tid.is_some() && other.tid() == tid);
        self.close_idle();
        if let Some(other) = self.0.open.find(collides) {
            drop(other.work());
            return Err(FileError::Busy(path.text().clone()));
        }
        let real = if mode.write { place.writable()?.target()? } else { place.existing()? };
        let what = Description {
            thing: thing.clone(),
            path: path.text().clone(),
            real,
            key: key.clone(),
            mode,
            tid: tid.cloned(),
            for_platform,
        };
        let file = OpenFile::open(what).map_err(|error| FileError::io("opening", path.text(), error))?;
        if !self.0.open.add(&file, collides) {
            return Err(FileError::Busy(path.text().clone()));
        }
        self.watcher().opened(&file);
        Ok(file)
    }

    /// The open file at a path of a thing, or of a transfer. What is idle is closed meanwhile.
    pub fn find_open(&self, thing: &Text, path: Option<&VirtualPath>, tid: Option<&Text>) -> Found {
        let key = path.and_then(|path| self.place(thing, path).ok()).map(|place| place.key());
        match self.lookup(thing, key.as_deref(), tid) {
            Lookup::Found(file) => Found::Open(file),
            Lookup::TimedOut => Found::TimedOut,
            Lookup::Missing => Found::Missing,
        }
    }

    /// The open file at a place of a thing before that of a transfer.
    pub(super) fn lookup(&self, thing: &Text, key: Option<&Path>, tid: Option<&Text>) -> Lookup {
        let is_there = |file: &OpenFile| key.is_some_and(|key| file.is_at(thing, key));
        let is_of_transfer = |file: &OpenFile| tid.is_some() && file.tid() == tid;
        let closed = self.close_idle();
        let found = self.0.open.find(is_there).or_else(|| self.0.open.find(is_of_transfer));
        match found {
            Some(file) => Lookup::Found(file),
            None if closed.iter().any(|file| is_there(file) || is_of_transfer(file)) => Lookup::TimedOut,
            None => Lookup::Missing,
        }
    }

    /// All open files, in the order of opening.
    pub fn all_open(&self) -> Vec<Arc<OpenFile>> {
        self.0.open.all()
    }

    /// Closes a file.
    pub fn close(&self, file: &OpenFile) {
        self.close_where(|other| other.id() == file.id());
    }

    /// Closes all files.
    pub fn close_all(&self) {
        self.close_where(|_| true);
    }

    pub(super) fn close_where(&self, wanted: impl Fn(&OpenFile) -> bool) -> Vec<Arc<OpenFile>> {
        let closed = self.0.open.remove(wanted);
        closed.iter().for_each(|file| self.watcher().closed(file));
        closed
    }

    /// Closes what has been idle for too long. Every service does; a tick should, so that a transfer that stalls ends.
    pub fn close_idle(&self) -> Vec<Arc<OpenFile>> {
        let limit = self.settings().idle_limit;
        let closed = self.0.open.expire(limit, Instant::now());
        for file in &closed {
            log::warn!(
                "the transfer of {} of {} was idle for more than {limit:?}: it is closed",
                file.path(),
                file.thing()
            );
            self.watcher().closed(file);
        }
        closed
    }

    /// When [`FileManager::close_idle`] has something to do next.
    pub fn next_idle(&self) -> Option<Instant> {
        self.0.open.next_expiry(self.settings().idle_limit)
    }
}

impl std::fmt::Debug for FileManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileManager").field("directories", &*self.directories()).field("open", &self.0.open).finish()
    }
}
