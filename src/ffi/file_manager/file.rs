//! Files as C sees them.

use std::ffi::{c_char, c_void};
use std::{mem, ptr};

use libc::FILE;

use super::{current, twFile};
use crate::ffi::guard::guard;
use crate::ffi::memory;
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete, twMutex_Lock, twMutex_Unlock};

/// A new, empty file object: the caller's, delete with twFile_Delete.
#[unsafe(no_mangle)]
pub extern "C" fn twFile_Create() -> *mut twFile {
    guard(ptr::null_mut(), || {
        let file = memory::zeroed(mem::size_of::<twFile>()).cast::<twFile>();
        if !file.is_null() {
            // SAFETY: fresh memory, of which zeroes are a value.
            unsafe { (*file).inUseMutex = twMutex_Create() };
        }
        file
    })
}

/// Deletes a file object and closes its handle. NULL-safe. A file of twFileManager_OpenFile is closed with twFileManager_CloseFile.
///
/// # Safety
/// `f` is NULL or a file object that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFile_Delete(f: *mut c_void) {
    guard((), || {
        let file = f.cast::<twFile>();
        if file.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let parts = *file;
            if !parts.handle.is_null() {
                libc::fclose(parts.handle);
            }
            for text in [parts.name, parts.realPath, parts.virtualPath, parts.repository, parts.tid] {
                memory::free(text);
            }
            twMutex_Delete(parts.inUseMutex);
            memory::free(file);
        }
    });
}

/// Says whether a file is in use: one that is does not end for being idle. Nothing happens for NULL.
///
/// # Safety
/// `file` is NULL or a file object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFile_SetIsInUse(file: *mut twFile, isInUse: c_char) {
    guard((), || {
        if file.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            twMutex_Lock((*file).inUseMutex);
            (*file).isInUse = isInUse;
            twMutex_Unlock((*file).inUseMutex);
        }
        let Some(manager) = current() else { return };
        let Some(id) = manager.shown.id_of(file) else { return };
        if let Some(open) = manager.files.all_open().iter().find(|open| open.id() == id) {
            open.hold(isInUse != 0);
        }
    });
}

/// Opens a file by its real path, as fopen does; also above 2 GiB. The stream is the caller's, close it with fclose. NULL for NULL and on
/// failure, with errno set.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFile_FOpen(name: *const c_char, mode: *const c_char) -> *mut FILE {
    if name.is_null() || mode.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: by contract of this function.
    unsafe { libc::fopen64(name, mode) }
}
