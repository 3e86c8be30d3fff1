//! The files of stores, and those beside them.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::change::{self, Point};
use crate::ffi::file_lock::{self, Locked};

/// Values of a device are nobody else's business.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o755;

/// How often the file may be replaced while it is opened.
const ATTEMPTS: usize = 10;

/// The file of a store. Nobody else has it open in this way: it is locked, if the file system can do that. The lock is on what was opened, and
/// so a forked process has it as well; whoever gives the store up gives up the lock for all of them.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    file: File,
    /// Bytes that belong to it.
    length: u64,
    /// So many of them, from the beginning, are durable.
    durable: u64,
    /// A failed write has left bytes behind `length` that could not be cut off.
    leftover: bool,
    /// What was cut off may be there again after a power cut, behind what is written in its place.
    uncut: bool,
    /// Whether the directory durably leads to this file is not known.
    unnamed: bool,
    /// It was here before: whoever may not read its directory has not made it.
    found: bool,
    locked: bool,
}

impl Disk {
    /// Opens the file, or makes an empty one in an existing directory; its content. [`ErrorKind::WouldBlock`] when somebody else has it.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<u8>)> {
        for _ in 0..ATTEMPTS {
            let (file, found) = open_or_create(path)?;
            let locked = lock(&file)?;
            // Who had it before may have put another one in its place.
            if !leads_to(path, &file) {
                continue;
            }
            let content = read_all(&file)?;
            let length = content.len() as u64;
            // Who made the file, or put it in place of another, may have been killed before its name was durable.
            let unnamed = true;
            let path = path.to_owned();
            let disk =
                Self { path, file, length, durable: length, leftover: false, uncut: found, unnamed, found, locked };
            return Ok((disk, content));
        }
        Err(io::Error::from(ErrorKind::WouldBlock))
    }

    /// Whether nobody else can open the store.
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Lets others open the store.
    pub fn unlock(&self) {
        file_lock::unlock(&self.file);
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether the path still leads to this file, and nobody else has changed its length.
    pub fn is_current(&self) -> bool {
        let Ok(own) = self.file.metadata() else { return false };
        let length = own.len();
        leads_to(&self.path, &self.file) && (length == self.length || self.leftover && length > self.length)
    }

    /// Whether the path leads to a file at all.
    pub fn is_missing(&self) -> bool {
        fs::metadata(&self.path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    pub fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// Appends. On an error the file is as before, as far as it can be.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.settle()?;
        match change::write(&self.file, self.length, bytes) {
            Ok(()) => self.length += bytes.len() as u64,
            Err(error) => {
                self.shorten(self.length);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes durable what was appended. On an error the file is as when it was durable last, as far as it can be.
    pub fn sync(&mut self) -> io::Result<()> {
        match change::sync(Point::SyncAppended, &self.file) {
            Ok(()) => {
                self.uncut = false;
                self.durable = self.length;
            }
            Err(error) => {
                // What the system could not write it may take for written from now on: another try says nothing.
                self.take_back();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes out what is not durable, as far as it can be.
    pub fn take_back(&mut self) {
        self.shorten(self.durable);
    }

    /// Cuts as [`Disk::cut`] does. What cannot be cut off is in the way of the next write, which tries again. Nothing is made durable
    /// while something waits for that: an error would not be told again to who asks for it.
    fn shorten(&mut self, length: u64) {
        let cut = self.set_length(length);
        if cut.is_ok() && self.durable == self.length {
            // If that fails, the bytes may be there again after a power cut.
            let _ = self.sync_cut();
        }
    }

    /// So many bytes are durable: somebody else has synchronized the file.
    pub fn synced_to(&mut self, length: u64) {
        self.durable = self.durable.max(length.min(self.length));
    }

    /// The file, opened once more: each one is told of an error of writing, by a synchronization of its own.
    pub fn open_again(&self) -> io::Result<File> {
        let file = OpenOptions::new().write(true).open(&self.path)?;
        if is_same(&file.metadata()?, &self.file.metadata()?) { Ok(file) } else { Err(ErrorKind::NotFound.into()) }
    }

    /// Does what an earlier failure, or an earlier process, has left undone. [`ErrorKind::WouldBlock`] when somebody else has the store
    /// now: a forked process has given up the lock.
    pub fn settle(&mut self) -> io::Result<()> {
        self.locked = lock(&self.file)?;
        if self.leftover {
            self.set_length(self.length)?;
        }
        // As long as something else waits to be durable, who makes it so is told of errors.
        if self.uncut && self.durable == self.length {
            self.sync_cut()?;
        }
        if self.unnamed {
            match sync_directory_of(&self.path) {
                Err(error) if self.found && error.kind() == ErrorKind::PermissionDenied => {}
                synced => synced?,
            }
            self.unnamed = false;
        }
        Ok(())
    }

    /// Cuts the file to a length and makes that durable.
    pub fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_length(length)?;
        self.settle()?;
        if self.uncut { self.sync_cut() } else { Ok(()) }
    }

    fn set_length(&mut self, length: u64) -> io::Result<()> {
        self.leftover = true;
        self.uncut = true;
        self.length = length;
        self.durable = self.durable.min(length);
        change::set_length(&self.file, length)?;
        self.leftover = false;
        Ok(())
    }

    fn sync_cut(&mut self) -> io::Result<()> {
        change::sync(Point::SyncCut, &self.file)?;
        self.uncut = false;
        self.durable = self.length;
        Ok(())
    }

    /// Puts a new content in place of the old: all of it or nothing, whenever the power is cut. [`Disk::settle`] makes that durable.
    pub fn replace(&mut self, content: &[u8]) -> io::Result<()> {
        let temporary = beside(&self.path, "tmp");
        let written = write_new(&temporary, content, self.file.metadata().map_or(FILE_MODE, |old| old.mode() & 0o777));
        let file = written.and_then(|file| {
            // Before it is the store, so that nobody comes between.
            self.locked = lock(&file)?;
            change::rename(Point::Rename, &temporary, &self.path)?;
            Ok(file)
        });
        match file {
            Ok(file) => {
                let length = content.len() as u64;
                let path = std::mem::take(&mut self.path);
                let locked = self.locked;
                *self = Self {
                    path,
                    file,
                    length,
                    durable: length,
                    leftover: false,
                    uncut: false,
                    unnamed: true,
                    found: false,
                    locked,
                };
                Ok(())
            }
            Err(error) => {
                let _ = change::remove(&temporary);
                Err(error)
            }
        }
    }

    /// Removes the file.
    pub fn remove(&self) -> io::Result<()> {
        change::remove(&self.path)?;
        sync_directory_of(&self.path)
    }

    /// Removes what a rewriting that was cut off has left.
    pub fn remove_leftover(&self) {
        let leftover = beside(&self.path, "tmp");
        if leftover.exists() {
            // If it stays, the next rewriting overwrites it.
            let _ = change::remove(&leftover);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Closing is not enough: a forked process may have it open still.
        self.unlock();
    }
}

fn open_or_create(path: &Path) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(FILE_MODE);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((change::create(path, &mut options)?, false)),
        opened => Ok((opened?, true)),
    }
}

fn lock(file: &File) -> io::Result<bool> {
    match file_lock::lock(file)? {
        Locked::Yes => Ok(true),
        Locked::Unsupported => Ok(false),
        Locked::Held => Err(ErrorKind::WouldBlock.into()),
    }
}

/// Whether a path leads to a file that is open.
fn leads_to(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(own)) = (fs::metadata(path), file.metadata()) else { return false };
    is_same(&named, &own)
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<File> {
    let file = change::write_new(path, mode, content)?;
    change::sync(Point::SyncNew, &file)?;
    Ok(file)
}

/// The path with an extension more.
pub(super) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Makes a directory with its parents.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        // An earlier process may have made it and been killed at once. If it was not ours, it may not be ours to synchronize either.
        let _ = sync_directory_of(path);
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_directory(parent)?;
    }
    change::make_directory(path, DIRECTORY_MODE)?;
    sync_directory_of(path)
}

/// Appends to a file beside a store, made if it is missing, and makes that durable. One that would be larger than `limit` is moved to
/// `NAME.old` first, in place of the one there.
pub(super) fn append_aside(path: &Path, bytes: &[u8], limit: u64) -> io::Result<()> {
    let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length > 0 && length.saturating_add(bytes.len() as u64) > limit {
        move_aside(path, &beside(path, "old"))?;
    }
    let file = change::append_aside(path, FILE_MODE, bytes)?;
    change::sync(Point::SyncAside, &file)?;
    sync_directory_of(path)
}

/// Writes a file of that content, all of it or nothing, with what a store uses for rewriting.
pub(super) fn put_aside(store: &Path, content: &[u8], to: &Path) -> io::Result<()> {
    let temporary = beside(store, "tmp");
    write_new(&temporary, content, FILE_MODE)?;
    move_aside(&temporary, to)
}

fn move_aside(path: &Path, to: &Path) -> io::Result<()> {
    change::rename(Point::MoveAside, path, to)?;
    sync_directory_of(path)
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    change::sync_directory(directory)
}

fn read_all(file: &File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    io::Read::read_to_end(&mut &*file, &mut content)?;
    Ok(content)
}
