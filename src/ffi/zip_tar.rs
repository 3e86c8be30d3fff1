//! `twZipTar.h`: Unpacking of zip and tar.gz archives.
//!
//! Archives are unpacked into the current working directory. Entries that would lead out of it are refused.

use std::env;
use std::ffi::{OsStr, c_char, c_int};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::errors::TW_OK;
use super::guard::guard;
use super::text;
use crate::archive::{ArchiveError, unpack_tgz, unpack_zip};

/// What both functions return when anything has failed.
const FAILED: c_int = 1;

/// Unpacks every entry of a zip archive below the current working directory, replacing files that are there. Entries whose names are
/// absolute or climb with `..` are refused. Returns 0, 1 when the archive cannot be read or any entry was not unpacked; the others then are.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_ZipExtractFile(zipFileName: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { unpack(zipFileName, unpack_zip) }
}

/// Unpacks a tar archive that is compressed with gzip: as twApi_ZipExtractFile. Links that lead out of the directory are refused as well.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_TgzExtractFile(tgzFileName: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { unpack(tgzFileName, unpack_tgz) }
}

/// # Safety
/// The name is NULL or a C string.
unsafe fn unpack(name: *const c_char, unpack: fn(&Path, &Path) -> Result<(), ArchiveError>) -> c_int {
    guard(FAILED, || {
        // SAFETY: by contract of this function.
        let Some(name) = (unsafe { text::bytes(name) }) else { return FAILED };
        let path = PathBuf::from(OsStr::from_bytes(name));
        let unreadable = |error: io::Error| ArchiveError::Unreadable { path: path.clone(), error };
        match env::current_dir().map_err(unreadable).and_then(|here| unpack(&path, &here)) {
            Ok(()) => TW_OK,
            Err(error) => {
                log::error!("{}: {error}", path.display());
                FAILED
            }
        }
    })
}
