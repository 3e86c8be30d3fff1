//! The one place where stores change the file system.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::faults::{self, Fate};

/// An operation that changes the file system: where a power cut, or a full disk, can come between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The directory is made.
    MakeDirectory,
    /// An empty file is made.
    Create,
    /// The directory of a new or renamed file is made durable.
    SyncDirectory,
    /// Records are appended.
    Append,
    /// They are made durable.
    SyncAppended,
    /// The file is cut, to a torn tail's beginning or to nothing.
    Cut,
    /// The cut is made durable.
    SyncCut,
    /// A new file is written beside the old one.
    WriteNew,
    /// The new file is made durable.
    SyncNew,
    /// The new file takes the place of the old one.
    Rename,
    /// Something is appended to a file beside the store.
    AppendAside,
    /// That file is made durable.
    SyncAside,
    /// A file is renamed because it is of a later version.
    MoveAside,
    /// A file is removed.
    Remove,
}

/// Values of a device are nobody else's business.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o755;

/// The file of a store.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    file: File,
    /// Bytes that belong to it. A failed write may have left more, which the next one overwrites.
    length: u64,
}

impl Disk {
    /// Opens the file, or makes an empty one in an existing directory; its content.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<u8>)> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(FILE_MODE);
        let file = match options.open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                step(Point::Create)?;
                let file = options.create_new(true).open(path)?;
                sync_directory_of(path)?;
                file
            }
            opened => opened?,
        };
        let content = read_all(&file)?;
        let length = content.len() as u64;
        Ok((Self { path: path.to_owned(), file, length }, content))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether the path still leads to this file, and nobody else has changed its length.
    pub fn is_current(&self) -> bool {
        let (Ok(named), Ok(own)) = (fs::metadata(&self.path), self.file.metadata()) else { return false };
        (named.dev(), named.ino()) == (own.dev(), own.ino()) && own.len() == self.length
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

    /// Appends and makes durable. On an error the file is as before, as far as it can be.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.write_at_end(bytes).and_then(|()| {
            step(Point::SyncAppended)?;
            self.file.sync_data()
        });
        match written {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // It may fail as well; then the next open finds what is left of it.
                let _ = self.cut(self.length);
                Err(error)
            }
        }
    }

    fn write_at_end(&self, bytes: &[u8]) -> io::Result<()> {
        match faults::reach(Point::Append)? {
            Fate::Go => self.file.write_all_at(bytes, self.length),
            Fate::Part(percent) => {
                self.file.write_all_at(part(bytes, percent), self.length)?;
                Err(faults::end())
            }
        }
    }

    /// Cuts the file to a length and makes that durable.
    pub fn cut(&mut self, length: u64) -> io::Result<()> {
        step(Point::Cut)?;
        self.file.set_len(length)?;
        self.length = length;
        step(Point::SyncCut)?;
        self.file.sync_data()
    }

    /// Puts a new content in place of the old: all of it or nothing, whenever the power is cut.
    pub fn replace(&mut self, content: &[u8]) -> io::Result<()> {
        let temporary = beside(&self.path, "tmp");
        let written = write_new(&temporary, content, self.file.metadata().map_or(FILE_MODE, |old| old.mode() & 0o777));
        let file = written.and_then(|file| {
            step(Point::Rename)?;
            fs::rename(&temporary, &self.path)?;
            Ok(file)
        });
        match file {
            Ok(file) => {
                self.file = file;
                self.length = content.len() as u64;
                sync_directory_of(&self.path)
            }
            Err(error) => {
                let _ = remove(&temporary);
                Err(error)
            }
        }
    }

    /// Removes what a rewriting that was cut off has left.
    pub fn remove_leftover(&self) {
        let leftover = beside(&self.path, "tmp");
        if leftover.exists() {
            // If it stays, the next rewriting overwrites it.
            let _ = remove(&leftover);
        }
    }
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<File> {
    let fate = faults::reach(Point::WriteNew)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(mode).open(path)?;
    match fate {
        Fate::Go => file.write_all_at(content, 0)?,
        Fate::Part(percent) => {
            file.write_all_at(part(content, percent), 0)?;
            return Err(faults::end());
        }
    }
    step(Point::SyncNew)?;
    file.sync_all()?;
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
        return Ok(());
    }
    step(Point::MakeDirectory)?;
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path)?;
    sync_directory_of(path)
}

/// Appends to a file beside a store, made if it is missing, and makes that durable. One that would be larger than `limit` is moved to
/// `NAME.old` first, in place of the one there.
pub(super) fn append_aside(path: &Path, bytes: &[u8], limit: u64) -> io::Result<()> {
    let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length > 0 && length.saturating_add(bytes.len() as u64) > limit {
        move_aside(path, &beside(path, "old"))?;
    }
    let fate = faults::reach(Point::AppendAside)?;
    let file = OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(path)?;
    match fate {
        Fate::Go => io::Write::write_all(&mut &file, bytes)?,
        Fate::Part(percent) => {
            io::Write::write_all(&mut &file, part(bytes, percent))?;
            return Err(faults::end());
        }
    }
    step(Point::SyncAside)?;
    file.sync_data()?;
    sync_directory_of(path)
}

/// Renames a file.
pub(super) fn move_aside(path: &Path, to: &Path) -> io::Result<()> {
    step(Point::MoveAside)?;
    fs::rename(path, to)?;
    sync_directory_of(path)
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    step(Point::Remove)?;
    fs::remove_file(path)
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    step(Point::SyncDirectory)?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(directory)?.sync_all() {
        // Some file systems have no such thing for directories; then there is nothing more to do.
        Err(error) if error.kind() == ErrorKind::InvalidInput || error.raw_os_error() == Some(libc::ENOTSUP) => Ok(()),
        synced => synced,
    }
}

/// A point at which nothing is written.
fn step(point: Point) -> io::Result<()> {
    match faults::reach(point)? {
        Fate::Go => Ok(()),
        Fate::Part(_) => Err(faults::end()),
    }
}

fn part(bytes: &[u8], percent: u8) -> &[u8] {
    let length = bytes.len() * usize::from(percent.min(100)) / 100;
    bytes.get(..length).unwrap_or(bytes)
}

fn read_all(file: &File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    io::Read::read_to_end(&mut &*file, &mut content)?;
    Ok(content)
}
