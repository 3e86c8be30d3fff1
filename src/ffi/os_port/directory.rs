//! Files and directories (api-behaviour.md 12.5).

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::{io, mem, ptr};

use libc::DIR;

use super::{DATETIME, errno, set_errno};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::memory;

/// The path that C passed; `None` for NULL.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a Path> {
    // SAFETY: the caller's name is NULL or terminated, and unchanged during the call.
    (!name.is_null()).then(|| Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes())))
}

/// 0, or the error number, which is also left in errno for `twDirectory_GetLastError`.
fn code(result: io::Result<()>) -> c_int {
    let Err(error) = result else { return TW_OK };
    let code = error.raw_os_error().unwrap_or(libc::EINVAL);
    set_errno(code);
    code
}

/// Runs `body` with a path; 101 for NULL.
unsafe fn with_path(name: *const c_char, body: impl FnOnce(&Path) -> io::Result<()>) -> c_int {
    // SAFETY: as the caller says.
    let Some(path) = (unsafe { path(name) }) else { return TW_INVALID_PARAM };
    guard(TW_UNKNOWN_ERROR, || code(body(path)))
}

/// TRUE if there is a file or directory of this name; links are followed. FALSE for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_FileExists(name: *mut c_char) -> c_char {
    // SAFETY: the caller's name is NULL or terminated.
    unsafe { path(name) }.is_some_and(Path::exists) as c_char
}

/// Creates an empty file; empties one that exists. 0, 101 for NULL, or errno.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_CreateFile(name: *mut c_char) -> c_int {
    // SAFETY: the caller's name is NULL or terminated.
    unsafe { with_path(name, |path| File::create(path).map(drop)) }
}

/// Deletes a file. 0, 101 for NULL, or errno.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_DeleteFile(name: *mut c_char) -> c_int {
    // SAFETY: the caller's name is NULL or terminated.
    unsafe { with_path(name, |path| fs::remove_file(path)) }
}

/// Copies a file, replacing the contents of one that exists. 0, 101 for NULL, or errno.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_CopyFile(fromName: *mut c_char, toName: *mut c_char) -> c_int {
    // SAFETY: the caller's names are NULL or terminated.
    unsafe {
        let Some(to) = path(toName) else { return TW_INVALID_PARAM };
        with_path(fromName, |from| copy(from, to))
    }
}

/// Moves a file, replacing one that exists; across file systems by copying and deleting. 0, 101 for NULL, or errno, and
/// then the file is still where it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_MoveFile(fromName: *mut c_char, toName: *mut c_char) -> c_int {
    // SAFETY: the caller's names are NULL or terminated.
    unsafe {
        let Some(to) = path(toName) else { return TW_INVALID_PARAM };
        with_path(fromName, |from| match fs::rename(from, to) {
            Err(error) if error.raw_os_error() == Some(libc::EXDEV) => {
                copy(from, to)?;
                fs::remove_file(from)
            }
            result => result,
        })
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let metadata = source.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from_raw_os_error(libc::EISDIR));
    }
    if fs::metadata(to).is_ok_and(|target| (target.dev(), target.ino()) == (metadata.dev(), metadata.ino())) {
        // Opening the target would empty the source.
        return Ok(());
    }
    let mut target = File::create(to)?;
    io::copy(&mut source, &mut target)?;
    target.set_permissions(metadata.permissions())
}

/// Creates a directory and its parents with mode 0777 less the umask. 0, also if it exists; 101 for NULL, an empty or
/// too long name; errno.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_CreateDirectory(name: *mut c_char) -> c_int {
    // SAFETY: the caller's name is NULL or terminated.
    match unsafe { path(name) } {
        Some(path) if (1..libc::PATH_MAX as usize).contains(&path.as_os_str().len()) => {
            guard(TW_UNKNOWN_ERROR, || code(fs::create_dir_all(path)))
        }
        _ => TW_INVALID_PARAM,
    }
}

/// Deletes a directory and everything in it, without following links. 0, 101 for NULL, or errno.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_DeleteDirectory(name: *mut c_char) -> c_int {
    // SAFETY: the caller's name is NULL or terminated.
    unsafe { with_path(name, |path| fs::remove_dir_all(path)) }
}

