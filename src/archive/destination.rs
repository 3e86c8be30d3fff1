//! The directory that an archive is unpacked into.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::EntryError;

/// See the module.
pub(super) struct Destination(PathBuf);

impl Destination {
    pub fn new(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::canonicalize(path)?))
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes a directory and those above it.
    pub fn directory(&self, name: &Path) -> Result<PathBuf, EntryError> {
        let mut current = self.0.clone();
        for part in inside(name).ok_or(EntryError::Escapes)?.components() {
            current.push(part);
            // Only real directories: a link may lead anywhere, also one that an earlier entry has made.
            match fs::symlink_metadata(&current) {
                Ok(found) if found.is_dir() => {}
                Ok(found) if found.is_symlink() => self.check_link(&current)?,
                Ok(_) => return Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
                Err(_) => fs::create_dir(&current)?,
            }
        }
        Ok(current)
    }

    fn check_link(&self, link: &Path) -> Result<(), EntryError> {
        let target = fs::canonicalize(link)?;
        if target.starts_with(&self.0) { Ok(()) } else { Err(EntryError::Escapes) }
    }

    /// Makes the directories above a file and gives its place.
    pub fn place(&self, name: &Path) -> Result<PathBuf, EntryError> {
        let name = inside(name).ok_or(EntryError::Escapes)?;
        let file = name.file_name().ok_or(EntryError::Escapes)?;
        Ok(self.directory(name.parent().unwrap_or(Path::new("")))?.join(file))
    }

    /// Makes a file, in place of the one that is there. A link or pipe that is there is replaced, not followed or waited for.
    pub fn file(&self, name: &Path) -> Result<File, EntryError> {
        let place = self.place(name)?;
        if fs::symlink_metadata(&place).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            fs::remove_file(&place)?;
        }
        Ok(File::create(place)?)
    }
}

/// The path without components that mean nothing; `None` for one that is absolute or climbs, or has a separator of other systems.
pub(super) fn inside(name: &Path) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for component in name.components() {
        match component {
            Component::Normal(part) if !part.as_encoded_bytes().contains(&b'\\') => found.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(found)
}

/// Whether a link at `name` with that target stays inside, by its text.
pub(super) fn stays_inside(name: &Path, target: &Path) -> bool {
    let mut depth = name.components().count().saturating_sub(1);
    for component in target.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_are_refused() {
        for name in ["/etc/x", "../x", "a/../../x", "a/..", "..\\x", "a\\..\\x"] {
            assert_eq!(inside(Path::new(name)), None, "{name}");
        }
        assert_eq!(inside(Path::new("./a/./b..c")), Some(PathBuf::from("a/b..c")));
    }

    #[test]
    fn links_stay_inside_by_their_text() {
        let stays = |name: &str, target: &str| stays_inside(Path::new(name), Path::new(target));
        assert!(stays("a/b", "../c") && stays("a", "b/../c"));
        assert!(
            !stays("a", "../c") && !stays("a/b", "../../c") && !stays("a", "/etc") && !stays("a/b", "c/../../../d")
        );
    }
}
