//! Keeping what cannot be used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{append_aside, beside, put_aside};

/// Bytes that the file of bad records may have; then it is moved to `.old`.
const LIMIT: u64 = 1 << 20;

/// Appends the bytes of bad records to `NAME.bad`; where that is.
pub(super) fn keep_bad<'a>(path: &Path, bad: impl IntoIterator<Item = &'a [u8]>) -> io::Result<PathBuf> {
    let to = beside(path, "bad");
    let bytes: Vec<u8> = bad.into_iter().flatten().copied().collect();
    append_aside(&to, &bytes, LIMIT)?;
    Ok(to)
}

/// Copies the content of a whole file to `NAME.newer`, or to `NAME.newer.2` and so on if there is another one; where that is.
pub(super) fn keep_newer(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let first = beside(path, "newer");
    let others = (2..100).map(|number| beside(&first, &number.to_string()));
    // An earlier process may have made the same copy, and not have come further.
    let is_free = |to: &PathBuf| !to.exists() || fs::read(to).is_ok_and(|other| other == content);
    let to = std::iter::once(first.clone()).chain(others).find(is_free);
    let to = to.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
    put_aside(path, content, &to)?;
    Ok(to)
}
