//! Zip archives.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use ::zip::ZipArchive;
use ::zip::read::ZipFile;

use super::destination::Destination;
use super::{ArchiveError, EntryError, outcome};

/// Unpacks every entry of a zip archive below a directory, replacing files that are there. A symbolic link in it becomes a file with the
/// link's text.
///
/// # Errors
/// The archive cannot be read, or some entries were not unpacked.
pub fn unpack_zip(path: &Path, destination: &Path) -> Result<(), ArchiveError> {
    let unreadable = |error: io::Error| ArchiveError::Unreadable { path: path.to_owned(), error };
    let destination = Destination::new(destination).map_err(unreadable)?;
    let file = File::open(path).map_err(unreadable)?;
    let mut archive = ZipArchive::new(file).map_err(|error| unreadable(error.into()))?;
    let mut failed = Vec::new();
    for index in 0..archive.len() {
        let unpacked = match archive.by_index(index) {
            Ok(mut entry) => unpack(&mut entry, &destination),
            Err(error) => Err(EntryError::Io(error.into())),
        };
        if let Err(error) = unpacked {
            let name = archive.name_for_index(index).unwrap_or_default().to_owned();
            failed.push((name, error));
        }
    }
    outcome(failed)
}

fn unpack(entry: &mut ZipFile<'_, File>, destination: &Destination) -> Result<(), EntryError> {
    let name = entry.name().to_owned();
    if entry.is_dir() {
        return destination.directory(Path::new(&name)).map(drop);
    }
    let mut file = destination.file(Path::new(&name))?;
    io::copy(entry, &mut file)?;
    set_permissions(&file, entry.unix_mode())?;
    Ok(())
}

/// The rights that the archive tells, if it does; never more than those of owner, group and others.
fn set_permissions(file: &File, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match mode {
        Some(mode) if mode & 0o777 != 0 => file.set_permissions(fs::Permissions::from_mode(mode & 0o777)),
        _ => Ok(()),
    }
}