/// Size in bytes, time of the last change in milliseconds since 1970 UTC (whole seconds), whether it is a directory and
/// whether its owner may not write. 0, 101 if anything is NULL, or errno; then nothing is stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_GetFileInfo(
    filename: *mut c_char,
    size: *mut u64,
    lastModified: *mut DATETIME,
    isDirectory: *mut c_char,
    isReadOnly: *mut c_char,
) -> c_int {
    if size.is_null() || lastModified.is_null() || isDirectory.is_null() || isReadOnly.is_null() {
        return TW_INVALID_PARAM;
    }
    // SAFETY: the name is NULL or terminated, the places are writable.
    unsafe {
        with_path(filename, |path| {
            let metadata = fs::metadata(path)?;
            let info = Info::new(metadata.size(), metadata.mtime(), metadata.mode());
            info.store(size, lastModified, isDirectory, isReadOnly);
            Ok(())
        })
    }
}

/// What C learns about a file.
struct Info {
    size: u64,
    modified: DATETIME,
    is_directory: bool,
    is_read_only: bool,
}

impl Info {
    fn new(size: u64, modified: i64, mode: u32) -> Self {
        Self {
            size,
            modified: modified.saturating_mul(1000) as DATETIME,
            is_directory: mode & libc::S_IFMT == libc::S_IFDIR,
            is_read_only: mode & libc::S_IWUSR == 0,
        }
    }

    /// Stores where the places are not NULL.
    unsafe fn store(&self, size: *mut u64, modified: *mut DATETIME, directory: *mut c_char, read_only: *mut c_char) {
        // SAFETY: each place is NULL or writable.
        unsafe {
            store(size, self.size);
            store(modified, self.modified);
            store(directory, self.is_directory as c_char);
            store(read_only, self.is_read_only as c_char);
        }
    }
}

unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not NULL, so writable by contract.
        unsafe { place.write(value) };
    }
}

/// The next entry of a directory, `.` and `..` included, in no particular order.
///
/// The first call passes NULL for `dir`; each call returns the handle for the next one and stores a name, to be freed by
/// the caller, and what `twDirectory_GetFileInfo` tells; places may be NULL. At the end the directory is closed, NULL
/// returned, and `twDirectory_GetLastError` tells 0. NULL with an error number if the directory cannot be opened or
/// read. Entries that vanish meanwhile and links to nothing are left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_IterateEntries(
    dirName: *mut c_char,
    dir: *mut DIR,
    name: *mut *mut c_char,
    size: *mut u64,
    lastModified: *mut DATETIME,
    isDirectory: *mut c_char,
    isReadOnly: *mut c_char,
) -> *mut DIR {
    // SAFETY: the name is NULL or terminated, the handle NULL or from an earlier call, the places NULL or writable.
    unsafe {
        let dir = match (dir.is_null(), dirName.is_null()) {
            (false, _) => dir,
            (true, false) => libc::opendir(dirName),
            (true, true) => {
                set_errno(libc::EINVAL);
                ptr::null_mut()
            }
        };
        if dir.is_null() {
            return ptr::null_mut();
        }
        let Some((entry, info)) = next_entry(dir) else {
            let code = errno();
            libc::closedir(dir);
            set_errno(code);
            store(name, ptr::null_mut());
            return ptr::null_mut();
        };
        info.store(size, lastModified, isDirectory, isReadOnly);
        if !name.is_null() {
            name.write(memory::copy_bytes(entry.to_bytes()));
        }
        dir
    }
}

/// The next entry that can be examined; `None` at the end (errno 0) or on failure (errno set).
///
/// # Safety
/// `dir` is open; the name is valid until the next call for it.
unsafe fn next_entry<'a>(dir: *mut DIR) -> Option<(&'a CStr, Info)> {
    loop {
        // Only errno tells the end from a failure.
        set_errno(0);
        // SAFETY: `dir` is open.
        let entry = unsafe { libc::readdir64(dir).as_ref() }?;
        // SAFETY: the system terminates names.
        let name = unsafe { CStr::from_ptr(entry.d_name.as_ptr()) };
        // SAFETY: a zeroed stat is a valid value, and is used only when filled.
        let mut stat: libc::stat64 = unsafe { mem::zeroed() };
        // SAFETY: `dir` is open, the name terminated, `stat` writable.
        if unsafe { libc::fstatat64(libc::dirfd(dir), name.as_ptr(), &mut stat, 0) } == 0 {
            let size = u64::try_from(stat.st_size).unwrap_or(0);
            return Some((name, Info::new(size, stat.st_mtime as i64, stat.st_mode as u32)));
        }
    }
}

