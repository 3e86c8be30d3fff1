//! Keeping what cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::{append_aside, beside, move_aside};

/// Bytes that the file of bad records may have; then it is moved to `.old`.
const LIMIT: u64 = 1 << 20;

/// Appends the bytes of bad records to `NAME.bad`; where that is.
pub(super) fn keep_bad<'a>(path: &Path, bad: impl IntoIterator<Item = &'a [u8]>) -> io::Result<PathBuf> {
    let to = beside(path, "bad");
    let bytes: Vec<u8> = bad.into_iter().flatten().copied().collect();
    append_aside(&to, &bytes, LIMIT)?;
    Ok(to)
}

/// Moves a whole file to `NAME.newer`, or to `NAME.newer.2` and so on if there is one; where that is.
pub(super) fn keep_newer(path: &Path) -> io::Result<PathBuf> {
    let first = beside(path, "newer");
    let others = (2..100).map(|number| beside(&first, &number.to_string()));
    let free = std::iter::once(first.clone()).chain(others).find(|path| !path.exists());
    let to = free.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
    move_aside(path, &to)?;
    Ok(to)
}
