//! Open files and their checksums (ext-files-tunnels.md 3.10).

use std::ffi::{OsStr, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use super::file::twFile_Delete;
use super::shown::give_handle;
use super::{current, twFile};
use crate::ffi::definitions::{TWX_BAD_REQUEST, TWX_INTERNAL_SERVER_ERROR, TWX_NOT_FOUND, TWX_SUCCESS, msgCodeEnum};
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::os_port::time::twGetSystemMillisecondCount;
use crate::ffi::{convert, text};
use crate::files::{FileError, Found, OpenMode, VirtualPath};
use crate::model::{InfoTable, Text, Value};

/// A path and a file name below it.
///
/// # Safety
/// Both are NULL or C strings.
pub(super) unsafe fn joined(path: *const c_char, filename: *const c_char) -> Option<Text> {
    // SAFETY: by contract of this function.
    match unsafe { (text::bytes(path)?, text::bytes(filename)) } {
        (path, None) => Some(path.into()),
        (path, Some(name)) if path.ends_with(b"/") || path.ends_with(b"\\") => Some([path, name].concat().into()),
        (path, Some(name)) => Some([path, b"/", name].concat().into()),
    }
}

/// Opens a file in a virtual directory, with the mode of fopen and a file name below the path if there is one. It is one of the open files
/// from then on, which the platform cannot open as well: close it with twFileManager_CloseFile. It ends when it has been idle for too long,
/// unless twFile_SetIsInUse says that it is in use. NULL for NULL, without a manager, when it is open, and when it cannot be opened.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_OpenFile(
    thingName: *const c_char,
    path: *const c_char,
    filename: *const c_char,
    mode: *mut c_char,
) -> *mut twFile {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let (thing, path, mode) = unsafe { (text::text(thingName), joined(path, filename), text::bytes(mode)) };
        let mode = mode.and_then(OpenMode::from_c);
        let (Some(manager), Some(thing), Some(path), Some(mode)) = (current(), thing, path, mode) else {
            return ptr::null_mut();
        };
        let opened = VirtualPath::parse(&path).and_then(|path| manager.files.open(&thing, &path, mode));
        match opened {
            Ok(file) => {
                let shown = manager.shown.find(&file);
                if !shown.is_null() {
                    // SAFETY: the file of C of this open file.
                    unsafe { give_handle(shown, &file) };
                }
                shown
            }
            Err(error) => {
                log::warn!("{path} of {thing} is not opened: {error}");
                ptr::null_mut()
            }
        }
    })
}

/// Closes an open file and deletes the object. NULL-safe.
///
/// # Safety
/// `file` is NULL or a file object that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_CloseFile(file: *mut c_void) {
    guard((), || {
        let shown = file.cast::<twFile>();
        let manager = current();
        let open = manager.as_ref().and_then(|manager| {
            let id = manager.shown.id_of(shown)?;
            manager.files.all_open().into_iter().find(|open| open.id() == id)
        });
        match (manager, open) {
            (Some(manager), Some(open)) => manager.files.close(&open),
            // SAFETY: by contract of this function: it is none of the open files.
            _ => unsafe { twFile_Delete(file) },
        }
    });
}

/// The open file of a transfer id, or at a path of a thing with a file name below it; any of them may be NULL. It is marked as in use: give
/// it back with twFile_SetIsInUse(file, FALSE). The SDK's. NULL when there is none; `*isTimedOut`, unless NULL, then tells whether it has
/// just been closed for being idle.
///
/// # Safety
/// The texts are NULL or C strings, `isTimedOut` is NULL or a place for a char.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_GetOpenFile(
    thingName: *const c_char,
    path: *const c_char,
    filename: *const c_char,
    tid: *const c_char,
    isTimedOut: *mut c_char,
) -> *mut twFile {
    guard(ptr::null_mut(), || {
        let tell = |timed_out: bool| {
            if !isTimedOut.is_null() {
                // SAFETY: a place for a char by contract.
                unsafe { *isTimedOut = timed_out.into() };
            }
        };
        tell(false);
        // SAFETY: by contract of this function.
        let (thing, path, tid) = unsafe { (text::text(thingName), joined(path, filename), text::text(tid)) };
        let Some(manager) = current() else { return ptr::null_mut() };
        let path = path.and_then(|path| VirtualPath::parse(&path).ok());
        match manager.files.find_open(&thing.unwrap_or_default(), path.as_ref(), tid.as_ref()) {
            Found::Open(file) => {
                let shown = manager.shown.find(&file);
                if !shown.is_null() {
                    file.hold(true);
                    // SAFETY: the file of C of this open file.
                    unsafe {
                        (*shown).isInUse = 1;
                        (*shown).lastFileXferActivity = twGetSystemMillisecondCount();
                        give_handle(shown, &file);
                    }
                }
                shown
            }
            Found::TimedOut => {
                tell(true);
                ptr::null_mut()
            }
            Found::Missing => ptr::null_mut(),
        }
    })
}

/// The MD5 of a file as the service GetFileChecksum gives it: of the open file at a virtual path of an entity (`adjustedPath`), else of the file
/// at a real path. `*content` is a new table, the caller's. Returns a message code: 64 success, 128 for NULL, 132 when it is missing, 160.
///
/// # Safety
/// The texts are NULL or C strings, `content` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_GetFileChecksum(
    entityName: *const c_char,
    content: *mut *mut twInfoTable,
    realPath: *const c_char,
    adjustedPath: *const c_char,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        // SAFETY: by contract of this function.
        let (thing, real, path) = unsafe { (text::text(entityName), text::text(realPath), text::bytes(adjustedPath)) };
        let (Some(thing), Some(real)) = (thing, real) else { return TWX_BAD_REQUEST };
        let Some(manager) = current() else { return TWX_INTERNAL_SERVER_ERROR };
        if content.is_null() {
            return TWX_INTERNAL_SERVER_ERROR;
        }
        let open = path.and_then(|path| VirtualPath::parse(path).ok());
        let is_open = |path: &VirtualPath| matches!(manager.files.find_open(&thing, Some(path), None), Found::Open(_));
        let sum = match open.filter(is_open) {
            Some(path) => manager.files.checksum(&thing, &path),
            None => manager.files.checksum_at(Path::new(OsStr::from_bytes(&real)), &real),
        };
        match sum {
            Ok(sum) => {
                let table = InfoTable::single("result", Value::string(sum));
                // SAFETY: a place for a pointer by contract.
                unsafe { *content = convert::table_to_c(&table) };
                TWX_SUCCESS
            }
            Err(FileError::NotFound(_)) => TWX_NOT_FOUND,
            Err(error) => {
                log::warn!("{error}");
                TWX_INTERNAL_SERVER_ERROR
            }
        }
    })
}
