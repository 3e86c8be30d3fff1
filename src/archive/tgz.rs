//! Tar archives that are compressed with gzip.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

use super::destination::{Destination, inside, stays_inside};
use super::{ArchiveError, EntryError, outcome};

/// Unpacks every entry of a tar archive compressed with gzip below a directory, replacing files that are there. Devices and the like are
/// refused.
///
/// # Errors
/// The archive cannot be read to its end, or some entries were not unpacked.
pub fn unpack_tgz(path: &Path, destination: &Path) -> Result<(), ArchiveError> {
    let unreadable = |error: io::Error| ArchiveError::Unreadable { path: path.to_owned(), error };
    let destination = Destination::new(destination).map_err(unreadable)?;
    let file = File::open(path).map_err(unreadable)?;
    let mut archive = Archive::new(MultiGzDecoder::new(file));
    let (mut entries, mut failed) = (0, Vec::new());
    let mut links = Links { destination: &destination, made: Vec::new() };
    for entry in archive.entries().map_err(unreadable)? {
        match entry {
            Ok(mut entry) => {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                if let Err(error) = unpack(&mut entry, &mut links) {
                    failed.push((name, error));
                }
            }
            Err(error) if entries == 0 => return Err(unreadable(error)),
            Err(error) => return Err(ArchiveError::Damaged { entries, error }),
        }
        entries += 1;
    }
    failed.extend(links.remove_escaped());
    outcome(failed)
}

/// The symbolic links of an archive. One whose target is not there yet may lead out once a later entry has made a link on its way.
struct Links<'a> {
    destination: &'a Destination,
    made: Vec<PathBuf>,
}

impl Links<'_> {
    /// Whether there is a link here that leads out.
    fn escapes(&self, place: &Path) -> bool {
        let is_link = fs::symlink_metadata(place).is_ok_and(|found| found.is_symlink());
        is_link && fs::canonicalize(place).is_ok_and(|found| !found.starts_with(self.destination.path()))
    }

    /// Removes the links that lead out, now that all is there.
    fn remove_escaped(&mut self) -> Vec<(String, EntryError)> {
        let made = std::mem::take(&mut self.made);
        let escaped = made.into_iter().filter(|place| self.escapes(place));
        let removed = escaped.map(|place| {
            let error = fs::remove_file(&place).map_or_else(EntryError::Io, |()| EntryError::Escapes);
            let name = place.strip_prefix(self.destination.path()).unwrap_or(&place);
            (name.display().to_string(), error)
        });
        removed.collect()
    }
}

impl Drop for Links<'_> {
    /// Also when the archive is damaged.
    fn drop(&mut self) {
        self.remove_escaped();
    }
}

fn unpack<R: Read>(entry: &mut Entry<'_, R>, links: &mut Links<'_>) -> Result<(), EntryError> {
    let destination = links.destination;
    let name = entry.path()?.into_owned();
    let kind = entry.header().entry_type();
    match kind {
        EntryType::Directory => destination.directory(&name).map(drop),
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            let mut file = destination.file(&name)?;
            io::copy(entry, &mut file)?;
            finish(entry, &file)
        }
        EntryType::Symlink => {
            let target = entry.link_name()?.ok_or(EntryError::Escapes)?.into_owned();
            if !stays_inside(&inside(&name).ok_or(EntryError::Escapes)?, &target) {
                return Err(EntryError::Escapes);
            }
            let place = free_place(&name, destination)?;
            std::os::unix::fs::symlink(target, &place)?;
            // Links that stay inside by their text may lead out one behind the other.
            if links.escapes(&place) {
                fs::remove_file(place)?;
                return Err(EntryError::Escapes);
            }
            links.made.push(place);
            Ok(())
        }
        EntryType::Link => {
            let target = entry.link_name()?.ok_or(EntryError::Escapes)?.into_owned();
            let source = fs::canonicalize(destination.path().join(inside(&target).ok_or(EntryError::Escapes)?))?;
            if !source.starts_with(destination.path()) {
                return Err(EntryError::Escapes);
            }
            Ok(fs::hard_link(source, free_place(&name, destination)?)?)
        }
        // Headers that describe other entries are nothing to be unpacked.
        EntryType::XGlobalHeader => Ok(()),
        _ => Err(EntryError::Io(io::Error::new(io::ErrorKind::Unsupported, "it is neither file, directory nor link"))),
    }
}

/// Where a link can be made: what is there goes, unless it is a directory.
fn free_place(name: &Path, destination: &Destination) -> Result<PathBuf, EntryError> {
    let place = destination.place(name)?;
    if fs::symlink_metadata(&place).is_ok() {
        fs::remove_file(&place)?;
    }
    Ok(place)
}

/// Rights and time as the archive tells them.
fn finish<R: Read>(entry: &Entry<'_, R>, file: &File) -> Result<(), EntryError> {
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, UNIX_EPOCH};
    let header = entry.header();
    if let Ok(mode) = header.mode() {
        file.set_permissions(fs::Permissions::from_mode(mode & 0o777))?;
    }
    // A time that the system cannot have is left out.
    if let Some(time) = header.mtime().ok().and_then(|time| UNIX_EPOCH.checked_add(Duration::from_secs(time))) {
        file.set_modified(time)?;
    }
    Ok(())
}
