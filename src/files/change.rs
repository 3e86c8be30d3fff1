//! Services that move, delete and make.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use super::FileManager;
use super::directory::Place;
use super::open::{Lookup, OpenFile};
use super::service::{Params, Served};
use super::{FileError, VirtualPath};
use crate::model::Text;

impl FileManager {
    pub(super) fn move_file(&self, thing: &Text, params: &Params<'_>) -> Served {
        let source = self.place(thing, &params.path("sourcePath")?)?;
        let target = self.place(thing, &params.path("targetPath")?)?;
        source.existing()?;
        let from = source.writable().and_then(Place::entry)?;
        let to = target.writable().and_then(Place::entry);
        let is_taken = target.existing().is_ok() || to.as_ref().is_ok_and(|to| fs::symlink_metadata(to).is_ok());
        if is_taken && !params.flag("overwrite") {
            return Err(FileError::Exists(target.text().clone()).into());
        }
        let to = to?;
        if let Lookup::Found(file) = self.lookup(thing, Some(&source.key()), None) {
            file.work().close_handle();
        }
        rename(&from, &to).map_err(|error| FileError::Io { what: "moving to", path: target.text().clone(), error })?;
        Ok(None)
    }

    pub(super) fn delete_file(&self, thing: &Text, params: &Params<'_>) -> Served {
        let path = params.path("path")?;
        match self.delete(thing, &path) {
            Err(error) if error.is_absence() => Ok(None),
            deleted => deleted.map(|()| None).map_err(Into::into),
        }
    }

    fn delete(&self, thing: &Text, path: &VirtualPath) -> Result<(), FileError> {
        let place = self.place(thing, path)?;
        let entry = place.writable()?.entry()?;
        let key = place.key();
        let is_busy = |file: &OpenFile| file.is_at(thing, &key) && file.handle().is_ok();
        self.close_idle();
        if let Some(file) = self.open_files().find(is_busy) {
            drop(file.work());
            return Err(FileError::Busy(path.text().clone()));
        }
        let io = |error| FileError::io("deleting", path.text(), error);
        let found = fs::symlink_metadata(&entry).map_err(io)?;
        if found.is_dir() { fs::remove_dir(&entry) } else { fs::remove_file(&entry) }.map_err(io)
    }

    pub(super) fn make_directory(&self, thing: &Text, params: &Params<'_>) -> Served {
        self.place(thing, &params.path("path")?)?.writable()?.make()?;
        Ok(None)
    }
}

/// Renames, replacing what is there. To another file system it copies beside the target first, so that the target is whole at
/// every moment.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy(from, to),
        renamed => renamed,
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut beside = OsString::from(to.as_os_str());
    beside.push(".moving");
    let copied = fs::copy(from, &beside).and_then(|_| fs::rename(&beside, to));
    if copied.is_err() {
        // What was copied so far is of no use; the error that matters is the first one.
        let _ = fs::remove_file(&beside);
    }
    copied?;
    fs::remove_file(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_takes_the_place_of_its_target_and_leaves_nothing_beside() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(copy(&from, &to).is_err(), "there is nothing to be copied");
        assert_eq!(fs::read(&to).unwrap(), b"new", "the target stays");
    }
}