/// Deletes what a walk through a directory (nftw, depth first) comes to; the other arguments are not looked at. 0, or -1 with an error
/// number.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDirectory_Unlink_Callback(
    path: *const c_char,
    status: *const libc::stat,
    kind: c_int,
    place: *mut c_void,
) -> c_int {
    let _ = (status, kind, place);
    if path.is_null() {
        set_errno(libc::EINVAL);
        return -1;
    }
    // SAFETY: the caller's path.
    unsafe { libc::remove(path) }
}

/// The error number that the last of these functions left on this thread (errno).
#[unsafe(no_mangle)]
pub extern "C" fn twDirectory_GetLastError() -> c_int {
    errno()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    fn c(path: &Path) -> CString {
        CString::new(path.as_os_str().as_bytes()).unwrap()
    }

    /// Calls a function of one name.
    fn on(function: unsafe extern "C" fn(*mut c_char) -> c_int, path: &Path) -> c_int {
        // SAFETY: a terminated name.
        unsafe { function(c(path).as_ptr().cast_mut()) }
    }

    /// Calls a function of two names.
    fn on_two(function: unsafe extern "C" fn(*mut c_char, *mut c_char) -> c_int, from: &Path, to: &Path) -> c_int {
        // SAFETY: terminated names.
        unsafe { function(c(from).as_ptr().cast_mut(), c(to).as_ptr().cast_mut()) }
    }

    /// A directory with the file `a` that holds "one".
    fn directory() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a");
        fs::write(&file, "one").unwrap();
        (directory, file)
    }

    #[test]
    fn creating_empties_and_deleting_removes() {
        let (directory, file) = directory();
        assert_eq!(on(twDirectory_CreateFile, &file), 0);
        assert_eq!(fs::read(&file).unwrap(), b"");
        assert_eq!(on(twDirectory_DeleteFile, &file), 0);
        assert_eq!(on(twDirectory_DeleteFile, &file), libc::ENOENT);
        assert_eq!(twDirectory_GetLastError(), libc::ENOENT);
        assert_eq!(on(twDirectory_CreateFile, directory.path()), libc::EISDIR);
    }

    #[test]
    fn copying_and_moving_overwrite() {
        let (directory, file) = directory();
        let other = directory.path().join("b");
        fs::write(&other, "another").unwrap();
        assert_eq!(on_two(twDirectory_CopyFile, &file, &other), 0);
        assert_eq!(fs::read(&other).unwrap(), b"one");
        fs::write(&file, "two").unwrap();
        assert_eq!(on_two(twDirectory_MoveFile, &file, &other), 0);
        assert_eq!((fs::read(&other).unwrap(), file.exists()), (b"two".to_vec(), false));
        assert_eq!(on_two(twDirectory_MoveFile, &file, &other), libc::ENOENT);
        assert_eq!(on_two(twDirectory_CopyFile, &file, &other), libc::ENOENT);
        assert_eq!(fs::read(&other).unwrap(), b"two");
        assert_eq!(on_two(twDirectory_CopyFile, directory.path(), &other), libc::EISDIR);
    }

    #[test]
    fn copying_a_file_to_itself_keeps_it() {
        let (directory, file) = directory();
        let link = directory.path().join("link");
        symlink(&file, &link).unwrap();
        assert_eq!(on_two(twDirectory_CopyFile, &file, &link), 0);
        assert_eq!(fs::read(&file).unwrap(), b"one");
    }

    #[test]
    fn directories_are_made_with_their_parents_and_removed_with_their_contents() {
        let (directory, file) = directory();
        let deep = directory.path().join("x/y/z");
        assert_eq!([on(twDirectory_CreateDirectory, &deep), on(twDirectory_CreateDirectory, &deep)], [0, 0]);
        symlink(directory.path(), deep.join("link")).unwrap();
        assert_eq!(on(twDirectory_DeleteDirectory, &directory.path().join("x")), 0);
        assert!(!deep.exists() && file.exists(), "links are not followed");
        assert_eq!(on(twDirectory_DeleteDirectory, &deep), libc::ENOENT);
        assert_eq!(on(twDirectory_CreateDirectory, &file), libc::EEXIST);
        assert_eq!(on(twDirectory_CreateDirectory, &file.join("below")), libc::ENOTDIR);
        assert_eq!(on(twDirectory_CreateDirectory, Path::new("")), TW_INVALID_PARAM);
        assert_eq!(on(twDirectory_CreateDirectory, Path::new(&"d/".repeat(4000))), TW_INVALID_PARAM);
    }

    #[test]
    fn the_callback_of_a_walk_deletes_files_and_empty_directories() {
        let (directory, file) = directory();
        let unlink = |path: &Path| {
            // SAFETY: a terminated name; the rest is not looked at.
            unsafe { twDirectory_Unlink_Callback(c(path).as_ptr(), ptr::null(), 0, ptr::null_mut()) }
        };
        assert_eq!((unlink(directory.path()), twDirectory_GetLastError()), (-1, libc::ENOTEMPTY));
        assert_eq!((unlink(&file), unlink(&file), twDirectory_GetLastError()), (0, -1, libc::ENOENT));
        assert_eq!((unlink(directory.path()), directory.path().exists()), (0, false));
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { twDirectory_Unlink_Callback(ptr::null(), ptr::null(), 0, ptr::null_mut()) }, -1);
    }

    #[test]
    fn file_info_tells_size_time_and_kind() {
        let (directory, file) = directory();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        let info = |path: &Path| {
            let (mut size, mut time, mut directory, mut read_only) = (9, 9, 9, 9);
            let name = c(path);
            // SAFETY: a terminated name and writable places.
            let code = unsafe {
                let name = name.as_ptr().cast_mut();
                twDirectory_GetFileInfo(name, &mut size, &mut time, &mut directory, &mut read_only)
            };
            (code, size, time, directory, read_only)
        };
        let modified = fs::metadata(&file).unwrap().mtime() as u64 * 1000;
        assert_eq!(info(&file), (0, 3, modified, 0, 1));
        let (code, _, _, is_directory, read_only) = info(directory.path());
        assert_eq!((code, is_directory, read_only), (0, 1, 0));
        assert_eq!(info(&directory.path().join("b")), (libc::ENOENT, 9, 9, 9, 9), "places are left alone");
    }

    #[test]
    fn iterating_tells_every_entry_but_links_to_nothing() {
        let (directory, _) = directory();
        symlink("nowhere", directory.path().join("dangling")).unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        let name = c(directory.path());
        let mut found = Vec::new();
        let mut handle = ptr::null_mut();
        loop {
            let (mut entry, mut size, mut time, mut directory, mut read_only) = (ptr::null_mut(), 0, 0, 0, 0);
            // SAFETY: a terminated name, our handle, writable places; the name is freed once.
            unsafe {
                let name = name.as_ptr().cast_mut();
                handle = twDirectory_IterateEntries(
                    name,
                    handle,
                    &mut entry,
                    &mut size,
                    &mut time,
                    &mut directory,
                    &mut read_only,
                );
                if handle.is_null() {
                    assert!(entry.is_null());
                    break;
                }
                let text = CStr::from_ptr(entry).to_str().unwrap().to_owned();
                memory::free(entry);
                found.push((text, directory, if directory == 0 { size } else { 0 }));
            }
        }
        assert_eq!(twDirectory_GetLastError(), 0, "no more files");
        found.sort();
        let expected = [(".", 1, 0), ("..", 1, 0), ("a", 0, 3), ("sub", 1, 0)];
        assert_eq!(found, expected.map(|(name, directory, size)| (name.to_owned(), directory, size)));
    }

    #[test]
    fn null_is_refused() {
        let null = ptr::null_mut();
        let mut place = 0;
        // SAFETY: NULL is allowed everywhere.
        unsafe {
            let codes = [
                twDirectory_CreateFile(null),
                twDirectory_DeleteFile(null),
                twDirectory_CreateDirectory(null),
                twDirectory_DeleteDirectory(null),
                twDirectory_CopyFile(null, c"a".as_ptr().cast_mut()),
                twDirectory_CopyFile(c"a".as_ptr().cast_mut(), null),
                twDirectory_MoveFile(null, c"a".as_ptr().cast_mut()),
                twDirectory_MoveFile(c"a".as_ptr().cast_mut(), null),
                twDirectory_GetFileInfo(c"/".as_ptr().cast_mut(), &mut place, &mut place.clone(), null, null),
            ];
            assert_eq!(codes, [TW_INVALID_PARAM; 9]);
            assert_eq!(twDirectory_FileExists(null), 0);
            let no_handle = ptr::null_mut();
            let (size, time) = (ptr::null_mut(), ptr::null_mut());
            assert!(twDirectory_IterateEntries(null, no_handle, ptr::null_mut(), size, time, null, null).is_null());
        }
    }
}
