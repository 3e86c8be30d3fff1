//! Virtual directories, and what is in them (ext-files-tunnels.md 3.2).

use std::ffi::{OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;

use super::file::twFile_Delete;
use super::shown::{add_to, describe, describe_directory};
use super::{Manager, TWEDGE_DIR_FOLLOW_LINKS, TWEDGE_DIR_READ_ONLY, current};
use crate::ffi::definitions::{LIST_DIRS, LIST_FILES};
use crate::ffi::errors::{TW_FILE_XFER_MANAGER_NOT_INITIALIZED, TW_INVALID_PARAM, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::list::{twList, twList_Create};
use crate::ffi::text;
use crate::files::{DirectoryOptions, Kind, VirtualPath, matches};

/// Offers a directory to the platform as a virtual directory of a thing, replacing the one of that name. The path is not looked
/// at; a relative one gets a leading `/`. Returns 0, 1300 without a manager, 101 for NULL.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_AddVirtualDir(
    thingName: *const c_char,
    dirName: *mut c_char,
    path: *mut c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_FILE_XFER_MANAGER_NOT_INITIALIZED };
        // SAFETY: by contract of this function.
        let texts = unsafe { (text::text(thingName), text::text(dirName), text::bytes(path)) };
        let (Some(thing), Some(name), Some(path)) = texts else { return TW_INVALID_PARAM };
        let mut real = PathBuf::from(OsStr::from_bytes(path));
        if real.is_relative() {
            log::warn!(
                "virtual directory {name}: the real path {} is relative, and taken as one from the root",
                real.display()
            );
            real = PathBuf::from(OsStr::from_bytes(&[b"/", path].concat()));
        }
        manager.files.add_directory(thing, name, real, DirectoryOptions::default());
        manager.shown.show_directories(&manager.files);
        TW_OK
    })
}

/// Withdraws a virtual directory of a thing; the name `*` withdraws all of them. The staging directory stays. Returns 0, also when
/// there is nothing to withdraw, 1300 without a manager, 101 for NULL.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_RemoveVirtualDir(thingName: *const c_char, dirName: *mut c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_FILE_XFER_MANAGER_NOT_INITIALIZED };
        // SAFETY: by contract of this function.
        let (thing, name) = unsafe { (text::bytes(thingName), text::bytes(dirName)) };
        let (Some(thing), Some(name)) = (thing, name) else { return TW_INVALID_PARAM };
        manager.files.remove_directory(thing, name);
        manager.shown.show_directories(&manager.files);
        TW_OK
    })
}

/// Sets what is allowed in a virtual directory: TWEDGE_DIR_FOLLOW_LINKS, TWEDGE_DIR_READ_ONLY or both (`|`). An
/// addition to the interface; without it 0 holds. Returns 0, 1300 without a manager, 101 for NULL, 107 when the thing has no such
/// directory.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twedge_set_virtual_dir_options(
    thingName: *const c_char,
    dirName: *const c_char,
    options: c_int,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_FILE_XFER_MANAGER_NOT_INITIALIZED };
        // SAFETY: by contract of this function.
        let (thing, name) = unsafe { (text::bytes(thingName), text::bytes(dirName)) };
        let (Some(thing), Some(name)) = (thing, name) else { return TW_INVALID_PARAM };
        let options = DirectoryOptions {
            follow_links: options & TWEDGE_DIR_FOLLOW_LINKS != 0,
            read_only: options & TWEDGE_DIR_READ_ONLY != 0,
        };
        if manager.files.set_options(thing, name, options) {
            TW_OK
        } else {
            crate::ffi::errors::TW_ERROR_ITEM_DOES_NOT_EXIST
        }
    })
}

fn new_list() -> *mut twList {
    // SAFETY: a delete function of the right type.
    unsafe { twList_Create(Some(twFile_Delete)) }
}

/// The virtual directories of a thing, or of all with `None`, whose names fit.
fn list_directories(manager: &Manager, thing: Option<&[u8]>, mask: &[u8]) -> *mut twList {
    let list = new_list();
    for (directory, entry) in manager.files.list_directories(thing) {
        if !list.is_null() && matches(mask, &entry.name) {
            // SAFETY: our list takes the file.
            unsafe { add_to(list, describe_directory(&directory, Some(&entry))) };
        }
    }
    list
}

/// The virtual directories of a thing, or of all with NULL, as a new list of `twFile`: the caller's, delete with twList_Delete.
/// Directories that do not exist are left out. NULL without a manager.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_ListVirtualDirs(entityName: *const c_char) -> *mut twList {
    guard(ptr::null_mut(), || match current() {
        // SAFETY: by contract of this function.
        Some(manager) => list_directories(&manager, unsafe { text::bytes(entityName) }, b"*"),
        None => ptr::null_mut(),
    })
}

/// What is in a virtual path of a thing, as a new list of `twFile`: the caller's, delete with twList_Delete. `namemask` filters names with
/// `*` and `?`, NULL is all; `returnType` is LIST_ALL, LIST_FILES or LIST_DIRS. The path `/` has the virtual directories.
/// NULL without a manager, for NULL, and for a path that leads to no directory.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_ListEntities(
    entityName: *const c_char,
    path: *const c_char,
    namemask: *const c_char,
    returnType: c_char,
) -> *mut twList {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let (thing, path, mask) = unsafe { (text::text(entityName), text::bytes(path), text::bytes(namemask)) };
        let (Some(manager), Some(thing), Some(path)) = (current(), thing, path) else { return ptr::null_mut() };
        let mask = mask.unwrap_or(b"*");
        let kind = match c_int::from(returnType) {
            LIST_FILES => Kind::Files,
            LIST_DIRS => Kind::Directories,
            _ => Kind::All,
        };
        let Ok(parsed) = VirtualPath::parse(path) else { return ptr::null_mut() };
        if parsed.is_root() {
            return if kind == Kind::Files { new_list() } else { list_directories(&manager, Some(&thing), mask) };
        }
        let Ok(entries) = manager.files.list(&thing, path, mask, kind) else { return ptr::null_mut() };
        let list = new_list();
        for entry in entries.iter().filter(|_| !list.is_null()) {
            let virtual_path = [&parsed.trimmed(), b"/".as_slice(), &entry.name].concat();
            // SAFETY: our list takes the file.
            unsafe { add_to(list, describe(entry, &thing, &virtual_path)) };
        }
        list
    })
}

/// The real path behind a virtual path of a thing, with a file name appended if there is one: malloc'ed, the caller's. It is put together
/// as a text: whatever `..` the arguments have is in it, so do not open it for somebody else. NULL for an unknown virtual directory, an empty
/// path, a result above 4096 bytes, without a manager.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_GetRealPath(
    thingName: *const c_char,
    path: *const c_char,
    filename: *const c_char,
) -> *mut c_char {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let (thing, path, file) = unsafe { (text::bytes(thingName), text::bytes(path), text::bytes(filename)) };
        let (Some(manager), Some(thing), Some(path)) = (current(), thing, path) else { return ptr::null_mut() };
        let real = manager.files.show_path(thing, path, file.unwrap_or_default());
        real.map_or(ptr::null_mut(), |real| text::to_c(real.as_os_str().as_bytes()))
    })
}

/// The real path of a virtual directory of a thing: malloc'ed, the caller's. NULL when there is none.
///
/// cbindgen:ignore
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getVirtualDirPath(thing: *const c_char, virtualDir: *mut c_char) -> *mut c_char {
    // SAFETY: by contract of this function.
    unsafe { twFileManager_GetRealPath(thing, virtualDir, ptr::null()) }
}
