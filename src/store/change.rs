//! Each change of the file system that stores make, behind its write point.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

use super::faults::{self, Change, Fate};

/// An operation that changes the file system: where a power cut, or a full disk, can come between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A directory is made.
    MakeDirectory,
    /// An empty file is made.
    Create,
    /// The directory of a new, renamed or removed file, or of a new directory, is made durable.
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
    /// A file beside the store gets its name, or a file that has become too large another one.
    MoveAside,
    /// A file is removed.
    Remove,
}

/// Makes an empty file that is not there.
pub(super) fn create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    step(Point::Create)?;
    let file = options.create_new(true).open(path)?;
    faults::record(Change::Created(path, &file));
    Ok(file)
}

/// Writes bytes at an offset of a file.
pub(super) fn write(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let fate = faults::reach(Point::Append)?;
    write_as(fate, file, offset, bytes)
}

/// Writes a file, in place of any that is there.
pub(super) fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<File> {
    let fate = faults::reach(Point::WriteNew)?;
    let made = !path.exists();
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(mode).open(path)?;
    faults::record(if made { Change::Created(path, &file) } else { Change::Cut(&file, 0) });
    write_as(fate, &file, 0, bytes)?;
    Ok(file)
}

/// Appends bytes to a file that is not a store, or makes it.
pub(super) fn append_aside(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<File> {
    let fate = faults::reach(Point::AppendAside)?;
    let made = !path.exists();
    let file = OpenOptions::new().append(true).create(true).mode(mode).open(path)?;
    if made {
        faults::record(Change::Created(path, &file));
    }
    // Where it is opened for appending, the offset does not count.
    write_as(fate, &file, file.metadata()?.len(), bytes)?;
    Ok(file)
}

fn write_as(fate: Fate, file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let (bytes, ended) = match fate {
        Fate::Go => (bytes, false),
        Fate::Part(percent) => (part(bytes, percent), true),
    };
    let written = file.write_all_at(bytes, offset);
    faults::record(Change::Wrote(file, offset, bytes));
    written?;
    if ended { Err(faults::end()) } else { Ok(()) }
}

/// Cuts a file, or lengthens it.
pub(super) fn set_length(file: &File, length: u64) -> io::Result<()> {
    step(Point::Cut)?;
    file.set_len(length)?;
    faults::record(Change::Cut(file, length));
    Ok(())
}

/// Makes durable what is in a file.
pub(super) fn sync(point: Point, file: &File) -> io::Result<()> {
    step(point)?;
    if faults::record(Change::Synced(file)) {
        return Ok(());
    }
    match point {
        Point::SyncAppended | Point::SyncAside => file.sync_data(),
        _ => file.sync_all(),
    }
}

/// Renames a file, in place of any that has the new name.
pub(super) fn rename(point: Point, from: &Path, to: &Path) -> io::Result<()> {
    step(point)?;
    fs::rename(from, to)?;
    faults::record(Change::Renamed(from, to));
    Ok(())
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    step(Point::Remove)?;
    fs::remove_file(path)?;
    faults::record(Change::Removed(path));
    Ok(())
}

/// Makes a directory, whose parent must be there.
pub(super) fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
    step(Point::MakeDirectory)?;
    DirBuilder::new().mode(mode).create(path)?;
    faults::record(Change::MadeDirectory(path));
    Ok(())
}

/// Makes durable what names a directory has.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    step(Point::SyncDirectory)?;
    if faults::record(Change::SyncedDirectory(path)) {
        return Ok(());
    }
    match File::open(path)?.sync_all() {
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
